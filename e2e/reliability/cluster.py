"""A PostgreSQL of our own for a test, as durable as it ships: it can be killed and started again."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from house import free_port

SHIPPED = pathlib.Path("/usr/lib/postgresql")


class Cluster:
    """A context manager that leaves nothing behind. PostgreSQL refuses to run as root: there it
    runs as the user its package made, in a folder that user may enter."""

    def __init__(self):
        found = sorted(SHIPPED.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        if not found:
            raise SystemExit("error: there is no PostgreSQL\n\nhint: apt-get install postgresql")
        self.bin, self.port, self.databases = found[-1].parent, free_port(), 0
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="redress-cluster-", dir="/var/tmp"))

    def __enter__(self):
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-D", self.folder / "data", "-U", "redress", "-A", "trust",
                  "--encoding=UTF8", "--locale=C.UTF-8")
        self.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program, *words):
        line = [str(self.bin / program), *map(str, words)]
        if os.geteuid() == 0:
            line = ["runuser", "-u", "postgres", "--", *line]
        done = subprocess.run(line, check=True, capture_output=True, text=True, cwd="/")
        return done.stdout

    def start(self):
        """Starts it, recovering first if it was killed."""
        options = (f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' "
                   "-c max_connections=200")
        self._run("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-w", "-o",
                  options, "start")

    def kill(self):
        """Ends the server as a crash does, all its processes at once."""
        first = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True,
                                  check=False).stdout.split()
        for process in [first, *map(int, children)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def database(self):
        """The address of a new, empty database."""
        self.databases += 1
        name = f"house_{self.databases}"
        self._run("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", "redress", name)
        return f"postgres://redress@127.0.0.1:{self.port}/{name}"

    def look(self, address, question):
        """Asks a database; rows of texts."""
        out = self._run("psql", address, "-X", "-A", "-t", "-F", "\x1f", "-R", "\x1e", "-c",
                        question)
        rows = [row.strip("\n") for row in out.split("\x1e")]
        return [tuple(row.split("\x1f")) for row in rows if row]


@contextlib.contextmanager
def engine(name):
    """Gives a function that makes the options of one house on `sqlite` or `postgres`, and the
    cluster behind it, if there is one."""
    if name == "sqlite":
        yield (lambda: {}), None
        return
    with Cluster() as cluster:
        yield (lambda: {"database": cluster.database()}), cluster
