"""Clients that hand things in as fast as they are acknowledged, without being the limit.

Each client is a socket that says a ready-made request and reads the answer. Clients run in as many
processes as there are processors, so that the measuring side does not wait for itself.
"""

import json
import multiprocessing
import os
import socket
import threading
import time

TEXT = ("My bill was charged twice this month and nobody on the phone could tell me why. I asked "
        "three times for the second payment back and was promised a call that never came. ")


def http_request(house, name):
    body = json.dumps({"text": TEXT + name, "source": "bench"}).encode()
    return (f"POST /api/v1/feedback HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n"
            f"Authorization: Bearer {house.token}\r\nIdempotency-Key: {name}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


def read_http(line):
    """Reads one answer; says whether it acknowledged."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += some(line)
    head, _, rest = data.partition(b"\r\n\r\n")
    length = next(int(field.split(b":")[1]) for field in head.lower().split(b"\r\n")
                  if field.startswith(b"content-length:"))
    while len(rest) < length:
        rest += some(line)
    return data[9:12] in (b"201", b"202")


def some(line):
    data = line.recv(65536)
    if not data:
        raise ConnectionError("the line was closed")
    return data


def over_http(house, name):
    line = socket.create_connection(("127.0.0.1", house.port), timeout=60)
    n = 0
    while True:
        line.sendall(http_request(house, f"{name}-{n}"))
        n += 1
        yield read_http(line)


def answers(line, ends):
    """Reads answers of SMTP until so many last lines came."""
    data = b""
    while sum(reply[3:4] == b" " for reply in data.split(b"\r\n")[:-1]) < ends:
        data += some(line)
    return data


# Servers take so many mails over one line at the most; ours 1,000.
MAILS_A_LINE = 990


def smtp_line(house):
    line = socket.create_connection(("127.0.0.1", house.smtp_port), timeout=60)
    answers(line, 1)
    line.sendall(b"EHLO bench\r\n")
    answers(line, 1)
    return line


def over_smtp(house, name):
    line = smtp_line(house)
    n = 0
    while True:
        if n and n % MAILS_A_LINE == 0:
            line.sendall(b"QUIT\r\n")
            line = smtp_line(house)
        line.sendall(b"MAIL FROM:<jo@example.org>\r\nRCPT TO:<help@redress.localhost>\r\nDATA\r\n")
        answers(line, 3)
        head = (f"From: Jo <jo@example.org>\r\nTo: help@redress.localhost\r\nSubject: {name}\r\n"
                f"Message-ID: <{name}-{n}@example.org>\r\n\r\n{TEXT}{name}\r\n.\r\n")
        n += 1
        line.sendall(head.encode())
        yield answers(line, 1).startswith(b"250")


def per_second(house, work, clients, seconds, run):
    """Acknowledgements a second with so many clients."""
    processes = min(clients, os.cpu_count() or 1)
    found = multiprocessing.Queue()

    def one_process(p):
        counts = []

        def one(n):
            count, until = 0, time.monotonic() + seconds
            for taken in work(house, f"{run}-{p}-{n}"):
                if time.monotonic() > until:
                    break
                if not taken:
                    raise RuntimeError("something handed in was refused")
                count += 1
            counts.append(count)

        threads = [threading.Thread(target=one, args=(n,)) for n in range(p, clients, processes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found.put((sum(counts), len(counts) == len(threads)))

    at_work = [multiprocessing.Process(target=one_process, args=(p,)) for p in range(processes)]
    for process in at_work:
        process.start()
    results = [found.get(timeout=seconds + 120) for _ in at_work]
    for process in at_work:
        process.join()
    if not all(whole for _, whole in results):
        raise RuntimeError("a client broke off")
    return sum(count for count, _ in results) / seconds
