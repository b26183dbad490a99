//! Fetching folders by IMAP. Folders are opened with EXAMINE and mails read with BODY.PEEK[], so
//! that nothing there changes by our looking.

use crate::fetch::account::Proof;
use crate::fetch::line::{Line, PATIENCE};
use crate::fetch::position::{self, Position};
use crate::fetch::{Account, Trouble};
use crate::relay::Secure;
use ::mail::imap::{Fetched, Reader, Response, Status, UidSet, folder as name_of, quoted};
use ::mail::limits::OVERSIZE_BYTES_READ;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hearing::mail::{Incoming, WHOLE_MOST, take_in};
use intake::Fresh;
use jiff::SignedDuration;
use std::time::Duration;
use store::Context;
use store::course::Point;

/// Mails of one request and one transaction, and their bytes.
const GROUP_MAILS: usize = 50;
const GROUP_BYTES: u64 = 8 * 1024 * 1024;
/// Responses of one command; a mailbox of a million mails has fewer lines.
const RESPONSES_MOST: usize = 2_000_000;
/// Every message of a folder is compared with what we have this often.
const WHOLE_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// A conversation with a server, signed in.
pub(super) struct Imap<'a> {
    account: &'a Account,
    line: Line,
    reader: Reader,
    tag: u32,
    able: Vec<String>,
    /// Whether the server told of mail since the folder was last listed.
    told: bool,
}

/// What one look gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Looked {
    /// Mails that were new to us.
    pub new: u64,
    /// Those of them that an earlier look should have found.
    pub missed: u64,
}

/// A mail that is to be fetched.
#[derive(Clone, Copy)]
struct Wanted {
    uid: u32,
    size: u64,
}

impl<'a> Imap<'a> {
    /// Connects, protects the line, signs in; once more where a token had been ended early.
    pub async fn open(ctx: &Context, account: &'a Account) -> Result<Imap<'a>, Trouble> {
        let proof = account.proof(ctx).await?;
        let is_kept = matches!(proof, Proof::KeptToken(_));
        match Imap::open_with(ctx, account, proof).await {
            Err(Trouble::Refused(why)) if is_kept => match account.next_proof(ctx).await? {
                Some(proof) => Imap::open_with(ctx, account, proof).await,
                None => Err(Trouble::Refused(why)),
            },
            opened => opened,
        }
    }

    async fn open_with(
        ctx: &Context,
        account: &'a Account,
        proof: Proof,
    ) -> Result<Imap<'a>, Trouble> {
        let line = Line::open(ctx, account).await?;
        let mut imap = Imap {
            account,
            line,
            reader: Reader::default(),
            tag: 0,
            able: Vec::new(),
            told: false,
        };
        if account.secure == Secure::FromTheStart {
            imap.line.protect(account).await?;
        }
        match imap.next().await? {
            Response::Status { status: Status::Ok, .. } => {}
            // Signed in before we said who we are: whose mail that is, nobody knows.
            other => return Err(odd("it greets with", &other)),
        }
        imap.ask_abilities().await?;
        let offered = imap.can("STARTTLS");
        if matches!(account.secure, Secure::Required | Secure::WhenOffered) && offered {
            imap.command("STARTTLS").await?;
            // What was sent ahead in the clear must not count inside TLS.
            imap.reader.clear();
            imap.line.protect(account).await?;
            imap.ask_abilities().await?;
        }
        if account.secure == Secure::Required && !imap.line.is_secure() {
            return Err(Trouble::Refused("the server offers no STARTTLS".to_owned()));
        }
        imap.sign_in(proof).await?;
        imap.ask_abilities().await?;
        ctx.passes(Point::ImapSignedIn);
        Ok(imap)
    }

    fn can(&self, ability: &str) -> bool {
        self.able.iter().any(|one| one == ability)
    }

