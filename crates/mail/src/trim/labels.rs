//! What each line of a mail is.

use std::sync::LazyLock;

use regex::Regex;

use super::attribution;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Blank,
    Words,
    /// Begins with a quote mark.
    Quote,
    /// "On … wrote:", possibly over several lines.
    Attribution,
    /// First line of a From/Sent/To/Subject group.
    Header,
    /// "-----Original Message-----" and its kin.
    Original,
    /// A line below which only a signature stands.
    Signature,
    /// "Sent from my phone".
    MobileTag,
    /// Our own "write above this line".
    Marker,
}

pub(super) struct Line<'a> {
    pub text: &'a str,
    pub label: Label,
}

impl Line<'_> {
    pub fn begins_quote(&self) -> bool {
        matches!(self.label, Label::Quote | Label::Attribution | Label::Header)
    }
}

/// Labels up to `most` lines; those beyond are words.
pub(super) fn label(text: &str, most: usize) -> Vec<Line<'_>> {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut labels = vec![Label::Words; lines.len()];
    let mut at = 0;
    while at < lines.len() {
        if at >= most {
            break;
        }
        let line = lines[at];
        let len = if line.trim().is_empty() { 0 } else { attribution::length(&lines[at..]) };
        if len > 0 {
            labels[at..at + len].fill(Label::Attribution);
            at += len;
            continue;
        }
        labels[at] = one(&lines, at);
        at += 1;
    }
    let label = |(text, label)| Line { text, label };
    lines.into_iter().zip(labels).map(label).collect()
}

fn one(lines: &[&str], at: usize) -> Label {
    let line = lines[at];
    let bare = line.trim();
    if bare.is_empty() {
        return Label::Blank;
    }
    if is_quote(line) {
        return Label::Quote;
    }
    if bare.len() > 400 {
        return Label::Words;
    }
    if MARKER.is_match(bare) {
        return Label::Marker;
    }
    if ORIGINAL.is_match(bare) || (is_rule(bare) && header_below(lines, at)) {
        return Label::Original;
    }
    if is_signature(line, bare) || (is_rule(bare) && short_tail(&lines[at + 1..])) {
        return Label::Signature;
    }
    if is_header(bare) && header_group(&lines[at..]) {
        return Label::Header;
    }
    if MOBILE.is_match(bare) {
        return Label::MobileTag;
    }
    Label::Words
}

fn is_quote(line: &str) -> bool {
    let start = line.trim_start();
    if start.starts_with('>') || start.starts_with('|') || start.starts_with('＞') {
        return true;
    }
    // "AB> text": the initials of the quoted person, as some programs write.
    let mark = start.bytes().take_while(u8::is_ascii_uppercase).count();
    (1..=3).contains(&mark) && start.as_bytes().get(mark) == Some(&b'>')
}

fn is_rule(bare: &str) -> bool {
    const SIGNS: &str = "-_=*~#—─–";
    bare.len() >= 3 && bare.chars().all(|c| SIGNS.contains(c))
}

/// Most lines a signature below a drawn rule has.
const SIGNATURE_LINES_MAX: usize = 8;

/// Whether what follows a rule is short enough to be a name and how to reach it.
fn short_tail(lines: &[&str]) -> bool {
    let mut rest = lines.iter().map(|l| l.trim()).filter(|l| !l.is_empty());
    let tail: Vec<&str> = rest.by_ref().take(SIGNATURE_LINES_MAX).collect();
    let asks = |l: &&str| l.chars().count() > 72 || l.ends_with(['?', '？', '؟']) || is_rule(l);
    rest.next().is_none() && !tail.is_empty() && !tail.iter().any(asks)
}

fn header_below(lines: &[&str], at: usize) -> bool {
    let next = lines[at + 1..].iter().take(3).position(|l| !l.trim().is_empty());
    next.is_some_and(|n| {
        let from = at + 1 + n;
        is_header(lines[from].trim()) && header_group(&lines[from..])
    })
}

fn is_signature(line: &str, bare: &str) -> bool {
    line == "-- " || matches!(bare, "--" | "—" | "– " | "---") || is_long_underscore(bare)
}

fn is_long_underscore(bare: &str) -> bool {
    bare.len() >= 20 && bare.bytes().all(|b| b == b'_')
}

/// A line "Name: value" whose name means From, Sent, To, Cc, Date or Subject somewhere.
fn is_header(bare: &str) -> bool {
    header_name(bare).is_some()
}

fn header_name(bare: &str) -> Option<&'static str> {
    header_of(bare).map(|(kind, _)| kind)
}

