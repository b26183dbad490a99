//! The server that carries our letters on, as the program's settings name it.

use crate::traffic::Shaping;
use ::mail::dkim::{self, SigningKey, SigningKeyRefused};
use jiff::Timestamp;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How the line to the relay is protected. What is asked for is never given up quietly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Secure {
    /// In the clear: for a relay on this machine.
    Never,
    /// STARTTLS when the relay offers it.
    WhenOffered,
    /// STARTTLS, or nothing is sent.
    Required,
    /// TLS from the first byte.
    FromTheStart,
}

/// How we sign in at the relay.
#[derive(Clone)]
pub enum RelayLogin {
    /// With a name and its password.
    Password {
        /// The name.
        name: String,
        /// Its password.
        password: String,
    },
    /// The same, with the password as it is kept: sealed by [`crate::fetch`]'s seal.
    Sealed {
        /// The name.
        name: String,
        /// Its password, sealed.
        sealed: String,
    },
    /// As this fetched mailbox does: with its password, or with the OAuth 2 tokens it buys. Looked
    /// up at each sign-in, as somebody may set the mailbox up anew.
    Mailbox(String),
}

/// The relay.
#[derive(Clone)]
pub struct Relay {
    /// Its host name; certificates are checked against it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is protected.
    pub secure: Secure,
    /// Certificates (PEM) that vouch for it besides those that everybody believes: for a relay
    /// whose certificate comes from the house's own authority.
    pub authorities: Option<Arc<[u8]>>,
    /// How we sign in, where it asks for that. Never done over a line in the clear, except to this
    /// machine.
    pub login: Option<RelayLogin>,
    /// The address our letters come from.
    pub from: String,
    /// What signs them; without it they leave unsigned, which is right where the relay signs.
    pub dkim: Option<Signer>,
    /// The name of the house beside the writer's own; empty for the writer's alone.
    pub from_name: String,
    /// The name we greet with.
    pub hello: String,
    /// How letters are spread over time, domains and lines.
    pub shaping: Shaping,
    /// How long one step of the conversation may take.
    pub patience: Duration,
}

/// What signs our letters (DKIM, RFC 6376), so that nobody can write in our name unseen.
#[derive(Clone, Debug)]
pub struct Signer {
    domain: String,
    selector: String,
    key: Arc<SigningKey>,
}

impl Signer {
    /// From a private key in PEM form. `domain` is that of the address letters come from.
    ///
    /// # Errors
    /// When the text is no key of 2,048 bits or more.
    pub fn new(domain: &str, selector: &str, pem: &str) -> Result<Signer, SigningKeyRefused> {
        let key = Arc::new(SigningKey::from_pem(pem)?);
        Ok(Signer { domain: domain.to_lowercase(), selector: selector.to_owned(), key })
    }

    /// Where the public key is published.
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// What is published there.
    pub fn record(&self) -> String {
        self.key.record()
    }

    /// The mail with its signature on top.
    ///
    /// # Errors
    /// When the key cannot be used.
    pub(crate) fn sign(&self, mail: &[u8], at: Timestamp) -> Result<Vec<u8>, SigningKeyRefused> {
        let field = dkim::sign(mail, &self.domain, &self.selector, &self.key, at)?;
        Ok([field.as_bytes(), mail].concat())
    }
}

impl Relay {
    /// A relay on this machine in the clear.
    pub fn local(port: u16, from: &str) -> Relay {
        Relay {
            host: "127.0.0.1".to_owned(),
            port,
            secure: Secure::Never,
            authorities: None,
            login: None,
            from: from.to_owned(),
            dkim: None,
            from_name: String::new(),
            hello: "localhost".to_owned(),
            shaping: Shaping::default(),
            patience: Duration::from_secs(60),
        }
    }

    /// Whom certificates of this relay are believed from.
    ///
    /// # Errors
    /// When one of its own authorities is no certificate.
    pub(crate) fn trust(&self) -> Result<TlsParameters, Error> {
        let mut trust = TlsParameters::builder(self.host.clone());
        if let Some(pem) = &self.authorities {
            for one in certificates(&String::from_utf8_lossy(pem)) {
                trust = trust.add_root_certificate(Certificate::from_pem(one.as_bytes())?);
            }
        }
        trust.build()
    }

    /// Whether it is this machine itself.
    pub(crate) fn is_here(&self) -> bool {
        is_here(&self.host)
    }
}

/// The certificates of a PEM file, each by itself.
fn certificates(pem: &str) -> impl Iterator<Item = &str> {
    pem.split_inclusive("-----END CERTIFICATE-----").filter(|one| one.contains("-----BEGIN"))
}

/// Whether a host is this machine itself.
pub(crate) fn is_here(host: &str) -> bool {
    host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let login = self.login.as_ref().map(|_| "…");
        f.debug_struct("Relay")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("secure", &self.secure)
            .field("login", &login)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_shown() {
        let (name, password) = ("ann".to_owned(), "secret".to_owned());
        let login = Some(RelayLogin::Password { name, password });
        let relay = Relay { login, ..Relay::local(25, "help@example.test") };
        assert!(!format!("{relay:?}").contains("secret"));
        assert!(relay.is_here());
        assert!(!Relay { host: "relay.example".into(), ..relay }.is_here());
    }
}
