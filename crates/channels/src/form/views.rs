//! What the pages of the form show, finished.

use crate::form::actions::Draft;
use crate::form::answers::{Answers, DraftFile, Faults, ReachBy, WISHES};
use crate::form::frame::Shown;
use crate::form::receipt::Receipt;
use askama::Template;
use web::frame::CustomerFrame;

#[derive(Template)]
#[template(path = "form/start.html")]
pub(crate) struct StartPage {
    pub frame: CustomerFrame,
    pub promise: String,
}

#[derive(Template)]
#[template(path = "form/gone.html")]
pub(crate) struct GonePage {
    pub frame: CustomerFrame,
}

#[derive(Template)]
#[template(path = "form/story.html")]
pub(crate) struct StoryPage {
    pub frame: CustomerFrame,
    pub action: String,
    pub errors: Faults,
    pub error: String,
    pub trap: String,
    pub story: String,
    pub once: String,
    pub then_check: bool,
}

/// A thing that would make it right, ticked or not.
pub(crate) struct WishChoice {
    pub value: &'static str,
    pub words: &'static str,
    pub picked: bool,
}

impl WishChoice {
    pub(crate) fn all(answers: &Answers) -> Vec<WishChoice> {
        let choice = |(value, words): &(&'static str, &'static str)| {
            let picked = answers.wishes.iter().any(|wish| wish == value);
            WishChoice { value, words, picked }
        };
        WISHES.iter().map(choice).collect()
    }
}

#[derive(Template)]
#[template(path = "form/wish.html")]
pub(crate) struct WishPage {
    pub frame: CustomerFrame,
    pub action: String,
    pub errors: Faults,
    pub error: String,
    pub choices: Vec<WishChoice>,
    pub fair: String,
    pub unsure: bool,
    pub then_check: bool,
}

/// A file in a list.
pub(crate) struct FileLine {
    pub name: String,
    pub size: String,
    pub sha256: String,
}

impl FileLine {
    pub(crate) fn of(file: &DraftFile) -> FileLine {
        let (name, sha256) = (file.name.clone(), file.sha256.clone());
        FileLine { name, size: size_in_words(file.size), sha256 }
    }
}

fn size_in_words(bytes: i64) -> String {
    match bytes {
        ..1_024 => format!("{bytes} bytes"),
        1_024..1_048_576 => format!("{} kB", bytes / 1_024),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

#[derive(Template)]
#[template(path = "form/files.html")]
pub(crate) struct FilesPage {
    pub frame: CustomerFrame,
    pub action: String,
    pub errors: Faults,
    pub error: String,
    pub files: Vec<FileLine>,
}

#[derive(Template)]
#[template(path = "form/further.html")]
pub(crate) struct FurtherPage {
    pub frame: CustomerFrame,
    pub action: String,
    pub errors: Faults,
    pub words: String,
    pub words_error: String,
    pub error: String,
    pub files: Vec<FileLine>,
}

#[derive(Template)]
#[template(path = "form/reach.html")]
pub(crate) struct ReachPage {
    pub frame: CustomerFrame,
    pub action: String,
    pub name_error: String,
    pub email_error: String,
    pub phone_error: String,
    pub post_error: String,
    pub best_time_error: String,
    pub errors: Faults,
    pub by: &'static str,
    pub answers: Answers,
}

impl ReachPage {
    pub(crate) fn new(
        frame: CustomerFrame,
        action: String,
        answers: &Answers,
        errors: Faults,
    ) -> ReachPage {
        let of = |field| Shown(&errors).of(field);
        let by = match answers.by {
            ReachBy::Email => "email",
            ReachBy::Phone => "phone",
            ReachBy::Letter => "letter",
        };
        ReachPage {
            frame,
            action,
            name_error: of("name"),
            email_error: of("email"),
            phone_error: of("phone"),
            post_error: of("post"),
            best_time_error: of("best_time"),
            errors,
            by,
            answers: answers.clone(),
        }
    }
}

/// One line of "Check your answers".
pub(crate) struct AnswerLine {
    pub id: &'static str,
    pub what: &'static str,
    pub words: String,
    pub change: String,
    pub error: String,
}

#[derive(Template)]
#[template(path = "form/check.html")]
pub(crate) struct CheckPage {
    pub frame: CustomerFrame,
    pub action: String,
    pub errors: Faults,
    pub lines: Vec<AnswerLine>,
}

impl CheckPage {
    pub(crate) fn new(frame: CustomerFrame, draft: &Draft, errors: Faults) -> CheckPage {
        let answers = &draft.answers;
        let none = |text: String| if text.trim().is_empty() { "–".to_owned() } else { text };
        let files: Vec<&str> = answers.files.iter().map(|file| file.name.as_str()).collect();
        let (reach_id, reach) = match answers.by {
            ReachBy::Email => ("email", answers.email.clone()),
            ReachBy::Phone => ("phone", answers.phone.clone()),
            ReachBy::Letter => ("post", answers.post.clone()),
        };
        let fair = match (answers.fair.trim(), answers.unsure) {
            ("", true) => "I don't know yet".to_owned(),
            (fair, _) => fair.to_owned(),
        };
        let line = |id, what, words: String, step: &str| AnswerLine {
            id,
            what,
            words: none(words),
            change: format!("/complain/{}/{step}?then=check", draft.token),
            error: Shown(&errors).of(id),
        };
        let mut lines = vec![
            line("story", "What happened", answers.story.clone(), "story"),
            line("wish", "What would make it right", answers.wishes_in_words(), "wish"),
            line("fair", "What would be fair", fair, "wish"),
            line("files", "Files", files.join(", "), "files"),
            line("name", "Your name", answers.name.clone(), "reach"),
            line(reach_id, "How we reach you", reach, "reach"),
        ];
        if !answers.best_time.trim().is_empty() {
            lines.push(line("best_time", "Best time", answers.best_time.clone(), "reach"));
        }
        if answers.helped {
            lines.push(line("helped", "Help", "Someone is helping me".to_owned(), "reach"));
        }
        let action = format!("/complain/{}/send", draft.token);
        CheckPage { frame, action, errors, lines }
    }
}

#[derive(Template)]
#[template(path = "form/received.html")]
pub(crate) struct ReceivedPage {
    pub frame: CustomerFrame,
    pub here: String,
    pub name: String,
    pub reference: String,
    pub reader: String,
    pub by_when: String,
    pub by_mail: bool,
    pub reach: String,
    pub has_case: bool,
}

impl ReceivedPage {
    pub(crate) fn new(frame: CustomerFrame, draft: &Draft, receipt: &Receipt) -> ReceivedPage {
        let answers = &draft.answers;
        let reach = match answers.by {
            ReachBy::Email => answers.email.clone(),
            ReachBy::Phone => answers.phone.clone(),
            ReachBy::Letter => answers.post.clone(),
        };
        ReceivedPage {
            frame,
            here: format!("/complain/received/{}", draft.token),
            name: answers.first_name().to_owned(),
            reference: receipt.reference.clone(),
            reader: receipt.reader.clone(),
            by_when: receipt.by_when.clone(),
            by_mail: answers.by == ReachBy::Email,
            reach,
            has_case: receipt.case.is_some(),
        }
    }
}
