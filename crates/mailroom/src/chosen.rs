//! Which relay carries our letters: the one that the program's settings name, else the one that an
//! administrator named on the page.

pub(crate) mod api;
mod form;
pub(crate) mod pages;
pub(crate) mod trial;

use crate::fetch::seal;
use crate::relay::{Relay, RelayLogin, Secure};
use crate::setup;
use domain::permit::Staff;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::fact::Fact;
use store::{Context, Once, Press, Store, StoreError, Tx};
use web::Problem;

/// The setting that names the relay as JSON; empty where none is named.
const RELAY: &str = "mail/relay";

/// The relay that carries our letters, and who named it.
#[derive(Clone, Debug)]
pub struct OwnRelay {
    relay: Relay,
    set_by: Option<String>,
}

impl OwnRelay {
    /// The settings name it; `set_by` says which: a flag, a variable, a file.
    pub fn of_settings(relay: Relay, set_by: impl Into<String>) -> OwnRelay {
        OwnRelay { relay, set_by: Some(set_by.into()) }
    }

    /// The page names it, if anybody did. Whatever a page does not say is taken from `house`: who
    /// our letters come from, what signs them, how they are spread, which authorities are believed.
    pub fn of_page(house: Relay) -> OwnRelay {
        OwnRelay { relay: house, set_by: None }
    }

    /// What in the program's settings names it; `None` where the page decides.
    pub fn set_by(&self) -> Option<&str> {
        self.set_by.as_deref()
    }

    /// The address our letters come from.
    pub fn from(&self) -> &str {
        &self.relay.from
    }

    /// The relay as it is named now; none where letters do not leave.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn now(&self, ctx: &Context) -> Result<Option<Relay>, StoreError> {
        if self.set_by.is_some() {
            return Ok(Some(self.relay.clone()));
        }
        Ok(page_relay(&ctx.store).await?.map(|named| named.over(self.relay.clone())))
    }
}

/// A relay as the page names it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRelay {
    /// Its host name; certificates are checked against it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is protected.
    pub secure: Secure,
    /// How we sign in there.
    #[serde(default)]
    pub login: Option<PageLogin>,
}

/// How we sign in at a relay that the page names.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageLogin {
    /// With a name and its password, which is sealed.
    Password {
        /// The name.
        name: String,
        /// The password, sealed.
        sealed: String,
    },
    /// As this fetched mailbox does.
    Mailbox(String),
}

impl PageLogin {
    /// With this password, which is sealed here.
    pub(crate) fn with_password(ctx: &Context, name: &str, password: &str) -> PageLogin {
        PageLogin::Password { name: name.to_owned(), sealed: seal::seal(ctx, password) }
    }
}

impl std::fmt::Debug for PageRelay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PageRelay({}:{})", self.host, self.port)
    }
}

impl PageRelay {
    /// The word for how the line is protected, as the settings have it.
    pub fn tls(&self) -> &'static str {
        match self.secure {
            Secure::FromTheStart => "implicit",
            Secure::Never => "none",
            Secure::Required | Secure::WhenOffered => "required",
        }
    }

    /// The name we sign in with; empty for none.
    pub fn login_name(&self) -> &str {
        match &self.login {
            Some(PageLogin::Password { name, .. }) => name,
            Some(PageLogin::Mailbox(_)) | None => "",
        }
    }

    /// The mailbox we sign in as; empty for none.
    pub fn login_mailbox(&self) -> &str {
        match &self.login {
            Some(PageLogin::Mailbox(name)) => name,
            Some(PageLogin::Password { .. }) | None => "",
        }
    }

    fn over(self, house: Relay) -> Relay {
        let login = self.login.map(|login| match login {
            PageLogin::Password { name, sealed } => RelayLogin::Sealed { name, sealed },
            PageLogin::Mailbox(name) => RelayLogin::Mailbox(name),
        });
        Relay { host: self.host, port: self.port, secure: self.secure, login, ..house }
    }

    /// As the record tells of it: never its password.
    fn shown(&self) -> Value {
        json!({"host": self.host, "port": self.port, "tls": self.tls(),
            "login": self.login_name(), "mailbox": self.login_mailbox()})
    }
}

/// The relay that the page names, whether or not it counts.
///
/// # Errors
/// When the store fails.
pub async fn page_relay(store: &Store) -> Result<Option<PageRelay>, StoreError> {
    read(store.setting(RELAY).await?)
}

fn read(text: Option<String>) -> Result<Option<PageRelay>, StoreError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let read = serde_json::from_str(&text);
    read.map(Some).map_err(|error| StoreError::unreadable("reading which relay is named", error))
}

/// Names the relay, or with `None` takes it away. Once a press; the house's record is told of what
/// changed.
pub(crate) async fn name_relay(
    ctx: &Context,
    staff: &Staff,
    relay: Option<PageRelay>,
    press: &Press,
) -> Result<(), Problem> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    match tx.once::<()>(press, now).await? {
        Once::New => {}
        Once::Done(()) => return Ok(()),
        Once::OtherBody => return Err(setup::other_body()),
    }
    let before = read(tx.setting(RELAY).await?)?;
    if before != relay {
        write(&mut tx, relay.as_ref(), now).await?;
        let what = if relay.is_some() { "relay_set_up" } else { "relay_ended" };
        let shown =
            |relay: &Option<PageRelay>| relay.as_ref().map_or(Value::Null, PageRelay::shown);
        setup::tell(&mut tx, ctx, staff, what, "relay", shown(&before), shown(&relay)).await?;
    }
    tx.done_once(press, &()).await?;
    Ok(tx.commit().await?)
}

async fn write(tx: &mut Tx, relay: Option<&PageRelay>, now: Timestamp) -> Result<(), StoreError> {
    let text = match relay {
        Some(relay) => serde_json::to_string(relay)
            .map_err(|error| StoreError::unreadable("writing which relay is named", error))?,
        None => String::new(),
    };
    tx.set_setting(RELAY, &text, now).await?;
    // What waits for another relay's next hour is tried at this one at once, on every node.
    tx.letters_due(now).await?;
    tx.tell(Fact::Outbox);
    Ok(())
}
