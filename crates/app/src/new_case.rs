//! A case logged by hand (A11): `customers` says whose it is, then `casework` opens it. A hall
//! never calls a room, so the address lies here.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use casework::ActError;
use casework::case::actions::open_by_hand;
use domain::id::{CustomerId, UnitId};
use handling::case::new_case::{Errors, NewCaseForm, Person, Whose, end_draft, page, read};
use store::{Context, Once, Press, StoreError};
use web::{Form, Problem};

/// The address that the page `/cases/new` posts to.
pub fn router() -> Router<Context> {
    Router::new().route("/cases", post(create))
}

/// `POST /cases`: opens the case, or only looks for people.
async fn create(State(ctx): State<Context>, form: Form<NewCaseForm>) -> Result<Response, Problem> {
    let Form { by, value, press } = form;
    if value.only.is_some() {
        return page(&ctx, by, NewCaseForm { only: None, ..value }, Errors::default()).await;
    }
    let ready = match read(&ctx, &by, &value).await? {
        Ok(ready) => ready,
        Err(wrong) => return page(&ctx, by, value, wrong).await,
    };
    let customer = match &ready.whose {
        Whose::Known(customer) => *customer,
        Whose::New(person) => meet(&ctx, ready.unit, person, &press.part(1)).await?,
    };
    match open_by_hand(&ctx, &by.staff, ready.case(customer), &press).await {
        Ok(done) => {
            end_draft(&ctx, by.staff.id, value.stamp).await?;
            Ok(Redirect::to(&format!("/cases/{}", done.number)).into_response())
        }
        Err(ActError::Refused(why)) => page(&ctx, by, value, Errors::of_all(why.to_string())).await,
        Err(error) => Err(error.into()),
    }
}