/// The kind of header a pasted line is (`from`, `date`, `to`, `cc`, `subject`), and its value.
pub(crate) fn header_of(line: &str) -> Option<(&'static str, &str)> {
    let plain = line.trim().trim_start_matches(['*', '_', ' ', '>']);
    let colon = plain.find([':', '：'])?;
    if colon > 40 {
        return None;
    }
    let name = plain[..colon].trim_end_matches(['*', '_', ' ', '\u{a0}']).to_lowercase();
    let (kind, _) = HEADERS.iter().find(|(_, names)| names.contains(&name.as_str()))?;
    let value = plain[colon..].trim_start_matches([':', '：', '*', ' ', '\u{a0}']);
    Some((kind, value.trim_end_matches('*')))
}

/// At least three different headers, a From or a Date among them, within the next lines.
fn header_group(lines: &[&str]) -> bool {
    let mut kinds: Vec<&str> = Vec::new();
    for line in lines.iter().take(10) {
        if let Some(kind) = header_name(line.trim())
            && !kinds.contains(&kind)
        {
            kinds.push(kind);
        }
    }
    let told = kinds.contains(&"from") || kinds.contains(&"date");
    told && kinds.len() >= 3
}

pub(crate) const HEADERS: [(&str, &[&str]); 5] = [
    (
        "from",
        &[
            "from",
            "von",
            "de",
            "van",
            "da",
            "od",
            "fra",
            "från",
            "lähettäjä",
            "feladó",
            "de la",
            "от",
            "от кого",
            "від",
            "від кого",
            "από",
            "kimden",
            "gönderen",
            "dari",
            "từ",
            "จาก",
            "差出人",
            "送信者",
            "发件人",
            "發件人",
            "寄件者",
            "보낸 사람",
            "보낸사람",
            "מאת",
            "من",
            "از",
            "expéditeur",
            "remitente",
            "mittente",
            "absender",
            "afzender",
            "kellelt",
            "no",
            "nuo",
            "šalje",
            "pošiljatelj",
            "odesílatel",
            "reply-to",
        ],
    ),
    (
        "date",
        &[
            "sent",
            "date",
            "gesendet",
            "datum",
            "envoyé",
            "envoyé le",
            "enviado",
            "enviado el",
            "enviada em",
            "fecha",
            "data",
            "inviato",
            "verzonden",
            "sendt",
            "dato",
            "skickat",
            "lähetetty",
            "päivämäärä",
            "pvm",
            "wysłano",
            "odesláno",
            "odoslané",
            "dátum",
            "küldve",
            "elküldve",
            "trimis",
            "отправлено",
            "дата",
            "надіслано",
            "изпратено",
            "στάλθηκε",
            "ημερομηνία",
            "gönderildi",
            "gönderme tarihi",
            "tarih",
            "dikirim",
            "tanggal",
            "đã gửi",
            "ngày",
            "ส่ง",
            "วันที่",
            "送信日時",
            "日時",
            "日付",
            "发送时间",
            "发送日期",
            "日期",
            "時間",
            "寄件日期",
            "傳送日期",
            "보낸 날짜",
            "날짜",
            "נשלח",
            "תאריך",
            "تاريخ",
            "أُرسلت",
            "تم الإرسال",
            "تاریخ",
            "poslano",
            "saadetud",
            "kuupäev",
            "nosūtīts",
            "išsiųsta",
        ],
    ),
    (
        "to",
        &[
            "to",
            "an",
            "à",
            "a",
            "para",
            "aan",
            "til",
            "till",
            "vastaanottaja",
            "do",
            "komu",
            "címzett",
            "către",
            "catre",
            "кому",
            "до",
            "προς",
            "kime",
            "alıcı",
            "kepada",
            "đến",
            "tới",
            "ถึง",
            "宛先",
            "收件人",
            "收件者",
            "받는 사람",
            "받는사람",
            "אל",
            "إلى",
            "به",
            "destinataire",
            "empfänger",
            "destinatario",
            "per",
            "kellele",
            "kam",
            "kam:",
            "prima",
            "za",
        ],
    ),
    (
        "cc",
        &[
            "cc",
            "kopie",
            "kopi",
            "kopio",
            "copia",
            "cópia",
            "dw",
            "копия",
            "копія",
            "κοιν",
            "bilgi",
            "másolatot kap",
            "副本",
            "抄送",
            "참조",
            "עותק",
            "نسخة",
        ],
    ),
    (
        "subject",
        &[
            "subject",
            "betreff",
            "objet",
            "asunto",
            "assunto",
            "oggetto",
            "onderwerp",
            "emne",
            "ämne",
            "aihe",
            "temat",
            "předmět",
            "predmet",
            "tárgy",
            "subiect",
            "тема",
            "относно",
            "θέμα",
            "konu",
            "perihal",
            "subjek",
            "chủ đề",
            "tiêu đề",
            "เรื่อง",
            "件名",
            "主题",
            "主題",
            "主旨",
            "제목",
            "נושא",
            "الموضوع",
            "موضوع",
            "assumpte",
            "teema",
            "temats",
            "tema",
            "naslov",
            "zadeva",
        ],
    ),
];

