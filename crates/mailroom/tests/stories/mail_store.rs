//! A mail store for stories: IMAP and POP3 as far as fetching needs them, in memory. It can be
//! told to cut the line after so many bytes of its own or commands of the client's.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub const PASSWORD: &str = "open \"sesame\"";

/// Where the line is cut.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    Never,
    /// After so many bytes to the client.
    Bytes(usize),
    /// Before the answer to this command, 1 for the first.
    Command(usize),
}

struct Folder {
    validity: u32,
    next: u32,
    mails: BTreeMap<u32, (String, Vec<u8>)>,
    cut: Cut,
    commands: Vec<String>,
}

#[derive(Clone)]
pub struct MailStore {
    folder: Arc<Mutex<Folder>>,
    news: Arc<watch::Sender<u32>>,
    pub imap: SocketAddr,
    pub pop3: SocketAddr,
}

struct Talk {
    stream: BufReader<TcpStream>,
    left: Option<usize>,
}

impl Talk {
    /// Sends, up to where the line is cut.
    async fn say(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let most = self.left.unwrap_or(usize::MAX).min(bytes.len());
        self.stream.get_mut().write_all(&bytes[..most]).await?;
        if let Some(left) = &mut self.left {
            *left -= most;
            if most < bytes.len() || *left == 0 {
                return Err(std::io::ErrorKind::BrokenPipe.into());
            }
        }
        Ok(())
    }

    async fn hear(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line).await? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }
}

