"""Several at once: what may happen once happens once, and everybody is told what holds."""

import collections
import json
import sqlite3
import threading

from cluster import engine
from crash import body_of
from house import House

AT_ONCE = 16


def at_once(work):
    """Does `work(n)` in many threads that start together; gives what each got."""
    gate, got = threading.Barrier(AT_ONCE), [None] * AT_ONCE

    def one(n):
        gate.wait()
        try:
            got[n] = work(n)
        except OSError as broken:
            got[n] = broken

    threads = [threading.Thread(target=one, args=(n,)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def statuses(answers):
    return dict(collections.Counter(getattr(a, "status", str(a)) for a in answers))


def look(house, question, *values):
    """Asks the house's own database; only reading, beside the running program. Values are numbers
    and plain words of ours."""
    if house.database:
        for value in values:
            question = question.replace("?", f"'{value}'", 1)
        return house.cluster.look(house.database, question)
    database = sqlite3.connect(f"file:{house.data / 'redress.db'}?mode=ro", uri=True)
    try:
        return database.execute(question, values).fetchall()
    finally:
        database.close()


def with_one_key(report, house):
    """The same Idempotency-Key, with one body and with several."""
    lines = [house.line() for _ in range(AT_ONCE)]

    def same(n):
        return lines[n].api("POST", "/api/v1/feedback", body_of("same"), key="same")

    def other(n):
        return lines[n].api("POST", "/api/v1/feedback", body_of(f"other-{n}e"), key="other")

    answers = at_once(same)
    arrivals = {a.json()["arrival"] for a in answers if a.status in (201, 202)}
    report.holds("one key and one body is one arrival, and each is told so",
                 len(arrivals) == 1 and set(statuses(answers)) <= {201, 202}, statuses(answers))
    answers = at_once(other)
    seen = statuses(answers)
    report.holds("one key with several bodies keeps one and refuses the others",
                 seen.get(201, 0) + seen.get(202, 0) == 1
                 and seen.get(409, 0) + seen.get(422, 0) == AT_ONCE - 1, seen)
    house.wait_until_understood()
    count = collections.Counter(f["text"] for f in house.all_feedback())
    report.holds("there is one feedback of each", len(count) == 2 and set(count.values()) == {1},
                 list(count.values()))


def sign_in_once(report, house):
    """A one-press link."""
    link = house.hire("once@house.test", "Once")
    answers = at_once(lambda n: house.line().form(link))
    seen = statuses(answers)
    report.holds("a sign-in link signs in once",
                 seen.get(303, 0) == 1 and seen.get(404, 0) == AT_ONCE - 1, seen)


def case_with_link(house, name):
    """Hands in a complaint with an address; gives the case and the path of its customer's page."""
    body = body_of(name)
    body["author"]["email"] = f"{name}@example.org"
    body["kind"] = "complaint"
    house.line().api("POST", "/api/v1/feedback", body, key=name)
    house.wait_until_understood()
    case = next(f["case"] for f in house.all_feedback() if name in f["text"])
    [(envelope,)] = look(house, "SELECT envelope FROM outbox WHERE recipient = ?",
                         body["author"]["email"])
    link = json.loads(envelope)["link"]
    return case, "/c/" + link.split("/c/")[1].split("/")[0]


def take_one_case(report, house):
    """The same case, by one person often and by several people."""
    case, _ = case_with_link(house, "take")
    ann = house.line().sign_in(house.hire("ann@house.test", "Ann", scope="all"))
    bob = house.line().sign_in(house.hire("bob@house.test", "Bob", scope="all"))
    token = {line: line.hidden("/settings/me", "csrf") for line in (ann, bob)}

    def press(who, key):
        line = house.line()
        line.cookies = dict(who.cookies)
        return line.form(f"/cases/{case}/owner", csrf=token[who], press=key)

    question = ("SELECT COUNT(*) FROM event WHERE name = 'assigned' AND case_id = "
                "(SELECT id FROM \"case\" WHERE number = ?)")
    number = int(case.removeprefix("R-"))
    answers = at_once(lambda n: press(ann, "one-press"))
    [(n_assigned,)] = look(house, question, number)
    report.holds("one press that is sent often takes a case once, and each is told it worked",
                 int(n_assigned) == 1 and statuses(answers) == {303: AT_ONCE},
                 (n_assigned, statuses(answers)))
    answers = at_once(lambda n: press((ann, bob)[n % 2], f"press-{n}"))
    [(owner,)] = look(house, 'SELECT s.name FROM "case" c JOIN staff s ON s.id = c.owner_id '
                             "WHERE c.number = ?", number)
    report.holds("two people at once: no fault, and one of them has it",
                 owner in ("Ann", "Bob") and set(statuses(answers)) <= {303, 409},
                 (owner, statuses(answers)))


def accept_one_offer(report, house):
    """The same offer, with different choices."""
    case, page = case_with_link(house, "offer")
    eve = house.line().sign_in(house.hire("eve@house.test", "Eve", role="lead", scope="all"))
    made = eve.form(f"/cases/{case}/offers", csrf=eve.hidden("/settings/me", "csrf"), press="offer",
                    how="propose", finding="We charged you twice, and that was our fault.",
                    remedy1="apology", words1="An apology from the head of billing",
                    remedy2="explanation", words2="A letter that explains how it happened")
    rows = look(house, 'SELECT o.id FROM offer o JOIN "case" c ON c.id = o.case_id '
                       "WHERE c.number = ?", int(case.removeprefix("R-")))
    if not report.holds("an offer is made", made.status == 303 and len(rows) == 1, made.status):
        return
    path = f"{page}/offers/{rows[0][0]}"
    lines = [house.line() for _ in range(AT_ONCE)]
    answers = at_once(lambda n: lines[n].form(path, choice=str(n % 2), press=f"choice-{n}"))
    seen = statuses(answers)
    [(n_accepted,)] = look(
        house, "SELECT COUNT(*) FROM event WHERE name = 'offer_changed' AND case_id = "
               "(SELECT id FROM \"case\" WHERE number = ?)", int(case.removeprefix("R-")))
    report.holds("an offer is accepted once, and the others are told that it is not open any more",
                 int(n_accepted) == 1 and seen.get(303) == 1 and set(seen) <= {303, 404, 409},
                 (n_accepted, seen))


def run(report, rounds=3, seed=1, on="sqlite"):
    """The whole test, `rounds` times: a race that is won once may be lost the next time."""
    del seed
    with engine(on) as (place, cluster):
        for _ in range(rounds):
            with House(**place()) as house:
                house.cluster = cluster
                one_round(report, house)


def one_round(report, house):
    """Every race once, in a house of its own."""
    house.open().start()
    with_one_key(report, house)
    sign_in_once(report, house)
    take_one_case(report, house)
    accept_one_offer(report, house)
    report.holds("it ends in order", house.stop() == 0)
    record = house.run("audit", "verify", check=False)
    report.holds("the record verifies", record.returncode == 0, record.stderr[-300:])
