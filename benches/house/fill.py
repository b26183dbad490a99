"""Complaints by the thousand, as a file that `redress import` takes."""

import random

COMMON = "bill charged twice phone engineer heating refund late letter answer meter wrong".split()
ONE_IN_A_HUNDRED, THE_ONLY = "galvanised", "quokka"
OPENINGS = [
    "My bill was charged twice this month and nobody on the phone could tell me why.",
    "The engineer did not come on Tuesday and I took the day off for nothing. I want this fixed.",
    "Your website will not let me change my address. I have complained about it for a week.",
]


def words(chance, n):
    """A complaint of about sixty words: a few are common and most are rare, as in real ones."""
    text = chance.choices(COMMON, k=15)
    text += [f"w{int(chance.paretovariate(0.4)) % 60_000}" for _ in range(30)]
    if n % 100 == 0:
        text.append(ONE_IN_A_HUNDRED)
    if n == 7:
        text.append(THE_ONLY)
    return f"{OPENINGS[n % len(OPENINGS)]} {' '.join(text)}."


def write(path, first, last, seed=1):
    """Writes complaints `first` to `last` as CSV."""
    chance = random.Random(seed + first)
    with open(path, "w", encoding="utf-8") as file:
        file.write("id,date,name,email,complaint\n")
        for n in range(first, last):
            file.write(f"row-{n},2026-10-{n % 28 + 1:02},Jo {n},jo{n}@example.org,"
                       f'"{words(chance, n)}"\n')