    async fn ask_abilities(&mut self) -> Result<(), Trouble> {
        let answers = self.command("CAPABILITY").await?;
        let found = answers.into_iter().find_map(|response| match response {
            Response::Capability(able) => Some(able),
            _ => None,
        });
        self.able = found.unwrap_or_default();
        Ok(())
    }

    async fn sign_in(&mut self, proof: Proof) -> Result<(), Trouble> {
        let login = &self.account.login;
        let secret = match &proof {
            Proof::Token(token) | Proof::KeptToken(token) => {
                let words = format!("user={login}\x01auth=Bearer {token}\x01\x01");
                return self.authenticate("XOAUTH2", &STANDARD.encode(words)).await;
            }
            Proof::Password(password) => password,
        };
        if self.can("AUTH=PLAIN") {
            let words = STANDARD.encode(format!("\0{login}\0{secret}"));
            return self.authenticate("PLAIN", &words).await;
        }
        let (Some(login), Some(secret)) = (quoted(login), quoted(secret)) else {
            let says = "its password has letters that this server's sign-in cannot carry";
            return Err(Trouble::Refused(says.to_owned()));
        };
        let done = self.command(&format!("LOGIN {login} {secret}")).await;
        done.map(|_| ()).map_err(refused)
    }

    /// AUTHENTICATE with the words sent when the server asks. A server that refuses a token says
    /// why in another question, which wants an empty answer.
    async fn authenticate(&mut self, method: &str, words: &str) -> Result<(), Trouble> {
        let tag = self.send(&format!("AUTHENTICATE {method}")).await?;
        let mut words = Some(words);
        loop {
            match self.next().await? {
                Response::Continue(_) => {
                    let answer = format!("{}\r\n", words.take().unwrap_or(""));
                    self.line.say(&answer).await?;
                }
                Response::Done { tag: done, status, code, text } if done == tag => {
                    return ended(status, &code, &text).map_err(refused);
                }
                _ => {}
            }
        }
    }

    async fn send(&mut self, command: &str) -> Result<String, Trouble> {
        self.tag += 1;
        let tag = format!("r{}", self.tag);
        self.line.say(&format!("{tag} {command}\r\n")).await?;
        Ok(tag)
    }

    /// Sends a command and gathers what is said until it is done.
    async fn command(&mut self, command: &str) -> Result<Vec<Response>, Trouble> {
        let tag = self.send(command).await?;
        let mut answers = Vec::new();
        loop {
            match self.next().await? {
                Response::Done { tag: done, status, code, text } if done == tag => {
                    ended(status, &code, &text)?;
                    return Ok(answers);
                }
                Response::Status { status: Status::Bye, text, .. } => {
                    return Err(Trouble::Away(format!("the server says goodbye: {text}")));
                }
                _ if answers.len() >= RESPONSES_MOST => {
                    return Err(Trouble::Odd("it does not come to an end".to_owned()));
                }
                response => answers.push(response),
            }
        }
    }

    async fn next(&mut self) -> Result<Response, Trouble> {
        let said = self.next_within(PATIENCE).await?;
        said.ok_or_else(|| Trouble::Away("the server does not answer in time".to_owned()))
    }

    async fn next_within(&mut self, patience: Duration) -> Result<Option<Response>, Trouble> {
        loop {
            let whole = self.reader.response().map_err(|error| Trouble::Odd(error.to_string()))?;
            if whole.is_some() {
                self.told |= matches!(whole, Some(Response::Exists(_)));
                return Ok(whole);
            }
            match self.line.hear(patience).await? {
                Some(bytes) => self.reader.feed(bytes),
                None => return Ok(None),
            }
        }
    }

