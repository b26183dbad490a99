"""Power cuts, simulated: what was acknowledged survives the loss of all that was not yet synced.

The house runs with disk.c preloaded, which writes down each write, truncation, sync, creation,
renaming and removal in its folder. For a cut, the disk is built again from the folder as it was
before and the record up to a random point: what was synced is there; of what was not, pieces are
kept, dropped, or torn at a sector. A house is started on that disk. It must start, its record must
verify, and it must know everything that was acknowledged before the cut.

That the trial can find a loss is tried as well: with every sync ignored it must find one.
"""

import os
import pathlib
import random
import struct
import subprocess
import tempfile
import threading
import time

from crash import body_of
from house import House

ENTRY = struct.Struct("<c7xQqQII")
SECTOR = 512


def read_record(path):
    """Entries of the record: (what, inode, at, moment, path, bytes)."""
    data, at, found = pathlib.Path(path).read_bytes(), 0, []
    while at + ENTRY.size <= len(data):
        what, inode, place, moment, n_path, n = ENTRY.unpack_from(data, at)
        end = at + ENTRY.size + n_path + n
        if end > len(data):
            break  # The kill cut the last entry: its call had not returned to anybody.
        text = data[at + ENTRY.size:at + ENTRY.size + n_path].decode()
        found.append((what.decode(), inode, place, moment, text, data[end - n:end]))
        at = end
    return found


class Disk:
    """Names and contents, as far as they are on the platter."""

    def __init__(self, names, contents):
        self.names = dict(names)
        self.contents = {inode: bytearray(data) for inode, data in contents.items()}

    @classmethod
    def of(cls, folder):
        names, contents = {}, {}
        for path in pathlib.Path(folder).rglob("*"):
            if path.is_file():
                names[str(path)] = path.stat().st_ino
                contents[path.stat().st_ino] = path.read_bytes()
        return cls(names, contents)

    def apply(self, entry):
        what, inode, at, _, path, data = entry
        if what == "C":
            self.contents.setdefault(inode, bytearray())
            self.names[path] = inode
        elif what == "W":
            content = self.contents.setdefault(inode, bytearray())
            content.extend(bytes(max(0, at - len(content))))
            content[at:at + len(data)] = data
        elif what == "T":
            content = self.contents.setdefault(inode, bytearray())
            del content[at:]
            content.extend(bytes(at - len(content)))
        elif what == "R" and path in self.names:
            self.names[data.decode()] = self.names.pop(path)
        elif what == "U":
            self.names.pop(path, None)

    def write_out(self, old, new):
        """Lays the files out in another folder."""
        for name, inode in self.names.items():
            if not name.endswith("-shm"):
                path = pathlib.Path(new) / os.path.relpath(name, old)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(self.contents[inode])


