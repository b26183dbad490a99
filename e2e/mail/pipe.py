"""`redress mail receive`: exit 0 means it is on the disk, everything else that the mail stays
with the mail server."""

import sqlite3
import subprocess

from house import House, program

MAIL = """From: Amara <amara@example.org>
To: help@house.test
Message-ID: <{n}@example.org>
Subject: No heating {n}

The heating is off since Tuesday. Nobody came. This is number {n}.
"""


def arrivals(house):
    """How many arrivals are on the disk; only reading."""
    database = sqlite3.connect(f"file:{house.data / 'redress.db'}?mode=ro", uri=True)
    try:
        return database.execute("SELECT COUNT(*) FROM arrival").fetchone()[0]
    finally:
        database.close()


def begin(house, *words, data=None):
    line = [program(), "--data", str(data or house.data), "mail", "receive", *words]
    return subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def receive(house, mail, *words, data=None):
    """Hands one mail over; gives the exit code."""
    process = begin(house, *words, data=data)
    process.communicate(mail if isinstance(mail, bytes) else mail.encode())
    return process.returncode


def run(report, at_once):
    with House() as house:
        house.open()
        report.holds("a mail is kept before anything serves",
                     receive(house, MAIL.format(n=0), "--to", "help@house.test") == 0)
        house.start()
        waiting = [begin(house) for _ in range(at_once)]
        for n, process in enumerate(waiting, 1):
            process.stdin.write(MAIL.format(n=n).encode())
            process.stdin.close()
        codes = [process.wait() for process in waiting]
        report.holds(f"{at_once} at once beside a running server are kept",
                     codes == [0] * at_once and arrivals(house) == at_once + 1,
                     [codes, arrivals(house)])
        report.holds("the same mail again is the same mail",
                     receive(house, MAIL.format(n=1)) == 0 and arrivals(house) == at_once + 1)
        house.wait_until_understood()
        texts = [one["text"] for one in house.all_feedback()]
        report.holds("each is understood by the server", len(texts) == at_once + 1, len(texts))
        report.holds("nothing on stdin is no mail", receive(house, "") == 65)
        report.holds("a mail beyond 35 MB is refused for good",
                     receive(house, b"Subject: x\n\n" + b"x" * 36_800_000) == 69)
        nowhere = house.folder / "nowhere"
        report.holds("without a store it must come again",
                     receive(house, MAIL.format(n=99), data=nowhere) == 75)
        report.holds("a wrong flag must not lose a mail",
                     receive(house, MAIL.format(n=99), "--no-such-flag") == 75)
        wrong = house.folder / "wrong.toml"
        wrong.write_text("lisen = 1\n")
        report.holds("wrong settings must not lose a mail",
                     receive(house, MAIL.format(n=99), "--config", str(wrong)) == 75)
        broken = house.folder / "broken"
        broken.mkdir()
        (broken / "redress.db").write_bytes(b"this is no database" * 500)
        report.holds("a damaged store must not lose a mail",
                     receive(house, MAIL.format(n=99), data=broken) == 75)
        before = arrivals(house)
        kept = 0
        for n in range(100, 106):
            process = begin(house)
            process.stdin.write(MAIL.format(n=n).encode())
            process.stdin.close()
            try:
                process.wait(timeout=0.004 * (n - 99))
            except subprocess.TimeoutExpired:
                process.kill()
            kept += process.wait() == 0
        report.holds("what was killed before it said 0 may come again",
                     all(receive(house, MAIL.format(n=n)) == 0 for n in range(100, 106))
                     and arrivals(house) == before + 6, [before, kept, arrivals(house)])
