//! A learner: labelled texts in, a model out that says what it saw.
//!
//! A linear model over hashed word and letter n-grams and over what the lexicons found, calibrated
//! on held-back parts of the training texts. It trains in seconds on one core, is the same byte for
//! byte each time, and gives for each answer the words that made it.

mod calibrate;
mod dense;
mod eval;
mod extract;
mod fit;
mod format;
mod languages;
mod model;
mod seen;
mod solve;
mod space;
mod table;
mod train;

pub use eval::{ClassScore, Evaluation, LearningPoint, evaluate, learning_curve};
pub(crate) use extract::Features;
pub use format::ModelError;
pub use languages::{LanguageTrainer, TrainedLanguages};
pub use model::{Model, Prediction};
pub(crate) use seen::Seen;
pub use train::{Options, Row, TrainError, Try, prints, train, train_heads};
