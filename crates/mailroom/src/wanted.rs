//! What the records of a mail domain should say.

use ::mail::dns::Kind;

/// One record that a mail domain should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What it is for: `SPF`, `DKIM`, `DMARC`, `MX`.
    pub what: &'static str,
    /// Where it lies.
    pub name: String,
    /// What kind of record it is.
    pub kind: Kind,
    /// What to publish there where there is nothing.
    pub publish: String,
    /// Why.
    pub why: &'static str,
}

/// The records for letters `from` an address and answers to `mail_domain`; `dkim` has name and
/// text of the key's record.
pub fn records_wanted(
    from: &str,
    mail_domain: &str,
    dkim: Option<(String, String)>,
) -> Vec<Wanted> {
    let domain = from.rsplit('@').next().unwrap_or_default().to_lowercase();
    let mut wanted = vec![Wanted {
        what: "MX",
        name: mail_domain.to_owned(),
        kind: Kind::Mx,
        publish: format!("10 {mail_domain}."),
        why: "answers to our letters go there",
    }];
    for name in [&domain, mail_domain] {
        if wanted.iter().all(|one| one.name != *name || one.what != "SPF") {
            wanted.push(Wanted {
                what: "SPF",
                name: name.to_owned(),
                kind: Kind::Txt,
                publish: "v=spf1 mx ~all".to_owned(),
                why: "it names the servers that may send for it; add your relay's include:",
            });
        }
    }
    if let Some((name, publish)) = dkim {
        let why = "it lets others check that a letter is ours";
        wanted.push(Wanted { what: "DKIM", name, kind: Kind::Txt, publish, why });
    }
    wanted.push(Wanted {
        what: "DMARC",
        name: format!("_dmarc.{domain}"),
        kind: Kind::Txt,
        publish: format!("v=DMARC1; p=quarantine; rua=mailto:postmaster@{domain}"),
        why: "it says what others should do with letters that only claim to be ours",
    });
    wanted
}

impl Wanted {
    /// Whether what was found will do.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn judge(&self, found: &[String]) -> Result<String, String> {
        let key = |text: &str| {
            let all: String = text.split_whitespace().collect();
            let tags = all.split(';').find_map(|tag| tag.strip_prefix("p=").map(str::to_owned));
            tags.unwrap_or_default()
        };
        let begins = |start: &str| {
            let fits = |text: &&String| text.to_ascii_lowercase().starts_with(start);
            found.iter().filter(fits).cloned().collect::<Vec<_>>()
        };
        match self.what {
            "SPF" => match begins("v=spf1").as_slice() {
                [] => Err("there is none".to_owned()),
                [one] if one.contains("+all") => Err("it lets everybody send".to_owned()),
                [one] => Ok(one.clone()),
                _ => Err("there are several, which counts as none".to_owned()),
            },
            "DMARC" => begins("v=dmarc1").pop().ok_or_else(|| "there is none".to_owned()),
            "DKIM" if found.is_empty() => Err("there is none".to_owned()),
            "DKIM" if found.iter().any(|text| key(text) == key(&self.publish)) => {
                Ok("the key is published".to_owned())
            }
            "DKIM" => Err("another key is published than the one that signs".to_owned()),
            _ if found.is_empty() => Err("there is none".to_owned()),
            _ => Ok(found.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_that_are_missing_wrong_or_double_are_told() {
        let dkim = ("s._domainkey.nordlys.example".to_owned(), "v=DKIM1; k=rsa; p=AB".to_owned());
        let wanted = records_wanted("help@nordlys.example", "help.nordlys.example", Some(dkim));
        let judge = |what: &str, found: &[&str]| {
            let one = wanted.iter().find(|one| one.what == what).expect("wanted");
            one.judge(&found.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).is_ok()
        };
        assert!(judge("SPF", &["other", "v=spf1 include:relay.example -all"]));
        assert!(!judge("SPF", &["v=spf1 -all", "v=spf1 mx -all"]));
        assert!(!judge("SPF", &["v=spf1 +all"]) && !judge("SPF", &[]));
        assert!(judge("DKIM", &["v=DKIM1; p=A B"]) && !judge("DKIM", &["v=DKIM1; p=CD"]));
        assert!(judge("DMARC", &["V=DMARC1; p=none"]) && !judge("DMARC", &["p=none"]));
        assert!(judge("MX", &["mx.example"]) && !judge("MX", &[]));
        assert_eq!(wanted.iter().filter(|one| one.what == "SPF").count(), 2);
    }
}
