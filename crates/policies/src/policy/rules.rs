//! Which policies there are, how each is read from what a person writes, and how it is kept.

use domain::clock::ClockPolicy;
use domain::hours::Hours;
use domain::money::{Currency, Money};
use domain::offer::Authority;
use domain::permit::Role;
use domain::words::{Words, WordsRefused};
use house::agreed;
use house::wrong::{Wrong, Wrongs};
use std::collections::BTreeMap;

/// Longest undo time of a letter, in seconds (ui-spec 3.6).
pub const UNDO_SECONDS_MOST: u32 = 60;
/// Longest clock: a year of open minutes.
pub const CLOCK_MINUTES_MOST: u32 = 525_600;
/// Core values of a house.
pub const CORE_VALUES_MOST: usize = 20;
/// Lines by which the public reaches us.
pub const CONTACT_LINES_MOST: usize = 10;
/// Longest line of contact or core value, in characters.
const LINE_MOST: usize = 120;

/// What can be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What the organisation is called.
    Name,
    /// The currency of every remedy.
    Currency,
    /// How the public reaches us besides.
    Contact,
    /// Minutes within which each clock is due, by severity.
    Clocks,
    /// When we are open.
    Hours,
    /// How long a letter can be taken back.
    UndoSeconds,
    /// How much each role decides alone.
    Authority,
    /// What may support going beyond the usual.
    CoreValues,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 8] = [
        Kind::Name,
        Kind::Currency,
        Kind::Contact,
        Kind::Clocks,
        Kind::Hours,
        Kind::UndoSeconds,
        Kind::Authority,
        Kind::CoreValues,
    ];

    /// The name of the setting it is kept under.
    pub const fn setting(self) -> &'static str {
        match self {
            Kind::Name => agreed::NAME,
            Kind::Currency => "organisation/currency",
            Kind::Contact => "organisation/contact",
            Kind::Clocks => "policy/clocks",
            Kind::Hours => agreed::HOURS,
            Kind::UndoSeconds => "policy/undo_seconds",
            Kind::Authority => "policy/authority",
            Kind::CoreValues => "policy/core_values",
        }
    }

    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Kind::Name => "Name",
            Kind::Currency => "Currency",
            Kind::Contact => "Contact",
            Kind::Clocks => "Clocks",
            Kind::Hours => "Hours",
            Kind::UndoSeconds => "Undo time",
            Kind::Authority => "Authority",
            Kind::CoreValues => "Core values",
        }
    }
}

/// One policy as it shall be, checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// See [`Kind::Name`]; kept as it is.
    Name(Words),
    /// See [`Kind::Currency`]; kept as its code.
    Currency(Currency),
    /// See [`Kind::Contact`]; a JSON list of lines.
    Contact(Vec<String>),
    /// See [`Kind::Clocks`].
    Clocks(ClockPolicy),
    /// See [`Kind::Hours`].
    Hours(Hours),
    /// See [`Kind::UndoSeconds`].
    UndoSeconds(u32),
    /// See [`Kind::Authority`]: role → limits in minor units of the currency.
    Authority(BTreeMap<Role, Authority>),
    /// See [`Kind::CoreValues`]; a JSON list.
    CoreValues(Vec<String>),
}

impl Wish {
    /// Which policy it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Wish::Name(_) => Kind::Name,
            Wish::Currency(_) => Kind::Currency,
            Wish::Contact(_) => Kind::Contact,
            Wish::Clocks(_) => Kind::Clocks,
            Wish::Hours(_) => Kind::Hours,
            Wish::UndoSeconds(_) => Kind::UndoSeconds,
            Wish::Authority(_) => Kind::Authority,
            Wish::CoreValues(_) => Kind::CoreValues,
        }
    }

    /// The text it is kept as: name and currency as they are, everything else JSON.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn kept(&self) -> Result<String, serde_json::Error> {
        Ok(match self {
            Wish::Name(name) => name.as_str().to_owned(),
            Wish::Currency(currency) => currency.code().to_owned(),
            Wish::Contact(lines) | Wish::CoreValues(lines) => serde_json::to_string(lines)?,
            Wish::Clocks(clocks) => serde_json::to_string(clocks)?,
            Wish::Hours(hours) => serde_json::to_string(hours)?,
            Wish::UndoSeconds(seconds) => seconds.to_string(),
            Wish::Authority(authority) => serde_json::to_string(authority)?,
        })
    }
}

