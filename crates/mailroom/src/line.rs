//! One conversation with the relay. What went wrong says whether the text had left.

use crate::fetch::{self, Proof, Trouble};
use crate::relay::{Relay, RelayLogin, Secure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use egress::{Egress, Ground};
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use std::future::Future;
use std::net::SocketAddr;
use store::Context;
use store::course::Point;

/// Why a letter did not get through, before its text left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotSent {
    /// Not now: the relay is away, busy, or misconfigured on our side.
    Later(String),
    /// Never: the relay refuses this letter for good.
    Never(String),
}

/// A mailbox as which we cannot sign in is nothing against a letter: it waits.
fn away(trouble: impl Into<Trouble>) -> NotSent {
    NotSent::Later(format!("cannot sign in at the relay: {}", trouble.into()))
}

/// How the hand-over of the text ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HandedOver {
    /// The relay has it.
    Taken(String),
    /// The relay refused it after the text, for now.
    Later(String),
    /// The relay refused it after the text, for good.
    Never(String),
    /// The line broke before the relay answered: nobody knows.
    Unknown(String),
}

/// A line to the relay, greeted and signed in.
pub(crate) struct Line<'a> {
    ctx: &'a Context,
    relay: &'a Relay,
    connection: AsyncSmtpConnection,
}

