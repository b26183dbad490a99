use askama::Template;

use super::*;

#[derive(Template)]
#[template(
    source = r#"{% extends "frame/staff.html" %}{% block main %}<h1>Hello</h1>{% endblock %}"#,
    ext = "html"
)]
struct StaffPage {
    frame: StaffFrame,
}

#[derive(Template)]
#[template(
    source = r#"{% extends "frame/customer.html" %}{% block main %}<h1>Hello</h1>{% endblock %}"#,
    ext = "html"
)]
struct CustomerPage {
    frame: CustomerFrame,
}

#[test]
fn the_key_sheet_is_a_page_for_those_without_scripts() {
    let mut frame = agent_frame();
    frame.keys.remapped.insert("resolve".to_owned(), "d".to_owned());
    let html = KeysPage { frame }.render().unwrap();
    assert!(html.contains("<dt>Resolve</dt><dd><kbd>D</kbd></dd>"));
}

fn agent_frame() -> StaffFrame {
    StaffFrame {
        staff_name: "Jo Lind".to_owned(),
        places: [Place::Today, Place::Queue, Place::Settings].into(),
        counts: vec![(Place::Queue, 98_214)],
        ..StaffFrame::new("Queue", Place::Queue)
    }
}

fn staff_html(frame: StaffFrame) -> String {
    StaffPage { frame }.render().unwrap()
}

#[test]
fn the_rail_shows_only_the_places_a_person_may_go_to() {
    let html = staff_html(agent_frame());
    assert!(html.contains(r#"href="/q/mine" data-action="go-queue""#));
    assert!(html.contains("10,000+"));
    assert!(!html.contains("/insight"));
    assert!(!html.contains("/approvals"));
}

#[test]
fn the_current_place_is_marked_once_in_each_navigation() {
    let html = staff_html(agent_frame());
    assert_eq!(html.matches(r#"aria-current="page""#).count(), 2);
}

#[test]
fn a_frame_carries_no_inline_script_and_no_inline_style() {
    for html in [
        staff_html(agent_frame()),
        CustomerPage { frame: CustomerFrame::new("Start", "Nordlys") }.render().unwrap(),
    ] {
        assert!(!html.contains("style="), "the content policy forbids it");
        assert!(!html.contains("<style"));
        assert!(!html.contains(" onclick") && !html.contains("javascript:"));
        for script in html.match_indices("<script").map(|(at, _)| &html[at..]) {
            assert!(script.starts_with("<script src=\"/assets/"));
        }
    }
}

#[test]
fn customers_need_no_script() {
    let html = CustomerPage { frame: CustomerFrame::new("Start", "Nordlys") }.render().unwrap();
    assert!(!html.contains("<script"));
}

#[test]
fn what_people_wrote_is_escaped_in_the_frame() {
    let html = staff_html(StaffFrame {
        staff_name: "<b>Jo</b>".to_owned(),
        search: "\"><script>".to_owned(),
        ..agent_frame()
    });
    assert!(!html.contains("<b>Jo"));
    assert!(!html.contains("\"><script>"));
}

#[test]
fn a_page_with_something_to_put_right_says_so_in_its_title() {
    let frame = StaffFrame { has_errors: true, ..agent_frame() };
    assert!(staff_html(frame).contains("<title>Error: Queue – Redress</title>"));
}

#[test]
fn right_to_left_and_dark_are_attributes_of_the_page() {
    let frame = StaffFrame {
        direction: "rtl",
        language: "ar".to_owned(),
        theme: Theme::Dark,
        ..agent_frame()
    };
    assert!(staff_html(frame).contains(r#"<html lang="ar" dir="rtl" data-theme="dark">"#));
}

#[test]
fn frames_use_none_of_the_words_we_never_use() {
    let html = staff_html(agent_frame());
    assert_eq!(crate::words::never_in(&crate::words::shown_in(&html)), [""; 0]);
    assert!(!crate::words::shown_in(&html).contains('!'));
}
