//! What leaves and what does not, on real sockets. Names are answered by a list of ours, so that a
//! name can lie.

use egress::{Addresses, Answer, Call, Egress, Fault, Names};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

/// Answers with these addresses, whatever is asked.
struct Says(Vec<IpAddr>);

impl Names for Says {
    fn addresses<'a>(&'a self, _host: &'a str) -> Addresses<'a> {
        Box::pin(async move { io::Result::Ok(self.0.clone()) })
    }
}

/// A server that answers every connection with `answer` and counts them.
async fn server(answer: Vec<u8>) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (at, count) = (listener.local_addr().expect("an address"), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            seen.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut head = vec![0; 16_384];
                let read = stream.read(&mut head).await.unwrap_or(0);
                if read > 0 && stream.write_all(&answer).await.is_ok() {
                    stream.shutdown().await.ok();
                }
            });
        }
    });
    (at, count)
}

async fn ask(egress: &Egress, url: &str) -> Result<Answer, Fault> {
    let url = Url::parse(url).expect("an address");
    let call = Call {
        url: &url,
        body: Some(("application/json", b"{}".to_vec())),
        accept: "application/json",
        bearer: Some("key"),
        private_hosts: &[],
        authorities: None,
        patience: Duration::from_secs(5),
        answer_most: 10_000,
    };
    egress.send(call).await
}

fn fine() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_vec()
}

fn ips(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().expect("an address")).collect()
}

#[tokio::test]
async fn a_private_address_is_gone_to_only_where_its_name_is_allowed() {
    let (at, count) = server(fine()).await;
    let egress = Egress::default();
    egress.ask_for_names(Arc::new(Says(ips(&["127.0.0.1"]))));
    let url = format!("http://model.house:{}/v1", at.port());
    assert!(matches!(ask(&egress, &url).await, Err(Fault::Refused(_))));
    assert_eq!(count.load(Ordering::SeqCst), 0, "no connection was made");
    egress.allow_private(vec!["other.house".to_owned(), String::new()]);
    assert!(matches!(ask(&egress, &url).await, Err(Fault::Refused(_))));
    egress.allow_private(vec!["Model.House".to_owned()]);
    assert_eq!(ask(&egress, &url).await.expect("an answer").body, b"ok");
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_public_name_that_points_into_the_house_is_refused_before_a_connection() {
    let (at, count) = server(fine()).await;
    for lies in [
        ips(&["127.0.0.1"]),
        ips(&["93.184.215.14", "127.0.0.1"]),
        ips(&["::ffff:127.0.0.1"]),
        ips(&["10.0.0.5"]),
        ips(&["100.64.0.9"]),
        ips(&["169.254.169.254"]),
    ] {
        let egress = Egress::default();
        egress.ask_for_names(Arc::new(Says(lies.clone())));
        let url = format!("https://public.example:{}/", at.port());
        assert!(matches!(ask(&egress, &url).await, Err(Fault::Refused(_))), "{lies:?}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn nothing_that_is_allowed_leads_to_where_clouds_tell_keys() {
    let egress = Egress::default();
    egress.allow_private(vec!["169.254.169.254".to_owned(), "sly.example".to_owned()]);
    let straight = ask(&egress, "http://169.254.169.254/latest/meta-data/").await;
    assert!(matches!(straight, Err(Fault::Refused(_))));
    egress.ask_for_names(Arc::new(Says(ips(&["169.254.169.254"]))));
    assert!(matches!(ask(&egress, "http://sly.example/").await, Err(Fault::Refused(_))));
}

#[tokio::test]
async fn an_address_written_as_a_number_is_judged_too() {
    let (at, count) = server(fine()).await;
    let egress = Egress::default();
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"] {
        let asked = ask(&egress, &format!("http://{host}:{}/", at.port())).await;
        assert!(matches!(asked, Err(Fault::Refused(_))), "{host}: {asked:?}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn nothing_goes_to_the_world_in_the_clear_or_with_a_password_in_its_address() {
    let egress = Egress::default();
    egress.ask_for_names(Arc::new(Says(ips(&["93.184.215.14"]))));
    for url in ["http://public.example/", "ftp://public.example/", "https://a:b@public.example/"] {
        assert!(matches!(ask(&egress, url).await, Err(Fault::Refused(_))), "{url}");
    }
}

async fn here(answer: Vec<u8>) -> (Result<Answer, Fault>, usize) {
    let (at, count) = server(answer).await;
    let egress = Egress::default();
    egress.allow_private(vec!["127.0.0.1".to_owned()]);
    let answer = ask(&egress, &format!("http://{at}/v1/chat")).await;
    (answer, count.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_redirect_is_handed_back_and_not_followed() {
    let moved = "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\
                 Content-Length: 0\r\n\r\n";
    let (answer, asked) = here(moved.into()).await;
    let leads_to = answer.as_ref().ok().and_then(|answer| answer.leads_to.as_deref());
    assert_eq!(leads_to, Some("http://169.254.169.254/"));
    assert_eq!((answer.expect("an answer").status, asked), (302, 1));
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let mut long = b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n".to_vec();
    long.resize(10_000_000, b'a');
    assert!(matches!(here(long).await.0, Err(Fault::Odd(_))));
    let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned()
        + &"400\r\n"
            .chars()
            .chain("a".repeat(1024).chars())
            .chain("\r\n".chars())
            .collect::<String>()
            .repeat(100);
    assert!(matches!(here(chunks.into()).await.0, Err(Fault::Odd(_))));
    let mut head = b"HTTP/1.1 200 OK\r\n".to_vec();
    head.extend(b"X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(5_000));
    assert!(here(head).await.0.is_err());
}

#[tokio::test]
async fn what_does_not_speak_http_is_told_apart_from_a_server_that_is_away() {
    assert!(matches!(here(b"220 mail.example ESMTP\r\n".to_vec()).await.0, Err(Fault::Odd(_))));
    let egress = Egress::default();
    egress.allow_private(vec!["127.0.0.1".to_owned()]);
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = gone.local_addr().expect("an address");
    drop(gone);
    assert!(matches!(ask(&egress, &format!("http://{at}/")).await, Err(Fault::Away(_))));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{\"access_token\":".to_vec();
    assert!(matches!(here(cut).await.0, Err(Fault::Unanswered(_))));
}

#[tokio::test]
async fn a_server_that_says_no_more_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a caller");
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\na").await.ok();
        std::future::pending::<()>().await;
    });
    let url = Url::parse(&format!("http://{at}/")).expect("an address");
    let call = Call {
        url: &url,
        body: None,
        accept: "application/json",
        bearer: None,
        private_hosts: &["127.0.0.1".to_owned()],
        authorities: None,
        patience: Duration::from_millis(300),
        answer_most: 10_000,
    };
    assert!(matches!(Egress::default().send(call).await, Err(Fault::Unanswered(_))));
}

#[tokio::test]
async fn an_address_of_a_stranger_leads_inside_for_nobody() {
    let egress = Egress::default();
    egress.allow_private(vec!["127.0.0.1".to_owned()]);
    let (at, count) = server(fine()).await;
    let url = Url::parse(&format!("http://{at}/")).expect("an address");
    let call = Call {
        url: &url,
        body: None,
        accept: "image/png",
        bearer: None,
        private_hosts: &["127.0.0.1".to_owned()],
        authorities: None,
        patience: Duration::from_secs(5),
        answer_most: 10_000,
    };
    assert!(matches!(egress.send_for_stranger(call).await, Err(Fault::Refused(_))));
    assert_eq!(count.load(Ordering::SeqCst), 0, "nobody was asked");
}
