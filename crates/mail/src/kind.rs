//! What sort of mail it is (8.4). Being automatic changes how we answer, never whether we keep.

use std::sync::LazyLock;

use regex::RegexSet;

use crate::bounce::{self, Formal, Report};
use crate::fields::Fields;
use crate::mime::Tree;
use crate::parsed::{Kind, Parsed};

/// What the judgement looks at.
pub(crate) struct Seen<'a> {
    pub fields: Fields<'a>,
    pub tree: &'a Tree,
    pub parsed: &'a Parsed,
    pub text: &'a str,
    pub report: &'a Report,
}

/// The kind of a mail, and why.
pub(crate) fn judge(seen: &Seen<'_>) -> (Kind, Vec<String>) {
    for rule in [abuse, bounce, automatic, list] {
        let because = rule(seen);
        if let Some((kind, why)) = because {
            return (kind, vec![why]);
        }
    }
    (Kind::Human, vec!["Nothing marks it as automatic.".to_owned()])
}

type Verdict = Option<(Kind, String)>;

fn says(kind: Kind, why: impl Into<String>) -> Verdict {
    Some((kind, why.into()))
}

fn abuse(seen: &Seen<'_>) -> Verdict {
    if seen.report.formal == Some(Formal::Abuse) {
        return says(Kind::FeedbackLoop, "It has a feedback report (RFC 5965).");
    }
    let top = seen.fields;
    let report_type = seen.tree.parts[0].kind.get("report-type").unwrap_or("");
    if report_type.eq_ignore_ascii_case("feedback-report") {
        return says(Kind::FeedbackLoop, "Its report type is feedback-report.");
    }
    if top.has("x-hmxmroriginalrecipient")
        || top.has("x-yahoo-newman-property") && top.has("x-loop")
    {
        return says(Kind::FeedbackLoop, "A provider's complaint header is there.");
    }
    let subject = seen.parsed.subject.to_lowercase();
    let told = subject.starts_with("complaint about message from")
        || subject.starts_with("email feedback report")
        || subject.starts_with("abuse report about");
    if told && (seen.report.original.is_some() || robot_sender(seen).is_some()) {
        return says(Kind::FeedbackLoop, "Its subject is that of a spam complaint.");
    }
    None
}

fn bounce(seen: &Seen<'_>) -> Verdict {
    match seen.report.formal {
        Some(Formal::Delivery) => {
            return says(Kind::Bounce, "It has a delivery report (RFC 3464).");
        }
        Some(Formal::Disposition) => {
            return says(Kind::AutoReply, "It has a disposition notification (RFC 8098).");
        }
        Some(Formal::Abuse) | None => {}
    }
    let top = seen.fields;
    let report = seen.tree.parts[0].kind.get("report-type").unwrap_or("");
    if report.eq_ignore_ascii_case("delivery-status") {
        return says(Kind::Bounce, "Its report type is delivery-status.");
    }
    if top.has("x-failed-recipients") {
        return says(Kind::Bounce, "It has Exim's X-Failed-Recipients header.");
    }
    let subject = bounce::subject_undelivered(&seen.parsed.subject);
    let words = bounce::sounds_undelivered(&bounce::readable(seen.text));
    let empty_sender = seen.parsed.marks.return_path.as_deref() == Some("");
    let robot = robot_sender(seen);
    let returned = seen.report.original.is_some();
    match robot {
        None if words && list_server(seen) => says(Kind::Bounce, "A list server refuses a mail."),
        Some(name) if subject || words => {
            says(Kind::Bounce, format!("{name} says that a mail was not delivered."))
        }
        _ if empty_sender && subject && (words || returned) => {
            says(Kind::Bounce, "It has no return path and says that a mail was not delivered.")
        }
        _ if subject
            && words
            && returned
            && !seen.parsed.subject.to_lowercase().starts_with("re:") =>
        {
            says(Kind::Bounce, "It returns a mail and says that it was not delivered.")
        }
        _ if empty_sender && words && returned => {
            says(Kind::Bounce, "It has no return path and returns a mail.")
        }
        _ => None,
    }
}

/// Whether the program that runs a mailing list wrote it, not a member.
fn list_server(seen: &Seen<'_>) -> bool {
    let author = seen.parsed.author.as_ref().map(crate::Address::key).unwrap_or_default();
    let local = author.split('@').next().unwrap_or("");
    let named = ["-admin", "-owner", "-request", "-bounces"].iter().any(|end| local.ends_with(end));
    named || local.starts_with("majordomo") || local.starts_with("listserv")
}

