//! The server that carries our letters on, as the program's settings name it.

use std::fmt;
use std::time::Duration;

/// How the line to the relay is protected. What is asked for is never given up quietly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// The relay.
#[derive(Clone)]
pub struct Relay {
    /// Its host name; certificates are checked against it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is protected.
    pub secure: Secure,
    /// User and password, where it asks for them. Never sent over a line in the clear, except to
    /// this machine.
    pub login: Option<(String, String)>,
    /// The address our letters come from.
    pub from: String,
    /// The name we greet with.
    pub hello: String,
    /// How long one step of the conversation may take.
    pub patience: Duration,
}

impl Relay {
    /// A relay on this machine in the clear.
    pub fn local(port: u16, from: &str) -> Relay {
        Relay {
            host: "127.0.0.1".to_owned(),
            port,
            secure: Secure::Never,
            login: None,
            from: from.to_owned(),
            hello: "localhost".to_owned(),
            patience: Duration::from_secs(60),
        }
    }

    /// Whether it is this machine itself.
    pub(crate) fn is_here(&self) -> bool {
        let host = self.host.as_str();
        host == "localhost"
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
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
        let login = Some(("ann".to_owned(), "secret".to_owned()));
        let relay = Relay { login, ..Relay::local(25, "help@example.test") };
        assert!(!format!("{relay:?}").contains("secret"));
        assert!(relay.is_here());
        assert!(!Relay { host: "relay.example".into(), ..relay }.is_here());
    }
}
