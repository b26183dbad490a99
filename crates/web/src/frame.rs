//! The frames: what stands around every staff page and around every page customers see.
//!
//! A page of any room is an askama template that extends a frame and has a field `frame`:
//!
//! ```html
//! {% extends "frame/staff.html" %}
//! {% import "frame/parts.html" as parts %}
//! {% block main %}<div class="content"><h1>…</h1></div>{% endblock %}
//! ```
//!
//! ```text
//! #[derive(askama::Template)]
//! #[template(path = "case/show.html")]
//! struct CasePage { frame: web::frame::StaffFrame, … }
//! ```
//!
//! Askama looks for templates in the folders of one crate only, so each room has an `askama.toml`
//! beside its `Cargo.toml` that names ours as well:
//!
//! ```toml
//! [general]
//! dirs = ["templates", "../web/templates"]
//! ```
//!
//! Classes, markup and macros are listed in `crates/web/README.md`.

mod customer;
mod parts;
mod place;
mod plain;

use std::collections::BTreeSet;

use askama::filters::Safe;
use jiff::Timestamp;

pub(crate) use self::customer::languages;
pub use self::{
    customer::{CustomerFrame, Language},
    parts::{Density, Face, Meter, Presence, Rail, Strip, Theme, Toast, Tone, Undo},
    place::{Place, RailItem},
    plain::PlainFrame,
};
use crate::{assets, icons, keymap::KeyPreferences, words};

/// What people can say about their shift: value and words.
const SHIFTS: [(&str, &str); 3] =
    [("on", "On shift"), ("wrapping-up", "Wrapping up"), ("away", "Away")];

/// What stands around a staff page: everything but its content.
#[derive(Clone, Debug)]
pub struct StaffFrame {
    /// What the page is about, without the product's name: "Queue – mine".
    pub title: String,
    /// Whether the form on the page came back with something to put right.
    pub has_errors: bool,
    /// The place in the rail that is marked as current.
    pub place: Place,
    /// Where single keys act: `list`, `case`, `insight`, `crisis` or `anywhere`.
    pub scope: &'static str,
    /// The token every form on the page carries in its field `csrf`.
    pub csrf: String,
    /// Who is signed in.
    pub staff_name: String,
    /// "On shift", "Wrapping up" or "Away".
    pub shift: String,
    /// The places this person may go to.
    pub places: BTreeSet<Place>,
    /// Numbers beside places: cases waiting, promises due.
    pub counts: Vec<(Place, u64)>,
    /// What was typed in the search field.
    pub search: String,
    /// Whether cases may be opened by hand.
    pub may_open: bool,
    /// Unread notifications.
    pub bell: u32,
    /// The crisis meter, for those who may see it.
    pub meter: Option<Meter>,
    /// Colleagues who look at the same thing.
    pub here_now: Vec<Face>,
    /// Lines under the top bar: practice mode, a source that is down.
    pub strips: Vec<Strip>,
    /// What just happened, with its undo.
    pub toast: Option<Toast>,
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// Height of rows.
    pub density: Density,
    /// Whether the rail shows its words.
    pub rail: Rail,
    /// Keys as this person set them.
    pub keys: KeyPreferences,
    /// Language of the page, BCP 47.
    pub language: String,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// Where the page listens for changes; empty to listen to nothing.
    pub events_url: String,
    /// The moment practice stands still at; clocks count from it instead of the browser's.
    pub practice_now: Option<Timestamp>,
}

impl StaffFrame {
    /// A frame in English, on shift, with no place allowed and nothing to tell yet.
    pub fn new(title: impl Into<String>, place: Place) -> StaffFrame {
        StaffFrame {
            title: title.into(),
            has_errors: false,
            place,
            scope: "anywhere",
            csrf: String::new(),
            staff_name: String::new(),
            shift: "On shift".to_owned(),
            places: BTreeSet::new(),
            counts: Vec::new(),
            search: String::new(),
            may_open: false,
            bell: 0,
            meter: None,
            here_now: Vec::new(),
            strips: Vec::new(),
            toast: None,
            theme: Theme::default(),
            density: Density::default(),
            rail: Rail::default(),
            keys: KeyPreferences::default(),
            language: "en".to_owned(),
            direction: "ltr",
            events_url: "/events".to_owned(),
            practice_now: None,
        }
    }

