//! What programs can do with a token, over HTTP.

use crate::told::{arrive, complaint, opened, ring};
use axum::body::Body;
use axum::http::{Request, header};
use domain::permit::Staff;
use http_body_util::BodyExt;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::file::sha256_hex;
use store::{Context, on};
use testkit::{Company, World, on_both};
use tower::ServiceExt;

pub struct Answer {
    pub status: u16,
    etag: String,
    link: String,
    pub body: Value,
}

impl Answer {
    fn version(&self) -> u64 {
        self.body["version"].as_u64().unwrap()
    }
}

/// A program that acts for somebody.
pub struct Program {
    ctx: Context,
    token: String,
}

impl Program {
    pub async fn of(world: &World, staff: &Staff, acts: &str) -> Program {
        const SQL: &str = "
            INSERT INTO api_token (id, hash, staff_id, name, acts, made_at_ms)
            VALUES ($1, $2, $3, 'Test', $4, 0)";
        let token = format!("rd_{}_{}", staff.name, acts.len());
        let mut tx = world.ctx.begin().await.unwrap();
        on!(Tx &mut tx, db => sqlx::query(SQL).bind(&token).bind(sha256_hex(token.as_bytes()))
            .bind(staff.id.to_string()).bind(acts).execute(db).await.map(|_| ()))
        .unwrap();
        tx.commit().await.unwrap();
        Program { ctx: world.ctx.clone(), token }
    }

    async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None, &[]).await
    }

    /// Reads the feed until an event of this name is there. On PostgreSQL the feed waits for older
    /// transactions to end, and other stories share the server.
    async fn feed_until(&self, path: &str, name: &str, times: usize) -> Answer {
        for _ in 0..5_000 {
            let answer = self.get(path).await;
            let events = answer.body["data"].as_array().unwrap();
            if events.iter().filter(|event| event["name"] == name).count() >= times {
                return answer;
            }
        }
        panic!("{name} never came");
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, Some(body), &[]).await
    }

    /// Posts what must succeed.
    async fn does(&self, path: &str, body: Value) -> Answer {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        assert_eq!(answer.etag, format!("\"v{}\"", answer.version()));
        answer
    }

    pub async fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let (routes, _) = app::cases::api().split_for_parts();
        let app = routes
            .layer(axum::middleware::from_fn(web::problem::answer_problems))
            .with_state(self.ctx.clone());
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or(Body::empty(), |body| Body::from(body.to_string()));
        let response = app.oneshot(request.body(body).unwrap()).await.unwrap();
        let text = |name: header::HeaderName| {
            let value = response.headers().get(name).map(|value| value.to_str().unwrap());
            value.unwrap_or("").to_owned()
        };
        let (status, etag, link) =
            (response.status().as_u16(), text(header::ETAG), text(header::LINK));
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, etag, link, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }
}

async fn call_logged(world: &World, company: &Company) -> Value {
    const SQL: &str = "SELECT number FROM customer WHERE id = $1";
    let amara = company.amara.to_string();
    let number: i64 = on!(Store &world.ctx.store, db => sqlx::query_scalar(SQL).bind(&amara)
        .fetch_one(db).await)
    .unwrap();
    json!({
        "customer": number, "team": company.care, "kind": "complaint", "channel": "call",
        "said": "The engineer did not come on Tuesday.", "severity": 2,
        "signs": { "cut_off": true },
        "promise": { "words": "call you with the result", "due_at": "2026-11-20T12:00:00Z" },
    })
}

