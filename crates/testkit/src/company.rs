//! One fictional company: a unit with two teams, an agent, a lead, a second unit that must not
//! see the first, and a customer who can be written to.

use crate::World;
use domain::id::{CustomerId, LabelId, StaffId, TeamId, TopicId, UnitId};
use domain::permit::{Role, Scope, Staff};
use store::number::Numbered;
use store::{Tx, on};

/// The company's places and people.
#[derive(Clone, Debug)]
pub struct Company {
    /// The unit everything happens in.
    pub unit: UnitId,
    /// A unit that must not see the first.
    pub other_unit: UnitId,
    /// Customer care.
    pub care: TeamId,
    /// Heating planning, in the same unit.
    pub planning: TeamId,
    /// A team of the other unit.
    pub elsewhere: TeamId,
    /// Maya, an agent in care who sees her team's cases.
    pub maya: Staff,
    /// Jo, the lead of care, who sees the unit.
    pub jo: Staff,
    /// Priya, an agent in planning.
    pub priya: Staff,
    /// Stan, an agent of the other unit.
    pub stan: Staff,
    /// Amara, who can be reached at amara@example.org.
    pub amara: CustomerId,
    /// Somebody of whom only a name is known.
    pub nameless: CustomerId,
}

impl World {
    /// Founds the company in this world.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn found(&self) -> Company {
        let now = self.ctx.now();
        let (unit, other_unit): (UnitId, UnitId) = (self.ctx.id(now), self.ctx.id(now));
        let teams: [TeamId; 3] = [self.ctx.id(now), self.ctx.id(now), self.ctx.id(now)];
        let [care, planning, elsewhere] = teams;
        let mut tx = self.ctx.begin().await.expect("a transaction");
        for (id, name) in [(unit, "North"), (other_unit, "South")] {
            let sql = "INSERT INTO unit (id, name, made_at_ms) VALUES ($1, $2, 0)";
            run(&mut tx, sql, &[&id.to_string(), name]).await;
        }
        let team = "INSERT INTO team (id, unit_id, name, made_at_ms) VALUES ($1, $2, $3, 0)";
        for (id, of, name) in [
            (care, unit, "Customer care"),
            (planning, unit, "Heating planning"),
            (elsewhere, other_unit, "Southern care"),
        ] {
            run(&mut tx, team, &[&id.to_string(), &of.to_string(), name]).await;
        }
        let maya = self.hire(&mut tx, "Maya", Role::Agent, Scope::Team, unit, care).await;
        let jo = self.hire(&mut tx, "Jo", Role::Lead, Scope::Unit, unit, care).await;
        let priya = self.hire(&mut tx, "Priya", Role::Agent, Scope::Team, unit, planning).await;
        let stan =
            self.hire(&mut tx, "Stan", Role::Agent, Scope::Unit, other_unit, elsewhere).await;
        let amara = self.meet(&mut tx, unit, "Amara Okafor", Some("amara@example.org")).await;
        let nameless = self.meet(&mut tx, unit, "J. Weiss", None).await;
        tx.commit().await.expect("a commit");
        Company {
            unit,
            other_unit,
            care,
            planning,
            elsewhere,
            maya,
            jo,
            priya,
            stan,
            amara,
            nameless,
        }
    }

    async fn hire(
        &self,
        tx: &mut Tx,
        name: &str,
        role: Role,
        scope: Scope,
        unit: UnitId,
        team: TeamId,
    ) -> Staff {
        let id: StaffId = self.ctx.id(self.ctx.now());
        let (key, email) = (id.to_string(), format!("{}@redress.test", name.to_lowercase()));
        let sql = "INSERT INTO staff (id, email, name, scope, made_at_ms)
                   VALUES ($1, $2, $3, $4, 0)";
        run(tx, sql, &[&key, &email, name, scope.as_str()]).await;
        let sql = "INSERT INTO staff_role (staff_id, role) VALUES ($1, $2)";
        run(tx, sql, &[&key, role.as_str()]).await;
        let sql = "INSERT INTO staff_unit (staff_id, unit_id) VALUES ($1, $2)";
        run(tx, sql, &[&key, &unit.to_string()]).await;
        let sql = "INSERT INTO team_member (staff_id, team_id) VALUES ($1, $2)";
        run(tx, sql, &[&key, &team.to_string()]).await;
        Staff {
            id,
            name: name.to_owned(),
            roles: vec![role],
            scope,
            units: vec![unit],
            teams: vec![team],
            narrowed_to: None,
        }
    }

    /// Puts a label on the house's list.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn label(&self, name: &str) -> LabelId {
        let id: LabelId = self.ctx.id(self.ctx.now());
        let mut tx = self.ctx.begin().await.expect("a transaction");
        let sql = "INSERT INTO label (id, name, kind, made_at_ms) VALUES ($1, $2, 'label', 0)";
        run(&mut tx, sql, &[&id.to_string(), name]).await;
        tx.commit().await.expect("a commit");
        id
    }

    /// Puts a topic into the house's tree, with one word that speaks of it.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn topic(&self, name: &str, parent: Option<TopicId>, word: &str) -> TopicId {
        let id: TopicId = self.ctx.id(self.ctx.now());
        let mut tx = self.ctx.begin().await.expect("a transaction");
        let sql = "
            INSERT INTO topic (id, parent_id, name, words, made_at_ms)
            VALUES ($1, NULLIF($2, ''), $3, $4, 0)";
        let parent = parent.map(|id| id.to_string()).unwrap_or_default();
        let words = serde_json::json!([word]).to_string();
        run(&mut tx, sql, &[&id.to_string(), &parent, name, &words]).await;
        tx.commit().await.expect("a commit");
        id
    }

    /// Meets a customer of a unit, with an e-mail address or without.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn meet(
        &self,
        tx: &mut Tx,
        unit: UnitId,
        name: &str,
        email: Option<&str>,
    ) -> CustomerId {
        const CUSTOMER: &str = "
            INSERT INTO customer (id, number, unit_id, name, since_ms, made_at_ms)
            VALUES ($1, $2, $3, $4, 0, 0)";
        let id: CustomerId = self.ctx.id(self.ctx.now());
        let number = tx.next_number(Numbered::Customer).await.expect("a number");
        on!(Tx tx, db => sqlx::query(CUSTOMER).bind(id.to_string()).bind(number)
            .bind(unit.to_string()).bind(name).execute(db).await.map(|_| ()))
        .expect("a customer");
        if let Some(email) = email {
            let sql = "INSERT INTO identity (unit_id, kind, value, customer_id, made_at_ms)
                       VALUES ($1, 'email', $2, $3, 0)";
            run(tx, sql, &[&unit.to_string(), email, &id.to_string()]).await;
        }
        id
    }
}

async fn run(tx: &mut Tx, sql: &'static str, values: &[&str]) {
    on!(Tx tx, db => {
        let mut query = sqlx::query(sql);
        for value in values {
            query = query.bind((*value).to_owned());
        }
        query.execute(db).await.map(|_| ())
    })
    .expect("a row");
}
