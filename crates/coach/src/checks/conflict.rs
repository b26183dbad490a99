//! C08: the draft contradicts an open promise or an earlier message of ours.

use super::{Case, Said, shared};
use crate::checks::offer::amounts;
use crate::concept::Concept;
use crate::draft::Earlier;
use crate::finding::Detail;
use crate::slots::zone_of;
use crate::text::{Sentence, Text};
use domain::money::Money;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

/// Sentences of the draft, and of one earlier message, that are compared.
const MOST_SENTENCES: usize = 60;

pub(super) fn check(case: &mut Case) {
    // Who says openly that an earlier word changes does not contradict it unawares.
    if case.says(Concept::Moved) {
        return;
    }
    let text = case.text;
    let ours = std::mem::take(&mut case.ours);
    let given = given(case, &ours);
    for sentence in text.sentences.iter().take(MOST_SENTENCES) {
        if let Some(detail) = against_promise(case, sentence) {
            case.note("C08", "promise", sentence.raw.clone(), Some(detail));
        } else if let Some(detail) = against_message(case, sentence, &given) {
            case.note("C08", "message", sentence.raw.clone(), Some(detail));
        }
    }
    case.ours = ours;
}

fn against_promise(case: &Case, sentence: &Sentence) -> Option<Detail> {
    let plain = case.text.of(sentence);
    let words = case.content(plain);
    let refuses = case.speech.says(Concept::Refusal, plain);
    let commits = commits(case, plain);
    case.context.open_promises.iter().find_map(|promise| {
        let promised = Text::read(&promise.words, case.splits());
        let wanted = case.content(&promised.plain);
        let same = shared(&wanted, &words);
        let about_it = same >= wanted.len().clamp(1, 2);
        let named = wanted.iter().filter(|w| !w.bytes().any(|b| b.is_ascii_digit()));
        let named: Vec<&str> = named.copied().collect();
        let refused = refuses && shared(&named, &words) >= 1;
        let otherwise = commits && about_it && other_time(case, plain, promise.due);
        (refused || otherwise)
            .then(|| Detail::Conflict { with: promise.words.clone(), at: promise.due })
    })
}

fn commits(case: &Case, plain: &str) -> bool {
    case.speech.says(Concept::Commitment, plain) || case.speech.says(Concept::Awaited, plain)
}

/// Whether a sentence names a day, or an hour of that day, that is not the one promised.
fn other_time(case: &Case, plain: &str, due: Timestamp) -> bool {
    let zone = zone_of(case.context);
    let (today, due) = (zone.to_datetime(case.context.now).date(), zone.to_datetime(due));
    let days = days(case, plain, today);
    if !days.is_empty() {
        return !days.contains(&due.date());
    }
    let hours = hours(plain);
    let promised = (due.hour(), due.minute());
    !hours.is_empty() && hours.iter().all(|hour| *hour > promised) && due.date() == today
}

/// Times of day such as `15:30`.
fn hours(plain: &str) -> Vec<(i8, i8)> {
    let clock = |word: &str| {
        let (hour, minute) = word.split_once([':', '.'])?;
        let right = hour.len() <= 2 && minute.len() == 2;
        right.then_some((hour.parse().ok()?, minute.parse().ok()?))
    };
    let words = plain.split(' ').filter_map(clock);
    words.filter(|(hour, minute)| (0..24).contains(hour) && (0..60).contains(minute)).collect()
}

/// The dates that a sentence names, seen from `today`.
fn days(case: &Case, plain: &str, today: Date) -> Vec<Date> {
    let dates = &case.speech.pack.dates;
    let words: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
    let mut days = Vec::new();
    for (n, word) in words.iter().enumerate() {
        let is = |name: &String| name.to_lowercase() == *word;
        if let Some(weekday) = dates.weekdays.iter().position(is) {
            let now = usize::try_from(today.weekday().to_monday_zero_offset()).unwrap_or_default();
            let ahead = i64::try_from((weekday + 7 - now) % 7).unwrap_or_default();
            days.extend(today.checked_add(ahead.days()));
        }
        if dates.today.iter().any(is) {
            days.push(today);
        }
        if dates.tomorrow.iter().any(is) {
            days.extend(today.tomorrow());
        }
        if let Some(month) = dates.months.iter().position(is) {
            let before = n.checked_sub(1).and_then(|n| words.get(n));
            let numbers = [before, words.get(n + 1)];
            let day = numbers.into_iter().flatten().find_map(|word| day_of_month(word));
            days.extend(day.and_then(|day| nearest(today, month, day)));
        }
    }
    days
}

fn day_of_month(word: &str) -> Option<i8> {
    let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
    digits.parse().ok().filter(|day| (1..=31).contains(day))
}

/// The year in which a day and month lie nearest to today.
fn nearest(today: Date, month: usize, day: i8) -> Option<Date> {
    let month = i8::try_from(month + 1).ok()?;
    let years = [today.year() - 1, today.year(), today.year() + 1];
    let dates = years.into_iter().filter_map(|year| Date::new(year, month, day).ok());
    dates.min_by_key(|date| today.until(*date).map_or(i32::MAX, |span| span.get_days().abs()))
}

/// A sentence of an earlier message that promised or offered something.
struct Given<'a> {
    message: &'a Earlier,
    words: &'a str,
    content: Vec<&'a str>,
    offered: Vec<Money>,
    days: Vec<Date>,
}

fn given<'a>(case: &Case, ours: &'a [Said<'a>]) -> Vec<Given<'a>> {
    let mut all = Vec::new();
    for said in ours.iter().rev() {
        for sentence in said.text.sentences.iter().take(MOST_SENTENCES) {
            let plain = said.text.of(sentence);
            let offers = case.speech.says(Concept::Offer, plain);
            if case.speech.says(Concept::Refusal, plain) || !(offers || commits(case, plain)) {
                continue;
            }
            let words = &said.message.text[sentence.raw.clone()];
            let written = zone_of(case.context).to_datetime(said.message.at).date();
            all.push(Given {
                message: said.message,
                words,
                content: case.content(plain),
                offered: if offers { amounts(words) } else { Vec::new() },
                days: days(case, plain, written),
            });
        }
    }
    all
}

fn against_message(case: &Case, sentence: &Sentence, given: &[Given]) -> Option<Detail> {
    let plain = case.text.of(sentence);
    let refuses = case.speech.says(Concept::Refusal, plain);
    let offers = case.speech.says(Concept::Offer, plain);
    let commits = commits(case, plain);
    if !refuses && !offers && !commits {
        return None;
    }
    let content = case.content(plain);
    let offered = if offers { amounts(&case.draft.text[sentence.raw.clone()]) } else { Vec::new() };
    let days = days(case, plain, zone_of(case.context).to_datetime(case.context.now).date());
    let against = given.iter().find(|given| {
        let same = shared(&given.content, &content);
        let later = days.iter().min() > given.days.iter().max() && !given.days.is_empty();
        let less = !offered.is_empty()
            && given.offered.iter().any(|was| offered.iter().all(|is| is_less(is, was)));
        refuses && same >= 2 || !refuses && (less && same >= 1 || commits && later && same >= 2)
    })?;
    Some(Detail::Conflict { with: against.words.to_owned(), at: against.message.at })
}

fn is_less(a: &Money, b: &Money) -> bool {
    b.is_above(*a).unwrap_or(false)
}