#[test]
fn a_program_takes_a_case_from_the_call_to_the_customers_yes() {
    on_both(async |world| {
        let company = world.found().await;
        let maya = Program::of(&world, &company.maya, "").await;
        let case =
            maya.does("/cases", call_logged(&world, &company).await).await.body["number"].clone();
        let at = |rest: &str| format!("/cases/{}{rest}", case.as_str().unwrap());
        let read = maya.get(&at("?expand=messages,promises,notes,offers")).await;
        assert_eq!(read.body["stage"], "with");
        assert_eq!(read.body["subject"], "The engineer did not come on Tuesday.");
        assert_eq!(read.body["customer"]["name"], "Amara Okafor");
        assert_eq!(read.body["signs"]["cut_off"], true);
        assert_eq!(read.body["messages"][0]["direction"], "in");
        assert_eq!(read.body["promises"][0]["words"], "call you with the result");
        assert_eq!((&read.body["notes"], &read.body["offers"]), (&json!([]), &json!([])));
        assert_eq!(read.body["customer"]["identities"], json!(null), "nobody asked");
        let listed = maya.get("/cases?expand=customer,promises").await;
        let first = &listed.body["data"][0];
        assert_eq!(first["promises"], read.body["promises"]);
        assert_eq!(first["customer"]["identities"][0]["value"], "amara@example.org");
        assert_eq!(maya.get("/cases?expand=messages").await.status, 400, "of one case only");
        let promise = read.body["promises"][0]["id"].as_str().unwrap().to_owned();
        maya.does(&at("/notes"), json!({ "text": "Van was rerouted." })).await;
        let sent = maya.does(&at("/messages"), json!({ "text": "We are on it, Amara." })).await;
        let message = sent.body["message"].as_str().unwrap();
        let back = maya.call("DELETE", &at(&format!("/messages/{message}")), None, &[]).await;
        assert_eq!(back.status, 200, "{}", back.body);
        let moved = json!({ "due_at": "2026-11-20T15:00:00Z", "told": "We call by four." });
        maya.does(&at(&format!("/promises/{promise}/dates")), moved).await;
        let kept = json!({ "done": "We rang and found the fault." });
        maya.does(&at(&format!("/promises/{promise}/keepings")), kept).await;
        let offer = json!({ "finding": "We sent the van elsewhere.", "options": [
            { "remedy": "refund", "words": "20 € off", "cost_minor": 2_000, "currency": "EUR" }] });
        let offer = maya.does(&at("/offers"), offer).await.body["offer"].clone();
        let accepted = at(&format!("/offers/{}/acceptances", offer.as_str().unwrap()));
        maya.does(&accepted, json!({ "option": 0 })).await;
        let owed = maya.get(&at("/promises")).await.body["data"][1]["id"].clone();
        let owed = at(&format!("/promises/{}/keepings", owed.as_str().unwrap()));
        maya.does(&owed, json!({ "done": "20 € are on the next bill." })).await;
        let put_right = json!({ "what_we_did": "The engineer came.", "ask": "now" });
        maya.does(&at("/resolutions"), put_right).await;
        maya.does(&at("/answers"), json!({ "answer": "yes", "words": "It is warm." })).await;
        let over = maya.get(&at("")).await;
        assert_eq!(
            (&over.body["stage"], &over.body["closing"]),
            (&json!("closed"), &json!("confirmed"))
        );
        maya.does(&at("/reopenings"), json!({})).await;
        assert_eq!(maya.get(&at("/offers")).await.body["data"][0]["state"], "accepted");
    });
}

#[test]
fn a_program_hands_over_asks_to_decide_and_deals_with_abuse() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let at = |rest: &str| format!("/cases/{number}{rest}");
        let (maya, jo) = (
            Program::of(&world, &company.maya, "").await,
            Program::of(&world, &company.jo, "").await,
        );
        let put = async |path: &str, body: Value| {
            let answer = maya.call("PUT", path, Some(body), &[]).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        };
        put(&at("/owner"), json!({ "owner": company.maya.id })).await;
        put(&at("/problem"), json!({ "problem": "No heating since Tuesday." })).await;
        let reading =
            json!({ "kind": "complaint", "severity": 3, "signs": { "needs_care": true } });
        put(&at("/reading"), reading).await;
        let read = maya.get(&at("")).await.body;
        assert_eq!((&read["owner"]["name"], &read["severity"]), (&json!("Maya"), &json!(3)));
        assert_eq!(
            (&read["signs"]["cut_off"], &read["signs"]["needs_care"]),
            (&json!(false), &json!(true))
        );
        maya.does(&at("/snoozes"), json!({ "until": "2026-11-19T13:20:00Z" })).await;
        maya.does(&at("/wakings"), json!({})).await;
        let question = json!({ "question": "May we send a taxi?", "to": company.jo.id });
        maya.does(&at("/escalations"), question).await;
        assert_eq!(
            jo.get("/cases?view=escalated").await.body["data"][0]["number"],
            number.to_string()
        );
        jo.does(&at("/escalations/answers"), json!({ "answer": "Yes." })).await;
        maya.does(&at("/conduct-steps"), json!({ "step": "warn", "words": "Please be kind." }))
            .await;
        let transfer = json!({
            "team": company.planning, "reason": "they can book a van while you are on the line",
            "due_at": "2026-11-19T17:00:00Z",
        });
        // What they would read is shown before, and nothing moves by looking.
        let before = maya.get(&at("")).await.version();
        let preview = maya.post(&at("/transfers/previews"), transfer.clone()).await;
        assert_eq!(preview.status, 200, "{}", preview.body);
        let letter = preview.body["letter"].as_str().unwrap();
        assert!(letter.contains("they can book a van while you are on the line"), "{letter}");
        assert_eq!(maya.get(&at("")).await.version(), before);
        maya.does(&at("/transfers"), transfer).await;
        assert_eq!(maya.get(&at("")).await.status, 404, "it lies with a team she does not see");
        let moved = jo.get(&at("")).await.body;
        assert_eq!(moved["team"], company.planning.to_string());
        let owed = jo.get(&at("/promises")).await.body["data"][0]["id"].clone();
        let kept = at(&format!("/promises/{}/keepings", owed.as_str().unwrap()));
        jo.does(&kept, json!({ "done": "We wrote with a date." })).await;
        let closing = json!({ "because": "withdrawn", "reason": "They rang and took it back." });
        jo.does(&at("/closings"), closing).await;
        assert_eq!(jo.get("/cases?view=closed").await.body["data"][0]["closing"], "withdrawn");
    });
}

