"""Thousands of mails over twenty connections, and kill -9 in the midst: each 250 is stored once,
and none is lost.

The clients do what mail servers do: they send one mail after the other over one connection, and
what they got no 250 for when the line broke they hand in again.
"""

import collections
import socket
import threading
import time

from database import place
from house import House, spread
from points import OURS

CONNECTIONS, KILLS = 20, 3
# Our listener takes so many mails over one connection.
MAILS_A_LINE = 990
MAIL = """From: Jo Berg <{name}@{name}.test>
To: {to}
Message-ID: <{name}@{name}.test>
Subject: Reference {name}

My bill was charged twice and nobody on the phone could tell me why. Reference {name}.
"""


class Client(threading.Thread):
    """One connection at a time: hands its mails in until each was acknowledged."""

    def __init__(self, house, names):
        super().__init__(daemon=True)
        self.house, self.left, self.told, self.lines = house, list(names), [], 0

    def run(self):
        while self.left:
            try:
                self.converse()
            except OSError:
                time.sleep(0.05)  # The house is gone; it comes back.

    def converse(self):
        with socket.create_connection(("127.0.0.1", self.house.smtp_port), timeout=60) as line:
            answers = line.makefile("rb")
            heard(answers, b"220")
            self.lines += 1
            line.sendall(b"EHLO trial.test\r\n")
            heard(answers, b"250")
            for _ in range(MAILS_A_LINE):
                if not self.left:
                    break
                name = self.left[0]
                line.sendall(f"MAIL FROM:<{name}@{name}.test>\r\nRCPT TO:<{OURS}>\r\nDATA\r\n"
                             .encode())
                for code in (b"250", b"250", b"354"):
                    heard(answers, code)
                text = MAIL.format(name=name, to=OURS).replace("\n", "\r\n")
                line.sendall(text.encode() + b".\r\n")
                heard(answers, b"250")
                self.told.append(self.left.pop(0))
            line.sendall(b"QUIT\r\n")


def heard(answers, code):
    """Reads one answer; anything but `code` ends the line."""
    while (line := answers.readline())[3:4] == b"-":
        pass
    if not line.startswith(code):
        raise ConnectionError(line.decode(errors="replace"))


def run(report, mails, on="sqlite"):
    with place(on) as (options, _), House(**options) as house:
        house.open().start()
        share = mails // CONNECTIONS
        clients = [Client(house, [f"m{n}x{i}e" for i in range(share)]) for n in range(CONNECTIONS)]
        began, starts = time.monotonic(), []
        for client in clients:
            client.start()
        told = lambda: sum(len(client.told) for client in clients)  # noqa: E731
        for kill in range(1, KILLS + 1):
            # Each in the thick of it: while all connections hand in.
            while told() < share * CONNECTIONS * kill // (KILLS + 1):
                time.sleep(0.002)
            house.kill()
            starts.append(house.start())
        for client in clients:
            client.join(timeout=1800)
        took = time.monotonic() - began
        names = [f"m{n}x{i}e" for n in range(CONNECTIONS) for i in range(share)]
        acknowledged = {name for client in clients for name in client.told}
        report.holds("every mail was acknowledged in the end", acknowledged == set(names),
                     len(acknowledged))
        house.wait_until_understood(within=3600)
        count = collections.Counter(
            one["text"].rsplit("Reference ", 1)[-1].strip().rstrip(".")
            for one in house.all_feedback())
        lost = [name for name in names if not count[name]]
        twice = [name for name in names if count[name] > 1]
        report.holds("none that was acknowledged is lost", not lost, lost[:5])
        report.holds("none is there twice", not twice, twice[:5])
        report.holds("nothing else is there", sum(count.values()) == len(names),
                     sum(count.values()))
        broken = sum(client.lines for client in clients) - CONNECTIONS
        report.holds("kills cut connections off, so the trial meant something",
                     broken >= CONNECTIONS, broken)
        record = house.run("audit", "verify", check=False)
        report.holds("the record verifies", record.returncode == 0, record.stderr[-300:])
        print(f"flood on {on}: {len(names)} mails over {CONNECTIONS} connections, {KILLS} kills, "
              f"{broken} lines broke, {took:.0f} s to the last 250, starts: {spread(starts)}",
              flush=True)
