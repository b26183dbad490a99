//! What agents and customers do, each through the action that a page would call.

use casework::case::actions::{Right, assign, reread, snooze, state_problem, take, wake};
use casework::promise::rules::ClosedHours;
use casework::{ActError, Done};
use conversation::message::actions::{Reply, add_words, note, reply};
use desk::view::case::case_view;
use domain::case::{Case, Closing};
use domain::id::CaseNumber;
use domain::offer::{OfferOption, Remedy};
use domain::permit::{CustomerPermit, Staff};
use domain::words::Words;
use handling::view::undo::{Undone, undo_last};
use jiff::SignedDuration;
use remedies::offer::actions::{self as offers, Propose};
use remedies::promise::actions::{MakePromise, keep, make, put_off};
use remedies::resolution::actions::{Ask, answer, close, reopen, resolve};
use remedies::resolution::rules::Answer;
use remedies::transfer::actions::{Tell, Transfer, transfer};
use remedies::{conduct, escalation};
use store::scope::Reach;
use store::{Context, Press};
use testkit::Company;

/// What the seed decided about one act.
#[derive(Clone, Copy, Debug)]
pub struct Roll {
    /// Which act.
    pub what: u64,
    /// Which of several.
    pub which: u64,
    /// How far ahead dates lie.
    pub minutes: i64,
}

fn words(text: &str) -> Words {
    Words::new(text, 1_000).expect("some words")
}

/// Does one act. Refusals are fine; faults are not.
pub async fn act(
    ctx: &Context,
    company: &Company,
    staff: &Staff,
    number: CaseNumber,
    roll: Roll,
) -> Result<Done, ActError> {
    let all = Reach { scope: "all".to_owned(), staff: String::new() };
    let view = case_view(ctx, &all, number).await?.ok_or(ActError::Missing)?;
    match roll.what {
        0..=9 => of_staff(ctx, company, staff, number, roll).await,
        10..=16 => with_things(ctx, company, staff, &view.case, roll).await,
        _ => of_the_customer(ctx, &view.case, roll).await,
    }
}

async fn of_staff(
    ctx: &Context,
    company: &Company,
    staff: &Staff,
    number: CaseNumber,
    roll: Roll,
) -> Result<Done, ActError> {
    let press = Press::none();
    let ahead = ctx.now() + SignedDuration::from_mins(roll.minutes);
    match roll.what {
        0 => take(ctx, staff, number, &press).await,
        1 | 2 => {
            let text = words("I'm on it, and I'll ring you.");
            let text = Reply {
                text,
                read_up_to: None,
                to: None,
                despite_failure: false,
                in_clear: roll.which < 8,
                draft_stamp: None,
            };
            reply(ctx, staff, number, text, &press).await
        }
        3 => note(ctx, staff, number, words("Kind."), None, &press).await,
        4 => snooze(ctx, staff, number, ahead, &press).await,
        5 => wake(ctx, staff, number, &press).await,
        6 => undo_last(ctx, staff, &press).await.map(|undone| match undone {
            Undone::Case(done) => done,
            Undone::Bulk(_) => unreachable!("nothing is done to many cases here"),
        }),
        7 => {
            let ask = match roll.which {
                0..=4 => Ask::Now,
                5 | 6 => Ask::At(ahead),
                _ => Ask::ByPhone(ahead),
            };
            resolve(ctx, staff, number, &words("we sent an engineer"), ask, &press).await
        }
        8 => {
            let because = match roll.which {
                0..=3 => Closing::Withdrawn,
                4 => Closing::Spam,
                _ => Closing::Answered,
            };
            close(ctx, staff, number, because, &words("They said so."), &press).await
        }
        _ if roll.which < 4 => reopen(ctx, staff, number, &press).await,
        _ => {
            let owner = (roll.which == 4).then_some(company.maya.id);
            assign(ctx, staff, number, owner, &press).await
        }
    }
}

fn worse(case: &Case) -> Right {
    Right::plain(case.kind, 3, case.facts)
}

