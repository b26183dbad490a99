//! What somebody meets whose link opens no case: for a token that we never gave out a plain word,
//! for one that is too old a page that offers a new link.
//!
//! Such a page holds nothing of the case, not even its language or whether there is an address of
//! its customer: whoever holds an old link may not be them.

use axum::http::StatusCode;
use axum::response::Response;
use casework::case::link;
use casework::policy::Policy;
use speech::Say;
use store::Context;
use web::frame::CustomerFrame;
use web::{Problem, Visitor, page_in};

#[derive(askama::Template)]
#[template(path = "portal/old_link.html")]
struct OldLinkPage {
    frame: CustomerFrame,
    action: String,
    press: String,
}

#[derive(askama::Template)]
#[template(path = "portal/link_asked.html")]
struct LinkAskedPage {
    frame: CustomerFrame,
}

/// What they are told who came with `token`, which opens no case.
pub async fn refusal(ctx: &Context, visitor: Visitor, token: &str) -> Problem {
    match link::has_ended(ctx, token).await {
        Ok(true) => too_old(ctx, visitor, token).await.unwrap_or_else(|fault| fault),
        Ok(false) => {
            let says = "This link does not open a case, or not any more. Write to us, and we send \
                        a new one to the address we know.";
            Problem::missing("link_closed", says)
        }
        Err(error) => Problem::ours(error),
    }
}

/// 410 and not 404, because it says just what the page does: there was something here, and there
/// is no more. No answer of ours is kept on the way, so the link may live again with its case.
async fn too_old(ctx: &Context, visitor: Visitor, token: &str) -> Result<Problem, Problem> {
    let say = visitor.say(&[]);
    let here = format!("/c/{token}");
    let page = OldLinkPage {
        frame: frame(ctx, visitor, say, &say.old_link_title(), &here).await?,
        action: visitor.to(&format!("{here}/new-link")),
        press: web::new_press(ctx),
    };
    let says = "This link is too old to open your case. Open it in a browser: there we send you a \
                new one, to the address we know.";
    let problem = Problem::of(StatusCode::GONE, "link_ended", says).spoken(say.language);
    problem.on_its_page(&page)
}

/// The answer to asking for a new link with `token`: the same whether a letter could leave or not.
///
/// # Errors
/// When the engine fails.
pub async fn asked(ctx: &Context, visitor: Visitor, token: &str) -> Result<Response, Problem> {
    let say = visitor.say(&[]);
    let here = format!("/c/{token}");
    let frame = frame(ctx, visitor, say, &say.old_link_asked_title(), &here).await?;
    page_in(&LinkAskedPage { frame }, say)
}

async fn frame(
    ctx: &Context,
    visitor: Visitor,
    say: Say,
    title: &str,
    here: &str,
) -> Result<CustomerFrame, Problem> {
    let company = Policy::of(&ctx.store).await?.organisation;
    let mut frame = CustomerFrame::new(title, company).spoken(say, here);
    frame.home = visitor.to("/start");
    frame.another_way = another_way(ctx, say).await?;
    Ok(frame)
}

/// How else the company is reached, as it stands below every page of a customer.
pub(crate) async fn another_way(ctx: &Context, say: Say) -> Result<String, Problem> {
    let lines = ctx.store.setting("organisation/contact").await?;
    let lines: Vec<String> =
        lines.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
    Ok(match lines.join(" · ") {
        none if none.is_empty() => say.answer_any_letter(),
        lines => lines,
    })
}
