//! What names somebody and has no form that a number could be checked by: people who appear only
//! inside a text, the streets they live in, and the numbers under which somebody keeps them.
//!
//! Names are found by the words beside them ("my husband …", "Herr …", a line under a greeting),
//! addresses by how streets are written where English, German, French, Spanish, Italian,
//! Portuguese, Dutch or a Scandinavian language is. Taking out a word too many costs little, since
//! it comes back with the answer; amounts, dates and measures stay, because an answer needs them.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Digits that make a number one of somebody's, where nothing beside it says so.
const DIGITS_ALONE: usize = 6;
/// The same with a letter or a hyphen in it, as in `AB-12345`.
const DIGITS_MIXED: usize = 4;
/// The same for several groups of digits in a row.
const DIGITS_GROUPED: usize = 8;

/// One word of a name.
const WORD: &str = r"\p{Lu}[\p{L}'’\-]+";

static NAMES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let name = format!(
        r"(?P<name>(?-i:(?:\p{{Lu}}\.[ \u00a0]?){{0,3}}{WORD}(?:[ \u00a0](?:(?:van|von|vom|de|da|do|di|del|der|den|la|el|al|bin|zu|ten|dos|du) )*{WORD}){{0,3}}))"
    );
    let titles = "Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herrn?|Frau|Monsieur|Madame|Mme|Mlle|Señora?|Sra?|\
        Signora?|Sig|Dott|Senhora?|Dhr|Mevr|Mevrouw|Meneer";
    let introductions = "my name is|mein name ist|ich hei(?:ß|ss)e|je m['’]appelle|mon nom est|\
        me llamo|mi nombre es|mi chiamo|il mio nome è|chamo-me|me chamo|meu nome é|mijn naam is|\
        ik heet|jeg heter|jeg hedder|jag heter";
    let mine = "my|mein|meine[rmn]?|mon|ma|mi|mio|mia|meu|minha|mijn";
    let relations = "husband|wife|partner|son|daughter|mother|father|mum|mom|dad|brother|sister|\
        neighbou?r|colleague|friend|boss|boyfriend|girlfriend|grandmother|grandfather|uncle|aunt|\
        mann|frau|sohn|tochter|mutter|vater|bruder|schwester|nachbar(?:in)?|kolleg(?:e|in)|\
        freund(?:in)?|oma|opa|mari|femme|fils|fille|mère|père|frère|sœur|voisine?|collègue|amie?|\
        marido|mujer|esposa|hij[oa]|madre|padre|herman[oa]|vecin[oa]|amig[oa]|marito|moglie|\
        figli[oa]|fratello|sorella|collega|amic[oa]|filh[oa]|mãe|pai|irmão|irmã|vizinh[oa]|\
        colega|man|vrouw|zoon|dochter|moeder|vader|broer|zus|buurman|buurvrouw|vriend(?:in)?";
    let endings = "(?:kind|best|warm|many)? ?(?:regards|wishes|thanks)|best|(?:yours )?sincerely|\
        yours (?:faithfully|truly)|thank you|cheers|mit freundliche[nm] gr(?:ü|ue)(?:ß|ss)(?:en)?|\
        mit freundlichem gru(?:ß|ss)|(?:freundliche|viele|beste|herzliche|liebe) gr(?:ü|ue)(?:ß|ss)e|\
        mfg|lg|vg|(?:bien )?cordialement|bien à vous|(?:sincères )?salutations|\
        (?:un )?saludos?(?: cordial(?:es)?)?|atentamente|(?:cordiali |distinti )?saluti|\
        (?:com os melhores |melhores )?cumprimentos|atenciosamente|\
        (?:met )?vriendelijke groet(?:en)?|groet(?:en|jes)?|mvg|(?:med )?vennlig hilsen|hilsen";
    [
        format!(r"\b(?:(?:{titles})\.?[ \u00a0])+{name}"),
        format!(r"\bM\.[ \u00a0]{name}"),
        format!(r"(?i)\b(?:{introductions})[ \u00a0]{name}"),
        format!(r"(?i)\b(?:{mine})[ \u00a0](?:{relations}),?[ \u00a0]{name}"),
        format!(
            r"(?im)(?:^|[.!?])[ \t]*(?:{endings})[ \t,.!\-–]*\r?\n\s*{name}[ \t]*[.,]?[ \t]*\r?$"
        ),
    ]
    .iter()
    .map(|pattern| made(pattern))
    .collect()
});

