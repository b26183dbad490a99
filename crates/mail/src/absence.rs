//! When somebody who is away comes back, read from an automatic answer.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use regex::Regex;
use serde::Serialize;

/// A day of return, as an automatic answer names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Return {
    /// The day: the first one back, or the last one away.
    pub on: Date,
    /// Whether `on` is the last day away ("until") and not the first day back.
    pub last_day_away: bool,
    /// The words it was read from, for people.
    pub words: String,
}

/// Furthest a return lies ahead, in days; later dates are misread or no promise.
const AHEAD_DAYS_MAX: i32 = 400;

/// Reads the day of return. `sent` is the day of the answer and gives the year where the
/// words do not. A date such as 03/04 that both orders allow gives nothing.
pub fn return_day(text: &str, sent: Date) -> Option<Return> {
    let text: String = text.chars().take(4_000).collect::<String>().to_lowercase();
    let mut best: Option<Return> = None;
    for cue in CUES.find_iter(&text) {
        let words: String = text[cue.start()..].chars().take(90).collect();
        let after = &words[words.len().min(cue.as_str().len())..];
        let Some(on) = date(after, sent) else { continue };
        let ahead = (on - sent).get_days();
        if !(0..=AHEAD_DAYS_MAX).contains(&ahead) {
            continue;
        }
        let found = Return {
            on,
            last_day_away: UNTIL.is_match(cue.as_str()),
            words: words.split(['\n', '!']).next().unwrap_or("").trim().to_owned(),
        };
        // "Away from 1 to 12 May, back on 13 May": the day back says more.
        if best.as_ref().is_none_or(|b| b.last_day_away && !found.last_day_away) {
            best = Some(found);
        }
    }
    best
}

fn date(words: &str, sent: Date) -> Option<Date> {
    let earliest =
        |captures: &regex::Captures<'_>| captures.get(0).map_or(usize::MAX, |m| m.start());
    let mut found: Vec<(usize, Date)> = Vec::new();
    if let Some(c) = ISO.captures(words)
        && let Some(day) = civil(&c[1], &c[2], &c[3])
    {
        found.push((earliest(&c), day));
    }
    if let Some(c) = NUMBERS.captures(words)
        && let Some(day) = numbers(&c, sent)
    {
        found.push((earliest(&c), day));
    }
    for (pattern, day, month, year) in [(&*DAY_MONTH, 1, 2, 3), (&*MONTH_DAY, 2, 1, 3)] {
        if let Some(c) = pattern.captures(words) {
            let month = MONTHS.iter().position(|names| names.contains(&&c[month]));
            let year = c.get(year).and_then(|y| y.as_str().parse().ok());
            let number = month.and_then(|m| i8::try_from(m + 1).ok());
            if let (Some(month), Ok(day)) = (number, c[day].parse::<i8>())
                && let Some(day) = dated(year, month, day, sent)
            {
                found.push((earliest(&c), day));
            }
        }
    }
    if let Some(c) = HAN.captures(words)
        && let (Ok(month), Ok(day)) = (c[1].parse(), c[2].parse())
        && let Some(day) = dated(None, month, day, sent)
    {
        found.push((earliest(&c), day));
    }
    if found.is_empty()
        && let Some(day) = weekday(words, sent)
    {
        return Some(day);
    }
    found.into_iter().min().map(|(_, day)| day)
}

