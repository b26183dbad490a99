//! One e-mail address, as a person types it.

/// One address, trimmed; `None` for anything else: none, several, one without a whole domain.
pub fn one_email(text: &str) -> Option<&str> {
    let text = text.trim();
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\".contains(c);
    let (local, domain) = text.split_once('@')?;
    let is_whole = !local.is_empty()
        && domain.split('.').all(|label| !label.is_empty())
        && domain.contains('.')
        && !domain.contains('@')
        && text.len() <= 254
        && !text.contains(odd);
    is_whole.then_some(text)
}
