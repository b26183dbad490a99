"""Where a house keeps what it has: its folder, or a new database of a PostgreSQL.

That is the server that $REDRESS_TEST_POSTGRES names, or one that is started for the trial. Only the
house is killed here, so how durable the server is does not matter; e2e/reliability kills both.
"""

import contextlib
import os
import secrets
import subprocess
import urllib.parse

from cluster import SHIPPED, Cluster


class Named:
    """The server that the environment names."""

    def __init__(self, address):
        found = sorted(SHIPPED.glob("*/bin/psql"), key=lambda path: int(path.parts[-3]))
        self.psql, self.address, self.made = str(found[-1]) if found else "psql", address, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in self.made:
            self.ask(self.address, f"DROP DATABASE {name} WITH (FORCE)")

    def ask(self, address, question):
        line = [self.psql, address, "-X", "-A", "-t", "-F", "\x1f", "-R", "\x1e", "-c", question]
        done = subprocess.run(line, check=True, capture_output=True, text=True)
        return done.stdout

    def database(self):
        name = f"trial_{secrets.token_hex(6)}"
        self.ask(self.address, f"CREATE DATABASE {name}")
        self.made.append(name)
        parts = urllib.parse.urlsplit(self.address)
        return parts._replace(path=f"/{name}").geturl()

    def look(self, address, question):
        rows = [row.strip("\n") for row in self.ask(address, question).split("\x1e")]
        return [tuple(row.split("\x1f")) for row in rows if row]


@contextlib.contextmanager
def place(on):
    """Options of a house on `sqlite` or `postgres`, and the server behind it, if there is one."""
    if on == "sqlite":
        yield {}, None
        return
    named = os.environ.get("REDRESS_TEST_POSTGRES")
    with Named(named) if named else Cluster() as server:
        yield {"database": server.database()}, server
