//! What a status code of a delivery report (RFC 3463) means to people.

/// What went wrong, in plain words; `None` where the code says too little.
pub fn in_words(status: &str) -> Option<&'static str> {
    let mut parts = status.split('.');
    let class = parts.next()?;
    let subject: u16 = parts.next()?.parse().ok()?;
    let detail: u16 = parts.next()?.parse().ok()?;
    Some(match (subject, detail) {
        (1, 1) => "There is no such mailbox",
        (1, 2) => "There is no such mail domain",
        (1, 3) => "That is no address",
        (1, 6) => "The mailbox has moved and left no address",
        (1, 10) => "That domain takes no mail",
        (1, _) => "The address is not right",
        (2, 1) => "The mailbox is closed",
        (2, 2) => "The mailbox is full",
        (2, 3) => "The letter is larger than the mailbox takes",
        (2, 4) => "The mailing list behind the address does not work",
        (2, _) => "The mailbox does not take it",
        (3, 1) => "Their mail server is full",
        (3, 4) => "The letter is larger than their mail server takes",
        (3, _) => "Their mail server does not take it",
        (4, 1) => "Their mail server does not answer",
        (4, 2) => "The line to their mail server is bad",
        (4, 3 | 4) => "No way to their mail server was found",
        (4, 6) => "Their mail goes round in a circle",
        (4, 7) => "It could not be delivered in time",
        (4, _) => "Their mail server could not be reached",
        (5, _) => "The mail servers did not understand each other",
        (6, _) => "The letter has a form that they do not take",
        (7, 1) => "They refused it: by their rules we may not write there",
        (7, 8 | 9 | 14) => "Our mail server was not let in",
        (7, 20..=27) => "They refused it because they could not verify that it is ours",
        (7, _) => "They refused it for reasons of safety, or took it for spam",
        _ if class == "5" => "It was refused for good",
        _ if class == "4" => "It was refused for now",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_in_plain_words_and_unknown_ones_by_their_class() {
        assert_eq!(in_words("5.1.1"), Some("There is no such mailbox"));
        assert_eq!(in_words("4.2.2"), Some("The mailbox is full"));
        assert_eq!(in_words("5.7.26"), in_words("5.7.20"));
        assert_eq!(in_words("5.0.0"), Some("It was refused for good"));
        assert_eq!(in_words("4.99.1"), Some("It was refused for now"));
        for odd in ["", "5", "5.1", "5.x.1", "2.0.0"] {
            assert_eq!(in_words(odd), None, "{odd}");
        }
    }
}
