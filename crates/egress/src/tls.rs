//! Whom we believe when we connect.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, Error, RootCertStore};

/// Believes the world's authorities and, where a file (PEM) is named, those in it as well.
///
/// # Errors
/// When the file cannot be read or holds no certificate.
pub fn connector(authorities: Option<&Path>) -> io::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(path) = authorities {
        let all = CertificateDer::pem_file_iter(path).map_err(|error| in_file(path, &error))?;
        let all: Vec<_> = all.collect::<Result<_, _>>().map_err(|error| in_file(path, &error))?;
        if all.is_empty() {
            return Err(in_file(path, &"there is no certificate in it"));
        }
        for certificate in all {
            roots.add(certificate).map_err(|error| in_file(path, &error))?;
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error: Error| io::Error::other(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn in_file(path: &Path, why: &dyn fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", path.display()))
}
