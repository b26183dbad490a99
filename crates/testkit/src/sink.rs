//! A relay for tests: it takes mail, keeps it in memory, and can be told to cut the line or to
//! refuse at each step.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A step of a conversation, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The greeting.
    Connect,
    /// EHLO.
    Hello,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA.
    Data,
    /// The first line of the text.
    Text,
    /// The dot at its end: the text is whole, and kept.
    End,
}

impl Step {
    /// Every step.
    pub const ALL: [Step; 7] = [
        Step::Connect,
        Step::Hello,
        Step::Sender,
        Step::Recipient,
        Step::Data,
        Step::Text,
        Step::End,
    ];
}

/// What the sink does at one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Cuts the line before it answers.
    Cut,
    /// Answers with this code.
    Refuse(u16),
}

/// A mail that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The return path.
    pub from: String,
    /// The recipients.
    pub to: Vec<String>,
    /// The text, dots unstuffed.
    pub text: String,
}

/// A running sink.
#[derive(Clone)]
pub struct Sink {
    address: SocketAddr,
    trouble: Arc<Mutex<Option<(Step, Trouble)>>>,
    wanted: Arc<Mutex<Option<String>>>,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Sink {
    /// Starts a sink on a free port of this machine.
    ///
    /// # Panics
    /// When no port can be bound.
    pub async fn start() -> Sink {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let sink = Sink {
            address,
            trouble: Arc::default(),
            wanted: Arc::default(),
            taken: Arc::default(),
        };
        let serving = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sink = serving.clone();
                // A conversation that ends early is what the story is about.
                tokio::spawn(async move { drop(sink.talk(stream).await) });
            }
        });
        sink
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// From now on, makes this trouble at this step; `None` makes none.
    pub fn make(&self, trouble: Option<(Step, Trouble)>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// From now on, takes mail only from who signs in with this command (`AUTH …`); `None` takes
    /// it from anybody.
    pub fn want(&self, sign_in: Option<String>) {
        *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) = sign_in;
    }

    fn wanted(&self) -> Option<String> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Everything that was taken whole, cut or not.
    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn at(&self, step: Step) -> Option<Trouble> {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.filter(|(at, _)| *at == step).map(|(_, trouble)| trouble)
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        if !self.answer(&mut stream, Step::Connect, "220 sink").await? {
            return Ok(());
        }
        let mut mail = Taken { from: String::new(), to: Vec::new(), text: String::new() };
        let mut line = String::new();
        let mut is_let_in = false;
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let wanted = self.wanted();
            let verb = line.get(..4).unwrap_or("").to_ascii_uppercase();
            let path = |line: &str| line.split(['<', '>']).nth(1).unwrap_or("").to_owned();
            let goes_on = match verb.as_str() {
                "EHLO" | "HELO" => {
                    let able = "250-sink\r\n250-AUTH PLAIN XOAUTH2\r\n250 8BITMIME";
                    self.answer(&mut stream, Step::Hello, able).await?
                }
                "AUTH" => {
                    is_let_in = wanted.is_none_or(|wanted| wanted == line.trim_end());
                    sign_in(&mut stream, &line, is_let_in).await?;
                    true
                }
                "MAIL" if wanted.is_some() && !is_let_in => {
                    stream.write_all(b"530 5.7.0 who are you?\r\n").await?;
                    true
                }
                "MAIL" => {
                    mail = Taken { from: path(&line), to: Vec::new(), text: String::new() };
                    self.answer(&mut stream, Step::Sender, "250 fine").await?
                }
                "RCPT" => {
                    mail.to.push(path(&line));
                    self.answer(&mut stream, Step::Recipient, "250 fine").await?
                }
                "DATA" => {
                    let refused = matches!(self.at(Step::Data), Some(Trouble::Refuse(_)));
                    let goes_on = self.answer(&mut stream, Step::Data, "354 go on").await?;
                    if goes_on && !refused {
                        self.text(&mut stream, &mut mail).await?
                    } else {
                        goes_on
                    }
                }
                "QUIT" => {
                    stream.write_all(b"221 bye\r\n").await?;
                    false
                }
                _ => {
                    stream.write_all(b"250 fine\r\n").await?;
                    true
                }
            };
            if !goes_on {
                return Ok(());
            }
        }
    }

    async fn text(
        &self,
        stream: &mut BufReader<TcpStream>,
        mail: &mut Taken,
    ) -> std::io::Result<bool> {
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 || self.at(Step::Text).is_some() {
                return Ok(false);
            }
            if line == ".\r\n" {
                break;
            }
            mail.text.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        // A relay that refuses has not taken it; one whose answer is lost has.
        if !matches!(self.at(Step::End), Some(Trouble::Refuse(_))) {
            self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
        }
        self.answer(stream, Step::End, "250 taken as 7").await
    }

    /// Answers, or makes the trouble of this step. Says whether the conversation goes on.
    async fn answer(
        &self,
        stream: &mut BufReader<TcpStream>,
        step: Step,
        fine: &str,
    ) -> std::io::Result<bool> {
        let text = match self.at(step) {
            Some(Trouble::Cut) => return Ok(false),
            Some(Trouble::Refuse(code)) => format!("{code} refused here\r\n"),
            None => format!("{fine}\r\n"),
        };
        stream.write_all(text.as_bytes()).await?;
        Ok(true)
    }
}

/// Answers a sign-in. A refused token is told why in a question first, as large providers do.
async fn sign_in(
    stream: &mut BufReader<TcpStream>,
    command: &str,
    is_right: bool,
) -> std::io::Result<()> {
    if is_right {
        return stream.write_all(b"235 2.7.0 come in\r\n").await;
    }
    if command.starts_with("AUTH XOAUTH2") {
        stream.write_all(b"334 eyJzdGF0dXMiOiI0MDAifQ==\r\n").await?;
        stream.read_line(&mut String::new()).await?;
    }
    stream.write_all(b"535 5.7.8 not with that\r\n").await
}