fn civil(year: &str, month: &str, day: &str) -> Option<Date> {
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A day whose year, when not said, is the next in which it lies ahead.
fn dated(year: Option<i16>, month: i8, day: i8, sent: Date) -> Option<Date> {
    if let Some(year) = year {
        let year = if year < 100 { year + 2000 } else { year };
        return Date::new(year, month, day).ok();
    }
    let this = Date::new(sent.year(), month, day).ok()?;
    if this >= sent { Some(this) } else { Date::new(sent.year() + 1, month, day).ok() }
}

/// `12.08.2026`, `12.8.`, `31/12/26`. With slashes the order must be plain.
fn numbers(c: &regex::Captures<'_>, sent: Date) -> Option<Date> {
    let (first, second): (i8, i8) = (c[1].parse().ok()?, c[3].parse().ok()?);
    let year = c.get(4).and_then(|y| y.as_str().parse().ok());
    match &c[2] {
        "/" if first <= 12 && second <= 12 && first != second => None,
        "/" if second > 12 => dated(year, first, second, sent),
        _ => dated(year, second, first, sent),
    }
}

fn weekday(words: &str, sent: Date) -> Option<Date> {
    const DAYS: [(&str, Weekday); 7] = [
        (
            r"monday|montag|lundi|lunes|lunedì|maandag|segunda|poniedział|понедельник",
            Weekday::Monday,
        ),
        (r"tuesday|dienstag|mardi|martes|martedì|dinsdag|terça|wtor|вторник", Weekday::Tuesday),
        (
            r"wednesday|mittwoch|mercredi|miércoles|mercoledì|woensdag|quarta|środ|сред",
            Weekday::Wednesday,
        ),
        (
            r"thursday|donnerstag|jeudi|jueves|giovedì|donderdag|quinta|czwart|четверг",
            Weekday::Thursday,
        ),
        (r"friday|freitag|vendredi|viernes|venerdì|vrijdag|sexta|piąt|пятниц", Weekday::Friday),
        (r"saturday|samstag|samedi|sábado|sabato|zaterdag|sobot|суббот", Weekday::Saturday),
        (r"sunday|sonntag|dimanche|domingo|domenica|zondag|niedziel|воскресень", Weekday::Sunday),
    ];
    let near: String = words.chars().take(24).collect();
    let (_, day) = DAYS.iter().find(|(names, _)| names.split('|').any(|n| near.contains(n)))?;
    let tomorrow = sent.checked_add(1.day()).ok()?;
    (0..7).filter_map(|n| tomorrow.checked_add(n.days()).ok()).find(|d| d.weekday() == *day)
}

/// Names of the months, January first, lower case, in the languages of the cues.
const MONTHS: [&[&str]; 12] = [
    &[
        "january",
        "jan",
        "januar",
        "jänner",
        "janvier",
        "enero",
        "gennaio",
        "januari",
        "janeiro",
        "stycznia",
        "января",
    ],
    &[
        "february",
        "feb",
        "februar",
        "février",
        "febrero",
        "febbraio",
        "februari",
        "fevereiro",
        "lutego",
        "февраля",
    ],
    &["march", "mar", "märz", "mars", "marzo", "maart", "março", "marca", "марта"],
    &["april", "apr", "avril", "abril", "aprile", "kwietnia", "апреля"],
    &["may", "mai", "mayo", "maggio", "mei", "maio", "maj", "maja", "мая"],
    &["june", "jun", "juni", "juin", "junio", "giugno", "junho", "czerwca", "июня"],
    &["july", "jul", "juli", "juillet", "julio", "luglio", "julho", "lipca", "июля"],
    &["august", "aug", "août", "agosto", "augustus", "augusti", "sierpnia", "августа"],
    &[
        "september",
        "sep",
        "sept",
        "septembre",
        "septiembre",
        "settembre",
        "setembro",
        "września",
        "сентября",
    ],
    &[
        "october",
        "oct",
        "oktober",
        "octobre",
        "octubre",
        "ottobre",
        "outubro",
        "października",
        "октября",
    ],
    &["november", "nov", "novembre", "noviembre", "novembro", "listopada", "ноября"],
    &[
        "december",
        "dec",
        "dezember",
        "décembre",
        "diciembre",
        "dicembre",
        "dezembro",
        "grudnia",
        "декабря",
    ],
];

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

fn months() -> String {
    let mut names: Vec<&str> = MONTHS.iter().flat_map(|m| m.iter().copied()).collect();
    names.sort_by_key(|n| std::cmp::Reverse(n.len()));
    names.join("|")
}

static CUES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"back (?:in the office |at work |at my desk |again )*(?:on|by|from)?|return(?:ing)?(?: to (?:the )?(?:office|work))?(?: on)?|until|through|till",
        r"|(?:wieder )?zurück(?: im büro)?(?: am| ab)?|ab dem|(?:bis (?:einschließlich|zum|inkl\.)?|bis)|wieder (?:für sie )?(?:da|erreichbar)(?: am| ab)?|wieder am",
        r"|de retour(?: au bureau)?(?: le)?|jusqu'au|à partir du|reviens le|hasta el|de regreso el|regreso(?: a la oficina)? el|vuelvo el|volveré el|a partir del",
        r"|rientro il|rientrerò il|fino al|torno il|tornerò il|di ritorno il|terug op|tot en met|t/m|vanaf|de volta (?:em|no dia)|regresso (?:a|em)|até(?: o dia)?",
        r"|tillbaka(?: den)?|åter(?: den)?|till och med|tilbage(?: den)?|tilbake(?: den)?|til og med|wracam|do dnia|wrócę|вернусь|буду|до|まで|戻り|より",
    ))
});
static UNTIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:until|through|till|bis|jusqu|hasta|fino|tot en|t/m|até|till och|til og|do dnia|до|まで)",
    )
});
static ISO: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(20\d\d)-(\d\d)-(\d\d)\b"));
static NUMBERS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(\d{1,2})([./])\s?(\d{1,2})(?:[./]\s?(\d{4}|\d{2})?)?(?:\D|$)"));
static DAY_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"\b(\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?\s+(?:de |of )?({})\b\.?,?(?:\s+(?:de )?(\d{{4}}))?",
        months()
    ))
});
static MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"\b({})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b,?(?:\s+(\d{{4}}))?", months()))
});
static HAN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d{1,2})月(\d{1,2})日"));

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn read(text: &str) -> Option<(String, bool)> {
        return_day(text, date(2026, 8, 3)).map(|r| (r.on.to_string(), r.last_day_away))
    }

    #[test]
    fn days_of_return_are_read_in_many_languages() {
        for (text, day) in [
            ("I am away and will be back on 12 August.", "2026-08-12"),
            ("I will return to the office on August 12th, 2026", "2026-08-12"),
            ("Ich bin ab dem 12.08.2026 wieder erreichbar.", "2026-08-12"),
            ("Je serai de retour le 12 août.", "2026-08-12"),
            ("Estaré de regreso el 12 de agosto de 2026", "2026-08-12"),
            ("Rientrerò il 12 agosto", "2026-08-12"),
            ("Ik ben terug op 12 augustus", "2026-08-12"),
            ("Estarei de volta em 12 de agosto", "2026-08-12"),
            ("Wracam 12 sierpnia", "2026-08-12"),
            ("Вернусь 12 августа", "2026-08-12"),
            ("back on 2026-08-12", "2026-08-12"),
            ("I am back in the office on Monday", "2026-08-10"),
            ("zurück am 4. Januar", "2027-01-04"),
        ] {
            assert_eq!(read(text), Some((day.to_owned(), false)), "{text}");
        }
    }

    #[test]
    fn the_last_day_away_is_told_apart_from_the_first_day_back() {
        assert_eq!(read("I am away until 11 August"), Some(("2026-08-11".to_owned(), true)));
        let both = "Away until 11 August. I will be back on 12 August.";
        assert_eq!(read(both), Some(("2026-08-12".to_owned(), false)));
    }

    #[test]
    fn what_is_ambiguous_past_or_missing_gives_nothing() {
        assert_eq!(read("back on 03/04"), None);
        assert_eq!(read("back on 31/12/2026"), Some(("2026-12-31".to_owned(), false)));
        assert_eq!(read("I was back on 12 August 2024"), None);
        assert_eq!(read("I am away. Call 555 12 12."), None);
    }
}
