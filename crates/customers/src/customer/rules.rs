//! How addresses are written so that one person is one customer.

/// Characters of a name or an address.
pub const MOST: usize = 300;

/// A way we know somebody by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// `email`, `phone`, `handle` or `reference`.
    pub kind: &'static str,
    /// The value in its one spelling.
    pub value: String,
}

/// Whether `name` is none: empty, or the address we know somebody by.
pub fn is_unknown(name: &str) -> bool {
    name.is_empty() || name.contains('@')
}

/// One spelling of an e-mail address: trimmed and in lower case. Dots and tags stay: whether they
/// matter is for the other house to say.
pub fn email(text: &str) -> Option<Identity> {
    let value = one_line(text).to_lowercase();
    let (local, domain) = value.rsplit_once('@')?;
    let sound = !local.is_empty() && domain.len() >= 3 && !value.contains(char::is_whitespace);
    sound.then_some(Identity { kind: "email", value })
}

/// One spelling of a telephone number: its digits, with a plus when it had one or began with 00.
pub fn phone(text: &str) -> Option<Identity> {
    let text = one_line(text);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches("00");
    let foreign = text.trim_start().starts_with('+') || text.trim_start().starts_with("00");
    let value = if foreign { format!("+{digits}") } else { digits.to_owned() };
    (5..=20).contains(&digits.len()).then_some(Identity { kind: "phone", value })
}

/// A name on a public site, with the site before it: `google:amara`.
pub fn handle(text: &str) -> Option<Identity> {
    plain("handle", &text.to_lowercase())
}

/// A customer number or another reference of the company's.
pub fn reference(text: &str) -> Option<Identity> {
    plain("reference", text)
}

fn plain(kind: &'static str, text: &str) -> Option<Identity> {
    let value = one_line(text);
    (!value.is_empty()).then_some(Identity { kind, value })
}

/// The text on one line, without control characters, cut at [`MOST`].
pub fn one_line(text: &str) -> String {
    let kept: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_writes_their_address_in_many_ways() {
        let value = |identity: Option<Identity>| identity.map(|identity| identity.value);
        assert_eq!(value(email(" Amara@Example.ORG\r\n")), Some("amara@example.org".to_owned()));
        assert_eq!(value(phone("0047 22 33 44 55")), Some("+4722334455".to_owned()));
        assert_eq!(value(phone("+47 (22) 33-44-55")), Some("+4722334455".to_owned()));
        assert_eq!(value(phone("22 33 44 55")), Some("22334455".to_owned()));
        for no in ["", "amara", "@example.org", "a b@example.org", "amara@"] {
            assert_eq!(email(no), None, "{no}");
        }
        assert_eq!(phone("12"), None);
    }
}
