//! Asking a name server.

use ::mail::dns::{self, Kind, NoAnswer};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use store::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

/// How long one question may take, and how often it is asked.
const PATIENCE: Duration = Duration::from_secs(3);
const TRIES: usize = 2;

/// Asks `server` for the records of a name; empty when there are none.
///
/// # Errors
/// When the server does not answer, in words.
pub async fn look_up(
    ctx: &Context,
    server: SocketAddr,
    name: &str,
    kind: Kind,
) -> Result<Vec<String>, String> {
    let mut why = String::new();
    for _ in 0..TRIES {
        let id = u16::from_be_bytes(ctx.chance::<2>());
        let Some(question) = dns::question(id, name, kind) else {
            return Err(format!("{name} is no name"));
        };
        match tokio::time::timeout(PATIENCE, ask(server, &question, id, kind)).await {
            Ok(Ok(found)) => return Ok(found),
            Ok(Err(error)) => why = error,
            Err(_) => why = format!("{server} does not answer"),
        }
    }
    Err(why)
}

async fn ask(
    server: SocketAddr,
    question: &[u8],
    id: u16,
    kind: Kind,
) -> Result<Vec<String>, String> {
    let says = |error: std::io::Error| error.to_string();
    let any: IpAddr = if server.is_ipv4() { [0, 0, 0, 0].into() } else { [0_u16; 8].into() };
    let socket = UdpSocket::bind((any, 0)).await.map_err(says)?;
    socket.connect(server).await.map_err(says)?;
    socket.send(question).await.map_err(says)?;
    let mut bytes = vec![0; 4_096];
    loop {
        let n = socket.recv(&mut bytes).await.map_err(says)?;
        match dns::answer(&bytes[..n], id, kind) {
            // Somebody else's words; the answer may still come.
            Err(NoAnswer::Unfit) => {}
            Err(NoAnswer::Cut) => return ask_at_length(server, question, id, kind).await,
            answered => return answered.map_err(|error| error.to_string()),
        }
    }
}

async fn ask_at_length(
    server: SocketAddr,
    question: &[u8],
    id: u16,
    kind: Kind,
) -> Result<Vec<String>, String> {
    let says = |error: std::io::Error| error.to_string();
    let mut stream = TcpStream::connect(server).await.map_err(says)?;
    let length = u16::try_from(question.len()).unwrap_or(u16::MAX).to_be_bytes();
    stream.write_all(&[&length[..], question].concat()).await.map_err(says)?;
    let length = stream.read_u16().await.map_err(says)?;
    let mut bytes = vec![0; usize::from(length)];
    stream.read_exact(&mut bytes).await.map_err(says)?;
    dns::answer(&bytes, id, kind).map_err(|error| error.to_string())
}

/// The name server that `resolv.conf` names.
pub fn name_server(resolv_conf: &str) -> Option<SocketAddr> {
    let named = resolv_conf.lines().filter_map(|line| line.trim().strip_prefix("nameserver"));
    let mut addresses = named.filter_map(|rest| rest.trim().parse::<IpAddr>().ok());
    addresses.next().map(|address| SocketAddr::new(address, 53))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_server_that_is_an_address_is_asked() {
        let file = "# x\nsearch a.b\nnameserver fe80::1%eth0\nnameserver 10.0.0.53\n";
        assert_eq!(name_server(file), Some("10.0.0.53:53".parse().expect("an address")));
        assert_eq!(name_server(""), None);
    }
}
