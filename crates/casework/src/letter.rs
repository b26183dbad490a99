//! The words of letters that the desk writes by itself or proposes to an agent. Plain, warm, with
//! a name and a date, in the customer's language. The words themselves lie with `speech`.

use crate::case::sql::people::Contact;
use domain::case::Case;
use domain::clock::ClockKind;
use domain::offer::OfferOption;
use domain::words::Words;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use speech::{Language, Say};

/// Our words for a customer: in the language of the case, which is that of the talk; where
/// we do not speak it, in the one they are known to read; else in English.
pub fn say(case: &Case, contact: &Contact) -> Say {
    let known = [case.language.as_str(), contact.language.as_str()];
    Language::first_of(known).unwrap_or_default().say()
}

/// Text made of our own parts; never blank, because the parts around what is filled in are not.
fn words(text: &str) -> Words {
    Words::new(text, Words::MOST)
        .or_else(|_| Words::new(&text.chars().take(Words::MOST).collect::<String>(), Words::MOST))
        .expect("a letter of ours always says something")
}

/// Our first word: we have it, and when they hear from a person. A letter names the day, never
/// "today": nobody knows on which day, or where, it is read.
pub fn acknowledgement(
    say: Say,
    name: &str,
    case: &Case,
    organisation: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> Words {
    let by = match case.clock(ClockKind::Answer) {
        Some(clock) => say.letter_read_by(&say.moment(now, clock.due_at, zone)),
        None => say.letter_read(),
    };
    words(&format!(
        "{}\n\n{}\n\n{}\n\n{}\n\n{organisation}",
        say.greets(name),
        say.letter_acknowledged(&by),
        say.letter_number(&case.number.to_string()),
        say.letter_by_itself(),
    ))
}

/// Brings a new link, which stands below it, to whoever the case is of.
pub fn new_link(say: Say, name: &str, number: &str, organisation: &str) -> Words {
    words(&format!(
        "{}\n\n{}\n\n{}\n\n{}\n\n{organisation}",
        say.greets(name),
        say.letter_new_link(number),
        say.letter_new_link_nobody(),
        say.letter_new_link_by_itself(),
    ))
}

/// Says that a promise was kept.
pub fn promise_kept(say: Say, name: &str, promised: &str, done: &str, from: &str) -> Words {
    words(&format!(
        "{}\n\n{}\n\n{}\n\n{from}",
        say.greets(name),
        say.letter_promise_kept(&sentence(done), promised.trim_end_matches('.')),
        say.letter_how_else(),
    ))
}

/// Begins with a capital and ends with a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let whole = format!("{first}{}", letters.as_str());
    if whole.ends_with(['.', '!', '?']) { whole } else { format!("{whole}.") }
}

/// The sentence a customer gets before a promise gets its new date.
pub fn promise_moved(say: Say, name: &str, told: &str, from: &str) -> Words {
    words(&format!("{}\n\n{}\n\n{from}", say.greets(name), sentence(told)))
}

/// Hands over so that the customer reads why it is good for them.
///
/// - `to`: the person or team that takes over, with the team: `Priya in heating planning`.
/// - `reason`: the benefit, as the agent wrote it.
/// - `phone`: the team's direct line, or empty.
pub fn transfer(
    say: Say,
    name: &str,
    case: &Case,
    to: &str,
    reason: &str,
    by: &str,
    from: &str,
    phone: &str,
) -> Words {
    let reason = reason.trim().trim_end_matches('.');
    // In English it follows "because"; elsewhere it is a sentence of its own.
    let reason = match say.language {
        Language::ENGLISH => lower_first(reason),
        _ => reason.to_owned(),
    };
    let line = match phone {
        "" => String::new(),
        phone => format!(", {}", say.letter_direct_line(phone)),
    };
    words(&format!(
        "{}\n\n{}\n\n– {from}{line}",
        say.greets(name),
        say.letter_transfer(case.problem_line(), &reason, to, by),
    ))
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        // "I …" stays as it is.
        Some(first) if letters.as_str().starts_with(char::is_alphabetic) => {
            format!("{}{}", first.to_lowercase(), letters.as_str())
        }
        _ => text.to_owned(),
    }
}

