//! What counts as a correction.

use serde_json::Value;

/// What a reading says of a text and people may correct.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// What kind of matter.
    Kind,
    /// How severe, `0` to `4`.
    Severity,
    /// How the writer feels.
    Feeling,
}

impl Label {
    /// All of them.
    pub const ALL: [Label; 3] = [Label::Kind, Label::Severity, Label::Feeling];

    /// The word in tables, addresses and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Label::Kind => "kind",
            Label::Severity => "severity",
            Label::Feeling => "feeling",
        }
    }

    /// The label of a word.
    pub fn of_word(word: &str) -> Option<Label> {
        Label::ALL.into_iter().find(|label| label.word() == word)
    }

    /// What may be said of it.
    pub fn values(self) -> &'static [&'static str] {
        match self {
            Label::Kind => &["complaint", "question", "praise", "idea", "cancellation", "other"],
            Label::Severity => &["0", "1", "2", "3", "4"],
            Label::Feeling => &["negative", "neutral", "positive"],
        }
    }
}

/// What was read of one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// What was said.
    pub value: String,
    /// How sure it was, 0 to 1.
    pub sure: f64,
    /// The words that made it, at most five.
    pub because: String,
    /// What read it.
    pub model: String,
}

/// What a stored reading says of `label`; `None` when it says nothing of it.
pub fn read_of(reading: &Value, label: Label) -> Option<Read> {
    let judged = reading.get(label.word())?;
    let value = match judged.get("value")? {
        Value::String(word) => word.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let reasons = judged.get("because").and_then(Value::as_array);
    let words = reasons.into_iter().flatten().filter_map(|reason| reason.get("feature")?.as_str());
    Some(Read {
        value,
        sure: judged.get("confidence").and_then(Value::as_f64).unwrap_or(0.0),
        because: words.take(5).collect::<Vec<_>>().join(", "),
        model: reading.get("model").and_then(Value::as_str).unwrap_or("").to_owned(),
    })
}

/// Whether a person's word on something is worth keeping: they changed it, or they looked at it
/// and it stands as it was read.
pub fn is_said(read: &str, before: &str, now: &str) -> bool {
    now != before || now == read
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_and_a_confirmation_are_kept_and_what_nobody_looked_at_is_not() {
        assert!(is_said("praise", "praise", "complaint"), "corrected");
        assert!(is_said("praise", "praise", "praise"), "confirmed");
        assert!(!is_said("other", "complaint", "complaint"), "the customer chose it in the form");
    }

    #[test]
    fn a_reading_tells_what_it_said_how_sure_it_was_and_why() {
        let reading = json!({"model": "shipped/1", "severity": {"value": 2, "confidence": 0.5,
            "because": [{"feature": "twice"}, {"feature": "no heating"}]}});
        let read = read_of(&reading, Label::Severity).unwrap();
        assert_eq!((read.value.as_str(), read.because.as_str()), ("2", "twice, no heating"));
        assert_eq!((read.sure, read.model.as_str()), (0.5, "shipped/1"));
        assert_eq!(read_of(&reading, Label::Feeling), None);
    }

    #[test]
    fn every_value_of_a_reading_is_one_that_people_may_choose() {
        let kinds = reading::Kind::ALL.map(reading::Kind::word);
        assert_eq!(Label::Kind.values(), kinds);
        let feelings = [
            reading::Feeling::Negative.word(),
            reading::Feeling::Neutral.word(),
            reading::Feeling::Positive.word(),
        ];
        assert_eq!(Label::Feeling.values(), feelings);
    }
}
