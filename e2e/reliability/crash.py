"""Kill -9 at random moments: nothing that was acknowledged is lost, nothing is there twice.

While clients hand in feedback over HTTP and mail over SMTP, the process is killed and started
again. What was acknowledged must then be there. What the client never heard about is handed in
again under the same key, as a careful client does, and must then be there once. A kill leaves the
page cache alive: what a missing fsync loses is found by power.py, not here.

On PostgreSQL the work that the dead process had in hand waits for its lease to run out, because
another node could still be at it; then somebody does it, once. There the database is killed too.
"""

import collections
import math
import random
import smtplib
import threading
import time

from cluster import engine
from house import House, spread

SHORTEST_S = 0.005
RECIPIENT = "help@redress.localhost"
COMPLAINTS = [
    "My bill was charged twice this month and nobody on the phone could tell me why",
    "The engineer did not come on Tuesday and I took the day off for nothing",
    "Your website will not let me change my address, I have tried for a week",
]


class Client(threading.Thread):
    """Hands things in until it is told to stop; notes for each key what it was told."""

    def __init__(self, house, prefix, stop):
        super().__init__(daemon=True)
        self.house, self.prefix, self.stop, self.told, self.odd = house, prefix, stop, {}, []

    def run(self):
        while not self.stop.is_set():
            name = f"{self.prefix}-{len(self.told)}e"
            self.told[name] = None
            try:
                self.told[name] = self.hand_in(name)
            except (OSError, smtplib.SMTPException):
                time.sleep(0.005)


class OverHttp(Client):
    """`POST /api/v1/feedback`; 201 and 202 acknowledge."""

    line = None

    def hand_in(self, name):
        self.line = self.line or self.house.line(timeout=10)
        answer = self.line.api("POST", "/api/v1/feedback", body_of(name), key=name)
        if answer.status in (201, 202):
            return answer.json()["arrival"]
        if answer.status == 503 and answer.headers.get("Retry-After"):
            time.sleep(0.02)  # Refused in words, nothing taken: the client comes again.
            return None
        self.odd.append((name, answer.status, answer.text()[:200]))
        return None


class OverMail(Client):
    """250 after the text acknowledges."""

    line = None

    def hand_in(self, name):
        try:
            if self.line is None:
                self.line = smtplib.SMTP("127.0.0.1", self.house.smtp_port, timeout=10)
            self.line.sendmail("jo@example.org", [RECIPIENT], mail_of(name))
        except Exception:
            self.line = None
            raise
        return "mail"


def body_of(name):
    words = COMPLAINTS[sum(name.encode()) % len(COMPLAINTS)]
    return {"text": f"{words}. Reference {name}.", "source": "crash", "channel": "api",
            "author": {"name": "Jo Berg", "reference": name}}


def mail_of(name):
    words = COMPLAINTS[sum(name.encode()) % len(COMPLAINTS)]
    lines = ["From: Jo Berg <jo@example.org>", f"To: {RECIPIENT}", f"Subject: Reference {name}",
             f"Message-ID: <{name}@example.org>", "Date: Thu, 19 Nov 2026 14:08:00 +0100",
             "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "",
             f"{words}. Reference {name}.", ""]
    return "\r\n".join(lines).encode()


def one_round(house, number, chance, clients, with_mail, longest, cluster=None):
    """Load, a kill, a start; gives the clients and the seconds the start took. With a `cluster`
    the database is killed instead, and the house stays up and refuses until it is back."""
    stop, at_work = threading.Event(), []
    for n in range(clients):
        kind = OverMail if with_mail and n % 2 else OverHttp
        prefix = f"{'m' if kind is OverMail else 'h'}-{number}-{n}"
        at_work.append(kind(house, prefix, stop))
    for client in at_work:
        client.start()
    if number % 2 == 0:
        until_acknowledged(at_work)  # The other rounds may end before anything is.
    time.sleep(math.exp(chance.uniform(math.log(SHORTEST_S), math.log(longest))))
    if cluster:
        cluster.kill()
        time.sleep(0.3)  # Those at work meet a house without its database.
    else:
        house.kill()
    stop.set()
    for client in at_work:
        client.join()
        client.line = None  # It led to the process that is gone.
    if not cluster:
        return at_work, house.start()
    cluster.start()
    began = time.monotonic()
    while house.line().ask("GET", "/readyz").status != 200:
        time.sleep(0.05)
    return at_work, time.monotonic() - began


def until_acknowledged(at_work, patience_s=30):
    """Waits until one of the clients was told that something is kept."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if any(told is not None for client in at_work for told in list(client.told.values())):
            return
        time.sleep(0.002)


def hand_in_again(client, name):
    """As a careful client does: a refusal for now is followed by another try."""
    for _ in range(50):
        told = client.hand_in(name)
        if told is not None or client.odd:
            return told
    return None


def check_round(house, at_work, lost, doubled, odd, acknowledged):
    """Reads back what was acknowledged, hands in again what nobody heard about."""
    line = house.line()
    for client in at_work:
        odd += client.odd
        for name, told in client.told.items():
            if told is None:
                if hand_in_again(client, name) is None:
                    odd.append((name, "refused when handed in again"))
            elif isinstance(client, OverHttp):
                acknowledged.append(name)
                if line.api("GET", f"/api/v1/arrivals/{told}").status != 200:
                    lost.append(name)
                elif len(acknowledged) % 7 == 0 and client.hand_in(name) != told:
                    doubled.append(name)
            else:
                acknowledged.append(name)


def run(report, kills=50, clients=4, longest=1.5, seed=1, on="sqlite"):
    """The whole test: `kills` rounds of load, each `longest` seconds at the most. On PostgreSQL
    every third kill is the database's."""
    chance, lost, doubled, odd, starts = random.Random(seed), [], [], [], []
    acknowledged, all_names = [], []
    with engine(on) as (place, cluster), House(**place()) as house:
        house.open().start()
        with_mail = house.takes_mail()
        report.holds("mail is taken in over SMTP, so it is part of the load", with_mail)
        for number in range(kills):
            victim = cluster if number % 3 == 2 else None
            at_work, seconds = one_round(house, number, chance, clients, with_mail, longest, victim)
            starts.append(seconds)
            check_round(house, at_work, lost, doubled, odd, acknowledged)
            all_names += [name for client in at_work for name in client.told]
        house.wait_until_understood()
        count = collections.Counter()
        cases = collections.defaultdict(set)
        for feedback in house.all_feedback():
            name = feedback["text"].rsplit("Reference ", 1)[-1].strip().rstrip(".")
            count[name] += 1
            cases[name].add(feedback["case"])
        lost += [name for name in all_names if count[name] == 0]
        doubled += [name for name in all_names if count[name] > 1]
        code = house.stop()
        record = house.run("audit", "verify", check=False)
    mails = sum(name.startswith("m") for name in acknowledged)
    print(f"crash on {on}: {kills} kills, {len(acknowledged)} acknowledged ({mails} by mail), "
          f"{len(all_names)} handed in, start: {spread(starts)}")
    report.holds("every second round acknowledged something", len(acknowledged) * 2 >= kills)
    report.holds("nothing acknowledged is lost", not lost, lost[:5])
    report.holds("nothing is there twice", not doubled, doubled[:5])
    report.holds("every answer was an acknowledgement", not odd, odd[:5])
    report.holds("it ends in order", code == 0, code)
    report.holds("the record verifies", record.returncode == 0, record.stderr[-300:])