def damaged(entry, chance):
    """What is left of an operation that was not synced: all, nothing, or some sectors of it."""
    fate = chance.choice(["kept", "dropped", "dropped", "torn"])
    if fate == "torn" and entry[0] == "W" and len(entry[5]) > SECTOR:
        sectors = chance.randrange(len(entry[5]) // SECTOR + 1)
        return (*entry[:5], entry[5][:sectors * SECTOR])
    return entry if fate == "kept" else None


def cut(disk, record, chance, heeds_syncs=True):
    """Puts onto `disk` what `record` leaves there when the power goes after its last entry."""
    synced_until, folder_until = {}, -1
    for place, (what, inode, *_) in enumerate(record if heeds_syncs else []):
        if what == "S":
            synced_until[inode] = place
        elif what == "F":
            folder_until = place
    n_hit = 0
    for place, entry in enumerate(record):
        what, inode = entry[0], entry[1]
        # A new name stays with the first sync of its file, as ext4 and XFS do it.
        safe = (place < synced_until.get(inode, -1) if what in "WT" else
                place < max(folder_until, synced_until.get(inode, -1)) if what == "C" else
                place < folder_until)
        if what in "CWTRU" and not safe:
            left = damaged(entry, chance) if heeds_syncs else None
            n_hit += left is not entry
            if left is None:
                continue
            entry = left
        disk.apply(entry)
    return n_hit


def build_recorder(folder):
    library = str(pathlib.Path(folder) / "disk.so")
    source = str(pathlib.Path(__file__).with_name("disk.c"))
    subprocess.run([os.environ.get("CC", "cc"), "-O2", "-Wall", "-shared", "-fPIC", "-o", library,
                    source, "-ldl", "-lpthread"], check=True)
    return library


def under_load(house, seconds, clients):
    """Hands in until the house is killed; gives (moment, name, arrival) of each acknowledgement."""
    acknowledged, stop = [], threading.Event()

    def hand_in(n):
        line, i = house.line(timeout=10), 0
        while not stop.is_set():
            name, i = f"p-{n}-{i}e", i + 1
            try:
                answer = line.api("POST", "/api/v1/feedback", body_of(name), key=name)
            except OSError:
                continue
            if answer.status in (201, 202):
                acknowledged.append((time.monotonic_ns(), name, answer.json()["arrival"]))

    at_work = [threading.Thread(target=hand_in, args=(n,), daemon=True) for n in range(clients)]
    for client in at_work:
        client.start()
    time.sleep(seconds)
    house.kill()
    stop.set()
    for client in at_work:
        client.join()
    return acknowledged


def look(house, disk, must):
    """Starts a house on `disk`; says what is wrong with it, and what it lost."""
    with House(token=house.token) as other:
        disk.write_out(house.data, other.data)
        record = other.run("audit", "verify", check=False)
        wrong = [] if record.returncode == 0 else ["record: " + record.stderr[-200:]]
        try:
            other.start()
        except RuntimeError as error:
            return [*wrong, str(error)], must
        line = other.line()
        lost = [name for _, name, arrival in must
                if line.api("GET", f"/api/v1/arrivals/{arrival}").status != 200]
        return wrong, lost


def run(report, cuts=10, seconds=3.0, clients=4, seed=1):
    """The whole test: one record, `cuts` cuts of it."""
    chance, lost, wrong, n_hit = random.Random(seed), [], [], 0
    with House() as house, tempfile.TemporaryDirectory() as workshop:
        house.open()
        house.start()
        house.stop()
        before = Disk.of(house.data)
        record_file = pathlib.Path(workshop) / "record"
        house.environment = {"LD_PRELOAD": build_recorder(workshop),
                             "REDRESS_DISK": str(house.data),
                             "REDRESS_DISK_RECORD": str(record_file)}
        house.start()
        acknowledged = under_load(house, seconds, clients)
        record = read_record(record_file)
        n_syncs = sum(entry[0] == "S" for entry in record)
        print(f"power: {len(acknowledged)} acknowledged, {len(record)} operations, {n_syncs} syncs")
        report.holds("there is something to lose", len(acknowledged) >= 20, len(acknowledged))
        if not acknowledged or not record:
            return
        first = next(i for i, e in enumerate(record) if e[3] > acknowledged[0][0])
        for number in range(cuts):
            point = chance.randrange(first, len(record) + 1)
            moment = record[point][3] if point < len(record) else time.monotonic_ns()
            must = [entry for entry in acknowledged if entry[0] < moment]
            disk = Disk(before.names, before.contents)
            n_hit += cut(disk, record[:point], chance)
            bad, missing = look(house, disk, must)
            wrong += [f"cut {number} at {point}: {words}" for words in bad]
            lost += [f"cut {number} at {point}: {name}" for name in missing]
        blind = Disk(before.names, before.contents)
        cut(blind, record, chance, heeds_syncs=False)
        _, missing = look(house, blind, acknowledged)
    print(f"power: {cuts} cuts, {n_hit} unsynced operations dropped or torn")
    report.holds("nothing acknowledged is lost", not lost, lost[:5])
    report.holds("it starts on every disk, and the record verifies", not wrong, wrong[:5])
    report.holds("unsynced operations were there to be hit", n_hit > 0)
    report.holds("with every sync ignored the trial finds a loss", bool(missing))
