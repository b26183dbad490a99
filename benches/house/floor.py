"""The limit: one INSERT a commit, as durable as ours, on the same disk, with nothing around it."""

import contextlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

from clients import TEXT
import house
from house import free_port

TABLE = "CREATE TABLE arrival (id TEXT PRIMARY KEY, source_key TEXT UNIQUE, raw TEXT, at BIGINT)"


def slow_flush(folder, microseconds):
    """The environment in which each flush takes so long, as on a disk without a cache of its own."""
    built = pathlib.Path(folder) / "slow_flush.so"
    source = pathlib.Path(__file__).with_name("slow_flush.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(built), str(source), "-ldl"],
                   check=True)
    return {"LD_PRELOAD": str(built), "REDRESS_FLUSH_US": str(microseconds)}


def sqlite_with(folder, seconds, environment):
    """The same in a process of its own with this environment."""
    words = (f"import sys; sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r}); "
             f"sys.path.insert(0, {str(pathlib.Path(house.__file__).parent)!r}); "
             f"import floor, pathlib; print(floor.sqlite(pathlib.Path({str(folder)!r}), {seconds}))")
    done = subprocess.run([sys.executable, "-c", words], check=True, capture_output=True, text=True,
                          env={**os.environ, **environment})
    return float(done.stdout)


def sqlite(folder, seconds):
    """Commits a second of one client: WAL, synchronous FULL."""
    database = sqlite3.connect(folder / "floor.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute(TABLE)
    count, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        database.execute("INSERT INTO arrival VALUES (?, ?, ?, ?)",
                         (f"id-{count}", f"key-{count}", TEXT, count))
        count += 1
    database.close()
    return count / seconds


class Postgres:
    """A cluster of our own with the settings it ships with: fsync on, synchronous commits."""

    def __init__(self):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"),
                       key=lambda path: int(path.parent.name))
        self.bin = found[-1] if found and (found[-1] / "pgbench").exists() else None

    def as_owner(self, *words):
        if os.geteuid() == 0:
            words = ("runuser", "-u", "postgres", "--", *words)
        return subprocess.run([str(word) for word in words], check=True, capture_output=True,
                              text=True, cwd="/")

    @contextlib.contextmanager
    def running(self):
        """Gives the address of an empty database."""
        self.folder = folder = pathlib.Path(tempfile.mkdtemp(prefix="redress-bench-", dir="/var/tmp"))
        self.port = free_port()
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        try:
            self.as_owner(self.bin / "initdb", "-D", folder / "data", "-U", "redress", "-A",
                          "trust", "--encoding=UTF8", "--locale=C.UTF-8")
            self.as_owner(self.bin / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log",
                          "-o", f"-p {self.port} -c listen_addresses=127.0.0.1 "
                          "-c unix_socket_directories=''", "start")
            self.as_owner(self.bin / "createdb", "-h", "127.0.0.1", "-p", self.port, "-U",
                          "redress", "bench")
            yield f"postgres://redress@127.0.0.1:{self.port}/bench"
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):
                self.as_owner(self.bin / "pg_ctl", "-D", folder / "data", "-m", "immediate",
                              "-w", "stop")
            shutil.rmtree(folder, ignore_errors=True)

    def numbers(self, query):
        """The first column of a query."""
        line = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "redress")
        done = self.as_owner(self.bin / "psql", *line, "-At", "-c", query, "bench")
        return [int(row) for row in done.stdout.split()]

    def floor(self, seconds):
        """Commits a second of one client of pgbench."""
        line = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "redress")
        self.as_owner(self.bin / "psql", *line, "bench", "-c", f"CREATE SCHEMA floor; "
                      f"{TABLE.replace('TABLE arrival', 'TABLE floor.arrival')}")
        script = ("INSERT INTO floor.arrival VALUES (gen_random_uuid()::text, "
                  f"gen_random_uuid()::text, '{TEXT}', 1);")
        file = self.folder / "insert.sql"
        file.write_text(script)
        done = self.as_owner(self.bin / "pgbench", *line, "-n", "-c", "1", "-T", seconds,
                             "-f", file, "bench")
        return next(float(part.split("=")[1].split()[0]) for part in done.stdout.splitlines()
                    if part.startswith("tps"))
