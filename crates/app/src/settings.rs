//! Settings: flags > `REDRESS_*` > `redress.toml` > the default. Read once, here.

use anyhow::{Context as _, bail};
use conversation::suggestion::endpoint::Model;
use mailroom::{Certificate, PageRelay, RelayLogin, Shaping, Signer};
use std::collections::BTreeMap;
use std::fmt;
use std::io::IsTerminal;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::Address;
use url::Url;

/// The commented file with every default; `redress config default` prints it.
pub const DEFAULTS: &str = include_str!("../redress.toml");

/// Settings whose value is not shown.
const SECRET: &[&str] = &["database", "model_key"];

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line.
    Flag,
    /// The environment.
    Environment(String),
    /// A file.
    File(PathBuf),
    /// The page of outgoing mail.
    Page,
    /// Compiled in.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag => f.write_str("flag"),
            Origin::Environment(name) => f.write_str(name),
            Origin::File(path) => path.display().fmt(f),
            Origin::Page => f.write_str("Settings › Outgoing mail"),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// Every setting with its value and where that came from.
#[derive(Clone)]
pub struct Settings {
    values: BTreeMap<String, (String, Origin)>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.shown().iter().map(|(name, value, _)| (name, value))).finish()
    }
}

impl Settings {
    /// Reads the settings. `flags` are those that were given; `file` the one that was named, else
    /// `redress.toml` here, in `$XDG_CONFIG_HOME/redress` or in `/etc/redress` is taken when it is
    /// there.
    ///
    /// # Errors
    /// When a file cannot be read or names a setting that there is not.
    pub fn read(flags: &[(&str, Option<String>)], file: Option<&Path>) -> anyhow::Result<Settings> {
        let mut values = BTreeMap::new();
        for (name, value) in table(DEFAULTS, Path::new("the defaults"))? {
            values.insert(name, (value, Origin::Default));
        }
        if let Some(path) = file.map(Path::to_owned).or_else(found_file) {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            for (name, value) in table(&text, &path)? {
                if !values.contains_key(&name) {
                    bail!("{} sets `{name}`, which is no setting", path.display());
                }
                values.insert(name, (value, Origin::File(path.clone())));
            }
        }
        for (name, entry) in &mut values {
            if let Some(value) = from_environment(name) {
                *entry = (value, Origin::Environment(variable(name)));
            }
        }
        for (name, value) in flags {
            if let Some(value) = value {
                values.insert((*name).to_owned(), (value.clone(), Origin::Flag));
            }
        }
        Ok(Settings { values })
    }

    /// Name, shown value and origin of every setting, by name. Secrets are not shown.
    pub fn shown(&self) -> Vec<(&str, &str, &Origin)> {
        let shown = |name: &str, value| match SECRET.contains(&name) {
            true if !String::is_empty(value) => "***",
            _ => value.as_str(),
        };
        self.values
            .iter()
            .map(|(name, (value, origin))| (name.as_str(), shown(name, value), origin))
            .collect()
    }

    /// Where the value of a setting came from, in words.
    pub fn origin(&self, name: &str) -> String {
        self.values.get(name).map_or_else(String::new, |(_, origin)| origin.to_string())
    }

    /// The same with the relay that the page names, for showing, where the settings name none.
    pub fn with_page(&mut self, relay: &PageRelay) {
        let host = match relay.host.contains(':') {
            true => format!("[{}]", relay.host),
            false => relay.host.clone(),
        };
        let values = [
            ("relay", format!("{host}:{}", relay.port)),
            ("relay_tls", relay.tls().to_owned()),
            ("relay_name", relay.login_name().to_owned()),
            ("relay_mailbox", relay.login_mailbox().to_owned()),
        ];
        if self.some("relay").is_none() {
            for (name, value) in values {
                self.values.insert(name.to_owned(), (value, Origin::Page));
            }
        }
    }

    fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |(value, _)| value.as_str())
    }

    fn some(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|value| !value.is_empty())
    }

    fn address(&self, name: &str) -> anyhow::Result<Option<SocketAddr>> {
        let Some(text) = self.some(name) else { return Ok(None) };
        let address = text.parse().with_context(|| {
            format!("`{name}` is {text}, which is no address like 127.0.0.1:8080")
        })?;
        Ok(Some(address))
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        PathBuf::from(self.text("data"))
    }

    /// Where the store is.
    pub fn store(&self) -> Address {
        match self.some("database") {
            Some(url) => Address::Postgres(url.to_owned()),
            None => Address::File(self.data().join("redress.db")),
        }
    }

    /// Whether the store is a file in the data folder.
    pub fn store_is_file(&self) -> bool {
        self.some("database").is_none()
    }

    /// Where pages are served.
    ///
    /// # Errors
    /// When it is no address.
    pub fn listen(&self) -> anyhow::Result<SocketAddr> {
        self.address("listen")?.context("`listen` is empty")
    }

    /// Where mail is taken in by SMTP.
    ///
    /// # Errors
    /// When it is no address.
    pub fn smtp_listen(&self) -> anyhow::Result<Option<SocketAddr>> {
        self.address("smtp_listen")
    }

    /// Where mail is taken in by LMTP.
    ///
    /// # Errors
    /// When it is no address.
    pub fn lmtp_listen(&self) -> anyhow::Result<Option<SocketAddr>> {
        self.address("lmtp_listen")
    }

    /// How the outside reaches us, without a slash at the end.
    pub fn base_url(&self) -> String {
        match self.some("base_url") {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.text("listen")),
        }
    }

    /// The domain of reply addresses and Message-IDs.
    pub fn mail_domain(&self) -> String {
        if let Some(domain) = self.some("mail_domain") {
            return domain.to_owned();
        }
        let base = self.base_url();
        let host = base.split_once("://").map_or("", |(_, rest)| rest);
        let host = host.split(['/', ':']).next().unwrap_or("");
        let is_name = host.contains('.') && host.parse::<IpAddr>().is_err();
        if is_name { host.to_owned() } else { "redress.localhost".to_owned() }
    }

    /// Name and address that letters come from.
    pub fn mail_from(&self) -> (String, String) {
        let from = self.text("mail_from");
        match from.split_once('<') {
            Some((name, rest)) => {
                (name.trim().to_owned(), rest.trim_end_matches('>').trim().to_owned())
            }
            None if from.is_empty() => (String::new(), format!("help@{}", self.mail_domain())),
            None => (String::new(), from.trim().to_owned()),
        }
    }

    /// The mail server that takes our letters: host, port.
    ///
    /// # Errors
    /// When it has no port.
    pub fn relay(&self) -> anyhow::Result<Option<(String, u16)>> {
        let Some(text) = self.some("relay") else { return Ok(None) };
        let (host, port) = text.rsplit_once(':').context("`relay` is host:port")?;
        let port = port.parse().with_context(|| format!("`relay` has no port: {text}"))?;
        Ok(Some((host.trim_matches(['[', ']']).to_owned(), port)))
    }

    /// How the line to the relay is protected: `required`, `implicit` or `none`.
    pub fn relay_tls(&self) -> &str {
        self.text("relay_tls")
    }

    /// Certificates that vouch for the relay besides those everybody believes.
    ///
    /// # Errors
    /// When the file cannot be read or holds none.
    pub fn relay_authorities(&self) -> anyhow::Result<Option<Arc<[u8]>>> {
        let Some(path) = self.some("relay_authorities") else { return Ok(None) };
        let pem = std::fs::read(path).with_context(|| format!("cannot read {path}"))?;
        if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
            bail!("{path} holds no certificate");
        }
        Ok(Some(pem.into()))
    }

    /// How letters are spread over time, domains and lines to the relay.
    ///
    /// # Errors
    /// When one of the numbers is none.
    pub fn shaping(&self) -> anyhow::Result<Shaping> {
        let number = |name: &str| {
            let text = self.text(name);
            text.parse::<u32>().with_context(|| format!("`{name}` is {text}, which is no number"))
        };
        Ok(Shaping {
            per_minute: number("letters_per_minute")?,
            at_once: number("letters_at_once")?.max(1),
            lines: number("relay_lines")?.clamp(1, Shaping::LINES_MOST),
        })
    }

    /// How we sign in at the relay.
    ///
    /// # Errors
    /// When the password's file cannot be read, or two ways are named.
    pub fn relay_login(&self) -> anyhow::Result<Option<RelayLogin>> {
        let (name, mailbox) = (self.some("relay_name"), self.some("relay_mailbox"));
        let name = match (name, mailbox) {
            (None, None) => return Ok(None),
            (None, Some(mailbox)) => return Ok(Some(RelayLogin::Mailbox(mailbox.to_owned()))),
            (Some(_), Some(_)) => bail!("set `relay_name` or `relay_mailbox`, not both"),
            (Some(name), None) => name.to_owned(),
        };
        let path = self.some("relay_password_file").context("`relay_name` without its password")?;
        let secret =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
        let password = secret.trim_end().to_owned();
        Ok(Some(RelayLogin::Password { name, password }))
    }

    /// The certificate that the mail listeners offer STARTTLS with.
    ///
    /// # Errors
    /// When a file cannot be read or the two do not belong together.
    pub fn mail_certificate(&self) -> anyhow::Result<Option<Certificate>> {
        let Some(chain) = self.some("mail_certificate") else { return Ok(None) };
        let key = self.some("mail_key").context("`mail_certificate` without `mail_key`")?;
        let loaded = Certificate::load(Path::new(chain), Path::new(key));
        Ok(Some(loaded.context("the certificate of the mail listeners cannot be used")?))
    }

    /// What signs our letters.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub fn dkim(&self) -> anyhow::Result<Option<Signer>> {
        let Some(path) = self.some("dkim_key") else { return Ok(None) };
        let pem = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
        let (_, from) = self.mail_from();
        let domain = from.rsplit('@').next().unwrap_or_default();
        let signer = Signer::new(domain, self.text("dkim_selector"), &pem);
        Ok(Some(signer.with_context(|| format!("cannot use {path}"))?))
    }

    /// Addresses whose mail is taken in besides our own; `*` is every one.
    pub fn mailboxes(&self) -> Vec<String> {
        self.list("mailboxes")
    }

    /// Servers whose word on senders is believed.
    pub fn trusted_servers(&self) -> Vec<String> {
        self.list("trusted_servers")
    }

    /// Programs that write in people's names, each as `address=where it names them`.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn mail_forms(&self) -> anyhow::Result<Vec<String>> {
        let forms = self.list("mail_forms");
        match forms.iter().find(|form| hearing::mail::read_form(form).is_none()) {
            Some(wrong) => anyhow::bail!(
                "`mail_forms` has {wrong}; write form@shop.example=reply-to, or \
                 form@shop.example=E-mail: where a line of the text begins with these words"
            ),
            None => Ok(forms),
        }
    }

    /// The name server that is asked about senders; `None` when nobody is.
    ///
    /// # Errors
    /// When it is no address.
    pub fn name_server(&self) -> anyhow::Result<Option<SocketAddr>> {
        match self.text("name_server") {
            "none" => Ok(None),
            "" => {
                let file = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
                Ok(hearing::mail::name_server(&file))
            }
            text => match (text.parse::<SocketAddr>(), text.parse::<IpAddr>()) {
                (Ok(server), _) => Ok(Some(server)),
                (_, Ok(address)) => Ok(Some(SocketAddr::new(address, 53))),
                _ => bail!("`name_server` has {text}, which is no address"),
            },
        }
    }

    /// Hosts that our own requests may reach at private addresses.
    pub fn private_hosts(&self) -> Vec<String> {
        self.list("private_hosts")
    }

    /// The language model that may be asked for suggestions; `None` when there is none.
    ///
    /// # Errors
    /// When a setting of it is not what its name says.
    pub fn model(&self) -> anyhow::Result<Option<Model>> {
        let Some(url) = self.some("model_url") else { return Ok(None) };
        let url: Url = url.parse().with_context(|| format!("`model_url` is {url}"))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            bail!("`model_url` is {url}, which is no address like https://models.example/v1");
        }
        let name = self.some("model_name").context("`model_url` without `model_name`")?;
        let number = |setting: &str| {
            let text = self.text(setting);
            text.parse::<u64>()
                .with_context(|| format!("`{setting}` is {text}, which is no number"))
        };
        Ok(Some(Model {
            url,
            name: name.to_owned(),
            key: self.model_key()?,
            language: self.text("model_language").to_owned(),
            tokens_per_day: number("model_tokens_per_day")?,
            tokens_per_month: number("model_tokens_per_month")?,
            patience: Duration::from_secs(number("model_seconds")?.clamp(1, Model::SECONDS_MOST)),
            authorities: self.some("model_authorities").map(PathBuf::from),
        }))
    }

    fn model_key(&self) -> anyhow::Result<Option<String>> {
        if let Some(key) = self.some("model_key") {
            return Ok(Some(key.to_owned()));
        }
        let Some(path) = self.some("model_key_file") else { return Ok(None) };
        let key = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
        Ok(Some(key.trim_end().to_owned()))
    }

    fn list(&self, name: &str) -> Vec<String> {
        let parts = self.text(name).split(',').map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// What is logged.
    pub fn log(&self) -> &str {
        self.text("log")
    }

    /// Whether logs are JSON.
    pub fn log_is_json(&self) -> bool {
        self.text("log_format") == "json"
    }

    /// How many requests a program may make in a minute with one token.
    ///
    /// # Errors
    /// When it is no number above 0.
    pub fn api_requests_per_minute(&self) -> anyhow::Result<u32> {
        let text = self.text("api_requests_per_minute");
        let number = text.parse().ok().filter(|number| *number > 0);
        number.with_context(|| {
            format!("`api_requests_per_minute` is {text}, which is no number above 0")
        })
    }

    /// Proxies whose forwarded addresses are believed.
    ///
    /// # Errors
    /// When one is no address.
    pub fn trusted_proxies(&self) -> anyhow::Result<Vec<IpAddr>> {
        let parts = self.text("trusted_proxies").split(',').map(str::trim);
        parts
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().with_context(|| format!("`trusted_proxies` has {part}")))
            .collect()
    }
}

