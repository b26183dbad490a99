//! A judgement with how sure it is and why.

use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// What was judged, how sure the judgement is, and what in the text made it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged<T> {
    /// The best guess. Act on it only through [`Judged::decided`].
    pub value: T,
    /// Probability that `value` is right, 0 to 1.
    pub confidence: f32,
    /// True if the confidence is too low to act on: show the guess as a question, or not at all.
    pub abstains: bool,
    /// What spoke for the value, strongest first; at most [`Judged::<T>::REASONS_MAX`].
    pub because: Vec<Reason>,
}

/// One piece of evidence behind a judgement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The words or the property that counted, as a person may read it: `never arrived`.
    pub feature: Cow<'static, str>,
    /// Where it stands: bytes of the text as given. Empty at 0 if it is a property of the whole.
    pub span: Range<usize>,
    /// How much it spoke for the value, in log-odds; negative spoke against it.
    pub weight: f32,
}

impl<T> Judged<T> {
    /// Reasons kept for one judgement; the weaker ones are left out.
    pub const REASONS_MAX: usize = 8;

    /// A judgement that abstains if `confidence` is below `floor`.
    pub fn new(value: T, confidence: f32, floor: f32, mut because: Vec<Reason>) -> Judged<T> {
        because.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        because.truncate(Self::REASONS_MAX);
        let confidence = if confidence.is_nan() { 0.0 } else { confidence.clamp(0.0, 1.0) };
        Judged { value, confidence, abstains: confidence < floor, because }
    }

    /// The value, or nothing if the reading was not sure enough.
    pub fn decided(&self) -> Option<&T> {
        (!self.abstains).then_some(&self.value)
    }
}
