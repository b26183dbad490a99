//! Macros in records (RFC 7208, section 7).

use std::net::IpAddr;

use super::{PERMANENT, Run, Stop};

impl Run<'_> {
    /// Macros (section 7): `%{i}`, `%{d2r}` and the like.
    pub(super) fn expand(&self, text: &str, domain: &str) -> Result<String, Stop> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            out.push_str(before);
            rest = match after.chars().next() {
                Some('%') => {
                    out.push('%');
                    &after[1..]
                }
                Some('_') => {
                    out.push(' ');
                    &after[1..]
                }
                Some('-') => {
                    out.push_str("%20");
                    &after[1..]
                }
                Some('{') => {
                    let (name, tail) = after[1..].split_once('}').ok_or(PERMANENT)?;
                    out.push_str(&self.value(name, domain)?);
                    tail
                }
                _ => return Err(PERMANENT),
            };
        }
        out.push_str(rest);
        let out = out.trim_end_matches('.').to_ascii_lowercase();
        if out.is_empty() || out.len() > 253 { Err(PERMANENT) } else { Ok(out) }
    }

    fn value(&self, name: &str, domain: &str) -> Result<String, Stop> {
        let letter = name.chars().next().ok_or(PERMANENT)?.to_ascii_lowercase();
        let (local, sender_domain) = self.address.rsplit_once('@').unwrap_or(("", ""));
        let whole = match letter {
            's' => self.address.clone(),
            'l' => local.to_owned(),
            'o' => sender_domain.to_owned(),
            'd' => domain.to_owned(),
            'h' => self.sender.helo.to_owned(),
            'v' => {
                if self.sender.ip.is_ipv4() {
                    "in-addr".into()
                } else {
                    "ip6".into()
                }
            }
            'i' => match self.sender.ip {
                IpAddr::V4(ip) => ip.to_string(),
                IpAddr::V6(ip) => {
                    let digits: Vec<String> = ip
                        .octets()
                        .iter()
                        .flat_map(|b| [b >> 4, b & 15])
                        .map(|d| format!("{d:x}"))
                        .collect();
                    digits.join(".")
                }
            },
            _ => return Err(PERMANENT),
        };
        let rest = &name[1..];
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let rest = &rest[digits.len()..];
        let (reverse, marks) = match rest.strip_prefix(['r', 'R']) {
            Some(marks) => (true, marks),
            None => (false, rest),
        };
        let marks = if marks.is_empty() { "." } else { marks };
        if marks.contains(|c| !".-+,/_=".contains(c)) {
            return Err(PERMANENT);
        }
        let mut parts: Vec<&str> = whole.split(|c| marks.contains(c)).collect();
        if reverse {
            parts.reverse();
        }
        let keep = digits.parse().unwrap_or(parts.len());
        Ok(parts[parts.len().saturating_sub(keep)..].join("."))
    }
}
