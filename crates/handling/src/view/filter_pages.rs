//! The filter of the queue (`f`): its form, its words, and keeping it as a view.

use axum::Router;
use axum::extract::State;
use axum::response::{Html, Redirect};
use axum::routing::get;
use desk::screen::{Screen, channel_words};
use desk::view::choices::{colleagues, kinds, teams};
use desk::view::filter::{FilterText, SEVERITIES, STAGES, WAITS, unreadable};
use desk::view::list::{address, title_of};
use domain::channel::Channel;
use domain::label::LabelKind;
use serde::Deserialize;
use store::{Context, StoreError};
use web::frame::{Place, StaffFrame};
use web::{Form, Path, Problem, Query, SignedIn};

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/q/{view}/filter", get(show_form))
        .route("/q/{view}/keeping", get(keeping_form).post(keep))
}

/// Value and words.
type Choice = (String, String);

/// What each part of a filter may be.
struct Choices {
    teams: Vec<Choice>,
    owners: Vec<Choice>,
    labels: Vec<Choice>,
    topics: Vec<Choice>,
}

impl Choices {
    async fn of(ctx: &Context, screen: &Screen) -> Result<Choices, StoreError> {
        let staff = &screen.signed.staff;
        let mut owners = vec![
            ("me".to_owned(), "Me".to_owned()),
            ("nobody".to_owned(), "Nobody yet".to_owned()),
        ];
        owners.extend(colleagues(&ctx.store, staff).await?);
        let label = |label: &casework::label::rules::Listed| {
            let name = match label.kind {
                LabelKind::Label => label.name.clone(),
                LabelKind::Cause => format!("Cause: {}", label.name),
            };
            (label.id.to_string(), name)
        };
        Ok(Choices {
            teams: teams(&ctx.store, staff).await?,
            owners,
            labels: screen.labels.iter().map(label).collect(),
            topics: casework::topic::sql::list(&ctx.store)
                .await?
                .into_iter()
                .map(|topic| (topic.id.to_string(), topic.path))
                .collect(),
        })
    }

    /// The choices of one part.
    fn of_part(&self, part: &str) -> Vec<Choice> {
        let owned = |all: &[(&str, &str)]| {
            all.iter().map(|(id, words)| ((*id).to_owned(), (*words).to_owned())).collect()
        };
        match part {
            "kind" => owned(&kinds()),
            "channel" => Channel::ALL
                .iter()
                .map(|channel| (channel.to_string(), capital(channel_words(*channel).1)))
                .collect(),
            "team" => self.teams.clone(),
            "owner" => self.owners.clone(),
            "severity" => owned(&SEVERITIES),
            "stage" => owned(&STAGES),
            "label" => self.labels.clone(),
            "topic" => self.topics.clone(),
            _ => owned(&WAITS),
        }
    }

