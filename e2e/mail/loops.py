"""Robots that answer each other: they must come to rest."""

import re
import socketserver
import smtplib
import threading
import time

from house import House, free_port

COMPLAINT = """From: {sender}
To: {to}
Message-ID: <first@{host}>
Subject: No heating

The heating is off since Tuesday. Nobody came. I want somebody to come today.
"""


class Post(socketserver.ThreadingTCPServer):
    """A mail server between houses: takes letters, hands each to whoever its address names."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        self.routes, self.letters, self.lock = {}, [], threading.Lock()
        super().__init__(("127.0.0.1", free_port()), Conversation)

    @property
    def port(self):
        return self.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def carry(self, sender, to, text):
        with self.lock:
            self.letters.append((sender, to, text))
        route = self.routes.get(to.rsplit("@", 1)[1])
        if route:
            threading.Thread(target=route, args=(sender, to, text), daemon=True).start()

    def rest(self, quiet=6, most=60):
        """Waits until nothing was carried for a while; gives what was carried."""
        until, seen, since = time.monotonic() + most, -1, time.monotonic()
        while time.monotonic() < until:
            if len(self.letters) != seen:
                seen, since = len(self.letters), time.monotonic()
            if time.monotonic() - since > quiet:
                break
            time.sleep(0.2)
        return list(self.letters)


class Conversation(socketserver.StreamRequestHandler):
    """One line from a house."""

    def say(self, words):
        self.wfile.write(words.encode() + b"\r\n")

    def handle(self):
        self.say("220 post ESMTP")
        sender, to = "", []
        while line := self.rfile.readline():
            words = line.decode("utf-8", "replace").strip()
            verb = words[:4].upper()
            if verb == "EHLO":
                self.say("250-post\r\n250 8BITMIME")
                continue
            if verb == "MAIL":
                sender, to = re.search(r"<(.*?)>", words).group(1), []
            elif verb == "RCPT":
                to.append(re.search(r"<(.*?)>", words).group(1))
            elif verb == "DATA":
                self.say("354 Go on")
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line[1:] if line.startswith(b".") else line)
                for one in to:
                    self.server.carry(sender, one, b"".join(lines))
            elif verb == "QUIT":
                self.say("221 Bye")
                return
            self.say("250 Fine")


def hand_over(port):
    """A route into a house's listener."""
    def route(sender, to, text):
        with smtplib.SMTP("127.0.0.1", port) as line:
            line.sendmail(sender, [to], text)
    return route


def house_at(domain, post):
    settings = {"REDRESS_MAIL_DOMAIN": domain, "REDRESS_MAIL_FROM": f"Care <help@{domain}>"}
    return House(options=["--relay", f"127.0.0.1:{post.port}", "--relay-tls", "none"],
                 environment=settings)


def hand_in(house, sender, to, host):
    with smtplib.SMTP("127.0.0.1", house.smtp_port) as line:
        line.sendmail(sender, [to], COMPLAINT.format(sender=sender, to=to, host=host))


def two_houses(report):
    with Post() as post, house_at("a.test", post) as one, house_at("b.test", post) as other:
        for house in (one, other):
            house.open().start()
        post.routes = {"a.test": hand_over(one.smtp_port), "b.test": hand_over(other.smtp_port)}
        # The help desk of one house complains to the other.
        hand_in(one, "help@b.test", "help@a.test", "b.test")
        one.wait_until_understood()
        letters = post.rest()
        report.holds("two houses come to rest after three mails at most", 1 <= len(letters) + 1 <= 3,
                     [(sender[:12], to[:12]) for sender, to, _ in letters])


def unmarked_robot(report):
    """A program that answers every mail with words like a person's and no mark at all."""
    with Post() as post, house_at("a.test", post) as house:
        house.open().start()
        count = [0]

        def robot(_, to, text):
            count[0] += 1
            reply_to = re.search(rb"(?im)^Reply-To:.*?<?([^<>\s]+@[^<>\s]+)>?\s*$", text)
            mail = (f"From: Robot <{to}>\r\nTo: help@a.test\r\n"
                    f"Message-ID: <robot-{count[0]}@robot.test>\r\nSubject: Request {count[0]}\r\n"
                    "\r\nThe heating is off and nobody came. We have received your message.\r\n")
            for address in {"help@a.test", reply_to.group(1).decode() if reply_to else ""} - {""}:
                with smtplib.SMTP("127.0.0.1", house.smtp_port) as line:
                    line.sendmail(to, [address], mail.replace("robot-", f"{len(address)}-"))

        post.routes = {"robot.test": robot}
        hand_in(house, "robot@robot.test", "help@a.test", "robot.test")
        house.wait_until_understood()
        letters = post.rest()
        report.holds("a robot without marks gets two mails at most", 1 <= len(letters) <= 2,
                     [(sender[:12], to) for sender, to, _ in letters])


def run(report):
    two_houses(report)
    unmarked_robot(report)
