"""What the machine gives, to read the other numbers by."""

import os
import sqlite3
import time

from report import Measurement, median


def measure(folder, options):
    yield Measurement("processors", os.cpu_count() or 0, "")
    yield Measurement("load before the measurements", os.getloadavg()[0], "")
    yield Measurement("synced 4 KiB append, median", median(sync_times(folder)) * 1000, "ms")
    yield Measurement("SQLite insert, synced, median", median(commit_times(folder)) * 1000, "ms")


def sync_times(folder):
    with open(folder / "append", "wb") as file:
        for _ in range(100):
            start = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fdatasync(file.fileno())
            yield time.perf_counter() - start


def commit_times(folder):
    database = sqlite3.connect(folder / "commits.sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE job (id INTEGER PRIMARY KEY, payload TEXT)")
    for _ in range(100):
        start = time.perf_counter()
        database.execute("INSERT INTO job (payload) VALUES (?)", ("x" * 500,))
        yield time.perf_counter() - start
    database.close()