#[test]
fn what_is_not_theirs_looks_like_what_is_not_there() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let stan = Program::of(&world, &company.stan, "").await;
        let narrow = Program::of(&world, &company.maya, "note").await;
        let note = json!({ "text": "Hello" });
        for rest in ["", "/messages", "/notes", "/events", "/promises", "/offers"] {
            let theirs = stan.get(&format!("/cases/{number}{rest}")).await;
            let nothing = stan.get(&format!("/cases/R-99999{rest}")).await;
            assert_eq!(
                (theirs.status, &theirs.body["code"]),
                (404, &nothing.body["code"]),
                "{rest}"
            );
            assert_eq!(narrow.get(&format!("/cases/{number}{rest}")).await.status, 404, "{rest}");
        }
        for case in [number.to_string(), "R-99999".to_owned(), "nonsense".to_owned()] {
            let refused = stan.post(&format!("/cases/{case}/notes"), note.clone()).await;
            assert_eq!((refused.status, &refused.body["code"]), (404, &json!("case_missing")));
        }
        assert_eq!(narrow.get("/cases").await.status, 403);
        assert_eq!(narrow.post(&format!("/cases/{number}/notes"), note).await.status, 201);
        assert_eq!(stan.get("/cases").await.body["data"], json!([]));
        assert_eq!(stan.get("/search?q=heating").await.body["data"], json!([]));
        let mut new = call_logged(&world, &company).await;
        let refused = stan.post("/cases", new.clone()).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["pointer"]), (422, &json!("/team")));
        new["team"] = json!(company.elsewhere);
        let refused = stan.post("/cases", new).await;
        assert_eq!(
            (refused.status, &refused.body["errors"][0]["pointer"]),
            (422, &json!("/customer"))
        );
        for (path, what) in
            [("promises/x/keepings", "promise_missing"), ("offers/x/approvals", "offer_missing")]
        {
            let id = world.ctx.id::<domain::id::OfferId>(world.ctx.now()).to_string();
            let body = if what == "offer_missing" { json!({}) } else { json!({ "done": "It" }) };
            let jo = Program::of(&world, &company.jo, "").await;
            let path = path.replace('x', &id);
            let missing = jo.post(&format!("/cases/{number}/{path}"), body).await;
            assert_eq!((missing.status, &missing.body["code"]), (404, &json!(what)));
            let sql = "DELETE FROM api_token WHERE id = 'rd_Jo_0'";
            let mut tx = world.ctx.begin().await.unwrap();
            on!(Tx &mut tx, db => sqlx::query(sql).execute(db).await.map(|_| ())).unwrap();
            tx.commit().await.unwrap();
        }
    });
}

