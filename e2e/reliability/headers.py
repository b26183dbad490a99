"""Hostile and careless requests: a clear no of the right kind, the right headers, never a 5xx."""

import json
import socket

from house import House

ON_EVERY_ANSWER = {
    "content-security-policy": ["default-src 'none'", "frame-ancestors 'none'",
                                "base-uri 'none'", "form-action 'self'"],
    "x-content-type-options": ["nosniff"],
    "referrer-policy": ["no-referrer"],
    "cross-origin-opener-policy": ["same-origin"],
    "cross-origin-resource-policy": ["same-origin"],
    "x-frame-options": ["DENY"],
    "permissions-policy": ["camera=()"],
    "x-request-id": [""],
}
GOOD = {"text": "My bill was charged twice this month.", "source": "headers"}


def raw(house, head, body=b""):
    """Says bytes as they are; gives the status that comes back, 0 when the line is closed."""
    with socket.create_connection(("127.0.0.1", house.port), timeout=20) as line:
        line.sendall(head.replace("\n", "\r\n").encode("latin-1") + body)
        answer = b""
        while b"\r\n" not in answer:
            more = line.recv(4096)
            if not more:
                return 0
            answer += more
    return int(answer.split(b" ", 2)[1])


def check_headers(report, house):
    """The headers stand on every kind of answer."""
    line = house.line()
    asset = line.ask("GET", "/start").text().split('href="/assets/')[1].split('"')[0]
    kinds = {
        "a page": ("GET", "/start", None), "a redirect": ("GET", "/today", None),
        "an asset": ("GET", "/assets/" + asset, None), "no such page": ("GET", "/none", None),
        "no such asset": ("GET", "/assets/none.css", None), "health": ("GET", "/livez", None),
        "the wrong method": ("DELETE", "/start", None),
        "the API": ("GET", "/api/v1/feedback", None),
        "a problem of the API": ("POST", "/api/v1/feedback", b"{"),
    }
    for name, (method, path, body) in kinds.items():
        answer = line.api(method, path, body)
        missing = [header for header, parts in ON_EVERY_ANSWER.items()
                   if not all(part in answer.headers.get(header, "\0") for part in parts)]
        report.holds(f"{name} ({answer.status}) carries every header", not missing, missing)
        kept = answer.headers.get("cache-control", "")
        is_asset = name == "an asset"
        report.holds(f"{name} is {'kept' if is_asset else 'not kept'} by caches",
                     ("immutable" in kept) if is_asset else ("no-store" in kept), kept)
        report.holds(f"{name} does not say what serves it",
                     not answer.headers.get("server") and not answer.headers.get("x-powered-by"))


def check_bounds(report, house):
    """What is too long, too deep, or meant for somebody else."""
    own = f"Host: 127.0.0.1:{house.port}\n"
    many = "".join(f"X-Header-{n}: {'x' * 1000}\n" for n in range(33))
    nested = b'{"text":' + b"[" * 40 + b"]" * 40 + b"}"
    line = house.line()
    cases = [
        ("another host", 421, raw(house, "GET / HTTP/1.1\nHost: evil.example\n\n")),
        ("a host that begins like ours", 421,
         raw(house, "GET / HTTP/1.1\nHost: 127.0.0.1.evil.example\n\n")),
        ("33 kB of headers", 431, raw(house, f"GET /start HTTP/1.1\n{own}{many}\n")),
        ("101 headers", 431, raw(house, "GET /start HTTP/1.1\n" + own +
                                 "".join(f"X-{n}: 1\n" for n in range(101)) + "\n")),
        ("an address of 9 kB", 414, raw(house, f"GET /{'a' * 9000} HTTP/1.1\n{own}\n")),
        ("a request that is none", 400, raw(house, "NONSENSE\n\n")),
        ("JSON of 2 MB", 413, line.api("POST", "/api/v1/feedback",
                                       {**GOOD, "text": "x" * 2_000_000}).status),
        ("JSON 40 deep", 400, house.line().api("POST", "/api/v1/feedback", nested).status),
        ("a form from another site", 403, house.line().ask(
            "POST", "/sign-in", b"email=a", {"Sec-Fetch-Site": "cross-site",
                                             "Content-Type": "application/x-www-form-urlencoded"}
        ).status),
    ]
    for says, expected, seen in cases:
        report.holds(f"{says} is answered {expected}", seen == expected, seen)


