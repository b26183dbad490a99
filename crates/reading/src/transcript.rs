//! A whole conversation as one text, each turn begun by who speaks: `Customer: …`, `Agent: …`.

/// Names of the customer at the head of a turn.
const CUSTOMER: &[&str] =
    &["customer", "client", "visitor", "kunde", "kundin", "cliente", "klant", "user"];

/// Names of the company at the head of a turn.
const COMPANY: &[&str] = &[
    "agent",
    "support",
    "advisor",
    "operator",
    "company",
    "us",
    "mitarbeiter",
    "mitarbeiterin",
    "conseiller",
    "agente",
    "operatore",
    "atendente",
    "medewerker",
];

/// Letters of a name at the head of a turn at the most.
const NAME_BYTES_MAX: usize = 24;

/// What the customer said first, as the beginning of the text, if the text is a conversation that
/// the customer began; else the whole text. It says what the conversation is about; what follows
/// is answers, apologies of the company and thanks.
pub(crate) fn opening(text: &str) -> &str {
    if !speaks(text, CUSTOMER) {
        return text;
    }
    let turns = text.match_indices('\n').map(|(at, _)| at);
    let answer = turns.take(500).find(|at| speaks(&text[at + 1..], COMPANY));
    answer.map_or(text, |at| &text[..at])
}

/// True if a turn begins with one of the names and a colon.
fn speaks(turn: &str, names: &[&str]) -> bool {
    let head = turn.as_bytes();
    let Some(colon) = head.iter().take(NAME_BYTES_MAX + 1).position(|b| *b == b':') else {
        return false;
    };
    let name = turn.get(..colon).unwrap_or_default().trim().to_lowercase();
    names.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_words_of_a_conversation_say_what_it_is_about() {
        let talk = "Customer: how do I change my seat?\nAgent: Sorry to hear that!\nCustomer: ok";
        assert_eq!(opening(talk), "Customer: how do I change my seat?");
        assert_eq!(opening("Agent: hello\nCustomer: hi"), "Agent: hello\nCustomer: hi");
        assert_eq!(opening("My note: one\ntwo"), "My note: one\ntwo");
        assert_eq!(opening(""), "");
    }
}
