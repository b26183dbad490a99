//! Who may do what. One function decides: [`Staff::permit`]; it alone makes a [`Permit`], and
//! rules demand one, so an action that forgot to ask does not compile.

use crate::channel::worded;
use crate::id::{CaseId, StaffId, TeamId, UnitId};
use serde::{Deserialize, Serialize};

worded! {
    /// Roles of staff. One person may hold several.
    Role {
        /// Answers customers.
        Agent = "agent",
        /// Keeps a team moving, decides what needs more authority.
        Lead = "lead",
        /// Finds causes and proves what was learnt.
        Insight = "insight",
        /// Speaks for the company in public and in a crisis.
        Communications = "communications",
        /// Sets the house up.
        Administrator = "administrator",
        /// May look, and nothing else.
        Viewer = "viewer",
    }
}

worded! {
    /// How far somebody sees.
    Scope {
        /// Cases they own.
        Own = "own",
        /// Cases of their teams.
        Team = "team",
        /// Cases of their units.
        Unit = "unit",
        /// Everything.
        All = "all",
    }
}

worded! {
    /// What somebody wants to do.
    Act {
        /// Read a case.
        ReadCase = "read_case",
        /// Open a case by hand.
        OpenCase = "open_case",
        /// Take a case, give it to somebody, snooze it, state its problem.
        HandleCase = "handle_case",
        /// Write to the customer.
        Reply = "reply",
        /// Write a private note.
        Note = "note",
        /// Make, keep or move a promise.
        Promise = "promise",
        /// Hand over to another team.
        Transfer = "transfer",
        /// Ask more authority to decide.
        Escalate = "escalate",
        /// Ask what would be fair, propose a remedy.
        Offer = "offer",
        /// Decide on an offer above somebody's authority.
        ApproveOffer = "approve_offer",
        /// Say that it is put right, and ask the customer.
        Resolve = "resolve",
        /// Close without asking, with a reason.
        Close = "close",
        /// Look at public feedback.
        ReadFeedback = "read_feedback",
        /// Look at customers.
        ReadCustomer = "read_customer",
        /// Bring in files.
        Import = "import",
        /// Take everything out.
        Export = "export",
        /// Look at the work that failed, and start it again.
        Operate = "operate",
        /// See and change staff, teams and units.
        ManageStaff = "manage_staff",
        /// See and change settings, hours and policies.
        ManageSettings = "manage_settings",
        /// Keep the lists of labels, causes, topics and reply texts.
        KeepLists = "keep_lists",
        /// Make API tokens for oneself.
        MakeToken = "make_token",
        /// Read the change feed and verify the record.
        ReadRecord = "read_record",
        /// See what corrections and coaching teach, and decide what is learnt.
        Learn = "learn",
    }
}

/// A member of staff as far as permission goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// Who.
    pub id: StaffId,
    /// The name customers and colleagues read.
    pub name: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// How far they see.
    pub scope: Scope,
    /// Units they belong to.
    pub units: Vec<UnitId>,
    /// Teams they belong to.
    pub teams: Vec<TeamId>,
    /// Acts an API token narrows them to; `None` in a browser session.
    pub narrowed_to: Option<Vec<Act>>,
}

/// Where a thing lies: what decides who sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The unit it belongs to.
    pub unit: UnitId,
    /// The team it lies with.
    pub team: TeamId,
    /// The person who has it.
    pub owner: Option<StaffId>,
}

/// Something that lies in a place.
pub trait Placed {
    /// Where it lies.
    fn place(&self) -> Place;
}

/// Proof that [`Staff::permit`] said yes. Nothing else can make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    staff: StaffId,
    act: Act,
}

impl Permit {
    /// Who may.
    pub fn staff(&self) -> StaffId {
        self.staff
    }
    /// What they may.
    pub fn act(&self) -> Act {
        self.act
    }
}

/// Proof that a customer's link opens one case, and only that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerPermit {
    case: CaseId,
}

impl CustomerPermit {
    /// To be called only where a link's hash was found in the store and has not expired.
    pub fn from_verified_link(case: CaseId) -> Self {
        Self { case }
    }
    /// The one case it opens.
    pub fn case(&self) -> CaseId {
        self.case
    }
}

/// The answer no. Outside it looks like "there is no such thing".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not permitted")]
pub struct NotPermitted;

impl Staff {
    /// Says whether this person may do `act` to `thing`.
    ///
    /// # Errors
    /// [`NotPermitted`] when no role of theirs allows the act, their token is narrowed to others,
    /// or the thing lies outside what they see.
    pub fn permit(&self, act: Act, thing: &impl Placed) -> Result<Permit, NotPermitted> {
        let permit = self.permit_anywhere(act)?;
        if self.sees(thing.place()) { Ok(permit) } else { Err(NotPermitted) }
    }

