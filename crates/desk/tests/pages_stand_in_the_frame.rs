//! A page of a room stands in the staff frame, though the frame lies in another crate.

use askama::Template;
use web::frame::{Place, StaffFrame};

#[derive(Template)]
#[template(
    source = r#"{% extends "frame/staff.html" %}
{%- import "frame/parts.html" as parts -%}
{% block main %}<div class="content"><h1>Queue</h1>
{% call parts::pager("1–50 of 98,214", "", "/q/mine?after=50") %}{% endcall %}
<button class="button"{{ frame.action("take") }}>Take it</button></div>{% endblock %}"#,
    ext = "html"
)]
struct QueuePage {
    frame: StaffFrame,
}

#[test]
fn a_page_of_a_room_stands_in_the_staff_frame() {
    let html = QueuePage { frame: StaffFrame::new("Queue", Place::Queue) }.render().unwrap();
    assert!(html.contains("<title>Queue – Redress</title>"));
    assert!(html.contains(r#"<main class="work" id="main""#));
    assert!(html.contains(r#"href="/q/mine?after=50" rel="next""#));
    assert!(html.contains(r#"data-action="take" title="Take it (M)" aria-keyshortcuts="m""#));
}
