//! Delivery reports in JSON that a sending service mails instead of a report part (Amazon SES).

use serde_json::Value;

use super::{Delivery, Formal, State};

/// Reads a notification out of a text, when the text is one.
pub(super) fn read(text: &str) -> Option<(Formal, Vec<Delivery>)> {
    let start = text.trim_start();
    if !start.starts_with('{') || !start.contains("notificationType") {
        return None;
    }
    // Below the object the service adds words of its own, so reading stops at its end.
    let outer = serde_json::Deserializer::from_str(start).into_iter::<Value>().next()?.ok()?;
    let inner = outer["Message"].as_str().and_then(|m| serde_json::from_str(m).ok());
    let message: Value = inner.unwrap_or(outer);
    let list = |path: &Value| path.as_array().cloned().unwrap_or_default();
    let (formal, state, people) = match message["notificationType"].as_str()? {
        "Bounce" => {
            let soft = message["bounce"]["bounceType"] == "Transient";
            let state = if soft { State::FailedForNow } else { State::Failed };
            (Formal::Delivery, state, list(&message["bounce"]["bouncedRecipients"]))
        }
        "Complaint" => {
            let people = list(&message["complaint"]["complainedRecipients"]);
            (Formal::Abuse, State::Complained, people)
        }
        "Delivery" => {
            (Formal::Delivery, State::Delivered, list(&message["delivery"]["recipients"]))
        }
        _ => return None,
    };
    let read = |person: &Value| {
        let address = person["emailAddress"].as_str().or(person.as_str())?;
        Some(Delivery {
            recipient: address.trim_matches(['<', '>']).to_lowercase(),
            state,
            status: person["status"].as_str().map(str::to_owned),
            diagnostic: person["diagnosticCode"].as_str().unwrap_or("").to_owned(),
        })
    };
    Some((formal, people.iter().filter_map(read).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bounce_in_json_is_read_with_what_the_service_adds_below() {
        let text = r#"{"notificationType":"Bounce","bounce":{"bounceType":"Permanent",
            "bouncedRecipients":[{"emailAddress":"Gone@Example.com","status":"5.1.1"}]}}
            -- unsubscribe here"#;
        let (formal, deliveries) = read(text).expect("a notification");
        assert_eq!(formal, Formal::Delivery);
        assert_eq!(deliveries[0].recipient, "gone@example.com");
        assert_eq!(
            (deliveries[0].state, deliveries[0].status.as_deref()),
            (State::Failed, Some("5.1.1"))
        );
        assert!(read("{ not json notificationType").is_none());
    }
}