    /// Says whether this person may do `act` where it concerns no placed thing.
    ///
    /// # Errors
    /// [`NotPermitted`] when no role of theirs allows the act or their token is narrowed.
    pub fn permit_anywhere(&self, act: Act) -> Result<Permit, NotPermitted> {
        let by_role = self.roles.iter().any(|role| role.allows(act));
        let by_token = self.narrowed_to.as_ref().is_none_or(|acts| acts.contains(&act));
        if by_role && by_token { Ok(Permit { staff: self.id, act }) } else { Err(NotPermitted) }
    }

    /// Whether this person has `act` at all; for showing and hiding, never for deciding.
    pub fn has(&self, act: Act) -> bool {
        self.permit_anywhere(act).is_ok()
    }

    fn sees(&self, place: Place) -> bool {
        let own = place.owner == Some(self.id);
        let team = self.teams.contains(&place.team);
        let unit = self.units.contains(&place.unit);
        match self.scope {
            Scope::All => true,
            Scope::Unit => own || team || unit,
            Scope::Team => own || team,
            Scope::Own => own,
        }
    }
}

impl Role {
    /// Whether this role allows `act`. This table is the whole of it.
    pub const fn allows(self, act: Act) -> bool {
        use Act::{
            Close, Escalate, Export, HandleCase, Import, KeepLists, Learn, MakeToken,
            ManageSettings, ManageStaff, Note, Offer, OpenCase, Operate, Promise, ReadCase,
            ReadCustomer, ReadFeedback, ReadRecord, Reply, Resolve, Transfer,
        };
        match self {
            Role::Administrator => true,
            Role::Lead => !matches!(act, ManageStaff | ManageSettings | Import | Export | Operate),
            Role::Agent => matches!(
                act,
                ReadCase
                    | OpenCase
                    | HandleCase
                    | Reply
                    | Note
                    | Promise
                    | Transfer
                    | Escalate
                    | Offer
                    | Resolve
                    | Close
                    | ReadFeedback
                    | ReadCustomer
                    | MakeToken
            ),
            Role::Insight => {
                matches!(
                    act,
                    ReadCase
                        | ReadFeedback
                        | ReadCustomer
                        | ReadRecord
                        | Learn
                        | KeepLists
                        | MakeToken
                )
            }
            Role::Communications => {
                matches!(act, ReadCase | ReadFeedback | ReadCustomer | Reply | Note | MakeToken)
            }
            Role::Viewer => matches!(act, ReadCase | ReadFeedback | ReadCustomer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::uuid_v7;

    fn id<T: From<uuid::Uuid>>(n: u8) -> T {
        T::from(uuid_v7(i64::from(n), [n; 10]))
    }

    fn agent(scope: Scope) -> Staff {
        Staff {
            id: id(1),
            name: "Jo".into(),
            roles: vec![Role::Agent],
            scope,
            units: vec![id(2)],
            teams: vec![id(3)],
            narrowed_to: None,
        }
    }

    struct At(Place);
    impl Placed for At {
        fn place(&self) -> Place {
            self.0
        }
    }

    fn thing(unit: u8, team: u8, owner: Option<u8>) -> At {
        At(Place { unit: id(unit), team: id(team), owner: owner.map(id) })
    }

    #[test]
    fn each_scope_sees_what_it_names_and_no_more() {
        let mine = thing(9, 9, Some(1));
        let team = thing(9, 3, None);
        let unit = thing(2, 9, None);
        let elsewhere = thing(9, 9, None);
        let sees = |scope, thing: &At| agent(scope).permit(Act::ReadCase, thing).is_ok();
        assert_eq!(
            [&mine, &team, &unit, &elsewhere].map(|t| sees(Scope::Own, t)),
            [true, false, false, false]
        );
        assert_eq!(
            [&mine, &team, &unit, &elsewhere].map(|t| sees(Scope::Team, t)),
            [true, true, false, false]
        );
        assert_eq!(
            [&mine, &team, &unit, &elsewhere].map(|t| sees(Scope::Unit, t)),
            [true, true, true, false]
        );
        assert_eq!([&mine, &team, &unit, &elsewhere].map(|t| sees(Scope::All, t)), [true; 4]);
    }

    #[test]
    fn a_token_narrows_and_never_widens() {
        let mut staff = agent(Scope::All);
        staff.narrowed_to = Some(vec![Act::ReadCase, Act::ManageStaff]);
        assert!(staff.has(Act::ReadCase));
        assert!(!staff.has(Act::Reply));
        assert!(!staff.has(Act::ManageStaff));
    }

    #[test]
    fn a_viewer_changes_nothing() {
        let changes = [Act::Reply, Act::Note, Act::Resolve, Act::HandleCase, Act::MakeToken];
        assert!(changes.iter().all(|act| !Role::Viewer.allows(*act)));
    }
}
