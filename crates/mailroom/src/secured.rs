//! TLS for mail: our certificate on the listener, and lines that are protected.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::SystemTime;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// A certificate and its key, in files that something else renews.
#[derive(Clone)]
pub struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    loaded: Arc<Mutex<Loaded>>,
}

struct Loaded {
    config: Arc<ServerConfig>,
    changed: Option<SystemTime>,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.chain.display())
    }
}

impl Certificate {
    /// Reads both files and checks that the key belongs to the certificate.
    ///
    /// # Errors
    /// When a file cannot be read, is no PEM, or the two do not belong together.
    pub fn load(chain: &Path, key: &Path) -> io::Result<Certificate> {
        let loaded = Loaded { config: server_config(chain, key)?, changed: changed(chain) };
        Ok(Certificate {
            chain: chain.to_owned(),
            key: key.to_owned(),
            loaded: Arc::new(Mutex::new(loaded)),
        })
    }

    /// What does the handshake. A certificate that was renewed counts from the next connection
    /// on; one that cannot be read leaves the one we have.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let now = changed(&self.chain);
        if now != loaded.changed {
            match server_config(&self.chain, &self.key) {
                Ok(config) => {
                    tracing::info!(certificate = %self.chain.display(), "a new certificate");
                    *loaded = Loaded { config, changed: now };
                }
                Err(error) => tracing::warn!(%error, "the new certificate cannot be used yet"),
            }
        }
        TlsAcceptor::from(Arc::clone(&loaded.config))
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|file| file.modified()).ok()
}

fn server_config(chain: &Path, key: &Path) -> io::Result<Arc<ServerConfig>> {
    let certificates = certificates(chain)?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| in_file(key, &error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(certificates, key))
        .map_err(|error| in_file(chain, &error))?;
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let all = CertificateDer::pem_file_iter(path).map_err(|error| in_file(path, &error))?;
    let all: Result<Vec<_>, _> = all.collect();
    let all = all.map_err(|error| in_file(path, &error))?;
    if all.is_empty() {
        return Err(in_file(path, &"there is no certificate in it"));
    }
    Ok(all)
}

fn in_file(path: &Path, why: &dyn fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", path.display()))
}

/// A connection, in the clear or inside TLS.
pub(crate) enum Wire {
    /// In the clear.
    Plain(TcpStream),
    /// We are the server.
    Served(Box<tokio_rustls::server::TlsStream<TcpStream>>),
    /// We are the client.
    Asked(Box<tokio_rustls::client::TlsStream<TcpStream>>),
    /// Given up in a handshake.
    Gone,
}

impl Wire {
    /// Begins TLS as the server. What was read before stays outside.
    pub(crate) async fn serve_tls(&mut self, acceptor: TlsAcceptor) -> io::Result<()> {
        let Wire::Plain(stream) = std::mem::replace(self, Wire::Gone) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        *self = Wire::Served(Box::new(acceptor.accept(stream).await?));
        Ok(())
    }

    /// Begins TLS as the client of `host`, whose certificate is checked.
    pub(crate) async fn ask_tls(&mut self, host: &str, tls: &TlsConnector) -> io::Result<()> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| io::Error::other(format!("{host} is no name a certificate can have")))?;
        let Wire::Plain(stream) = std::mem::replace(self, Wire::Gone) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        *self = Wire::Asked(Box::new(tls.connect(name, stream).await?));
        Ok(())
    }

    /// Whether it runs inside TLS.
    pub(crate) fn is_secure(&self) -> bool {
        matches!(self, Wire::Served(_) | Wire::Asked(_))
    }
}

/// Does the same on whatever the wire is.
macro_rules! each {
    ($wire:expr, $stream:ident => $does:expr) => {
        match $wire.get_mut() {
            Wire::Plain($stream) => $does,
            Wire::Served($stream) => $does,
            Wire::Asked($stream) => $does,
            Wire::Gone => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    };
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        each!(self, stream => Pin::new(stream).poll_read(cx, into))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        each!(self, stream => Pin::new(stream).poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}