impl MailStore {
    pub async fn start() -> MailStore {
        let folder = Folder {
            validity: 7,
            next: 1,
            mails: BTreeMap::new(),
            cut: Cut::Never,
            commands: vec![],
        };
        let (imap, pop3) = (bound().await, bound().await);
        let store = MailStore {
            folder: Arc::new(Mutex::new(folder)),
            news: Arc::new(watch::Sender::new(0)),
            imap: imap.local_addr().unwrap(),
            pop3: pop3.local_addr().unwrap(),
        };
        let (one, other) = (store.clone(), store.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = imap.accept().await {
                let store = one.clone();
                tokio::spawn(async move { drop(store.speak_imap(store.talk(stream)).await) });
            }
        });
        tokio::spawn(async move {
            while let Ok((stream, _)) = pop3.accept().await {
                let store = other.clone();
                tokio::spawn(async move { drop(store.speak_pop3(store.talk(stream)).await) });
            }
        });
        store
    }

    fn with<T>(&self, does: impl FnOnce(&mut Folder) -> T) -> T {
        does(&mut self.folder.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn talk(&self, stream: TcpStream) -> Talk {
        let left = self.with(|folder| match folder.cut {
            Cut::Bytes(n) => Some(n),
            _ => None,
        });
        Talk { stream: BufReader::new(stream), left }
    }

    /// A mail comes in; gives its UID.
    pub fn deliver(&self, came: &str, mail: &str) -> u32 {
        let uid = self.with(|folder| {
            let uid = folder.next;
            folder.next += 1;
            folder.mails.insert(uid, (came.to_owned(), mail.as_bytes().to_vec()));
            uid
        });
        self.news.send_modify(|n| *n += 1);
        uid
    }

    /// Somebody else moves a mail away and back under its old number, as a faulty server may.
    pub fn hide(&self, uid: u32) -> (String, Vec<u8>) {
        self.with(|folder| folder.mails.remove(&uid).unwrap())
    }

    pub fn show(&self, uid: u32, mail: (String, Vec<u8>)) {
        self.with(|folder| folder.mails.insert(uid, mail));
    }

    /// All numbers are given anew, as after a server was restored from a backup.
    pub fn renumber(&self) {
        self.with(|folder| {
            folder.validity += 1;
            let mails = std::mem::take(&mut folder.mails);
            folder.mails = mails.into_values().rev().zip(1..).map(|(mail, n)| (n, mail)).collect();
            folder.next = u32::try_from(folder.mails.len()).unwrap() + 1;
        });
    }

    pub fn cut(&self, cut: Cut) {
        self.with(|folder| folder.cut = cut);
    }

    /// Every command that was heard.
    pub fn commands(&self) -> Vec<String> {
        self.with(|folder| folder.commands.clone())
    }

    /// Whether the line is cut before the answer to what was heard as the `n`th command.
    fn heard(&self, line: &str, n: usize) -> std::io::Result<()> {
        self.with(|folder| {
            folder.commands.push(line.to_owned());
            match folder.cut {
                Cut::Command(at) if at == n => Err(std::io::ErrorKind::BrokenPipe.into()),
                _ => Ok(()),
            }
        })
    }

    async fn speak_imap(&self, mut talk: Talk) -> std::io::Result<()> {
        talk.say(b"* OK ready\r\n").await?;
        let mut news = self.news.subscribe();
        for n in 1.. {
            let line = talk.hear().await?;
            self.heard(&line, n)?;
            let (tag, command) = line.split_once(' ').unwrap_or((&line, ""));
            let fine = format!("{tag} OK done\r\n");
            match command.split(' ').next().unwrap_or("") {
                "CAPABILITY" => talk.say(b"* CAPABILITY IMAP4rev1 IDLE\r\n").await?,
                "LOGIN" if command != "LOGIN \"help\" \"open \\\"sesame\\\"\"" => {
                    talk.say(format!("{tag} NO [AUTHENTICATIONFAILED] no\r\n").as_bytes()).await?;
                    continue;
                }
                "EXAMINE" => {
                    news.borrow_and_update();
                    let told = self.with(|folder| {
                        let n = folder.mails.len();
                        format!("* {n} EXISTS\r\n* OK [UIDVALIDITY {}] ok\r\n", folder.validity)
                    });
                    talk.say(told.as_bytes()).await?;
                }
                "UID" => talk.say(&self.fetch(command)).await?,
                "IDLE" => {
                    talk.say(b"+ idling\r\n").await?;
                    tokio::select! {
                        _ = news.changed() => {
                            talk.say(b"* 1 EXISTS\r\n").await?;
                            talk.hear().await?;
                        }
                        done = talk.hear() => { done?; }
                    }
                }
                "LOGOUT" => return talk.say(format!("* BYE\r\n{fine}").as_bytes()).await,
                _ => {}
            }
            talk.say(fine.as_bytes()).await?;
        }
        Ok(())
    }

    /// `UID FETCH 3:* (…)` or `UID FETCH 3,4 (UID BODY.PEEK[])`.
    fn fetch(&self, command: &str) -> Vec<u8> {
        let set = command.split(' ').nth(2).unwrap_or("");
        let bodies = command.contains("BODY.PEEK[]");
        self.with(|folder| {
            let highest = folder.mails.keys().next_back().copied().unwrap_or(0);
            let wanted = |uid: u32| match set.split_once(":*") {
                // `*` is the last one there, whatever stands before.
                Some((from, _)) => uid >= from.parse().unwrap_or(0) || uid == highest,
                None => set.split(',').any(|one| one.parse() == Ok(uid)),
            };
            let mut told = Vec::new();
            for (uid, (came, mail)) in folder.mails.iter().filter(|(uid, _)| wanted(**uid)) {
                let size = mail.len();
                if bodies {
                    told.extend(format!("* {uid} FETCH (UID {uid} BODY[] {{{size}}}\r\n").bytes());
                    told.extend_from_slice(mail);
                    told.extend(b")\r\n");
                } else {
                    let says = format!("* {uid} FETCH (FLAGS (\\Seen) UID {uid} RFC822.SIZE {size} INTERNALDATE \"{came}\")\r\n");
                    told.extend(says.bytes());
                }
            }
            told
        })
    }

    async fn speak_pop3(&self, mut talk: Talk) -> std::io::Result<()> {
        talk.say(b"+OK ready\r\n").await?;
        for n in 1.. {
            let line = talk.hear().await?;
            self.heard(&line, n)?;
            let (command, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let all = self.with(|folder| folder.mails.clone());
            let told = match command {
                "PASS" if rest != PASSWORD => "-ERR no\r\n".to_owned(),
                "UIDL" | "LIST" => {
                    let row = |(n, (uid, (_, mail))): (usize, (&u32, &(String, Vec<u8>)))| {
                        let word = if command == "LIST" { mail.len() } else { *uid as usize };
                        format!("{} {word}\r\n", n + 1)
                    };
                    let rows: String = all.iter().enumerate().map(row).collect();
                    format!("+OK\r\n{rows}.\r\n")
                }
                "RETR" => {
                    let at: usize = rest.parse().unwrap();
                    let mail = &all.values().nth(at - 1).unwrap().1;
                    let text = String::from_utf8_lossy(mail).replace("\r\n.", "\r\n..");
                    format!("+OK\r\n{text}\r\n.\r\n")
                }
                _ => "+OK\r\n".to_owned(),
            };
            talk.say(told.as_bytes()).await?;
        }
        Ok(())
    }
}

async fn bound() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}
