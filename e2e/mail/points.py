"""kill -9 at every named point of the way of a mail, in and out: nothing lost, nothing sent twice.

The points inside the program are those of crates/store/src/course.rs; the house ends itself there
with SIGKILL. Between them lie those on the wire: there the mail server that takes its letters, or
the client that hands mails in, kills it. Each start is armed with the next point, so that what one
kill left is taken up under the next.

A letter may be in doubt only where SMTP leaves no way to know: from the first byte of the text to
the commit of the answer. There it must say so, to a person, and must not be sent again by itself.
"""

import collections
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import time

from database import place
from dovecot import PASSWORD, USER, Dovecot
from house import ROOT, House, program, spread
from relay import STEPS, Relay

OURS = "help@redress.localhost"
WITHIN_S = 60
# On PostgreSQL what a dead process had in hand waits for its lease: another node could be at it.
# Half a minute for work is waited for; ten minutes for a letter are let pass, see `start`.
WITHIN_LEASE_S = 200
TIMES_A_HOUSE = 3
# Steps of the client that hands a mail in, at which it kills the house.
CLIENT = ["sender", "recipient", "data", "text", "dot", "answered"]
# Where a kill may leave a letter in doubt.
IN_DOUBT = {"letter/sending", "relay/answered", "outcome/written", "relay-wire/text",
            "relay-wire/dot", "relay-wire/answered"}
# What must lie there before some points can be passed: a kill at another one.
NEEDS = {"letter/cut-off": "letter/sending"}
MAIL = """From: Jo Berg <{sender}>
To: {to}
Message-ID: <{name}@{name}.test>
Subject: Reference {name}

My bill was charged twice and nobody on the phone could tell me why. Reference {name}.
"""
REPORT = """From: MAILER-DAEMON <mailer-daemon@{name}.test>
To: {to}
Message-ID: <{name}@{name}.test>
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered. Reference {name}.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; trial.test

Final-Recipient: rfc822; {failed}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such person

--b
Content-Type: message/rfc822

Message-ID: <{original}>
From: {to}
To: {failed}
Subject: Letter

Text.

--b--
"""


def points():
    """Every point by name, those inside as the program has them."""
    text = (ROOT / "crates/store/src/course.rs").read_text()
    inside = re.findall(r'^    [A-Z]\w+ = "([a-z0-9-]+/[a-z-]+)",$', text, re.M)
    last = [name for name in inside if name.startswith(("imap/", "pop3/"))]
    wire = [f"client-wire/{step}" for step in CLIENT] + [f"relay-wire/{step}" for step in STEPS]
    return [name for name in inside if name not in last] + wire + last


