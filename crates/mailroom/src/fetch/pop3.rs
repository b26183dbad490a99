//! Fetching a mailbox by POP3: by unique ids (UIDL), and nothing is deleted there.

use crate::fetch::account::Proof;
use crate::fetch::imap::Looked;
use crate::fetch::line::{Line, PATIENCE};
use crate::fetch::position::{self, Position};
use crate::fetch::{Account, Trouble};
use crate::relay::Secure;
use ::mail::pop3::{Answer, Reader};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hearing::mail::{Incoming, WHOLE_MOST, take_in};
use intake::Fresh;
use std::collections::BTreeSet;
use store::Context;
use store::course::Point;

/// What the one folder is called among positions.
pub(super) const FOLDER: &str = "pop3";
/// Lines of a mail that is larger than we keep.
const LINES_OF_LARGE: u32 = 2_000;

struct Pop3 {
    line: Line,
    reader: Reader,
}

impl Pop3 {
    /// Connects, protects the line, signs in; once more where a token had been ended early.
    async fn open(ctx: &Context, account: &Account) -> Result<Pop3, Trouble> {
        let proof = account.proof(ctx).await?;
        let is_kept = matches!(proof, Proof::KeptToken(_));
        match Pop3::open_with(ctx, account, proof).await {
            Err(Trouble::Refused(why)) if is_kept => match account.next_proof(ctx).await? {
                Some(proof) => Pop3::open_with(ctx, account, proof).await,
                None => Err(Trouble::Refused(why)),
            },
            opened => opened,
        }
    }

    async fn open_with(ctx: &Context, account: &Account, proof: Proof) -> Result<Pop3, Trouble> {
        let line = Line::open(ctx, account).await?;
        let mut pop = Pop3 { line, reader: Reader::default() };
        if account.secure == Secure::FromTheStart {
            pop.line.protect(account).await?;
        }
        pop.hear(false).await?;
        if matches!(account.secure, Secure::Required | Secure::WhenOffered) {
            match pop.ask("STLS", false).await {
                Ok(_) => {
                    pop.reader.clear();
                    pop.line.protect(account).await?;
                }
                Err(Trouble::Odd(_)) if account.secure == Secure::WhenOffered => {}
                Err(Trouble::Odd(_)) => {
                    return Err(Trouble::Refused("the server offers no STLS".to_owned()));
                }
                Err(trouble) => return Err(trouble),
            }
        }
        let signed = match proof {
            Proof::Password(password) => {
                let clean = |text: &str| !text.contains(['\r', '\n']);
                if !clean(&password) || !clean(&account.login) {
                    let says = "its name or password has a line break";
                    return Err(Trouble::Refused(says.to_owned()));
                }
                pop.ask(&format!("USER {}", account.login), false).await?;
                pop.ask(&format!("PASS {password}"), false).await
            }
            Proof::Token(token) | Proof::KeptToken(token) => {
                let login = &account.login;
                let words = STANDARD.encode(format!("user={login}\x01auth=Bearer {token}\x01\x01"));
                pop.authenticate(&words).await
            }
        };
        signed.map_err(|trouble| match trouble {
            Trouble::Odd(says) => Trouble::Refused(says),
            other => other,
        })?;
        Ok(pop)
    }

    /// AUTH with the words on a line of their own: a command has 255 bytes at the most (RFC 5034,
    /// section 4). A server that refuses a token says why in another question, which wants an
    /// empty answer.
    async fn authenticate(&mut self, words: &str) -> Result<Answer, Trouble> {
        self.line.say("AUTH XOAUTH2\r\n").await?;
        for words in [words, "", ""] {
            let answer = self.hear_any(false).await?;
            match (answer.asks, answer.ok) {
                (true, _) => self.line.say(&format!("{words}\r\n")).await?,
                (false, true) => return Ok(answer),
                (false, false) => return Err(Trouble::Odd(answer.text)),
            }
        }
        self.hear(false).await
    }

    async fn ask(&mut self, command: &str, long: bool) -> Result<Answer, Trouble> {
        self.line.say(&format!("{command}\r\n")).await?;
        self.hear(long).await
    }

    async fn hear(&mut self, long: bool) -> Result<Answer, Trouble> {
        let answer = self.hear_any(long).await?;
        if answer.ok { Ok(answer) } else { Err(Trouble::Odd(answer.text)) }
    }

    async fn hear_any(&mut self, long: bool) -> Result<Answer, Trouble> {
        loop {
            let whole =
                self.reader.answer(long).map_err(|error| Trouble::Odd(error.to_string()))?;
            match whole {
                Some(answer) => return Ok(answer),
                None => match self.line.hear(PATIENCE).await? {
                    Some(bytes) => self.reader.feed(bytes),
                    None => {
                        let says = "the server does not answer in time";
                        return Err(Trouble::Away(says.to_owned()));
                    }
                },
            }
        }
    }

    /// Number and second word of each line of a listing.
    async fn list(&mut self, command: &str) -> Result<Vec<(u32, String)>, Trouble> {
        let answer = self.ask(command, true).await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let row = |line: &str| {
            let (number, word) = line.trim().split_once(' ')?;
            Some((number.parse().ok()?, word.trim().to_owned()))
        };
        Ok(text.lines().filter_map(row).collect())
    }
}

/// One look: takes every mail whose unique id we do not have.
pub(super) async fn look_once(ctx: &Context, account: &Account) -> Result<Looked, Trouble> {
    let mut pop = Pop3::open(ctx, account).await?;
    ctx.passes(Point::Pop3SignedIn);
    let there = pop.list("UIDL").await?;
    let sizes = pop.list("LIST").await?;
    let known = position::load(ctx, account, FOLDER).await?;
    let all: BTreeSet<String> = there.iter().map(|(_, unique)| unique.clone()).collect();
    let mut position = match known {
        Some(mut position) => {
            // What is no longer there need not be remembered.
            position.unique.retain(|unique| all.contains(unique));
            position
        }
        // POP3 tells no dates, so what lies there at the first look counts as from before.
        None if account.since.is_some() => Position { unique: all, ..Position::default() },
        None => Position::default(),
    };
    ctx.passes(Point::Pop3Listed);
    let mut looked = Looked::default();
    for (number, unique) in there {
        if position.unique.contains(&unique) {
            continue;
        }
        let size = sizes.iter().find(|(n, _)| *n == number);
        let size: u64 = size.and_then(|(_, size)| size.parse().ok()).unwrap_or(0);
        let large = size > WHOLE_MOST as u64;
        let ask = match large {
            true => format!("TOP {number} {LINES_OF_LARGE}"),
            false => format!("RETR {number}"),
        };
        let raw = pop.ask(&ask, true).await?.body;
        ctx.passes(Point::Pop3Fetched);
        let mail = Incoming {
            unit: account.unit,
            mailbox: account.mailbox.clone(),
            raw,
            whole_size: large.then_some(size),
            ..Incoming::default()
        };
        let now = ctx.now();
        position.unique.insert(unique);
        let mut tx = ctx.begin().await?;
        let received = take_in(&mut tx, ctx, now, mail).await?;
        position::save(&mut tx, account, FOLDER, &position, now).await?;
        ctx.passes(Point::Pop3Written);
        tx.commit().await?;
        ctx.passes(Point::Pop3Kept);
        looked.new += u64::from(received.fresh == Fresh::New);
    }
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    position::save(&mut tx, account, FOLDER, &position, now).await?;
    tx.commit().await?;
    ctx.passes(Point::Pop3Done);
    // Everything is kept by now; how the goodbye goes changes nothing.
    drop(pop.ask("QUIT", false).await);
    Ok(looked)
}
