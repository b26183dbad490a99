"""Mailboxes of a real Dovecot: taken whole and once, over TLS, whatever is cut."""

import json
import time

from cutter import Cutter
from dovecot import PASSWORD, USER, Dovecot
from house import House
from pipe import MAIL, arrivals

NAME = "box"


def add(house, server, port, *words, password=PASSWORD):
    house.run("mail", "mailbox", "add", "help@house.test", "--name", NAME, "--login", USER,
              "--host", "localhost", "--port", str(port), "--everything",
              "--authorities", str(server.authority), *words, stdin=password + "\n")


def fetch(house):
    """Looks now; gives how many were new, or None when it could not."""
    done = house.run("mail", "mailbox", "fetch", NAME, check=False)
    return int(done.stdout.split()[0]) if done.returncode == 0 else None


def health(house):
    """How each mailbox fares."""
    told = house.run("mail", "mailbox", "list", "--json").stdout
    return [json.loads(line) for line in told.splitlines()]


def waits_for(house, number, within=60):
    until = time.monotonic() + within
    while time.monotonic() < until:
        if arrivals(house) >= number:
            return True
        time.sleep(0.1)
    return False


def run_imap(report):
    with Dovecot() as server, House() as house:
        house.open()
        for n in range(70):
            server.deliver(MAIL.format(n=n))
        add(house, server, server.imaps)
        report.holds("everything there is taken over TLS", fetch(house) == 70, server.log_end()[-300:])
        report.holds("a second look takes nothing", fetch(house) == 0 and arrivals(house) == 70)
        report.holds("no flag was set there", not any(server.flags()), server.flags()[:3])
        add(house, server, server.imap, "--tls", "required")
        server.deliver(MAIL.format(n=70))
        report.holds("STARTTLS goes as well", fetch(house) == 1)
        large = MAIL.format(n=71) + "x" * 70 + "\n" + ("y" * 99 + "\n") * 100_000
        server.deliver(large)
        report.holds("a mail of 10 MB is taken", fetch(house) == 1)
        server.renumber()
        server.deliver(MAIL.format(n=72))
        report.holds("numbers given anew bring only what is new",
                     fetch(house) == 1 and arrivals(house) == 73, arrivals(house))
        house.start()
        server.deliver(MAIL.format(n=73))
        report.holds("a server that runs looks by itself", waits_for(house, 74))
        server.deliver(MAIL.format(n=74))
        report.holds("and is told of new mail (IDLE)", waits_for(house, 75, within=30))
        server.stop()
        server.start()
        server.deliver(MAIL.format(n=75))
        report.holds("after the other server was started again it goes on", waits_for(house, 76))
        house.kill()
        server.deliver(MAIL.format(n=76))
        house.start()
        report.holds("after a crash of ours it goes on", waits_for(house, 77))
        house.wait_until_understood()
        words = [one["text"] for one in house.all_feedback()]
        whole = all(any(f"number {n}." in text for text in words) for n in range(77))
        report.holds("each is understood once", whole and len(words) == 77, len(words))
        house.stop()
        add(house, server, server.imaps, password="wrong")
        report.holds("a wrong password takes nothing", fetch(house) is None)
        told = health(house)[0]["alarm"] or ""
        doctor = house.run("doctor", check=False)
        report.holds("and is told", "password" in told and "new password" in doctor.stdout, told)
        house.run("mail", "mailbox", "add", "help@house.test", "--name", NAME, "--login", USER,
                  "--host", "localhost", "--port", str(server.imaps), stdin=PASSWORD + "\n")
        report.holds("a certificate of nobody we know is not believed", fetch(house) is None)


def run_pop3(report):
    with Dovecot() as server, House() as house:
        house.open()
        for n in range(12):
            server.deliver(MAIL.format(n=n))
        add(house, server, server.pop3s, "--speaks", "pop3")
        report.holds("everything there is taken over TLS", fetch(house) == 12)
        add(house, server, server.pop3, "--speaks", "pop3", "--tls", "required")
        server.deliver(MAIL.format(n=12))
        report.holds("STLS goes as well, and only what is new is taken",
                     fetch(house) == 1 and arrivals(house) == 13)
        report.holds("nothing was deleted there", len(server.flags()) == 13)


def run_cuts(report, each):
    """Cuts the line every `each` bytes of a whole conversation, in both directions."""
    for kind, port_of in (("imap", "imap"), ("pop3", "pop3")):
        with Dovecot() as server, House() as house:
            house.open()
            with Cutter(getattr(server, port_of)) as line:
                house.run("mail", "mailbox", "add", "help@house.test", "--name", NAME,
                          "--login", USER, "--host", "127.0.0.1", "--port", str(line.port),
                          "--everything", "--speaks", kind, "--tls", "none",
                          stdin=PASSWORD + "\n")
                sent = 0
                for _ in range(3):
                    server.deliver(MAIL.format(n=sent))
                    sent += 1
                fetch(house)
                whole, cuts, wrong = dict(line.passed), 0, []
                for to in ("client", "server"):
                    for at in range(1, whole[to], each):
                        server.deliver(MAIL.format(n=sent))
                        sent += 1
                        line.cut(**{f"to_{to}": at})
                        fetch(house)
                        line.cut()
                        cuts += 1
                        if fetch(house) is None or arrivals(house) != sent:
                            wrong.append([to, at, arrivals(house), sent])
                report.holds(f"{kind}: {cuts} cuts lose nothing and double nothing",
                             cuts > 0 and not wrong, wrong[:5])