/// Asks what would be fair.
pub fn what_would_be_fair(say: Say, name: &str, from: &str) -> Words {
    let (greets, asks, how) = (say.greets(name), say.letter_fair(), say.letter_fair_how());
    words(&format!("{greets}\n\n{asks}\n\n{how}\n\n– {from}"))
}

/// Proposes what could put it right; `until` is the last moment to choose, in words.
pub fn proposal(
    say: Say,
    name: &str,
    finding: &str,
    options: &[OfferOption],
    until: Option<String>,
    from: &str,
) -> Words {
    let suggest = match options.len() {
        1 => say.letter_suggest(),
        _ => say.letter_suggest_choose(),
    };
    let mut text = format!("{}\n\n{}\n\n{suggest}\n", say.greets(name), sentence(finding));
    for option in options {
        text.push_str(&format!("  – {}\n", option.words.trim()));
    }
    text.push_str(&format!("\n{}", say.letter_something_else()));
    if let Some(until) = until {
        text.push_str(&format!(" {}", say.letter_choose_until(&until)));
    }
    words(&format!("{text}\n\n– {from}"))
}

/// Takes a proposal back.
pub fn offer_withdrawn(say: Say, name: &str, from: &str) -> Words {
    words(&format!("{}\n\n{}\n\n– {from}", say.greets(name), say.letter_withdrawn()))
}

/// Says what we did, and asks whether it is solved when `asks`.
pub fn resolved(say: Say, name: &str, what_we_did: &str, asks: bool, from: &str) -> Words {
    let question = if asks { format!("\n\n{}", say.letter_solved()) } else { String::new() };
    words(&format!("{}\n\n{}{question}\n\n– {from}", say.greets(name), sentence(what_we_did)))
}

/// The question, by itself or once more.
pub fn solved_again(say: Say, name: &str, case: &Case, organisation: &str) -> Words {
    words(&format!(
        "{}\n\n{}\n\n{}\n\n{organisation}",
        say.greets(name),
        say.letter_solved_again(case.problem_line()),
        say.letter_asked_by_itself(),
    ))
}

/// What we promise where the customer is asked by a call.
pub fn call_to_ask(say: Say) -> Words {
    words(&say.promise_call())
}

/// What we promise once it is not solved after all.
pub fn word_on_what_is_wrong(say: Say) -> Words {
    words(&say.promise_still_wrong())
}

/// What whoever takes over promises.
pub fn word_of_the_next(say: Say) -> Words {
    words(&say.promise_word())
}

/// What we promise once the customer has chosen.
pub fn give_the_chosen(say: Say, chosen: &str) -> Words {
    words(&say.promise_chosen(chosen))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn german() -> Say {
        Language::of("de").expect("spoken").say()
    }

    #[test]
    fn a_letter_is_written_in_the_language_of_the_case_then_of_the_customer() {
        let case = |language: &str| {
            let mut case = crate::told::complaint();
            language.clone_into(&mut case.language);
            case
        };
        let reads =
            |language: &str| Contact { language: language.to_owned(), ..Contact::default() };
        assert_eq!(say(&case("de"), &reads("fr")).language.code(), "de");
        assert_eq!(say(&case("tr"), &reads("fr")).language.code(), "fr");
        assert_eq!(say(&case("tr"), &reads("")).language.code(), "en");
    }

    #[test]
    fn words_of_staff_stand_in_a_letter_of_another_language_as_they_wrote_them() {
        let letter = resolved(german(), "Amara Okafor", "wir kommen morgen", true, "Maya");
        assert_eq!(
            letter.as_str(),
            "Guten Tag Amara Okafor,\n\nWir kommen morgen.\n\nIst es damit gelöst? Ihre Antwort \
             entscheidet.\n\n– Maya"
        );
        let case = crate::told::complaint();
        let handed_over =
            transfer(german(), "", &case, "Jo", "Jo kennt die Anlage.", "x", "Maya", "");
        assert!(handed_over.as_str().contains("an Jo. Der Grund: Jo kennt die Anlage. Dort"));
    }

    #[test]
    fn a_benefit_follows_because_in_small_letters_but_i_stays_i() {
        assert_eq!(lower_first("They can book a van"), "they can book a van");
        assert_eq!(lower_first("I can"), "I can");
    }
}
