//! What is shown of a theme: its name, the words that tell it, and texts that are typical of it.

use reading::themes::{LIKENESS, themes};

/// Themes that are shown.
pub const MOST: usize = 20;
/// Different customers a theme has at least: fewer are no theme.
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
    let found = found.filter(|theme| theme.customers >= CUSTOMERS_MIN);
    let tell = |mut theme: reading::themes::Theme| {
        theme.terms.retain(|(word, _)| says_something(word));
        let members: Vec<&Said> = theme.texts.iter().map(|&i| &all[i]).collect();
        let split: Vec<Vec<String>> = members.iter().map(|said| words_of(&said.text)).collect();
        let phrase = phrase(&theme.terms, &split);
        let mut terms = theme.terms;
        let typical = typical(&members, &split, &terms);
        terms.truncate(TERMS);
        Told {
            name: name(phrase.as_deref(), &terms),
            customers: theme.customers,
            texts: members.len(),
            words: words(phrase.as_deref(), &terms),
            terms,
            typical,
        }
    };
    found.take(MOST).map(tell).filter(|theme| !theme.terms.is_empty()).collect()
}

/// Whether a word can name something: a number cannot, nor can `XXXX`, by which names are blacked
/// out.
fn says_something(word: &str) -> bool {
    let mut letters = word.chars();
    let first = letters.next();
    word.contains(char::is_alphabetic) && letters.any(|letter| Some(letter) != first)
}

fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Two telling words that stand side by side in one text of five or more: "late fee".
fn phrase(terms: &[(String, f32)], texts: &[Vec<String>]) -> Option<String> {
    let telling = |word: &String| terms.iter().any(|(term, _)| term == word);
    let mut pairs: Vec<(usize, String)> = Vec::new();
    for words in texts {
        let mut own: Vec<String> = words
            .windows(2)
            .filter(|pair| telling(&pair[0]) && telling(&pair[1]) && pair[0] != pair[1])
            .map(|pair| pair.join(" "))
            .collect();
        own.sort_unstable();
        own.dedup();
        for pair in own {
            match pairs.iter_mut().find(|(_, known)| *known == pair) {
                Some((n, _)) => *n += 1,
                None => pairs.push((1, pair)),
            }
        }
    }
    let best = pairs.into_iter().max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)))?;
    (best.0 >= 2 && best.0 * 5 >= texts.len()).then_some(best.1)
}

fn name(phrase: Option<&str>, terms: &[(String, f32)]) -> String {
    let is_in_it = |word: &str| phrase.is_some_and(|phrase| phrase.split(' ').any(|w| w == word));
    let others = terms.iter().map(|(word, _)| word.as_str()).filter(|word| !is_in_it(word));
    let said: Vec<&str> = phrase.into_iter().chain(others).take(3).collect();
    said.join(", ")
}

fn words(phrase: Option<&str>, terms: &[(String, f32)]) -> Vec<String> {
    let long = |word: &&str| word.chars().count() >= LETTERS_MIN;
    let single = terms.iter().map(|(word, _)| word.as_str()).filter(long);
    phrase.into_iter().chain(single).take(WORDS).map(str::to_owned).collect()
}

/// The texts that hold most of what tells the theme, in the fewest words; one of each customer.
fn typical(members: &[&Said], split: &[Vec<String>], terms: &[(String, f32)]) -> Vec<Said> {
    let weight = |words: &Vec<String>| {
        let held = terms.iter().filter(|(term, _)| words.contains(term));
        let held: f32 = held.map(|(_, weight)| weight.max(0.0)).sum();
        // A short text with the same words says them more plainly; very short ones say little.
        held / (words.len().max(12) as f32).sqrt()
    };
    let mut ranked: Vec<(f32, &Said)> =
        members.iter().zip(split).map(|(said, words)| (weight(words), *said)).collect();
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
