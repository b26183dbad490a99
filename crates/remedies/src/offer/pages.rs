//! A7: "What would be fair?" – asking first, or proposing within one's authority.

use crate::offer::actions::{self, Propose};
use axum::Router;
use axum::extract::State;
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use desk::api::Nothing;
use desk::dialog::{About, Dialog, Field, FieldKind, choices};
use desk::screen::words_of;
use domain::id::{CaseNumber, OfferId};
use domain::money::{Currency, Money};
use domain::offer::{OfferOption, Remedy};
use domain::words::Words;
use serde::Deserialize;
use store::Context;
use web::{Form, Path, Problem, SignedIn};

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/cases/{number}/offers/new", get(form))
        .route("/cases/{number}/offers", post(offer))
        .route("/cases/{number}/offers/{id}/approval", post(approve))
        .route("/cases/{number}/offers/{id}/withdrawal", post(withdraw))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Typed {
    how: String,
    finding: String,
    remedy1: String,
    words1: String,
    cost1: String,
    remedy2: String,
    words2: String,
    cost2: String,
    value: String,
    because: String,
}

const HOW: [(&str, &str); 2] =
    [("ask", "Ask first: what would be fair?"), ("propose", "Propose one or two remedies")];

fn remedies() -> Vec<(&'static str, &'static str)> {
    let words = |remedy: &Remedy| match remedy {
        Remedy::Apology => "An apology",
        Remedy::Refund => "Money back",
        Remedy::Repair => "Repair, or doing it again",
        Remedy::Replacement => "A new one",
        Remedy::Discount => "A lower price",
        Remedy::Gift => "A gift",
        Remedy::Miles => "Miles, points or credit",
        Remedy::HandWrittenNote => "A note written by hand",
        Remedy::Explanation => "An explanation",
        Remedy::Other => "Something else",
    };
    Remedy::ALL.iter().map(|remedy| (remedy.as_str(), words(remedy))).collect()
}

fn dialog(about: &About, typed: &Typed) -> Dialog {
    let policy = &about.screen.policy;
    let authority = policy.authority_of(&about.screen.signed.staff);
    let money = |minor| web::words::money(minor, &policy.currency);
    let mut values: Vec<(String, String)> = vec![(String::new(), "None".to_owned())];
    values.extend(policy.core_values.iter().map(|value| (value.clone(), value.clone())));
    let line = |text: &str| FieldKind::Line(text.to_owned());
    let cost = format!("What it costs us, in {}; empty for nothing", policy.currency);
    Dialog {
        title: "What would be fair?".to_owned(),
        intro: format!(
            "You decide alone up to {}, and up to {} with one of our values and a line why. Above \
             that a lead is asked first.",
            money(authority.minor_most),
            money(authority.minor_most_with_value)
        ),
        fields: vec![
            Field::new("how", "How", FieldKind::Radio(choices(&HOW, &typed.how))),
            Field::new("finding", "What we found", FieldKind::Area(typed.finding.clone()))
                .hint("Two or three plain sentences; whose fault it was."),
            Field::new(
                "remedy1",
                "First remedy",
                FieldKind::Pick(choices(&remedies(), &typed.remedy1)),
            ),
            Field::new("words1", "As they read it", line(&typed.words1))
                .hint("For example: Engineer today 16–18 and 60 € off the next bill"),
            Field::new("cost1", cost.clone(), line(&typed.cost1)),
            Field::new(
                "remedy2",
                "Second remedy (optional)",
                FieldKind::Pick(choices(&remedies(), &typed.remedy2)),
            ),
            Field::new("words2", "As they read it", line(&typed.words2)),
            Field::new("cost2", cost, line(&typed.cost2)),
            Field::new(
                "value",
                "The value that supports it",
                FieldKind::Pick(choices(&values, &typed.value)),
            ),
            Field::new("because", "Why, in one line", line(&typed.because)),
        ],
        submit: "Send it to them",
        path: "offers".to_owned(),
        letter: None,
    }
}

