//! One conversation over a socket. The rules are `mail::smtp`'s; sockets and patience are here.

use crate::listen::House;
use crate::listen::seats::Seat;
use crate::secured::Wire;
use ::mail::smtp::{Output, Session};
use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use store::course::Point;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, timeout, timeout_at};

/// Bytes of one read.
const READ_BYTES: usize = 32 * 1024;
/// How long we still read after our last words, so that closing does not tear them away.
const LINGER: Duration = Duration::from_secs(2);

const CROWDED: &str = "421 4.7.0 Too many connections, try again later\r\n";
const SILENT: &str = "421 4.4.2 Silent for too long\r\n";
const SLOW: &str = "421 4.4.2 That mail takes too long\r\n";
const BUSY: &str = "421 4.3.2 Too many large mails, try again later\r\n";
const CLOSING: &str = "421 4.3.2 Closing, try again later\r\n";

/// One conversation.
pub(super) struct Talk {
    house: Arc<House>,
    wire: Wire,
    from: IpAddr,
    session: Session,
    ended: watch::Receiver<bool>,
    /// Until when mails may still come, once the listener was stopped.
    ending: Option<Instant>,
    mail: MailOnItsWay,
}

/// The mail that is being taken.
#[derive(Default)]
struct MailOnItsWay {
    bytes: usize,
    until: Option<Instant>,
    /// Held by a large one.
    place: Option<OwnedSemaphorePermit>,
}

enum Heard {
    Bytes(usize),
    /// The client closed.
    Gone,
    /// Our last words: nothing was heard for this reason.
    Enough(&'static str),
}

impl Talk {
    pub fn new(
        house: Arc<House>,
        stream: TcpStream,
        from: IpAddr,
        ended: watch::Receiver<bool>,
    ) -> Talk {
        let session = house.session();
        let mail = MailOnItsWay::default();
        Talk { house, wire: Wire::Plain(stream), from, session, ended, ending: None, mail }
    }

    /// Talks until either side has enough. Without a seat there is nothing but a goodbye.
    pub async fn hold(mut self, seat: Option<Seat>) {
        let talked = match &seat {
            Some(_) => self.talk().await,
            None => self.say(CROWDED).await,
        };
        if let Err(error) = talked {
            tracing::debug!(%error, "a conversation about mail was cut off");
        }
    }

    async fn talk(&mut self) -> io::Result<()> {
        self.say(&self.session.greeting()).await?;
        self.house.ctx.passes(Point::ListenGreeted);
        let mut bytes = vec![0; READ_BYTES];
        loop {
            match self.hear(&mut bytes).await? {
                Heard::Gone => return Ok(()),
                Heard::Enough(last_words) => {
                    self.say(last_words).await?;
                    return self.linger().await;
                }
                Heard::Bytes(n) => {
                    if !self.answer(&bytes[..n]).await? {
                        return self.linger().await;
                    }
                }
            }
        }
    }

    async fn hear(&mut self, bytes: &mut [u8]) -> io::Result<Heard> {
        let limits = &self.house.limits;
        let silence = Instant::now() + limits.idle;
        if self.mail.bytes > limits.large && self.mail.place.is_none() {
            let place = Arc::clone(&self.house.large).acquire_owned();
            let place = tokio::select! {
                () = over(&mut self.ended) => return Ok(Heard::Enough(CLOSING)),
                place = timeout_at(silence, place) => place,
            };
            match place {
                Ok(place) => self.mail.place = place.ok(),
                Err(_) => return Ok(Heard::Enough(BUSY)),
            }
        }
        loop {
            let on_its_way = self.session.is_taking_mail();
            if self.ending.is_some() && !on_its_way {
                return Ok(Heard::Enough(CLOSING));
            }
            let (until, last_words) = [(self.mail.until, SLOW), (self.ending, CLOSING)]
                .into_iter()
                .filter_map(|(until, words)| Some((until?, words)))
                .fold((silence, SILENT), |first, next| if next.0 < first.0 { next } else { first });
            tokio::select! {
                () = over(&mut self.ended), if self.ending.is_none() => {
                    self.ending = Some(Instant::now() + self.house.limits.ending);
                }
                read = timeout_at(until, self.wire.read(bytes)) => return match read {
                    Ok(Ok(0)) => Ok(Heard::Gone),
                    Ok(read) => read.map(Heard::Bytes),
                    Err(_) => Ok(Heard::Enough(last_words)),
                },
            }
        }
    }

    /// Answers what was heard; false when the conversation is over.
    async fn answer(&mut self, heard: &[u8]) -> io::Result<bool> {
        self.house.ctx.passes(Point::ListenHeard);
        let mut outputs: VecDeque<Output> = self.session.feed(heard).into();
        let (mut goes_on, mut delivered) = (true, false);
        let mut replies = String::new();
        while let Some(output) = outputs.pop_front() {
            match output {
                Output::Reply(text) => replies.push_str(&text),
                Output::Deliver { envelope, data } => {
                    self.say(&std::mem::take(&mut replies)).await?;
                    self.house.ctx.passes(Point::ListenTaken);
                    let receipts = self.house.keep(self.from, envelope, data).await;
                    self.house.ctx.passes(Point::ListenKept);
                    delivered = true;
                    self.mail = MailOnItsWay::default();
                    // The session gives nothing behind a mail before it knows what became of it.
                    outputs.extend(self.session.delivered(&receipts));
                }
                Output::StartTls => {
                    self.say(&std::mem::take(&mut replies)).await?;
                    self.secure().await?;
                }
                Output::Close => goes_on = false,
            }
        }
        if self.session.is_taking_mail() {
            let until = Instant::now() + self.house.limits.one_mail;
            self.mail.bytes += heard.len();
            self.mail.until.get_or_insert(until);
        } else {
            self.mail = MailOnItsWay::default();
        }
        self.say(&replies).await?;
        if delivered {
            self.house.ctx.passes(Point::ListenAnswered);
        }
        Ok(goes_on)
    }

    /// Begins TLS. Bytes that were sent ahead in the clear were forgotten with the command.
    async fn secure(&mut self) -> io::Result<()> {
        let Some(certificate) = &self.house.certificate else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        let handshake = self.wire.serve_tls(certificate.acceptor());
        match timeout(self.house.limits.idle, handshake).await {
            Ok(done) => done?,
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        }
        self.session.secured();
        Ok(())
    }

    /// Sends; a client that takes nothing is silent too.
    async fn say(&mut self, text: &str) -> io::Result<()> {
        let saying = async {
            self.wire.write_all(text.as_bytes()).await?;
            self.wire.flush().await
        };
        match timeout(self.house.limits.idle, saying).await {
            Ok(said) => said,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    async fn linger(&mut self) -> io::Result<()> {
        self.wire.shutdown().await?;
        let mut rest = vec![0; READ_BYTES];
        let reading = async {
            while self.wire.read(&mut rest).await? > 0 {}
            Ok(())
        };
        timeout(LINGER, reading).await.unwrap_or(Ok(()))
    }
}

/// Waits until the listener is stopped. A sender that is gone means the end as well.
async fn over(ended: &mut watch::Receiver<bool>) {
    drop(ended.wait_for(|over| *over).await);
}
