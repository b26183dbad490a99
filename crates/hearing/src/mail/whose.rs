//! Whose words a mail holds, where that is not who sent it: a colleague passes on what a customer
//! wrote (8.6), or a form or a shop writes in a customer's name (8.4).

use crate::mail::read::references_to;
use crate::mail::sql;
use crate::said::{Content, File, Said};
use ::mail::answer::{Form, Person, person_behind};
use ::mail::forward::{self, Forwarded};
use ::mail::same_mailbox_key;
use ::mail::{Address, Attachment, Authentication, Kind, Marks, Parsed, Verdict};
use domain::feedback::PassedOn;
use intake::StoredArrival;
use store::{Context, StoreError, Tx};

/// The setting that lists programs which write in people's names, one a line.
const FORMS: &str = "mail/forms";
/// How a form is said to name the person in Reply-To.
const BY_REPLY_TO: &str = "reply-to";

/// Keeps which addresses write in people's names, each as `address=reply-to`, or as
/// `address=label` where a line of the text begins with that label. To be called at start.
///
/// # Errors
/// When the store fails.
pub async fn set_forms(ctx: &Context, forms: &[String]) -> Result<(), StoreError> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    tx.set_setting(FORMS, &forms.join("\n"), now).await?;
    tx.commit().await
}

/// A form as the settings name it; `None` when it is none.
pub fn read_form(text: &str) -> Option<Form> {
    let (sender, person) = text.split_once('=')?;
    let (sender, person) = (sender.trim().to_ascii_lowercase(), person.trim());
    if !sender.contains('@') || person.is_empty() {
        return None;
    }
    let person = match person.eq_ignore_ascii_case(BY_REPLY_TO) {
        true => Person::ReplyTo,
        false => Person::Line(person.to_owned()),
    };
    Some(Form { sender, person })
}

/// Puts in the place of its sender whose words a mail holds, and gives what is known of that
/// person: their address is nobody's proof, whoever vouches for the sender.
///
/// # Errors
/// When the store fails.
pub(crate) async fn lay_open(
    tx: &mut Tx,
    arrival: &StoredArrival,
    parsed: &mut Parsed,
    said: &mut Said,
    own_addresses: &[String],
    sender: Authentication,
) -> Result<Authentication, StoreError> {
    let Some(author) = parsed.author.clone() else { return Ok(sender) };
    if let Some((id, name)) = sql::colleague(tx, &author.key()).await? {
        // Its files and new words were taken out of it when it was read.
        let whole = ::mail::parse(&arrival.raw);
        let Some(inner) = forward::find(&whole) else { return Ok(sender) };
        // What we or a colleague wrote is no customer's.
        let theirs = inner.author.key();
        let ours = |own: &String| same_mailbox_key(own) == same_mailbox_key(&theirs);
        if own_addresses.iter().any(ours) || sql::colleague(tx, &theirs).await?.is_some() {
            return Ok(sender);
        }
        if forward::passed_on(&whole, &sender, &[author.key()]).is_none() {
            let whose = &inner.author.address;
            let says = format!(
                "It may be a mail of {whose} that {name} passed on; nobody we trust checked that \
                 {name} sent it, so it stays theirs."
            );
            also(said, &says);
            return Ok(sender);
        }
        let note = inner.note.trim().to_owned();
        let says = format!(
            "{name} passed on a mail of {whose}; it is treated as a mail of {whose}.",
            whose = inner.author.address
        );
        passed_on(parsed, said, &whole, inner);
        said.passed_on = id.parse().ok().map(|by| PassedOn { by, note });
        also(said, &says);
        return Ok(unproved(sender, "Nobody checked the address of who wrote it."));
    }
    let forms = tx.setting(FORMS).await?.unwrap_or_default();
    let forms: Vec<Form> = forms.lines().filter_map(read_form).collect();
    if sender.verdict == Verdict::Failed || forms.is_empty() {
        return Ok(sender);
    }
    let Some(person) = person_behind(parsed, &forms) else { return Ok(sender) };
    let says = format!("{} wrote it in the name of {}.", author.address, person.address);
    stands_for(parsed, said, person);
    // It carries a person's words, whatever marks its program sets.
    parsed.kind = Kind::Human;
    (said.automatic, said.kind) = (false, None);
    parsed.marks.return_path = None;
    parsed.marks.suppressed = false;
    also(said, &says);
    Ok(unproved(sender, "Nobody checked the address that was typed there."))
}

fn also(said: &mut Said, says: &str) {
    said.because = format!("{} {says}", said.because).trim().to_owned();
}

fn unproved(sender: Authentication, says: &str) -> Authentication {
    Authentication {
        verdict: Verdict::Unchecked,
        checked_by: None,
        says: says.to_owned(),
        ..sender
    }
}

fn stands_for(parsed: &mut Parsed, said: &mut Said, person: Address) {
    said.author.name.clone_from(&person.name);
    said.author.email = person.address.to_lowercase();
    parsed.from = vec![person.clone()];
    parsed.author = Some(person);
    parsed.sender = None;
    parsed.reply_to = Vec::new();
}

/// Takes the mail inside of `whole` for what was said. An attached one is the truth; of a pasted
/// one only the words are there.
fn passed_on(parsed: &mut Parsed, said: &mut Said, whole: &Parsed, inner: Forwarded) {
    let attached = inner.attachment.and_then(|n| whole.attachments.get(n));
    let attached = attached.map(|file| ::mail::parse(&file.bytes));
    let (new, folded) = match &attached {
        Some(mail) => (mail.new_text.clone(), mail.folded_text.clone()),
        None => {
            let trimmed = ::mail::trim::plain(&inner.text);
            (trimmed.new_text, trimmed.folded_text)
        }
    };
    stands_for(parsed, said, inner.author);
    parsed.text.clone_from(&inner.text);
    parsed.cc = Vec::new();
    said.text = new;
    said.folded = Some(folded).filter(|folded| !folded.is_empty());
    if !inner.subject.trim().is_empty() {
        said.subject.clone_from(&inner.subject);
        parsed.subject = inner.subject;
    }
    said.said_at = inner.date;
    said.language = String::new();
    (said.automatic, said.kind) = (false, None);
    parsed.kind = Kind::Human;
    parsed.marks.suppressed = false;
    if let Some(mail) = attached {
        // Before anything is taken out of it.
        said.message_ids.extend(references_to(&mail));
        parsed.kind = mail.kind;
        said.automatic = mail.kind != Kind::Human;
        let delivered_to = std::mem::take(&mut parsed.marks.delivered_to);
        parsed.marks = Marks { delivered_to, ..mail.marks };
        parsed.in_reply_to.extend(mail.in_reply_to);
        parsed.references.extend(mail.references);
        said.files.extend(mail.attachments.into_iter().map(file_of));
    }
}

/// A file of a mail as it is kept.
pub(crate) fn file_of(file: Attachment) -> File {
    File {
        name: file.name,
        media_type: file.media_type,
        size: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
        content: Content::Bytes(file.bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_named_with_where_it_says_who_wrote() {
        let form = read_form(" Form@Shop.example = reply-to ").expect("a form");
        assert_eq!((form.sender.as_str(), form.person), ("form@shop.example", Person::ReplyTo));
        let labelled = read_form("orders@market.example=Buyer's e-mail:").expect("a form");
        assert_eq!(labelled.person, Person::Line("Buyer's e-mail:".to_owned()));
        for wrong in ["", "shop.example=reply-to", "a@b.example", "a@b.example="] {
            assert_eq!(read_form(wrong), None, "{wrong}");
        }
    }
}
