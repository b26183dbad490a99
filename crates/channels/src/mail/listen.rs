//! The listener: SMTP or LMTP. It answers 250 after the commit and never before.

use crate::mail::key::source_key;
use crate::mail::place::ADDRESSES;
use crate::said::{Envelope, Shape};
use ::mail::smtp::{Envelope as Wrapping, Limits, Output, Protocol, Receipt, Session};
use domain::channel::Channel;
use domain::id::UnitId;
use intake::Arrival;
use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{Context, StoreError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Whose mail we take.
#[derive(Clone, Debug, Default)]
pub struct Mailboxes {
    /// Our addresses, each with the unit it belongs to; `None` is the first unit. A `+tag` behind
    /// the local part is still ours.
    pub addresses: Vec<(String, Option<UnitId>)>,
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
    /// What one conversation may hold.
    pub session: Limits,
}

impl Default for ListenLimits {
    fn default() -> Self {
        let idle = Duration::from_secs(60);
        ListenLimits { connections: 200, from_one: 20, idle, session: Limits::default() }
    }
}

/// A listener that is bound and takes mail once it runs.
pub struct Listener {
    ctx: Context,
    listener: TcpListener,
    protocol: Protocol,
    mailboxes: Arc<Mailboxes>,
    limits: ListenLimits,
    seats: Seats,
}

/// Connections by the address they come from.
#[derive(Clone, Default)]
struct Seats {
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A connection that counts until it is dropped.
struct Seat {
    seats: Seats,
    from: IpAddr,
}

impl Seats {
    fn take(&self, from: IpAddr, limits: &ListenLimits) -> Option<Seat> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = taken.values().sum();
        let own = taken.get(&from).copied().unwrap_or(0);
        if all >= limits.connections || own >= limits.from_one {
            return None;
        }
        taken.insert(from, own + 1);
        Some(Seat { seats: self.clone(), from })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.from) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.from);
            }
        }
    }
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
    tx.set_setting(crate::mail::place::TRUSTED, &trusted.join(" "), now).await?;
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
    let mailboxes = Arc::new(mailboxes);
    Ok(Listener { ctx, listener, protocol, mailboxes, limits, seats: Seats::default() })
}

