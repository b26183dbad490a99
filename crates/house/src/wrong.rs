//! What is wrong with a form or a body: the field and what to do about it.

/// One field that must be put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The field's name, the same in forms and in JSON.
    pub field: &'static str,
    /// What to do, as the person reads it.
    pub words: String,
}

impl Wrong {
    /// Says that `field` must be put right.
    pub fn at(field: &'static str, words: impl Into<String>) -> Wrong {
        Wrong { field, words: words.into() }
    }
}

/// Everything that is wrong, in one line, for a terminal.
pub fn in_words(wrong: &[Wrong]) -> String {
    let each: Vec<String> = wrong.iter().map(|w| format!("{}: {}", w.field, w.words)).collect();
    each.join(" ")
}

/// Collects what is wrong, so that a person sees all of it at once.
#[derive(Debug, Default)]
pub struct Wrongs(Vec<Wrong>);

impl Wrongs {
    /// Keeps what is right and notes what is wrong.
    pub fn take<T, E: std::fmt::Display>(
        &mut self,
        field: &'static str,
        read: Result<T, E>,
    ) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(why) => {
                self.0.push(Wrong::at(field, why.to_string()));
                None
            }
        }
    }

    /// Notes that `field` is wrong.
    pub fn add(&mut self, field: &'static str, words: impl Into<String>) {
        self.0.push(Wrong::at(field, words));
    }

    /// Gives `value` when nothing is wrong.
    ///
    /// # Errors
    /// Everything that is wrong; `value` may be missing only then.
    pub fn or_all<T>(self, value: Option<T>) -> Result<T, Vec<Wrong>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.0),
        }
    }
}
