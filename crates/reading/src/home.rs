//! Models that an organisation adopted: what its people corrected, laid over what ships.

use std::borrow::Cow;
use std::sync::Arc;

use crate::judged::Judged;
use crate::learn::Model;
use crate::reader::Reader;
use crate::{Feeling, Kind, Reading, shipped};

/// What a reader takes from home instead of from what ships. Each model gives the words of its
/// label: those of [`Kind::word`] and [`Feeling::word`], and `0` to `4` for severity.
#[derive(Debug, Clone, Default)]
pub struct Home {
    /// Says what kind of matter a text is.
    pub kind: Option<Arc<Model>>,
    /// Says how severe a complaint is.
    pub severity: Option<Arc<Model>>,
    /// Says how the writer feels.
    pub feeling: Option<Arc<Model>>,
}

impl Home {
    /// Whether nothing was adopted.
    pub fn is_empty(&self) -> bool {
        self.kind.is_none() && self.severity.is_none() && self.feeling.is_none()
    }

    /// The name of the models, to be written beside that of what ships.
    pub(crate) fn version(&self) -> String {
        let name = |letter: char, model: &Option<Arc<Model>>| {
            model.as_ref().map(|m| format!("{letter}{}", &m.version()[..8]))
        };
        let all = [name('k', &self.kind), name('s', &self.severity), name('f', &self.feeling)];
        all.into_iter().flatten().collect::<Vec<_>>().join("-")
    }

    /// Puts what the models say in the place of what was said.
    pub(crate) fn lay_over(&self, reader: &Reader, text: &str, reading: &mut Reading) {
        if let Some(model) = &self.kind {
            let said = model.explain(reader, text, shipped::KIND_FLOOR);
            if let Some(kind) = Kind::ALL.into_iter().find(|k| k.word() == said.value) {
                reading.kind = with_value(said, kind);
            }
        }
        if let Some(model) = &self.feeling {
            let said = model.explain(reader, text, shipped::FEELING_FLOOR);
            let all = [Feeling::Negative, Feeling::Neutral, Feeling::Positive];
            if let Some(feeling) = all.into_iter().find(|f| f.word() == said.value) {
                reading.feeling = with_value(said, feeling);
            }
        }
        // Nothing but a complaint has a severity above 0.
        if !matches!(reading.kind.value, Kind::Complaint | Kind::Cancellation) {
            let confidence = reading.kind.confidence;
            reading.severity = Judged::new(0, confidence, shipped::SEVERITY_FLOOR, Vec::new());
        } else if let Some(model) = &self.severity {
            let said = model.explain(reader, text, shipped::SEVERITY_FLOOR);
            if let Some(level) = said.value.parse::<u8>().ok().filter(|level| *level <= 4) {
                reading.severity = with_value(said, level);
            }
        } else if reading.severity.value == 0 {
            // What ships took it for no complaint and did not weigh it.
            reading.severity = Judged::new(1, 0.0, shipped::SEVERITY_FLOOR, Vec::new());
        }
        reading.model = Cow::Owned(format!("{}+home/{}", reading.model, self.version()));
    }
}

fn with_value<T>(said: Judged<String>, value: T) -> Judged<T> {
    let Judged { confidence, abstains, because, .. } = said;
    Judged { value, confidence, abstains, because }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::{Options, Row, train};

    #[test]
    fn a_model_from_home_has_the_last_word_and_is_named() {
        let reader = Reader::shipped();
        let row = |text: String, label: &str| Row { text, label: label.to_owned() };
        let rows: Vec<Row> = (0..30)
            .flat_map(|n| {
                let order = row(format!("Ticket {n} the turbo widget hums again"), "complaint");
                [order, row(format!("Order {n} of two plain boxes for the shop"), "other")]
            })
            .collect();
        let model = train(&reader, &rows, &Options::default()).unwrap();
        let text = "Ticket 77 the turbo widget hums again";
        let home = Home { kind: Some(Arc::new(model)), ..Home::default() };
        let said = reader.clone().with_home(home).read(text);
        assert_eq!(said.kind.value, Kind::Complaint);
        assert!(said.severity.value > 0, "a complaint is weighed");
        assert!(said.model.contains("+home/k"), "{}", said.model);
        assert!(!reader.read(text).model.contains("home"));
    }
}
