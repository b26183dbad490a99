//! The answers of the form, carried from page to page, and their sense once they are sent.

use crate::api_body::is_address;
use crate::said::{Author, Content, File, Joins, Said};
use domain::channel::{Channel, Kind};
use serde::{Deserialize, Serialize};
use speech::{Language, Say};

/// Characters of "What happened?".
pub const STORY_MOST: usize = 4_000;
/// Characters of "What do you think would be fair?".
pub const FAIR_MOST: usize = 2_000;
/// Characters of a name.
pub const NAME_MOST: usize = 120;
/// Characters of a postal address.
pub const POST_MOST: usize = 500;

/// What would make it right.
pub const WISHES: &[&str] = &["refund", "repair", "apology", "explanation", "nothing"];

/// The words of a wish; they stand in the form and in the text of the feedback.
pub fn wish_in_words(wish: &str, say: Say) -> String {
    match wish {
        "refund" => say.wish_refund(),
        "repair" => say.wish_repair(),
        "apology" => say.wish_apology(),
        "explanation" => say.wish_explanation(),
        _ => say.wish_nothing(),
    }
}

/// How we may answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReachBy {
    /// By e-mail.
    #[default]
    Email,
    /// By telephone.
    Phone,
    /// By a letter on paper.
    Letter,
}

/// A file of a draft; its bytes are kept by their hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftFile {
    /// Its name as sent, made safe to show: data, never a path.
    pub name: String,
    /// What the browser calls it.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// Everything answered so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answers {
    /// What happened.
    pub story: String,
    /// What would make it right, of [`WISHES`].
    pub wishes: Vec<String>,
    /// What would be fair, in their own words, or empty.
    pub fair: String,
    /// Whether they do not know yet what would be fair.
    pub unsure: bool,
    /// Files in their order.
    pub files: Vec<DraftFile>,
    /// Their name.
    pub name: String,
    /// How we may answer.
    pub by: ReachBy,
    /// E-mail address, or empty.
    pub email: String,
    /// Telephone number, or empty.
    pub phone: String,
    /// Postal address, or empty.
    pub post: String,
    /// When to call them, in their own words, or empty.
    pub best_time: String,
    /// Whether somebody helps them to write it.
    pub helped: bool,
    /// The number of the case these are further words on, from its customer's own page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<i64>,
    /// ISO 639-1 code of the language the pages were in, or empty.
    pub language: String,
}

/// Whether mail of ours can go there: an address with a domain that the world knows, so that a
/// slip such as `amara@gmail` is told while the writer is still here.
fn is_reached(address: &str) -> bool {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    is_address(address) && (domain.contains('.') || domain.starts_with('['))
}

/// Something to put right: the field's id and what to do.
pub type Faults = Vec<(String, String)>;

fn fault(field: &str, words: String) -> (String, String) {
    (field.to_owned(), words)
}

/// A text of `long` characters where `most` fit.
pub fn too_long(most: usize, long: usize, say: Say) -> String {
    let number = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    say.shorten_to(number(long), number(most))
}

impl Answers {
    /// What is wrong with the story.
    pub fn story_faults(&self, say: Say) -> Faults {
        let long = self.story.chars().count();
        if domain::words::Words::new(&self.story, STORY_MOST * 2).is_err() && long <= STORY_MOST {
            return vec![fault("story", say.story_missing())];
        }
        if long > STORY_MOST {
            return vec![fault("story", too_long(STORY_MOST, long, say))];
        }
        Vec::new()
    }

    /// What is wrong with the wish.
    pub fn wish_faults(&self, say: Say) -> Faults {
        let long = self.fair.chars().count();
        if long > FAIR_MOST {
            return vec![fault("fair", too_long(FAIR_MOST, long, say))];
        }
        Vec::new()
    }

    /// What is wrong with their name and with how we may answer.
    pub fn reach_faults(&self, say: Say) -> Faults {
        let mut faults = Vec::new();
        if self.name.trim().is_empty() {
            faults.push(fault("name", say.reach_name_missing()));
        } else if self.name.chars().count() > NAME_MOST {
            faults.push(fault("name", say.reach_name_long()));
        }
        match self.by {
            ReachBy::Email if !is_reached(self.email.trim()) => {
                faults.push(fault("email", say.reach_email_wrong()));
            }
            ReachBy::Phone if self.phone.chars().filter(char::is_ascii_digit).count() < 5 => {
                faults.push(fault("phone", say.reach_phone_wrong()));
            }
            ReachBy::Letter if self.post.trim().chars().count() < 10 => {
                faults.push(fault("post", say.reach_post_wrong()));
            }
            _ => {}
        }
        if self.post.chars().count() > POST_MOST {
            faults.push(fault("post", say.reach_post_long()));
        }
        if self.phone.chars().count() > 40 {
            faults.push(fault("phone", say.reach_phone_long()));
        }
        if self.best_time.chars().count() > 200 {
            faults.push(fault("best_time", say.reach_best_time_long()));
        }
        faults
    }

