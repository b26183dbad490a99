//! From which network somebody comes, as far as counting what it sends needs that.

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::Extensions;
use axum::http::request::Parts;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use store::Context;
use store::file::hex;

/// The network a request comes from, as a keyed hash: counted for an hour, never readable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network(pub String);

impl Network {
    /// That of the request with these extensions.
    pub fn of(ctx: &Context, request: &Extensions) -> Network {
        let peer = request.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
        let part: Vec<u8> = match peer {
            Some(IpAddr::V4(v4)) => v4.octets().to_vec(),
            Some(IpAddr::V6(v6)) => v6.octets()[..8].to_vec(),
            None => Vec::new(),
        };
        let mac = Hmac::<Sha256>::new_from_slice(&ctx.secrets.form_key);
        // HMAC takes keys of any length, so this cannot fail.
        let mut mac = mac.expect("any length is a key");
        mac.update(b"network/");
        mac.update(&part);
        Network(hex(&mac.finalize().into_bytes()[..16]))
    }
}

impl FromRequestParts<Context> for Network {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Network, Infallible> {
        Ok(Network::of(ctx, &parts.extensions))
    }
}