/// The name of the mail system that wrote it, when one did: what its address begins with, or what
/// it calls itself. A shop called after a mailer is none.
fn robot_sender(seen: &Seen<'_>) -> Option<String> {
    const NAMES: [&str; 14] = [
        "post_master",
        "post-master",
        "mailer-daemon",
        "mailerdaemon",
        "mail-daemon",
        "maildaemon",
        "postmaster",
        "mailer",
        "mail delivery s",
        "mail administrator",
        "delivery subsystem",
        "mail.daemon",
        "mmdf",
        "email-daemon",
    ];
    let raw = String::from_utf8_lossy(seen.fields.raw("from").unwrap_or_default()).to_lowercase();
    let author = seen.parsed.author.as_ref();
    let domain = author.map(crate::Address::domain).filter(|domain| !domain.is_empty());
    // Its domain is left out: names of companies are no names of programs.
    let raw = domain.map_or(raw.clone(), |domain| raw.replace(&domain, ""));
    let whole = |name: &&&str| {
        raw.match_indices(**name).any(|(at, found)| {
            let before = raw[..at].trim_end();
            let rest = &raw[at + found.len()..];
            if found.contains(' ') {
                return true;
            }
            let begins = before.is_empty() || before.ends_with(['"', '\'', '<', '(', '=']);
            let goes_on = rest.starts_with(char::is_alphanumeric);
            let local = rest.split([' ', '>', '<']).next().is_some_and(|word| word.contains('@'));
            let ends = rest.trim_start();
            let alone = ends.is_empty() || ends.starts_with(['<', '"', '\'', '>', '(', ')', '@']);
            begins && !goes_on && (local || alone)
        })
    };
    NAMES.iter().find(whole).map(|name| (*name).to_owned())
}

fn automatic(seen: &Seen<'_>) -> Verdict {
    let top = seen.fields;
    if let Some(value) = &seen.parsed.marks.auto_submitted {
        let word = value.split([';', ' ', '(']).next().unwrap_or("");
        let bulk = !seen.parsed.marks.list_id.as_deref().unwrap_or("").is_empty();
        if word != "no" && !word.is_empty() && !bulk {
            return says(Kind::AutoReply, format!("Auto-Submitted says {word} (RFC 3834)."));
        }
    }
    const HEADERS: [&str; 9] = [
        "x-autoreply",
        "x-autorespond",
        "x-autoresponder",
        "x-auto-reply-from",
        "x-autoreply-from",
        "x-mail-autoreply",
        "auto-reply",
        "x-mdaemon-autoreply",
        "x-ms-exchange-inbox-rules-loop",
    ];
    if let Some(name) = HEADERS.iter().find(|n| top.has(n) && top.lower(n) != "no") {
        return says(Kind::AutoReply, format!("The header {name} is there."));
    }
    if matches!(top.lower("precedence").as_str(), "auto_reply" | "auto-reply") {
        return says(Kind::AutoReply, "Its precedence is auto_reply.");
    }
    let delivered_by = top.lower("x-pobox-autoreply") + &top.lower("delivered-to");
    if delivered_by.contains("autoresponder") {
        return says(Kind::AutoReply, "It was delivered to an autoresponder.");
    }
    if ABSENCE.is_match(&seen.parsed.subject) {
        return says(Kind::AutoReply, "Its subject is that of an automatic answer.");
    }
    let empty_sender = seen.parsed.marks.return_path.as_deref() == Some("");
    if empty_sender && seen.tree.parts[0].kind.value != "multipart/report" {
        return says(Kind::AutoReply, "It has no return path, so nobody wants an answer.");
    }
    None
}

fn list(seen: &Seen<'_>) -> Verdict {
    let top = seen.fields;
    for name in ["list-id", "list-post", "list-unsubscribe", "feedback-id", "mailing-list"] {
        if top.has(name) {
            return says(Kind::List, format!("The header {name} is there."));
        }
    }
    match top.lower("precedence").as_str() {
        word @ ("bulk" | "list" | "junk") => says(Kind::List, format!("Its precedence is {word}.")),
        _ => None,
    }
}

/// The kind of a mail that came to these mailboxes of ours.
///
/// Where our own mailbox is a group (a list that forwards to several colleagues), every
/// customer's mail carries the marks of a list; such mail is from a person all the same.
pub fn kind_here(parsed: &Parsed, own_addresses: &[String]) -> Kind {
    let post = parsed.marks.list_post.as_deref();
    let ours = post.is_some_and(|post| {
        let key = crate::same_mailbox_key(post);
        own_addresses.iter().any(|own| crate::same_mailbox_key(own) == key)
    });
    if parsed.kind == Kind::List && ours { Kind::Human } else { parsed.kind }
}

