//! `/settings/keyboard`, `/settings/theme` and `/keys`, the sheet of all keys.

use super::keys::{CLASSIC, remapped};
use crate::preference::actions::{DENSITIES, THEMES, looks, prefer};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use house::page::{Choice, Errors, frame, go, show};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use store::Context;
use web::frame::{KeysPage, Place, StaffFrame};
use web::keymap::keymap;
use web::{Form, Problem, SignedIn, new_press};

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/settings/keyboard", get(keyboard).post(set_keyboard))
        .route("/settings/theme", get(theme).post(set_theme))
        .route("/keys", get(keys))
}

struct KeyRow {
    name: &'static str,
    label: &'static str,
    shipped: &'static str,
    chosen: String,
}

#[derive(askama::Template)]
#[template(path = "settings/keyboard.html")]
struct KeyboardPage {
    frame: StaffFrame,
    errors: Errors,
    press: String,
    single_keys: bool,
    rows: Vec<KeyRow>,
}

#[derive(askama::Template)]
#[template(path = "settings/theme.html")]
struct ThemePage {
    frame: StaffFrame,
    errors: Errors,
    press: String,
    themes: Vec<Choice>,
    densities: Vec<Choice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeForm {
    #[serde(default)]
    theme: String,
    #[serde(default)]
    density: String,
}

/// `GET /keys`: what scripts show in a dialog, for those who come without.
async fn keys(signed: SignedIn) -> Result<Response, Problem> {
    let mut frame = frame(&signed, "Keyboard shortcuts", &Errors::default());
    frame.place = Place::Elsewhere;
    show(&KeysPage { frame }, &Errors::default())
}

/// `GET /settings/keyboard`
async fn keyboard(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    let single = signed.preferences.single_keys.unwrap_or(true);
    let chosen = signed.preferences.remapped.clone();
    keyboard_page(&ctx, &signed, single, &chosen, Errors::default())
}

/// `POST /settings/keyboard`: `single_keys`, `set`, and `key-ACTION` for each action.
async fn set_keyboard(
    State(ctx): State<Context>,
    form: Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let single = form.value.iter().any(|(name, value)| name == "single_keys" && value == "on");
    let set = form.value.iter().find(|(name, _)| name == "set").map(|(_, value)| value.as_str());
    let chosen: BTreeMap<String, String> = match set {
        Some("classic") => {
            CLASSIC.iter().map(|(n, k)| ((*n).to_owned(), (*k).to_owned())).collect()
        }
        Some("shipped") => BTreeMap::new(),
        _ => form
            .value
            .iter()
            .filter_map(|(name, key)| Some((name.strip_prefix("key-")?.to_owned(), key.clone())))
            .collect(),
    };
    match remapped(chosen.clone()) {
        Ok(remapped) => {
            let new = [("single_keys", json!(single)), ("remapped", json!(remapped))];
            prefer(&ctx, &form.by.staff, new).await.map_err(Problem::ours)?;
            Ok(go("/settings/keyboard"))
        }
        Err(wrong) => keyboard_page(&ctx, &form.by, single, &chosen, Errors::of_all(wrong)),
    }
}

/// `GET /settings/theme`
async fn theme(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    let (theme, density) = (signed.preferences.theme.clone(), signed.preferences.density.clone());
    theme_page(&ctx, &signed, &theme, &density, Errors::default())
}

/// `POST /settings/theme`
async fn set_theme(State(ctx): State<Context>, form: Form<ThemeForm>) -> Result<Response, Problem> {
    let ThemeForm { theme, density } = &form.value;
    if let Err(wrong) = looks(theme, density) {
        return theme_page(&ctx, &form.by, theme, density, Errors::of_all(wrong));
    }
    let new = [("theme", json!(theme)), ("density", json!(density))];
    prefer(&ctx, &form.by.staff, new).await.map_err(Problem::ours)?;
    Ok(go("/settings/theme"))
}

fn keyboard_page(
    ctx: &Context,
    signed: &SignedIn,
    single_keys: bool,
    chosen: &BTreeMap<String, String>,
    errors: Errors,
) -> Result<Response, Problem> {
    let rows = keymap().iter().map(|key| KeyRow {
        name: key.name,
        label: key.label,
        shipped: key.bindings[0].1,
        chosen: chosen.get(key.name).cloned().unwrap_or_default(),
    });
    let page = KeyboardPage {
        frame: frame(signed, "Keyboard", &errors),
        press: new_press(ctx),
        single_keys,
        rows: rows.collect(),
        errors,
    };
    show(&page, &page.errors)
}

fn theme_page(
    ctx: &Context,
    signed: &SignedIn,
    theme: &str,
    density: &str,
    errors: Errors,
) -> Result<Response, Problem> {
    let choices = |all: &[(&str, &str)], on: &str| -> Vec<Choice> {
        let on = if on.is_empty() { all[0].0 } else { on };
        let choice = |(value, words): &(&str, &str)| Choice {
            value: (*value).to_owned(),
            words: (*words).to_owned(),
            on: *value == on,
        };
        all.iter().map(choice).collect()
    };
    let page = ThemePage {
        frame: frame(signed, "Light, dark and rows", &errors),
        press: new_press(ctx),
        themes: choices(&THEMES, theme),
        densities: choices(&DENSITIES, density),
        errors,
    };
    show(&page, &page.errors)
}
