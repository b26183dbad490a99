"""Letters leave once: whatever is killed or cut, none arrives twice, and none in doubt is hidden.

A small mail server takes our letters. It answers well, cuts the line at any point, or takes a
letter and dies before it says so; and the house is killed at random moments. At the end, each
letter's record must fit what arrived: `sent` arrived once; `uncertain`, or `sending` until its
lease is over, at most once; what is held, failed or undone never.
"""

import collections
import random
import socketserver
import sqlite3
import threading
import time

from crash import body_of
from house import House, free_port

FAULTS = ["none"] * 6 + ["before the greeting", "after the recipient", "within the text",
                         "before the answer", "refused for now"]


class MailServer(socketserver.ThreadingTCPServer):
    """Takes letters, and fails as often as chance says."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, seed):
        self.chance, self.arrived, self.calm = random.Random(seed), collections.Counter(), False
        self.lock = threading.Lock()
        # The first lines fail in ways that must leave a letter in doubt, whatever chance says.
        self.first = ["before the answer", "within the text"]
        super().__init__(("127.0.0.1", free_port()), Conversation)

    def fault(self):
        with self.lock:
            if self.first:
                return self.first.pop()
            return "none" if self.calm else self.chance.choice(FAULTS)

    def take(self, text):
        """Notes that a letter arrived, by its Message-ID."""
        head = text.split(b"\r\n\r\n", 1)[0].replace(b"\r\n ", b" ").split(b"\r\n")
        ids = [line.split(b":", 1)[1].strip() for line in head
               if line.lower().startswith(b"message-id:")]
        with self.lock:
            self.arrived[ids[0].decode() if len(ids) == 1 else f"{len(ids)} Message-IDs"] += 1


class Conversation(socketserver.StreamRequestHandler):
    """One line from the house."""

    def handle(self):
        try:
            self.converse()
        except OSError:
            pass  # The house was killed in the middle of it, which is the point.

    def say(self, words):
        self.wfile.write(words.encode() + b"\r\n")

    def converse(self):
        fault = self.server.fault()
        if fault == "before the greeting":
            return
        self.say("220 trial ESMTP")
        while line := self.rfile.readline():
            verb = line[:4].upper().strip()
            if verb == b"EHLO":
                self.say("250-trial\r\n250 8BITMIME")
            elif verb == b"RCPT" and fault == "after the recipient":
                return
            elif verb == b"RCPT" and fault == "refused for now":
                self.say("451 4.3.0 Later, please")
                fault = self.server.fault()
            elif verb == b"DATA":
                self.say("354 Go on")
                if not self.text(fault):
                    return
                fault = self.server.fault()
            elif verb == b"QUIT":
                self.say("221 Bye")
                return
            else:
                self.say("250 Fine")

    def text(self, fault):
        """Reads a letter; says whether the line goes on."""
        if fault == "within the text":
            self.rfile.readline()
            return False
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line)
        self.server.take(b"".join(lines))
        if fault == "before the answer":
            return False
        self.say("250 2.0.0 Taken")
        return True


def letters_of(house):
    """State and address of each letter in the outbox; only reading."""
    database = sqlite3.connect(f"file:{house.data / 'redress.db'}?mode=ro", uri=True)
    try:
        return database.execute("SELECT key, recipient, state FROM outbox").fetchall()
    finally:
        database.close()


def one_round(house, number, chance, each):
    """Complaints whose acknowledgements leave at once; a kill somewhere in it."""
    line = house.line()
    for n in range(each):
        name = f"letter-{number}-{n}e"
        body = body_of(name)
        body["kind"], body["author"]["email"] = "complaint", f"{name}@example.org"
        line.api("POST", "/api/v1/feedback", body, key=name)
    time.sleep(chance.uniform(0.02, 0.2 * each))
    house.kill()
    house.start()


def settled(house, within):
    """Waits until nothing is on its way that could be: held letters wait for their next try."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        before = letters_of(house)
        time.sleep(2)
        if letters_of(house) == before:
            return


def run(report, kills=20, each=5, seed=1):
    """The whole test: `kills` rounds of `each` letters."""
    chance, server = random.Random(seed), MailServer(seed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    relay = f"127.0.0.1:{server.server_address[1]}"
    with server, House(options=["--relay", relay, "--relay-tls", "none"]) as house:
        house.open().start()
        for number in range(kills):
            one_round(house, number, chance, each)
        house.wait_until_understood()
        server.calm = True
        settled(house, 60)
        code = house.stop()
        letters, arrived = letters_of(house), server.arrived
        record = house.run("audit", "verify", check=False)
        server.shutdown()
    states = collections.Counter(state for _, _, state in letters)
    n_sent, n_arrived = states["sent"], sum(arrived.values())
    in_doubt = states["uncertain"] + states["sending"]
    print(f"letters: {kills} kills, {len(letters)} letters {dict(states)}, {n_arrived} arrived")
    twice = {i: n for i, n in arrived.items() if n > 1}
    report.holds("letters were written and some left", n_sent >= kills // 2, dict(states))
    report.holds("every letter that arrived has one Message-ID",
                 not any("Message-IDs" in i for i in arrived))
    report.holds("no letter arrived twice", not twice, twice)
    report.holds("every letter that counts as sent arrived, and none that does not may have",
                 n_sent <= n_arrived <= n_sent + in_doubt, (n_sent, n_arrived, in_doubt))
    report.holds("kills and cuts left letters in doubt, so the trial meant something", in_doubt > 0)
    report.holds("it ends in order", code == 0, code)
    report.holds("the record verifies", record.returncode == 0, record.stderr[-300:])
