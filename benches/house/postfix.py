"""Debian's Postfix on this machine, which queues what it takes and delivers nothing: how fast a
mail server is that does only the first half of what our listener does. Its settings are those it
ships with; each mail is on the disk before its 250."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import clients
from house import free_port

COMMAND = "/usr/sbin/postfix"
WITHIN_S = 20

MAIN = """compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = bench.localhost
mydestination =
relay_domains = redress.localhost
alias_maps =
local_recipient_maps =
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
smtpd_peername_lookup = no
# What is queued stays queued, so that nothing is delivered beside the measuring.
smtpd_recipient_restrictions = check_recipient_access static:HOLD, permit_mynetworks, reject
# Clients are not slowed down because mail comes faster than it leaves.
in_flow_delay = 0
"""

MASTER = """127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """One server in a fresh folder; a context manager that leaves nothing behind."""

    @staticmethod
    def why_not():
        """Why it cannot be measured here; empty when it can."""
        if not pathlib.Path(COMMAND).exists():
            return "it is not installed (apt-get install postfix)"
        return "" if os.geteuid() == 0 else "its parts change to users of their own: be root"

    def __enter__(self):
        # Where the house lies too, so that both write to one disk.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="redress-postfix-"))
        self.folder.chmod(0o755)
        self.smtp_port = free_port()
        settings = self.folder / "etc"
        for name in ("etc", "spool", "data"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        (settings / "main.cf").write_text(MAIN.format(folder=self.folder))
        (settings / "master.cf").write_text(MASTER.format(port=self.smtp_port))
        self.run("start")
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                clients.smtp_line(self).close()
                return self
            time.sleep(0.05)
        self.__exit__()
        raise RuntimeError("Postfix did not start")

    def run(self, word):
        subprocess.run([COMMAND, "-c", str(self.folder / "etc"), word], check=True,
                       capture_output=True)

    def __exit__(self, *_):
        with contextlib.suppress(subprocess.CalledProcessError):
            self.run("stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def queued(self):
        """How many mails lie in its queue."""
        return sum(1 for path in (self.folder / "spool" / "hold").rglob("*") if path.is_file())


def rates(seconds, connections):
    """Mails a second that it queues, by connections."""
    with Postfix() as server:
        found, before = {}, 0
        for n in connections:
            rate = clients.per_second(server, clients.over_smtp, n, seconds, f"postfix-{n}")
            there = server.queued()
            # What counts must be there; the last mail of each client may be there uncounted.
            if there - before < int(rate * seconds):
                raise RuntimeError(f"Postfix said 250 to more than the {there} that it queued")
            found[n], before = rate, there
        return found
