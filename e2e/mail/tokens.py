"""Sign-in with OAuth 2: a token endpoint of our own gives access tokens (JWT) that a real Dovecot
checks by itself; they end, are ended early, and at last are given no more."""

import base64
import hashlib
import hmac
import http.server
import json
import secrets
import ssl
import threading
import time
import urllib.parse

from dovecot import USER, Dovecot
from fetch import NAME, fetch, health
from house import House, free_port
from pipe import MAIL, arrivals

# Seconds a token lasts where it is to end within the trial.
SHORT_S = 6
CLIENT, SECRET, FIRST = "redress-trial", "a client's secret & more", "refresh/1+="


def part(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


class Endpoint(http.server.ThreadingHTTPServer):
    """A token endpoint: refresh tokens serve once (RFC 9700, 4.14.2), access tokens a while."""

    daemon_threads = True

    def __init__(self, server):
        self.key, self.lasts, self.says_lasts = server.token_key, 3600, None
        self.good, self.refused, self.is_away = FIRST, False, False
        self.bought, self.wrong = 0, []
        super().__init__(("127.0.0.1", free_port()), Conversation)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(server.folder / "certificate.pem", server.folder / "key.pem")
        self.socket = tls.wrap_socket(self.socket, server_side=True)

    @property
    def url(self):
        return f"https://localhost:{self.server_address[1]}/oauth2/token?tenant=trial"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *words):
        self.shutdown()
        super().__exit__(*words)

    def access(self):
        now = int(time.time())
        words = {"sub": USER, "iat": now - 1, "nbf": now - 1, "exp": now + self.lasts,
                 "scope": "mail", "jti": secrets.token_hex(4)}
        signed = part({"typ": "JWT", "alg": "HS256"}) + "." + part(words)
        return signed + "." + part(hmac.digest(self.key, signed.encode(), hashlib.sha256))

    def answer(self, asked):
        """Status and body of one request."""
        wanted = {"grant_type": "refresh_token", "client_id": CLIENT, "client_secret": SECRET}
        self.wrong += [name for name, value in wanted.items() if asked.get(name) != value]
        if self.is_away:
            return 503, {}
        if self.refused or asked.get("refresh_token") != self.good:
            return 400, {"error": "invalid_grant",
                         "error_description": "The person took the permission back."}
        self.bought += 1
        self.good = f"refresh/{self.bought + 1}+="
        return 200, {"access_token": self.access(), "token_type": "Bearer",
                     "expires_in": self.says_lasts or self.lasts, "refresh_token": self.good}


class Conversation(http.server.BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status, body = self.server.answer(dict(urllib.parse.parse_qsl(text)))
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        # In chunks, as many endpoints answer.
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in (body[:7], body[7:]):
            if chunk:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_):
        pass


def add(house, server, endpoint, speaks, token=FIRST):
    port = server.imaps if speaks == "imap" else server.pop3s
    file = house.folder / "client-secret"
    file.write_text(SECRET + "\n")
    house.run("mail", "mailbox", "add", "help@house.test", "--name", NAME, "--login", USER,
              "--host", "localhost", "--port", str(port), "--everything", "--speaks", speaks,
              "--authorities", str(server.authority), "--oauth-client", CLIENT,
              "--oauth-secret-file", str(file), "--oauth-url", endpoint.url, stdin=token + "\n")


def run(report):
    for speaks in ("imap", "pop3"):
        with Dovecot(with_tokens=True) as server, Endpoint(server) as endpoint, House() as house:
            house.open()
            sign_in(report, house, server, endpoint, speaks)
            ends(report, house, server, endpoint, speaks)
            if speaks == "imap":
                goes_on_by_itself(report, house, server, endpoint)
            else:
                is_told(report, house, server, endpoint, speaks)
            report.holds(f"{speaks}: the endpoint was asked as RFC 6749 says", not endpoint.wrong,
                         endpoint.wrong[:3])


def sign_in(report, house, server, endpoint, speaks):
    """A token is bought once and used while it lasts."""
    for n in range(3):
        server.deliver(MAIL.format(n=n))
    add(house, server, endpoint, speaks)
    report.holds(f"{speaks}: a bought token signs in", fetch(house) == 3)
    server.deliver(MAIL.format(n=3))
    report.holds(f"{speaks}: and serves again while it lasts",
                 fetch(house) == 1 and endpoint.bought == 1, endpoint.bought)


