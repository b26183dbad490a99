//! What is shown of a theme: its name, the words that tell it, and texts that are typical of it.

use reading::themes::{LIKENESS, themes};

/// Themes that are shown.
pub const MOST: usize = 25;
/// Different customers a theme has at least: fewer are no theme. Where there are many texts it is
/// one customer in a hundred of them.
pub const CUSTOMERS_MIN: usize = 2;
/// Typical texts of a theme.
const TYPICAL: usize = 3;
/// Words that tell a theme.
const TERMS: usize = 8;
/// Words that a topic made of a theme is given.
const WORDS: usize = 5;
/// Letters of a typical text.
const TEXT_SHOWN: usize = 160;
/// Letters of a word that says something by itself.
const LETTERS_MIN: usize = 4;

/// Something that was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// How it begins.
    pub text: String,
    /// Whatever names its customer.
    pub who: String,
    /// The number of its case.
    pub case: Option<i64>,
    /// Its own number.
    pub number: i64,
}

/// A theme as people read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// What it is called: "late fee, charged, card".
    pub name: String,
    /// Different customers who said it.
    pub customers: usize,
    /// Texts.
    pub texts: usize,
    /// The words that stand out, with how far, in standard deviations.
    pub terms: Vec<(String, f32)>,
    /// Texts that are typical of it, of different customers.
    pub typical: Vec<Said>,
    /// Words and phrases a topic made of it would look for.
    pub words: Vec<String>,
}

/// The themes of what was said, those of most customers first.
pub fn told(all: &[Said]) -> Vec<Told> {
    let texts: Vec<(&str, &str)> = all.iter().map(|s| (s.text.as_str(), s.who.as_str())).collect();
    let found = themes(&texts, &[], LIKENESS).into_iter();
    let least = CUSTOMERS_MIN.max(all.len() / 100);
    let found = found.filter(|theme| theme.customers >= least && !theme.name.is_empty());
    let tell = |theme: reading::themes::Theme| {
        let members: Vec<&Said> = theme.texts.iter().map(|&i| &all[i]).collect();
        let typical = typical(&members, &theme.terms);
        let mut terms = theme.terms;
        terms.truncate(TERMS);
        Told {
            words: words(&theme.name, &terms),
            name: theme.name.join(", "),
            customers: theme.customers,
            texts: members.len(),
            terms,
            typical,
        }
    };
    found.take(MOST).map(tell).collect()
}

fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// The parts of the name, and what else stands out.
fn words(name: &[String], terms: &[(String, f32)]) -> Vec<String> {
    let long = |word: &&String| word.chars().count() >= LETTERS_MIN;
    let others = terms.iter().map(|(term, _)| term).filter(|term| !name.contains(term));
    name.iter().chain(others).filter(long).take(WORDS).cloned().collect()
}

/// The texts that hold most of what tells the theme, in the fewest words; one of each customer.
fn typical(members: &[&Said], terms: &[(String, f32)]) -> Vec<Said> {
    let weight = |said: &Said| {
        let words = words_of(&said.text);
        let holds = |term: &str| term.split(' ').all(|part| words.iter().any(|word| word == part));
        let held = terms.iter().filter(|(term, _)| holds(term));
        let held: f32 = held.map(|(_, weight)| weight.max(0.0)).sum();
        // A short text with the same words says them more plainly; very short ones say little.
        held / (words.len().max(12) as f32).sqrt()
    };
    let mut ranked: Vec<(f32, &Said)> = members.iter().map(|said| (weight(said), *said)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.number.cmp(&a.1.number)));
    let mut typical: Vec<Said> = Vec::new();
    for (_, said) in ranked {
        if typical.len() < TYPICAL && typical.iter().all(|other| other.who != said.who) {
            typical.push(Said { text: shortened(&said.text), ..said.clone() });
        }
    }
    typical
}

fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(TEXT_SHOWN) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(n: usize, text: &str) -> Said {
        let number = n as i64;
        Said { text: text.to_owned(), who: format!("{}", n % 5), case: Some(number), number }
    }

    #[test]
    fn a_theme_is_named_by_a_phrase_that_stands_in_it_and_shows_texts_of_different_customers() {
        let mut all = Vec::new();
        for n in 0..12 {
            let fee = "You took XXXX a late fee of 25 from my card XXXX although I paid the bill";
            all.push(said(n, fee));
            all.push(said(n, "The courier left my parcel in the rain and the box is torn"));
        }
        let themes = told(&all);
        assert_eq!(themes.len(), 2);
        let fee = themes.iter().find(|theme| theme.words.iter().any(|w| w.contains("fee")));
        let fee = fee.expect("a theme about fees");
        assert_eq!((fee.customers, fee.texts), (5, 12));
        assert!(fee.terms.iter().all(|(word, _)| word != "25" && !word.starts_with("xx")));
        assert!(fee.name.split(", ").next().is_some_and(|first| first.contains(' ')), "{fee:?}");
        let mut who: Vec<&str> = fee.typical.iter().map(|said| said.who.as_str()).collect();
        who.dedup();
        assert_eq!(who.len(), 3);
    }

    #[test]
    fn what_one_customer_says_again_and_again_is_no_theme() {
        let text = "Where is my parcel with the blue lamp";
        let all: Vec<Said> =
            (0..9).map(|n| Said { who: "one".to_owned(), ..said(n, text) }).collect();
        assert!(told(&all).is_empty());
        assert!(told(&[]).is_empty());
    }
}
