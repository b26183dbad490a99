//! The words of many languages by which lines of old mail are known.

use std::sync::LazyLock;

use regex::Regex;

/// Names of pasted headers, lower case, by what they mean.
#[rustfmt::skip] // one name a line would be four hundred lines
pub(super) const HEADERS: [(&str, &[&str]); 5] = [
    ("from", &[
        "from", "von", "de", "van", "da", "od", "fra", "från", "lähettäjä", "feladó", "de la",
        "от", "от кого", "від", "від кого", "από", "kimden", "gönderen", "dari", "từ", "จาก",
        "差出人", "送信者", "发件人", "發件人", "寄件者", "보낸 사람", "보낸사람", "מאת", "من", "از", "expéditeur",
        "remitente", "mittente", "absender", "afzender", "kellelt", "no", "nuo", "šalje",
        "pošiljatelj", "odesílatel", "reply-to",
    ]),
    ("date", &[
        "sent", "date", "gesendet", "datum", "envoyé", "envoyé le", "enviado", "enviado el",
        "enviada em", "fecha", "data", "inviato", "verzonden", "sendt", "dato", "skickat",
        "lähetetty", "päivämäärä", "pvm", "wysłano", "odesláno", "odoslané", "dátum", "küldve",
        "elküldve", "trimis", "отправлено", "дата", "надіслано", "изпратено", "στάλθηκε",
        "ημερομηνία", "gönderildi", "gönderme tarihi", "tarih", "dikirim", "tanggal", "đã gửi",
        "ngày", "ส่ง", "วันที่", "送信日時", "日時", "日付", "发送时间", "发送日期", "日期", "時間", "寄件日期",
        "傳送日期", "보낸 날짜", "날짜", "נשלח", "תאריך", "تاريخ", "أُرسلت", "تم الإرسال", "تاریخ",
        "poslano", "saadetud", "kuupäev", "nosūtīts", "išsiųsta",
    ]),
    ("to", &[
        "to", "an", "à", "a", "para", "aan", "til", "till", "vastaanottaja", "do", "komu",
        "címzett", "către", "catre", "кому", "до", "προς", "kime", "alıcı", "kepada", "đến",
        "tới", "ถึง", "宛先", "收件人", "收件者", "받는 사람", "받는사람", "אל", "إلى", "به", "destinataire",
        "empfänger", "destinatario", "per", "kellele", "kam", "kam:", "prima", "za",
    ]),
    ("cc", &[
        "cc", "kopie", "kopi", "kopio", "copia", "cópia", "dw", "копия", "копія", "κοιν",
        "bilgi", "másolatot kap", "副本", "抄送", "참조", "עותק", "نسخة",
    ]),
    ("subject", &[
        "subject", "betreff", "objet", "asunto", "assunto", "oggetto", "onderwerp", "emne",
        "ämne", "aihe", "temat", "předmět", "predmet", "tárgy", "subiect", "тема", "относно",
        "θέμα", "konu", "perihal", "subjek", "chủ đề", "tiêu đề", "เรื่อง", "件名", "主题", "主題",
        "主旨", "제목", "נושא", "الموضوع", "موضوع", "assumpte", "teema", "temats", "tema",
        "naslov", "zadeva",
    ]),
];

/// "-----Original Message-----" and its kin.
pub(super) static ORIGINAL: LazyLock<Regex> = LazyLock::new(|| {
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
        format!(r"(?i)^[\s*>]*(?:[-_=—]{{2,}}\s*)?(?:{words})\s*:?\s*(?:[-_=—]{{2,}})?[\s*]*$");
    Regex::new(&line).expect("a fixed pattern")
});

/// Our own "write above this line".
pub(super) static MARKER: LazyLock<Regex> = LazyLock::new(|| {
    let line = concat!(
        r"(?i)^[-#=_*~\s>\[\]]*(?:please\s+)?(?:(?:reply|respond|write|type your reply)\s+above\s+this\s+line",
        r"|(?:bitte\s+)?(?:oberhalb|über)\s+dieser\s+(?:zeile|linie)\s+(?:antworten|schreiben)",
        r"|répondez?\s+au-dessus\s+de\s+cette\s+ligne|responda?\s+(?:por\s+)?(?:encima|acima)\s+de",
        r"|rispondi\s+sopra\s+questa\s+riga|antwoord\s+boven\s+deze\s+regel)[-#=_*~\s.\]]*$",
    );
    Regex::new(line).expect("a fixed pattern")
});

/// The tag lines of telephones.
pub(super) static MOBILE: LazyLock<Regex> = LazyLock::new(|| {
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
