//! Small drawings, inline, so that a page needs no image request.
//!
//! Every drawing is 24 units square, takes the colour of the words around it, and is hidden from
//! those who hear the page: the word always stands beside it or in a label.

/// The drawing called `name` as an `<svg>` element, or an empty text for a name nobody drew.
pub fn svg(name: &str) -> &'static str {
    ICONS.iter().find(|(known, _)| *known == name).map_or("", |(_, svg)| svg)
}

/// The drawings that stand many times on a page: channels in the rows of a list, places in the
/// rail and at the bottom of a telephone. They lie on the page once, in [`sheet`], and the rest
/// points at them, so that a queue of fifty stays within its weight.
pub const SHARED: [&str; 19] = [
    "mail",
    "form",
    "call",
    "chat",
    "review",
    "post",
    "survey",
    "letter",
    "today",
    "queue",
    "promise",
    "public",
    "customers",
    "insight",
    "radar",
    "library",
    "floor",
    "approvals",
    "settings",
];

/// What [`shared`] points at; the staff frame prints it once.
pub fn sheet() -> String {
    let mut sheet = String::from(r#"<svg class="sheet" aria-hidden="true" focusable="false">"#);
    for name in SHARED {
        let strokes = svg(name).split_once('>').map_or("", |(_, rest)| rest);
        let strokes = strokes.trim_end_matches("</svg>");
        sheet.push_str(&format!(r#"<symbol id="i-{name}" viewBox="0 0 24 24">{strokes}</symbol>"#));
    }
    sheet.push_str("</svg>");
    sheet
}

/// A drawing of the [`sheet`]. With words it stands for them, as a channel does in a row; without,
/// it is hidden from those who hear the page. Empty for a name that is not in the sheet.
pub fn shared(name: &str, words: &str) -> String {
    if !SHARED.contains(&name) {
        return String::new();
    }
    let heard = if words.is_empty() {
        r#"aria-hidden="true""#.to_owned()
    } else {
        format!(r#"role="img" aria-label="{}""#, crate::keymap::escaped(words))
    };
    format!(r##"<svg class="icon" {heard}><use href="#i-{name}"/></svg>"##)
}

/// The names of all drawings, in the order of the style guide.
pub fn names() -> impl Iterator<Item = &'static str> {
    ICONS.iter().map(|(name, _)| *name)
}

/// One `<svg>` around the given strokes.
macro_rules! icon {
    ($strokes:literal) => {
        concat!(
            r#"<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">"#,
            $strokes,
            "</svg>"
        )
    };
}

/// A drawing that has a direction and is mirrored in right-to-left writing.
macro_rules! turning_icon {
    ($strokes:literal) => {
        concat!(
            r#"<svg class="icon icon-flip" viewBox="0 0 24 24" aria-hidden="true" "#,
            r#"focusable="false">"#,
            $strokes,
            "</svg>"
        )
    };
}

const ICONS: &[(&str, &str)] = &[
    // The mark: a loop that closes in a tick.
    ("mark", icon!(r#"<path d="M20.5 9.5A9 9 0 1 1 16 4"/><path d="m8.2 11.8 3.2 3.4L20.5 5"/>"#)),
    // Places
    (
        "today",
        icon!(
            r#"<circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4"/>"#
        ),
    ),
    (
        "queue",
        turning_icon!(r#"<path d="M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01"/>"#),
    ),
    (
        "promise",
        icon!(
            r#"<path d="M12 20.5s-8-4.6-8-10.6A4.4 4.4 0 0 1 12 7.3a4.4 4.4 0 0 1 8 2.6c0 6-8 10.6-8 10.6z"/><path d="m9 11.5 2.2 2.2 4-4.2"/>"#
        ),
    ),
    (
        "public",
        icon!(
            r#"<path d="M4 10v4h3l6 4V6l-6 4z"/><path d="M16.5 9a4.2 4.2 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11"/>"#
        ),
    ),
    (
        "customers",
        icon!(
            r#"<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 20c.4-3.8 3-6 6.5-6s6.1 2.2 6.5 6M16 5.3a3.5 3.5 0 0 1 0 6.4M18.5 14.6c1.8.9 2.8 2.7 3 5.4"/>"#
        ),
    ),
    ("insight", icon!(r#"<path d="M4 20h16M6.5 16v-4M11 16V6M15.5 16V9.5M20 16v-2"/>"#)),
    (
        "radar",
        icon!(
            r#"<path d="M12 12 18 6"/><path d="M20.2 9.5A8.5 8.5 0 1 1 14.5 3.9M16 11.2A4.2 4.2 0 1 1 12.8 7.9"/>"#
        ),
    ),
    ("library", icon!(r#"<path d="M5 4.5v15M9.5 4.5v15M14 5l4.5 14.5"/><path d="M3.5 19.5h8"/>"#)),
    (
        "floor",
        icon!(
            r#"<circle cx="6.5" cy="7" r="2.5"/><circle cx="17.5" cy="7" r="2.5"/><circle cx="12" cy="16" r="2.5"/><path d="M8 9l2.5 4.7M16 9l-2.5 4.7M9 7h6"/>"#
        ),
    ),
    (
        "approvals",
        icon!(
            r#"<path d="M12 3.5 19.5 6v5.5c0 4.5-3 7.7-7.5 9.5-4.5-1.8-7.5-5-7.5-9.5V6z"/><path d="m8.7 12 2.4 2.4 4.2-4.6"/>"#
        ),
    ),
    (
        "settings",
        icon!(
            r#"<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>"#
        ),
    ),
    // Channels
    (
        "mail",
        icon!(r#"<rect x="3.5" y="5.5" width="17" height="13" rx="2"/><path d="m4 7 8 6 8-6"/>"#),
    ),
    (
        "form",
        icon!(
            r#"<rect x="4.5" y="3.5" width="15" height="17" rx="2"/><path d="M8 8h8M8 12h8M8 16h4"/>"#
        ),
    ),
    (
        "call",
        icon!(
            r#"<path d="M6.2 3.5h2.9l1.5 4.2-2 1.5a11.5 11.5 0 0 0 6.2 6.2l1.5-2 4.2 1.5v2.9c0 1.5-1.3 2.7-2.8 2.5C10.5 19.4 4.6 13.5 3.7 6.3A2.5 2.5 0 0 1 6.2 3.5z"/>"#
        ),
    ),
    ("chat", icon!(r#"<path d="M4 5.5h16v10.5H11l-4.5 3.5V16H4z"/><path d="M8.5 10.7h7"/>"#)),
    (
        "review",
        icon!(
            r#"<path d="m12 3.8 2.5 5.2 5.7.7-4.2 3.9 1.1 5.6-5.1-2.8-5.1 2.8 1.1-5.6-4.2-3.9 5.7-.7z"/>"#
        ),
    ),
    (
        "post",
        icon!(
            r#"<circle cx="12" cy="12" r="3.7"/><path d="M15.7 12v1.4a2.5 2.5 0 0 0 4.9 0V12a8.6 8.6 0 1 0-3.4 6.8"/>"#
        ),
    ),
    ("survey", icon!(r#"<path d="M4 18h3v-5H4zM10.5 18h3V9h-3zM17 18h3V5h-3z"/>"#)),
    (
        "letter",
        icon!(
            r#"<path d="M6 3.5h8.5L19 8v12.5H6z"/><path d="M14 3.5V8.5h5M9 13h6.5M9 16.5h6.5"/>"#
        ),
    ),
    (
        "file",
        icon!(
            r#"<path d="m19 11.5-7.3 7.3a4.4 4.4 0 0 1-6.2-6.2l7.7-7.7a3 3 0 0 1 4.2 4.2l-7.6 7.6a1.5 1.5 0 0 1-2.1-2.1l6.7-6.7"/>"#
        ),
    ),
    // States and tools
    ("search", icon!(r#"<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>"#)),
    (
        "bell",
        icon!(
            r#"<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5a2.2 2.2 0 0 0 4 0"/>"#
        ),
    ),
    ("more", icon!(r#"<path d="M5.5 12h.01M12 12h.01M18.5 12h.01" stroke-width="2.6"/>"#)),
    ("plus", icon!(r#"<path d="M12 5v14M5 12h14"/>"#)),
    ("close", icon!(r#"<path d="m6 6 12 12M18 6 6 18"/>"#)),
    ("check", icon!(r#"<path d="m4.5 12.5 5 5 10-11"/>"#)),
    ("back", turning_icon!(r#"<path d="m14.5 5-7 7 7 7"/>"#)),
    ("forward", turning_icon!(r#"<path d="m9.5 5 7 7-7 7"/>"#)),
    (
        "lock",
        icon!(
            r#"<rect x="5" y="10.5" width="14" height="9.5" rx="2"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>"#
        ),
    ),
    ("clock", icon!(r#"<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.3l3.5 2"/>"#)),
    ("info", icon!(r#"<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.7h.01"/>"#)),
    ("alert", icon!(r#"<path d="M12 4 21 19.5H3z"/><path d="M12 10v4.5M12 17h.01"/>"#)),
    (
        "globe",
        icon!(
            r#"<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c3 2.7 3 14.3 0 17M12 3.5c-3 2.7-3 14.3 0 17"/>"#
        ),
    ),
    (
        "reply",
        turning_icon!(r#"<path d="m9.5 6-6 5.5 6 5.5v-3.7c5 0 8.5 1 11 4.7-.5-5.5-4-9-11-9.2z"/>"#),
    ),
    (
        "transfer",
        turning_icon!(r#"<path d="M4 8.5h15M15 4.5l4 4-4 4M20 15.5H5M9 11.5l-4 4 4 4"/>"#),
    ),
    ("print", icon!(r#"<path d="M7 9V3.5h10V9M7 17H4V9h16v8h-3"/><path d="M7 14h10v6.5H7z"/>"#)),
    (
        "calm",
        icon!(
            r#"<path d="M4 15c1.5-2 3-2 4.5 0s3 2 4.5 0 3-2 4.5 0 1.7 1.3 2.5.8M4 10c1.5-2 3-2 4.5 0s3 2 4.5 0 3-2 4.5 0 1.7 1.3 2.5.8"/>"#
        ),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_drawing_is_hidden_from_those_who_hear_the_page() {
        for name in names() {
            let drawing = svg(name);
            assert!(drawing.contains(r#"aria-hidden="true""#), "{name}");
            assert!(drawing.ends_with("</svg>"), "{name}");
            assert!(!drawing.contains("style="), "the content policy forbids it: {name}");
        }
    }

    #[test]
    fn shared_drawings_lie_in_the_sheet_and_speak_only_when_given_words() {
        for name in SHARED {
            assert!(!svg(name).is_empty(), "{name}");
            assert!(sheet().contains(&format!(r#"<symbol id="i-{name}""#)));
        }
        assert!(shared("mail", "").contains("aria-hidden"));
        assert!(shared("mail", "e-mail \"x\"").contains(r#"aria-label="e-mail &quot;x&quot;""#));
        assert_eq!(shared("mark", ""), "");
    }

    #[test]
    fn names_are_told_once_and_an_unknown_name_draws_nothing() {
        let mut seen: Vec<_> = names().collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), names().count());
        assert_eq!(svg("no such drawing"), "");
    }
}
