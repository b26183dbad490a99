"""A person agrees on a provider's page: the way there and back with an OAuth 2 code (RFC 6749, 4.1,
and RFC 7636). The provider is a stand-in that checks what it is told."""

import base64
import hashlib
import html
import http.server
import json
import re
import sqlite3
import threading
import urllib.parse

from house import House, free_port

CLIENT, SECRET, CODE, REFRESH = "redress-trial", "a client's secret & more", "4/co+de=", "re/fresh+"
ADDRESS = "help@house.test"


class Provider(http.server.ThreadingHTTPServer):
    """Gives one refresh token for one code."""

    daemon_threads = True

    def __init__(self):
        self.asked, self.challenge = [], ""
        super().__init__(("127.0.0.1", free_port()), Conversation)

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *words):
        self.shutdown()
        super().__exit__(*words)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, asked):
        self.asked.append(asked)
        if asked.get("grant_type") != "authorization_code":
            return 503, {}
        verifier = asked.get("code_verifier", "").encode()
        known = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        first = sum(one.get("code") == CODE for one in self.asked) == 1
        good = (known == self.challenge and asked.get("code") == CODE and first
                and asked.get("client_secret") == SECRET and asked.get("client_id") == CLIENT
                and asked.get("redirect_uri", "").endswith("/settings/mail/agreed"))
        if not good:
            return 400, {"error": "invalid_grant", "error_description": "That code is no good."}
        return 200, {"access_token": "at", "expires_in": 3600, "refresh_token": REFRESH}


class Conversation(http.server.BaseHTTPRequestHandler):
    """One request."""

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status, body = self.server.answer(dict(urllib.parse.parse_qsl(text)))
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def leaves(page, provider):
    """Asks for a mailbox; gives the words of the way to the provider."""
    tokens = {name: page.hidden("/settings/mail", name) for name in ("csrf", "press")}
    answer = page.form("/settings/mail", address=ADDRESS, host="127.0.0.1:1", client=CLIENT,
                       client_secret=SECRET, consent_url=f"{provider.url}/agree?tenant=a",
                       token_url=f"{provider.url}/token", oauth_scope="read send", **tokens)
    found = re.search(rf'href="({re.escape(provider.url)}[^"]*)"', answer.text())
    return dict(urllib.parse.parse_qsl(html.unescape(found.group(1)).partition("?")[2]))


def address_back(state):
    """Where the provider sends people, with words of its own."""
    words = {"code": CODE, "state": state, "session_state": "x"}
    return f"/settings/mail/agreed?{urllib.parse.urlencode(words)}"


def fields_of(page, back):
    """What the press on the page after it sends."""
    names = ("csrf", "press", "code", "state")
    return {name: html.unescape(page.hidden(back, name)) for name in names}


def settings(house):
    """What the store keeps of mailboxes, and how often they were set up."""
    with sqlite3.connect(house.data / "redress.db") as store:
        kept = store.execute("SELECT value FROM setting WHERE name = 'mail/accounts'").fetchone()
    return kept[0] if kept else ""


def run(report):
    with Provider() as provider, House() as house:
        house.open()
        house.start()
        stranger = house.line().sign_in(house.hire("eve@house.test", "Eve", "administrator", "all"))
        there = leaves(stranger, provider)
        fields = fields_of(stranger, address_back(there["state"]))
        inside = stranger.form("/settings/mail/agreed", **fields)
        report.holds("a person leads us to no service of this machine",
                     inside.status == 422 and "private address" in inside.text()
                     and not provider.asked, inside.status)
        house.stop()
    allowed = {"REDRESS_PRIVATE_HOSTS": "127.0.0.1"}
    with Provider() as provider, House(environment=allowed) as house:
        house.open()
        house.start()
        lea = house.line().sign_in(house.hire("lea@house.test", "Lea", "administrator", "all"))
        bo = house.line().sign_in(house.hire("bo@house.test", "Bo", "administrator", "all"))
        there = leaves(lea, provider)
        provider.challenge = there["code_challenge"]
        wanted = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256",
                  "scope": "read send", "login_hint": ADDRESS, "tenant": "a"}
        report.holds("the way to the provider says what RFC 6749 wants",
                     wanted.items() <= there.items())
        report.holds("and tells nothing that is secret",
                     SECRET not in urllib.parse.urlencode(there) and len(provider.asked) == 0)
        back = address_back(there["state"])
        came = lea.ask("GET", back)
        report.holds("coming back changes nothing yet", came.status == 200 and not provider.asked
                     and "The provider agrees" in came.text() and settings(house) == "")
        stolen = bo.ask("GET", back)
        report.holds("somebody else cannot come back in their place", stolen.status == 422)
        no = {"state": there["state"], "error": "access_denied", "error_description": "Not <now>"}
        refused = lea.ask("GET", f"/settings/mail/agreed?{urllib.parse.urlencode(no)}")
        report.holds("a refusal is told in the provider's words",
                     refused.status == 422 and "Not &#60;now&#62;" in refused.text(), refused.status)
        fields = fields_of(lea, back)
        for _ in range(2):
            done = lea.form("/settings/mail/agreed", **fields)
            report.holds("a press fetches the mailbox from now on", done.status == 303, done.status)
        codes = [one for one in provider.asked if one.get("code")]
        report.holds("the code is spent once, whoever presses twice", len(codes) == 1, len(codes))
        kept = settings(house)
        report.holds("it is kept, and what is secret is sealed", ADDRESS in kept and CLIENT in kept
                     and not any(word in kept for word in (SECRET, REFRESH, CODE)))
        again = {**fields, "press": html.unescape(lea.hidden("/settings/mail", "press"))}
        spent = lea.form("/settings/mail/agreed", **again)
        report.holds("a code that is spent is refused in words",
                     spent.status == 422 and "That code is no good" in spent.text(), spent.status)
        house.stop()