    /// Takes what is new in a folder; once a day, everything that is missing.
    pub async fn look(&mut self, ctx: &Context, folder: &str) -> Result<Looked, Trouble> {
        let opened = self.command(&format!("EXAMINE {}", name_of(folder))).await?;
        let validity = opened.iter().find_map(|response| match response {
            Response::Status { code, .. } => code.strip_prefix("UIDVALIDITY ")?.parse().ok(),
            _ => None,
        });
        let validity: u32 =
            validity.ok_or_else(|| Trouble::Odd("the folder has no UIDVALIDITY".to_owned()))?;
        let any = !opened.iter().any(|response| matches!(response, Response::Exists(0)));
        let known = position::load(ctx, self.account, folder).await?;
        // Another UIDVALIDITY: the numbers mean nothing any more. All is looked at again, and
        // what we have is known by its content.
        let known = known.filter(|position| position.validity == validity);
        let is_first = known.is_none();
        let mut position = known.unwrap_or(Position { validity, ..Position::default() });
        let now = ctx.now();
        let whole = position.whole_at.is_none_or(|at| now.duration_since(at) >= WHOLE_EVERY);
        let mut taken = position.taken();
        let before = taken.highest();
        let from = if whole { 1 } else { before.saturating_add(1) };
        let wanted = if any { self.list(from, &mut taken).await? } else { Vec::new() };
        ctx.passes(Point::ImapListed);
        let mut looked = Looked::default();
        let mut left = wanted.as_slice();
        while !left.is_empty() {
            let (group, rest) = left.split_at(group_of(left));
            left = rest;
            for (uid, is_new) in self.take_group(ctx, folder, group, &mut taken, &position).await? {
                looked.new += u64::from(is_new);
                looked.missed += u64::from(is_new && !is_first && uid <= before);
            }
        }
        if whole || is_first {
            position.taken = taken.to_string();
            position.whole_at = Some(now);
            let mut tx = ctx.begin().await?;
            position::save(&mut tx, self.account, folder, &position, now).await?;
            tx.commit().await?;
        }
        ctx.passes(Point::ImapDone);
        Ok(looked)
    }

    /// The mails from `from` on that we do not have; those from before the account's beginning
    /// count as had.
    async fn list(&mut self, from: u32, taken: &mut UidSet) -> Result<Vec<Wanted>, Trouble> {
        self.told = false;
        let answers =
            self.command(&format!("UID FETCH {from}:* (UID RFC822.SIZE INTERNALDATE)")).await?;
        let mut wanted = Vec::new();
        for response in answers {
            let Response::Fetch(Fetched { uid: Some(uid), size, internal_date, .. }) = response
            else {
                continue;
            };
            if taken.contains(uid) {
                continue;
            }
            let came = internal_date.as_deref().and_then(::mail::imap::internal_date);
            if came.is_some_and(|came| self.account.since.is_some_and(|since| came < since)) {
                taken.insert(uid);
            } else {
                wanted.push(Wanted { uid, size: size.unwrap_or(0) });
            }
        }
        wanted.sort_by_key(|one| one.uid);
        wanted.dedup_by_key(|one| one.uid);
        Ok(wanted)
    }

    /// Fetches a few mails and keeps them with the position in one transaction. Gives the UIDs
    /// that came, each with whether its mail was new to us.
    async fn take_group(
        &mut self,
        ctx: &Context,
        folder: &str,
        group: &[Wanted],
        taken: &mut UidSet,
        position: &Position,
    ) -> Result<Vec<(u32, bool)>, Trouble> {
        let uids: Vec<String> = group.iter().map(|one| one.uid.to_string()).collect();
        let large = group[0].size > WHOLE_MOST as u64;
        let part = if large { format!("<0.{OVERSIZE_BYTES_READ}>") } else { String::new() };
        let ask = format!("UID FETCH {} (UID BODY.PEEK[]{part})", uids.join(","));
        let mut came: Vec<(u32, Vec<u8>)> = Vec::new();
        for response in self.command(&ask).await? {
            if let Response::Fetch(Fetched { uid: Some(uid), body: Some(body), .. }) = response {
                came.push((uid, body));
            }
        }
        came.sort_by_key(|(uid, _)| *uid);
        ctx.passes(Point::ImapFetched);
        let now = ctx.now();
        let mut tx = ctx.begin().await?;
        let mut kept = Vec::with_capacity(came.len());
        for (uid, raw) in came {
            if taken.contains(uid) || !group.iter().any(|one| one.uid == uid) {
                continue;
            }
            let mail = Incoming {
                unit: self.account.unit,
                mailbox: self.account.mailbox.clone(),
                raw,
                whole_size: large.then_some(group[0].size),
                ..Incoming::default()
            };
            let received = take_in(&mut tx, ctx, now, mail).await?;
            taken.insert(uid);
            kept.push((uid, received.fresh == Fresh::New));
        }
        // A mail that did not come was deleted meanwhile, or comes at the next look at all of it.
        let position = Position { taken: taken.to_string(), ..position.clone() };
        position::save(&mut tx, self.account, folder, &position, now).await?;
        ctx.passes(Point::ImapWritten);
        tx.commit().await?;
        ctx.passes(Point::ImapKept);
        Ok(kept)
    }

