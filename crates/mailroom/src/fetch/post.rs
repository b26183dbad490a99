//! One form sent to a token endpoint, and its answer. No redirect is followed: a token goes to the
//! server whose name somebody wrote, or nowhere.

use crate::fetch::Trouble;
use crate::fetch::line::PATIENCE;
use ::mail::oauth::{ANSWER_BYTES_MAX, NoToken};
use egress::{Call, Egress, Fault};
use std::path::Path;
use store::Context;
use url::Url;

/// Sends a form; gives the status and the body of the answer.
pub(super) async fn post(
    ctx: &Context,
    url: &Url,
    form: String,
    authorities: Option<&Path>,
    inside: bool,
) -> Result<(u16, Vec<u8>), Trouble> {
    let host = url.host_str().unwrap_or("").trim_matches(['[', ']']).to_owned();
    // A provider inside the house is one on this machine that the operator named, or one that they
    // gave authorities of its own for; `private_hosts` names others.
    let inside = inside || authorities.is_some();
    let call = Call {
        url,
        body: Some(("application/x-www-form-urlencoded", form.into_bytes())),
        accept: "application/json",
        bearer: None,
        private_hosts: if inside { &[host] } else { &[] },
        authorities,
        patience: PATIENCE,
        answer_most: ANSWER_BYTES_MAX,
    };
    match ctx.held::<Egress>().send(call).await {
        Ok(answer) => Ok((answer.status, answer.body)),
        Err(Fault::Away(why) | Fault::Unanswered(why)) => {
            Err(Trouble::Away(format!("the token endpoint: {why}")))
        }
        Err(Fault::Refused(why) | Fault::Odd(why)) => {
            Err(Trouble::Odd(format!("the token endpoint: {why}")))
        }
    }
}

/// What a person is told of an endpoint that gives no token.
pub(super) fn trouble(why: NoToken) -> Trouble {
    match why {
        NoToken::Refused(why) => {
            let why = hearing::said::line(&why, 300);
            Trouble::Refused(format!("its sign-in is not renewed any more: {why}"))
        }
        NoToken::Away(why) => Trouble::Away(format!("the token endpoint is away: {why}")),
        NoToken::Odd(why) => Trouble::Odd(format!("the token endpoint: {why}")),
    }
}