async fn with_things(
    ctx: &Context,
    company: &Company,
    staff: &Staff,
    case: &Case,
    roll: Roll,
) -> Result<Done, ActError> {
    let press = Press::none();
    let number = case.number;
    let ahead = ctx.now() + SignedDuration::from_mins(roll.minutes);
    let nth = usize::try_from(roll.which).unwrap_or_default();
    let promise = case.promises.get(nth % case.promises.len().max(1)).map(|p| p.id);
    match (roll.what, promise) {
        (10, _) | (11, None) => {
            let call = MakePromise {
                words: words("ring you"),
                keeper: None,
                due_at: ahead,
                visible: roll.which != 0,
                closed_hours: ClosedHours::Refused,
            };
            make(ctx, staff, number, call, &press).await
        }
        (11, Some(promise)) if roll.which < 5 => {
            keep(ctx, staff, number, promise, words("rang"), &press).await
        }
        (11, Some(promise)) => {
            let told = words("It takes one more day");
            put_off(ctx, staff, number, promise, ahead, ClosedHours::Refused, &told, &press).await
        }
        (12, _) => {
            let going = Transfer {
                team: if roll.which < 5 { company.planning } else { company.care },
                owner: None,
                reason: words("They can book a van while you are on the line."),
                by: ahead,
                tell: if roll.which == 0 { Tell::Nothing(words("spam")) } else { Tell::Composed },
            };
            transfer(ctx, staff, number, going, &press).await
        }
        (13, _) => offers::propose(ctx, staff, number, money_back(roll.minutes * 10), &press).await,
        (14, _) => match case.offers.first() {
            Some(offer) if roll.which < 4 => {
                offers::approve(ctx, staff, number, offer.id, &press).await
            }
            Some(offer) => offers::withdraw(ctx, staff, number, offer.id, &press).await,
            None => offers::ask(ctx, staff, number, None, &press).await,
        },
        (15, _) => {
            let (to, why) = (company.jo.id, words("Who pays?"));
            match case.escalated {
                true => escalation::actions::answer(ctx, staff, number, &why, &press).await,
                false => {
                    escalation::actions::escalate(ctx, staff, number, &why, to, None, &press).await
                }
            }
        }
        _ => match roll.which {
            0 => conduct::actions::warn(ctx, staff, number, words("Stop it."), &press).await,
            1 => conduct::actions::end_contact(ctx, staff, number, words("Over."), &press).await,
            2..=4 => {
                let problem = words("No heating since Tuesday.");
                state_problem(ctx, staff, number, problem, &press).await
            }
            _ => reread(ctx, staff, number, worse(case), &press).await,
        },
    }
}

fn money_back(cost_minor: i64) -> Propose {
    Propose {
        finding: words("The van was rerouted."),
        options: vec![OfferOption {
            remedy: Remedy::Refund,
            words: "Money back".to_owned(),
            cost_minor,
            currency: "EUR".to_owned(),
        }],
        value: Some(("Care".to_owned(), words("Three cold days."))),
        expires_at: None,
    }
}

async fn of_the_customer(ctx: &Context, case: &Case, roll: Roll) -> Result<Done, ActError> {
    let press = Press::none();
    let permit = CustomerPermit::from_verified_link(case.id);
    match (roll.what, case.offers.first()) {
        (17, Some(offer)) => offers::accept(ctx, &permit, offer.id, 0, &press).await,
        (18, Some(offer)) => offers::counter(ctx, &permit, offer.id, &words("60 €"), &press).await,
        (17..=19, _) => add_words(ctx, &permit, words("One more thing."), &press).await,
        (20, _) => escalation::actions::ask_someone_else(ctx, &permit, None, &press).await,
        (what, _) => {
            let said = match what {
                21 => Answer::Yes,
                22 => Answer::Partly,
                _ => Answer::No,
            };
            answer(ctx, &permit, said, None, &press).await
        }
    }
}