    /// The title in the browser's tab: "Error: New case – Redress".
    pub fn full_title(&self) -> String {
        let error = if self.has_errors { "Error: " } else { "" };
        format!("{error}{} – Redress", self.title)
    }

    /// The address of a style sheet or script, see [`assets::url`].
    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }

    /// A drawing, see [`icons::svg`].
    pub fn icon(&self, name: &str) -> Safe<&'static str> {
        Safe(icons::svg(name))
    }

    /// The drawing of a channel in a row with its words, see [`icons::shared`].
    pub fn channel(&self, name: &str, words: &str) -> Safe<String> {
        Safe(icons::shared(name, words))
    }

    /// What [`StaffFrame::channel`] points at; the frame prints it once.
    pub fn sheet(&self) -> Safe<String> {
        Safe(icons::sheet())
    }

    /// The attributes of the button or link that does `action`, see
    /// [`KeyPreferences::attributes`]: `<button{{ frame.action("reply") }}>`.
    pub fn action(&self, action: &str) -> Safe<String> {
        self.keys.attributes(action)
    }

    /// The key of an action in words, for a `<kbd>`.
    pub fn key_of(&self, action: &str) -> String {
        self.keys.shown(action)
    }

    /// The tooltip of an action: its label and its key.
    pub fn title_of(&self, action: &str) -> String {
        self.keys.title(action)
    }

    /// What the person changed about the keys, as attributes of the body.
    pub fn key_attributes(&self) -> Safe<String> {
        self.keys.body_attributes()
    }

    /// The letters on the person's own face.
    pub fn initials(&self) -> String {
        words::initials(&self.staff_name)
    }

    /// The colour of the person's own face, 1 to 5.
    pub fn hue(&self) -> u8 {
        words::hue(&self.staff_name)
    }

    /// The bell for those who hear the page.
    pub fn bell_words(&self) -> String {
        match self.bell {
            0 => "Notifications, none new".to_owned(),
            new => format!("Notifications, {new} new"),
        }
    }

    /// Shows what the person said about their shift; an unknown word changes nothing.
    pub fn set_shift(&mut self, word: &str) {
        if let Some((_, words)) = SHIFTS.iter().find(|(known, _)| *known == word) {
            self.shift = (*words).to_owned();
        }
    }

    /// What else the person can say about their shift: value and words.
    pub fn shift_choices(&self) -> Vec<(&'static str, &'static str)> {
        SHIFTS.into_iter().filter(|(_, words)| *words != self.shift).collect()
    }

    /// The rail in its groups: daily work, learning and preparing, leading, settings.
    pub fn rail_groups(&self) -> Vec<Vec<RailItem>> {
        Place::GROUPS
            .iter()
            .map(|group| self.items(group.iter().copied()))
            .filter(|group| !group.is_empty())
            .collect()
    }

    /// The first four places of the bottom bar on a telephone.
    pub fn bottom_items(&self) -> Vec<RailItem> {
        self.items(Place::BOTTOM.into_iter())
    }

    /// The places behind "More" on a telephone.
    pub fn more_items(&self) -> Vec<RailItem> {
        let rest = Place::GROUPS.iter().copied().flatten().copied();
        self.items(rest.filter(|place| !Place::BOTTOM.contains(place)))
    }

    fn items(&self, places: impl Iterator<Item = Place>) -> Vec<RailItem> {
        places
            .filter(|place| self.places.contains(place))
            .map(|place| RailItem {
                place,
                here: place == self.place,
                count: self
                    .counts
                    .iter()
                    .find(|(counted, number)| *counted == place && *number > 0)
                    .map(|(_, number)| words::count_up_to(*number, 10_000)),
                title: self.keys.title(place.action()),
            })
            .collect()
    }
}

/// `/keys`: the key sheet as a page.
#[derive(Debug, askama::Template)]
#[template(path = "frame/keys.html")]
pub struct KeysPage {
    /// The frame, with the keys of the person.
    pub frame: StaffFrame,
}

#[cfg(test)]
mod tests;