def check_bodies(report, house):
    """What is not what the API takes."""
    line = house.line()

    def ask(body, headers=None, key=None):
        return line.api("POST", "/api/v1/feedback", body, key, headers)

    plain = {"Content-Type": "text/plain"}
    wrong = [
        ("a text that is a number", 422, "/text", ask({**GOOD, "text": 7})),
        ("an unknown field", 422, "", ask({**GOOD, "colour": "red"})),
        ("a text that is missing", 422, "", ask({"source": "headers"})),
        ("an empty text", 422, "/text", ask({**GOOD, "text": " "})),
        ("six stars", 422, "/rating", ask({**GOOD, "rating": 6})),
        ("a number beyond all bounds", 422, "", ask(b'{"text":"x","rating":1e400}')),
        ("an author that is a number", 422, "/author", ask({**GOOD, "author": 7})),
        ("an address that is none", 422, "/author/email",
         ask({**GOOD, "author": {"email": "jo"}})),
        ("a channel there is not", 422, "/channel", ask({**GOOD, "channel": "pigeon"})),
        ("bad UTF-8", 400, "", ask(b'{"text":"\xff\xfe"}')),
        ("JSON cut short", 400, "", ask(b'{"text":"x"')),
        ("no body", 400, "", ask(b"")),
        ("text instead of JSON", 415, "", ask(b"hello", plain)),
        ("a key that is too long", 400, "", ask(GOOD, None, "k" * 300)),
    ]
    for says, expected, pointer, answer in wrong:
        fine = answer.status == expected or (says == "a number beyond all bounds"
                                             and answer.status in (400, 422))
        problem = answer.json() if fine else {}
        is_problem = answer.headers.get("content-type", "").startswith("application/problem+json")
        told = json.dumps(problem.get("errors", problem))
        report.holds(f"{says} is a problem with status {expected}" +
                     (f" that points at {pointer}" if pointer else ""),
                     fine and is_problem and pointer in told and problem.get("detail"),
                     f"{answer.status} {answer.text()[:160]}")


def check_never_5xx(report, house):
    """Odd requests against every address we know of."""
    odd = []
    paths = ["/", "/start", "/complain", "/cases/R-0", "/cases/%ff", "/cases/" + "9" * 400, "/q/'",
             "/search?q=%00", "/search?q=" + "%22" * 500, "/search?q=a&q=b", "/assets/..%2f..",
             "/api/v1/feedback?limit=-1", "/api/v1/feedback?after=%ff", "/c/" + "a" * 3000,
             "/api/v1/arrivals/x", "/api/v1/feedback?limit=99999999999999999999",
             "/complain/x/story?step=" + "x" * 999, "/sign-in?next=//evil.example", "/%2e%2e/etc"]
    bodies = [None, b"", b"\xff" * 64, b"a=%ff&b=%00", b"{}", b"[]", b"null", b'"' * 99]
    kinds = ["application/json", "application/x-www-form-urlencoded",
             "multipart/form-data; boundary=x", "multipart/form-data", "text/xml; charset=\xe9"]
    for path in paths:
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW"):
            for n, body in enumerate(bodies if method == "POST" else [None]):
                kind = kinds[n % len(kinds)]
                try:
                    # A line of its own: a body that was not read closes the line after the answer.
                    answer = house.line().api(method, path, body, None, {"Content-Type": kind})
                    if answer.status >= 500:
                        odd.append((method, path[:60], answer.status))
                except ConnectionError as broken:
                    odd.append((method, path[:60], str(broken)))
    report.holds("no odd request is answered 5xx or with silence", not odd, odd[:5])
    away = house.line().ask("GET", "/sign-in?next=//evil.example").text()
    report.holds("no page sends a guest to another site", 'value="//evil' not in away)


def run(report, seed=1):
    """The whole test; nothing in it is random."""
    del seed
    with House() as house:
        house.open().start()
        check_headers(report, house)
        check_bounds(report, house)
        check_bodies(report, house)
        check_never_5xx(report, house)
        report.holds("it still serves", house.line().ask("GET", "/readyz").status == 200)
        report.holds("it ends in order", house.stop() == 0)