/// Whether an answer to this mail may be sent by a program at all (first two of the six brakes).
///
/// False for everything that is not plainly from a person elsewhere: any automatic mark, one
/// of our own mailboxes, an address that asks not to be answered, a suppress header, an empty
/// return path.
pub fn may_answer_automatically(parsed: &Parsed, own_addresses: &[String]) -> bool {
    const SILENT: [&str; 14] = [
        "noreply",
        "no-reply",
        "no_reply",
        "donotreply",
        "do-not-reply",
        "do_not_reply",
        "nicht-antworten",
        "nepasrepondre",
        "ne-pas-repondre",
        "mailer-daemon",
        "postmaster",
        "bounce",
        "notifications",
        "mailer",
    ];
    let Some(author) = &parsed.author else { return false };
    let key = author.key();
    let Some((local, _)) = key.split_once('@') else { return false };
    let same = crate::same_mailbox_key(&key);
    kind_here(parsed, own_addresses) == Kind::Human
        && !own_addresses.iter().any(|own| crate::same_mailbox_key(own) == same)
        && !SILENT.iter().any(|s| local.starts_with(s))
        && parsed.marks.return_path.as_deref() != Some("")
        && parsed.marks.loop_mark.is_none()
        && !parsed.marks.suppressed
}

/// Subjects of automatic answers. Each ends where the phrase ends or goes on as such answers
/// do, because people write "Auto: repair was bad" and "On vacation my bag was lost".
static ABSENCE: LazyLock<RegexSet> = LazyLock::new(|| {
    let phrases = [
        r"(?:re: ?)?(?:auto(?:matic|mated)?[- _]?(?:reply|response|answer)|out of (?:the )?office|ooo|on vacation|vacation (?:reply|message)|away from (?:the |my )?(?:office|desk)|\[auto(?:-?reply)?)(?: (?:reply|response|message|notice|notification|until|from|till|through|re|autoreply|auto-reply))?",
        r"(?:aw: ?)?(?:automatische (?:antwort|rückmeldung|e-mail-antwort)|abwesenheit(?:snotiz|sbenachrichtigung|smeldung|sassistent)?|abwesend|urlaubs?(?:meldung|abwesenheit)|ich bin (?:nicht im büro|außer haus|im urlaub|abwesend))(?: (?:bis|vom|von|ab|am))?",
        r"(?:réponse automatique|absence du bureau|message d'absence|absent[e]? du bureau)(?: (?:jusqu'au|du|le))?",
        r"(?:respuesta automática|fuera de (?:la )?oficina|ausente de la oficina|resposta automática|fora do escritório|ausente do escritório|ausência do escritório)(?: (?:hasta|del|até|de))?",
        r"(?:risposta automatica|fuori (?:sede|ufficio)|assenza dall'ufficio|assente dall'ufficio|automatisch antwoord|afwezig(?:heidsbericht|heid)?)(?: (?:fino|dal|tot|van))?",
        r"(?:automatisk svar|automatiskt svar|autosvar|fraværende|frånvaro(?:meddelande)?|automaattinen vastaus|poissaoloilmoitus|poissa toimistolta)(?: (?:til|till|fra|från))?",
        r"(?:odpowiedź automatyczna|autoodpowiedź|nieobecność w biurze|poza biurem|automatická odpověď|automatická odpoveď|mimo kancelář)(?: (?:do|od))?",
        r"(?:automatikus válasz|răspuns automat|автоответ|автоматический ответ|автоматична відповідь|автоматичен отговор)",
        r"(?:αυτόματη απάντηση|otomatik yanıt|ofis dışında(?:yım)?|balasan otomatis|trả lời tự động)",
        r"(?:自動(?:返信|応答|回覆|回复)|自动(?:回复|答复)|不在(?:通知|のお知らせ)|자동 ?(?:응답|회신)|부재중|תשובה אוטומטית|الرد التلقائي|رد تلقائي)",
    ];
    let whole = |phrase: &&str| format!(r"(?i)^\s*{phrase}\s*(?:$|[:：;,.!\-–—(\[\]|\d])");
    RegexSet::new(phrases.iter().map(whole).collect::<Vec<_>>())
        .expect("patterns written here compile; every mail that is read builds them")
});
