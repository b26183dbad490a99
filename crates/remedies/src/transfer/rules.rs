//! What is allowed with transfers (ui-spec A6).

use casework::message::rules::{Outgoing, sending};
use casework::promise::rules::{NewPromise, promised};
use casework::refusal::refusals;
use domain::case::Case;
use domain::clock::ClockRules;
use domain::event::Event;
use domain::id::{NoteId, StaffId, TeamId, UnitId};
use domain::message::PrivateNote;
use domain::permit::Permit;
use domain::words::Words;
use jiff::Timestamp;

/// Fewest and most characters of a reason.
pub const REASON: std::ops::RangeInclusive<usize> = 12..=240;
/// Longest promise of a receiver, in characters.
pub const PROMISE_MOST: usize = 300;
/// From this transfer on a lead is asked who keeps the case.
pub const ALERTS_AT: u32 = 3;

refusals! {
    /// Why a transfer was refused.
    TransferRefused {
        /// The case is over.
        Closed = "case_closed", "This case is closed. Reopen it first.";
        /// No such team in this unit.
        NoSuchTeam = "no_such_team" at "/team", "There is no such team here.";
        /// No such colleague, or they cannot see this case.
        NoSuchColleague = "no_such_colleague" at "/owner", "No such colleague can take this case.";
        /// It lies there already.
        AlreadyThere = "transfer_to_same_team" at "/team", "That team already has this case.";
        /// Nobody of the team could keep the promise.
        NobodyThere = "nobody_there" at "/team", "Nobody works in that team, so nobody could keep the promise.";
        /// Too short, too long, or only the team's name.
        Reason = "transfer_reason" at "/reason",
            "Say in 12 to 240 characters why this helps the customer; a team's name is no reason.";
        /// The receiver's promise has no date in the future.
        InThePast = "due_past" at "/due_at", "Say by when the customer hears from them: a moment in the future.";
    }
}

/// Whether the customer is told of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// They get this letter.
    Letter(Outgoing),
    /// Spam or a wrong desk: no letter, but a private reason.
    Silently {
        /// The note's id.
        note: NoteId,
        /// Why not.
        because: Words,
    },
}

/// A transfer to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTransfer {
    /// To which team.
    pub team: TeamId,
    /// The unit of that team.
    pub team_unit: UnitId,
    /// What it is called.
    pub team_name: String,
    /// To whom, when named.
    pub owner: Option<StaffId>,
    /// The benefit the customer reads.
    pub reason: Words,
    /// The receiver's promise; its date was asked for.
    pub promise: NewPromise,
    /// Whether the customer is told.
    pub told: Told,
    /// The lead who is asked when it is handed over again and again.
    pub lead: Option<StaffId>,
}

/// Hands a case over. The letter and the receiver's promise come with it or it does not happen.
///
/// # Errors
/// When the case is over, the reason says nothing, or nothing would change.
pub fn transfer(
    case: &Case,
    permit: &Permit,
    transfer: NewTransfer,
    rules: &ClockRules,
    now: Timestamp,
) -> Result<Vec<Event>, TransferRefused> {
    if case.stage.is_closed() {
        return Err(TransferRefused::Closed);
    }
    if transfer.team_unit != case.unit {
        return Err(TransferRefused::NoSuchTeam);
    }
    let same_owner = transfer.owner.is_none() || transfer.owner == case.owner;
    if transfer.team == case.team && same_owner {
        return Err(TransferRefused::AlreadyThere);
    }
    if !says_why(&transfer.reason, &transfer.team_name) {
        return Err(TransferRefused::Reason);
    }
    if transfer.promise.due_at <= now {
        return Err(TransferRefused::InThePast);
    }
    let mut events = vec![Event::Transferred {
        team: transfer.team,
        owner: transfer.owner,
        reason: transfer.reason.as_str().to_owned(),
        told: matches!(transfer.told, Told::Letter(_)),
    }];
    events.push(match transfer.told {
        Told::Letter(letter) => sending(case, letter, rules, now),
        Told::Silently { note, because } => Event::Noted {
            note: PrivateNote {
                id: note,
                by: permit.staff(),
                text: because.into_string(),
                mentions: Vec::new(),
            },
        },
    });
    events.push(promised(transfer.promise, now));
    if let Some(to) = transfer.lead
        && case.transfers + 1 >= ALERTS_AT
        && !case.escalated
    {
        let question = format!("Handed over {} times. Who keeps it?", case.transfers + 1);
        events.push(Event::Escalated { question, to });
    }
    Ok(events)
}

/// Whether a reason is one: long enough, and more than the name of the team.
pub fn says_why(reason: &Words, team: &str) -> bool {
    let letters = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    let without = letters(reason.as_str()).replace(&letters(team), "");
    REASON.contains(&reason.as_str().chars().count()) && without.chars().count() >= 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> bool {
        says_why(&Words::new(text, 1_000).unwrap(), "Heating engineers – planning")
    }

    #[test]
    fn a_reason_is_more_than_the_name_of_the_team() {
        assert!(why("They can book a van while you are on the line."));
        assert!(!why("Heating engineers, planning."));
        assert!(!why("To heating engineers planning"));
        assert!(!why("not mine"));
        assert!(!why(&"x".repeat(241)));
    }
}
