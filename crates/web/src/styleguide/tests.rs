use super::*;
use crate::words;

fn all_pages() -> Vec<(&'static str, String)> {
    Sheet::ALL
        .into_iter()
        .map(|(name, sheet)| (name, page(sheet, practice_frame()).unwrap()))
        .collect()
}

#[test]
fn practice_stands_still_at_eight_past_two_in_oslo() {
    assert_eq!(PRACTICE_NOW.to_string(), "2026-11-19T13:08:00Z");
}

#[test]
fn every_page_of_the_guide_obeys_the_content_policy() {
    for (name, html) in all_pages() {
        assert!(!html.contains(" style="), "{name}");
        assert!(!html.contains("<style"), "{name}");
        assert!(!html.contains("<script>"), "{name}");
    }
}

#[test]
fn every_page_has_one_heading_of_the_first_rank() {
    for (name, html) in all_pages() {
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
    }
}

#[test]
fn ids_are_told_once_per_page() {
    for (name, html) in all_pages() {
        let mut ids: Vec<_> =
            html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        ids.sort_unstable();
        for pair in ids.windows(2) {
            assert_ne!(pair[0], pair[1], "{name}");
        }
    }
}

#[test]
fn labels_name_a_field_that_is_there() {
    for (name, html) in all_pages() {
        for id in html.split("<label for=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(html.contains(&format!(" id=\"{id}\"")), "{name}: {id}");
        }
    }
}

#[test]
fn the_guide_uses_none_of_the_words_we_never_use() {
    for (name, html) in all_pages() {
        assert_eq!(words::never_in(&words::shown_in(&html)), [""; 0], "{name}");
    }
}

#[test]
fn a_clock_that_is_over_says_over_on_the_page() {
    let pages = all_pages();
    let parts = &pages[0].1;
    assert!(parts.contains(r#"data-tone="over""#) && parts.contains("27 h over"));
}

#[test]
fn a_queue_of_fifty_rows_stays_within_its_weight() {
    let mut guide = Guide::new(Sheet::Queue, practice_frame(), PRACTICE_NOW);
    let five = |number: i64| rows(&|_, _| guide_clock(number));
    guide.rows = (0..10).flat_map(five).collect();
    assert_eq!(guide.rows.len(), 50);
    let html = QueueSheet { guide: &guide, frame: &guide.frame }.render().unwrap();
    let elements = html.matches('<').count() - html.matches("</").count() - 1;
    assert!(html.len() <= 60_000, "{} bytes", html.len());
    assert!(elements <= 1_400, "{elements} elements");
}

fn guide_clock(number: i64) -> DueClock {
    let due = PRACTICE_NOW + jiff::SignedDuration::from_mins(number * 30 - 60);
    due_clock(PRACTICE_NOW, due, PRACTICE_NOW, &TimeZone::UTC)
}

#[test]
fn dark_is_the_same_page() {
    let dark = StaffFrame { theme: Theme::Dark, ..practice_frame() };
    let dark = page(Sheet::Queue, dark).unwrap();
    let light = page(Sheet::Queue, practice_frame()).unwrap();
    assert_eq!(dark.replace(" data-theme=\"dark\"", ""), light);
}

#[test]
fn customers_pages_weigh_less_than_thirty_kilobytes_with_their_sheet() {
    for (name, html) in all_pages().into_iter().skip(5) {
        assert!(html.len() < 20_000, "{name}: {}", html.len());
    }
}