def ends(report, house, server, endpoint, speaks):
    """Tokens end: at their time, and before it."""
    endpoint.lasts, endpoint.good = SHORT_S, FIRST
    add(house, server, endpoint, speaks)
    before = endpoint.bought
    server.deliver(MAIL.format(n=4))
    first = fetch(house)
    time.sleep(SHORT_S + 1)  # A token ends by the clock of whoever checks it.
    server.deliver(MAIL.format(n=5))
    report.holds(f"{speaks}: a token that ended is renewed by the refresh token that followed",
                 (first, fetch(house), endpoint.bought - before) == (1, 1, 2), endpoint.bought)
    endpoint.says_lasts = 3600
    time.sleep(SHORT_S + 1)
    server.deliver(MAIL.format(n=6))
    first, before = fetch(house), endpoint.bought
    time.sleep(SHORT_S + 1)
    server.deliver(MAIL.format(n=7))
    report.holds(f"{speaks}: a token that the server refuses before its time is renewed once",
                 (first, fetch(house), endpoint.bought - before) == (1, 1, 1), endpoint.bought)
    endpoint.lasts, endpoint.says_lasts = 3600, None


def is_told(report, house, server, endpoint, speaks):
    """An endpoint that is away is waited for; one that refuses needs a person, who is told."""
    endpoint.good = FIRST
    add(house, server, endpoint, speaks)
    endpoint.is_away = True
    server.deliver(MAIL.format(n=8))
    report.holds("an endpoint that is away takes nothing and blames no password",
                 fetch(house) is None and not health(house)[0]["health"]["refused"])
    endpoint.is_away = False
    report.holds("and when it is back it goes on", fetch(house) == 1)
    endpoint.refused, endpoint.good = True, FIRST
    add(house, server, endpoint, speaks)
    report.holds("a refused renewal takes nothing", fetch(house) is None)
    told = health(house)[0]["alarm"] or ""
    report.holds("the list says why and what to do",
                 "took the permission back" in told and "new password or token" in told, told)
    doctor = house.run("doctor", check=False)
    report.holds("the doctor says so", "took the permission back" in doctor.stdout)
    house.start()
    page = house.line().sign_in(house.hire("lea@house.test", "Lea", role="administrator", scope="all"))
    text = page.ask("GET", "/settings/mail").text()
    report.holds("a person sees it in the settings",
                 "Needs you:" in text and "took the permission back" in text)
    ready = house.line().api("GET", "/readyz?verbose").text()
    report.holds("so does who watches the server", "took the permission back" in ready, ready[-200:])
    stored = (house.data / "redress.db").read_bytes() + b"".join(
        path.read_bytes() for path in house.data.glob("redress.db-*"))
    report.holds("no token or secret lies open in the store",
                 not any(word.encode() in stored for word in (FIRST, SECRET, "eyJ")))
    house.stop()
    endpoint.refused = False
    server.deliver(MAIL.format(n=9))
    add(house, server, endpoint, speaks)
    report.holds("a new refresh token ends the alarm",
                 fetch(house) == 1 and health(house)[0]["alarm"] is None, health(house))


def goes_on_by_itself(report, house, server, endpoint):
    """A server that runs buys tokens as they end."""
    endpoint.lasts, endpoint.good = SHORT_S, FIRST
    add(house, server, endpoint, "imap")
    before = endpoint.bought
    house.start()
    kept = arrivals(house)
    until = time.monotonic() + 180
    for n in (20, 21):
        server.deliver(MAIL.format(n=n))
        kept += 1
        while arrivals(house) < kept and time.monotonic() < until:
            time.sleep(0.1)
        # Each time the line is new, and the token of the last one is over.
        time.sleep(SHORT_S + 1)
        server.cut_off()
    server.deliver(MAIL.format(n=22))
    while arrivals(house) < kept + 1 and time.monotonic() < until:
        time.sleep(0.1)
    report.holds("a server that runs renews by itself",
                 arrivals(house) == kept + 1 and endpoint.bought - before >= 2,
                 (arrivals(house), kept, endpoint.bought - before))
    house.stop()