impl<'a> Line<'a> {
    /// Connects, protects the line as asked, signs in; once more where a token had been ended
    /// early.
    pub(crate) async fn open(ctx: &'a Context, relay: &'a Relay) -> Result<Line<'a>, NotSent> {
        let Some(login) = &relay.login else { return Line::reach(ctx, relay).await };
        let name = match login {
            RelayLogin::Mailbox(name) => name,
            RelayLogin::Password { name, password } => {
                return Line::with_password(ctx, relay, name, password.clone()).await;
            }
            RelayLogin::Sealed { name, sealed } => {
                let says = "the relay's password was sealed with another installation's key";
                let password = fetch::seal::open(ctx, sealed);
                let password = password.ok_or_else(|| NotSent::Later(says.to_owned()))?;
                return Line::with_password(ctx, relay, name, password).await;
            }
        };
        let account = fetch::account(&ctx.store, name).await.map_err(away)?;
        let Some(account) = account else {
            let says = format!("no mailbox is called {name}, as which we sign in at the relay");
            return Err(NotSent::Later(says));
        };
        let proof = account.proof(ctx).await.map_err(away)?;
        let mut line = Line::reach(ctx, relay).await?;
        match line.sign_in(&account.login, &proof).await {
            Err(NotSent::Never(_)) if matches!(proof, Proof::KeptToken(_)) => {
                let proof = account.next_proof(ctx).await.map_err(away)?.unwrap_or(proof);
                let mut line = Line::reach(ctx, relay).await?;
                line.sign_in(&account.login, &proof).await?;
                Ok(line)
            }
            signed => signed.map(|()| line),
        }
    }

    async fn with_password(
        ctx: &'a Context,
        relay: &'a Relay,
        name: &str,
        password: String,
    ) -> Result<Line<'a>, NotSent> {
        let mut line = Line::reach(ctx, relay).await?;
        line.sign_in(name, &Proof::Password(password)).await?;
        Ok(line)
    }

    /// Where the relay is. It may be inside the house, as whoever names a relay may do that; what
    /// leaves the house leaves it protected.
    async fn find(ctx: &Context, relay: &Relay) -> Result<Vec<SocketAddr>, NotSent> {
        // Names and addresses are judged in the room that judges all others.
        let egress = ctx.held::<Egress>();
        let found = patient(relay, egress.find(&relay.host, relay.port, true)).await?;
        let (addresses, ground) = found.map_err(|fault| NotSent::Later(fault.to_string()))?;
        if relay.secure == Secure::Never && ground != Ground::Private {
            let says = "nothing is sent in the clear to a relay outside of the house";
            return Err(NotSent::Later(says.to_owned()));
        }
        Ok(addresses)
    }

    async fn reach(ctx: &'a Context, relay: &'a Relay) -> Result<Line<'a>, NotSent> {
        // Whatever goes wrong here is about the relay and no letter, so a letter only waits.
        let later = |error: Error| NotSent::Later(told(&error));
        let hello = ClientId::Domain(relay.hello.clone());
        let tls = || relay.trust().map_err(later);
        let from_the_start = match relay.secure {
            Secure::FromTheStart => Some(tls()?),
            Secure::Never | Secure::WhenOffered | Secure::Required => None,
        };
        ctx.passes(Point::RelayReached);
        let addresses = Line::find(ctx, relay).await?;
        let opening = AsyncSmtpConnection::connect_tokio1(
            addresses.as_slice(),
            Some(relay.patience),
            &hello,
            from_the_start,
            None,
        );
        let connection = patient(relay, opening).await?.map_err(later)?;
        ctx.passes(Point::RelayGreeted);
        let mut line = Line { ctx, relay, connection };
        let offered = line.connection.can_starttls();
        let wanted = match relay.secure {
            Secure::Required if !offered => {
                let says = "the relay offers no STARTTLS, and nothing is sent in the clear";
                return Err(NotSent::Later(says.to_owned()));
            }
            Secure::Required => true,
            Secure::WhenOffered => offered,
            Secure::Never | Secure::FromTheStart => false,
        };
        if wanted {
            let upgrade = line.connection.starttls(tls()?, &hello);
            patient(relay, upgrade).await?.map_err(later)?;
            ctx.passes(Point::RelaySecured);
        }
        Ok(line)
    }

    /// `Never` says that this proof is refused for good.
    async fn sign_in(&mut self, name: &str, proof: &Proof) -> Result<(), NotSent> {
        if !self.connection.is_encrypted() && !self.relay.is_here() {
            let says = "a password is not sent over a line in the clear";
            return Err(NotSent::Later(says.to_owned()));
        }
        match proof {
            Proof::Token(token) | Proof::KeptToken(token) => self.show_token(name, token).await?,
            Proof::Password(password) => {
                let credentials = Credentials::new(name.to_owned(), password.clone());
                let ways = [Mechanism::Plain, Mechanism::Login];
                let signed = patient(self.relay, self.connection.auth(&ways, &credentials)).await?;
                signed.map_err(|error| NotSent::Later(told(&error)))?;
            }
        }
        self.ctx.passes(Point::RelaySignedIn);
        Ok(())
    }

    /// AUTH XOAUTH2. A server that refuses a token says why in a question, which wants an empty
    /// answer.
    async fn show_token(&mut self, name: &str, token: &str) -> Result<(), NotSent> {
        let words = STANDARD.encode(format!("user={name}\x01auth=Bearer {token}\x01\x01"));
        let command = format!("AUTH XOAUTH2 {words}\r\n");
        let answer = patient(self.relay, self.connection.command(command)).await?;
        match answer {
            Ok(answer) if answer.has_code(334) => self.say("\r\n").await,
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(NotSent::Never(told(&error))),
            Err(error) => Err(NotSent::Later(told(&error))),
        }
    }

    /// Says from whom and to whom, and asks to send the text. On `Ok`, the text is expected next.
    pub(crate) async fn announce(
        &mut self,
        from: &str,
        to: &str,
        is_8bit: bool,
    ) -> Result<(), NotSent> {
        let address = |text: &str| {
            let read = text.parse::<Address>();
            read.map_err(|_| NotSent::Never(format!("{text} is no address")))
        };
        let (sender, recipient) = (address(from)?, address(to)?);
        let mut parameters = Vec::new();
        let server = self.connection.server_info();
        if is_8bit && server.supports_feature(Extension::EightBitMime) {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        if !(from.is_ascii() && to.is_ascii()) {
            if !server.supports_feature(Extension::SmtpUtfEight) {
                let says = "the relay cannot carry letters outside ASCII in addresses";
                return Err(NotSent::Never(says.to_owned()));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        self.say(Mail::new(Some(sender), parameters)).await?;
        self.ctx.passes(Point::RelaySender);
        self.say(Rcpt::new(recipient, Vec::new())).await?;
        self.ctx.passes(Point::RelayRecipient);
        self.say(Data).await?;
        self.ctx.passes(Point::RelayExpects);
        Ok(())
    }

    async fn say(&mut self, command: impl std::fmt::Display) -> Result<(), NotSent> {
        let answer = patient(self.relay, self.connection.command(command)).await?;
        match answer {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(NotSent::Never(told(&error))),
            Err(error) => Err(NotSent::Later(told(&error))),
        }
    }

    /// Sends the text. From the first byte on, only the relay's answer tells what became of it.
    pub(crate) async fn hand_over(&mut self, text: &[u8]) -> HandedOver {
        let sending = self.connection.message(text);
        match tokio::time::timeout(self.relay.patience, sending).await {
            Err(_) => HandedOver::Unknown("the relay did not answer in time".to_owned()),
            Ok(Ok(answer)) => {
                let words: Vec<&str> = answer.message().collect();
                HandedOver::Taken(format!("{} {}", answer.code(), words.join(" ")))
            }
            Ok(Err(error)) if error.is_permanent() => HandedOver::Never(told(&error)),
            Ok(Err(error)) if error.is_transient() => HandedOver::Later(told(&error)),
            Ok(Err(error)) => HandedOver::Unknown(told(&error)),
        }
    }

    /// Forgets a letter that was announced, so that the line can take another. Says whether the
    /// line is still good.
    pub(crate) async fn forget(&mut self) -> bool {
        !self.connection.has_broken() && self.say(Rset).await.is_ok()
    }

    /// Ends the conversation in order.
    pub(crate) async fn close(mut self) {
        let patience = self.relay.patience;
        // Every letter has its outcome by now; how the goodbye goes changes none.
        drop(tokio::time::timeout(patience, self.connection.abort()).await);
    }
}

async fn patient<T>(relay: &Relay, step: impl Future<Output = T>) -> Result<T, NotSent> {
    tokio::time::timeout(relay.patience, step)
        .await
        .map_err(|_| NotSent::Later("the relay did not answer in time".to_owned()))
}

/// What went wrong with its causes, on one line.
fn told(error: &Error) -> String {
    let mut says = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let inner_says = inner.to_string();
        if !says.contains(&inner_says) {
            says.push_str(": ");
            says.push_str(&inner_says);
        }
        cause = inner.source();
    }
    hearing::said::line(&says, 1_000)
}
