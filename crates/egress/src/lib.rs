//! The one way out: every HTTP request that this program makes by itself passes here, and every
//! line to a mail server goes to an address that was judged here.
//!
//! What it is for: a request goes to the server whose name somebody wrote, at an address that was
//! looked at, or it does not go. Names are resolved here, every address a name has is judged, and
//! the connection is made to an address that was judged, so that no name can change its meaning
//! in between. No redirect is followed, no proxy is taken from the environment, and time and size
//! of an answer are bounded.
//!
//! What it must never know: what is asked for, and what an answer means.

mod exchange;
mod ground;
mod names;
mod tls;

pub use ground::{Ground, ground};
pub use names::{Addresses, Names, SystemNames};
pub use tls::connector;

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use url::Url;

/// Addresses of one name that are tried, one after the other.
const ADDRESSES_MOST: usize = 16;

/// Why there is no answer, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// We do not go there.
    Refused(String),
    /// Nobody answers there now: the request did not leave.
    Away(String),
    /// It left, or may have left, and no whole answer came, or none in time.
    Unanswered(String),
    /// What answers makes no sense.
    Odd(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Fault::Refused(words)
        | Fault::Away(words)
        | Fault::Unanswered(words)
        | Fault::Odd(words)) = self;
        f.write_str(words)
    }
}

impl std::error::Error for Fault {}

/// One request.
pub struct Call<'a> {
    /// Where to. `https`, or `http` to a private address that is allowed.
    pub url: &'a Url,
    /// What the body is; a call without one is a GET.
    pub body: Option<(&'static str, Vec<u8>)>,
    /// The kind of answer that is wanted, as `Accept` says it.
    pub accept: &'static str,
    /// A key, sent as `Authorization: Bearer`. It is never logged.
    pub bearer: Option<&'a str>,
    /// Hosts that may be at private addresses, besides those that are allowed for all calls.
    pub private_hosts: &'a [String],
    /// A file with authorities (PEM) that are believed besides the world's.
    pub authorities: Option<&'a Path>,
    /// How long all of it may take.
    pub patience: Duration,
    /// Bytes an answer's body may have.
    pub answer_most: usize,
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

/// What came back. A redirect is an answer like any other: it is not followed.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Where a redirect leads to, as the answer writes it.
    pub leads_to: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}, {} bytes)", self.status, self.body.len())
    }
}

struct Rules {
    private_hosts: Vec<String>,
    names: Arc<dyn Names>,
}

/// The way out of this process. As it is made, it asks the system for names and goes to public
/// addresses only.
pub struct Egress {
    rules: RwLock<Arc<Rules>>,
}

impl Default for Egress {
    fn default() -> Egress {
        let rules = Rules { private_hosts: Vec::new(), names: Arc::new(SystemNames) };
        Egress { rules: RwLock::new(Arc::new(rules)) }
    }
}

impl Egress {
    /// Hosts, as names or addresses, that the operator allows to be at private addresses.
    pub fn allow_private(&self, hosts: Vec<String>) {
        let names = Arc::clone(&self.rules().names);
        self.set(Rules { private_hosts: hosts, names });
    }

    /// Asks `names` instead of the system.
    pub fn ask_for_names(&self, names: Arc<dyn Names>) {
        let private_hosts = self.rules().private_hosts.clone();
        self.set(Rules { private_hosts, names });
    }

    fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, rules: Rules) {
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
    }

    /// Where a server is that speaks something else than HTTP: its addresses, each judged, and
    /// whose ground they are, public as soon as one of them is. It may be at a private address
    /// where `inside` says that whoever named it may do that, or where the operator allows it.
    /// The caller connects to these addresses and looks up no name again.
    ///
    /// # Errors
    /// [`Fault`], in words.
    pub async fn find(
        &self,
        host: &str,
        port: u16,
        inside: bool,
    ) -> Result<(Vec<SocketAddr>, Ground), Fault> {
        let rules = self.rules();
        let allowed = inside || names::has(&rules.private_hosts, host);
        names::judged_server(rules.names.as_ref(), host, port, allowed).await
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// # Errors
    /// [`Fault`], in words.
    pub async fn send(&self, call: Call<'_>) -> Result<Answer, Fault> {
        let rules = self.rules();
        let host = call.url.host_str().unwrap_or("");
        let allowed =
            [&rules.private_hosts, call.private_hosts].iter().any(|list| names::has(list, host));
        Egress::answered(&rules, call, allowed).await
    }

    /// The same for an address that a stranger wrote: it goes to public ground only, whatever the
    /// operator or the call allows.
    ///
    /// # Errors
    /// [`Fault`], in words.
    pub async fn send_for_stranger(&self, call: Call<'_>) -> Result<Answer, Fault> {
        Egress::answered(&self.rules(), call, false).await
    }

    async fn answered(rules: &Rules, call: Call<'_>, allowed: bool) -> Result<Answer, Fault> {
        let host = call.url.host_str().unwrap_or("");
        let all = async {
            let addresses = names::judged(rules.names.as_ref(), call.url, allowed).await?;
            exchange::exchange(&call, &addresses).await
        };
        match tokio::time::timeout(call.patience, all).await {
            Ok(answer) => answer,
            Err(_) => Err(Fault::Unanswered(format!("{host} does not answer in time"))),
        }
    }
}
