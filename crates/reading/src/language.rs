//! Which language a text is written in.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::fold::Folded;
use crate::lexicon::{Hit, Section};
use crate::{Judged, Reason};

pub(crate) mod model;

use model::LanguageModel;

/// A language as an ISO 639-1 code, with `-Latn` where the script is not the usual one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(Cow<'static, str>);

impl Language {
    /// Not told.
    pub const UNKNOWN: Language = Language(Cow::Borrowed("und"));

    /// A language by its code.
    pub const fn of(code: &'static str) -> Language {
        Language(Cow::Borrowed(code))
    }

    /// The code: `en`, `hi-Latn`, or `und` if it could not be told.
    pub fn code(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Below this the language abstains.
const FLOOR: f32 = 0.5;

/// Below this a second language's words do not count.
const SECOND_MIN: f32 = 0.2;

/// The model that ships: `cargo xtask train` makes it.
static SHIPPED: LazyLock<LanguageModel> =
    LazyLock::new(|| LanguageModel::from_bytes(BYTES).expect("a test loads the shipped model"));

/// The file of that model.
pub(crate) static BYTES: &[u8] = include_bytes!("../models/language.bin");

/// Whether a text may be told to be of this language.
pub(crate) fn is_told(code: &str) -> bool {
    SHIPPED.knows(code)
}

/// What was told of the language.
pub(crate) struct Told {
    pub judged: Judged<Language>,
    /// Codes of the languages whose lexicons may read the text: the first, and others that come
    /// near it in a short text.
    pub codes: Vec<String>,
}

impl Told {
    pub(crate) fn reads(&self, code: &str) -> bool {
        code == "any" || self.codes.iter().any(|c| c == code)
    }
}

/// Tells the language of a text by its letters, and shows the common words that bear it out.
pub(crate) fn tell(text: &str, folded: &Folded, hits: &[Hit], names: &[String]) -> Told {
    let ranked = SHIPPED.rank(text);
    let Some(&(first, confidence)) = ranked.first() else {
        let judged = Judged::new(Language::UNKNOWN, 0.0, FLOOR, Vec::new());
        return Told { judged, codes: Vec::new() };
    };
    let mut codes: Vec<String> = ranked
        .iter()
        .filter(|(index, p)| *index == first || *p >= SECOND_MIN)
        .map(|(index, _)| SHIPPED.code(*index).to_owned())
        .collect();
    if let Some(judged) = hindi(text, folded, &codes[0]) {
        codes.insert(0, "hi-Latn".to_owned());
        return Told { judged, codes };
    }
    let because = common_words(text, folded, hits, names, &codes[0]);
    let language = Language(Cow::Owned(codes[0].clone()));
    Told { judged: Judged::new(language, confidence, FLOOR, because), codes }
}

/// Small words of Hindi in Latin letters that are words of no other language here.
const HINDI: &str = "\
    hai hain nahi nahin nhi nhin ni nai kya kyaa kyun kyu kyon kyo aur mein mera meri mere mra
    tera teri tere apna apni apne aap aapka aapki aapke aapko aapne apka apki apke apko apse
    tum tumhara tumhari tumhare tumhe tumko tumne tune hamara hamare hamari hmara hmare hmari
    humein hume hame hme humko hamko humne hmne mujhe muje mje mjhe mujhko mujhse mjhse maine
    mene tujhe tuje tje usko unko isko inko kisko jisko sabko sbko unka unki unke uska uski
    uske iska iski iske inka inki inke jiska jiski jiske kiska kiski kiske usne isne unhone
    inhone kisne jisne kuch kch koi sab sb sabhi bhai bhaiya bhaijaan yaar yr yar bhi toh yeh
    woh wo kab kb kaise kese kaisa kaisi kaun kahan kaha yaha yahan waha wahan jab tab abhi abi
    ab raha rahe rahi rha rhe rhi rehta rehte rehti karo kar kr kro karna krna karne krne karte
    krte karta krta karti krti karke krke kare kre kardo krdo karunga karenge krenge kiya gaya
    gayi gaye gya gyi gye hogaya hogya hua hui hue hoga hogi honge hona hone tha thi hota hoti
    hote liye saath bina phir fir lekin magar agar agr warna wrna bahut bohot bhut bht boht
    bahot accha acha acchi achha achi ache acche sahi galat kal kl aaj aj wala wale wali logo
    logon desh paisa paise pese kaam baat jai hind ji haan ki ka ke ko se ne pe na jaan dil
    zindagi pyar chahiye chahye milega mila mili milta dekho dekha dekhna bolo bola bol bolte
    chalo chal jao jaa aao aaya aaye aayi aata aati ata ati diya dia liya lia lagta lagti laga
    pata pta mai hu hun hoon ho hn tak tk kyunki kyuki isliye sirf bas kabhi kbhi hamesha jaldi
    jldi ek kitna kitne kitni bta bata batao btao h kai isse usse jo jaise jaisa aise aisa aisi
    waise pehle phle baad itna itni itne zyada jyada thoda pura poora sara saara theek thik
    mast kamal bekar bakwas ghatiya kharab khrab ganda sach jhooth jhuth jhut samajh smjh
    matlab mtlb soch socho suno suna mubarak shukriya dhanyavaad namaste salaam insaan dost
    dosto ladka ladki ghar ghr subah raat sarkar neta janta jaata jata jati jate jaye jayega
    jayegi jana jane aana aane dena deta dete deti lena leta lete leti rakho rakhna sakta sakte
    sakti skta skte skti wapas dono kyonki hamein unhe tumse inse unse kisi jitna utna khud
    zaroor jarur shayad waah wah arre sala kutta pagal besharam sharam gussa khush dukh dard
    maar hi he mat din log hum";

static HINDI_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| HINDI.split_whitespace().collect());

/// Words of them that are English words too.
const HINDI_OR_ENGLISH: &[&str] = &["mat", "din", "log", "hum", "are"];

/// Hindi in Latin letters is mostly mixed with English, so that letters alone take it for
/// English: three small words of it, or two in a short text, decide. The shortest count half,
/// because chance and other languages make them too.
fn hindi(text: &str, folded: &Folded, first: &str) -> Option<Judged<Language>> {
    if !matches!(first, "en" | "hi-Latn") && folded.tokens.len() > 60 {
        return None;
    }
    let mut because = Vec::new();
    let mut words = 0;
    let mut found = 0.0f32;
    for token in folded.tokens.iter().filter(|t| t.is_word()).take(200) {
        words += 1;
        let word = folded.word(token);
        if HINDI_SET.contains(word) {
            let doubtful = word.len() <= 2 || HINDI_OR_ENGLISH.contains(&word);
            found += if doubtful { 0.5 } else { 1.0 };
            if because.len() < 8 {
                let feature = Cow::Owned(text[token.span()].to_lowercase());
                because.push(Reason { feature, span: token.span(), weight: 1.0 });
            }
        }
    }
    let share = found / words.max(1) as f32;
    let enough = match first {
        "hi-Latn" => true,
        "en" => found >= 2.5 && share >= 0.12 || found >= 1.5 && share >= 0.2 || share >= 0.34,
        _ => found >= 2.0 && share >= 0.3 || found >= 1.0 && share >= 0.45,
    };
    let confidence = (0.55 + 0.6 * share).min(0.95);
    enough.then(|| Judged::new(Language::of("hi-Latn"), confidence, FLOOR, because))
}

/// The common words of a language in the text, from its lexicon if there is one.
fn common_words(
    text: &str,
    folded: &Folded,
    hits: &[Hit],
    names: &[String],
    code: &str,
) -> Vec<Reason> {
    let of =
        |hit: &&Hit| hit.section == Section::Common && names[usize::from(hit.language)] == code;
    let common = hits.iter().filter(of).take(8);
    common
        .map(|hit| {
            let first = folded.tokens[hit.tokens.start].start as usize;
            let span = first..folded.tokens[hit.tokens.end - 1].end as usize;
            let feature = Cow::Owned(text[span.clone()].to_lowercase());
            Reason { feature, span, weight: hit.strength }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_model_loads_and_knows_seventy_six_languages() {
        assert_eq!((0..).take_while(|&i| SHIPPED.has(i)).count(), 76);
    }
}
