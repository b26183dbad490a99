//! The rules of an SMTP or LMTP conversation, seen from the server (RFC 5321, RFC 2033).
//!
//! Pure: bytes in, replies and mails out. The caller owns sockets, timers and storage. A mail
//! ends at CR LF . CR LF and nowhere else, and a bare CR or LF is refused, so that nobody can
//! smuggle a second mail inside the first (the class of CVE-2023-51764).

mod command;
mod data;

pub use command::{Body, Envelope};
use command::{Command, path};
use data::Collector;

use crate::limits::{MAIL_BYTES_MAX, RECIPIENTS_MAX};
use crate::same_mailbox_key;

/// Which protocol is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// One reply to a mail, whoever it is for.
    Smtp,
    /// One reply for each recipient.
    Lmtp,
}

/// The most of everything in one conversation.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest mail, in bytes.
    pub mail_bytes: usize,
    /// Most recipients of one mail.
    pub recipients: usize,
    /// Longest command line, in bytes.
    pub command_bytes: usize,
    /// Longest line inside a mail, in bytes.
    pub text_line_bytes: usize,
    /// Most commands that were refused before the conversation ends.
    pub mistakes: u32,
    /// Most mails in one conversation.
    pub mails: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            mail_bytes: MAIL_BYTES_MAX,
            recipients: RECIPIENTS_MAX,
            command_bytes: 2_048,
            text_line_bytes: 1024 * 1024,
            mistakes: 20,
            mails: 1_000,
        }
    }
}

/// What the caller does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send this text; it ends with CR LF.
    Reply(String),
    /// Store this mail, then call [`Session::delivered`]. Nothing else is read before.
    Deliver {
        /// From whom, to whom.
        envelope: Envelope,
        /// The mail, dots unstuffed.
        data: Vec<u8>,
    },
    /// Send what was replied, then begin the TLS handshake and call [`Session::secured`].
    StartTls,
    /// Close the connection after sending.
    Close,
}

/// What became of a mail for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// It is kept, durably.
    Kept,
    /// It could not be kept now; the sender tries again.
    Later(String),
    /// There is no room for it on the disk now; the sender tries again.
    NoRoom,
    /// It will never be kept.
    Never(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Commands,
    Data,
    Delivering,
    Handshake,
    Closed,
}

/// One conversation.
#[derive(Debug)]
pub struct Session {
    protocol: Protocol,
    limits: Limits,
    hostname: String,
    offers_tls: bool,
    ours: Option<Vec<String>>,
    secure: bool,
    state: State,
    /// The name the other side greeted with.
    greeted: Option<String>,
    envelope: Option<Envelope>,
    held: Vec<u8>,
    collector: Collector,
    mistakes: u32,
    mails: u32,
}

impl Session {
    /// A conversation on a plain connection, without STARTTLS. `hostname` is how we greet.
    pub fn new(protocol: Protocol, limits: Limits, hostname: &str) -> Session {
        Session {
            protocol,
            limits,
            hostname: hostname.to_owned(),
            offers_tls: false,
            ours: None,
            secure: false,
            state: State::Commands,
            greeted: None,
            envelope: None,
            held: Vec::new(),
            collector: Collector::default(),
            mistakes: 0,
            mails: 0,
        }
    }

    /// Offers STARTTLS (RFC 3207).
    pub fn offering_tls(self) -> Session {
        Session { offers_tls: true, ..self }
    }

    /// Takes mail for these only; without this, for anybody. `@example.org` is every address of
    /// a domain, `help@example.org` one mailbox with its `+tags`.
    pub fn only_for(self, ours: &[String]) -> Session {
        Session { ours: Some(ours.iter().map(|one| same_mailbox_key(one)).collect()), ..self }
    }

    /// The first line to send.
    pub fn greeting(&self) -> String {
        let protocol = match self.protocol {
            Protocol::Smtp => "ESMTP",
            Protocol::Lmtp => "LMTP",
        };
        format!("220 {} {protocol} ready\r\n", self.hostname)
    }

    /// Whether the conversation runs inside TLS.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether a mail is on its way: begun, and not answered yet.
    pub fn is_taking_mail(&self) -> bool {
        matches!(self.state, State::Data | State::Delivering)
    }

