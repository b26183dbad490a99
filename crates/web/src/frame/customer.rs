//! The frame of the pages customers see: company, language, the one thing, another way.

use askama::filters::Safe;

use crate::{assets, icons};

/// A language the company speaks.
#[derive(Clone, Debug)]
pub struct Language {
    /// BCP 47.
    pub code: String,
    /// Its own name: "Norsk".
    pub name: String,
    /// This page in that language.
    pub href: String,
}

/// The frame's own words, in the customer's language.
#[derive(Clone, Debug)]
pub struct FrameWords {
    /// The link to the page before.
    pub back: String,
    /// The question before the telephone number and address.
    pub another_way: String,
    /// What stands before the title when something must be put right.
    pub error: String,
}

impl Default for FrameWords {
    fn default() -> FrameWords {
        FrameWords {
            back: "Back".to_owned(),
            another_way: "Need another way?".to_owned(),
            error: "Error:".to_owned(),
        }
    }
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
    /// Language of the page, BCP 47.
    pub language: String,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// The languages one can switch to.
    pub languages: Vec<Language>,
    /// The frame's own words.
    pub words: FrameWords,
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
            language: "en".to_owned(),
            direction: "ltr",
            languages: Vec::new(),
            words: FrameWords::default(),
        }
    }

    /// The title in the browser's tab: "Error: What happened? – Nordlys Heating".
    pub fn full_title(&self) -> String {
        if self.has_errors {
            format!("{} {} – {}", self.words.error, self.title, self.company)
        } else {
            format!("{} – {}", self.title, self.company)
        }
    }

    /// The name of the page's language in that language, or its code.
    pub fn language_name(&self) -> &str {
        let known = self.languages.iter().find(|language| language.code == self.language);
        known.map_or(&self.language, |language| &language.name)
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
