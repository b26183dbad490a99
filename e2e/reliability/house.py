"""A house of our own for one test: opened in a fresh folder, started, killed, asked.

Everything goes through what the outside has: the program's commands, HTTP and SMTP.
"""

import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
ADMIN = "admin@house.test"
START_WITHIN_S = 60


def program():
    """The program under test: $REDRESS, else the newest build of this checkout."""
    named = os.environ.get("REDRESS")
    if named:
        return named
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = [target / kind / "redress" for kind in ("release", "debug")]
    built = sorted((b for b in built if b.exists()), key=lambda b: b.stat().st_mtime)
    if not built:
        raise SystemExit("error: there is no program\n\nhint: cargo build -p app, or set REDRESS")
    return str(built[-1])


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class House:
    """One installation with its folder; a context manager that leaves nothing behind."""

    def __init__(self, folder=None, token="", options=(), environment=None, database=""):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="redress-house-"))
        self.token = token
        self.options = list(options)
        self.environment = environment or {}
        self.database = database  # A PostgreSQL instead of the folder.
        self.port, self.smtp_port = free_port(), free_port()
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def data(self):
        return self.folder / "data"

    @property
    def store(self):
        """The flags that name where everything lies."""
        return ["--data", str(self.data), *(["--database", self.database] if self.database else [])]

    def run(self, *words, stdin="", check=True):
        """Runs one command of the program on this house; gives what it printed."""
        line = [program(), *words, *self.store]
        done = subprocess.run(line, input=stdin, capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}: {done.stderr}")
        return done

    def open(self):
        """Founds the house and makes a token of its administrator."""
        opening = ["init", "--organisation", "Trial House", "--admin-email", ADMIN]
        self.run(*opening, stdin="a long pass phrase for trials\n")
        made = self.run("token", "create", "--email", ADMIN, "--name", "trials", "--json")
        self.token = json.loads(made.stdout)["token"]
        return self

    def start(self):
        """Starts serving; gives the seconds until it was ready."""
        began = time.monotonic()
        log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            [program(), "serve", *self.store, "--log", "warn",
             "--listen", f"127.0.0.1:{self.port}",
             "--smtp-listen", f"127.0.0.1:{self.smtp_port}", *self.options],
            stdout=log, stderr=log, start_new_session=True,
            env={**os.environ, **self.environment})
        log.close()
        while time.monotonic() - began < START_WITHIN_S:
            if self.process.poll() is not None:
                raise RuntimeError(f"it ended with {self.process.returncode}: {self.log_end()}")
            with contextlib.suppress(OSError):
                line = Line(self, timeout=5)
                if line.ask("GET", "/readyz").status == 200:
                    return time.monotonic() - began
            time.sleep(0.01)
        raise RuntimeError(f"it was not ready within {START_WITHIN_S} s: {self.log_end()}")

    def log_end(self):
        with contextlib.suppress(OSError):
            return (self.folder / "log").read_text(errors="replace")[-800:]
        return ""

    def kill(self):
        """Ends the process as a crash does, and takes its last breath away with it."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self):
        """Ends it in order; gives its exit code."""
        self.process.terminate()
        try:
            code = self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()
            return None
        self.process = None
        return code

    def takes_mail(self):
        """Whether the mail listener answers."""
        with contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", self.smtp_port), timeout=5) as line:
                return line.recv(3) == b"220"
        return False

    def line(self, **options):
        return Line(self, **options)

    def hire(self, email, name, role="agent", scope="unit"):
        """Adds somebody; gives the path of the link by which they come in."""
        made = self.run("user", "add", "--email", email, "--name", name, "--role", role,
                        "--scope", scope, "--json")
        return urllib.parse.urlsplit(json.loads(made.stdout)["link"]).path

    def wait_until_understood(self, within=180):
        """Waits until nothing that was kept still waits to be understood."""
        line, until = self.line(), time.monotonic() + within
        while time.monotonic() < until:
            answer = line.api("GET", "/api/v1/arrivals?state=kept&limit=1")
            if answer.status == 200 and not answer.json()["data"]:
                return
            time.sleep(0.1)
        raise RuntimeError("what was kept is not understood after " + str(within) + " s")

    def all_feedback(self):
        """Every feedback there is, page by page."""
        line, found, after = self.line(), [], ""
        while True:
            asked = urllib.parse.urlencode({"limit": 200, "after": after})
            page = line.api("GET", f"/api/v1/feedback?{asked}").json()
            found += page["data"]
            after = page.get("next") or ""
            if not after:
                return found


class Answer:
    """What came back."""

    def __init__(self, response, body):
        self.status, self.headers, self.body = response.status, response.headers, body

    def json(self):
        return json.loads(self.body)

    def text(self):
        return self.body.decode("utf-8", "replace")


class Line:
    """One client: a connection that is kept open, and the cookies it was given."""

    def __init__(self, house, timeout=30):
        self.house, self.timeout, self.http, self.cookies = house, timeout, None, {}

    def ask(self, method, path, body=None, headers=None):
        if self.http is None:
            self.http = http.client.HTTPConnection("127.0.0.1", self.house.port,
                                                   timeout=self.timeout)
        headers = dict(headers or {})
        if self.cookies:
            headers.setdefault("Cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        try:
            self.http.request(method, path, body=body, headers=headers)
            response = self.http.getresponse()
            answer = Answer(response, response.read())
        except (OSError, http.client.HTTPException) as broken:
            self.http.close()
            self.http = None
            raise ConnectionError(str(broken)) from broken
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def api(self, method, path, body=None, key=None, headers=None):
        """Asks the API in the name of the administrator's token."""
        headers = {"Authorization": f"Bearer {self.house.token}", **(headers or {})}
        if body is not None:
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        if key:
            headers["Idempotency-Key"] = key
        return self.ask(method, path, body, headers)

    def form(self, path, **fields):
        """Posts a form."""
        return self.ask("POST", path, urllib.parse.urlencode(fields).encode(),
                        {"Content-Type": "application/x-www-form-urlencoded"})

    def sign_in(self, link):
        """Comes in by a one-press link."""
        answer = self.form(link)
        if answer.status != 303:
            raise RuntimeError(f"the link signed nobody in: {answer.status}")
        return self

    def hidden(self, path, name):
        """The value of a hidden field on a page."""
        page = self.ask("GET", path).text()
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
        if not found:
            raise RuntimeError(f"{path} has no field {name}")
        return found.group(1)


class Report:
    """What held and what did not; closes with the line that `./test` reads."""

    def __init__(self, name):
        self.name, self.passed, self.failed = name, 0, 0

    def holds(self, says, ok, seen=""):
        self.passed, self.failed = self.passed + bool(ok), self.failed + (not ok)
        tail = f": {seen}" if seen not in ("", None, [], {}) else ""
        print(f"{'holds ' if ok else 'BROKEN'} {self.name}: {says}{tail}", flush=True)
        return ok

    def close(self):
        return self.passed, self.failed


def spread(seconds):
    """Median and worst of some durations, as words."""
    ordered = sorted(seconds)
    if not ordered:
        return "none"
    return f"median {ordered[len(ordered) // 2]:.2f} s, worst {ordered[-1]:.2f} s"
