//! STARTTLS on the listener: what was said in the clear counts for nothing inside.

use crate::listener::MAIL;
use crate::world::{count, house, understand_all};
use mailroom::{Certificate, ListenLimits, Mailboxes, Protocol, listen};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use testkit::{World, on_both};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)
}

async fn listening(world: &World, protocol: Protocol) -> SocketAddr {
    let certificate =
        Certificate::load(&file("test-only-certificate.pem"), &file("test-only-key.pem")).unwrap();
    let mailboxes = Mailboxes { accept_any_recipient: true, ..Mailboxes::default() };
    let at = "127.0.0.1:0".parse().unwrap();
    let limits = ListenLimits::default();
    let listener = listen(world.ctx.clone(), at, protocol, mailboxes, limits).await.unwrap();
    let address = listener.address().unwrap();
    tokio::spawn(listener.offering_tls(certificate).run(std::future::pending()));
    address
}

fn connector() -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("test-only-authority.pem")).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// Says `words` and reads to the end of the line in which `until` is.
async fn ask(line: &mut (impl AsyncRead + AsyncWrite + Unpin), words: &str, until: &str) -> String {
    line.write_all(words.as_bytes()).await.unwrap();
    let mut heard = String::new();
    while !(heard.contains(until) && heard.ends_with('\n')) {
        let byte = line.read_u8().await;
        heard.push(char::from(byte.unwrap_or_else(|_| panic!("no {until}: {heard}"))));
    }
    heard
}

#[test]
fn a_mail_that_comes_inside_tls_is_kept() {
    on_both(async |world| {
        house(&world).await;
        for protocol in [Protocol::Smtp, Protocol::Lmtp] {
            let hello = if protocol == Protocol::Smtp { "EHLO" } else { "LHLO" };
            let mut plain = TcpStream::connect(listening(&world, protocol).await).await.unwrap();
            let offered = ask(&mut plain, &format!("{hello} x\r\n"), "SMTPUTF8").await;
            assert!(offered.contains("STARTTLS"), "{offered}");
            ask(&mut plain, "STARTTLS\r\n", "220 2.0.0").await;
            let name = ServerName::try_from("localhost").unwrap();
            let mut line = connector().connect(name, plain).await.unwrap();
            let offered = ask(&mut line, &format!("{hello} x\r\n"), "SMTPUTF8").await;
            assert!(!offered.contains("STARTTLS"), "offered once: {offered}");
            let mail = format!(
                "MAIL FROM:<ann@example.org>\r\nRCPT TO:<a@x.example>\r\nDATA\r\n{MAIL} By {hello}.\r\n.\r\n"
            );
            ask(&mut line, &mail, "250 2.0.0 Kept").await;
        }
        assert_eq!(understand_all(&world).await.len(), 2);
    });
}

#[test]
fn words_slipped_in_before_the_handshake_count_for_nothing() {
    on_both(async |world| {
        house(&world).await;
        let mut plain = TcpStream::connect(listening(&world, Protocol::Smtp).await).await.unwrap();
        ask(&mut plain, "EHLO x\r\n", "SMTPUTF8").await;
        // All in one packet, so that the listener reads it before the handshake.
        let slipped =
            "STARTTLS\r\nEHLO x\r\nMAIL FROM:<eve@evil.example>\r\nRCPT TO:<a@x.example>\r\n";
        ask(&mut plain, slipped, "220 2.0.0").await;
        let name = ServerName::try_from("localhost").unwrap();
        let mut line = connector().connect(name, plain).await.unwrap();
        // Neither the greeting nor the sender from outside holds inside.
        ask(&mut line, "MAIL FROM:<ann@example.org>\r\n", "503 5.5.1 Greet first").await;
        ask(&mut line, "EHLO x\r\n", "SMTPUTF8").await;
        ask(&mut line, "DATA\r\n", "503 5.5.1 Sender first").await;
        assert_eq!(count(&world, "SELECT COUNT(*) FROM arrival").await, 0);
    });
}

#[test]
fn a_handshake_that_is_cut_or_garbage_hurts_nobody_else() {
    on_both(async |world| {
        house(&world).await;
        let address = listening(&world, Protocol::Smtp).await;
        for garbage in [&b""[..], b"EHLO again in the clear\r\n", &[22, 3, 1, 255, 255]] {
            let mut plain = TcpStream::connect(address).await.unwrap();
            ask(&mut plain, "EHLO x\r\nSTARTTLS\r\n", "220 2.0.0").await;
            plain.write_all(garbage).await.unwrap();
            plain.shutdown().await.unwrap();
            let mut rest = Vec::new();
            // It may be answered with an alert or a reset; nothing in the clear is answered.
            drop(plain.read_to_end(&mut rest).await);
            assert!(!String::from_utf8_lossy(&rest).contains("250"), "{rest:?}");
        }
        let mut plain = TcpStream::connect(address).await.unwrap();
        ask(&mut plain, "EHLO x\r\n", "SMTPUTF8").await;
    });
}

#[test]
fn a_key_of_another_certificate_is_an_error_at_the_start() {
    let certificate = file("test-only-authority.pem");
    let wrong = Certificate::load(&certificate, &file("test-only-key.pem"));
    assert!(wrong.unwrap_err().to_string().contains("test-only-authority.pem"));
    let missing = Certificate::load(&certificate, Path::new("/nowhere.pem"));
    assert!(missing.unwrap_err().to_string().contains("/nowhere.pem"));
}
