//! "On Monday, Ann wrote:" in the languages mail programs speak.

use std::sync::LazyLock;

use regex::Regex;

/// Most lines one attribution is spread over, blank ones included.
const LINES_MAX: usize = 6;
/// Longest attribution, in bytes.
const BYTES_MAX: usize = 400;

/// How many lines at the start of `lines` are one attribution; 0 when none is.
pub(super) fn length(lines: &[&str]) -> usize {
    let first = lines.first().map_or("", |l| l.trim());
    if !may_begin(first) {
        return 0;
    }
    if is_whole(first) || (names_somebody_then(first) && quote_follows(&lines[1..])) {
        return 1;
    }
    if !STARTS.is_match(quote_free(first)) && !first.contains('@') {
        return 0; // a sentence that happens to stand above an attribution
    }
    let mut joined = first.to_owned();
    let mut gap = false;
    for (n, line) in lines.iter().enumerate().take(LINES_MAX).skip(1) {
        let bare = line.trim();
        if bare.is_empty() {
            gap = true;
            continue;
        }
        // Only an address is ever set off by an empty line.
        if (gap && !bare.starts_with(['<', '>']) && !bare.contains("mailto:")) || stands_alone(bare)
        {
            return 0;
        }
        joined.push(' ');
        joined.push_str(bare);
        if joined.len() > BYTES_MAX {
            return 0;
        }
        let told = names_somebody_then(&joined) && quote_follows(&lines[n + 1..]);
        if is_whole(&joined) || told {
            return n + 1;
        }
    }
    0
}

/// A date, an address and a colon: enough in any language when a quote follows.
fn names_somebody_then(text: &str) -> bool {
    let text = quote_free(text).trim_end();
    text.ends_with([':', '：']) && text.contains('@') && text.chars().any(char::is_numeric)
}

fn quote_follows(lines: &[&str]) -> bool {
    let next = lines.iter().take(3).find(|l| !l.trim().is_empty());
    next.is_some_and(|l| l.trim_start().starts_with('>'))
}

/// Whether a line is an attribution of its own and not the end of the one above: it begins
/// like one, or a name stands before its address.
fn stands_alone(line: &str) -> bool {
    let named = line.split('@').next().is_some_and(|head| head.find('<').is_some_and(|n| n > 0));
    is_whole(line) && (named || STARTS.is_match(quote_free(line)))
}

/// A line without the quote marks and stars before it.
fn quote_free(text: &str) -> &str {
    text.trim_start_matches(['>', ' ', '*', '_'])
}

/// A first look that spares the patterns on nearly every line: a digit, an address, or a verb.
fn may_begin(line: &str) -> bool {
    line.len() <= BYTES_MAX
        && (line.ends_with(':')
            || line.contains('@')
            || line.chars().any(char::is_numeric)
            || VERB.is_match(line))
}

fn is_whole(text: &str) -> bool {
    let text = quote_free(text).trim_end_matches(['*', '_', ' ', '-']);
    if GMAIL.is_match(text) || QUOTING.is_match(text) {
        return true;
    }
    let dated = text.contains('@') || text.chars().any(char::is_numeric);
    if !dated || text.len() > BYTES_MAX {
        return false;
    }
    let ends = text.ends_with([':', '：', '︰']);
    let open = text.trim_end_matches([':', '：', '︰', ' ']);
    VERB_LAST.is_match(open) && (ends || ZOHO.is_match(text) || STARTS.is_match(text))
        || (ends
            && VERB.is_match(open)
            && (STARTS.is_match(text) || ADDRESS_OR_TIME.is_match(text)))
}

/// Past-tense "wrote" as mail programs put it.
const VERBS: &str = concat!(
    r"wrote|writes|schrieb|schrieben|schreef|geschreven|a écrit|écrit|écrivait|escribió|escribio",
    r"|ha scritto|scrisse|escreveu|skrev|skrifaði|kirjoitti|napisał|napisała|napisał\(a\)|pisze",
    r"|napsal|napsala|napsal\(a\)|napísal|napísal\(a\)|írta|a scris|написал|написала|написал\(а\)",
    r"|писал|писала|пишет|написав|написала\(в\)|пише|написа|je napisao|je napisala|je napisao/la",
    r"|piše|je napisal|έγραψε|yazdı|şunu yazdı|şunları yazdı|كتب|كتبت|כתב|כתבה|نوشت|نوشته است",
    r"|ने लिखा|のメール|さんは書きました|が書きました|さんのメッセージ|写道|寫道|写到|작성|님이 작성|썼습니다",
    r"|đã viết|เขียนว่า|เขียน|menulis|va escriure|kirjutas|rakstīja|rašė|skribis|geskryf|aliandika",
);

static VERB: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"(?i)(?:{VERBS})")).expect("a fixed pattern"));

static VERB_LAST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r"(?i)(?:^|[^\p{{L}}])?(?:{VERBS})\s*$")).expect("a fixed pattern")
});

/// How attributions begin: a word for "on", a weekday, or the date itself.
static STARTS: LazyLock<Regex> = LazyLock::new(|| {
    let words = concat!(
        r"(?i)^(?:on|at|in a message dated|am|le|el|em|il|op|den|på|dne|dňa|w dniu|dnia|la data|în",
        r"|в|на|στις|tarihinde|pada|vào|vào lúc|ngày|เมื่อ|în data|a|mer|lun|mar|jeu|ven|sam|dim)",
        r"[\s.,]|^\S{0,20}?[\s,]*\d{1,4}[-./年\s]",
    );
    Regex::new(words).expect("a fixed pattern")
});

static ADDRESS_OR_TIME: LazyLock<Regex> = LazyLock::new(|| {
    let shapes =
        r"<[^<>\s]+@[^<>\s]+>|\d{1,2}[:.]\d{2}|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}";
    Regex::new(shapes).expect("a fixed pattern")
});

/// "Quoting Ann <ann@example.com>:", as Horde writes it.
static QUOTING: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?i)^(?:quoting|zitat von|citando a?|selon|citazione|quotando|citat från|цитирую) .{1,120}:$";
    Regex::new(words).expect("a fixed pattern")
});

static ZOHO: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^-{2,}\s*\S").expect("a fixed pattern"));

/// "2013/7/20 Ann <ann@example.com>" and "2016-03-03 17:21 GMT+01:00 Ann", without a verb.
static GMAIL: LazyLock<Regex> = LazyLock::new(|| {
    let dates = concat!(
        r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:,?\s\d{1,2}:\d{2}(?::\d{2})?)?",
        r"(?:\s(?:GMT|UTC)[+-]?\d{0,2}:?\d{0,2}\s\S.{1,80}|\s[^<>]{1,80}<[^<>\s]+@[^<>\s]+>)\s*:?$",
    );
    Regex::new(dates).expect("a fixed pattern")
});