/// `GET /cases/{number}/offers/new`
async fn form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let typed = Typed {
        how: "ask".to_owned(),
        remedy1: "refund".to_owned(),
        remedy2: "apology".to_owned(),
        ..Typed::default()
    };
    about.show(&ctx, dialog(&about, &typed)).await
}

/// An option as typed; `None` where its words were left empty.
fn option(
    currency: &str,
    remedy: &str,
    words: &str,
    cost: &str,
) -> Result<Option<OfferOption>, &'static str> {
    if words.trim().is_empty() {
        return Ok(None);
    }
    let say = "Write an amount such as 18.40, or leave it empty.";
    let minor = if cost.trim().is_empty() {
        0
    } else {
        let currency = Currency::new(currency).map_err(|_| say)?;
        Money::parse_in(cost, currency).map_err(|_| say)?.minor
    };
    Ok(Some(OfferOption {
        remedy: Remedy::from_word(remedy).unwrap_or(Remedy::Other),
        words: words.trim().chars().take(500).collect(),
        cost_minor: minor,
        currency: currency.to_owned(),
    }))
}

/// `POST /cases/{number}/offers`
async fn offer(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Typed>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let typed = &form.value;
    let shown = dialog(&about, typed);
    let (staff, number) = (&about.screen.signed.staff, about.view.case.number);
    if typed.how != "propose" {
        let done = actions::ask(&ctx, staff, number, None, &form.press).await;
        return about.answer(&ctx, done, shown, |_| "how").await;
    }
    let say = "Say in two or three sentences what we found.";
    let Ok(finding) = words_of("finding", &typed.finding, 4_000, say) else {
        return about.put_right(&ctx, shown, "finding", say).await;
    };
    let currency = &about.screen.policy.currency;
    let mut options = Vec::new();
    for (field, remedy, words, cost) in [
        ("cost1", &typed.remedy1, &typed.words1, &typed.cost1),
        ("cost2", &typed.remedy2, &typed.words2, &typed.cost2),
    ] {
        match option(currency, remedy, words, cost) {
            Ok(found) => options.extend(found),
            Err(say) => return about.put_right(&ctx, shown, field, say).await,
        }
    }
    if options.is_empty() {
        let say = "Write at least one remedy as they will read it.";
        return about.put_right(&ctx, shown, "words1", say).await;
    }
    let because = Words::new(&typed.because, 240).ok();
    let value = because.filter(|_| !typed.value.is_empty()).map(|why| (typed.value.clone(), why));
    let propose = Propose { finding, options, value, expires_at: None };
    let done = actions::propose(&ctx, staff, number, propose, &form.press).await;
    let field = |code: &str| match code {
        "name_a_value" | "no_such_value" => "value",
        "offer_cost" => "cost1",
        _ => "words1",
    };
    about.answer(&ctx, done, shown, field).await
}

fn ids(number: &str, id: &str) -> Result<(CaseNumber, OfferId), Problem> {
    let missing = || Problem::missing("offer_missing", "There is no such offer on this case.");
    Ok((number.parse().map_err(|_| missing())?, id.parse().map_err(|_| missing())?))
}

/// `POST /cases/{number}/offers/{id}/approval`
async fn approve(
    State(ctx): State<Context>,
    Path((number, id)): Path<(String, String)>,
    form: Form<Nothing>,
) -> Result<Redirect, Problem> {
    let Nothing {} = form.value;
    let (number, id) = ids(&number, &id)?;
    actions::approve(&ctx, &form.by.staff, number, id, &form.press).await?;
    Ok(Redirect::to(&format!("/cases/{number}")))
}

/// `POST /cases/{number}/offers/{id}/withdrawal`
async fn withdraw(
    State(ctx): State<Context>,
    Path((number, id)): Path<(String, String)>,
    form: Form<Nothing>,
) -> Result<Redirect, Problem> {
    let (number, id) = ids(&number, &id)?;
    actions::withdraw(&ctx, &form.by.staff, number, id, &form.press).await?;
    Ok(Redirect::to(&format!("/cases/{number}")))
}