#[test]
fn a_version_and_a_key_guard_what_is_changed() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let maya = Program::of(&world, &company.maya, "").await;
        let path = format!("/cases/{number}/notes");
        let seen = maya.get(&format!("/cases/{number}")).await;
        let note = Some(json!({ "text": "Looked at it." }));
        let once = [("idempotency-key", "n1"), ("if-match", seen.etag.as_str())];
        let first = maya.call("POST", &path, note.clone(), &once).await;
        let again = maya.call("POST", &path, note.clone(), &once).await;
        assert_eq!((first.status, &again.body), (201, &first.body));
        assert_eq!(maya.get(&path).await.body["data"].as_array().unwrap().len(), 1);
        let other = maya.call("POST", &path, Some(json!({ "text": "Other" })), &once).await;
        assert_eq!((other.status, &other.body["code"]), (422, &json!("key_used_otherwise")));
        let stale = maya.call("POST", &path, note.clone(), &once[1..]).await;
        assert_eq!((stale.status, &stale.body["current"]), (412, &json!(first.version())));
        let known = [("if-none-match", first.etag.as_str())];
        let same = maya.call("GET", &format!("/cases/{number}"), None, &known).await;
        assert_eq!(same.status, 304);
        let bad = maya.call("POST", &path, note, &[("if-match", "19")]).await;
        assert_eq!(bad.status, 400);
        let reply = json!({ "text": "Hello", "read_up_to": 0 });
        let unread = maya.post(&format!("/cases/{number}/messages"), reply).await;
        assert_eq!((unread.status, &unread.body["code"]), (409, &json!("new_message")));
    });
}

#[test]
fn lists_are_read_page_by_page_without_a_gap_or_a_double() {
    on_both(async |world| {
        let company = world.found().await;
        for n in 0..7 {
            arrive(&world, &complaint(&world, &company, &format!("Number {n}")), company.nameless)
                .await;
            world.pass(SignedDuration::from_secs(90));
        }
        let jo = Program::of(&world, &company.jo, "").await;
        let first = jo.get("/cases").await.body["data"][0]["number"].as_str().unwrap().to_owned();
        for n in 0..5 {
            let due_at = format!("2026-11-2{n}T12:00:00Z");
            let promise = json!({ "words": format!("call {n}"), "due_at": due_at });
            jo.does(&format!("/cases/{first}/promises"), promise).await;
        }
        jo.feed_until("/events?limit=200", "promise_made", 5).await;
        let record = format!("/cases/{first}/events?");
        let lists = ["/cases?view=open&", "/promises?band=due&", "/events?", &record];
        for list in lists {
            let whole = jo.get(&format!("{list}limit=200")).await;
            let (mut rows, mut next) = (Vec::new(), String::new());
            loop {
                let page = jo.get(&format!("{list}limit=2{next}")).await;
                assert_eq!(page.status, 200, "{list}: {}", page.body);
                rows.extend(page.body["data"].as_array().unwrap().clone());
                if page.body["has_more"] == json!(false) || page.body["end_of_feed"] == json!(true)
                {
                    break;
                }
                let cursor = page.body["next"].as_str().unwrap();
                if page.body.get("has_more").is_some() {
                    assert!(
                        page.link.contains("limit=2") && page.link.contains(cursor),
                        "{}",
                        page.link
                    );
                }
                next = format!("&after={cursor}");
            }
            assert!(rows.len() > 4, "{list}");
            assert_eq!(Value::Array(rows), whole.body["data"], "{list}");
        }
        for bad in [
            "/cases?limit=0",
            "/cases?view=tickets",
            "/cases?owner=x",
            "/cases?after=x",
            "/cases?owner=me&team=x",
            "/cases?sort=password_hash",
            "/promises?band=x",
            "/promises?from=yesterday",
            "/promises?after=x",
            "/events?after=x",
            "/events?limit=201",
        ] {
            assert_eq!(jo.get(bad).await.status, 400, "{bad}");
        }
        let mine = jo.get("/cases?owner=me").await;
        assert_eq!(mine.body["data"], json!([]));
        let care = jo.get(&format!("/cases?team={}", company.care)).await;
        assert_eq!(care.body["data"].as_array().unwrap().len(), 7);
        let found = jo.get("/search?q=number").await;
        assert_eq!(found.body["data"].as_array().unwrap().len(), 7);
    });
}

#[test]
fn the_feed_goes_on_where_it_ended_and_shows_only_what_one_may_see() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (jo, stan) = (
            Program::of(&world, &company.jo, "").await,
            Program::of(&world, &company.stan, "").await,
        );
        let all = jo.feed_until("/events", "opened", 1).await;
        assert_eq!(all.body["data"][0]["name"], "opened");
        assert_eq!(all.body["data"][0]["number"], number.to_string());
        assert_eq!(all.body["end_of_feed"], true);
        let place = all.body["next"].as_str().unwrap().to_owned();
        let end = jo.get(&format!("/events?after={place}")).await;
        assert_eq!((&end.body["data"], &end.body["next"]), (&json!([]), &json!(place)));
        jo.does(&format!("/cases/{number}/notes"), json!({ "text": "New" })).await;
        let more = jo.feed_until(&format!("/events?after={place}"), "noted", 1).await;
        assert_eq!(more.body["data"][0]["name"], "noted");
        assert_eq!(more.body["data"][0]["actor"], json!({ "kind": "staff", "id": company.jo.id }));
        assert_eq!(more.body["data"][0]["data"]["note"]["text"], "New");
        assert_eq!(stan.get("/events").await.status, 403, "an agent does not read the record");
        assert_eq!(jo.get("/jobs/failed").await.status, 403, "a lead does not operate");
    });
}