static ORIGINAL: LazyLock<Regex> = LazyLock::new(|| {
    let words = [
        "original message",
        "original appointment",
        "reply message",
        "forwarded message",
        "begin forwarded message",
        "start of forwarded message",
        "ursprüngliche nachricht",
        "originalnachricht",
        "weitergeleitete nachricht",
        "message d'origine",
        "message original",
        "message transféré",
        "mensaje original",
        "mensaje reenviado",
        "mensagem original",
        "mensagem encaminhada",
        "messaggio originale",
        "messaggio inoltrato",
        "oorspronkelijk bericht",
        "doorgestuurd bericht",
        "oprindelig meddelelse",
        "originalmeddelelse",
        "original melding",
        "opprinnelig melding",
        "ursprungligt meddelande",
        "originalmeddelande",
        "vidarebefordrat meddelande",
        "alkuperäinen viesti",
        "wiadomość oryginalna",
        "oryginalna wiadomość",
        "wiadomość przekazana",
        "původní zpráva",
        "pôvodná správa",
        "eredeti üzenet",
        "mesaj original",
        "mesajul original",
        "исходное сообщение",
        "пересылаемое сообщение",
        "переадресованное сообщение",
        "оригінальне повідомлення",
        "оригинално съобщение",
        "αρχικό μήνυμα",
        "orijinal ileti",
        "özgün ileti",
        "iletilen mesaj",
        "pesan asli",
        "thư gốc",
        "tin nhắn gốc",
        "ข้อความต้นฉบับ",
        "元のメッセージ",
        "転送メッセージ",
        "原始邮件",
        "原始郵件",
        "转发的邮件",
        "원본 메시지",
        "원본 메일",
        "הודעה מקורית",
        "الرسالة الأصلية",
        "پیام اصلی",
        "izvorna poruka",
        "originalna poruka",
        "izvirno sporočilo",
        "missatge original",
        "algne kiri",
    ];
    let words = words.join("|");
    let line =
        format!(r"(?i)^[\s*>]*(?:[-_=—]{{2,}}\s*)(?:{words})\s*:?\s*(?:[-_=—]{{2,}})?[\s*]*$");
    Regex::new(&line).expect("a fixed pattern")
});

static MARKER: LazyLock<Regex> = LazyLock::new(|| {
    let line = concat!(
        r"(?i)^[-#=_*~\s>\[\]]*(?:please\s+)?(?:(?:reply|respond|write|type your reply)\s+above\s+this\s+line",
        r"|(?:bitte\s+)?(?:oberhalb|über)\s+dieser\s+(?:zeile|linie)\s+(?:antworten|schreiben)",
        r"|répondez?\s+au-dessus\s+de\s+cette\s+ligne|responda?\s+(?:por\s+)?(?:encima|acima)\s+de",
        r"|rispondi\s+sopra\s+questa\s+riga|antwoord\s+boven\s+deze\s+regel)[-#=_*~\s.\]]*$",
    );
    Regex::new(line).expect("a fixed pattern")
});

static MOBILE: LazyLock<Regex> = LazyLock::new(|| {
    let line = concat!(
        r"(?i)^[-–—_*\[(\s]*(?:",
        r"(?:sent|get|composed|written)\s+(?:from|via|using|with|on)\s+(?:my\s+|the\s+)?\S.{0,60}",
        r"|get outlook for .{3,40}|sent with .{3,40}",
        r"|(?:von meinem|gesendet (?:von|mit|über)|diese nachricht wurde von meinem) .{3,60}",
        r"|envoyé (?:de|depuis|à partir) .{3,60}|enviado (?:desde|do|de|a partir) .{3,60}",
        r"|inviato d(?:a|al) .{3,60}|verzonden (?:vanaf|via|met|vanuit|door|van) .{3,60}",
        r"|sendt fra .{3,60}|skickat från .{3,60}|lähetetty .{3,60}|wysłane z .{3,60}",
        r"|wysłano z .{3,60}|odesláno z .{3,60}|küldve .{3,60}|trimis de pe .{3,60}",
        r"|отправлено (?:с|из) .{3,60}|надіслано з .{3,60}|στάλθηκε από .{3,60}",
        r"|.{2,40}(?:ımdan|imden|umdan|'dan|'den) gönderildi|dikirim dari .{3,60}",
        r"|đã gửi từ .{3,60}|从我的.{2,20}发送|發自我的.{2,20}|发自我的.{2,20}|.{2,20}から送信",
        r"|나의 .{2,20}에서 보냄|내 .{2,20}에서 보냄|נשלח מה.{2,30}|أرسل(?:ت)? من .{3,40}",
        r")[\])\s*.]*$",
    );
    Regex::new(line).expect("a fixed pattern")
});