static STREETS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let town = format!(
        r"(?:[,;]?\s+(?:[A-Z]{{1,2}}-)?(?:\d{{4}}-\d{{3}}|\d{{4,5}}(?: ?[A-Z]{{2}})?)\s+{WORD}(?:[ \-]{WORD})*)?"
    );
    let english = r"(?:(?:,\s*\p{Lu}[\p{L} .'’\-]{1,30}){0,2},?\s+(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]{2} \d{5}(?:-\d{4})?)\b)?";
    let ways = "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Court|Ct|Way|Place|Pl|Square|\
        Sq|Terrace|Crescent|Boulevard|Blvd|Gardens|Row|Grove|Hill|Parkway|Pkwy|Highway|Hwy|Mews|Walk";
    let ending = "stra(?:ß|ss)e|str\\.?|weg|allee|platz|gasse|damm|ufer|chaussee|steig|straat|laan|\
        plein|gracht|kade|singel|dijk|gate|gata|gaten|veien|vegen|vej|gade|vägen|gatan";
    let apart =
        "Stra(?:ß|ss)e|Str\\.?|Weg|Allee|Platz|Gasse|Ring|Damm|Ufer|Straat|Laan|Plein|Gate|Vei";
    [
        format!(
            r"\b(?:(?:Flat|Apt|Apartment|Unit|Suite)\.? ?\w{{1,5}},? )?\d{{1,5}}[A-Za-z]?,? (?:\p{{Lu}}[\p{{L}}'’.]* ){{1,4}}(?:{ways})\b\.?{english}"
        ),
        format!(r"\b\p{{Lu}}[\p{{L}}.'\-]{{2,}}(?:{ending}) ?\d{{1,4}} ?[a-zA-Z]?\b{town}"),
        format!(
            r"\b\p{{Lu}}[\p{{L}}.'\-]{{2,}}[ \-](?:{apart}) ?\d{{1,4}} ?(?:[a-zA-Z]\b)?{town}"
        ),
        format!(
            r"\b\d{{1,4}}(?: ?(?:bis|ter))?,? (?i:rue|avenue|av\.|boulevard|bd|place|chemin|allée|impasse|quai|route|cours|square)(?: (?:de|du|des|la|le|les|aux?|à))*[ '’](?:[dl]['’])?{WORD}(?:[ \-]{WORD})*{town}"
        ),
        format!(
            r"\b(?:[Cc]alle|[Cc]/|[Aa]venida|[Aa]vda\.?|[Pp]laza|[Pp]aseo|[Cc]arrer|[Rr]ua|[Tt]ravessa|[Pp]raça|[Aa]lameda|Via|Viale|viale|[Pp]iazza|[Cc]orso|[Vv]icolo)(?: (?:de|del|la|las|los|el|da|do|das|dos|di|della|dei|delle|degli))* ?(?:dell['’])?{WORD}(?: (?:(?:de|del|da|do|di|della|y|e) )?{WORD})*,? ?(?:n[.º°]{{1,2}} ?)?\d{{1,4}}\b{town}"
        ),
        r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b".to_owned(),
    ]
    .iter()
    .map(|pattern| made(pattern))
    .collect()
});

/// Words, and signs that may stand inside of a number.
static PIECE: LazyLock<Regex> =
    LazyLock::new(|| made(r"[\p{L}\d€$£%²](?:[\p{L}\d€$£%²\-/_.:,]*[\p{L}\d€$£%²])?"));
static DATE_OR_TIME: LazyLock<Regex> = LazyLock::new(|| {
    made(
        r"^(?:\d{1,2}[./\-]\d{1,2}[./\-]\d{2,4}|\d{4}[./\-]\d{1,2}[./\-]\d{1,2}|\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[hH]|[ap]m)?|\d{1,2}[:.]\d{2}-\d{1,2}[:.]\d{2}|\d{4}[/\-]\d{2,4}|\d{4}-\d{2}-\d{2}T.*)$",
    )
});
static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    made(
        r"^[€$£]?\d{1,3}(?:[.,']\d{3})+(?:[.,]\d{1,2})?[€$£%]?$|^[€$£]?\d+[.,]\d{1,2}[€$£%]?$|[€$£%²]",
    )
});

/// What beside a number makes it an amount or a measure.
const UNITS: [&str; 60] = [
    "€",
    "$",
    "£",
    "%",
    "eur",
    "euro",
    "euros",
    "usd",
    "dollar",
    "dollars",
    "gbp",
    "pound",
    "pounds",
    "chf",
    "franken",
    "francs",
    "kr",
    "nok",
    "sek",
    "dkk",
    "kroner",
    "kronor",
    "pln",
    "zł",
    "brl",
    "reais",
    "r$",
    "cent",
    "cents",
    "km",
    "m",
    "m2",
    "m²",
    "m3",
    "m³",
    "km/h",
    "kw",
    "kwh",
    "kg",
    "g",
    "mb",
    "gb",
    "tb",
    "miles",
    "mile",
    "meter",
    "metres",
    "liter",
    "litres",
    "people",
    "customers",
    "kunden",
    "clients",
    "clientes",
    "clienti",
    "klanten",
    "times",
    "mal",
    "stück",
    "units",
];

