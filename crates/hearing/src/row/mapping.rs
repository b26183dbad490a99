//! Which column of a file means what.

use crate::row::Format;
use domain::channel::Channel;
use serde::{Deserialize, Serialize};

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// What a column can mean.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Field { $($(#[$doc])* $name),+ }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Field] = &[$(Field::$name),+];

            /// The word for it in `--map`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Field::$name => $word),+ }
            }
        }
    };
}

fields! {
    /// The words themselves.
    Text = "text",
    /// Subject line or title.
    Subject = "subject",
    /// The source's own id of the row.
    Id = "id",
    /// Who said it.
    Name = "name",
    /// Their e-mail address.
    Email = "email",
    /// Their telephone number.
    Phone = "phone",
    /// Their name on a public site.
    Handle = "handle",
    /// The company's own number for them.
    Reference = "reference",
    /// When it was said.
    SaidAt = "said_at",
    /// When it was over.
    ClosedAt = "closed_at",
    /// Whether it is over: `closed`, `resolved` …
    Status = "status",
    /// Stars.
    Rating = "rating",
    /// What kind of matter.
    Kind = "kind",
    /// The way it came.
    Channel = "channel",
    /// The site or system.
    Source = "source",
    /// Where it can be read.
    Url = "url",
    /// The language.
    Language = "language",
    /// Followers of the writer.
    Reach = "reach",
}

/// A field or column that is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownField {
    /// No field has this word.
    #[error("there is no field `{0}`; fields are {known}", known = known())]
    Field(String),
    /// No column has this name.
    #[error("there is no column `{0}` in this file")]
    Column(String),
    /// Not written as FIELD=COLUMN.
    #[error("`{0}` is not FIELD=COLUMN")]
    Shape(String),
}

fn known() -> String {
    Field::ALL.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(", ")
}

/// In which order day and month stand in dates such as 03/04/2026.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 03/04 is the third of April.
    #[default]
    DayFirst,
    /// 03/04 is the fourth of March.
    MonthFirst,
}

/// How a file is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// What the file is.
    pub format: Format,
    /// Name of its encoding as browsers name them: `UTF-8`, `windows-1252` …
    pub encoding: String,
    /// The byte between values; for CSV only.
    pub delimiter: u8,
    /// Whether the first record names the columns.
    pub has_header: bool,
    /// The columns in their order. For JSONL: the names found in the first rows, sorted.
    pub columns: Vec<String>,
    /// Which column each field is read from, by name, in the order of [`Field::ALL`].
    pub fields: Vec<(Field, String)>,
    /// How dates are read.
    pub date_order: DateOrder,
    /// The highest rating in the file, to bring ratings to five stars.
    pub rating_most: u32,
    /// What rows are when nothing in them says so: `review` and `post` become public feedback.
    pub channel: Channel,
    /// The source of rows that name none, for reviews and posts.
    pub source: String,
}

impl Mapping {
    /// The column a field is read from.
    pub fn column(&self, field: Field) -> Option<&str> {
        self.fields.iter().find(|(known, _)| *known == field).map(|(_, column)| column.as_str())
    }

    /// Reads a field from a column; `column` empty leaves the field out.
    ///
    /// # Errors
    /// When the file has no such column.
    pub fn set(&mut self, field: Field, column: &str) -> Result<(), UnknownField> {
        if !column.is_empty() && !self.columns.iter().any(|known| known == column) {
            return Err(UnknownField::Column(column.to_owned()));
        }
        self.fields.retain(|(known, _)| *known != field);
        if !column.is_empty() {
            self.fields.push((field, column.to_owned()));
            self.fields.sort();
        }
        Ok(())
    }

    /// The same from `FIELD=COLUMN`, as commands take it.
    ///
    /// # Errors
    /// When it is not written so, or names no field or column.
    pub fn set_from(&mut self, words: &str) -> Result<(), UnknownField> {
        let (field, column) =
            words.split_once('=').ok_or_else(|| UnknownField::Shape(words.to_owned()))?;
        let known = Field::ALL.iter().find(|known| known.as_str() == field.trim());
        let known = known.ok_or_else(|| UnknownField::Field(field.trim().to_owned()))?;
        self.set(*known, column.trim())
    }

    /// The mapping as people read it, one line a field.
    pub fn in_words(&self) -> String {
        if self.format.is_mail() {
            return format!("{}: each mail is one message\n", self.format.as_str());
        }
        let mut words = String::new();
        for (field, column) in &self.fields {
            words.push_str(&format!("{:<10} ← {column}\n", field.as_str()));
        }
        let used = |column: &&String| !self.fields.iter().any(|(_, known)| known == *column);
        let unused: Vec<&str> =
            self.columns.iter().filter(used).map(String::as_str).take(40).collect();
        if !unused.is_empty() {
            words.push_str(&format!("kept, not read: {}\n", unused.join(", ")));
        }
        words
    }
}