/// The authority of each role as shipped, in minor units.
pub fn authority_as_shipped() -> BTreeMap<Role, Authority> {
    let limits =
        |minor_most, minor_most_with_value| Authority { minor_most, minor_most_with_value };
    BTreeMap::from([
        (Role::Agent, limits(5_000, 20_000)),
        (Role::Lead, limits(50_000, 200_000)),
        (Role::Administrator, limits(500_000, 500_000)),
    ])
}

/// The core values as shipped; every organisation writes its own.
pub fn core_values_as_shipped() -> Vec<String> {
    ["Safety", "Care", "Honesty", "Reliability"].map(str::to_owned).to_vec()
}

/// Reads the name of the organisation.
///
/// # Errors
/// What to do about a blank or overlong one.
pub fn name(text: &str) -> Result<Wish, Vec<Wrong>> {
    let name = house::name::name(text);
    name.map(Wish::Name).map_err(|why| vec![Wrong::at("name", why)])
}

/// Reads a currency.
///
/// # Errors
/// When it is not three letters.
pub fn currency(text: &str) -> Result<Wish, Vec<Wrong>> {
    let currency = Currency::new(text.trim().to_uppercase().as_str());
    currency.map(Wish::Currency).map_err(|why| vec![Wrong::at("currency", why.to_string())])
}

/// Reads lines, one an entry; blank lines are left out.
///
/// # Errors
/// When there are too many, one is too long, or one stands twice.
pub fn lines(field: &'static str, text: &str, most: usize) -> Result<Vec<String>, Vec<Wrong>> {
    let mut wrong = Wrongs::default();
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match Words::new(line, LINE_MOST) {
            Ok(line) if lines.iter().any(|known| known == line.as_str()) => {
                wrong.add(field, format!("“{line}” stands here twice."));
            }
            Ok(line) => lines.push(line.into_string()),
            Err(WordsRefused::Blank) => {}
            Err(long) => wrong.add(field, long.to_string()),
        }
    }
    if lines.len() > most {
        wrong.add(field, format!("Write at most {most} lines."));
    }
    wrong.or_all(Some(lines))
}

/// Reads the clocks from texts of minutes: `[acknowledge, answer, update, resolve]`, each by
/// severity 0 to 4.
///
/// # Errors
/// Each figure that is not a whole number of minutes, and each that gives more time to what is
/// more severe.
pub fn clocks(texts: &[[String; 5]; 4]) -> Result<Wish, Vec<Wrong>> {
    const FIELDS: [&str; 4] = ["acknowledge", "answer", "update", "resolve"];
    let mut wrong = Wrongs::default();
    let mut read = [[0_u32; 5]; 4];
    for (row, field) in FIELDS.iter().enumerate() {
        for (column, text) in texts[row].iter().enumerate() {
            match text.trim().parse() {
                Ok(minutes @ 1..=CLOCK_MINUTES_MOST) => read[row][column] = minutes,
                _ => wrong.add(field, "Enter whole minutes from 1 to 525600 in each place."),
            }
        }
        if read[row].windows(2).any(|pair| pair[0] < pair[1]) {
            wrong.add(field, "Give what is more severe no more time than what is less.");
        }
    }
    let [acknowledge, answer, update, resolve] = read;
    wrong.or_all(Some(Wish::Clocks(ClockPolicy { acknowledge, answer, update, resolve })))
}

/// Reads the undo time.
///
/// # Errors
/// When it is not a whole number of seconds up to [`UNDO_SECONDS_MOST`].
pub fn undo_seconds(text: &str) -> Result<Wish, Vec<Wrong>> {
    match text.trim().parse() {
        Ok(seconds @ 0..=UNDO_SECONDS_MOST) => Ok(Wish::UndoSeconds(seconds)),
        _ => Err(vec![Wrong::at("undo_seconds", "Enter whole seconds from 0 to 60.")]),
    }
}

