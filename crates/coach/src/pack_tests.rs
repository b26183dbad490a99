//! The examples in the packs are their tests.

use crate::concept::Concept;
use crate::{Coach, SHIPPED, pack::Pack};

#[test]
fn every_rule_speaks_in_its_examples_and_is_silent_in_the_others() {
    let coach = Coach::shipped();
    let mut wrong = Vec::new();
    for toml in SHIPPED {
        let pack = Pack::parse(toml).unwrap();
        let broken = coach.broken_examples(&pack.language, &pack.rule);
        wrong.extend(broken.into_iter().map(|why| format!("{}: {why}", pack.language)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_language_has_every_rule_and_every_list() {
    for toml in SHIPPED {
        let pack = Pack::parse(toml).unwrap();
        for n in 1..=22 {
            let id = format!("C{n:02}");
            let texts: Vec<_> = pack.rule.iter().filter(|rule| rule.id == id).collect();
            assert!(!texts.is_empty(), "{} lacks {id}", pack.language);
            let positive = texts.iter().any(|rule| !rule.positive.is_empty());
            assert!(positive, "{} has no example of {id}", pack.language);
        }
        for concept in Concept::ALL {
            let there = pack.lists.get(&concept).is_some_and(|patterns| !patterns.is_empty());
            assert!(there, "{} lacks {concept:?}", pack.language);
        }
        assert_eq!((pack.dates.weekdays.len(), pack.dates.months.len()), (7, 12));
    }
}

#[test]
fn every_better_wording_passes_its_own_rule() {
    let coach = Coach::shipped();
    for toml in SHIPPED {
        let pack = Pack::parse(toml).unwrap();
        for rule in pack.rule.iter().filter(|rule| !rule.patterns.is_empty()) {
            for better in rule.better.iter().filter(|better| !better.is_empty()) {
                let language = Some(pack.language.clone());
                let text = better.clone();
                let draft = crate::Draft { text, language, ..crate::Draft::default() };
                let findings = coach.review(&draft, &crate::Context::default());
                let again = findings.iter().any(|finding| finding.rule == rule.id);
                assert!(!again, "{}: {better}", rule.id);
            }
        }
    }
}