    /// Waits until the server tells of something new, `most` at the most; says at once where it
    /// cannot tell.
    pub async fn wait(&mut self, most: Duration) -> Result<bool, Trouble> {
        if !self.can("IDLE") || self.account.folders.len() > 1 {
            return Ok(false);
        }
        if self.told {
            return Ok(true);
        }
        let tag = self.send("IDLE").await?;
        loop {
            match self.next().await? {
                Response::Continue(_) => break,
                Response::Done { .. } => return Ok(false),
                _ => {}
            }
        }
        // Mail that came in between is told before the server begins to wait.
        while !self.told {
            match self.next_within(most).await? {
                None | Some(Response::Exists(_)) => break,
                Some(Response::Status { status: Status::Bye, text, .. }) => {
                    return Err(Trouble::Away(format!("the server says goodbye: {text}")));
                }
                Some(_) => {}
            }
        }
        self.line.say("DONE\r\n").await?;
        loop {
            if let Response::Done { tag: done, .. } = self.next().await?
                && done == tag
            {
                return Ok(true);
            }
        }
    }

    /// Ends the conversation in order.
    pub async fn close(mut self) {
        // Everything is kept by now; how the goodbye goes changes nothing.
        drop(self.command("LOGOUT").await);
    }
}

/// How many of these fit into one request: one that is large goes alone.
fn group_of(wanted: &[Wanted]) -> usize {
    let mut bytes = 0;
    let fits = wanted.iter().take(GROUP_MAILS).take_while(|one| {
        bytes += one.size.max(1);
        bytes <= GROUP_BYTES
    });
    fits.count().max(1)
}

fn ended(status: Status, code: &str, text: &str) -> Result<(), Trouble> {
    match status {
        Status::Ok => Ok(()),
        _ => Err(Trouble::Odd(format!("{code} {text}").trim().to_owned())),
    }
}

/// What goes wrong with a command of the sign-in is about name and password.
fn refused(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Odd(says) => Trouble::Refused(says),
        other => other,
    }
}

fn odd(what: &str, response: &Response) -> Trouble {
    Trouble::Odd(hearing::said::line(&format!("{what} {response:?}"), 300))
}

/// One look into every folder.
pub(super) async fn look_once(ctx: &Context, account: &Account) -> Result<Looked, Trouble> {
    let mut imap = Imap::open(ctx, account).await?;
    let looked = look_all(ctx, account, &mut imap).await?;
    imap.close().await;
    Ok(looked)
}

/// One look into every folder over an open line.
pub(super) async fn look_all(
    ctx: &Context,
    account: &Account,
    imap: &mut Imap<'_>,
) -> Result<Looked, Trouble> {
    let mut all = Looked::default();
    for folder in &account.folders {
        let looked = imap.look(ctx, folder).await?;
        all.new += looked.new;
        all.missed += looked.missed;
    }
    Ok(all)
}