    /// Takes bytes from the client; gives what to do, in order.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Output> {
        self.held.extend_from_slice(bytes);
        self.advance()
    }

    /// Tells the session what became of the mail it last gave out, one receipt for each
    /// recipient of the envelope. Gives the replies and goes on with what was sent ahead.
    pub fn delivered(&mut self, receipts: &[Receipt]) -> Vec<Output> {
        if self.state != State::Delivering {
            return Vec::new();
        }
        self.state = State::Commands;
        let recipients = self.envelope.take().map_or(0, |e| e.recipients.len());
        let missing = Receipt::Later("no word from storage".to_owned());
        let mut outputs = Vec::new();
        match self.protocol {
            Protocol::Lmtp => {
                for n in 0..recipients {
                    outputs.push(receipt(receipts.get(n).unwrap_or(&missing)));
                }
            }
            Protocol::Smtp => {
                let worst = |r: &&Receipt| match r {
                    Receipt::NoRoom => 3,
                    Receipt::Later(_) => 2,
                    Receipt::Never(_) => 1,
                    Receipt::Kept => 0,
                };
                // Kept for anyone means kept: the raw mail is stored once for all.
                let any_kept = receipts.contains(&Receipt::Kept);
                let worst = receipts.iter().max_by_key(worst).unwrap_or(&missing);
                outputs.push(receipt(if any_kept { &Receipt::Kept } else { worst }));
            }
        }
        outputs.extend(self.advance());
        outputs
    }

    /// The TLS handshake is done: forgets everything said before (RFC 3207, section 4.2).
    pub fn secured(&mut self) {
        self.state = State::Commands;
        self.secure = true;
        self.greeted = None;
        self.envelope = None;
        self.held.clear();
    }

    fn advance(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        loop {
            let more = match self.state {
                State::Commands => self.command(&mut outputs),
                State::Data => self.data(&mut outputs),
                State::Delivering | State::Handshake | State::Closed => false,
            };
            if !more {
                return outputs;
            }
        }
    }

    /// Handles one command line, if a whole one is there.
    fn command(&mut self, outputs: &mut Vec<Output>) -> bool {
        let Some(end) = memchr::memchr(b'\n', &self.held) else {
            if self.held.len() > self.limits.command_bytes {
                self.held.clear();
                self.close(outputs, "500 5.5.6 Line too long");
            }
            return false;
        };
        let line: Vec<u8> = self.held.drain(..=end).collect();
        let Some(line) = line.strip_suffix(b"\r\n").filter(|l| !l.contains(&b'\r')) else {
            self.mistake(outputs, "500 5.5.2 Lines end with CR LF");
            return self.state == State::Commands;
        };
        if line.len() > self.limits.command_bytes {
            self.mistake(outputs, "500 5.5.6 Line too long");
            return self.state == State::Commands;
        }
        match Command::read(line) {
            Ok(command) => self.obey(command, outputs),
            Err(reply) => self.mistake(outputs, reply),
        }
        matches!(self.state, State::Commands | State::Data)
    }

    fn obey(&mut self, command: Command<'_>, outputs: &mut Vec<Output>) {
        match command {
            Command::Greet { verb, name } => self.greet(verb, name, outputs),
            Command::Mail(arguments) => self.mail(arguments, outputs),
            Command::Rcpt(arguments) => self.rcpt(arguments, outputs),
            Command::Data => self.begin_data(outputs),
            Command::Rset => {
                self.envelope = None;
                reply(outputs, "250 2.0.0 Forgotten");
            }
            Command::Noop => reply(outputs, "250 2.0.0 Fine"),
            Command::Vrfy => reply(outputs, "252 2.5.1 Send a mail and see"),
            Command::Quit => {
                self.state = State::Closed;
                reply(outputs, "221 2.0.0 Goodbye");
                outputs.push(Output::Close);
            }
            Command::StartTls if self.offers_tls && !self.secure => {
                // What was sent ahead in the clear must not count inside TLS.
                self.held.clear();
                self.state = State::Handshake;
                reply(outputs, "220 2.0.0 Go ahead");
                outputs.push(Output::StartTls);
            }
            Command::StartTls => self.mistake(outputs, "502 5.5.1 Not offered"),
        }
    }

    fn greet(&mut self, verb: &str, name: &str, outputs: &mut Vec<Output>) {
        let right = match self.protocol {
            Protocol::Smtp => verb != "LHLO",
            Protocol::Lmtp => verb == "LHLO",
        };
        if !right {
            return self.mistake(outputs, "500 5.5.1 Not spoken here");
        }
        let Some(name) = name.split_whitespace().next() else {
            return self.mistake(outputs, "501 5.5.4 Say who you are");
        };
        self.greeted = Some(name.to_owned());
        self.envelope = None;
        if verb == "HELO" {
            return outputs.push(Output::Reply(format!("250 {}\r\n", self.hostname)));
        }
        let mut text = format!(
            "250-{}\r\n250-PIPELINING\r\n250-SIZE {}\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n",
            self.hostname, self.limits.mail_bytes
        );
        if self.offers_tls && !self.secure {
            text.push_str("250-STARTTLS\r\n");
        }
        text.push_str("250 SMTPUTF8\r\n");
        outputs.push(Output::Reply(text));
    }

    fn mail(&mut self, arguments: &[u8], outputs: &mut Vec<Output>) {
        let Some(helo) = self.greeted.clone() else {
            return self.mistake(outputs, "503 5.5.1 Greet first");
        };
        if self.envelope.is_some() {
            return self.mistake(outputs, "503 5.5.1 One sender at a time");
        }
        if self.mails >= self.limits.mails {
            return self.close(outputs, "421 4.7.0 Enough for one conversation");
        }
        match Envelope::begin(arguments) {
            Ok((_, Some(size))) if size > self.limits.mail_bytes => {
                reply(outputs, "552 5.3.4 Larger than we take");
            }
            Ok((envelope, _)) => {
                self.envelope = Some(Envelope { helo, ..envelope });
                reply(outputs, "250 2.1.0 Sender noted");
            }
            Err(text) => self.mistake(outputs, text),
        }
    }

    fn rcpt(&mut self, arguments: &[u8], outputs: &mut Vec<Output>) {
        let most = self.limits.recipients;
        let Some(envelope) = &self.envelope else {
            return self.mistake(outputs, "503 5.5.1 Sender first");
        };
        match path(arguments, "TO:", envelope.smtputf8) {
            Ok((recipient, _)) if recipient.is_empty() => {
                self.mistake(outputs, "501 5.1.3 No recipient there");
            }
            Ok(_) if envelope.recipients.len() >= most => {
                reply(outputs, "452 4.5.3 Too many recipients");
            }
            // Refused here and not after the mail: one kept recipient must not hide it.
            Ok((recipient, _)) if !self.is_ours(&recipient) => {
                reply(outputs, "550 5.1.1 No such mailbox here");
            }
            Ok((recipient, _)) => {
                self.envelope.get_or_insert_default().recipients.push(recipient);
                reply(outputs, "250 2.1.5 Recipient noted");
            }
            Err(text) => self.mistake(outputs, text),
        }
    }

    /// Every server takes mail for its postmaster (RFC 5321, section 4.5.1).
    fn is_ours(&self, recipient: &str) -> bool {
        let Some(ours) = &self.ours else { return true };
        let key = same_mailbox_key(recipient);
        let Some(at) = key.rfind('@') else { return true };
        ours.iter().any(|one| *one == key || *one == key[at..])
    }

    fn begin_data(&mut self, outputs: &mut Vec<Output>) {
        match &self.envelope {
            None => self.mistake(outputs, "503 5.5.1 Sender first"),
            Some(e) if e.recipients.is_empty() => {
                self.mistake(outputs, "503 5.5.1 No recipient yet");
            }
            Some(_) => {
                self.state = State::Data;
                self.collector = Collector::new(self.limits);
                reply(outputs, "354 End with a dot on a line of its own");
            }
        }
    }

    fn data(&mut self, outputs: &mut Vec<Output>) -> bool {
        let held = std::mem::take(&mut self.held);
        let (used, finished) = self.collector.take(&held);
        self.held = held[used..].to_vec();
        let Some(result) = finished else { return false };
        match (result, &self.envelope) {
            (Ok(data), Some(envelope)) => {
                self.mails += 1;
                self.state = State::Delivering;
                outputs.push(Output::Deliver { envelope: envelope.clone(), data });
                false
            }
            (Err(fault), Some(envelope)) => {
                let replies = match self.protocol {
                    Protocol::Smtp => 1,
                    Protocol::Lmtp => envelope.recipients.len(),
                };
                for _ in 0..replies {
                    reply(outputs, fault.reply());
                }
                self.envelope = None;
                self.state = State::Commands;
                if fault.ends_conversation() {
                    // What follows was meant to be read as commands by somebody.
                    self.held.clear();
                    self.state = State::Closed;
                    outputs.push(Output::Close);
                }
                self.state == State::Commands
            }
            (_, None) => false,
        }
    }

    fn mistake(&mut self, outputs: &mut Vec<Output>, text: &str) {
        self.mistakes += 1;
        if self.mistakes > self.limits.mistakes {
            return self.close(outputs, "421 4.7.0 Too many mistakes");
        }
        reply(outputs, text);
    }

    fn close(&mut self, outputs: &mut Vec<Output>, text: &str) {
        reply(outputs, text);
        self.state = State::Closed;
        outputs.push(Output::Close);
    }
}

fn reply(outputs: &mut Vec<Output>, text: &str) {
    outputs.push(Output::Reply(format!("{text}\r\n")));
}

fn receipt(receipt: &Receipt) -> Output {
    let one_line =
        |text: &str| text.chars().filter(|c| !c.is_control()).take(200).collect::<String>();
    Output::Reply(match receipt {
        Receipt::Kept => "250 2.0.0 Kept\r\n".to_owned(),
        Receipt::Later(why) => format!("451 4.3.0 {}\r\n", one_line(why)),
        Receipt::NoRoom => "452 4.3.1 No room for it now\r\n".to_owned(),
        Receipt::Never(why) => format!("554 5.3.0 {}\r\n", one_line(why)),
    })
}
