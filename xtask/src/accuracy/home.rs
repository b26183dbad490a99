//! What is learnt from an organisation's own labelled texts.

use anyhow::Result;
use reading::learn::{Options, Row, train};
use reading::{Kind, Reader};

use super::score::{self, Figure, Pair, figure};
use super::{Record, Sets};

/// One labelled set to learn from: name, folder and prefix, columns of text, label, and the label
/// whose F1 is the measure; empty for the mean over the labels.
pub struct Task {
    pub name: &'static str,
    pub files: &'static str,
    pub text: &'static str,
    pub label: &'static str,
    pub positive: &'static str,
}

const fn task(
    name: &'static str,
    files: &'static str,
    text: &'static str,
    label: &'static str,
    positive: &'static str,
) -> Task {
    Task { name, files, text, label, positive }
}

/// Every set that has labels to learn; the names are those of `benches/reading/measure.py`.
pub const TASKS: [Task; 21] = [
    task("complaint-tweets", "complaint-tweets/", "text", "label", ""),
    task("complaint-severity", "complaint-severity/", "title+text", "severity", ""),
    task("dialogs-kind", "dialogs/", "text", "kind", ""),
    task("dialogs-attack", "dialogs/", "text", "negative", ""),
    task("dialogs-thanks", "dialogs/", "text", "gratitude", ""),
    task("turns-attack", "dialogs/turns-", "text", "negative", ""),
    task("turns-thanks", "dialogs/turns-", "text", "gratitude", ""),
    task("airline-sentiment", "airline/", "text", "sentiment", ""),
    task("airline-reason", "airline/", "text", "reason", ""),
    task("cfpb-product", "cfpb/", "text", "product", ""),
    task("banking77", "banking77/", "text", "label", "accuracy"),
    task("app-bug", "app-reviews/", "full", "bug", "1"),
    task("app-feature", "app-reviews/", "full", "feature", "1"),
    task("app-rating", "app-reviews/", "full", "rating", "1"),
    task("app-ux", "app-reviews/", "full", "ux", "1"),
    task("reviews", "reviews/", "title+text", "recommended", ""),
    task("offensive", "tweet-offensive/", "text", "label", ""),
    task("irony", "tweet-irony/", "text", "label", ""),
    task("emotion", "tweet-emotion/", "text", "label", ""),
    task("multilingual", "multilingual-sentiment/", "text", "label", ""),
    task("satisfaction", "satisfaction/", "text", "low", ""),
];

impl Task {
    fn rows(&self, sets: &Sets, part: &str) -> Result<Vec<Row>> {
        let table = sets.table(&format!("{}{part}.csv", self.files))?;
        let text =
            |r: &Record| self.text.split('+').map(|c| r[c].as_str()).collect::<Vec<_>>().join("\n");
        let labelled = table.iter().filter(|r| !r[self.label].is_empty());
        Ok(labelled.map(|r| Row { text: text(r), label: r[self.label].clone() }).collect())
    }

    /// The measure of this set.
    fn measure(&self, pairs: &[Pair]) -> f64 {
        match self.positive {
            "" => score::mean_f1(pairs),
            "accuracy" => score::accuracy(pairs),
            label => score::f1(pairs, label),
        }
    }

    /// What is right on dev after learning from train.
    pub fn learnt(&self, sets: &Sets, reader: &Reader) -> Result<(Figure, Vec<Pair>)> {
        let (learn, dev) = (self.rows(sets, "train")?, self.rows(sets, "dev")?);
        let pairs = answers(reader, &learn, &dev)?;
        Ok((figure(&pairs, |p| self.measure(p)), pairs))
    }
}

fn answers(reader: &Reader, learn: &[Row], dev: &[Row]) -> Result<Vec<Pair>> {
    let model = train(reader, learn, &Options::default())?;
    let said = |r: &Row| (r.label.clone(), model.predict(reader, &r.text).label);
    Ok(dev.iter().map(said).collect())
}

/// Corrections that an organisation may have made after some weeks.
const CORRECTIONS: usize = 200;

/// How often other corrections are drawn.
const DRAWS: usize = 5;

/// Complaint or not after no, 200 and all corrections: mean F1, and the share of the distance that
/// 200 close; for sets that trained no shipped model.
pub fn corrected(sets: &Sets, reader: &Reader) -> Result<Vec<(&'static str, [f64; 4])>> {
    let sets_of: [(Task, &str); 3] = [
        (task("tweets, random ones among them", "complaint-tweets/", "text", "label", ""), "1"),
        (task("conversations", "dialogs/", "text", "kind", ""), "complaint"),
        (task("tweets on finance", "finance-complaints/", "text", "complaint", ""), "1"),
    ];
    let mut lines = Vec::new();
    for (task, yes) in &sets_of {
        let (learn, dev) = (task.rows(sets, "train")?, task.rows(sets, "dev")?);
        let no = learn.iter().map(|r| r.label.as_str()).find(|l| l != yes).unwrap_or("0");
        let shipped = |r: &Row| {
            let kind = reader.read(&r.text).kind.value;
            let said = if matches!(kind, Kind::Complaint | Kind::Cancellation) { yes } else { no };
            (r.label.clone(), said.to_owned())
        };
        let before = score::mean_f1(&dev.iter().map(shipped).collect::<Vec<_>>());
        let after = score::mean_f1(&answers(reader, &learn, &dev)?);
        let mut few = 0.0;
        for draw in 0..DRAWS {
            let step = learn.len() / CORRECTIONS;
            let some: Vec<Row> = learn
                .iter()
                .skip(draw * step / DRAWS)
                .step_by(step.max(1))
                .take(CORRECTIONS)
                .cloned()
                .collect();
            few += score::mean_f1(&answers(reader, &some, &dev)?) / DRAWS as f64;
        }
        lines.push((task.name, [before, few, after, (few - before) / (after - before)]));
    }
    Ok(lines)
}
