//! Providers whose addresses everybody would otherwise look up.

use crate::fetch::Kind;
use crate::relay::Secure;

/// A provider's servers, as its own help pages name them.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// The word to choose it by.
    pub name: &'static str,
    /// What it speaks.
    pub kind: Kind,
    /// Where mail is fetched.
    pub host: &'static str,
    /// The port there.
    pub port: u16,
    /// How the line is protected.
    pub secure: Secure,
    /// Where letters are handed over: host and port, with STARTTLS.
    pub relay: &'static str,
    /// What a person must know.
    pub hint: &'static str,
}

/// Where people agree that we fetch and send their mail.
#[derive(Clone, Copy, Debug)]
pub struct ConsentPage {
    /// The provider's page.
    pub url: &'static str,
    /// What is asked for there.
    pub scope: &'static str,
}

impl Preset {
    /// Where people agree to OAuth 2; `None` where the provider has no such thing.
    pub fn consent(&self) -> Option<ConsentPage> {
        match self.name {
            "gmail" => Some(ConsentPage {
                url: "https://accounts.google.com/o/oauth2/v2/auth",
                scope: "https://mail.google.com/",
            }),
            "outlook" => Some(ConsentPage {
                url: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
                scope: "offline_access https://outlook.office.com/IMAP.AccessAsUser.All \
                        https://outlook.office.com/SMTP.Send",
            }),
            _ => None,
        }
    }

    /// Where the provider renews OAuth 2 access tokens; `None` where it has no such thing.
    pub fn token_endpoint(&self) -> Option<&'static str> {
        match self.name {
            "gmail" => Some("https://oauth2.googleapis.com/token"),
            "outlook" => Some("https://login.microsoftonline.com/common/oauth2/v2.0/token"),
            _ => None,
        }
    }
}

const fn imaps(
    name: &'static str,
    host: &'static str,
    relay: &'static str,
    hint: &'static str,
) -> Preset {
    let secure = Secure::FromTheStart;
    Preset { name, kind: Kind::Imap, host, port: 993, secure, relay, hint }
}

/// Providers, by name.
pub const PRESETS: [Preset; 9] = [
    imaps(
        "fastmail",
        "imap.fastmail.com",
        "smtp.fastmail.com:587",
        "Make an app password under Privacy & Security.",
    ),
    imaps(
        "gmail",
        "imap.gmail.com",
        "smtp.gmail.com:587",
        "Turn on 2-Step Verification and make an app password, or sign in with OAuth below.",
    ),
    imaps("gmx", "imap.gmx.net", "mail.gmx.net:587", "Permit IMAP in the settings first."),
    imaps(
        "icloud",
        "imap.mail.me.com",
        "smtp.mail.me.com:587",
        "Make an app-specific password; the name is the part before the @.",
    ),
    imaps("ionos", "imap.ionos.com", "smtp.ionos.com:587", "The mailbox's own password."),
    imaps("mailbox.org", "imap.mailbox.org", "smtp.mailbox.org:587", "The mailbox's own password."),
    imaps(
        "outlook",
        "outlook.office365.com",
        "smtp.office365.com:587",
        "Microsoft takes no passwords here: sign in with OAuth below.",
    ),
    imaps(
        "yahoo",
        "imap.mail.yahoo.com",
        "smtp.mail.yahoo.com:587",
        "Make an app password under Account Security.",
    ),
    imaps("zoho", "imap.zoho.eu", "smtp.zoho.eu:587", "Permit IMAP in the settings first."),
];
