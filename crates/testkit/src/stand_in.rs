//! A stand-in for a language model: a server on this machine that speaks the chat-completions
//! protocol over real sockets, says what it is told to say, and keeps what it was asked.

use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What it was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The head of the request.
    pub head: String,
    /// Its body.
    pub body: Value,
}

impl Asked {
    /// Everything that left for the model, as one text.
    pub fn text(&self) -> String {
        format!("{}{}", self.head, self.body)
    }
}

#[derive(Default)]
struct Held {
    asked: Vec<Asked>,
    connections: usize,
    answer: Vec<u8>,
    goes_silent: bool,
    /// The field without which it refuses, as newer models do.
    wants: Option<&'static str>,
}

impl Held {
    fn reply(&self) -> Vec<u8> {
        let lacks = |field: &&str| self.asked.last().is_none_or(|one| one.body[*field].is_null());
        let Some(field) = self.wants.filter(lacks) else { return self.answer.clone() };
        let body = json!({ "error": {
            "message": format!("Unsupported parameter: 'max_tokens' is not supported with this \
                model. Use '{field}' instead."),
            "type": "invalid_request_error", "param": "max_tokens", "code": "unsupported_parameter",
        }});
        let body = body.to_string();
        format!("HTTP/1.1 400 Bad Request\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into()
    }
}

/// A stand-in for a language model.
#[derive(Clone)]
pub struct StandIn {
    address: SocketAddr,
    held: Arc<Mutex<Held>>,
}

impl StandIn {
    /// Starts one on a free port.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start() -> StandIn {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let stand_in = StandIn { address, held: Arc::default() };
        stand_in.says("I am sorry. How else can I help?");
        let serving = stand_in.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serving.with(|held| held.connections += 1);
                let serving = serving.clone();
                tokio::spawn(async move { serving.serve(stream).await });
            }
        });
        stand_in
    }

    fn with<T>(&self, does: impl FnOnce(&mut Held) -> T) -> T {
        does(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Its address as a setting has it.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.with(|held| held.asked.clone())
    }

    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        self.with(|held| held.connections)
    }

    /// Says `text` from now on, as a model does, at a cost of 100 tokens.
    pub fn says(&self, text: &str) {
        let body = json!({
            "id": "chatcmpl-1", "object": "chat.completion", "model": "stand-in",
            "choices": [{ "index": 0, "finish_reason": "stop",
                "message": { "role": "assistant", "content": text } }],
            "usage": { "prompt_tokens": 80, "completion_tokens": 20, "total_tokens": 100 },
        });
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.answers((head + &body).into_bytes());
    }

    /// Answers with these bytes from now on.
    pub fn answers(&self, bytes: Vec<u8>) {
        self.with(|held| (held.answer, held.goes_silent) = (bytes, false));
    }

    /// Begins to answer from now on, and says no more.
    pub fn goes_silent(&self) {
        self.answers(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n{".to_vec());
        self.with(|held| held.goes_silent = true);
    }

    /// Refuses from now on what comes without this field, in OpenAI's words.
    pub fn wants(&self, field: &'static str) {
        self.with(|held| held.wants = Some(field));
    }

    async fn serve(&self, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        loop {
            match stream.read_buf(&mut bytes).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            if let Some(asked) = whole(&bytes) {
                self.with(|held| held.asked.push(asked));
                break;
            }
        }
        let (answer, silent) = self.with(|held| (held.reply(), held.goes_silent));
        if stream.write_all(&answer).await.is_err() {
            return;
        }
        if silent {
            std::future::pending::<()>().await;
        }
        stream.shutdown().await.ok();
    }
}

/// The request, once all of it is there.
fn whole(bytes: &[u8]) -> Option<Asked> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    (body.len() >= length.unwrap_or(0)).then(|| Asked {
        head: head.to_owned(),
        body: serde_json::from_str(body).unwrap_or_default(),
    })
}