/// Name and value of each line; numbers and truths become text.
fn table(text: &str, path: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let table: toml::Table =
        text.parse().with_context(|| format!("{} is not TOML", path.display()))?;
    table
        .into_iter()
        .map(|(name, value)| match value {
            toml::Value::String(text) => Ok((name, text)),
            toml::Value::Integer(n) => Ok((name, n.to_string())),
            toml::Value::Boolean(b) => Ok((name, b.to_string())),
            _ => bail!("{}: `{name}` takes one text", path.display()),
        })
        .collect()
}

/// The environment's word on `name`.
pub(crate) fn from_environment(name: &str) -> Option<String> {
    environment(&variable(name))
}

fn variable(name: &str) -> String {
    format!("REDRESS_{}", name.to_uppercase())
}

#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Whether talk on stderr may be coloured: on a terminal, unless `NO_COLOR` says otherwise.
pub fn wants_colour() -> bool {
    std::io::stderr().is_terminal() && environment("NO_COLOR").is_none_or(|text| text.is_empty())
}

fn found_file() -> Option<PathBuf> {
    let home = environment("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| environment("HOME").map(|home| PathBuf::from(home).join(".config")));
    let places = [
        Some(PathBuf::from("redress.toml")),
        home.map(|home| home.join("redress/redress.toml")),
        Some(PathBuf::from("/etc/redress/redress.toml")),
    ];
    places.into_iter().flatten().find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_beats_the_file_and_the_file_beats_the_default() {
        let folder = std::env::temp_dir().join(format!("redress-settings-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("redress.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:1\"\nlog = \"warn\"\n").unwrap();
        let flags = [("listen", Some("127.0.0.1:2".to_owned())), ("log", None)];
        let settings = Settings::read(&flags, Some(&path)).unwrap();
        assert_eq!(settings.listen().unwrap().port(), 2);
        assert_eq!(settings.log(), "warn");
        assert_eq!(settings.relay_tls(), "required");
        std::fs::write(&path, "lisen = \"x\"\n").unwrap();
        let wrong = Settings::read(&[], Some(&path)).unwrap_err().to_string();
        assert!(wrong.contains("`lisen`"), "{wrong}");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn no_model_is_asked_unless_one_is_named_and_its_key_is_not_shown() {
        assert!(Settings::read(&[], None).unwrap().model().unwrap().is_none());
        let set = |name, value: &str| (name, Some(value.to_owned()));
        let mut flags =
            vec![set("model_url", "https://models.example/v1"), set("model_key", "hush")];
        assert!(Settings::read(&flags, None).unwrap().model().is_err(), "it has no name");
        flags.push(set("model_name", "small"));
        let settings = Settings::read(&flags, None).unwrap();
        let model = settings.model().unwrap().unwrap();
        assert_eq!((model.key.as_deref(), model.host()), (Some("hush"), "models.example"));
        assert!(!format!("{settings:?} {model:?}").contains("hush"));
    }

    #[test]
    fn the_page_names_the_relay_only_where_no_setting_does() {
        let relay = r#"{"host": "smtp.x.example", "port": 465, "secure": "from_the_start"}"#;
        let relay: PageRelay = serde_json::from_str(relay).unwrap();
        let mut settings = Settings::read(&[], None).unwrap();
        settings.with_page(&relay);
        let (host, port) = settings.relay().unwrap().unwrap();
        assert_eq!(
            (host.as_str(), port, settings.relay_tls()),
            ("smtp.x.example", 465, "implicit")
        );
        assert!(settings.origin("relay").contains("Outgoing mail"));
        let flags = [("relay", Some("10.0.0.1:25".to_owned()))];
        let mut settings = Settings::read(&flags, None).unwrap();
        settings.with_page(&relay);
        assert_eq!(settings.relay().unwrap().unwrap().0, "10.0.0.1");
        assert_eq!(settings.origin("relay"), "flag");
    }

    #[test]
    fn the_password_in_a_database_address_is_not_shown() {
        let flags = [("database", Some("postgres://a:secret@h/d".to_owned()))];
        let settings = Settings::read(&flags, None).unwrap();
        assert!(!format!("{settings:?}").contains("secret"));
    }
}
