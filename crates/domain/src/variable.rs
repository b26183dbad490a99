//! Gaps of a text: `{{customer.name}}`. Pure: the values are handed in.

/// Every gap that can be filled, with what stands in it.
pub const VARIABLES: [(&str, &str); 11] = [
    ("customer.name", "the customer’s name"),
    ("customer.first_name", "the customer’s first name"),
    ("case.number", "the number of the case"),
    ("case.subject", "the subject of the case"),
    ("case.problem", "the problem in one line"),
    ("promise.words", "what the next open promise says"),
    ("promise.date", "when the next open promise is due"),
    ("agent.name", "your name"),
    ("team.name", "the team that has the case"),
    ("team.phone", "the number of the team"),
    ("organisation.name", "the name of the company"),
];

/// Letters of the longest name of a gap.
const NAME_MOST: usize = 60;

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Plain(&'a str),
    /// The name between the braces, and the whole gap as it is written.
    Gap(&'a str, &'a str),
}

impl Piece<'_> {
    fn len(&self) -> usize {
        match self {
            Piece::Plain(words) | Piece::Gap(_, words) => words.len(),
        }
    }
}

/// A text with its gaps filled as far as there were values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The text; gaps without a value stand in it as they were written.
    pub text: String,
    /// The names of those gaps, each once.
    pub missing: Vec<String>,
}

/// Fills the gaps of `text`; an empty value fills nothing.
pub fn fill<'a>(text: &str, value: impl Fn(&str) -> Option<&'a str>) -> Filled {
    let mut filled = Filled { text: String::with_capacity(text.len()), missing: Vec::new() };
    for piece in pieces(text) {
        match piece {
            Piece::Plain(words) => filled.text.push_str(words),
            Piece::Gap(name, whole) => match value(name).filter(|value| !value.is_empty()) {
                Some(value) => filled.text.push_str(value),
                None => {
                    filled.text.push_str(whole);
                    if !filled.missing.iter().any(|known| known == name) {
                        filled.missing.push(name.to_owned());
                    }
                }
            },
        }
    }
    filled
}

/// The names of gaps in `text` that [`VARIABLES`] does not know, each once.
pub fn unknown(text: &str) -> Vec<String> {
    let known = |name: &str| VARIABLES.iter().find(|(known, _)| *known == name).map(|_| "known");
    fill(text, known).missing
}

/// A gap in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap<'a> {
    /// Its name.
    pub name: &'a str,
    /// The byte at which it begins.
    pub from: usize,
    /// The byte behind it.
    pub to: usize,
}

/// The gaps of `text`, in order.
pub fn gaps(text: &str) -> Vec<Gap<'_>> {
    let mut at = 0;
    let mut gaps = Vec::new();
    for piece in pieces(text) {
        let to = at + piece.len();
        if let Piece::Gap(name, _) = piece {
            gaps.push(Gap { name, from: at, to });
        }
        at = to;
    }
    gaps
}

/// A gap is `{{`, a name of letters, digits, dots and lines below, and `}}`; spaces beside the
/// name are allowed. Anything else in braces is somebody's own words.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut plain_from, mut at) = (0, 0);
    while let Some(open) = text[at..].find("{{") {
        let open = at + open;
        let Some(close) = text[open + 2..].find("}}") else { break };
        let close = open + 2 + close;
        let name = text[open + 2..close].trim_matches(' ');
        if is_name(name) {
            pieces.push(Piece::Plain(&text[plain_from..open]));
            pieces.push(Piece::Gap(name, &text[open..close + 2]));
            plain_from = close + 2;
            at = close + 2;
        } else {
            at = open + 1;
        }
    }
    pieces.push(Piece::Plain(&text[plain_from..]));
    pieces
}

fn is_name(name: &str) -> bool {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'_';
    (1..=NAME_MOST).contains(&name.len()) && name.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amara(name: &str) -> Option<&'static str> {
        match name {
            "customer.name" => Some("Amara {{case.number}}"),
            "case.number" => Some("R-7"),
            "promise.date" => Some(""),
            _ => None,
        }
    }

    #[test]
    fn gaps_are_filled_once_and_what_a_value_says_is_never_read_as_a_gap() {
        let filled = fill("Dear {{ customer.name }}, {{case.number}}.", amara);
        assert_eq!(filled.text, "Dear Amara {{case.number}}, R-7.");
        assert!(filled.missing.is_empty());
    }

    #[test]
    fn a_gap_without_a_value_stays_as_it_was_written_and_is_named_once() {
        let filled = fill("By {{promise.date}}, {{nobody}}, {{nobody}}", amara);
        assert_eq!(filled.text, "By {{promise.date}}, {{nobody}}, {{nobody}}");
        assert_eq!(filled.missing, ["promise.date", "nobody"]);
    }

    #[test]
    fn braces_that_are_no_gap_are_somebody_s_own_words() {
        for own in ["{{", "}}", "{{ }}", "{{a b}}", "{a}", "{{{", "{{é}}", "a {{ b"] {
            assert_eq!(fill(own, amara).text, own);
            assert!(gaps(own).is_empty(), "{own}");
        }
        let found = gaps("é {{{case.number}} {{x}}");
        assert_eq!(found.iter().map(|gap| gap.name).collect::<Vec<_>>(), ["case.number", "x"]);
        assert_eq!(&"é {{{case.number}} {{x}}"[found[1].from..found[1].to], "{{x}}");
    }

    #[test]
    fn every_variable_of_the_list_is_known() {
        let all: String = VARIABLES.iter().map(|(name, _)| format!("{{{{{name}}}}} ")).collect();
        assert!(unknown(&all).is_empty());
        assert_eq!(unknown("{{customer.nick}}"), ["customer.nick"]);
    }
}
