//! Tests of a case logged by hand.

use super::*;

#[test]
fn a_telephone_number_is_found_however_it_is_written() {
    assert_eq!(phone_of("0047 22 33 44 55"), "+4722334455");
    assert_eq!(phone_of("+47 (22) 33-44"), "+47223344");
    assert_eq!(phone_of("22 33 44"), "223344");
    for no in ["Amara", "12", "a@b.example"] {
        assert_eq!(phone_of(no), "", "{no}");
    }
}

#[test]
fn a_long_text_makes_a_short_subject() {
    let text = Words::new(&"The heating is off. ".repeat(20), 1_000).unwrap();
    let subject = subject_of(&text);
    assert_eq!(subject.as_str().chars().count(), SUBJECT_MOST + 1);
    assert!(subject.as_str().ends_with('…'));
}

#[test]
fn the_wish_stands_under_what_they_said() {
    let form = NewCaseForm {
        said: "Nobody came.".to_owned(),
        wish: "Come today.".to_owned(),
        ..NewCaseForm::default()
    };
    let said = said(&form).unwrap().unwrap();
    assert_eq!(said.as_str(), "Nobody came.\n\nWhat would make it right: Come today.");
    assert_eq!(super::said(&NewCaseForm::default()), Ok(None));
}