fn made(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern written here compiles; the tests use every one")
}

/// Names that the words beside them give away.
pub(crate) fn names(text: &str) -> Vec<&str> {
    let all = NAMES.iter().flat_map(|cue| cue.captures_iter(text));
    all.filter_map(|found| Some(found.name("name")?.as_str())).collect()
}

/// Streets with a number, with the town behind them where it is written.
pub(crate) fn streets(text: &str) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = STREETS
        .iter()
        .flat_map(|way| way.find_iter(text))
        .map(|found| found.start()..found.end())
        .collect();
    spans.sort_by_key(|span| (span.start, usize::MAX - span.end));
    let mut end = 0;
    spans.retain(|span| {
        let is_apart = span.start >= end;
        end = end.max(span.end);
        is_apart
    });
    spans
}

/// Numbers under which somebody is kept: of orders, contracts, parcels, meters.
pub(crate) fn numbers(text: &str) -> Vec<Range<usize>> {
    let pieces: Vec<Range<usize>> =
        PIECE.find_iter(text).map(|piece| piece.start()..piece.end()).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let many = group(text, &pieces[at..]);
        let last = at + many.max(1) - 1;
        let before = at.checked_sub(1).map(|before| &text[pieces[before].clone()]);
        let after = pieces.get(last + 1).map(|after| &text[after.clone()]);
        let span = pieces[at].start..pieces[last].end;
        let is_one = if many > 1 {
            digits(&text[span.clone()]) >= DIGITS_GROUPED
        } else {
            names_somebody(&text[span.clone()])
        };
        if is_one && !is_measured(text, &span, before, after) {
            found.push(span);
        }
        at = last + 1;
    }
    found
}

/// Groups of three to six digits in a row, with nothing but a space between them.
fn group(text: &str, pieces: &[Range<usize>]) -> usize {
    let is_group = |piece: &Range<usize>| {
        (3..=6).contains(&piece.len()) && text[piece.clone()].bytes().all(|b| b.is_ascii_digit())
    };
    let mut many = 0;
    for piece in pieces {
        let is_next = many == 0 || text[pieces[many - 1].end..piece.start] == *" ";
        if !is_group(piece) || !is_next {
            break;
        }
        many += 1;
    }
    many
}

fn digits(word: &str) -> usize {
    word.bytes().filter(u8::is_ascii_digit).count()
}

fn names_somebody(word: &str) -> bool {
    let digits = digits(word);
    if DATE_OR_TIME.is_match(word) || AMOUNT.is_match(word) {
        return false;
    }
    let is_plain = word.bytes().all(|b| b.is_ascii_digit());
    let least = if is_plain { DIGITS_ALONE } else { DIGITS_MIXED };
    let is_code = word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-/_.".contains(&b));
    // "4-stündig", "2026er": a word with a number, and no number with letters.
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    digits >= least && is_code && letters <= digits
}

