//! What the pages of the form show, finished.

use crate::form::actions::Draft;
use crate::form::frame::Shown;
use crate::form::receipt::Receipt;
use askama::Template;
use hearing::form::{Answers, DraftFile, Faults, ReachBy, WISHES, wish_in_words};
use speech::{HOLE, Say, around};
use web::Visitor;
use web::frame::CustomerFrame;

#[derive(Template)]
#[template(path = "form/start.html")]
pub(crate) struct StartPage {
    pub frame: CustomerFrame,
    pub promise: String,
    pub begin: String,
}

#[derive(Template)]
#[template(path = "form/gone.html")]
pub(crate) struct GonePage {
    pub frame: CustomerFrame,
    pub begin: String,
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
    pub hint: String,
}

/// A thing that would make it right, ticked or not.
pub(crate) struct WishChoice {
    pub value: &'static str,
    pub words: String,
    pub picked: bool,
}

impl WishChoice {
    pub(crate) fn all(answers: &Answers, say: Say) -> Vec<WishChoice> {
        let choice = |value: &&'static str| {
            let picked = answers.wishes.iter().any(|wish| wish == value);
            WishChoice { value, words: wish_in_words(value, say), picked }
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
    pub(crate) fn of(file: &DraftFile, say: Say) -> FileLine {
        let (name, sha256) = (file.name.clone(), file.sha256.clone());
        FileLine { name, size: say.size(file.size), sha256 }
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
    pub what: String,
    /// What is changed, as it is heard after "Change".
    pub changes: String,
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
    pub(crate) fn new(
        frame: CustomerFrame,
        draft: &Draft,
        errors: Faults,
        visitor: &Visitor,
    ) -> CheckPage {
        let (answers, say) = (&draft.answers, frame.say);
        let none = |text: String| if text.trim().is_empty() { "–".to_owned() } else { text };
        let files: Vec<&str> = answers.files.iter().map(|file| file.name.as_str()).collect();
        let (reach_id, reach) = match answers.by {
            ReachBy::Email => ("email", answers.email.clone()),
            ReachBy::Phone => ("phone", answers.phone.clone()),
            ReachBy::Letter => ("post", answers.post.clone()),
        };
        let fair = match (answers.fair.trim(), answers.unsure) {
            ("", true) => say.wish_unsure(),
            (fair, _) => fair.to_owned(),
        };
        let line = |id, (what, changes), words: String, step: &str| AnswerLine {
            id,
            what,
            changes,
            words: none(words),
            change: visitor.to(&format!("/complain/{}/{step}?then=check", draft.token)),
            error: Shown(&errors).of(id),
        };
        let story = (say.check_story(), say.check_change_story());
        let wish = (say.check_wish(), say.check_change_wish());
        let to_reach = (say.check_reach(), say.check_change_reach());
        let mut lines = vec![
            line("story", story, answers.story.clone(), "story"),
            line("wish", wish, answers.wishes_in_words(say), "wish"),
            line("fair", (say.check_fair(), say.check_change_fair()), fair, "wish"),
            line("files", (say.check_files(), say.check_change_files()), files.join(", "), "files"),
            line(
                "name",
                (say.check_name(), say.check_change_name()),
                answers.name.clone(),
                "reach",
            ),
            line(reach_id, to_reach, reach, "reach"),
        ];
        if !answers.best_time.trim().is_empty() {
            let what = (say.check_best_time(), say.check_change_best_time());
            lines.push(line("best_time", what, answers.best_time.clone(), "reach"));
        }
        if answers.helped {
            let what = (say.check_help(), say.check_change_help());
            lines.push(line("helped", what, say.check_helped(), "reach"));
        }
        let action = visitor.to(&format!("/complain/{}/send", draft.token));
        CheckPage { frame, action, errors, lines }
    }
}

#[derive(Template)]
#[template(path = "form/received.html")]
pub(crate) struct ReceivedPage {
    pub frame: CustomerFrame,
    pub here: String,
    pub title: String,
    pub reference: String,
    /// What stands before and after the reference.
    pub reference_is: (String, String),
    pub reader: String,
    /// By when they hear from a person, with what stands before and after it.
    pub hear: Option<(String, String, String)>,
    /// What stands before and after the link by which one looks again.
    pub kept: (String, String),
    pub reach: String,
    pub has_case: bool,
}

impl ReceivedPage {
    pub(crate) fn new(
        frame: CustomerFrame,
        here: String,
        answers: &Answers,
        receipt: &Receipt,
    ) -> ReceivedPage {
        let say = frame.say;
        let reach = match answers.by {
            ReachBy::Email => say.received_by_mail(&answers.email),
            ReachBy::Phone => say.received_by_other(&answers.phone),
            ReachBy::Letter => say.received_by_other(&answers.post),
        };
        let hear = (!receipt.by_when.is_empty()).then(|| {
            let (before, after) = around(&say.received_hear(HOLE));
            (before, receipt.by_when.clone(), after)
        });
        ReceivedPage {
            title: frame.title.clone(),
            here,
            reference: receipt.reference.clone(),
            reference_is: around(&say.received_reference(HOLE)),
            reader: say.received_reader(&receipt.reader),
            hear,
            kept: around(&say.received_kept(HOLE)),
            reach,
            has_case: receipt.case.is_some(),
            frame,
        }
    }
}