impl Listener {
    /// Where it listens; with port 0, the port it was given.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Takes mail until `stop` ends. Conversations that run then are dropped: what was
    /// acknowledged is kept, what was not is sent again.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut talks = tokio::task::JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = &mut stop => return,
                accepted = self.listener.accept() => accepted,
                Some(_) = talks.join_next(), if !talks.is_empty() => continue,
            };
            match accepted {
                Ok((stream, from)) => {
                    let seat = self.seats.take(from.ip().to_canonical(), &self.limits);
                    let talk = Talk {
                        ctx: self.ctx.clone(),
                        mailboxes: Arc::clone(&self.mailboxes),
                        limits: self.limits,
                        stream,
                    };
                    talks.spawn(talk.hold(self.protocol, seat));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection for mail could not be taken");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

/// One conversation.
struct Talk {
    ctx: Context,
    mailboxes: Arc<Mailboxes>,
    limits: ListenLimits,
    stream: TcpStream,
}

impl Talk {
    async fn hold(mut self, protocol: Protocol, seat: Option<Seat>) {
        if seat.is_none() {
            // The goodbye is a courtesy; the client tries again whether it hears it or not.
            drop(self.say("421 4.7.0 Too many connections, try again later\r\n").await);
            return;
        }
        let hostname = self.ctx.mail_domain.to_string();
        let mut session = Session::new(protocol, self.limits.session, &hostname);
        if let Err(error) = self.talk(&mut session).await {
            tracing::debug!(%error, "a conversation about mail was cut off");
        }
    }

    async fn talk(&mut self, session: &mut Session) -> io::Result<()> {
        self.say(&session.greeting()).await?;
        let mut bytes = vec![0; 16 * 1024];
        loop {
            let reading = self.stream.read(&mut bytes);
            let n = match tokio::time::timeout(self.limits.idle, reading).await {
                Ok(read) => read?,
                Err(_) => return self.say("421 4.4.2 Silent for too long\r\n").await,
            };
            if n == 0 {
                return Ok(());
            }
            let mut todo: std::collections::VecDeque<Output> = session.feed(&bytes[..n]).into();
            while let Some(output) = todo.pop_front() {
                match output {
                    Output::Reply(text) => self.say(&text).await?,
                    Output::Deliver { envelope, data } => {
                        let receipts = self.keep(&envelope, &data).await;
                        // What the client sent ahead comes after the answer to this mail.
                        let more = session.delivered(&receipts);
                        more.into_iter().rev().for_each(|output| todo.push_front(output));
                    }
                    Output::StartTls | Output::Close => {
                        return self.stream.shutdown().await;
                    }
                }
            }
        }
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        let saying = self.stream.write_all(text.as_bytes());
        match tokio::time::timeout(self.limits.idle, saying).await {
            Ok(said) => said,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    /// Keeps a mail once for each unit it is for; one receipt a recipient, given after the commit.
    async fn keep(&self, wrapping: &Wrapping, data: &[u8]) -> Vec<Receipt> {
        let ours: Vec<Option<Option<UnitId>>> =
            wrapping.recipients.iter().map(|to| self.unit_of(to)).collect();
        let mut kept: HashMap<Option<UnitId>, Receipt> = HashMap::new();
        for (unit, to) in ours.iter().zip(&wrapping.recipients) {
            let Some(unit) = unit else { continue };
            if !kept.contains_key(unit) {
                let receipt = match self.receive(*unit, to, wrapping, data).await {
                    Ok(()) => Receipt::Kept,
                    Err(error) => {
                        tracing::warn!(%error, "a mail could not be kept; its sender tries again");
                        Receipt::Later("We cannot keep it now, try again later".to_owned())
                    }
                };
                kept.insert(*unit, receipt);
            }
        }
        let receipt = |unit: &Option<Option<UnitId>>| match unit {
            Some(unit) => kept.get(unit).cloned().unwrap_or(Receipt::Kept),
            None => Receipt::Never("No such mailbox here".to_owned()),
        };
        ours.iter().map(receipt).collect()
    }

    /// The unit of one of our addresses; `None` for an address that is not ours.
    fn unit_of(&self, recipient: &str) -> Option<Option<UnitId>> {
        let key = ::mail::same_mailbox_key(recipient);
        let listed = self.mailboxes.addresses.iter();
        let found = listed.clone().find(|(address, _)| ::mail::same_mailbox_key(address) == key);
        if let Some((_, unit)) = found {
            return Some(*unit);
        }
        // Reply addresses are ours whatever was listed.
        let reply = format!("reply@{}", self.ctx.mail_domain.to_ascii_lowercase());
        (key == reply).then_some(None)
    }

    async fn receive(
        &self,
        unit: Option<UnitId>,
        mailbox: &str,
        wrapping: &Wrapping,
        data: &[u8],
    ) -> Result<(), StoreError> {
        let now = self.ctx.now();
        let mut tx = self.ctx.begin().await?;
        let unit = match unit {
            Some(unit) => unit,
            None => crate::understand::default_unit(&mut tx).await?,
        };
        let envelope = Envelope {
            unit: Some(unit),
            mailbox: mailbox.to_owned(),
            sender: Some(wrapping.sender.clone()),
            ..Envelope::of(Shape::Mail)
        };
        let arrival = Arrival {
            channel: Channel::Mail,
            source_key: source_key(&format!("unit:{unit}"), data),
            envelope: serde_json::to_value(envelope)
                .map_err(|error| StoreError::unreadable("keeping a mail", error))?,
            raw: data.to_vec(),
            batch: None,
        };
        intake::receive_one_in(&mut tx, &self.ctx, now, &arrival).await?;
        tx.commit().await
    }
}
