//! Which passwords are taken, how often signing in may be tried, where it may lead.

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// Shortest password, in characters (reliability-security 4.7, NIST SP 800-63B-4: 15 alone).
pub const PASSWORD_LEAST: usize = 15;
/// Longest password, in bytes: more would only cost work.
pub const PASSWORD_MOST_BYTES: usize = 1_024;
/// What must be left of a password when everything guessable is taken out, in characters.
const OWN_LEAST: usize = 8;

/// Tries for one account within [`WINDOW`].
pub const TRIES_PER_ACCOUNT: usize = 10;
/// Tries from one network within [`WINDOW`].
pub const TRIES_PER_NETWORK: usize = 100;
/// How long a try counts.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// Longest life of a one-press link (reliability-security 3.3, T-44).
pub const LINK_LASTS_MOST: SignedDuration = SignedDuration::from_hours(72);

/// Words that many people build passwords from, one a line; written by us.
const OFTEN: &str = include_str!("often.txt");

/// Why a password is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PasswordRefused {
    /// Fewer than [`PASSWORD_LEAST`] characters.
    #[error("Use at least {PASSWORD_LEAST} characters. A few words you will remember do well.")]
    TooShort,
    /// More than [`PASSWORD_MOST_BYTES`] bytes.
    #[error("Use at most 1,000 characters.")]
    TooLong,
    /// Made of what is guessed first.
    #[error(
        "This would be guessed quickly: it is made of common words, names or rows of keys. \
         Add words that have nothing to do with you or each other."
    )]
    Guessable,
}

/// A password as it is hashed: the same letters give the same bytes on every keyboard.
///
/// Source: NIST SP 800-63B-4, 3.1.1.2 (normalisation before hashing).
pub fn normalised(password: &str) -> String {
    password.nfkc().collect()
}

/// Whether `password` may be taken for somebody who is known by the words in `about`: name,
/// address, name of the organisation.
///
/// # Errors
/// Why it may not.
pub fn password(password: &str, about: &[&str]) -> Result<(), PasswordRefused> {
    if password.len() > PASSWORD_MOST_BYTES {
        return Err(PasswordRefused::TooLong);
    }
    let password = normalised(password);
    if password.len() > PASSWORD_MOST_BYTES {
        return Err(PasswordRefused::TooLong);
    }
    if password.chars().count() < PASSWORD_LEAST {
        return Err(PasswordRefused::TooShort);
    }
    if own_letters(&password.to_lowercase(), about) < OWN_LEAST {
        return Err(PasswordRefused::Guessable);
    }
    Ok(())
}

/// How many characters are left when words that are guessed first, rows of keys, numbers in
/// order and repetitions are taken out.
fn own_letters(password: &str, about: &[&str]) -> usize {
    let about = about.join(" ").to_lowercase();
    let mut words: Vec<&str> = about
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= 3)
        .chain(OFTEN.lines().filter(|line| !line.is_empty() && !line.starts_with('#')))
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut rest = plain(password);
    for word in words {
        // A mark stays where a word was, so that what stood around it does not become a word.
        rest = rest.replace(word, "\u{1}");
    }
    let letters: Vec<char> = rest.chars().filter(|c| *c != '\u{1}' && !c.is_whitespace()).collect();
    unforeseen(&letters)
}

/// Reads the usual replacements back: `p@ssw0rd` is `password`.
fn plain(password: &str) -> String {
    let letter = |c| match c {
        '@' => 'a',
        '$' => 's',
        '0' => 'o',
        c => c,
    };
    password.chars().map(letter).collect()
}