class Trial:
    """One house that is killed again and again, and everything it was ever handed."""

    def __init__(self, house, relay, mailbox, server=None):
        self.house, self.relay, self.mailbox = house, relay, mailbox
        self.server, self.within = server, WITHIN_LEASE_S if server else WITHIN_S
        self.names, self.told, self.reported = [], set(), {}
        self.kills, self.missed = collections.Counter(), []
        self.starts, self.fetches = [], False
        relay.act = self.kill

    def kill(self):
        process = self.house.process
        if process:
            os.kill(process.pid, signal.SIGKILL)

    def dead(self, within):
        """Waits for the house's end; says whether a kill was it."""
        try:
            code = self.house.process.wait(timeout=within)
        except subprocess.TimeoutExpired:
            return False
        self.house.process = None
        if code != -signal.SIGKILL:
            raise RuntimeError(f"it ended with {code}: {self.house.log_end()}")
        return True

    def start(self, point=""):
        """Starts it, armed; says whether it still lives when it is ready."""
        self.house.environment.pop("REDRESS_TRIAL_ENDS_AT", None)
        if self.server:
            # Nobody is at work now, so it is as if the time of these leases had passed.
            self.server.look(self.house.database, "UPDATE outbox SET held_until_ms = 0 "
                                                  "WHERE held_until_ms > 0 RETURNING key")
        if point and "-wire/" not in point and not point.startswith("pipe/"):
            self.house.environment["REDRESS_TRIAL_ENDS_AT"] = point
        try:
            self.starts.append(self.house.start())
        except RuntimeError:
            if self.house.process is None or self.house.process.poll() != -signal.SIGKILL:
                raise
            self.house.process = None
            return False
        return True

    def name(self, point):
        name = f"{re.sub('[^a-z0-9]', '', point)}-{len(self.names)}e"
        self.names.append(name)
        return name

    def mail(self, name):
        if name in self.reported:
            failed = self.reported[name]
            text = self.relay.texts[failed]
            original = re.search(rb"(?im)^message-id:\s*<([^>]+)>", text).group(1).decode()
            return REPORT.format(name=name, to=OURS, failed=failed, original=original)
        return MAIL.format(name=name, sender=self.sender(name), to=OURS)

    def sender(self, name):
        return f"jo@{name}.test"  # A domain each: brakes on automatic letters count by domain.

    def hand_in(self, name, kill_at=None):
        """By SMTP; 250 after the text is the acknowledgement. `kill_at` is a step after which
        the house is killed."""
        is_report = name in self.reported
        steps = [("sender", f"MAIL FROM:<{'' if is_report else self.sender(name)}>\r\n"),
                 ("recipient", f"RCPT TO:<{OURS}>\r\n"), ("data", "DATA\r\n")]
        try:
            address = ("127.0.0.1", self.house.smtp_port)
            with socket.create_connection(address, timeout=WITHIN_S) as line:
                answers = line.makefile("rb")
                answers.readline()
                line.sendall(b"EHLO trial.test\r\n")
                while answers.readline()[3:4] == b"-":
                    pass
                for step, words in steps:
                    line.sendall(words.encode())
                    answer = answers.readline()
                    if step == kill_at:
                        return self.kill()
                    if answer[:1] not in (b"2", b"3"):
                        return None
                text = self.mail(name).replace("\n", "\r\n").encode()
                line.sendall(text[: len(text) // 2])
                if kill_at == "text":
                    return self.kill()
                line.sendall(text[len(text) // 2:] + b".\r\n")
                if kill_at == "dot":
                    return self.kill()
                if answers.readline().startswith(b"250"):
                    self.told.add(name)
                if kill_at == "answered":
                    return self.kill()
        except OSError:
            pass  # It was killed meanwhile: nothing was said, so it is handed in again later.
        return None

    def pipe(self, name, point=""):
        """By the pipe; exit 0 is the acknowledgement. Gives the exit code."""
        environment = {**os.environ, **({"REDRESS_TRIAL_ENDS_AT": point} if point else {})}
        line = [program(), *self.house.store, "--log", "error", "mail", "receive", "--to", OURS]
        done = subprocess.run(line, input=self.mail(name).encode(), env=environment,
                              capture_output=True, check=False)
        if done.returncode == 0:
            self.told.add(name)
        return done.returncode

    def fetch_too(self):
        """From now on the house fetches a mailbox, by both ways: each mail must still be one."""
        for kind, port in (("imap", self.mailbox.imap), ("pop3", self.mailbox.pop3)):
            self.house.run("mail", "mailbox", "add", f"{kind}@house.test", "--name", kind,
                           "--login", USER, "--host", "127.0.0.1", "--port", str(port),
                           "--everything", "--speaks", kind, "--tls", "none",
                           stdin=PASSWORD + "\n")
        self.fetches = True

    def at(self, point):
        """One kill at `point`; False when the house never came there."""
        if point in NEEDS:
            self.at(NEEDS[point])
        group, step = point.split("/")
        if group in ("imap", "pop3"):
            if not self.fetches:
                self.fetch_too()
            name = self.name(point)
            self.mailbox.deliver(self.mail(name))
            self.told.add(name)  # It lies in the mailbox; who put it there will not come again.
            done = not self.start(point) or self.dead(self.within)
        elif group == "pipe":
            name = self.name(point)
            done = self.pipe(name, point) == -signal.SIGKILL
        elif not self.start(point):
            done = True  # What the last kill left brought it there.
        else:
            done = self.live(point, group, step)
        if done:
            self.kills[point] += 1
        else:
            self.missed.append(point)
            self.house.kill()
        return done

    def live(self, point, group, step):
        """Hands a mail in to an armed house and waits for its end."""
        name = self.name(point)
        if group == "report":
            sent = [one for one, n in self.relay.recipients.items() if n == 1]
            self.reported[name] = sent[-1]
        if group == "relay-wire":
            with self.relay.lock:
                self.relay.at = step
        self.hand_in(name, kill_at=step if group == "client-wire" else None)
        return self.dead(self.within)

    def again(self):
        """As careful clients do: what nobody said 250 to is handed in again."""
        for name in self.names:
            for _ in range(20):
                if name in self.told:
                    break
                self.hand_in(name)
        return [name for name in self.names if name not in self.told]

    def rows(self, sql):
        if self.server:
            return self.server.look(self.house.database, sql)
        path = self.house.data / "redress.db"
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def settle(self):
        """Waits until no letter is on its way and no work waits."""
        until = time.monotonic() + 2 * self.within
        while time.monotonic() < until:
            letters = self.rows("SELECT 1 FROM outbox WHERE state IN ('held', 'sending') LIMIT 1")
            jobs = self.rows("SELECT 1 FROM job WHERE state = 'due' AND kind IN "
                             "('arrival', 'arrivals', 'delivery') LIMIT 1")
            if not letters and not jobs:
                return True
            time.sleep(0.2)
        return False


def check(report, trial):
    """Everything that must hold in the end, whatever was killed where."""
    count = collections.Counter()
    for one in trial.house.all_feedback():
        found = re.search(r"Reference (\S+?)\.?\s*$", one["text"])
        count[found.group(1) if found else one["text"][:40]] += 1
    lost = [name for name in trial.names if count[name] == 0]
    doubled = [name for name, n in count.items() if n > 1]
    report.holds("every mail that was acknowledged is there", not lost, lost[:5])
    report.holds("none is there twice", not doubled, doubled[:5])
    letters = trial.rows("SELECT o.recipient, o.state, m.delivery FROM outbox o "
                         "JOIN message m ON m.id = o.key")
    per_address = collections.Counter(recipient for recipient, _, _ in letters)
    complaints = {trial.sender(name) for name in trial.names if name not in trial.reported}
    without = [one for one in complaints if per_address[one] != 1]
    report.holds("every complaint got one first word and no more", not without, without[:5])
    twice = {one: n for one, n in (trial.relay.ids + trial.relay.recipients).items() if n > 1}
    report.holds("no letter was sent twice", not twice, list(twice.items())[:5])
    states = collections.Counter(state for _, state, _ in letters)
    arrived = trial.relay.recipients
    failed = set(trial.reported.values())
    # A report that one in doubt did not arrive ends its doubt.
    wrong = [(to, state, arrived[to]) for to, state, _ in letters
             if not (state == "sent" and arrived[to] == 1 or state == "uncertain"
                     or state == "failed" and to in failed)]
    report.holds("each arrived and counts as sent, or says that it is in doubt", not wrong,
                 wrong[:5])
    unlike = [(to, state, shown) for to, state, shown in letters
              if shown != ("failed" if to in failed else state)]
    report.holds("each case shows how far its letter came, reports included", not unlike,
                 unlike[:5])
    # A kill may cut a letter off on each line; what is in doubt was asked for by the relay.
    in_doubt = {to for to, state, _ in letters if state == "uncertain"}
    report.holds("in doubt are only those whose text the relay had asked for",
                 in_doubt <= trial.relay.asked, sorted(in_doubt - trial.relay.asked)[:5])
    kills = sum(trial.kills[point] for point in IN_DOUBT)
    report.holds("some are in doubt, so the trial meant something", not kills or in_doubt)
    print(f"in doubt: {len(in_doubt)} letters, of which {sum(arrived[to] for to in in_doubt)} had "
          f"arrived; {kills} kills where that can be")
    return states


def kill_everywhere(report, times, on):
    """`times` kills at each point, of one house. Gives its trial and the states of its letters."""
    with place(on) as (where, server), Dovecot() as mailbox, \
            Relay(mailbox.folder / "certificate.pem", mailbox.folder / "key.pem") as relay:
        word = pathlib.Path(mailbox.folder / "word")
        word.write_text("open sesame\n")
        settings = {"REDRESS_RELAY_AUTHORITIES": str(mailbox.authority),
                    "REDRESS_RELAY_NAME": "house", "REDRESS_RELAY_PASSWORD_FILE": str(word)}
        options = ["--relay", f"localhost:{relay.port}", "--relay-tls", "required"]
        with House(options=options, environment=settings, **where) as house:
            house.open()
            trial = Trial(house, relay, mailbox, server)
            trial.start()
            trial.hand_in(trial.name("first"))
            trial.settle()
            house.kill()
            for point in points():
                for _ in range(times):
                    if not trial.at(point):
                        print(f"never came to {point}: {house.log_end()}", flush=True)
                        break
            trial.start()
            untold = trial.again()
            report.holds("what nobody acknowledged is taken when it comes again", not untold,
                         untold[:5])
            house.wait_until_understood(within=3 * trial.within)
            report.holds("all letters come to rest", trial.settle())
            states = check(report, trial)
            report.holds("every point was come to", not trial.missed, trial.missed)
            code = house.stop()
            report.holds("it ends in order", code == 0, code)
            record = house.run("audit", "verify", check=False)
            report.holds("the record verifies", record.returncode == 0, record.stderr[-300:])
    return trial, states


def run(report, times, on="sqlite"):
    """`times` kills at each point."""
    kills, mails, told, starts = collections.Counter(), 0, 0, []
    states = collections.Counter()
    while times > 0:
        # More mails of one house within an hour would bring the brakes on automatic letters.
        trial, fared = kill_everywhere(report, min(times, TIMES_A_HOUSE), on)
        times -= TIMES_A_HOUSE
        kills += trial.kills
        mails, told = mails + len(trial.names), told + len(trial.told)
        starts += trial.starts
        states += fared
        print(f"points on {on} so far: {sum(kills.values())} kills at {len(kills)} points, {mails} mails, "
              f"{told} acknowledged, letters {dict(states)}, starts: {spread(starts)}", flush=True)
    report.holds("there are 40 points or more", len(kills) >= 40, len(kills))
