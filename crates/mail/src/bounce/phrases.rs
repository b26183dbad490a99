//! Bounces without a machine-readable report: subjects and sentences of mail programs.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::{Delivery, State, status_code};

/// How much of a text is looked at, in bytes; bounces say it early.
const LOOKED_AT: usize = 16 * 1024;

static SUBJECTS: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new([
        r"(?i)^(?:re:\s*)?(?:warning: )?(?:message|mail|e-mail|email) (?:status|delivery|system)",
        r"(?i)undeliver(?:able|ed)|non-?delivery|nondeliverable|not delivered|undelivered mail",
        r"(?i)delivery (?:status|failure|failed|notification|report|problem|error|to the|has|delayed)",
        r"(?i)(?:mail|message|e-?mail) (?:delivery|not|could not|cannot|was not|has not)",
        r"(?i)returned (?:mail|message|e-?mail|to sender)|mail (?:failure|error|returned)|bounced? mail",
        r"(?i)failure (?:notice|delivery)|failed (?:mail|delivery|to deliver|message)",
        r"(?i)(?:user|mailbox|recipient|address) (?:unknown|unavailable|not found|full)",
        r"(?i)unable to deliver|could not (?:be )?deliver|cannot (?:be )?deliver|mail delivery",
        r"(?i)(?:mail )?(?:quota|size limit) exceeded|permanent (?:delivery )?failure",
        r"(?i)unzustellbar|nicht zugestellt|zustellung|unzustellbarkeit",
        r"(?i)non remis|échec de (?:la )?remise|échec d'envoi|impossible de remettre|non distribu",
        r"(?i)no se (?:pudo|puede) entregar|no entregado|devuelto|error de entrega|falla? en la entrega",
        r"(?i)não (?:foi )?entregue|falha na entrega|devolvid[ao]|mancata consegna|recapito",
        r"(?i)onbestelbaar|niet bezorgd|kan niet worden (?:bezorgd|afgeleverd)",
        r"(?i)kan ikke leveres|kunde inte levereras|ej levererat|ikke leveret|ei voitu toimittaa",
        r"(?i)niedostarczon|nie (?:może|mogła) zostać dostarczon|nedoručiteln|kézbesíthetetlen",
        r"(?i)недоставлен|не (?:может быть )?доставлен|невозможно доставить|ошибка доставки",
        r"(?i)teslim edilemedi|iletilemedi|ulaştırılamadı|παράδοση απέτυχε|δεν παραδόθηκε",
        r"配信(?:不能|エラー|失敗)|送信(?:できません|エラー)|不達|エラーメール|退信|无法投递|投递失败|無法傳遞|无法送达|배달(?: 실패|되지)|반송",
    ])
    .expect("fixed patterns")
});

static SENTENCES: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new([
        r"(?i)this is (?:the mail system at|an automatically generated delivery status)",
        r"(?i)(?:could|can|was|has|have|were|will) ?not (?:be|been) (?:successfully )?(?:delivered|sent)",
        r"(?i)(?:unable|failed|not able) to (?:deliver|be delivered|send) (?:your|the|this|message)",
        r"(?i)delivery (?:to the following|has failed|failed|attempt)|permanent (?:fatal )?errors?",
        r"(?i)(?:your|the) (?:message|mail|e-mail|email) (?:was|could|cannot|did|has been) (?:not |returned|rejected|undeliver)",
        r"(?i)undeliver(?:able|ed)|did not reach the following recipient|returned to sender",
        r"(?i)(?:user|recipient|mailbox|account|address)(?: address)?(?: name)? (?:is )?(?:unknown|unavailable|disabled|does not exist|doesn't exist|not found|rejected)",
        r"(?i)(?:no such|unknown|invalid) (?:user|recipient|mailbox|address|local user)",
        r"(?i)mailbox (?:is )?full|over quota|quota exceeded|exceed(?:s|ed)? (?:the )?(?:quota|size)",
        r"(?i)sorry, i (?:wasn't able|couldn't find)|i'm afraid i wasn't able to deliver",
        r"(?i)not a member of this (?:mailing )?list|not allowed to (?:post|send) to",
        r"(?i)transcript of session follows|reason(?:s)? for (?:the )?(?:return|failure)",
        r"(?im)^(?:.{0,80})\b(?:5[0-7]\d|4[25]\d)[ -](?:#?[45]\.\d\.\d|.{0,60}(?:unknown|denied|reject|unavailable|relay))",
        r"配信でき|送信できません|届けることができません|宛先(?:不明|が見つかりません)|無法|无法投递|退回",
        r"(?i)nicht zugestellt werden|konnte nicht .{0,30}zustell|n'a pas pu être (?:remis|distribu)",
        r"(?i)no (?:se )?(?:pudo|ha podido|puede) (?:ser )?entrega|non è stato possibile|не (?:было|может быть) доставлен",
    ])
    .expect("fixed patterns")
});

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")
        .expect("a fixed pattern")
});

static TEMPORARY: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?i)delayed|will (?:continue|retry|keep) |still being|not yet been delivered|warning message only|temporar";
    Regex::new(words).expect("a fixed pattern")
});

fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(LOOKED_AT)]
}

pub(super) fn subject(subject: &str) -> bool {
    SUBJECTS.is_match(head(subject))
}

pub(super) fn undelivered(text: &str) -> bool {
    SENTENCES.is_match(head(text))
}

/// Recipients that a report names in words, all in the state the words tell.
pub(super) fn deliveries(text: &str) -> Vec<Delivery> {
    let text = head(text);
    // What follows the pasted headers is the old mail; its addresses are not recipients.
    let end = text.find("\nReceived: ").or_else(|| text.find("\nReturn-Path: "));
    let text = &text[..end.unwrap_or(text.len())];
    let mut found: Vec<Delivery> = Vec::new();
    for line in text.lines() {
        let status = status_code(line);
        for at in ADDRESS.find_iter(line) {
            let recipient = at.as_str().to_lowercase();
            let local = recipient.split('@').next().unwrap_or("");
            let ours = matches!(local, "postmaster" | "mailer-daemon" | "abuse");
            if ours || found.iter().any(|d| d.recipient == recipient) || found.len() >= 20 {
                continue;
            }
            let diagnostic = line.trim().chars().take(300).collect();
            found.push(Delivery {
                recipient,
                state: State::Failed,
                status: status.clone(),
                diagnostic,
            });
        }
    }
    let code = status_code(text);
    let soft = TEMPORARY.is_match(text) || code.as_deref().is_some_and(|c| c.starts_with('4'));
    for delivery in &mut found {
        delivery.status = delivery.status.take().or_else(|| code.clone());
        let hard = delivery.status.as_deref().is_some_and(|c| c.starts_with('5'));
        if soft && !hard {
            delivery.state = State::Delayed;
        }
    }
    found
}
