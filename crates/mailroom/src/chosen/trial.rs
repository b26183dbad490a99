//! Trying the relay: a real mail to whoever presses, step by step in plain words, with what to do
//! about what goes wrong.

use crate::line::{HandedOver, Line, NotSent};
use crate::plain::{Carries, answered, in_plain_words};
use crate::relay::{Relay, Secure};
use crate::trial::{Trial, end, kept, note, trial_mail};
use std::time::Duration;
use store::{Context, Store, StoreError};

/// The setting that keeps the last trial.
const KEPT_AT: &str = "mail/relay-trial";
/// One step of a trial; shorter than that of a letter, as somebody waits.
const PATIENCE: Duration = Duration::from_secs(15);

/// The last trial of the relay.
///
/// # Errors
/// When the store fails.
pub(crate) async fn last(store: &Store) -> Result<Option<Trial>, StoreError> {
    kept(store, KEPT_AT).await
}

/// Opens a line to the relay, signs in where we do, and says how that went.
///
/// # Errors
/// What is wrong and what to do, in plain words.
pub async fn greet(ctx: &Context, relay: &Relay) -> Result<(), String> {
    let relay = Relay { patience: PATIENCE, ..relay.clone() };
    let line = Line::open(ctx, &relay).await.map_err(|why| wrong(&relay, &why))?;
    line.close().await;
    Ok(())
}

/// Sends a mail to `to` and keeps each step.
///
/// # Errors
/// When the store fails; whatever else goes wrong is a step.
pub(crate) async fn try_relay(ctx: &Context, relay: &Relay, to: &str) -> Result<Trial, StoreError> {
    let relay = &Relay { patience: PATIENCE, ..relay.clone() };
    let mut trial = Trial::default();
    let says = format!("Trying {}:{} …", relay.host, relay.port);
    note(ctx, KEPT_AT, &mut trial, true, says).await?;
    let mut line = match Line::open(ctx, relay).await {
        Ok(line) => line,
        Err(why) => return end(ctx, KEPT_AT, trial, false, wrong(relay, &why)).await,
    };
    let protected = if relay.secure == Secure::Never { "in the clear" } else { "by a safe line" };
    let says = match relay.login {
        Some(_) => format!("It is reached {protected} and lets us in."),
        None => format!("It is reached {protected}; we do not sign in."),
    };
    note(ctx, KEPT_AT, &mut trial, true, says).await?;
    let words = "Somebody pressed \"Send me a mail\" under Settings, Outgoing mail. It works: \
                 letters leave by this way. Nothing has to be done.";
    let mail = match trial_mail(ctx, relay, to, "Trial of our outgoing mail", words) {
        Ok((_, mail)) => mail,
        Err(says) => return end(ctx, KEPT_AT, trial, false, says).await,
    };
    if let Err(why) = line.announce(&relay.from, to, false).await {
        return end(ctx, KEPT_AT, trial, false, wrong(relay, &why)).await;
    }
    let says = format!("It takes a mail from {} to {to}.", relay.from);
    note(ctx, KEPT_AT, &mut trial, true, says).await?;
    let handed = line.hand_over(&mail).await;
    line.close().await;
    match handed {
        HandedOver::Taken(answer) => {
            let says = format!(
                "The mail has left: it said {answer:?}. Look into your mailbox, and into its \
                 folder for unwanted mail."
            );
            end(ctx, KEPT_AT, trial, true, says).await
        }
        HandedOver::Later(why) | HandedOver::Never(why) | HandedOver::Unknown(why) => {
            end(ctx, KEPT_AT, trial, false, wrong(relay, &NotSent::Later(why))).await
        }
    }
}

/// What went wrong, and what to do.
fn wrong(relay: &Relay, why: &NotSent) -> String {
    let (NotSent::Later(why) | NotSent::Never(why)) = why;
    format!("{}:{}: {}", relay.host, relay.port, what_to_do(relay, why))
}

fn what_to_do(relay: &Relay, why: &str) -> String {
    if let Some(known) = in_plain_words(why, Carries::Letters) {
        return known;
    }
    if ["(550)", "(551)", "(552)", "(553)", "(554)", "(501)"].iter().any(|c| why.contains(c)) {
        return format!(
            "It may not let us send as {}: permit that with the provider, or set `mail_from` to \
             an address it knows.{}",
            relay.from,
            answered(why)
        );
    }
    format!("It does not take it: {why}. Ask whoever runs that server.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_wrong_comes_with_what_to_do() {
        let relay = Relay::local(25, "help@example.test");
        for (why, what) in [
            ("smtp.exmple.com is not found: Name or service not known", "spelled"),
            ("Connection error: Connection refused (os error 111)", "587"),
            ("the relay offers no STARTTLS, and nothing is sent in the clear", "465"),
            ("Connection error: invalid peer certificate: UnknownIssuer", "relay_authorities"),
            ("Connection error: received corrupt message of type InvalidContentType", "agree"),
            ("permanent error (535): 5.7.8 Username and Password not accepted", "app password"),
            ("permanent error (530): 5.7.1 Please sign in first", "sign in"),
            ("the relay did not answer in time", "firewall"),
            ("permanent error (550): 5.7.60 Client has no rights", "help@example.test"),
            ("transient error (451): try later", "runs that server"),
        ] {
            let says = wrong(&relay, &NotSent::Later(why.to_owned()));
            assert!(says.contains(what) && says.contains("127.0.0.1:25"), "{why}: {says}");
            let raw = ["os error", "Name or service", "InvalidContentType", "Connection error"];
            assert!(!raw.iter().any(|raw| says.contains(raw)), "{says}");
        }
    }
}
