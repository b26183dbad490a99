//! A letter from the outbox as a mail.

use crate::relay::Relay;
use crate::sql;
use ::mail::compose::Automatic;
use ::mail::{Address, Outgoing, compose, token};
use hearing::mail::{keys, loop_mark};
use jiff::Timestamp;
use serde::Deserialize;
use speech::{Language, Say};
use store::outbox::Letter;
use store::{Context, StoreError};

/// The local part of reply addresses.
const REPLY: &str = "reply";

/// What `casework` writes into the outbox with a letter.
#[derive(Debug, Deserialize)]
struct Envelope {
    number: String,
    message: String,
    from_name: String,
    to: String,
    subject: String,
    text: String,
    automatic: bool,
    link: String,
    /// The customer's, ISO 639-1; letters that were laid out earlier have none.
    #[serde(default)]
    language: String,
}

/// A mail ready to leave.
pub(crate) struct Ready {
    /// The return path: the signed reply address, so that reports find the case.
    pub from: String,
    /// The one recipient.
    pub to: String,
    /// The mail.
    pub bytes: Vec<u8>,
}

/// Why a letter cannot become a mail.
#[derive(Debug)]
pub(crate) enum Unsendable {
    /// It will never be one.
    Never(String),
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for Unsendable {
    fn from(error: StoreError) -> Self {
        Unsendable::Store(error)
    }
}

/// Writes the mail of a letter: the same letter gives the same Message-ID each time.
pub(crate) async fn write(
    ctx: &Context,
    relay: &Relay,
    letter: &Letter,
    now: Timestamp,
) -> Result<Ready, Unsendable> {
    let never = |why: &str| Unsendable::Never(why.to_owned());
    let envelope: Envelope = serde_json::from_str(&letter.envelope)
        .map_err(|error| Unsendable::Never(format!("its envelope cannot be read: {error}")))?;
    let number: domain::id::CaseNumber =
        envelope.number.parse().map_err(|_| never("its case has no number"))?;
    let message: uuid::Uuid = envelope.message.parse().map_err(|_| never("it has no id"))?;
    let (keys, domain) = (keys(ctx).await?, ctx.mail_domain.as_ref());
    let case = number.0.unsigned_abs();
    // Each letter with the key of its time, so that its id is the same at every try and wherever
    // later letters name it. Where an answer goes must be proven when it comes.
    let id_of = |message: uuid::Uuid, recipient: &str| {
        let then = keys.as_of(written_at(message).unwrap_or(now));
        token::message_id(&then, domain, case, message.as_u128(), recipient)
    };
    let proving = keys.valid_at(now);
    let reply_to = token::reply_address(&proving, domain, REPLY, case, &envelope.to);
    let Earlier { references, answers, last_theirs } = Earlier::of(ctx, letter, &id_of).await?;
    let theirs = match &last_theirs {
        Some(arrival) => Outlook::of(ctx, arrival).await?,
        None => Outlook::default(),
    };
    // Whoever fills a form in may write another person's address there: what that person then gets
    // by itself must not carry words somebody else chose.
    let is_first_word =
        envelope.automatic && (references.is_empty() || speech::is_first_word(&envelope.subject));
    let say = Language::of(&envelope.language).unwrap_or_default().say();
    let first_word = say.letter_first_word();
    let said = if is_first_word { first_word.as_str() } else { envelope.subject.as_str() };
    let answers = answers.or_else(|| references.last().cloned());
    let outgoing = Outgoing {
        from: Address::new(sender(&envelope, &relay.from_name), relay.from.clone()),
        to: vec![Address::new("", envelope.to.clone())],
        reply_to: Some(Address::new("", reply_to.clone())),
        subject: subject(said, &number.to_string(), answers.is_some() && !is_first_word),
        message_id: id_of(message, &envelope.to),
        in_reply_to: answers,
        references,
        date: now,
        automatic: if envelope.automatic { Automatic::Replied } else { Automatic::No },
        loop_mark: loop_mark(ctx),
        text: text(say, &envelope, &token::body_mark(&proving, case, &envelope.to)),
        thread_topic: theirs.topic,
        thread_index: theirs.index,
        ..Outgoing::default()
    };
    let mut bytes = compose(&outgoing).map_err(|error| Unsendable::Never(error.to_string()))?;
    if let Some(signer) = &relay.dkim {
        let signed = signer.sign(&bytes, now);
        bytes = signed.map_err(|error| Unsendable::Never(error.to_string()))?;
    }
    Ok(Ready { from: reply_to, to: envelope.to, bytes })
}

/// What was said before a letter, by the ids of the mails.
#[derive(Default)]
struct Earlier {
    /// The ids, the oldest first.
    references: Vec<String>,
    /// The last mail of theirs.
    answers: Option<String>,
    /// As what it arrived.
    last_theirs: Option<String>,
}

impl Earlier {
    async fn of(
        ctx: &Context,
        letter: &Letter,
        id_of: impl Fn(uuid::Uuid, &str) -> String,
    ) -> Result<Earlier, StoreError> {
        let mut all = Earlier::default();
        for earlier in sql::earlier(&ctx.store, &letter.case_id, &letter.key).await? {
            let id = match (earlier.direction.as_str(), earlier.message_id) {
                ("in", theirs) => {
                    all.last_theirs = earlier.arrival_id.or(all.last_theirs);
                    // Others write what they like for an id; one that no header takes is not
                    // named.
                    let theirs = theirs.filter(|id| ::mail::compose::is_id(id));
                    all.answers = theirs.clone().or(all.answers);
                    theirs
                }
                ("out", _) => earlier.id.parse().ok().map(|id| id_of(id, &earlier.recipient)),
                _ => None,
            };
            all.references.extend(id);
        }
        Ok(all)
    }
}

/// When a message got its id, which is a version 7 of RFC 9562 and tells it.
fn written_at(message: uuid::Uuid) -> Option<Timestamp> {
    let (seconds, nanoseconds) = message.get_timestamp()?.to_unix();
    Timestamp::new(seconds.try_into().ok()?, nanoseconds.try_into().ok()?).ok()
}

/// By what Outlook holds a conversation together, echoed from the customer's last mail.
#[derive(Default)]
struct Outlook {
    topic: Option<String>,
    index: Option<String>,
}

impl Outlook {
    /// Bytes of a mail in which its header is looked for.
    const HEADER_MOST: usize = 65_536;

