"""Debian's Dovecot on this machine: one user, TLS with a certificate of its own, a Maildir."""

import base64
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

from house import free_port

USER, PASSWORD = "help", "open sesame {\"}"


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


class Dovecot:
    """One server in a fresh folder; a context manager that leaves nothing behind."""

    def __init__(self, with_tokens=False):
        self.with_tokens, self.token_key = with_tokens, os.urandom(32)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="redress-dovecot-", dir="/var/tmp"))
        self.imap, self.imaps, self.pop3, self.pop3s = (free_port() for _ in range(4))
        self.mails = self.folder / "mail"
        self.process = None

    @property
    def authority(self):
        return self.folder / "authority.pem"

    def __enter__(self):
        self.folder.chmod(0o755)
        self.certify()
        is_root = os.getuid() == 0
        owner = pwd.getpwnam("mail" if is_root else pwd.getpwuid(os.getuid()).pw_name)
        for part in ("new", "cur", "tmp"):
            (self.mails / part).mkdir(parents=True)
        if is_root:
            for path in [self.mails, *self.mails.iterdir()]:
                os.chown(path, owner.pw_uid, owner.pw_gid)
        self.owner = owner
        (self.folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        (self.folder / "conf").write_text(self.settings(owner, is_root))
        if self.with_tokens:
            self.know_tokens()
        self.start()
        return self

    def settings(self, owner, is_root):
        login = "" if is_root else f"default_login_user = {owner.pw_name}\n" \
                                   f"default_internal_user = {owner.pw_name}\n"
        return f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/log
protocols = imap pop3
listen = 127.0.0.1
{login}first_valid_uid = 1
mail_location = maildir:{self.mails}
ssl = yes
ssl_cert = <{self.folder}/certificate.pem
ssl_key = <{self.folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login{" xoauth2" if self.with_tokens else ""}
{self.by_token() if self.with_tokens else ""}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {self.folder}/users
}}
userdb {{
  driver = static
  args = uid={owner.pw_uid} gid={owner.pw_gid} home={self.folder}/mail allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.imap}
  }}
  inet_listener imaps {{
    port = {self.imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {self.pop3}
  }}
  inet_listener pop3s {{
    port = {self.pop3s}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
auth_failure_delay = 0
"""

    def by_token(self):
        return f"""passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {self.folder}/oauth2
}}"""

    def know_tokens(self):
        """Tokens are checked here: signed by the one key we know, not over, for the right user."""
        keys = self.folder / "keys" / "default" / "HS256"
        keys.mkdir(parents=True)
        (keys / "default").write_text(base64.b64encode(self.token_key).decode())
        (self.folder / "oauth2").write_text(f"""introspection_mode = local
local_validation_key_dict = fs:posix:prefix={self.folder}/keys/
username_attribute = sub
""")

    def certify(self):
        """An authority of our own and a certificate for this machine."""
        folder = str(self.folder)
        for name in ("authority", "server"):
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout",
                    "-out", f"{folder}/{name}.key")
        openssl("req", "-x509", "-new", "-key", f"{folder}/authority.key", "-days", "2",
                "-subj", "/CN=trial authority", "-out", f"{folder}/authority.pem",
                "-addext", "basicConstraints=critical,CA:TRUE")
        openssl("req", "-new", "-key", f"{folder}/server.key", "-subj", "/CN=localhost",
                "-out", f"{folder}/server.csr")
        extensions = self.folder / "extensions"
        extensions.write_text("subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
        openssl("x509", "-req", "-in", f"{folder}/server.csr", "-CA", f"{folder}/authority.pem",
                "-CAkey", f"{folder}/authority.key", "-CAcreateserial", "-days", "2",
                "-extfile", str(extensions), "-out", f"{folder}/certificate.pem")
        shutil.copy(f"{folder}/server.key", f"{folder}/key.pem")

    def start(self):
        self.process = subprocess.Popen(["dovecot", "-F", "-c", str(self.folder / "conf")])
        for _ in range(300):
            try:
                with socket.create_connection(("127.0.0.1", self.imap), timeout=5) as line:
                    if line.recv(4).startswith(b"* OK"):
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError("Dovecot did not start: " + self.log_end())

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def cut_off(self):
        """Ends every session of the user."""
        subprocess.run(["doveadm", "-c", str(self.folder / "conf"), "kick", USER], check=True,
                       capture_output=True)

    def log_end(self):
        log = self.folder / "log"
        return log.read_text(errors="replace")[-800:] if log.exists() else ""

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def deliver(self, mail):
        """A mail comes in, as a mail server puts it there."""
        name = f"{time.time_ns()}.trial.localhost"
        path = self.mails / "tmp" / name
        path.write_bytes(mail.replace("\n", "\r\n").encode())
        if os.getuid() == 0:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
        path.rename(self.mails / "new" / name)

    def flags(self):
        """Flags of every mail, as their file names tell them."""
        names = [path.name for part in ("new", "cur") for path in (self.mails / part).iterdir()]
        return [name.split(":2,", 1)[1] if ":2," in name else "" for name in names]

    def renumber(self):
        """Takes the numbers away, so that all are given anew under another UIDVALIDITY."""
        self.stop()
        for path in self.mails.glob("dovecot*"):
            if path.is_file():
                path.unlink()
        time.sleep(1.1)  # UIDVALIDITY is the second in which it is made.
        self.start()
