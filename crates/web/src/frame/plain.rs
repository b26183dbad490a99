//! The frame of staff pages without a shell: signing in, first start.

use askama::filters::Safe;

use crate::{assets, frame::Theme, icons};

/// What stands around a staff page that has no places to go to.
#[derive(Clone, Debug)]
pub struct PlainFrame {
    /// What the page is about, without the product's name: "Sign in".
    pub title: String,
    /// Whether the form on the page came back with something to put right.
    pub has_errors: bool,
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// Language of the page, BCP 47.
    pub language: String,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
}

impl PlainFrame {
    /// A frame in English that follows the system's light.
    pub fn new(title: impl Into<String>) -> PlainFrame {
        PlainFrame {
            title: title.into(),
            has_errors: false,
            theme: Theme::default(),
            language: "en".to_owned(),
            direction: "ltr",
        }
    }

    /// The title in the browser's tab: "Error: Sign in – Redress".
    pub fn full_title(&self) -> String {
        let error = if self.has_errors { "Error: " } else { "" };
        format!("{error}{} – Redress", self.title)
    }

    /// The address of a style sheet, see [`assets::url`].
    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }

    /// A drawing, see [`icons::svg`].
    pub fn icon(&self, name: &str) -> Safe<&'static str> {
        Safe(icons::svg(name))
    }
}
