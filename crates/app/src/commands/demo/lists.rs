//! The practice company's own lists: topics, labels and causes, and reply texts.

use super::Stage;
use desk::view::queue::{Lane, View, queue};
use domain::id::{LabelId, TopicId};
use handling::label::actions::label;
use insight::topic::actions::add as add_topic;
use insight::topic::rules::TopicText;
use policies::label::actions::add;
use policies::label::rules::LabelText;
use policies::reply_text::actions::add as add_text;
use policies::reply_text::rules::ReplyTextText;
use store::Press;
use store::scope::Reach;

/// Words of the list, and whether one is a cause.
const LABELS: [(&str, &str); 5] = [
    ("Call back", "label"),
    ("Branch visit", "label"),
    ("Wrong entry at the credit bureau", "cause"),
    ("Payment booked twice", "cause"),
    ("Letter not understood", "cause"),
];

/// What the company writes often.
const TEXTS: [(&str, &str); 3] = [
    (
        "We are looking into it",
        "Dear {{customer.first_name}},\n\nI'm sorry that this happened. I am looking into it myself, \
         and I will write to you by tomorrow evening, whatever I find.\n\n{{agent.name}}",
    ),
    (
        "Put right, please check",
        "Dear {{customer.first_name}},\n\nWe put it right today. Please look whether it is as it \
         should be now.\n\nDid we miss anything?\n\n{{agent.name}}, {{team.name}}",
    ),
    (
        "Our promise still stands",
        "Dear {{customer.first_name}},\n\nwhat we promised you stands: we will {{promise.words}} by \
         {{promise.date}}.\n\nIs there anything you need before then?\n\n{{agent.name}}",
    ),
];

/// What customers talk about: the words that speak of it, one on each line.
const TOPICS: [(&str, &[(&str, &str)]); 3] = [
    (
        "Fees and charges",
        &[
            ("Late fee", "late fee*\nlate charge*\nlate payment fee*"),
            ("Overdraft", "overdraft*\noverdrawn\nde: Dispokredit*"),
        ],
    ),
    (
        "Credit report",
        &[
            ("Wrong entry", "inaccurate*\nincorrect information\nnot mine\ndoes not belong to me"),
            ("Stolen identity", "identity theft\nstolen identit*\nfraudulent account*"),
        ],
    ),
    (
        "Debt collection",
        &[
            ("Not my debt", "not my debt\ndo not owe\nnever owed"),
            ("Calls", "keep calling\ncalls me*"),
        ],
    ),
];

/// Makes the tree of topics.
pub async fn name_topics(stage: &Stage) -> anyhow::Result<()> {
    let add = async |name: &str, parent: Option<TopicId>, words: &str| {
        let text = TopicText {
            name: name.to_owned(),
            parent: parent.map(|id| id.to_string()).unwrap_or_default(),
            words: words.to_owned(),
            ended: false,
        };
        add_topic(&stage.ctx, &stage.jo, &text, &Press::none()).await
    };
    for (name, below) in TOPICS {
        let parent = add(name, None, &name.to_lowercase()).await?;
        for (name, words) in below {
            add(name, Some(parent), words).await?;
        }
    }
    Ok(())
}

/// Makes the list of what is written often.
pub async fn write_texts(stage: &Stage) -> anyhow::Result<()> {
    for (name, text) in TEXTS {
        let text = ReplyTextText {
            name: name.to_owned(),
            text: text.to_owned(),
            ..ReplyTextText::default()
        };
        add_text(&stage.ctx, &stage.jo, &text, &Press::none()).await?;
    }
    Ok(())
}

/// Makes the list and puts a word on about two of three open cases.
pub async fn label_cases(stage: &Stage) -> anyhow::Result<()> {
    let (ctx, jo, none) = (&stage.ctx, &stage.jo, Press::none());
    let mut labels: Vec<LabelId> = Vec::new();
    for (name, kind) in LABELS {
        let text = LabelText { name: name.to_owned(), kind: kind.to_owned(), ended: false };
        labels.push(add(ctx, jo, &text, &none).await?);
    }
    let open = queue(ctx, &Reach::from(jo), Lane::All, View::Open, None).await?;
    for (n, row) in open.rows.iter().enumerate().filter(|(n, _)| n % 3 < 2) {
        let put = labels[n % labels.len()];
        label(ctx, jo, row.case.number, &[put], &[], &none).await?;
    }
    Ok(())
}
