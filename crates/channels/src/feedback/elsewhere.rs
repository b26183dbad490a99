//! Pictures that a mail asks other servers for, fetched by this program once a person wants them:
//! the sender's server sees this house and not whose browser it is, and every byte is painted anew
//! before a browser sees it (8.10).

use crate::picture::Fetched;
use egress::{Answer, Call, Egress, Fault};
use futures_util::{StreamExt, stream};
use std::future::Future;
use std::time::Duration;
use store::Context;
use url::Url;

/// Pictures fetched at once.
const AT_ONCE: usize = 6;
/// Pictures of one mail that are fetched.
const COUNT_MOST: usize = 40;
/// Further addresses that one picture may lead to: counters of clicks lead to where it lies.
const LEADS_MOST: usize = 3;
/// Bytes of one picture.
const BYTES_MOST: usize = 4 * 1024 * 1024;
/// Bytes of all pictures of a mail; those that come later are left out.
const ALL_BYTES_MOST: usize = 16 * 1024 * 1024;
/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a reader waits for all of them.
const PATIENCE_WITH_ALL: Duration = Duration::from_secs(12);

/// Fetches the pictures at these addresses. What does not come is left out.
pub(crate) async fn fetch(ctx: &Context, addresses: Vec<String>) -> Fetched {
    let egress = ctx.held::<Egress>();
    let ask = |url: Url| {
        let egress = egress.clone();
        async move {
            let call = Call {
                url: &url,
                body: None,
                accept: "image/png, image/jpeg, image/gif, image/webp",
                bearer: None,
                private_hosts: &[],
                authorities: None,
                patience: PATIENCE,
                answer_most: BYTES_MOST,
            };
            egress.send_for_stranger(call).await
        }
    };
    let end = tokio::time::Instant::now() + PATIENCE_WITH_ALL;
    all_by(addresses, ask, tokio::time::sleep_until(end)).await
}

/// The same, asked for by `ask`, until `end`.
async fn all_by<F, R>(addresses: Vec<String>, ask: F, end: impl Future<Output = ()>) -> Fetched
where
    F: Fn(Url) -> R,
    R: Future<Output = Result<Answer, Fault>>,
{
    let mut distinct: Vec<String> = Vec::new();
    for address in addresses {
        if distinct.len() < COUNT_MOST && !distinct.contains(&address) {
            distinct.push(address);
        }
    }
    let one = |address: String| async {
        let bytes = one_by(&address, &ask).await;
        (address, bytes)
    };
    let mut coming = stream::iter(distinct).map(one).buffer_unordered(AT_ONCE);
    let (mut fetched, mut bytes_left) = (Fetched::new(), ALL_BYTES_MOST);
    let mut end = std::pin::pin!(end);
    loop {
        let next = tokio::select! {
            next = coming.next() => next,
            () = &mut end => None,
        };
        match next {
            None => return fetched,
            Some((address, Some(bytes))) if bytes.len() <= bytes_left => {
                bytes_left -= bytes.len();
                fetched.insert(address, bytes);
            }
            Some(_) => {}
        }
    }
}

/// One picture, followed to where it lies.
async fn one_by<F, R>(address: &str, ask: &F) -> Option<Vec<u8>>
where
    F: Fn(Url) -> R,
    R: Future<Output = Result<Answer, Fault>>,
{
    let mut url = secure(Url::parse(address.trim()).ok()?)?;
    for _ in 0..=LEADS_MOST {
        let answer = ask(url.clone()).await.ok()?;
        match (answer.status, answer.leads_to) {
            (200, _) => return Some(answer.body),
            (301..=308, Some(to)) => url = secure(url.join(&to).ok()?)?,
            _ => return None,
        }
    }
    None
}

/// The address by https: the way out speaks nothing else to strangers, and a server that has the
/// picture in clear nearly always has it so too.
fn secure(mut url: Url) -> Option<Url> {
    if url.scheme() == "http" && url.port().is_none() {
        url.set_scheme("https").ok()?;
    }
    url.set_fragment(None);
    (url.scheme() == "https").then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    fn answer(status: u16, leads_to: Option<&str>, body: &[u8]) -> Answer {
        Answer { status, leads_to: leads_to.map(str::to_owned), body: body.to_vec() }
    }

    /// Asks a world of `found` for the pictures; gives them, and the addresses that were asked.
    async fn asked(
        addresses: &[&str],
        found: impl Fn(&str) -> Result<Answer, Fault>,
    ) -> (Fetched, Vec<String>) {
        let seen = Mutex::new(Vec::new());
        let ask = |url: Url| {
            seen.lock().expect("not poisoned").push(url.to_string());
            std::future::ready(found(url.as_str()))
        };
        let addresses = addresses.iter().map(|&one| one.to_owned()).collect();
        let fetched = all_by(addresses, ask, std::future::pending()).await;
        (fetched, seen.into_inner().expect("not poisoned"))
    }

    #[tokio::test]
    async fn a_picture_is_fetched_once_and_by_https_alone() {
        let here =
            ["http://a.example/1.png", "http://a.example/1.png", "https://a.example/2.png#x"];
        let (fetched, seen) = asked(&here, |_| Ok(answer(200, None, b"png"))).await;
        assert_eq!(fetched.len(), 2, "{fetched:?}");
        assert_eq!(seen, ["https://a.example/1.png", "https://a.example/2.png"]);
        let odd = ["http://a.example:8080/x", "ftp://a.example/x", "//a.example/x", "http:", "x"];
        let (fetched, seen) = asked(&odd, |_| Ok(answer(200, None, b"png"))).await;
        assert!(fetched.is_empty() && seen.is_empty(), "{seen:?}");
    }

    #[tokio::test]
    async fn a_picture_is_followed_to_where_it_lies_and_no_further() {
        let found = |url: &str| match url {
            "https://count.example/1" => Ok(answer(302, Some("//cdn.example/a"), b"")),
            "https://cdn.example/a" => Ok(answer(301, Some("/b"), b"")),
            "https://cdn.example/b" => Ok(answer(200, None, b"png")),
            "https://down.example/1" => Ok(answer(301, Some("http://127.0.0.1:9/x"), b"")),
            "https://gone.example/1" => Err(Fault::Away("gone".to_owned())),
            round => Ok(answer(307, Some(round), b"")),
        };
        let from =
            ["count", "down", "gone", "round"].map(|host| format!("https://{host}.example/1"));
        let from: Vec<&str> = from.iter().map(String::as_str).collect();
        let (fetched, seen) = asked(&from, found).await;
        assert_eq!(fetched.into_keys().collect::<Vec<_>>(), ["https://count.example/1"]);
        let rounds = seen.iter().filter(|url| url.contains("round")).count();
        assert_eq!(rounds, LEADS_MOST + 1);
        assert!(!seen.iter().any(|url| url.contains("127.0.0.1")), "{seen:?}");
    }

    #[tokio::test]
    async fn a_mail_can_ask_for_no_flood_and_nobody_waits_for_ever() {
        let many: Vec<String> = (0..500).map(|n| format!("https://a.example/{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let large = vec![0; BYTES_MOST];
        let (fetched, seen) = asked(&many, |_| Ok(answer(200, None, &large))).await;
        assert_eq!(seen.len(), COUNT_MOST);
        assert_eq!(fetched.len(), ALL_BYTES_MOST / BYTES_MOST);
        let never = |_| std::future::pending();
        let all = all_by(vec!["https://a.example/1".to_owned()], never, async {});
        assert!(all.await.is_empty());
    }
}
