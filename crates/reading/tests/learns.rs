//! What the learner owes: it learns, it says why, it keeps its word after saving, it refuses
//! nonsense.

use reading::Reader;
use reading::learn::{
    Model, ModelError, Options, Row, TrainError, evaluate, learning_curve, train,
};

fn row(text: &str, label: &str) -> Row {
    Row { text: text.to_owned(), label: label.to_owned() }
}

/// Sixty short texts about trains and about food; the last words differ.
fn rows() -> Vec<Row> {
    let trains =
        ["the train was late", "my ticket for platform nine", "the conductor on the train"];
    let food = ["the soup was cold", "my plate of pasta", "the waiter forgot the soup"];
    let ends = [
        "today",
        "again",
        "on Monday",
        "in Rome",
        "as usual",
        "sadly",
        "yesterday",
        "here",
        "at noon",
        "now",
    ];
    let both = |(t, f): (&str, &str)| {
        ends.map(|end| [row(&format!("{t} {end}"), "travel"), row(&format!("{f} {end}"), "food")])
    };
    trains.into_iter().zip(food).flat_map(both).flatten().collect()
}

fn small() -> Options {
    Options { bits: 14, ..Options::default() }
}

#[test]
fn a_model_learns_from_labelled_texts_and_shows_the_words_it_goes_by() {
    let reader = Reader::shipped();
    let model = train(&reader, &rows(), &small()).expect("sixty texts are enough");
    let judged = model.explain(&reader, "Is the train to Rome on time?", 0.5);
    assert_eq!(judged.value, "travel");
    assert!(judged.because.iter().any(|r| r.feature == "train" && r.weight > 0.0));
    assert_eq!(model.predict(&reader, "a bowl of soup").label, "food");
}

#[test]
fn training_twice_gives_the_same_bytes_and_loading_gives_the_same_model() {
    let reader = Reader::shipped();
    let model = train(&reader, &rows(), &small()).expect("sixty texts are enough");
    let again = train(&reader, &rows(), &small()).expect("sixty texts are enough");
    assert_eq!(model.to_bytes(), again.to_bytes());
    let loaded = Model::from_bytes(&model.to_bytes()).expect("its own bytes");
    assert_eq!(loaded, model);
    assert_eq!(loaded.version(), model.version());
}

#[test]
fn three_labels_are_told_apart_and_measured() {
    let reader = Reader::shipped();
    let mut rows = rows();
    rows.extend((0..20).map(|i| row(&format!("password of account {i} is locked"), "account")));
    let model = train(&reader, &rows, &small()).expect("eighty texts are enough");
    let measured = evaluate(&reader, &model, &rows);
    assert_eq!(measured.texts, 80);
    assert!(measured.macro_f1 > 0.95, "{measured:?}");
    assert!(measured.macro_f1_interval.0 <= measured.macro_f1);
    assert_eq!(measured.confusion.iter().flatten().sum::<u32>(), 80);
    let food = &measured.classes[1];
    assert!(food.telling.iter().any(|(word, _)| word.contains("soup")), "{:?}", food.telling);
    let curve = learning_curve(&reader, &rows, &rows, &small(), &[40, 80]).expect("parts learn");
    assert_eq!(curve.iter().map(|p| p.texts).collect::<Vec<_>>(), [40, 80]);
}

#[test]
fn too_little_to_learn_from_is_refused() {
    let reader = Reader::shipped();
    let few = &rows()[..4];
    assert_eq!(train(&reader, few, &small()).err(), Some(TrainError::TooFew));
    let same: Vec<Row> = rows().into_iter().filter(|r| r.label == "food").collect();
    assert_eq!(train(&reader, &same, &small()).err(), Some(TrainError::OneLabel));
}

#[test]
fn damaged_model_files_are_refused() {
    let reader = Reader::shipped();
    let bytes = train(&reader, &rows(), &small()).expect("sixty texts are enough").to_bytes();
    assert!(matches!(Model::from_bytes(b"hello"), Err(ModelError::NotAModel)));
    for cut in [9, 20, 400, bytes.len() - 1] {
        assert!(Model::from_bytes(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    for at in (8..bytes.len()).step_by(97) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x40;
        assert!(Model::from_bytes(&damaged).is_err(), "damaged at {at}");
    }
}