    /// Everything that must still be put right, page by page.
    pub fn faults(&self, say: Say) -> Faults {
        [self.story_faults(say), self.wish_faults(say), self.reach_faults(say)].concat()
    }

    /// The wishes in words.
    pub fn wishes_in_words(&self, say: Say) -> String {
        let picked = WISHES.iter().filter(|wish| self.wishes.iter().any(|w| w == *wish));
        picked.map(|wish| wish_in_words(wish, say)).collect::<Vec<_>>().join(", ")
    }

    /// What the customer reads again, and staff first: the story, then what would be fair.
    fn text(&self) -> String {
        let say = Language::of(&self.language).unwrap_or_default().say();
        let mut text = self.story.trim().to_owned();
        let mut add = |words: &str| text.push_str(&format!("\n\n{words}"));
        let wishes = self.wishes_in_words(say);
        if !wishes.is_empty() {
            add(&say.said_wishes(&wishes));
        }
        if !self.fair.trim().is_empty() {
            add(&say.said_fair(self.fair.trim()));
        } else if self.unsure {
            add(&say.said_unsure());
        }
        if self.by == ReachBy::Letter {
            add(&format!("{}\n{}", say.said_by_letter(), self.post.trim()));
        }
        if !self.best_time.trim().is_empty() {
            add(&say.said_best_time(self.best_time.trim()));
        }
        if self.helped {
            add(&say.said_helped());
        }
        text
    }
}

/// What sent answers say.
pub(crate) fn said(raw: &[u8]) -> Result<Said, String> {
    let answers: Answers = serde_json::from_slice(raw).map_err(|error| error.to_string())?;
    let mut said = Said::on(Channel::Form);
    // Somebody who went through a complaint form complains, unless the words clearly say else.
    said.kind_if_unsure = Kind::Complaint;
    said.text = answers.text();
    said.language.clone_from(&answers.language);
    if let Some(case) = answers.case {
        said.joins = Joins::Case(case);
    }
    said.subject = crate::said::subject_of(&answers.story);
    said.author = Author {
        name: answers.name.clone(),
        email: if answers.by == ReachBy::Email { answers.email.clone() } else { String::new() },
        phone: if answers.by == ReachBy::Phone { answers.phone.clone() } else { String::new() },
        ..Author::default()
    };
    said.files = answers
        .files
        .into_iter()
        .map(|file| File {
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            content: Content::Kept(file.sha256),
        })
        .collect();
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amara() -> Answers {
        Answers {
            story: "No heating since Tuesday.".into(),
            wishes: vec!["apology".into(), "refund".into()],
            name: "Amara Okafor".into(),
            email: "amara@example.org".into(),
            ..Answers::default()
        }
    }

    #[test]
    fn complete_answers_have_nothing_to_put_right() {
        let say = Say::default();
        assert_eq!(amara().faults(say), vec![]);
        let phone = Answers { by: ReachBy::Phone, phone: "+47 22 12 34 56".into(), ..amara() };
        assert_eq!(phone.faults(say), vec![]);
    }

    #[test]
    fn each_missing_answer_is_named_by_its_field() {
        let fields = |answers: &Answers| {
            answers.faults(Say::default()).into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        assert_eq!(fields(&Answers::default()), ["story", "name", "email"]);
        let by_letter = Answers { by: ReachBy::Letter, post: "Oslo".into(), ..amara() };
        assert_eq!(fields(&by_letter), ["post"]);
        assert_eq!(fields(&Answers { story: "x".repeat(4_001), ..amara() }), ["story"]);
        assert_eq!(fields(&Answers { story: "\u{200b} ".into(), ..amara() }), ["story"]);
    }

    #[test]
    fn the_text_holds_the_story_first_and_every_answer() {
        let answers = Answers { fair: "60 €".into(), helped: true, ..amara() };
        let said = said(&serde_json::to_vec(&answers).unwrap()).unwrap();
        assert!(said.text.starts_with(
            "No heating since Tuesday.\n\nWhat would make it right: My money back, An apology."
        ));
        assert!(said.text.contains("What would be fair: 60 €"));
        assert!(said.text.contains("Someone is helping me"));
        assert_eq!(said.author.email, "amara@example.org");
        assert!(!said.author.verified, "an address typed into a form proves nothing");
    }

    #[test]
    fn answers_on_german_pages_say_so_in_german() {
        let answers = Answers { language: "de".into(), unsure: true, ..amara() };
        let said = said(&serde_json::to_vec(&answers).unwrap()).unwrap();
        assert!(
            said.text.contains("wieder gutmachen würde: Mein Geld zurück, Eine Entschuldigung")
        );
        assert!(said.text.contains("Was fair wäre: noch nicht bekannt."));
        assert_eq!(said.language, "de");
    }
}
