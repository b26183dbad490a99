//! Forms that were tampered with, and forms with nonsense in each of their fields.

use crate::nonsense::{JSON, Sent, fault, is_api};
use crate::world::House;
use app::routes::{ROUTES, Route};
use serde_json::Value;
use testkit::on_both;

const HOSTILE: &str = "<img src=x onerror=alert(1)>";

/// Routes whose bodies are files.
fn takes_files(route: &Route) -> bool {
    route.path.ends_with("/files")
}

#[test]
fn a_form_that_was_tampered_with_is_refused_with_a_page_and_changes_nothing() {
    on_both(async |world| {
        let mut house = House::furnish(world).await;
        house.fill().await;
        let csrf = house.csrf();
        let mut wrong = Vec::new();
        let forms = ROUTES.iter().filter(|route| !is_api(route) && route.method != "GET");
        for route in forms.filter(|route| !takes_files(route)) {
            let before = house.kept().await;
            let good = house.to(route);
            // Forms of customers need nobody's name: what they carry is in their address.
            let needs_us = route.open_to.len() < app::routes::Caller::ALL.len();
            let many: String = (0..1_001).map(|n| format!("&f{n}=1")).collect();
            let mut sent: Vec<(&str, Sent, Vec<u16>)> = vec![
                ("JSON", good.clone().with("content-type", JSON).body("{}"), vec![415]),
                ("no kind", good.clone().without("content-type").body("a=b"), vec![415]),
                ("bad UTF-8", good.clone().body(format!("{csrf}&a=%FF")), vec![400]),
                ("raw bytes", good.clone().body(b"a=\xff\xfe".to_vec()), vec![400]),
                ("zero", good.clone().body(format!("{csrf}&a=%00")), vec![400]),
                ("much", good.clone().body(vec![b'a'; 1_048_600]), vec![413]),
                ("many fields", good.clone().body(format!("{csrf}{many}")), vec![413]),
                ("another host", good.clone().with("host", "evil.example"), vec![421]),
                ("another site", good.clone().with("origin", "https://evil.example"), vec![403]),
                ("a frame", good.clone().with("sec-fetch-site", "cross-site"), vec![403]),
            ];
            // Presses that carry nothing are judged by where they go and whence they come.
            let carries_nothing =
                route.path.ends_with("/send") || route.path.starts_with("/complain/received/");
            if carries_nothing {
                sent.retain(|(what, ..)| {
                    ["another host", "another site", "a frame"].contains(what)
                });
            }
            let takes_any = carries_nothing || route.path == "/settings/keyboard";
            if !takes_any {
                let unknown = good.clone().body(format!("{csrf}&nonsense=1"));
                sent.push(("an unknown field", unknown, vec![422]));
            }
            if needs_us {
                for forged in ["", "csrf=", "csrf=0123456789abcdef", "csrf=%27"] {
                    sent.push(("a forged mark", good.clone().body(forged), vec![403]));
                }
                let nobody = good.clone().with("cookie", "redress=forged").body(csrf.clone());
                sent.push(("a forged cookie", nobody, vec![303]));
            }
            for (what, sent, expected) in sent {
                let answer = house.send(sent).await;
                if let Some(fault) = fault(route, &answer, &expected) {
                    wrong.push(format!("{} with {what} {fault}", route.path));
                }
            }
            if house.kept().await != before {
                wrong.push(format!("{} changed something", route.path));
            }
        }
        assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    });
}

/// The fields a form knows: it says so when it is asked for one that it does not know.
async fn fields_of(house: &House, route: &Route) -> Vec<String> {
    let asked = house.to(route).with("accept", JSON);
    let answer = house.send(asked.body(format!("{}&nonsense=1", house.csrf()))).await;
    let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
    let says = body["errors"][0]["message"].as_str().unwrap_or("").to_owned();
    let (_, known) = says.split_once("expected ").unwrap_or_default();
    known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn whatever_stands_in_a_field_breaks_nothing_and_is_shown_as_text() {
    on_both(async |world| {
        let mut house = House::furnish(world).await;
        house.fill().await;
        let long = "a".repeat(300_000);
        let values = [
            HOSTILE,
            "not-an-id",
            "-1",
            "99999999999999999999999",
            "2026-13-45T99:99",
            "9999-12-31T23:59",
            "-009999-01-01T00:00",
            "' OR 1=1 --",
            "\u{202e}\u{feff}\u{7f}\u{1}",
            "{{ 7 * 7 }}",
            "=HYPERLINK(\"http://evil.example\")",
            long.as_str(),
        ];
        let mut wrong = Vec::new();
        let mut n_fields = 0;
        let forms = ROUTES.iter().filter(|route| !is_api(route) && route.method != "GET");
        for route in forms.filter(|route| !takes_files(route) && route.path != "/sign-out") {
            let fields = fields_of(&house, route).await;
            n_fields += fields.len();
            // Everything at once, then each field by itself among plain words.
            for value in values {
                let all = |odd: Option<&str>| {
                    let mut form = url::form_urlencoded::Serializer::new(house.csrf());
                    for name in &fields {
                        let is_odd = odd.is_none_or(|odd| odd == name);
                        form.append_pair(name, if is_odd { value } else { "words" });
                    }
                    form.finish()
                };
                let one_by_one = fields.iter().filter(|_| value.len() < 1_000);
                let bodies = std::iter::once(all(None));
                for body in bodies.chain(one_by_one.map(|name| all(Some(name)))) {
                    let answer = house.send(house.to(route).body(body)).await;
                    if let Some(fault) = fault(route, &answer, &[]) {
                        wrong.push(format!("{} with {value:.20} {fault}", route.path));
                    } else if answer.text.contains(HOSTILE) {
                        wrong.push(format!("{} gives back markup", route.path));
                    }
                }
            }
        }
        for route in ROUTES.iter().filter(|route| route.method == "GET" && !is_api(route)) {
            let answer = house.send(house.to(route)).await;
            if answer.status.is_server_error() || answer.text.contains(HOSTILE) {
                wrong.push(format!("{} shows markup or broke: {}", route.path, answer.status));
            }
        }
        assert!(n_fields > 60, "only {n_fields} fields were found");
        assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    });
}