fn is_measured(text: &str, span: &Range<usize>, before: Option<&str>, after: Option<&str>) -> bool {
    let is_unit = |word: &str| UNITS.contains(&word.to_lowercase().as_str());
    // Only what stands right beside it.
    let near_before = text[..span.start].ends_with([' ', '\u{a0}']);
    let near_after = text[span.end..].starts_with([' ', '\u{a0}']);
    let sign = |c: Option<char>| c.is_some_and(|c| "€$£%".contains(c));
    sign(text[..span.start].trim_end_matches([' ', '\u{a0}']).chars().next_back())
        || sign(text[span.end..].trim_start_matches([' ', '\u{a0}']).chars().next())
        || (near_before && before.is_some_and(is_unit))
        || (near_after && after.is_some_and(is_unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spans<'a>(text: &'a str, found: &[Range<usize>]) -> Vec<&'a str> {
        found.iter().map(|span| &text[span.clone()]).collect()
    }

    #[test]
    fn people_are_known_by_the_words_beside_them() {
        let told = [
            ("My husband Peter was at home.", "Peter"),
            ("I spoke to Mr. J. Smith-Jones on Monday.", "J. Smith-Jones"),
            ("Nobody came. Kind regards,\n\nLena Olsen\n", "Lena Olsen"),
            ("I sent my best regards to the Street Fair.", ""),
            ("Nobody calls back.\n\nKind regards,\n\nLena Olsen\n", "Lena Olsen"),
            ("Thanks\nTom", "Tom"),
            ("Guten Tag, mein Name ist Jürgen von der Heide.", "Jürgen von der Heide"),
            ("Herr Dr. Weiß hat aufgelegt.", "Weiß"),
            ("Meine Mutter Anneliese wartet seit Mai.", "Anneliese"),
            ("Mit freundlichen Grüßen\nKarl Otto", "Karl Otto"),
            ("Je m'appelle Zoé Lefèvre et j'attends.", "Zoé Lefèvre"),
            ("J'ai parlé à Mme Dubois.", "Dubois"),
            ("Cordialement,\nHugo", "Hugo"),
            ("Me llamo Íñigo Peña y espero.", "Íñigo Peña"),
            ("Mi hija Lucía lloró.", "Lucía"),
            ("Mi chiamo Chiara D'Angelo.", "Chiara D'Angelo"),
            ("Distinti saluti\nMarco Rossi", "Marco Rossi"),
            ("Falei com a Sra. Conceição ontem.", "Conceição"),
            ("Atenciosamente,\nJoão da Silva", "João da Silva"),
            ("Mijn naam is Sanne de Vries.", "Sanne de Vries"),
            ("Met vriendelijke groet,\nDaan", "Daan"),
        ];
        for (text, name) in told {
            let found = names(text);
            let wanted: Vec<&str> = [name].into_iter().filter(|name| !name.is_empty()).collect();
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn streets_are_found_as_they_are_written_in_eight_languages() {
        let told = [
            ("It went to 12 Green Lane, not 21.", "12 Green Lane"),
            (
                "I live at Flat 3, 221B Baker Street, London NW1 6XE now",
                "Flat 3, 221B Baker Street, London NW1 6XE",
            ),
            (
                "Send it to 500 W Madison St, Chicago, IL 60661 please",
                "500 W Madison St, Chicago, IL 60661",
            ),
            (
                "Ich wohne Lindenstraße 12a, 10969 Berlin seit 2019.",
                "Lindenstraße 12a, 10969 Berlin",
            ),
            ("Lieferung an Alter Weg 5, danke.", "Alter Weg 5"),
            (
                "J'habite 14 bis, rue des Petits Champs, 75002 Paris depuis",
                "14 bis, rue des Petits Champs, 75002 Paris",
            ),
            ("Vivo en la calle de Alcalá 45, 28014 Madrid y", "calle de Alcalá 45, 28014 Madrid"),
            ("Abito in Via Garibaldi 8, 20121 Milano e", "Via Garibaldi 8, 20121 Milano"),
            ("Moro na Rua das Flores, n.º 17 em", "Rua das Flores, n.º 17"),
            (
                "Ik woon Keizersgracht 174, 1016 DW Amsterdam nu",
                "Keizersgracht 174, 1016 DW Amsterdam",
            ),
            ("Jeg bor i Storgata 3.", "Storgata 3"),
        ];
        for (text, street) in told {
            assert_eq!(spans(text, &streets(text)), [street], "{text}");
        }
        for text in [
            "I want 30 euros back by 3 May.",
            "In the 12 months since the Street fair nobody called.",
            "Seit 2026 warte ich, 1000 Euro sind weg.",
            "Il y a 3 places libres et 2 routes.",
        ] {
            assert!(streets(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn numbers_of_orders_are_found_and_amounts_dates_and_measures_are_not() {
        let told = [
            ("Order 10482773 did not come.", vec!["10482773"]),
            ("Contract AB-12345/7 of 3.4.2026, 1.250,00 € and 49.99", vec!["AB-12345/7"]),
            ("Zähler 1EMH0012345678: 4 500 kWh statt 450000 kWh", vec!["1EMH0012345678"]),
            ("Sendung 0034 0434 1234 5678 9012, Nr. 2026-11-03", vec!["0034 0434 1234 5678 9012"]),
            ("I paid $1500000, 1500000 dollars and EUR 1500000.", vec![]),
            ("At 14:30 on 2026-11-22 I waited 90 minutes, since 2019.", vec![]),
            ("Open 08.00-17.00 from 01.12.2026.", vec![]),
            ("Between 2019 and 2026 I called 100 times.", vec![]),
            ("Meine Nr. ist #55-9921-X.", vec!["55-9921-X"]),
        ];
        for (text, wanted) in told {
            assert_eq!(spans(text, &numbers(text)), wanted, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_looked_through(text in "(\\PC|\n|[0-9 ]){0,120}") {
            for span in streets(&text).into_iter().chain(numbers(&text)) {
                prop_assert!(text.get(span).is_some());
            }
            names(&text);
        }
    }
}
