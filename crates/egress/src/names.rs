//! From a name to addresses that we go to, or to none.

use crate::ground::{Ground, ground};
use crate::{ADDRESSES_MOST, Fault};
use std::fmt::Display;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use url::{Host, Url};

/// The addresses of a name, once they are known.
pub type Addresses<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Who is asked for the addresses of a name.
pub trait Names: Send + Sync {
    /// Every address of `host`.
    fn addresses<'a>(&'a self, host: &'a str) -> Addresses<'a>;
}

/// The system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemNames;

impl Names for SystemNames {
    fn addresses<'a>(&'a self, host: &'a str) -> Addresses<'a> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Whether `hosts` has `host`, as it stands in an address.
pub(crate) fn has(hosts: &[String], host: &str) -> bool {
    let bare = |host: &str| host.trim().trim_matches(['[', ']']).to_ascii_lowercase();
    hosts.iter().any(|one| !one.trim().is_empty() && bare(one) == bare(host))
}

/// The addresses to connect to. One that must not be gone to spoils all: who mixes them up in one
/// answer wants us to go there by the second try.
pub(crate) async fn judged(
    names: &dyn Names,
    url: &Url,
    allowed: bool,
) -> Result<Vec<SocketAddr>, Fault> {
    let refused = |why: &str| Err(Fault::Refused(why.to_owned()));
    if !url.username().is_empty() || url.password().is_some() {
        return refused("an address with a name and a password in it is not gone to");
    }
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return refused("the address names no server");
    };
    let found = match host {
        Host::Ipv4(address) => vec![address.into()],
        Host::Ipv6(address) => vec![address.into()],
        Host::Domain(name) => found(names, name).await?,
    };
    let ground = together(&host, &found, allowed)?;
    match url.scheme() {
        "https" => {}
        "http" if ground == Ground::Private => {}
        "http" => return Err(Fault::Refused(format!("{host} is not reached by https"))),
        other => return Err(Fault::Refused(format!("{other} is no way to reach {host}"))),
    }
    Ok(with_port(found, port))
}

/// The same for a server that speaks something else than HTTP, and whose ground it is.
pub(crate) async fn judged_server(
    names: &dyn Names,
    host: &str,
    port: u16,
    allowed: bool,
) -> Result<(Vec<SocketAddr>, Ground), Fault> {
    let found = match host.trim_matches(['[', ']']).parse() {
        Ok(address) => vec![address],
        Err(_) => found(names, host).await?,
    };
    let ground = together(&host, &found, allowed)?;
    Ok((with_port(found, port), ground))
}

async fn found(names: &dyn Names, name: &str) -> Result<Vec<IpAddr>, Fault> {
    let found = names.addresses(name).await;
    let found = found.map_err(|error| Fault::Away(format!("{name} is not found: {error}")))?;
    if found.is_empty() { Err(Fault::Away(format!("{name} has no address"))) } else { Ok(found) }
}

/// The ground of all addresses of a name: public as soon as one of them is.
fn together(host: &dyn Display, found: &[IpAddr], allowed: bool) -> Result<Ground, Fault> {
    let grounds: Vec<Ground> = found.iter().map(|address| ground(*address)).collect();
    if grounds.contains(&Ground::Never) {
        return Err(Fault::Refused(format!("{host} is at an address nobody goes to")));
    }
    if grounds.contains(&Ground::Private) && !allowed {
        return Err(Fault::Refused(format!(
            "{host} is at a private address; whoever runs Redress can allow it in `private_hosts`"
        )));
    }
    Ok(if grounds.contains(&Ground::Public) { Ground::Public } else { Ground::Private })
}

fn with_port(found: Vec<IpAddr>, port: u16) -> Vec<SocketAddr> {
    let found = found.into_iter().take(ADDRESSES_MOST);
    found.map(|address| SocketAddr::new(address, port)).collect()
}
