//! Full-text search, kept inside the transaction that changes the text.
//!
//! Both engines get the same words: folded by us (lower case, accents off, everything that is
//! neither letter nor digit becomes a space), so that they find the same things.

use crate::error::{Doing, StoreError};
use crate::number::Numbered;
use crate::scope::Reach;
use crate::{Sql, Store, Tx, Write, on};
use jiff::Timestamp;
use sqlx::FromRow;

/// Words of a query that count; the rest is left out.
pub const TERMS_MOST: usize = 32;
/// Characters of one document that are indexed.
const INDEXED_MOST: usize = 65_536;

/// A document that was found.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Hit {
    /// The document; also the place to go on from.
    pub id: i64,
    /// The case it belongs to.
    pub case_id: String,
    /// `subject`, `message`, `note` or `person`.
    pub kind: String,
    /// Which message or note.
    pub thing_id: String,
}

/// What is asked, folded into words and phrases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Each inner list is one word or, when longer, a phrase.
    terms: Vec<Vec<String>>,
    loose: bool,
    whole: bool,
}

impl Words {
    /// Reads a query: words, and phrases in double quotes. The last word also matches as a
    /// beginning.
    pub fn read(query: &str) -> Words {
        let mut terms = Vec::new();
        for (place, part) in query.split('"').enumerate() {
            let words: Vec<String> =
                fold(part).split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect();
            if place % 2 == 1 && !words.is_empty() {
                terms.push(words);
            } else {
                terms.extend(words.into_iter().map(|word| vec![word]));
            }
        }
        terms.truncate(TERMS_MOST);
        Words { terms, loose: false, whole: false }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The same words as they stand, the last one too. A common beginning stands for very many
    /// words, and an engine looks at all of them before it gives the first document.
    #[must_use]
    pub fn whole(&self) -> Words {
        Words { whole: true, ..self.clone() }
    }

    /// The same words, each cut to its first four letters and matched as a beginning: forgives
    /// endings and most slips of the pen.
    #[must_use]
    pub fn loosened(&self) -> Words {
        let cut = |word: &String| word.chars().take(4).collect();
        let terms = self.terms.iter().flatten().map(|word| vec![cut(word)]).collect();
        Words { terms, loose: true, whole: false }
    }

    /// Each word or phrase by itself, for saying which of them found nothing.
    pub fn singles(&self) -> Vec<(String, Words)> {
        let one = |term: &Vec<String>| {
            (term.join(" "), Words { terms: vec![term.clone()], ..self.clone() })
        };
        self.terms.iter().map(one).collect()
    }

    /// The folded words, for marking them in the text that is shown.
    pub fn folded(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().flatten().map(String::as_str)
    }

    fn begins(&self, is_last: bool) -> bool {
        self.loose || (is_last && !self.whole)
    }

    fn for_sqlite(&self) -> String {
        let last = self.terms.len().saturating_sub(1);
        let term = |(place, words): (usize, &Vec<String>)| {
            let begins = self.begins(place == last) && words.len() == 1;
            format!("\"{}\"{}", words.join(" "), if begins { " *" } else { "" })
        };
        self.terms.iter().enumerate().map(term).collect::<Vec<_>>().join(" AND ")
    }

    fn for_postgres(&self) -> String {
        let last = self.terms.len().saturating_sub(1);
        let term = |(place, words): (usize, &Vec<String>)| {
            let begins = self.begins(place == last) && words.len() == 1;
            let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
            format!("({}{})", quoted.join(" <-> "), if begins { ":*" } else { "" })
        };
        self.terms.iter().enumerate().map(term).collect::<Vec<_>>().join(" & ")
    }
}

/// Folds text for the index: lower case, accents off, everything else a space.
pub fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let mut folded = String::with_capacity(text.len());
    let mut chars = 0_usize;
    for letter in text.nfkd().flat_map(char::to_lowercase) {
        chars += 1;
        if chars > INDEXED_MOST {
            break;
        }
        if letter.is_alphanumeric() {
            folded.push(letter);
        } else if !unicode_normalization::char::is_combining_mark(letter) && !folded.ends_with(' ')
        {
            folded.push(' ');
        }
    }
    folded
}

