//! A relay as somebody writes it, on the page or in JSON, and what is wrong with it.

use crate::chosen::{PageLogin, PageRelay};
use crate::fetch::{Account, PRESETS};
use crate::relay::{Secure, is_here};
use serde::Deserialize;
use store::Context;
use utoipa::ToSchema;

/// Letters of a field.
const FIELD_MOST: usize = 300;

/// A relay as somebody writes it.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RelayForm {
    /// The name of a provider whose server is known, or empty.
    pub provider: String,
    /// The server of another provider: `smtp.example.com`.
    pub host: String,
    /// Its port; empty for the usual one.
    pub port: String,
    /// How the line is protected: `required` (STARTTLS or no letter), `implicit` (TLS from the
    /// first byte) or `none` (in the clear, only to a server in the house).
    pub tls: String,
    /// The name we sign in with; empty where it wants none.
    pub login: String,
    /// Its password. It is kept sealed and never shown; empty keeps the one of the same server
    /// and name.
    pub password: String,
    /// Instead of both: the name of a fetched mailbox as which we sign in.
    pub mailbox: String,
}

/// Fields and what is wrong with each.
pub(crate) type Wrong = Vec<(String, String)>;

impl RelayForm {
    /// As it is kept, for a form to change it. The password does not come back.
    pub fn of(relay: &PageRelay) -> RelayForm {
        let address = format!("{}:{}", relay.host, relay.port);
        let preset = PRESETS.iter().find(|preset| preset.relay == address);
        let preset = preset.filter(|_| relay.secure == Secure::Required);
        let typed = |text: String| if preset.is_some() { String::new() } else { text };
        RelayForm {
            provider: preset.map_or(String::new(), |preset| preset.name.to_owned()),
            host: typed(relay.host.clone()),
            port: typed(relay.port.to_string()),
            tls: relay.tls().to_owned(),
            login: relay.login_name().to_owned(),
            password: String::new(),
            mailbox: relay.login_mailbox().to_owned(),
        }
    }

    fn secure(&self) -> Option<Secure> {
        match self.tls.as_str() {
            "required" | "" => Some(Secure::Required),
            "implicit" => Some(Secure::FromTheStart),
            "none" => Some(Secure::Never),
            _ => None,
        }
    }

    /// The relay it names. `before` is the one that is named now, `mailboxes` those that are
    /// fetched.
    pub fn read(
        &self,
        ctx: &Context,
        before: Option<&PageRelay>,
        mailboxes: &[Account],
    ) -> Result<PageRelay, Wrong> {
        let mut wrong = Wrong::new();
        let (host, port, secure) = self.server(&mut wrong);
        let login = self.signs_in(&mut wrong, mailboxes);
        if secure == Secure::Never && login.is_some() && !is_here(&host) {
            let words = "A name and a password go over a protected line only";
            wrong.push(("tls".to_owned(), words.to_owned()));
        }
        let login = match login {
            Some(Login::Mailbox(name)) => Some(PageLogin::Mailbox(name)),
            Some(Login::Name(name)) if !self.password.is_empty() => {
                Some(PageLogin::with_password(ctx, &name, &self.password))
            }
            // A password goes to no other server than the one it was written for.
            Some(Login::Name(name)) => {
                let kept = before.filter(|one| {
                    (&one.host, one.port, one.secure, one.login_name())
                        == (&host, port, secure, name.as_str())
                });
                let kept = kept.and_then(|one| one.login.clone());
                if kept.is_none() {
                    wrong.push(("password".to_owned(), "Write the password".to_owned()));
                }
                kept
            }
            None => None,
        };
        if wrong.is_empty() { Ok(PageRelay { host, port, secure, login }) } else { Err(wrong) }
    }

    fn server(&self, wrong: &mut Wrong) -> (String, u16, Secure) {
        let mut says = |field: &str, words: &str| wrong.push((field.to_owned(), words.to_owned()));
        let preset = PRESETS.iter().find(|preset| preset.name == self.provider);
        if let Some((host, port)) = preset.and_then(|preset| preset.relay.rsplit_once(':')) {
            return (host.to_owned(), port.parse().unwrap_or(587), Secure::Required);
        }
        let host = self.host.trim().trim_matches(['[', ']']).to_ascii_lowercase();
        let is_host = !host.is_empty()
            && host.len() <= FIELD_MOST
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_:".contains(&b));
        if !is_host {
            says("host", "Choose a provider, or write the server, like smtp.example.com");
        } else if host.contains(':') && host.parse::<std::net::Ipv6Addr>().is_err() {
            says("host", "Write the port in its own field");
        }
        let secure = self.secure();
        if secure.is_none() {
            says("tls", "Choose how the line is protected");
        }
        let secure = secure.unwrap_or(Secure::Required);
        let usual = match secure {
            Secure::FromTheStart => 465,
            Secure::Never => 25,
            Secure::Required | Secure::WhenOffered => 587,
        };
        let port = match self.port.trim() {
            "" => usual,
            text => text.parse().unwrap_or(0),
        };
        if port == 0 {
            says("port", "Write a number, like 587");
        }
        (host, port, secure)
    }

    fn signs_in(&self, wrong: &mut Wrong, mailboxes: &[Account]) -> Option<Login> {
        let mut says = |field: &str, words: &str| wrong.push((field.to_owned(), words.to_owned()));
        let (name, mailbox) = (self.login.trim(), self.mailbox.trim());
        if !mailbox.is_empty() {
            if !mailboxes.iter().any(|one| one.name == mailbox) {
                says("mailbox", "No mailbox of this name is fetched");
            }
            if !name.is_empty() || !self.password.is_empty() {
                says("login", "Write a name and a password, or choose a mailbox, not both");
            }
            return Some(Login::Mailbox(mailbox.to_owned()));
        }
        let is_long = name.len() > FIELD_MOST || self.password.len() > FIELD_MOST;
        if is_long || name.contains(char::is_control) {
            says("login", "That is no name that a server gives");
        }
        if name.is_empty() {
            if !self.password.is_empty() {
                says("login", "Write the name that belongs to the password");
            }
            return None;
        }
        Some(Login::Name(name.to_owned()))
    }
}

enum Login {
    Name(String),
    Mailbox(String),
}
