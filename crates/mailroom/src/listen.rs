//! The listener: SMTP or LMTP. It answers 250 after the commit and never before.

mod keep;
mod seats;
mod talk;

use crate::secured::Certificate;
use ::mail::smtp::{Limits, Protocol, Session};
use domain::id::UnitId;
use hearing::mail::{ADDRESSES, TRUSTED};
use seats::Seats;
use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::{Context, StoreError};
use talk::Talk;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinError, JoinSet};

/// How long last words may take once everything else is over.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Whose mail we take.
#[derive(Clone, Debug, Default)]
pub struct Mailboxes {
    /// Our addresses, each with the unit it belongs to; `None` is the first unit. A `+tag` behind
    /// the local part is still ours. Every address at the mail domain is ours without being here.
    pub addresses: Vec<(String, Option<UnitId>)>,
    /// Takes mail for every recipient, for the first unit where the address is not listed. For a
    /// listener behind a mail server that has decided already who is ours.
    pub accept_any_recipient: bool,
}

/// The most of everything one listener takes.
#[derive(Clone, Copy, Debug)]
pub struct ListenLimits {
    /// Connections.
    pub connections: usize,
    /// Connections from one address.
    pub from_one: usize,
    /// How long a client may be silent.
    pub idle: Duration,
    /// How long one mail may take from DATA to its end.
    pub one_mail: Duration,
    /// How long mails that are on their way may still take when the listener is stopped.
    pub ending: Duration,
    /// From how many bytes on a mail is large.
    pub large: usize,
    /// Large mails at once; further ones wait as long as a client may be silent.
    pub large_at_once: usize,
    /// What one conversation may hold.
    pub session: Limits,
}

impl Default for ListenLimits {
    fn default() -> Self {
        ListenLimits {
            connections: 200,
            from_one: 50,
            idle: Duration::from_secs(60),
            one_mail: Duration::from_secs(600),
            ending: Duration::from_secs(7),
            large: 1024 * 1024,
            large_at_once: 4,
            session: Limits::default(),
        }
    }
}

/// A listener that is bound and takes mail once it runs.
pub struct Listener {
    listener: TcpListener,
    house: Arc<House>,
}

/// What every conversation of a listener shares.
struct House {
    ctx: Context,
    protocol: Protocol,
    hostname: String,
    mailboxes: Mailboxes,
    limits: ListenLimits,
    certificate: Option<Certificate>,
    seats: Seats,
    large: Arc<Semaphore>,
}

/// Keeps our addresses where threading finds them, so that our own mail is known when it comes
/// back. To be called at start; `trusted` are servers whose word on senders we believe.
///
/// # Errors
/// When the store fails.
pub async fn set_mailboxes(
    ctx: &Context,
    mailboxes: &Mailboxes,
    from: &str,
    trusted: &[String],
) -> Result<(), StoreError> {
    let now = ctx.now();
    let listed = mailboxes.addresses.iter().map(|(address, _)| address.as_str());
    let all: BTreeSet<String> = listed.chain([from]).map(str::to_lowercase).collect();
    let all: Vec<String> = all.into_iter().filter(|address| !address.is_empty()).collect();
    let mut tx = ctx.begin().await?;
    tx.set_setting(ADDRESSES, &all.join(" "), now).await?;
    tx.set_setting(TRUSTED, &trusted.join(" "), now).await?;
    tx.commit().await
}

/// Binds a listener. It takes nothing before [`Listener::run`].
///
/// # Errors
/// When the address cannot be bound.
pub async fn listen(
    ctx: Context,
    address: SocketAddr,
    protocol: Protocol,
    mailboxes: Mailboxes,
    limits: ListenLimits,
) -> io::Result<Listener> {
    let listener = TcpListener::bind(address).await?;
    let house = House {
        hostname: ctx.mail_domain.to_string(),
        seats: Seats::default(),
        large: Arc::new(Semaphore::new(limits.large_at_once)),
        ctx,
        protocol,
        mailboxes,
        limits,
        certificate: None,
    };
    Ok(Listener { listener, house: Arc::new(house) })
}

impl Listener {
    /// Offers STARTTLS with this certificate.
    ///
    /// # Panics
    /// Never: nobody else holds the listener before it runs.
    #[must_use]
    pub fn offering_tls(mut self, certificate: Certificate) -> Listener {
        let house = Arc::get_mut(&mut self.house).expect("it does not run yet");
        house.certificate = Some(certificate);
        self
    }

    /// Where it listens; with port 0, the port it was given.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Takes mail until `stop` ends. Then nobody new is heard, who is silent is told to come
    /// again, and mails on their way are finished within [`ListenLimits::ending`] and a second.
    /// What was not acknowledged by then is sent again.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Listener { listener, house } = self;
        let (end, ended) = watch::channel(false);
        let mut talks = JoinSet::new();
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = listener.accept() => accepted,
                Some(talk) = talks.join_next(), if !talks.is_empty() => {
                    note(talk);
                    continue;
                }
            };
            match accepted {
                Ok((stream, from)) => {
                    // Each reply is small, and the client waits for it.
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "a connection for mail stays slow");
                    }
                    let talk = Talk::new(Arc::clone(&house), stream, from.ip(), ended.clone());
                    talks.spawn(talk.hold(house.seats.take(from.ip(), &house.limits)));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection for mail could not be taken");
                    // Mostly too many open files: trying again at once would only spin.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        drop(listener);
        end.send_replace(true);
        let all = async {
            while let Some(talk) = talks.join_next().await {
                note(talk);
            }
        };
        if tokio::time::timeout(house.limits.ending + LAST_WORDS, all).await.is_err() {
            tracing::warn!(left = talks.len(), "mails were cut off; their senders try again");
        }
    }
}

/// A conversation that broke takes nobody else with it; its sender tries again.
fn note(talk: Result<(), JoinError>) {
    if let Err(error) = talk {
        tracing::error!(%error, "a conversation about mail broke");
    }
}

impl House {
    fn session(&self) -> Session {
        let mut session = Session::new(self.protocol, self.limits.session, &self.hostname);
        if self.certificate.is_some() {
            session = session.offering_tls();
        }
        if self.mailboxes.accept_any_recipient {
            return session;
        }
        let listed = self.mailboxes.addresses.iter().map(|(address, _)| address.clone());
        let domain = format!("@{}", self.ctx.mail_domain);
        session.only_for(&listed.chain([domain]).collect::<Vec<_>>())
    }
}