impl Tx {
    /// Makes a text findable.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn index(
        &mut self,
        case_id: &str,
        kind: &str,
        thing_id: &str,
        text: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        const DOCUMENT: Write = Write {
            doing: "making a text findable",
            sql: Sql {
                sqlite: "
                    INSERT INTO search_document (id, case_id, kind, thing_id, at_ms)
                    SELECT column1, column2, column3, column4, column5
                    FROM rows",
                postgres: "
                    INSERT INTO search_document (id, case_id, kind, thing_id, at_ms)
                    SELECT (r ->> 0)::bigint, r ->> 1, r ->> 2, r ->> 3, (r ->> 4)::bigint
                    FROM jsonb_array_elements($1::jsonb) AS t (r)",
            },
        };
        const WORDS: Write = Write {
            doing: "making a text findable",
            sql: Sql {
                sqlite: "
                    INSERT INTO search_text (rowid, words)
                    SELECT column1, column2 FROM rows",
                postgres: "
                    INSERT INTO search_text (id, words)
                    SELECT (r ->> 0)::bigint, to_tsvector('simple', r ->> 1)
                    FROM jsonb_array_elements($1::jsonb) AS t (r)",
            },
        };
        let id = self.next_number(Numbered::Search).await?;
        self.later(DOCUMENT, &(id, case_id, kind, thing_id, at.as_millisecond()))?;
        self.later(WORDS, &(id, fold(text)))
    }

    /// Takes everything out of the index, before it is made anew.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn unindex_all(&mut self) -> Result<(), StoreError> {
        for sql in ["DELETE FROM search_text", "DELETE FROM search_document"] {
            on!(Tx self, db => sqlx::query(sql).execute(db).await.map(|_| ()))
                .doing("emptying the index")?;
        }
        Ok(())
    }

    /// Takes everything of a case out of the index.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn unindex_case(&mut self, case_id: &str) -> Result<(), StoreError> {
        const IDS: &str = "DELETE FROM search_document WHERE case_id = $1 RETURNING id";
        const WORDS: Sql = Sql {
            sqlite: "DELETE FROM search_text WHERE rowid = $1",
            postgres: "DELETE FROM search_text WHERE id = $1",
        };
        let doing = "taking a case out of the index";
        let ids: Vec<i64> =
            on!(Tx self, db => sqlx::query_scalar(IDS).bind(case_id).fetch_all(db).await)
                .doing(doing)?;
        let sql = self.text(WORDS);
        for id in ids {
            on!(Tx self, db => sqlx::query(sql).bind(id).execute(db).await.map(|_| ()))
                .doing(doing)?;
        }
        Ok(())
    }
}

impl Store {
    /// Documents that hold all of `words`, newest first, of cases the reader may see; `before` is
    /// the last id of the page before, or `i64::MAX`. `notes` says whether private notes count.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn search(
        &self,
        reach: &Reach,
        words: &Words,
        before: i64,
        most: u32,
    ) -> Result<Vec<Hit>, StoreError> {
        const SQL: Sql = Sql {
            sqlite: concat!(
                "SELECT d.id, d.case_id, d.kind, d.thing_id
                 FROM search_text t
                 JOIN search_document d ON d.id = t.rowid
                 JOIN \"case\" c ON c.id = d.case_id
                 WHERE t.words MATCH $3 AND t.rowid < $4 AND ",
                crate::visible!(),
                " ORDER BY t.rowid DESC LIMIT $5"
            ),
            // The inner limit bounds the sort when a word stands in every second case.
            postgres: concat!(
                "SELECT d.id, d.case_id, d.kind, d.thing_id
                 FROM (SELECT id FROM search_text
                       WHERE words @@ to_tsquery('simple', $3) AND id < $4
                       ORDER BY id DESC LIMIT 2000) t
                 JOIN search_document d ON d.id = t.id
                 JOIN \"case\" c ON c.id = d.case_id
                 WHERE ",
                crate::visible!(),
                " ORDER BY d.id DESC LIMIT $5"
            ),
        };
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let text = self.text(SQL);
        let query = match self {
            Store::Sqlite(_) => words.for_sqlite(),
            Store::Postgres(_) => words.for_postgres(),
        };
        on!(Store self, db => sqlx::query_as(text).bind(&reach.scope).bind(&reach.staff)
            .bind(&query).bind(before).bind(i64::from(most)).fetch_all(db).await)
        .doing("searching")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_makes_writings_of_one_word_alike() {
        assert_eq!(fold("Façade,  ÉTÉ — Straße"), "facade ete straße");
        assert_eq!(fold("don't"), "don t");
    }

    #[test]
    fn a_query_is_words_and_phrases_and_never_an_operator() {
        let words = Words::read("refund \"no heating\" AND NEAR( eng");
        assert_eq!(
            words.for_sqlite(),
            "\"refund\" AND \"no heating\" AND \"and\" AND \"near\" AND \"eng\" *"
        );
        assert_eq!(
            words.for_postgres(),
            "('refund') & ('no' <-> 'heating') & ('and') & ('near') & ('eng':*)"
        );
        assert!(words.whole().for_sqlite().ends_with("AND \"eng\""));
        assert!(words.whole().for_postgres().ends_with("& ('eng')"));
        assert!(Words::read("  \"' ) ; --").is_empty());
    }
}
