"""Fills a house with many cases: copies of a few that came in the ordinary way.

Each copy has ids, numbers, an order in the queue and words of its own. The record of a copy is not
chained anew, so such a house is for measuring pages and nothing else.
"""

import random
import re
import sqlite3

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
TABLES = {"case": "id", "event": "case_id", "message": "case_id", "promise": "case_id",
          "feedback": "case_id"}
COMMON = "bill charged twice phone engineer heating refund late letter answer meter wrong".split()
ONE_IN_A_HUNDRED, THE_ONLY = "galvanised", "quokka"


def words(chance, n):
    """Sixty words of which a few are common and most are rare, as in real complaints."""
    text = chance.choices(COMMON, k=20) + [f"w{int(chance.paretovariate(0.4)) % 60_000}"
                                           for _ in range(40)]
    if n % 100 == 0:
        text.append(ONE_IN_A_HUNDRED)
    if n == 7:
        text.append(THE_ONLY)
    return " ".join(text)


def fill(path, until, seed=1):
    """Adds cases until there are `until`; gives their numbers."""
    database, chance = sqlite3.connect(path), random.Random(seed)
    database.execute("PRAGMA synchronous = OFF")
    database.row_factory = sqlite3.Row
    templates = [[(table, dict(row)) for table, key in TABLES.items() for row in database.execute(
        f'SELECT * FROM "{table}" WHERE {key} = ?', (case["id"],))]
        for case in database.execute('SELECT id FROM "case" ORDER BY number LIMIT 20').fetchall()]
    (there,) = database.execute('SELECT COUNT(*) FROM "case"').fetchone()
    (document,) = database.execute("SELECT COALESCE(MAX(id), 0) FROM search_document").fetchone()
    keep = {row[0] for table in ("unit", "team", "staff")
            for row in database.execute(f"SELECT id FROM {table}")}
    keep |= {row[0] for row in database.execute("SELECT id FROM customer")}
    for n in range(there, until):
        def own(match, n=n):
            return match[0] if match[0] in keep else f"{match[0][:-8]}{n:08x}"
        for table, row in templates[n % len(templates)]:
            copy = {name: ID.sub(own, value) if isinstance(value, str) else value
                    for name, value in row.items()}
            if table == "event":
                del copy["seq"]
            if table in ("case", "feedback"):
                copy["number"] = 10_000_000 + n
            if table == "case":
                copy["queue_order"] = row["queue_order"] + chance.randrange(10**9)
            if table == "promise":
                copy["number"] = 10_000_000 + n
            names = ", ".join(copy)
            marks = ", ".join("?" * len(copy))
            database.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})',
                             list(copy.values()))
            if table in ("case", "message"):
                document += 1
                case = copy.get("case_id", copy["id"])
                kind = "subject" if table == "case" else "message"
                database.execute("INSERT INTO search_document VALUES (?, ?, ?, ?, ?)",
                                 (document, case, kind, copy["id"], 0))
                database.execute("INSERT INTO search_text (rowid, words) VALUES (?, ?)",
                                 (document, words(chance, n)))
    database.execute("UPDATE running_number SET n = ? WHERE name = 'search'", (document,))
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
