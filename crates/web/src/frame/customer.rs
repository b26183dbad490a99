//! The frame of the pages customers see: company, language, the one thing, another way.

use crate::{assets, icons, visitor};
use askama::filters::Safe;
use speech::Say;

/// A language the page can be read in.
#[derive(Clone, Debug)]
pub struct Language {
    /// BCP 47.
    pub code: &'static str,
    /// Its own name: "Deutsch".
    pub name: String,
    /// This page in that language.
    pub href: String,
}

/// What stands around a page customers see. It needs no script and no account.
#[derive(Clone, Debug)]
pub struct CustomerFrame {
    /// What the page is about, without the company's name.
    pub title: String,
    /// Whether the form on the page came back with something to put right.
    pub has_errors: bool,
    /// The company's name.
    pub company: String,
    /// Where the company's name leads.
    pub home: String,
    /// Address of the company's own accent colour, checked for contrast when it was set.
    pub brand_css: Option<String>,
    /// Telephone, hours, address, relay: one sentence, the same on every page.
    pub another_way: String,
    /// Where "Back" leads.
    pub back: Option<String>,
    /// Links at the end of every page: address and words.
    pub foot_links: Vec<(String, String)>,
    /// The language of the page, with every word of ours in it.
    pub say: Say,
    /// The languages one can switch to.
    pub languages: Vec<Language>,
}

impl CustomerFrame {
    /// A frame in English without a way back.
    pub fn new(title: impl Into<String>, company: impl Into<String>) -> CustomerFrame {
        CustomerFrame {
            title: title.into(),
            has_errors: false,
            company: company.into(),
            home: "/start".to_owned(),
            brand_css: None,
            another_way: String::new(),
            back: None,
            foot_links: Vec::new(),
            say: Say::default(),
            languages: Vec::new(),
        }
    }

    /// The frame in a language, with the switch to every other one. `here` is the address at which
    /// the page can be looked at again.
    #[must_use]
    pub fn spoken(mut self, say: Say, here: &str) -> CustomerFrame {
        self.say = say;
        self.languages = languages(here);
        self
    }

    /// The title in the browser's tab: "Error: What happened? – Nordlys Heating".
    pub fn full_title(&self) -> String {
        if self.has_errors {
            format!("{} {} – {}", self.say.error(), self.title, self.company)
        } else {
            format!("{} – {}", self.title, self.company)
        }
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

/// The page at `here` in every language we speak.
pub(crate) fn languages(here: &str) -> Vec<Language> {
    let one = |language: speech::Language| Language {
        code: language.code(),
        name: language.name(),
        href: visitor::in_language(here, language),
    };
    speech::Language::all().map(one).collect()
}