    /// What a part of a filter says: "Team North".
    fn words_of(&self, part: &str, value: &str) -> String {
        let known = self.of_part(part).into_iter().find(|(id, _)| id == value);
        let name = known.map_or_else(|| value.to_owned(), |(_, words)| words);
        match part {
            "team" => format!("Team {name}"),
            "owner" if value == "nobody" => "Nobody has it".to_owned(),
            "owner" => format!("With {}", if value == "me" { "me" } else { &name }),
            "topic" => format!("About {name}"),
            "waiting" if name == value => format!("Waiting {value} hours or longer"),
            "waiting" => format!("Waiting {name}"),
            _ => name,
        }
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// A part of the filter as the page shows it: its words, and the address without it.
pub(crate) struct Chip {
    pub words: String,
    pub without: String,
}

/// The chips of a filter on the view `word`; none when it is empty.
pub(crate) async fn chips(
    ctx: &Context,
    screen: &Screen,
    word: &str,
    text: &FilterText,
) -> Result<Vec<Chip>, Problem> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let choices = Choices::of(ctx, screen).await.map_err(Problem::ours)?;
    let said = text.parts().into_iter().filter(|(_, value)| !value.is_empty());
    let chip = |(part, value): (&str, &str)| Chip {
        words: choices.words_of(part, value),
        without: address(word, &text.query_without(part)),
    };
    Ok(said.map(chip).collect())
}

/// The parts in the order of the form, with their labels.
const PARTS: [(&str, &str); 9] = [
    ("kind", "What it is"),
    ("channel", "How it came"),
    ("team", "Team"),
    ("owner", "Who has it"),
    ("severity", "How bad"),
    ("stage", "How far it is"),
    ("label", "Label or cause"),
    ("topic", "What it is about"),
    ("waiting", "Waiting for us"),
];

struct Part {
    id: &'static str,
    label: &'static str,
    /// Value, words, chosen.
    choices: Vec<(String, String, bool)>,
}

#[derive(askama::Template)]
#[template(path = "view/filter.html")]
struct FilterPage {
    frame: StaffFrame,
    title: &'static str,
    action: String,
    parts: Vec<Part>,
    clear: Option<String>,
}

/// `GET /q/{view}/filter`
async fn show_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(word): Path<String>,
    Query(text): Query<FilterText>,
) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    let title = title_of(&word)?;
    text.read(screen.signed.staff.id)?;
    let choices = Choices::of(&ctx, &screen).await.map_err(Problem::ours)?;
    let parts = PARTS.iter().map(|(id, label)| {
        let said = text.parts().into_iter().find(|(part, _)| part == id).map_or("", |part| part.1);
        let listed = choices.of_part(id).into_iter();
        let choices = listed.map(|(value, words)| {
            let is_chosen = value == said;
            (value, words, is_chosen)
        });
        Part { id, label, choices: choices.collect() }
    });
    web::page(&FilterPage {
        frame: screen.frame(&ctx, format!("Filter – {title}"), Place::Queue, "anywhere").await?,
        title,
        action: format!("/q/{word}"),
        parts: parts.filter(|part| !part.choices.is_empty()).collect(),
        clear: (!text.is_empty()).then(|| format!("/q/{word}")),
    })
}

#[derive(askama::Template)]
#[template(path = "view/keeping.html")]
struct KeepingPage {
    frame: StaffFrame,
    action: String,
    back: String,
    says: String,
    query: String,
}

/// `GET /q/{view}/keeping`: asks for the name of a view.
async fn keeping_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(word): Path<String>,
    Query(text): Query<FilterText>,
) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    let title = title_of(&word)?;
    text.read(screen.signed.staff.id)?;
    let said: Vec<String> =
        chips(&ctx, &screen, &word, &text).await?.into_iter().map(|chip| chip.words).collect();
    let query = text.query();
    web::page(&KeepingPage {
        frame: screen.frame(&ctx, "Keep this view", Place::Queue, "anywhere").await?,
        action: format!("/q/{word}/keeping"),
        back: address(&word, &query),
        says: format!("{title}: {}", said.join(" · ")),
        query,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    name: String,
    #[serde(default)]
    query: String,
}

/// `POST /q/{view}/keeping`: keeps the filter under a name and leads to it.
async fn keep(
    State(ctx): State<Context>,
    Path(word): Path<String>,
    form: Form<Kept>,
) -> Result<Redirect, Problem> {
    title_of(&word)?;
    let staff = form.by.staff.id;
    let name = crate::view::saved_pages::named(&form.value.name)?;
    let query = read(&form.value.query, staff)?.query();
    crate::view::saved::keep_queue(&ctx, staff, &name, &word, &query).await?;
    Ok(Redirect::to(&address(&word, &query)))
}

/// Reads the query part of an address as a filter.
pub(crate) fn read(query: &str, me: domain::id::StaffId) -> Result<FilterText, Problem> {
    let mut text = FilterText::default();
    for (part, value) in url::form_urlencoded::parse(query.as_bytes()) {
        *text.part(&part).ok_or_else(|| unreadable(&part))? = value.into_owned();
    }
    text.read(me)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_back_from_its_address_and_nothing_else_is() {
        let me = domain::id::StaffId::from(uuid::Uuid::from_u128(1));
        let text = read("kind=complaint&waiting=24", me).unwrap();
        assert_eq!(text.query(), "kind=complaint&waiting=24");
        assert!(read("kind=complaint&after=1-2", me).is_err());
        assert!(read("severity=9", me).is_err());
    }

    #[test]
    fn without_a_filter_the_address_is_the_view_alone() {
        assert_eq!(address("team", ""), "/q/team");
        assert_eq!(address("team", "kind=idea"), "/q/team?kind=idea");
    }
}
