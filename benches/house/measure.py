"""Measures the house and prints a table; see ./bench."""

import argparse
import datetime
import json
import os
import pathlib
import platform
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[2] / "e2e" / "reliability"))

import clients
import fill
import floor
import postfix
from house import House, program

SECONDS = 5
ASKED = 60
# An import takes so many rows of one file.
ROWS_A_FILE = 100_000


class Figures:
    """What was measured, in order; printed as it comes."""

    def __init__(self):
        self.found = {}

    def add(self, name, value, unit, beside=None):
        self.found[name] = {"value": round(value, 3), "unit": unit}
        tail = ""
        if beside:
            words, limit = beside
            self.found[name]["ratio"] = round(value / limit, 3)
            tail = f"   {value / limit:5.2f} × {words}"
        print(f"{name:<52} {value:>12,.2f} {unit:<12}{tail}", flush=True)


def memory_mb(house):
    status = pathlib.Path(f"/proc/{house.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


FLUSH_US = 1_000
CLIENTS = (1, 16)
# The promise about mail is made for these.
CONNECTIONS = (1, 20)


def intake(figures, engine, house, limit, seconds):
    """Durable intake, beside the bare commits of the same engine. Gives the rates of mail, by
    connections."""
    figures.add(f"{engine}: bare INSERT and commit, 1 client", limit, "a second")
    ways = [("HTTP", clients.over_http, CLIENTS)]
    if house.takes_mail():
        ways.append(("SMTP", clients.over_smtp, CONNECTIONS))
    else:
        print("mail is not taken in by this program; SMTP is left out")
    mails = {}
    for way, work, many in ways:
        for n in many:
            # What came before is understood first: each rate begins without a backlog.
            house.wait_until_understood(within=600)
            rate = clients.per_second(house, work, n, seconds, f"{way}-{n}")
            figures.add(f"{engine}: intake over {way}, {n} client{'s' * (n > 1)}", rate,
                        "a second", ("the bare commits", limit))
            if way == "SMTP":
                mails[n] = rate
    return mails


def beside_postfix(figures, ours, seconds):
    """Postfix queueing the same mails, in the same minute, on the same disk."""
    why_not = postfix.Postfix.why_not()
    if why_not or not ours:
        print(f"Postfix is not measured beside our listener: {why_not or 'it takes no mail'}")
        return
    for n, rate in postfix.rates(seconds, CONNECTIONS).items():
        figures.add(f"Postfix: queueing the same mails, {n} client{'s' * (n > 1)}", rate,
                    "a second", ("our listener", ours[n]))


def sqlite_intake(figures, seconds):
    with House() as house:
        house.open()
        limit = floor.sqlite(house.folder, seconds)
        figures.add("start of an empty house", house.start(), "s")
        time.sleep(2)
        figures.add("memory of an idle house", memory_mb(house), "MB")
        mails = intake(figures, "SQLite", house, limit, seconds)
        beside_postfix(figures, mails, seconds)
        figures.add("memory after intake", memory_mb(house), "MB")


def slow_disk_intake(figures, seconds):
    """The same where a flush takes a millisecond, as on a disk that really writes: some disks of
    virtual machines only say so, and then the limit measures nothing but the loop around it."""
    with House() as house:
        house.environment = floor.slow_flush(house.folder, FLUSH_US)
        house.open()
        limit = floor.sqlite_with(house.folder, seconds, house.environment)
        house.start()
        intake(figures, "SQLite, flush of 1 ms", house, limit, seconds)


def postgres_intake(figures, seconds):
    postgres = floor.Postgres()
    if not postgres.bin:
        print("there is no PostgreSQL with pgbench here; its figures are left out")
        return
    with postgres.running() as address, House() as house:
        limit = postgres.floor(seconds)
        os.environ["REDRESS_DATABASE"] = address
        try:
            house.open().start()
            intake(figures, "PostgreSQL", house, limit, seconds)
        finally:
            del os.environ["REDRESS_DATABASE"]


def median_ms(line, paths):
    """Median of some requests, after as many that warm it up."""
    times = []
    for n, path in enumerate(paths):
        began = time.perf_counter()
        answer = line.ask("GET", path)
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        if n >= len(paths) // 3:
            times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def import_to(figures, house, there, size, engine=""):
    """Brings the house from `there` cases to `size`; measures how fast, understood and all."""
    took = 0.0
    for first in range(there, size, ROWS_A_FILE):
        last = min(first + ROWS_A_FILE, size)
        file = house.folder / f"rows-{last}.csv"
        fill.write(file, first, last)
        began = time.monotonic()
        house.run("import", str(file))
        took += time.monotonic() - began
        file.unlink()
    figures.add(f"{engine}import with reading, {there:,} to {size:,} cases", (size - there) / took,
                "rows a second")


def cases_of(house, postgres):
    """Numbers of all cases; only reading."""
    if postgres:
        return postgres.numbers('SELECT number FROM "case"')
    database = sqlite3.connect(f"file:{house.data / 'redress.db'}?mode=ro", uri=True)
    try:
        return [number for (number,) in database.execute('SELECT number FROM "case"')]
    finally:
        database.close()


# Of those at work at once, so many read pages; the others hand things in.
READERS, HANDERS = 12, 4


def under_load(figures, house, cookies, paths, seconds, of):
    """Many at once: pages a second, and the most memory the program took meanwhile."""
    until, counts, broken = time.monotonic() + seconds, [], []

    def reads(n):
        line, count = house.line(), 0
        line.cookies = dict(cookies)
        chance = random.Random(n)
        while time.monotonic() < until:
            if line.ask("GET", chance.choice(paths)).status != 200:
                broken.append("a page was refused")
            count += 1
        counts.append(count)

    def hands_in(n):
        for taken in clients.over_http(house, f"load-{of}-{n}"):
            if not taken:
                broken.append("something handed in was refused")
            if time.monotonic() > until:
                return

    at_work = [threading.Thread(target=reads, args=(n,)) for n in range(READERS)]
    at_work += [threading.Thread(target=hands_in, args=(n,)) for n in range(HANDERS)]
    for thread in at_work:
        thread.start()
    most = 0.0
    while any(thread.is_alive() for thread in at_work):
        most = max(most, memory_mb(house))
        time.sleep(0.1)
    if broken or len(counts) < READERS:
        raise RuntimeError(broken[0] if broken else "a reader broke off")
    figures.add(f"{of}, {READERS} read and {HANDERS} hand in: pages", sum(counts) / seconds,
                "a second")
    figures.add(f"{of}, the same: memory at most", most, "MB")


def pages(figures, sizes, seconds, postgres=None, address=""):
    """Import, then queue, case and search, as the house grows."""
    chance, engine = random.Random(1), "PostgreSQL: " if postgres else ""
    with House(database=address) as house:
        house.open()
        link = house.hire("lead@house.test", "Lea", role="lead", scope="all")
        signed, first, there = None, {}, 0
        for size in sizes:
            import_to(figures, house, there, size, engine)
            there = size
            began = house.start()
            line = house.line()
            if signed:
                line.cookies = signed
            else:
                signed = line.sign_in(link).cookies
            numbers = chance.sample(cases_of(house, postgres), ASKED)
            asked = {
                "queue page": ["/q/team"] * ASKED,
                "case page": [f"/cases/R-{n}" for n in numbers],
                "search, a word in every hundredth case": ["/search?q=galvanised"] * ASKED,
                "search, two common words": ["/search?q=refund+engineer"] * ASKED,
                "search, a word in one case": ["/search?q=quokka"] * ASKED,
            }
            for name, paths in asked.items():
                took = median_ms(line, paths)
                first.setdefault(name, took)
                figures.add(f"{engine}{name}, {size:,} cases", took, "ms, median",
                            (f"at {sizes[0]:,}", first[name]))
            figures.add(f"{engine}memory after these, {size:,} cases", memory_mb(house), "MB")
            under_load(figures, house, signed, [path for some in asked.values() for path in some],
                       seconds, f"{engine}{size:,} cases")
            figures.add(f"{engine}start, {size:,} cases", began, "s")
            house.wait_until_understood(within=600)
            house.stop()


def postgres_pages(figures, sizes, seconds):
    postgres = floor.Postgres()
    if not postgres.bin:
        print("there is no PostgreSQL with pgbench here; its figures are left out")
        return
    with postgres.running() as address:
        pages(figures, sizes, seconds, postgres, address)


def conditions():
    load = os.getloadavg()[0]
    kind = "release" if "release" in program() else "not a release build"
    return {"date": datetime.date.today().isoformat(), "program": kind,
            "processors": os.cpu_count(), "machine": platform.machine(),
            "load_before": round(load, 1), "folder": tempfile.gettempdir()}


def main():
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--full", action="store_true", help="1,000,000 cases as well")
    asked.add_argument("--json", type=pathlib.Path, help="keep the figures there")
    asked.add_argument("--seconds", type=int, default=SECONDS, help="of each rate")
    asked.add_argument("--only", choices=["intake", "pages", "postgres-pages"],
                       action="append")
    asked.add_argument("--sizes", type=lambda text: [int(n) for n in text.split(",")],
                       default=[10_000, 100_000])
    asked = asked.parse_args()
    under = conditions()
    print(", ".join(f"{name} {value}" for name, value in under.items()))
    if under["load_before"] > 1:
        print("note: the machine is busy; trust ratios, not rates")
    figures = Figures()
    parts = asked.only or ["intake", "pages"]
    if "intake" in parts:
        sqlite_intake(figures, asked.seconds)
        slow_disk_intake(figures, asked.seconds)
        postgres_intake(figures, asked.seconds)
    sizes = asked.sizes + [1_000_000] * asked.full
    if "pages" in parts:
        pages(figures, sizes, asked.seconds)
    if "postgres-pages" in parts:
        postgres_pages(figures, sizes, asked.seconds)
    if asked.json:
        asked.json.write_text(json.dumps({"conditions": under, "figures": figures.found}, indent=1))
    print(json.dumps({"conditions": under, "figures": figures.found}))


if __name__ == "__main__":
    main()
