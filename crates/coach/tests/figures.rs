//! Two sets written for this crate: good replies, on which the coach must stay silent, and planted
//! faults, which it must find. How they were labelled stands in `data/README.md`.

use coach::{Coach, Context, Draft, Finding, Severity};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static COACH: LazyLock<Coach> = LazyLock::new(Coach::shipped);

#[derive(Deserialize)]
struct Row {
    /// The planted fault; none in a good reply.
    #[serde(default)]
    rule: String,
    draft: Draft,
    context: Context,
}

fn rows(jsonl: &str) -> Vec<Row> {
    jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn good() -> Vec<Row> {
    rows(include_str!("data/good.jsonl"))
}

fn faults() -> Vec<Row> {
    rows(include_str!("data/faults.jsonl"))
}

fn told(row: &Row, findings: &[Finding]) -> String {
    let rules: Vec<_> = findings
        .iter()
        .map(|finding| format!("{} “{}”", finding.rule, &row.draft.text[finding.span.clone()]))
        .collect();
    format!("[{}] {:?}\n  in: {}", row.rule, rules, row.draft.text)
}

#[test]
fn two_hundred_good_replies_get_five_findings_at_most() {
    let coach = &*COACH;
    let mut noise = Vec::new();
    let rows = good();
    assert!(rows.len() >= 200, "{} good replies", rows.len());
    let mut n = 0;
    for row in &rows {
        let findings = coach.review(&row.draft, &row.context);
        n += findings.len();
        if !findings.is_empty() {
            noise.push(told(row, &findings));
        }
    }
    println!("{n} findings on {} good replies", rows.len());
    println!("{}", noise.join("\n"));
    assert!(n <= 5, "{n} findings:\n{}", noise.join("\n"));
}

#[test]
fn of_three_hundred_planted_faults_ninety_five_in_a_hundred_are_found() {
    let coach = &*COACH;
    let rows = faults();
    assert!(rows.len() >= 300, "{} faults", rows.len());
    let mut missed = Vec::new();
    let mut by_rule: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for row in &rows {
        let findings = coach.review(&row.draft, &row.context);
        let found = findings.iter().any(|finding| finding.rule == row.rule);
        let count = by_rule.entry(&row.rule).or_default();
        count.0 += usize::from(found);
        count.1 += 1;
        if !found {
            missed.push(told(row, &findings));
        }
    }
    let found = rows.len() - missed.len();
    println!("{found} of {} planted faults found; by rule {by_rule:?}", rows.len());
    println!("{}", missed.join("\n"));
    assert!(found * 100 >= rows.len() * 95, "missed:\n{}", missed.join("\n"));
    let weakest = by_rule.iter().find(|(_, (found, all))| found * 100 < all * 80);
    assert!(weakest.is_none(), "{weakest:?} is below four in five");
}

#[test]
fn the_publicity_check_opens_by_itself_on_fewer_than_one_ordinary_send_in_twenty() {
    let coach = &*COACH;
    let rows = good();
    let opens = rows.iter().filter(|row| {
        let findings = coach.review(&row.draft, &row.context);
        coach.publicity(&row.draft, &row.context, &findings).opens_by_itself()
    });
    let opens = opens.count();
    println!("opens on {opens} of {}", rows.len());
    assert!(opens * 20 < rows.len(), "opens on {opens}");
}

#[test]
fn only_personal_data_and_secrets_stop_a_message() {
    let coach = &*COACH;
    for row in good().iter().chain(&faults()) {
        for finding in coach.review(&row.draft, &row.context) {
            assert_eq!(finding.severity == Severity::Stop, finding.rule == "C13");
        }
    }
}

#[test]
fn every_finding_is_whole_and_the_language_of_every_draft_is_known() {
    let coach = &*COACH;
    let mut wrong = 0;
    let (good, faults) = (good(), faults());
    for row in good.iter().chain(&faults) {
        for finding in coach.review(&row.draft, &row.context) {
            assert!(row.draft.text.get(finding.span.clone()).is_some());
            let open = |text: &str| text.contains('{') || text.contains('}');
            assert!(!open(&finding.reason) && !open(&finding.says), "{finding:?}");
            assert!(!finding.better.as_deref().is_some_and(open), "{finding:?}");
        }
        let guessed = Draft { language: None, ..row.draft.clone() };
        wrong += usize::from(coach.language_of(&guessed) != row.draft.language.as_deref());
    }
    let all = good.len() + faults.len();
    println!("language not told on {wrong} of {all}");
    assert!(wrong * 20 < all, "language not told on {wrong} of {all}");
}
