#!/usr/bin/env python3
"""How well and how fast texts are understood, beside scikit-learn in the same run.

measure.py DATA EXAMPLES [TASK ...]        (`./bench reading DATA` starts it)
  DATA      folder of the labelled sets (train.csv and dev.csv of each)
  EXAMPLES  folder of the built examples learn_table and read_table
Needs scikit-learn for the baseline (TF-IDF of words and letters, linear SVM); without it only ours
is measured. Prints one JSON line with the speed of the whole reading, of labelling for one task
beside the baseline, and the memory; then one for each task: its measure as a share, and CPU
seconds for training and labelling. All times are CPU times.
"""
import csv, json, os, subprocess, sys, tempfile, time

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
    "app-bug": ("app-reviews", "", "full", "bug"),
    "app-feature": ("app-reviews", "", "full", "feature"),
    "app-rating": ("app-reviews", "", "full", "rating"),
    "app-ux": ("app-reviews", "", "full", "ux"),
    "multilingual": ("multilingual-sentiment", "", "text", "label"),
}


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def measure(task, pairs):
    """Mean F1 over the labels; for banking77 accuracy, for the app reviews F1 of yes."""
    labels = sorted({truth for truth, _ in pairs})
    right = lambda c: sum(t == c == s for t, s in pairs)
    both = lambda c: max(1, sum((t == c) + (s == c) for t, s in pairs))
    one = lambda c: 2 * right(c) / both(c)
    if task == "banking77":
        return round(sum(map(right, labels)) / len(pairs), 4)
    return round(one("1") if task.startswith("app-") else sum(map(one, labels)) / len(labels), 4)


def run(*command):
    """The output of a program, its own CPU seconds and its own greatest memory in MB."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        out = program.stdout.read()
        _, status, of = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
    if program.returncode:
        raise subprocess.CalledProcessError(program.returncode, command)
    return out, of.ru_utime, of.ru_maxrss / 1024


def ours(program, task, train, dev, text, label, truth):
    out, seconds, _ = run(program, train, dev, text, label)
    said = {row["id"]: row["prediction"] for row in csv.DictReader(out.splitlines())}
    return measure(task, [(t, said.get(i)) for i, t in truth.items()]), round(seconds, 2)


def joined(row, text):
    return "\n".join(row[c] for c in text.split("+"))


def learnt(train, text, label):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
    rows = [row for row in table(train) if row[label]]
    model = make_pipeline(make_union(words, letters), LinearSVC())
    return model.fit([joined(row, text) for row in rows], [row[label] for row in rows])


def baseline(task, train, dev, text, label, truth):
    begin = time.process_time()
    try:
        model = learnt(train, text, label)
    except ImportError:
        return None, None
    of = table(dev)
    said = dict(zip((row["id"] for row in of), model.predict([joined(row, text) for row in of])))
    seconds = time.process_time() - begin
    return measure(task, [(t, said[i]) for i, t in truth.items()]), round(seconds, 2)


def speeds(data, examples):
    """Texts a second of the whole reading, and of labelling for one task beside the baseline."""
    narratives = tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8")
    out = csv.writer(narratives)
    out.writerow(["text"])
    long = [r["text"][:1000] for r in table(f"{data}/cfpb/train.csv") if len(r["text"]) >= 1000]
    out.writerows([text] for text in long)
    narratives.flush()
    train = f"{data}/complaint-tweets/train.csv"
    figures = {"task": "speed"}
    for name, file, rounds in (("tweets", train, 20), ("narratives_of_1000", narratives.name, 10)):
        program = f"{examples}/read_table"
        n = int(run(program, file, "text", str(rounds))[0].split()[0])
        start = run(program, file, "text", "1")
        whole = run(program, file, "text", str(rounds))
        read = n * (rounds - 1) / rounds
        figures[f"{name}_per_cpu_second"] = round(read / (whole[1] - start[1]))
        figures["memory_mb"] = round(whole[2])
    label, n = [f"{examples}/learn_table", train, train, "text", "label"], len(table(train))
    seconds = run(*label, "20")[1] - run(*label, "0")[1]
    figures["one_task_per_cpu_second"] = round(20 * n / seconds)
    try:
        model, texts = learnt(train, "text", "label"), [row["text"] for row in table(train)]
        begin = time.process_time()
        model.predict(texts)
        figures["sklearn_one_task_per_cpu_second"] = round(n / (time.process_time() - begin))
    except ImportError:
        pass
    print(json.dumps(figures), flush=True)


def main():
    data, examples, *wanted = sys.argv[1:]
    # First: a program takes over the greatest memory of the one that starts it.
    if not wanted or "speed" in wanted:
        speeds(data, examples)
    for task in [task for task in wanted if task != "speed"] or ([] if wanted else TASKS):
        folder, files, text, label = TASKS[task]
        train, dev = (f"{data}/{folder}/{files}{part}.csv" for part in ("train", "dev"))
        truth = {row["id"]: row[label] for row in table(dev) if row[label]}
        at = (task, train, dev, text, label, truth)
        of, seconds = ours(f"{examples}/learn_table", *at)
        base, base_seconds = baseline(*at)
        figures = {"task": task, "n": len(truth), "redress": of, "cpu_seconds": seconds,
                   "sklearn": base, "sklearn_cpu_seconds": base_seconds}
        print(json.dumps(figures), flush=True)


main()
