//! The words of letters that the desk writes by itself or proposes to an agent. Plain, warm, with
//! a name and a date. English for now; the text is chosen here and nowhere else.

use domain::case::Case;
use domain::clock::ClockKind;
use domain::offer::OfferOption;
use domain::words::Words;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use web::time_words::customer_date;

/// Text made of our own parts; never blank, because the parts around what is filled in are not.
fn words(text: &str) -> Words {
    Words::new(text, Words::MOST)
        .or_else(|_| Words::new(&text.chars().take(Words::MOST).collect::<String>(), Words::MOST))
        .expect("a letter of ours always says something")
}

/// `Hi Amara,`, or `Hello,` where no name is known. Only the first name, and never an address.
fn greeting(name: &str) -> String {
    match name.split_whitespace().next() {
        Some(first) if !first.contains('@') => format!("Hi {first},"),
        _ => "Hello,".to_owned(),
    }
}

/// A moment as a letter names it: `Tuesday 24 November, 17:00 (Oslo time)`. Never "today": nobody
/// knows on which day, or where, a letter is read.
pub fn moment(now: Timestamp, at: Timestamp, zone: &TimeZone) -> String {
    customer_date(now, at, zone)
}

/// Our first word: we have it, and when they hear from a person.
pub fn acknowledgement(
    name: &str,
    case: &Case,
    organisation: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> Words {
    let by = match case.clock(ClockKind::Answer) {
        Some(clock) => format!(
            "Somebody will read it, and you'll hear from a person by {}.",
            moment(now, clock.due_at, zone)
        ),
        None => "Somebody will read it.".to_owned(),
    };
    words(&format!(
        "{}\n\nWe have what you wrote. {by}\n\nIts number is {}. If you want to add something, \
         just answer this letter.\n\nThis first word was sent by itself; the next one is written \
         by a person.\n\n{organisation}",
        greeting(name),
        case.number
    ))
}

/// Says that a promise was kept.
pub fn promise_kept(name: &str, promised: &str, done: &str, from: &str) -> Words {
    words(&format!(
        "{}\n\nWe told you that we would {}. {}\n\nHow else can I help?\n\n{from}",
        greeting(name),
        promised.trim_end_matches('.'),
        sentence(done)
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
pub fn promise_moved(name: &str, told: &str, from: &str) -> Words {
    words(&format!("{}\n\n{}\n\n{from}", greeting(name), sentence(told)))
}

/// Hands over so that the customer reads why it is good for them.
///
/// - `to`: the person or team that takes over, with the team: `Priya in heating planning`.
/// - `reason`: the benefit, as the agent wrote it.
/// - `phone`: the team's direct line, or empty.
pub fn transfer(
    name: &str,
    case: &Case,
    to: &str,
    reason: &str,
    by: &str,
    from: &str,
    phone: &str,
) -> Words {
    let reason = reason.trim().trim_end_matches('.');
    let line = if phone.is_empty() { String::new() } else { format!(", direct line {phone}") };
    words(&format!(
        "{}\n\nI'm passing you to {to}, because {}. They have the whole story (“{}”), so you \
         won't have to repeat it. You'll hear from them by {by}.\n\n– {from}{line}",
        greeting(name),
        lower_first(reason),
        case.problem_line()
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
pub fn what_would_be_fair(name: &str, from: &str) -> Words {
    words(&format!(
        "{}\n\nWe want to put this right with you. What do you think would be fair?\n\nAnswer in \
         your own words, here or on your page.\n\n– {from}",
        greeting(name)
    ))
}

/// Proposes what could put it right; `until` is the last moment to choose, in words.
pub fn proposal(
    name: &str,
    finding: &str,
    options: &[OfferOption],
    until: Option<String>,
    from: &str,
) -> Words {
    let mut text = format!("{}\n\n{}\n\n", greeting(name), sentence(finding));
    text.push_str(match options.len() {
        1 => "What we suggest:\n",
        _ => "What we suggest, choose one:\n",
    });
    for option in options {
        text.push_str(&format!("  – {}\n", option.words.trim()));
    }
    text.push_str("\nIf something else would be fairer, tell us what.");
    if let Some(until) = until {
        text.push_str(&format!(" You can choose until {until}."));
    }
    words(&format!("{text}\n\n– {from}"))
}

/// Takes a proposal back.
pub fn offer_withdrawn(name: &str, from: &str) -> Words {
    words(&format!(
        "{}\n\nWe have taken back what we suggested. I'll write to you about what we can do \
         instead.\n\n– {from}",
        greeting(name)
    ))
}

/// Says what we did, and asks whether it is solved when `asks`.
pub fn resolved(name: &str, what_we_did: &str, asks: bool, from: &str) -> Words {
    let question = if asks { "\n\nDid this solve it? Your answer decides." } else { "" };
    words(&format!("{}\n\n{}{question}\n\n– {from}", greeting(name), sentence(what_we_did)))
}

/// The question, by itself or once more.
pub fn solved_again(name: &str, case: &Case, organisation: &str) -> Words {
    words(&format!(
        "{}\n\nWe wrote to you about “{}”. Did this solve it? One press on your page is enough, \
         and if something is still wrong we go on.\n\nThis question was sent by itself; an answer \
         is read by a person.\n\n{organisation}",
        greeting(name),
        case.problem_line()
    ))
}

/// What follows "We will" where the customer is asked by a call.
pub fn call_to_ask() -> Words {
    words("ring you and ask whether this solved it")
}

/// Wraps an agent's own words as a letter.
pub fn plain(name: &str, text: &str, from: &str) -> Words {
    words(&format!("{}\n\n{}\n\n– {from}", greeting(name), text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_greets_by_first_name_and_never_by_address() {
        assert_eq!(greeting("Amara Okafor"), "Hi Amara,");
        assert_eq!(greeting("amara@example.org"), "Hello,");
        assert_eq!(greeting(""), "Hello,");
    }

    #[test]
    fn a_letter_names_the_day_even_of_today_because_it_is_read_on_another() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let zone = TimeZone::get("Europe/Oslo").unwrap();
        let now = at("2026-11-19T13:08:00Z");
        let names = |text| moment(now, at(text), &zone);
        assert_eq!(names("2026-11-19T14:30:00Z"), "Thursday 19 November, 15:30 (Oslo time)");
        assert_eq!(names("2026-11-24T16:00:00Z"), "Tuesday 24 November, 17:00 (Oslo time)");
        assert_eq!(names("2027-01-04T16:00:00Z"), "Monday 4 January 2027, 17:00 (Oslo time)");
    }

    #[test]
    fn a_benefit_follows_because_in_small_letters_but_i_stays_i() {
        assert_eq!(lower_first("They can book a van"), "they can book a van");
        assert_eq!(lower_first("I can"), "I can");
    }
}