#[test]
fn work_that_failed_is_seen_and_started_again_by_who_may_operate() {
    on_both(async |world| {
        let company = world.found().await;
        let ctx = &world.ctx;
        let mut tx = ctx.begin().await.unwrap();
        let (now, id) = (ctx.now(), "promise/of nobody");
        tx.enqueue(id, "promise", "not json", now, now).await.unwrap();
        let sql = "INSERT INTO staff_role (staff_id, role) VALUES ($1, 'administrator')";
        on!(Tx &mut tx, db => sqlx::query(sql).bind(company.jo.id.to_string()).execute(db).await
            .map(|_| ()))
        .unwrap();
        tx.commit().await.unwrap();
        for _ in 0..store::job::ATTEMPTS_MOST {
            let jobs = ctx.store.claim(ctx.now(), SignedDuration::from_secs(9), 9).await.unwrap();
            assert!(app::cases::run(ctx, &jobs[0]).await.unwrap().is_err());
            ctx.store.fail(&jobs[0], "not a timer", ctx.now()).await.unwrap();
        }
        let admin = Program::of(&world, &company.jo, "").await;
        let failed = admin.get("/jobs/failed").await;
        assert_eq!(
            (&failed.body["data"][0]["id"], &failed.body["data"][0]["error"]),
            (&json!(id), &json!("not a timer"))
        );
        let path = "/jobs/promise%2Fof%20nobody/replays";
        assert_eq!(admin.post(path, json!({})).await.status, 202);
        assert_eq!(admin.post(path, json!({})).await.status, 404, "it runs again");
        assert_eq!(admin.get("/jobs/failed").await.body["data"], json!([]));
        ctx.store.claim(ctx.now(), SignedDuration::from_secs(9), 9).await.unwrap();
        ring(&world).await;
    });
}

#[test]
fn every_address_is_described_guarded_and_never_breaks_on_what_it_is_sent() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let jo = Program::of(&world, &company.jo, "").await;
        let nobody = Program { ctx: world.ctx.clone(), token: "rd_nobody".to_owned() };
        let (_, described) = app::cases::api().split_for_parts();
        let described = serde_json::to_value(&described).unwrap();
        let deep = format!("{}1{}", "[".repeat(31), "]".repeat(31));
        let nonsense = [
            "{}",
            "[]",
            "null",
            "1",
            r#"{"text":1}"#,
            r#"{"owner":"x","admin":true}"#,
            r#"{"text":"\u0000"}"#,
            r#"{"until":"9999999-01-01"}"#,
            &deep,
        ];
        let mut n = 0;
        for (path, methods) in described["paths"].as_object().unwrap() {
            let filled = path.replace("{number}", &number.to_string()).replace("{id}", "%00%F0%9F");
            let filled = filled.strip_prefix("/api/v1").unwrap();
            for (method, about) in methods.as_object().unwrap() {
                let called = method.to_uppercase();
                assert_eq!(about["security"], json!([{ "token": [] }]), "{method} {path}");
                assert!(about["responses"]["401"].is_object(), "{method} {path}");
                assert!(about["summary"].is_string(), "{method} {path}");
                let asked = nobody.call(&called, filled, Some(json!({})), &[]).await;
                assert_eq!(
                    (asked.status, &asked.body["code"]),
                    (401, &json!("not_signed_in")),
                    "{path}"
                );
                for body in nonsense {
                    let body = Some(serde_json::from_str(body).unwrap());
                    let answer = jo.call(&called, filled, body, &[]).await;
                    assert!(answer.status < 500, "{method} {path}: {}", answer.body);
                }
                n += 1;
            }
        }
        assert!(n > 35, "{n} operations");
    });
}