/// Counts characters that do not follow from those before: not the next or previous one of the
/// alphabet or of the row of keys, and not what stood one to four characters before.
fn unforeseen(letters: &[char]) -> usize {
    const ROWS: [&str; 4] = ["o123456789o", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let neighbours = |a: char, b: char| {
        let apart = (a as i64 - b as i64).abs();
        let on_row = ROWS.iter().any(|row| {
            let keys: Vec<char> = row.chars().collect();
            keys.windows(2).any(|w| (w[0] == a && w[1] == b) || (w[0] == b && w[1] == a))
        });
        apart <= 1 || on_row
    };
    let foreseen = |i: usize| {
        (1..=4).any(|back| i >= back && letters[i] == letters[i - back])
            || (i >= 1 && neighbours(letters[i - 1], letters[i]))
    };
    (0..letters.len()).filter(|i| !foreseen(*i)).count()
}

/// Whether one more try may be made, given the moments of earlier ones (milliseconds, any order).
///
/// # Errors
/// The moment from which on a try may be made again.
pub fn one_more(tries: &[i64], most: usize, now: Timestamp) -> Result<Vec<i64>, Timestamp> {
    let now_ms = now.as_millisecond();
    let mut live: Vec<i64> =
        tries.iter().copied().filter(|at| now_ms - at < WINDOW.as_millis() as i64).collect();
    live.sort_unstable();
    if live.len() < most {
        live.push(now_ms);
        return Ok(live);
    }
    let frees_one = live[live.len() - most];
    let again = Timestamp::from_millisecond(frees_one).unwrap_or(now) + WINDOW;
    Err(again.max(now))
}

/// A path of this installation to go to after signing in; anything else becomes `/`.
///
/// Only a path that begins with one slash and a letter or digit is taken, or `/` itself: `//host`,
/// `/\host`, addresses with a scheme and control characters are not.
pub fn local_path(next: &str) -> &str {
    let second = next.strip_prefix('/').and_then(|rest| rest.chars().next());
    let begins_well = second.is_some_and(|c| c.is_ascii_alphanumeric());
    let plain = next.len() <= 2_000
        && next.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'\\' | b'"' | b'<' | b'>'));
    let leads_in_again = next.starts_with("/sign-");
    if begins_well && plain && !leads_in_again { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn judged(text: &str) -> Result<(), PasswordRefused> {
        password(text, &["Maya Lindqvist", "maya@nordlys.example", "Nordlys Heating"])
    }

    #[test]
    fn a_password_needs_fifteen_characters_and_may_have_many() {
        assert_eq!(judged("vaulted kipper"), Err(PasswordRefused::TooShort));
        assert_eq!(judged("vaulted kippers"), Ok(()));
        assert_eq!(judged("žluťoučký kůň v"), Ok(()));
        assert_eq!(judged(&"wide river bank ".repeat(64)), Ok(()), "1,024 bytes");
        assert_eq!(judged(&"x".repeat(1_025)), Err(PasswordRefused::TooLong));
    }

    #[test]
    fn what_is_guessed_first_is_refused() {
        for guess in [
            "password1234567",
            "passwordpassword",
            "P@ssw0rdP@ssw0rd",
            "aaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
            "123456789012345678",
            "qwertyuiopasdfghjkl",
            "nordlysheating2026",
            "maya.lindqvist.maya",
            "nordlys welcome 123",
            "letmeinletmeinletmein",
        ] {
            assert_eq!(judged(guess), Err(PasswordRefused::Guessable), "{guess}");
        }
    }

    #[test]
    fn the_eleventh_try_waits_until_the_first_is_a_quarter_of_an_hour_old() {
        let start: Timestamp = "2026-11-19T13:00:00Z".parse().unwrap();
        let mut tries = Vec::new();
        for n in 0..10 {
            tries = one_more(&tries, 10, start + SignedDuration::from_secs(n)).unwrap();
        }
        let eleventh = start + SignedDuration::from_secs(60);
        assert_eq!(one_more(&tries, 10, eleventh), Err(start + WINDOW));
        assert!(one_more(&tries, 10, start + WINDOW).is_ok(), "the first no longer counts");
        let next = one_more(&tries, 10, start + WINDOW).unwrap();
        assert_eq!(next.len(), 10, "and is forgotten");
    }

    #[test]
    fn signing_in_leads_only_to_pages_of_ours() {
        for path in ["/cases/R-1", "/q/mine?sort=due", "/settings#x"] {
            assert_eq!(local_path(path), path);
        }
        for elsewhere in [
            "",
            "x",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://e.example",
            "javascript:alert(1)",
            "/ /evil",
            "/%0d%0aSet-Cookie:x\r\n",
            "/.",
            "/sign-out",
        ] {
            assert_eq!(local_path(elsewhere), "/", "{elsewhere:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_leads_to_another_host(next in any::<String>()) {
            let path = local_path(&next);
            prop_assert!(path == "/" || path.as_bytes()[1].is_ascii_alphanumeric());
        }

        #[test]
        fn never_more_tries_than_the_limit_in_any_window(
            gaps in prop::collection::vec(0_i64..400, 1..80),
        ) {
            let mut at: Timestamp = "2026-11-19T13:00:00Z".parse().unwrap();
            let (mut tries, mut made) = (Vec::new(), Vec::new());
            for gap in gaps {
                at += SignedDuration::from_secs(gap);
                if let Ok(more) = one_more(&tries, 10, at) {
                    tries = more;
                    made.push(at);
                }
            }
            for (i, first) in made.iter().enumerate() {
                let since = |t: &&Timestamp| first.duration_until(**t) < WINDOW;
                let within = made[i..].iter().filter(since).count();
                prop_assert!(within <= 10);
            }
        }

        #[test]
        fn judging_a_password_never_panics(text in any::<String>()) {
            let _judged = judged(&text);
        }
    }
}
