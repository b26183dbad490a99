//! Everything the top header of a mail says.

use crate::fields::{Address, Fields, moment, text, unfold};
use crate::limits::RECIPIENTS_MAX;
use crate::parse::problem;
use crate::parsed::{Kind, Marks, Parsed, Problem};

/// Everything the top header says.
pub(crate) fn read(fields: Fields<'_>, problems: &mut Vec<Problem>) -> Parsed {
    let from = fields.addresses("from");
    let sender = fields.addresses("sender").into_iter().next();
    let reply_to = fields.addresses("reply-to");
    let (mut to, mut cc) = (fields.addresses("to"), fields.addresses("cc"));
    if to.len() + cc.len() > RECIPIENTS_MAX {
        let says = format!("It has {} recipients.", to.len() + cc.len());
        problems.push(problem("too_many_recipients", says));
        to.truncate(RECIPIENTS_MAX);
        cc.truncate(RECIPIENTS_MAX - to.len());
    }
    if to.len() + cc.len() > RECIPIENTS_USUAL {
        problems.push(problem("many_recipients", "It was sent to unusually many people."));
    }
    let usable = |a: &&Address| a.address.contains('@');
    let author = from.iter().find(usable).or(sender.as_ref().filter(usable));
    let author = author.or(reply_to.iter().find(usable)).or(from.first()).cloned();
    if from.is_empty() {
        problems.push(problem("no_from", "It does not say who wrote it."));
    } else if fields.all("from").count() > 1 {
        problems.push(problem("several_from", "It names its author twice."));
    }
    if let Some(author) = &author {
        problems.extend(disguise(author));
    }
    let references = fields.ids("references");
    Parsed {
        kind: Kind::Human,
        kind_because: Vec::new(),
        author,
        from,
        sender,
        reply_to,
        to,
        cc,
        subject: fields.text("subject").unwrap_or_default(),
        date: date(fields, problems),
        message_id: fields.ids("message-id").into_iter().next(),
        in_reply_to: fields.ids("in-reply-to"),
        references,
        text: String::new(),
        html: None,
        hidden: Vec::new(),
        new_text: String::new(),
        folded_text: String::new(),
        attachments: Vec::new(),
        marks: marks(fields),
        authentication_results: fields.all("authentication-results").map(unfold).collect(),
        protection: Vec::new(),
        deliveries: Vec::new(),
        original: None,
        events: Vec::new(),
        cards: Vec::new(),
        back_on: None,
        problems: Vec::new(),
    }
}

/// More recipients than this are told to people (8.7).
const RECIPIENTS_USUAL: usize = 48;

/// Signs that an author wants to look like somebody else.
fn disguise(author: &Address) -> Vec<Problem> {
    let mut found = Vec::new();
    let shown = author.name.split_whitespace().map(|w| w.trim_matches(['<', '>', '(', ')', '"']));
    let other = shown
        .filter(|w| w.contains('@') && w.contains('.'))
        .find(|w| !w.eq_ignore_ascii_case(&author.address));
    if let Some(other) = other {
        let says = format!("Its author shows the address {other} and writes from another.");
        found.push(problem("name_shows_other_address", says));
    }
    let latin = |c: char| c.is_ascii_alphabetic();
    let twin = |c: char| matches!(c, '\u{370}'..='\u{58f}' | '\u{ff00}'..='\u{ff5f}');
    let mixed = |part: &str| part.contains(latin) && part.contains(twin);
    if author.address.split(['.', '@']).any(mixed) {
        found.push(problem("mixed_letters", "Its author's address mixes letters that look alike."));
    }
    found
}

fn date(fields: Fields<'_>, problems: &mut Vec<Problem>) -> Option<jiff::Timestamp> {
    let said = fields.raw("date").and_then(moment);
    if said.is_some() {
        return said;
    }
    problems.push(problem("bad_date", "Its date is missing or impossible."));
    let received = fields.raw("received")?;
    let after = memchr::memrchr(b';', received)?;
    moment(&received[after + 1..])
}

fn marks(fields: Fields<'_>) -> Marks {
    const DELIVERED: [&str; 4] = ["delivered-to", "x-original-to", "envelope-to", "x-forwarded-to"];
    let delivered = DELIVERED.iter().flat_map(|name| fields.all(name));
    let present = |name: &str| fields.text(name).filter(|v| !v.is_empty());
    Marks {
        return_path: fields
            .text("return-path")
            .map(|p| p.trim().trim_matches(['<', '>']).to_owned()),
        auto_submitted: present("auto-submitted").map(|v| v.to_lowercase()),
        list_id: present("list-id"),
        list_post: present("list-post").and_then(|post| {
            let address = post.split_once("mailto:")?.1;
            let end = address.find(['>', '?', ',']).unwrap_or(address.len());
            Some(address[..end].trim().to_ascii_lowercase())
        }),
        delivered_to: delivered
            .map(|v| text(v).trim_matches(['<', '>']).to_owned())
            .take(RECIPIENTS_MAX)
            .collect(),
        thread_index: present("thread-index"),
        thread_topic: present("thread-topic"),
        loop_mark: present("x-redress-loop"),
        suppressed: ["oof", "autoreply", "all"]
            .iter()
            .any(|word| fields.lower("x-auto-response-suppress").contains(word)),
        language: present("content-language")
            .map(|v| v.split([',', ';', ' ']).next().unwrap_or("").to_owned()),
    }
}