#[test]
fn a_letter_in_doubt_is_decided_on_its_own_case_only_and_once() {
    on_both(async |world| {
        let company = world.found().await;
        let maya = Program::of(&world, &company.maya, "").await;
        let logged = call_logged(&world, &company).await;
        let one = maya.does("/cases", logged.clone()).await.body["number"].clone();
        let two = maya.does("/cases", logged).await.body["number"].clone();
        let (one, two) = (one.as_str().unwrap(), two.as_str().unwrap());
        let text = json!({ "text": "We come on Friday at nine." });
        let sent = maya.does(&format!("/cases/{one}/messages"), text).await;
        let message = sent.body["message"].as_str().unwrap().to_owned();
        world.pass(SignedDuration::from_mins(5));
        let (now, lease) = (world.ctx.now(), SignedDuration::from_secs(60));
        for letter in world.ctx.store.take_letters(now, lease, 99).await.unwrap() {
            let mut tx = world.ctx.begin().await.unwrap();
            tx.letter_ended(&letter, "uncertain", "cut off", now, now).await.unwrap();
            tx.commit().await.unwrap();
        }
        let again = json!({ "decide": "again" });
        let decide = async |case: &str, body: &Value| {
            let path = format!("/cases/{case}/messages/{message}/decisions");
            maya.post(&path, body.clone()).await.status
        };
        assert_eq!(decide(two, &again).await, 404, "it is no letter of that case");
        assert_eq!(decide(one, &json!({ "decide": "maybe" })).await, 422);
        assert_eq!(decide(one, &again).await, 204);
        assert_eq!(decide(one, &again).await, 409, "it was decided");
        let letter = world.ctx.store.letter(&message).await.unwrap().unwrap();
        assert_eq!(letter.state, "held");
    });
}

#[test]
fn a_program_sees_what_its_person_did_and_notes_what_they_read() {
    on_both(async |world| {
        let company = world.found().await;
        let maya = Program::of(&world, &company.maya, "").await;
        let stan = Program::of(&world, &company.stan, "").await;
        let logged = call_logged(&world, &company).await;
        let case = maya.does("/cases", logged).await.body["number"].clone();
        let case = case.as_str().unwrap();
        let text = json!({ "text": "We come on Friday at nine." });
        maya.does(&format!("/cases/{case}/messages"), text).await;
        let did = maya.get("/me/actions").await;
        assert_eq!(did.body[0]["says"], "Sent a reply to Amara Okafor");
        assert_eq!((&did.body[0]["number"], &did.body[0]["undone"]), (&json!(case), &json!(false)));
        maya.does("/me/undos", json!({})).await;
        assert_eq!(maya.get("/me/actions").await.body[0]["undone"], true);
        let path = format!("/cases/{case}/seen");
        let seen = json!({ "version": 1 });
        assert_eq!(maya.call("PUT", &path, Some(seen.clone()), &[]).await.status, 204);
        assert_eq!(stan.call("PUT", &path, Some(seen), &[]).await.status, 404);
        assert_eq!(stan.get("/me/actions").await.body, json!([]));
    });
}

#[test]
fn a_program_hears_what_is_new_and_keeps_searches_for_its_person() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let maya = Program::of(&world, &company.maya, "").await;
        let stan = Program::of(&world, &company.stan, "").await;
        let owner = json!({ "owner": company.maya.id });
        let taken = maya.call("PUT", &format!("/cases/{number}/owner"), Some(owner), &[]).await;
        assert_eq!(maya.get("/me/news").await.body[0]["number"], number.to_string());
        assert_eq!(stan.get("/me/news").await.body, json!([]));
        let seen = json!({ "version": taken.version() });
        maya.call("PUT", &format!("/cases/{number}/seen"), Some(seen), &[]).await;
        assert_eq!(maya.get("/me/news").await.body, json!([]), "what was read is no news");

        let heating = json!({ "name": "No heating", "q": "is:open heating" });
        let kept = maya.post("/me/views", heating.clone()).await;
        assert_eq!(kept.status, 201, "{}", kept.body);
        assert_eq!(maya.post("/me/views", heating).await.body, kept.body, "the same is kept once");
        let path = format!("/me/views/{}", kept.body["id"].as_str().unwrap());
        let name = Some(json!({ "name": "Cold homes" }));
        assert_eq!(stan.call("PATCH", &path, name.clone(), &[]).await.status, 404);
        assert_eq!(maya.call("PATCH", &path, name, &[]).await.status, 204);
        assert_eq!(stan.call("DELETE", &path, None, &[]).await.status, 404);
        let views = maya.get("/me/views").await.body;
        assert_eq!(
            (&views[0]["name"], &views[0]["q"]),
            (&json!("Cold homes"), &json!("is:open heating"))
        );
        assert_eq!(maya.call("DELETE", &path, None, &[]).await.status, 204);
        assert_eq!(maya.get("/me/views").await.body, json!([]));
    });
}
