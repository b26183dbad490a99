//! The colours of both sheets, measured as WCAG 2.2 does: text needs 4.5, parts of controls 3.

use std::collections::BTreeMap;

type Colours = BTreeMap<String, String>;

/// The custom properties of one block of a sheet, by name.
fn block(sheet: &str, opening: &str) -> Colours {
    let start = sheet.find(opening).unwrap_or_else(|| panic!("no {opening}")) + opening.len();
    let end = start + sheet[start..].find('}').unwrap();
    sheet[start..end]
        .lines()
        .filter_map(|line| line.trim().trim_end_matches(';').split_once(": "))
        .filter(|(name, value)| name.starts_with("--") && value.starts_with('#'))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Relative luminance, WCAG 2.2.
fn luminance(colour: &str) -> f64 {
    let part = |at: usize| {
        let value = u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

const STAFF: &str = include_str!("../../assets/staff/1-tokens.css");
const CUSTOMER: &str = include_str!("../../assets/customer/1-ground.css");

fn sets() -> [(&'static str, Colours); 4] {
    let dark_customer = CUSTOMER.find("prefers-color-scheme: dark").unwrap();
    [
        ("staff, light", block(STAFF, "  :root {\n    color-scheme: light;")),
        ("staff, dark", block(STAFF, ":root[data-theme=\"dark\"] {")),
        ("customers, light", block(CUSTOMER, ":root {")),
        ("customers, dark", block(&CUSTOMER[dark_customer..], ":root {")),
    ]
}

fn assert_pair(set: &str, colours: &Colours, front: &str, back: &str, least: f64) {
    let (Some(one), Some(other)) = (colours.get(front), colours.get(back)) else { return };
    let found = contrast(one, other);
    assert!(found >= least, "{set}: {front} on {back} is {found:.2}, needs {least}");
}

#[test]
fn every_text_colour_is_readable_on_every_ground() {
    const TEXT: [&str; 10] = [
        "--ink",
        "--ink-2",
        "--ink-3",
        "--accent",
        "--danger",
        "--warn",
        "--ok",
        "--crisis",
        "--promise",
        "--accent-strong",
    ];
    for (set, colours) in sets() {
        assert!(colours.len() > 15, "{set}: only {} colours were read", colours.len());
        for text in TEXT {
            for ground in ["--canvas", "--surface", "--sunken", "--raised"] {
                assert_pair(set, &colours, text, ground, 4.5);
            }
        }
        for tone in ["danger", "warn", "ok", "crisis", "promise", "accent"] {
            assert_pair(set, &colours, &format!("--{tone}"), &format!("--{tone}-bg"), 4.5);
            assert_pair(set, &colours, "--on-fill", &format!("--{tone}"), 4.5);
            for text in ["--ink", "--ink-2", "--ink-3"] {
                assert_pair(set, &colours, text, &format!("--{tone}-bg"), 4.5);
            }
        }
        for ground in ["--note-bg", "--sent-bg"] {
            assert_pair(set, &colours, "--ink", ground, 4.5);
            assert_pair(set, &colours, "--ink-2", ground, 4.5);
        }
    }
}

#[test]
fn edges_of_controls_and_the_focus_ring_are_seen() {
    for (set, colours) in sets() {
        for ground in ["--canvas", "--surface", "--sunken"] {
            assert_pair(set, &colours, "--border", ground, 3.0);
            assert_pair(set, &colours, "--ink", ground, 3.0);
        }
    }
}

#[test]
fn dark_is_the_same_whether_chosen_or_followed() {
    let followed = STAFF.find("prefers-color-scheme: dark").unwrap();
    let followed = block(&STAFF[followed..], ":root:not([data-theme=\"light\"]) {");
    assert_eq!(followed, block(STAFF, ":root[data-theme=\"dark\"] {"));
}

#[test]
fn customers_and_staff_see_the_same_colours() {
    let sets = sets();
    for (staff, customers) in [(0, 2), (1, 3)] {
        for (name, value) in &sets[customers].1 {
            assert_eq!(sets[staff].1.get(name), Some(value), "{name}");
        }
    }
}
