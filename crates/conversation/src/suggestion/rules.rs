//! When a model is not asked, and the words for what was done.

use casework::refusal::refusals;
use domain::suggestion::SuggestionKind;
use jiff::Timestamp;
use jiff::tz::TimeZone;

refusals! {
    /// Why there is no suggestion.
    SuggestionRefused {
        /// The operator has set none up.
        Off = "model_off", "No language model is set up here.";
        /// The day's or the month's tokens are spent.
        OverBudget = "model_budget_spent",
            "What the language model may cost is spent for now. What you typed is kept.";
        /// The endpoint gave none.
        NoAnswer {
            /// In words.
            why: String
        } = "model_no_answer",
            "No suggestion came: {why}. What you typed is kept.";
        /// There is nothing to translate.
        NothingToTranslate = "nothing_to_translate" at "/text",
            "There are no words to translate. Write some first.";
        /// No such words of the customer.
        NoSuchMessage = "no_such_message" at "/message",
            "There is no such message on this case.";
        /// Nobody knows what to translate into.
        LanguageUnknown = "language_unknown",
            "The customer’s language is not known, so nothing can be translated into it.";
        /// It was taken or set aside, or a newer one took its place.
        Gone = "no_suggestion", "This suggestion is not there any more. Ask for a new one.";
    }
}

/// The rows that count what is spent at `now`: the day and the month, in UTC.
pub fn periods(now: Timestamp) -> [String; 2] {
    let day = now.to_zoned(TimeZone::UTC).date();
    [day.to_string(), format!("{:04}-{:02}", day.year(), day.month())]
}

/// What a suggestion is, for people.
pub fn title(kind: SuggestionKind) -> &'static str {
    match kind {
        SuggestionKind::Reply => "a reply",
        SuggestionKind::Summary => "what happened so far",
        SuggestionKind::MessageTranslation => "their words, translated",
        SuggestionKind::DraftTranslation => "your words, translated",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_and_its_month_are_counted() {
        let late = "2026-11-30T23:59:59Z".parse().expect("a moment");
        assert_eq!(periods(late), ["2026-11-30", "2026-11"]);
    }
}
