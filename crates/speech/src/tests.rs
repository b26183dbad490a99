use super::*;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

fn in_pattern(pattern: &Pattern<String>, found: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn in_expression(expression: &Expression<String>, found: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, found),
        Expression::Select { selector, variants } => {
            in_inline(selector, found);
            variants.iter().for_each(|variant| in_pattern(&variant.value, found));
        }
    }
}

fn in_inline(inline: &InlineExpression<String>, found: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            found.insert(id.name.clone());
        }
        InlineExpression::FunctionReference { arguments, .. } => {
            arguments.positional.iter().for_each(|argument| in_inline(argument, found));
        }
        InlineExpression::Placeable { expression } => in_expression(expression, found),
        _ => {}
    }
}

/// Every message of a language with its variables.
fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let (code, files) = FOLDERS[language.0];
    let mut all = BTreeMap::new();
    for file in files {
        let resource = fluent_syntax::parser::parse((*file).to_owned());
        let resource = resource.unwrap_or_else(|(_, errors)| panic!("{code}: {errors:?}"));
        for entry in resource.body {
            match entry {
                Entry::Message(message) => {
                    let mut found = BTreeSet::new();
                    assert!(message.attributes.is_empty(), "{code}: {}", message.id.name);
                    in_pattern(message.value.as_ref().expect("words"), &mut found);
                    assert!(all.insert(message.id.name, found).is_none(), "said once");
                }
                Entry::Term(_) | Entry::Junk { .. } => panic!("{code}: {entry:?}"),
                _ => {}
            }
        }
    }
    all
}

#[test]
fn every_language_says_all_that_english_says_with_the_same_variables() {
    let english = messages(Language::ENGLISH);
    for language in Language::all() {
        let theirs = messages(language);
        let missing: Vec<_> = english.keys().filter(|id| !theirs.contains_key(*id)).collect();
        assert!(missing.is_empty(), "{language:?} lacks {missing:?}");
        for (id, variables) in &theirs {
            assert_eq!(english.get(id), Some(variables), "{language:?}: {id}");
        }
    }
}

#[test]
fn every_message_can_be_said_in_every_language_and_is_plain_text() {
    for language in Language::all() {
        for (id, variables) in MESSAGES {
            let mut given = FluentArgs::new();
            for (name, is_number) in *variables {
                match is_number {
                    true => given.set(*name, 3),
                    false => given.set(*name, "Amara"),
                }
            }
            let said = format(&SPOKEN[language.0], id, &given);
            let said = said.unwrap_or_else(|| panic!("{language:?} cannot say {id}"));
            assert!(!said.is_empty(), "{language:?}: {id}");
            let is_plain = !said.contains(['<', '>', '&', '{', '}', '\n', '\u{2068}']);
            assert!(is_plain && !said.contains("  "), "{language:?}: {id}: {said}");
        }
    }
}

#[test]
fn a_language_is_found_by_its_code_and_region_and_others_are_not_spoken() {
    assert_eq!(Language::of("de-AT").map(Language::code), Some("de"));
    assert_eq!(Language::of("PT_br").map(Language::code), Some("pt"));
    assert_eq!((Language::of("tlh"), Language::of("")), (None, None));
    assert_eq!(Language::first_of(["pl", "", "nl", "de"]).map(Language::code), Some("nl"));
    let names: Vec<String> = Language::all().map(Language::name).collect();
    assert_eq!(
        names,
        ["Deutsch", "English", "Español", "Français", "Italiano", "Nederlands", "Português"]
    );
}

#[test]
fn a_day_is_written_as_its_language_writes_it() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (now, zone) = (at("2026-11-19T13:08:00Z"), TimeZone::get("Europe/Vienna").unwrap());
    let says = |code: &str, moment: &str| {
        Language::of(code).unwrap().say().by(now, at(moment), &zone).replace('\u{a0}', " ")
    };
    let tuesday = "2026-11-24T16:00:00Z";
    assert_eq!(says("en", tuesday), "by Tuesday 24 November, 17:00 (Vienna time)");
    assert_eq!(says("de", tuesday), "bis Dienstag, 24. November, 17:00 Uhr (Zeit in Wien)");
    assert_eq!(
        says("fr", "2026-12-01T16:05:00Z"),
        "au plus tard le mardi 1er décembre à 17 h 05 (heure locale : Vienne)"
    );
    assert_eq!(
        says("es", "2027-01-04T16:00:00Z"),
        "a más tardar el lunes 4 de enero de 2027, 17:00 h (hora de Viena)"
    );
    assert_eq!(says("it", tuesday), "entro martedì 24 novembre, ore 17:00 (ora di Vienna)");
    assert_eq!(says("pt", tuesday), "até terça-feira, 24 de novembro, às 17:00 (hora de Viena)");
    assert_eq!(
        says("nl", "2026-11-19T14:30:00Z"),
        "uiterlijk vandaag om 15:30 uur (tijd in Wenen)"
    );
    assert_eq!(says("en", "2026-11-20T11:00:00Z"), "tomorrow by 12:00 (Vienna time)");
    assert_eq!(
        Language::ENGLISH.say().moment(now, at("2027-01-04T16:00:00Z"), &TimeZone::UTC),
        "Monday 4 January 2027, 16:00 (UTC)"
    );
}

#[test]
fn numbers_stand_as_each_language_groups_them() {
    let says = |code: &str, most| Language::of(code).unwrap().say().story_hint(most);
    assert!(says("en", 4_000).ends_with("Up to 4,000 characters."));
    assert!(says("de", 4_000).ends_with("Bis zu 4.000 Zeichen."));
    assert!(says("es", 4_000).ends_with("Hasta 4000 caracteres."));
    assert!(says("fr", 10_000).ends_with("10\u{202f}000 caractères au maximum."));
    assert_eq!(Language::ENGLISH.say().up_to_characters(10_000), "Up to 10000 characters");
    assert_eq!(Language::of("de").unwrap().say().size(1_600_000), "1,5 MB");
    assert_eq!(Language::ENGLISH.say().size(1_023), "1023 bytes");
}

#[test]
fn a_letter_greets_as_its_language_does_and_never_by_address() {
    let (english, german) = (Language::ENGLISH.say(), Language::of("de").unwrap().say());
    assert_eq!(english.greets("Amara Okafor"), "Hi Amara,");
    assert_eq!(german.greets("Amara  Okafor"), "Guten Tag Amara Okafor,");
    assert_eq!(english.greets("amara@example.org"), "Hello,");
    assert_eq!(german.greets("Amara amara@example.org"), "Guten Tag Amara,");
    assert_eq!(german.greets(""), "Guten Tag,");
}

#[test]
fn what_people_wrote_stands_in_a_sentence_as_they_wrote_it() {
    let name = "{ $name } <b>{\"x\"}</b>";
    assert_eq!(Language::ENGLISH.say().greeting(name), format!("Hi {name},"));
    let (before, after) = around(&Language::ENGLISH.say().received_hear(HOLE));
    assert_eq!((before.as_str(), after.as_str()), ("You'll hear from a person ", "."));
}

#[test]
fn the_first_word_is_known_in_every_language() {
    assert!(is_first_word("We have your message") && is_first_word("Ihre Nachricht ist bei uns"));
    assert!(!is_first_word("No heating"));
}
