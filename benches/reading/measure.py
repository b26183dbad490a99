#!/usr/bin/env python3
"""How well the learner learns at home, beside scikit-learn's TF-IDF and linear SVM in the same run.

measure.py DATA LEARN_TABLE [TASK ...]
  DATA         folder of the labelled sets (train.csv and dev.csv of each)
  LEARN_TABLE  the built example: cargo build --release -p reading --example learn_table
Needs scikit-learn for the baseline (python3 -m venv v && v/bin/pip install scikit-learn);
without it only ours is measured. Prints one JSON line for each task: mean F1 over the labels
(as a share), and CPU seconds for training and labelling.
"""
import csv, json, resource, subprocess, sys, time

csv.field_size_limit(10**9)
TASKS = {  # task: folder, files, text columns, label
    "complaint-tweets": ("complaint-tweets", "", "text", "label"),
    "complaint-severity": ("complaint-severity", "", "title+text", "severity"),
    "dialogs-kind": ("dialogs", "", "text", "kind"),
    "dialogs-attack": ("dialogs", "", "text", "negative"),
    "dialogs-thanks": ("dialogs", "", "text", "gratitude"),
    "turns-attack": ("dialogs", "turns-", "text", "negative"),
    "turns-thanks": ("dialogs", "turns-", "text", "gratitude"),
    "airline-sentiment": ("airline", "", "text", "sentiment"),
    "airline-reason": ("airline", "", "text", "reason"),
    "cfpb-product": ("cfpb", "", "text", "product"),
    "banking77": ("banking77", "", "text", "label"),
    "reviews": ("reviews", "", "title+text", "recommended"),
    "offensive": ("tweet-offensive", "", "text", "label"),
    "irony": ("tweet-irony", "", "text", "label"),
    "emotion": ("tweet-emotion", "", "text", "label"),
    "satisfaction": ("satisfaction", "", "text", "low"),
}


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def mean_f1(pairs):
    labels = sorted({truth for truth, _ in pairs})
    right = lambda c: sum(t == c == s for t, s in pairs)
    both = lambda c: max(1, sum((t == c) + (s == c) for t, s in pairs))
    one = lambda c: 2 * right(c) / both(c)
    return round(sum(map(one, labels)) / len(labels), 4)


def ours(program, train, dev, text, label, truth):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    command = [program, train, dev, text, label]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    said = {row["id"]: row["prediction"] for row in csv.DictReader(done.stdout.splitlines())}
    return mean_f1([(t, said.get(i)) for i, t in truth.items()]), round(seconds, 2)


def baseline(train, dev, text, label, truth):
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline, make_union
        from sklearn.svm import LinearSVC
    except ImportError:
        return None, None
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
    join = lambda row: "\n".join(row[c] for c in text.split("+"))
    rows, begin = [row for row in table(train) if row[label]], time.process_time()
    model = make_pipeline(make_union(words, letters), LinearSVC())
    model.fit([join(row) for row in rows], [row[label] for row in rows])
    of = table(dev)
    said = dict(zip((row["id"] for row in of), model.predict([join(row) for row in of])))
    return mean_f1([(t, said[i]) for i, t in truth.items()]), round(time.process_time() - begin, 2)


def main():
    data, program, *wanted = sys.argv[1:]
    for task in wanted or TASKS:
        folder, files, text, label = TASKS[task]
        train, dev = (f"{data}/{folder}/{files}{part}.csv" for part in ("train", "dev"))
        truth = {row["id"]: row[label] for row in table(dev) if row[label]}
        f1, seconds = ours(program, train, dev, text, label, truth)
        base_f1, base_seconds = baseline(train, dev, text, label, truth)
        figures = {"task": task, "n": len(truth), "mean_f1": f1, "cpu_seconds": seconds,
                   "sklearn_mean_f1": base_f1, "sklearn_cpu_seconds": base_seconds}
        print(json.dumps(figures), flush=True)


main()
