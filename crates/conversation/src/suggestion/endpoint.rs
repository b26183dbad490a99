//! The model that the operator has set up, and asking it.

use egress::{Answer, Call, Egress, Fault};
use prompt::{Bound, NoAnswer, Prompt, Told, answer, body, wants_completion_tokens};
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use store::Context;
use url::{Host, Url};

/// Bytes of an answer; what a person reads takes a few thousand.
const ANSWER_MOST: usize = 256 * 1024;
/// How long looking whether it is there may take.
const PATIENCE_TO_LOOK: Duration = Duration::from_secs(10);

/// A model behind an endpoint that speaks the chat-completions protocol.
#[derive(Clone, PartialEq, Eq)]
pub struct Model {
    /// The endpoint: `http://127.0.0.1:11434/v1`, with or without `/chat/completions`.
    pub url: Url,
    /// The model's name there.
    pub name: String,
    /// The key, if it wants one.
    pub key: Option<String>,
    /// The language that colleagues read (ISO 639-1).
    pub language: String,
    /// Tokens of a day (UTC), over all nodes.
    pub tokens_per_day: u64,
    /// Tokens of a month (UTC), over all nodes.
    pub tokens_per_month: u64,
    /// How long one answer may take.
    pub patience: Duration,
    /// A file with authorities (PEM) that are believed besides the world's.
    pub authorities: Option<PathBuf>,
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Model({} at {})", self.name, self.host())
    }
}

/// Where this process holds the model; none, until it is set.
#[derive(Default)]
pub struct Endpoint {
    model: RwLock<Option<Arc<Model>>>,
}

impl Endpoint {
    /// Sets the model up, or takes it away.
    pub fn set(&self, model: Option<Model>) {
        *self.model.write().unwrap_or_else(PoisonError::into_inner) = model.map(Arc::new);
    }
}

/// The model that is set up; `None` when there is none, and then nothing is sent anywhere.
pub fn model(ctx: &Context) -> Option<Arc<Model>> {
    ctx.held::<Endpoint>().model.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Why there is no answer, and whether it may have cost something all the same.
pub(crate) struct Failed {
    pub why: String,
    pub may_have_cost: bool,
}

impl Model {
    /// Seconds that one answer may take at most.
    pub const SECONDS_MOST: u64 = 110;

    /// The server, as people are told of it.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or("nowhere")
    }

    fn address(&self, last: &str) -> Url {
        let mut url = self.url.clone();
        let base = self.url.path().trim_end_matches('/').to_owned();
        let base = base.strip_suffix("/chat/completions").unwrap_or(&base);
        url.set_path(&format!("{base}/{last}"));
        url
    }

    /// Who set the address up named this machine itself: that is leave enough. Every other private
    /// place is named in `private_hosts`.
    fn private_hosts(&self) -> Vec<String> {
        let is_here = match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if is_here { vec![self.host().to_owned()] } else { Vec::new() }
    }

    fn call<'a>(&'a self, url: &'a Url, private_hosts: &'a [String]) -> Call<'a> {
        Call {
            url,
            body: None,
            accept: "application/json",
            bearer: self.key.as_deref(),
            private_hosts,
            authorities: self.authorities.as_deref(),
            patience: self.patience,
            answer_most: ANSWER_MOST,
        }
    }

    /// Asks. What comes back is nobody's word.
    pub(crate) async fn ask(&self, ctx: &Context, prompt: &Prompt) -> Result<Told, Failed> {
        let mut answered = self.answered(ctx, prompt, Bound::Tokens).await?;
        if wants_completion_tokens(answered.status, &answered.body) {
            answered = self.answered(ctx, prompt, Bound::CompletionTokens).await?;
        }
        answer(answered.status, &answered.body).map_err(|why| {
            let may_have_cost = matches!(why, NoAnswer::Odd(_));
            let (NoAnswer::Refused(words) | NoAnswer::Away(words) | NoAnswer::Odd(words)) = why;
            Failed { why: format!("{} {words}", self.host()), may_have_cost }
        })
    }

    async fn answered(
        &self,
        ctx: &Context,
        prompt: &Prompt,
        bound: Bound,
    ) -> Result<Answer, Failed> {
        let (url, private) = (self.address("chat/completions"), self.private_hosts());
        let call = self.call(&url, &private);
        let body = body(&self.name, prompt, bound);
        let call = Call { body: Some(("application/json", body)), ..call };
        ctx.held::<Egress>().send(call).await.map_err(|fault| {
            let may_have_cost = matches!(fault, Fault::Odd(_) | Fault::Unanswered(_));
            Failed { why: fault.to_string(), may_have_cost }
        })
    }

    /// Whether it answers and takes our key; nothing of any case is told.
    ///
    /// # Errors
    /// In words, when it does not.
    pub async fn look(&self, ctx: &Context) -> Result<(), String> {
        let (url, private) = (self.address("models"), self.private_hosts());
        let call = Call { patience: PATIENCE_TO_LOOK, ..self.call(&url, &private) };
        let answered = ctx.held::<Egress>().send(call).await.map_err(|fault| fault.to_string())?;
        match answered.status {
            401 | 403 => Err(format!("{} does not take our key", self.host())),
            300..=399 => Err(format!("{} sends us to another place", self.host())),
            500.. => Err(format!("{} answers {}", self.host(), answered.status)),
            _ => Ok(()),
        }
    }
}