/// Reads how much each role decides alone: `(role, alone, with a core value)`; an empty pair
/// means nothing alone.
///
/// # Errors
/// Each amount that cannot be read or is below zero, and a limit with a core value that is below
/// the one without.
pub fn authority(texts: &[(Role, String, String)], currency: Currency) -> Result<Wish, Vec<Wrong>> {
    let mut wrong = Wrongs::default();
    let mut amounts = Vec::new();
    for (role, alone, with_value) in texts {
        let field = role.as_str();
        let amount = |text: &str| match text.trim() {
            "" => Ok(0),
            text => Money::parse_in(text, currency).map(|money| money.minor),
        };
        let (alone, with_value) =
            (wrong.take(field, amount(alone)), wrong.take(field, amount(with_value)));
        let (Some(alone), Some(with_value)) = (alone, with_value) else { continue };
        amounts.push((*role, alone, with_value));
    }
    let wish = authority_in_minor(&amounts);
    for why in wish.as_ref().err().into_iter().flatten() {
        wrong.add(why.field, why.words.clone());
    }
    wrong.or_all(wish.ok())
}

/// The same from amounts in minor units.
///
/// # Errors
/// Each amount below zero, and each limit with a core value that is below the one without.
pub fn authority_in_minor(amounts: &[(Role, i64, i64)]) -> Result<Wish, Vec<Wrong>> {
    let mut wrong = Wrongs::default();
    let mut all = BTreeMap::new();
    for (role, minor_most, minor_most_with_value) in amounts.iter().copied() {
        let field = role.as_str();
        if minor_most < 0 || minor_most_with_value < 0 {
            wrong.add(field, "Enter 0 or more.");
        } else if minor_most_with_value < minor_most {
            wrong.add(field, "Naming a core value widens the limit; enter at least as much there.");
        } else if minor_most_with_value > 0 {
            all.insert(role, Authority { minor_most, minor_most_with_value });
        }
    }
    wrong.or_all(Some(Wish::Authority(all)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(figures: [u32; 5]) -> [String; 5] {
        figures.map(|n| n.to_string())
    }

    #[test]
    fn what_is_more_severe_never_gets_more_time() {
        let fine = minutes([480, 480, 240, 60, 30]);
        let wrong = minutes([480, 480, 240, 60, 90]);
        let all = |row: &[String; 5]| [fine.clone(), fine.clone(), row.clone(), fine.clone()];
        assert!(clocks(&all(&fine)).is_ok());
        assert_eq!(clocks(&all(&wrong)).unwrap_err()[0].field, "update");
        assert!(clocks(&all(&minutes([1, 1, 1, 1, 0]))).is_err());
    }

    #[test]
    fn clocks_as_shipped_are_ones_we_would_take() {
        let ClockPolicy { acknowledge, answer, update, resolve } = ClockPolicy::default();
        let texts = [acknowledge, answer, update, resolve].map(minutes);
        assert_eq!(clocks(&texts), Ok(Wish::Clocks(ClockPolicy::default())));
    }

    #[test]
    fn a_core_value_widens_authority_and_never_narrows_it() {
        let euro = Currency::new("EUR").unwrap();
        let ask = |alone: &str, with: &str| {
            authority(&[(Role::Agent, alone.to_owned(), with.to_owned())], euro)
        };
        let Ok(Wish::Authority(read)) = ask("50", "200.00") else { panic!("taken") };
        let limits = Authority { minor_most: 5_000, minor_most_with_value: 20_000 };
        assert_eq!(read[&Role::Agent], limits);
        assert!(ask("200", "50").is_err());
        assert!(ask("-1", "50").is_err());
        assert!(ask("lots", "50").is_err());
        assert_eq!(ask("", ""), Ok(Wish::Authority(BTreeMap::new())));
    }

    #[test]
    fn authority_is_kept_by_the_words_of_roles() {
        let kept = Wish::Authority(authority_as_shipped()).kept().unwrap();
        assert!(kept.starts_with(r#"{"agent":{"minor_most":5000,"#), "{kept}");
    }

    #[test]
    fn blank_lines_are_left_out_and_doubled_ones_told() {
        assert_eq!(lines("x", " a \n\n b", 2).unwrap(), ["a", "b"]);
        assert!(lines("x", "a\na", 5).is_err());
        assert!(lines("x", "a\nb\nc", 2).is_err());
    }
}
