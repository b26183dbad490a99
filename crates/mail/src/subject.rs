//! Subjects compared: reply and forward prefixes taken off, case tags read.

/// Prefixes that mean "answer" or "forward" somewhere, lower case.
const PREFIXES: [&str; 68] = [
    "re",
    "aw",
    "antw",
    "antwort",
    "antwoord",
    "sv",
    "vs",
    "svar",
    "ref",
    "rif",
    "ris",
    "risposta",
    "res",
    "resp",
    "rv",
    "odp",
    "ynt",
    "yan",
    "yanıt",
    "ilt",
    "vb",
    "vá",
    "válasz",
    "továbbítás",
    "fw",
    "fwd",
    "wg",
    "tr",
    "enc",
    "i",
    "inoltra",
    "doorst",
    "pd",
    "rép",
    "réf",
    "bls",
    "trs",
    "tl",
    "atb",
    "at",
    "απ",
    "πρθ",
    "σχετ",
    "на",
    "ответ",
    "отв",
    "hа",
    "від",
    "нa",
    "пересл",
    "回复",
    "回覆",
    "答复",
    "转发",
    "轉寄",
    "返信",
    "転送",
    "답장",
    "회신",
    "전달",
    "תגובה",
    "השב",
    "העבר",
    "הועבר",
    "رد",
    "إعادة توجيه",
    "پاسخ",
    "fs",
];

/// A subject without its prefixes, spaces made single, lower case: what threads share.
pub fn normalised(subject: &str) -> String {
    let mut rest = subject.trim();
    for _ in 0..64 {
        let Some(next) = without_prefix(rest) else { break };
        rest = next;
    }
    rest.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Prefixes that mean "forward".
const FORWARDS: [&str; 24] = [
    "fw",
    "fwd",
    "wg",
    "tr",
    "enc",
    "rv",
    "i",
    "inoltra",
    "doorst",
    "vb",
    "vs",
    "pd",
    "trs",
    "ilt",
    "πρθ",
    "пересл",
    "továbbítás",
    "转发",
    "轉寄",
    "転送",
    "전달",
    "העבר",
    "הועבר",
    "إعادة توجيه",
];

/// Whether a subject says that the mail is passed on.
pub fn is_forward(subject: &str) -> bool {
    let mut rest = subject.trim();
    for _ in 0..8 {
        let Some(next) = without_prefix(rest) else { return false };
        let word = rest[..rest.len() - next.len()].trim().trim_end_matches([':', '：', ' ']);
        if FORWARDS.contains(&word.to_lowercase().as_str()) {
            return true;
        }
        rest = next;
    }
    false
}

/// Takes one prefix such as `Re:`, `AW:`, `Re[2]:`, `RE (3):` or `回复：` off.
fn without_prefix(subject: &str) -> Option<&str> {
    let colon = subject.char_indices().take(24).find(|(_, c)| matches!(c, ':' | '：' | '︰'))?;
    let (word, rest) = subject.split_at(colon.0);
    let rest = &rest[colon.1.len_utf8()..];
    let word = word.trim().to_lowercase();
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit() || "[]()^ ".contains(c));
    PREFIXES.contains(&word).then(|| rest.trim_start())
}

/// Case numbers in tags such as `[R-10482]`, where `prefix` is `R`.
pub fn case_tags(subject: &str, prefix: &str) -> Vec<u64> {
    let open = format!("[{}-", prefix.to_lowercase());
    let lower = subject.to_lowercase();
    let tags = lower.split(&open).skip(1).filter_map(|rest| rest.split_once(']'));
    tags.filter_map(|(number, _)| number.trim().parse().ok()).take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_of_many_languages_are_taken_off_again_and_again() {
        let all = "Re: AW: Antw: SV: WG: Re[2]: RE (3): 回复：Fwd: Late  Parcel";
        assert_eq!(normalised(all), "late parcel");
        assert_eq!(normalised("Software: does not start"), "software: does not start");
        assert_eq!(normalised("Ответ: посылка"), "посылка");
    }

    #[test]
    fn case_tags_are_read_wherever_they_stand() {
        assert_eq!(case_tags("Re: Late [R-10482] again [r-7]", "R"), [10_482, 7]);
        assert!(case_tags("[R-x] R-5 [CASE-5]", "R").is_empty());
    }
}
