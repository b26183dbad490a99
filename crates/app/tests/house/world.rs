//! The house with one case, and a cookie and a token for everybody who may come to it.

use app::routes::{Caller, Route};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use std::collections::BTreeMap;
use store::file::sha256_hex;
use store::{Context, on};
use testkit::{Company, World};
use tower::ServiceExt;

/// The house with one case, and a cookie and a token for every caller.
pub struct House {
    pub world: World,
    pub company: Company,
    pub app: Router,
    pub arrival: String,
    pub feedback: String,
    pub case: String,
    pub customer: i64,
    pub link: String,
    pub spare: String,
    /// Ids of real things by the part of the path before them: `/promises/`. What is not here is
    /// an id of nothing.
    pub things: BTreeMap<&'static str, String>,
}

pub async fn sql(ctx: &Context, text: &'static str, values: &[&str]) {
    let mut tx = ctx.begin().await.unwrap();
    on!(Tx &mut tx, db => {
        let mut query = sqlx::query(text);
        for value in values {
            query = query.bind((*value).to_owned());
        }
        query.execute(db).await.map(|_| ())
    })
    .unwrap();
    tx.commit().await.unwrap();
}

async fn one_text(ctx: &Context, text: &'static str) -> String {
    on!(Store &ctx.store, db => sqlx::query_scalar(text).fetch_one(db).await).unwrap()
}

/// Adds somebody with their cookie `cookie-NAME` and their token `token-NAME`.
async fn let_in(ctx: &Context, id: &str, name: &str) {
    const SESSION: &str = "
        INSERT INTO session (hash, staff_id, made_at_ms, seen_at_ms, ends_at_ms)
        VALUES ($1, $2, 0, 4000000000000, 4000000000000)";
    const TOKEN: &str = "
        INSERT INTO api_token (id, hash, staff_id, name, acts, made_at_ms, used_at_ms)
        VALUES ($1, $2, $3, 'trial', $4, 0, 4000000000000)";
    sql(ctx, SESSION, &[&sha256_hex(format!("cookie-{name}").as_bytes()), id]).await;
    let token = sha256_hex(format!("token-{name}").as_bytes());
    let acts = if name == "Narrowed" { "read_case" } else { "" };
    sql(ctx, TOKEN, &[name, &token, id, acts]).await;
}

async fn hire(ctx: &Context, company: &Company, name: &str, role: &str, scope: &str) -> String {
    const STAFF: &str = "
        INSERT INTO staff (id, email, name, scope, made_at_ms) VALUES ($1, $2, $3, $4, 0)";
    let id: domain::id::StaffId = ctx.id(ctx.now());
    let id = id.to_string();
    sql(ctx, STAFF, &[&id, &format!("{name}@redress.test"), name, scope]).await;
    sql(ctx, "INSERT INTO staff_role (staff_id, role) VALUES ($1, $2)", &[&id, role]).await;
    let unit = company.unit.to_string();
    sql(ctx, "INSERT INTO staff_unit (staff_id, unit_id) VALUES ($1, $2)", &[&id, &unit]).await;
    id
}

