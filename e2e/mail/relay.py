"""A mail server that takes a house's letters: STARTTLS, a password, and a step at which it acts."""

import collections
import re
import socketserver
import ssl
import threading

from house import free_port

# What it does in the order of one letter; `act` is called when the house has come there and hears
# no answer yet (after "answered" and "goodbye" it has one).
STEPS = ["connected", "hello", "starttls", "auth", "sender", "recipient", "data", "text", "dot",
         "answered"]


class Relay(socketserver.ThreadingTCPServer):
    """Counts every letter by its Message-ID and its recipient the moment its dot has come."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, certificate, key):
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate, key)
        self.ids, self.recipients = collections.Counter(), collections.Counter()
        self.asked, self.texts, self.lock = set(), {}, threading.Lock()
        self.at, self.act = None, None
        super().__init__(("127.0.0.1", free_port()), Conversation)

    @property
    def port(self):
        return self.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def reached(self, step):
        """Acts once when this is the step; says whether it did."""
        with self.lock:
            if step != self.at:
                return False
            self.at = None
        self.act()
        return True

    def take(self, to, text):
        found = re.search(rb"(?im)^message-id:\s*<([^>]+)>", text)
        with self.lock:
            self.ids[found.group(1).decode() if found else "none"] += 1
            self.recipients[to] += 1
            self.texts[to] = text


class Conversation(socketserver.StreamRequestHandler):
    """One line from the house."""

    def handle(self):
        try:
            self.converse()
        except (OSError, ValueError):
            pass  # The house was killed in the middle of it, which is the point.

    def say(self, words):
        self.wfile.write(words.encode() + b"\r\n")
        self.wfile.flush()

    def protect(self):
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")

    def converse(self):
        reached, is_safe, to = self.server.reached, False, ""
        if reached("connected"):
            return
        self.say("220 trial ESMTP")
        while line := self.rfile.readline():
            verb = line[:4].upper().strip()
            if verb == b"EHLO":
                if reached("hello"):
                    return
                able = "AUTH PLAIN" if is_safe else "STARTTLS"
                self.say(f"250-trial\r\n250-8BITMIME\r\n250 {able}")
            elif verb == b"STAR":
                if reached("starttls"):
                    return
                self.say("220 Go on")
                self.protect()
                is_safe = True
            elif verb == b"AUTH":
                if reached("auth"):
                    return
                self.say("235 Welcome")
            elif verb == b"MAIL":
                if reached("sender"):
                    return
                self.say("250 Fine")
            elif verb == b"RCPT":
                to = re.search(r"<(.*?)>", line.decode()).group(1)
                if reached("recipient"):
                    return
                self.say("250 Fine")
            elif verb == b"DATA":
                if reached("data"):
                    return
                self.server.asked.add(to)
                self.say("354 Go on")
                if not self.text(to):
                    return
            elif verb == b"QUIT":
                self.say("221 Bye")
                return
            else:
                self.say("250 Fine")

    def text(self, to):
        """Reads a letter; says whether the line goes on."""
        lines = [self.rfile.readline()]
        if self.server.reached("text"):
            return False
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line)
        self.server.take(to, b"".join(lines))
        if self.server.reached("dot"):
            return False
        self.say("250 2.0.0 Taken")
        return not self.server.reached("answered")