/// Who somebody is; the same press meets them once.
async fn meet(
    ctx: &Context,
    unit: UnitId,
    person: &Person,
    press: &Press,
) -> Result<CustomerId, Problem> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    match tx.once::<String>(press, now).await? {
        Once::Done(known) => {
            return known.parse().map_err(|_| {
                Problem::from(StoreError::unreadable("reading whom a press met", "customer id"))
            });
        }
        Once::OtherBody => return Err(ActError::OtherBody.into()),
        Once::New => {}
    }
    // What somebody says on the telephone is claimed, not proved.
    let who = customers::Who {
        name: person.name.clone(),
        email: person.email.clone(),
        phone: person.phone.clone(),
        ..customers::Who::default()
    };
    let customer = customers::recognise(&mut tx, ctx, now, unit, &who).await?;
    tx.done_once(press, &customer.to_string()).await?;
    tx.commit().await?;
    Ok(customer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::{Request, header};
    use http_body_util::BodyExt;
    use store::file::sha256_hex;
    use store::{Store, on};
    use testkit::{Company, World, on_both};
    use tower::ServiceExt;

    /// Maya's browser, without scripts.
    struct Browser {
        ctx: Context,
        csrf: String,
    }

    struct Shown {
        status: u16,
        to: String,
        html: String,
    }

    impl Browser {
        async fn of(world: &World, company: &Company) -> Browser {
            const SQL: &str = "
                INSERT INTO session (hash, staff_id, made_at_ms, seen_at_ms, ends_at_ms)
                VALUES ($1, $2, $3, $3, $4)";
            let (hash, now) = (sha256_hex(b"maya"), world.ctx.now().as_millisecond());
            let mut tx = world.ctx.begin().await.unwrap();
            on!(Tx &mut tx, db => sqlx::query(SQL).bind(&hash).bind(company.maya.id.to_string())
                .bind(now).bind(i64::MAX).execute(db).await.map(|_| ()))
            .unwrap();
            tx.commit().await.unwrap();
            Browser { csrf: web::session::csrf(&world.ctx, &hash), ctx: world.ctx.clone() }
        }

        async fn ask(&self, method: &str, path: &str, body: String) -> Shown {
            let app = crate::cases::router().merge(router()).with_state(self.ctx.clone());
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header(header::COOKIE, "redress=maya")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(body))
                .unwrap();
            let response = app.oneshot(request).await.unwrap();
            let to = response.headers().get(header::LOCATION);
            let to = to.map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
            let status = response.status().as_u16();
            let bytes = response.into_body().collect().await.unwrap().to_bytes();
            Shown { status, to, html: String::from_utf8(bytes.to_vec()).unwrap() }
        }

        async fn get(&self, path: &str) -> Shown {
            self.ask("GET", path, String::new()).await
        }

        async fn post(&self, path: &str, press: &str, fields: &[(&str, &str)]) -> Shown {
            let fixed = [("csrf", self.csrf.as_str()), ("press", press)];
            let coded = |text: &str| text.replace(' ', "+").replace('’', "%E2%80%99");
            let pairs = fixed.iter().chain(fields);
            let body: Vec<String> =
                pairs.map(|(name, value)| format!("{name}={}", coded(value))).collect();
            self.ask("POST", path, body.join("&")).await
        }
    }

    fn call<'a>(team: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let usual = [
            ("team", team),
            ("channel", "call"),
            ("kind", "complaint"),
            ("severity", "2"),
            ("said", "Nobody came on Tuesday."),
        ];
        usual
            .iter()
            .filter(|(name, _)| more.iter().all(|(n, _)| n != name))
            .chain(more)
            .copied()
            .collect()
    }

    async fn count(store: &Store, sql: &'static str) -> i64 {
        on!(Store store, db => sqlx::query_scalar(sql).fetch_one(db).await).unwrap()
    }

    #[test]
    fn a_call_of_somebody_new_is_logged_once_with_its_promise() {
        on_both(async |world| {
            let company = world.found().await;
            let maya = Browser::of(&world, &company).await;
            let team = company.care.to_string();
            let page = maya.get("/cases/new").await;
            assert_eq!(page.status, 200);
            for prompt in ["Let’s go over what happened", "What would make this right?"] {
                assert!(page.html.contains(prompt), "{prompt}");
            }
            let fields = call(
                &team,
                &[
                    ("name", "Ola Nordmann"),
                    ("email", "ola@nordmann.example"),
                    ("wish", "Come today."),
                    ("promise", "ring you at four"),
                    ("due", "2026-11-19T20:00"),
                ],
            );
            let opened = maya.post("/cases", "p1", &fields).await;
            assert_eq!(opened.status, 303, "{}", opened.html);
            let again = maya.post("/cases", "p1", &fields).await;
            assert_eq!(again.to, opened.to, "a double press opens one case");
            let store = &world.ctx.store;
            assert_eq!(count(store, "SELECT COUNT(*) FROM \"case\"").await, 1);
            let ola = "SELECT COUNT(*) FROM customer WHERE name = 'Ola Nordmann'";
            assert_eq!(count(store, ola).await, 1);
            let case = maya.get(&opened.to).await.html;
            for words in
                ["Ola Nordmann", "Nobody came on Tuesday.", "Come today.", "ring you at four"]
            {
                assert!(case.contains(words), "{words}");
            }
            let next = maya.post("/cases", "p2", &fields).await;
            assert_ne!(next.to, opened.to);
            assert_eq!(count(store, ola).await, 1, "they are known by their address");
        });
    }

    #[test]
    fn somebody_known_is_found_with_the_cases_they_have_open() {
        on_both(async |world| {
            let company = world.found().await;
            let maya = Browser::of(&world, &company).await;
            let team = company.care.to_string();
            for find in ["amara", "OKAFOR", "amara@example"] {
                let shown = maya
                    .post("/cases", "p1", &[("only", "find"), ("find", find), ("said", "Cold.")])
                    .await;
                assert_eq!(shown.status, 200);
                assert!(shown.html.contains("Amara Okafor"), "{find}");
                assert!(shown.html.contains(">Cold.</textarea>"), "what was typed stays");
            }
            let number =
                count(&world.ctx.store, "SELECT number FROM customer WHERE name = 'Amara Okafor'")
                    .await
                    .to_string();
            let opened = maya.post("/cases", "p2", &call(&team, &[("who", &number)])).await;
            assert_eq!(opened.status, 303, "{}", opened.html);
            let shown = maya.get(&format!("/cases/new?customer={number}")).await;
            assert!(shown.html.contains(&format!("Already open: <a href=\"{}\">", opened.to)));
            let nobody = maya.post("/cases", "p3", &[("only", "find"), ("find", "zz%")]).await;
            assert!(nobody.html.contains("Nobody is found"));
        });
    }

    #[test]
    fn what_must_be_put_right_is_said_beside_each_field_and_nothing_is_cleared() {
        on_both(async |world| {
            let company = world.found().await;
            let maya = Browser::of(&world, &company).await;
            let team = company.care.to_string();
            let other = company.elsewhere.to_string();
            for (fields, says) in [
                (vec![], "Find the person, or write their name below."),
                (
                    vec![("name", "Ola"), ("email", "ola")],
                    "Enter an e-mail address like name@example.com.",
                ),
                (
                    vec![("name", "Ola"), ("phone", "12")],
                    "Enter a telephone number like +47 22 33 44 55.",
                ),
                (
                    vec![("name", "Ola"), ("said", " ")],
                    "Write what happened, in their words or in one line.",
                ),
                (
                    vec![("name", "Ola"), ("promise", "call"), ("due", "2026-11-19T09:00")],
                    "A promise needs a date in the future.",
                ),
                (
                    vec![("name", "Ola"), ("promise", "call"), ("due", "soon")],
                    "Choose a day and an hour.",
                ),
                (vec![("name", "Ola"), ("team", other.as_str())], "Choose a team."),
                (vec![("name", "Ola"), ("channel", "post")], "Choose how they reached us."),
                (
                    vec![("who", "999999")],
                    "Choose somebody from the list, or write their name below.",
                ),
            ] {
                let shown = maya.post("/cases", "p", &call(&team, &fields)).await;
                assert_eq!(shown.status, 422, "{says}");
                assert!(
                    shown.html.contains("There is a problem") && shown.html.contains(says),
                    "{says}"
                );
                assert!(shown.html.contains("<title>Error:"), "{says}");
                if fields.iter().any(|(name, _)| *name == "name") {
                    assert!(shown.html.contains("value=\"Ola\""), "{says}");
                }
            }
            let store = &world.ctx.store;
            assert_eq!(count(store, "SELECT COUNT(*) FROM \"case\"").await, 0);
            assert_eq!(count(store, "SELECT COUNT(*) FROM customer WHERE name = 'Ola'").await, 0);
        });
    }

    #[test]
    fn what_is_typed_comes_back_after_a_reload_until_the_case_is_open() {
        on_both(async |world| {
            let company = world.found().await;
            let maya = Browser::of(&world, &company).await;
            let team = company.care.to_string();
            for (stamp, said) in [("7", "Nobody"), ("8", "Nobody came."), ("7", "late")] {
                let kept =
                    maya.post("/cases/new/draft", "p", &[("said", said), ("stamp", stamp)]).await;
                assert_eq!(kept.status, 204);
            }
            assert!(maya.get("/cases/new").await.html.contains(">Nobody came.</textarea>"));
            let opened =
                maya.post("/cases", "p", &call(&team, &[("name", "Ola"), ("stamp", "9")])).await;
            assert_eq!(opened.status, 303, "{}", opened.html);
            maya.post("/cases/new/draft", "p", &[("said", "late"), ("stamp", "9")]).await;
            let fresh = maya.get("/cases/new").await.html;
            assert!(!fresh.contains("Nobody came.") && !fresh.contains("late</textarea>"));
        });
    }
}