    async fn of(ctx: &Context, arrival: &str) -> Result<Outlook, StoreError> {
        let Ok(id) = arrival.parse() else { return Ok(Outlook::default()) };
        let Some(mut raw) = intake::raw(ctx, id).await? else { return Ok(Outlook::default()) };
        raw.truncate(Self::HEADER_MOST);
        let marks = ::mail::parse(&raw).marks;
        let coded = |text: &String| {
            let fits = |b: u8| b.is_ascii_alphanumeric() || b"+/=".contains(&b);
            text.len() <= 900 && text.bytes().all(fits)
        };
        Ok(Outlook {
            topic: marks.thread_topic.map(|topic| hearing::said::line(&topic, 200)),
            index: marks.thread_index.filter(coded),
        })
    }
}

/// Who the letter is from, as mail programs show it: a person of the house, or the house itself
/// where no person wrote.
fn sender(envelope: &Envelope, house: &str) -> String {
    let writer = envelope.from_name.trim();
    match house {
        "" => writer.to_owned(),
        house if writer.is_empty() || writer == house || envelope.automatic => house.to_owned(),
        house => format!("{writer}, {house}"),
    }
}

/// The customer's subject stays, with the case's number at its end.
fn subject(subject: &str, number: &str, is_answer: bool) -> String {
    let subject = hearing::said::line(subject, hearing::said::SUBJECT_MOST);
    let begins = |prefix: &str| {
        subject.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let re = if is_answer && !begins("re:") { "Re: " } else { "" };
    if subject.contains(&format!("[{number}]")) {
        format!("{re}{subject}")
    } else {
        format!("{re}{subject} [{number}]").replace("  ", " ")
    }
}

fn text(say: Say, envelope: &Envelope, mark: &str) -> String {
    let Envelope { text: words, link, .. } = envelope;
    let link = if link.is_empty() || words.contains(link.as_str()) {
        String::new()
    } else {
        format!("\n\n{}\n{link}", say.letter_stands())
    };
    format!("{}{link}\n\n{mark}\n", words.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_keeps_its_words_and_gets_its_number_once() {
        assert_eq!(subject("No heating", "R-7", false), "No heating [R-7]");
        assert_eq!(subject("No heating [R-7]", "R-7", true), "Re: No heating [R-7]");
        assert_eq!(subject("RE: No\r\nheating", "R-7", true), "RE: No heating [R-7]");
    }

    fn letter(from_name: &str, automatic: bool) -> Envelope {
        Envelope {
            number: String::new(),
            message: String::new(),
            from_name: from_name.to_owned(),
            to: String::new(),
            subject: String::new(),
            text: String::new(),
            automatic,
            link: String::new(),
            language: String::new(),
        }
    }

    #[test]
    fn a_letter_comes_from_a_person_of_the_house_and_an_automatic_one_from_the_house() {
        assert_eq!(sender(&letter("Maya Chen", false), "Nordlys"), "Maya Chen, Nordlys");
        assert_eq!(sender(&letter("Maya Chen", false), ""), "Maya Chen");
        assert_eq!(sender(&letter("Nordlys Energi AS", true), "Nordlys"), "Nordlys");
    }

    #[test]
    fn a_letter_ends_with_its_link_in_the_customer_s_language_and_the_mark_that_threads_it() {
        let written = |language: &str, words: &str| {
            let (text_of, link) = (words.to_owned(), "https://x/c/1".to_owned());
            let say = Language::of(language).unwrap().say();
            text(say, &Envelope { text: text_of, link, ..letter("", false) }, "[ref:a]")
        };
        assert_eq!(
            written("en", "We come today.\n"),
            "We come today.\n\nSee where it stands, or answer there:\nhttps://x/c/1\n\n[ref:a]\n"
        );
        assert!(written("de", "Wir kommen.").contains("Sehen Sie, wie weit es ist"));
        assert_eq!(written("en", "See https://x/c/1"), "See https://x/c/1\n\n[ref:a]\n");
    }
}