impl House {
    pub async fn furnish(world: World) -> House {
        let ctx = world.ctx.clone();
        let company = world.found().await;
        for (who, staff) in [
            (Caller::Agent, &company.maya),
            (Caller::Stranger, &company.stan),
            (Caller::Lead, &company.jo),
        ] {
            let_in(&ctx, &staff.id.to_string(), &format!("{who:?}")).await;
        }
        for (who, role, scope) in [
            (Caller::Insight, "insight", "unit"),
            (Caller::Viewer, "viewer", "unit"),
            (Caller::Administrator, "administrator", "all"),
        ] {
            let name = format!("{who:?}");
            let id = hire(&ctx, &company, &name, role, scope).await;
            let_in(&ctx, &id, &name).await;
            if who == Caller::Administrator {
                sql(&ctx, "INSERT INTO staff_role (staff_id, role) VALUES ($1, 'agent')", &[&id])
                    .await;
                let hash = sha256_hex(b"token-Narrowed");
                let narrowed = "INSERT INTO api_token (id, hash, staff_id, name, acts, made_at_ms,
                    used_at_ms) VALUES ('Narrowed', $1, $2, 'trial', 'read_case', 0, 4000000000000)";
                sql(&ctx, narrowed, &[&hash, &id]).await;
            }
        }
        let spare = hire(&ctx, &company, "Spare", "viewer", "unit").await;
        let settings = app::settings::Settings::read(&[], None).unwrap();
        let app = app::router::app(&ctx, &settings, app::health::Ending::default()).unwrap();
        let mut house = House {
            world,
            company,
            app,
            arrival: String::new(),
            feedback: String::new(),
            case: String::new(),
            customer: 0,
            link: String::new(),
            spare,
            things: BTreeMap::new(),
        };
        house.hear(&settings).await;
        house
    }

    /// Hands one complaint in as Maya, has it understood, and makes the customer's link.
    async fn hear(&mut self, settings: &app::settings::Settings) {
        let ctx = &self.world.ctx;
        let said = serde_json::json!({
            "text": "I was charged twice for my heating this month and nobody answers. Refund me.",
            "kind": "complaint", "unit": self.company.unit.to_string(),
            "author": {"name": "Amara Okafor", "email": "amara@example.org"}});
        let request = Request::post("/api/v1/feedback")
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, "Bearer token-Agent")
            .body(Body::from(said.to_string()))
            .unwrap();
        let answer = self.app.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let rooms = app::router::Rooms::new(settings).unwrap();
        let lease = jiff::SignedDuration::from_mins(5);
        for job in ctx.store.claim(ctx.now(), lease, 50).await.unwrap() {
            rooms.run(ctx, &job).await.unwrap();
        }
        self.arrival = one_text(ctx, "SELECT id FROM arrival").await;
        self.feedback = one_text(ctx, "SELECT id FROM feedback").await;
        let number: i64 =
            one_text(ctx, "SELECT CAST(number AS TEXT) FROM \"case\"").await.parse().unwrap();
        self.case = format!("R-{number}");
        let team = one_text(ctx, "SELECT team_id FROM \"case\"").await;
        assert!([self.company.care, self.company.planning].iter().any(|t| t.to_string() == team));
        // Maya works where the case lies.
        let maya = self.company.maya.id.to_string();
        sql(ctx, "UPDATE team_member SET team_id = $2 WHERE staff_id = $1", &[&maya, &team]).await;
        let customer = "SELECT CAST(number AS TEXT) FROM customer WHERE name = 'Amara Okafor'";
        self.customer = one_text(ctx, customer).await.parse().unwrap();
        let case = one_text(ctx, "SELECT id FROM \"case\"").await.parse().unwrap();
        let known = one_text(ctx, "SELECT customer_id FROM \"case\"").await.parse().unwrap();
        let mut tx = ctx.begin().await.unwrap();
        self.link =
            casework::case::link::of_case(&mut tx, ctx, case, known, ctx.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The path with real ids where there is such a thing, else an id of nothing.
    pub fn path(&self, route: &Route) -> String {
        const NOTHING: &str = "0198a000-0000-7000-8000-000000000000";
        let id = match route.path {
            path if path.contains("/teams/") => self.company.care.to_string(),
            path if path.contains("/units/") => self.company.unit.to_string(),
            path if path.contains("/people/") || path.contains("/staff/") => self.spare.clone(),
            path if path.contains("/arrivals/") => self.arrival.clone(),
            path if path.starts_with("/feedback/") => self.feedback.clone(),
            path => {
                let thing = self.things.iter().find(|(part, _)| path.contains(*part));
                thing.map_or(NOTHING, |(_, id)| id).to_owned()
            }
        };
        let number = match route.path {
            path if path.contains("/customers/") => self.customer.to_string(),
            _ => self.case.clone(),
        };
        let token = match route.path {
            path if path.starts_with("/c/") => &self.link,
            path if path.starts_with("/complain/{token}") => {
                self.things.get("/complain/").map_or("forged", |token| token)
            }
            _ => "forged",
        };
        let key = if route.path.contains("{key}") { id.as_str() } else { NOTHING };
        [("{number}", number.as_str()), ("{id}", &id), ("{token}", token), ("{key}", key)]
            .iter()
            .fold(route.path.to_owned(), |path, (name, value)| path.replace(name, value))
            .replace("{code}", "our_fault")
            .replace("{view}", "mine")
            .replace("{place}", "1")
            .replace("{name}", "nothing.css")
            .replace("{handle}", "nothing")
    }
}
