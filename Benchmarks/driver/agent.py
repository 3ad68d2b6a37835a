"""An agent at rest, the way of one job, and many jobs at once."""

import random
import re
import time

from installation import Installation
from report import Measurement, median, quantile

# Microseconds since 1970, put by EchoProbe into its result.
STARTED_AT = re.compile(r"started_at[^0-9]{1,60}([0-9]{15,17})")


def measure(folder, options):
    with Installation(folder, options.midguard) as installation:
        time.sleep(10)
        yield Measurement("agent at rest, resident memory", resident(installation.agent.pid), "MiB", "<= 48")
        yield Measurement("instance at rest, resident memory", resident(installation.instance.pid), "MiB")
        waits = latencies(installation, 300)
        yield Measurement("insert to start with push, median", median(waits), "ms", "<= 5", "insert over REST; clock before sending it")
        yield Measurement("insert to start with push, 99th percentile", quantile(waits, 0.99), "ms", "<= 25", f"of {len(waits)}")
        rate, count = throughput(installation, 3000)
        yield Measurement("jobs through one agent, results on disk", rate, "jobs/s", ">= 300", f"{count} jobs, each inserted and answered")
        yield Measurement("agent after that, resident memory", resident(installation.agent.pid), "MiB")


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        (line,) = [line for line in status if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


def latencies(installation, count):
    """Milliseconds from just before a job is inserted to the moment the agent starts it; one at a time, at random distances."""
    table = installation.table()
    jobs = []
    for number in range(count + 20):
        before = time.time_ns() / 1000
        job = table.insert(installation.AGENT, "EchoProbe")
        # The first ones warm the connections.
        if number >= 20:
            jobs.append((job, before))
        time.sleep(random.uniform(0.005, 0.04))
    installation.wait("all of these are answered", 30, lambda: installation.results() >= len(jobs) + 20)
    results = {job["sys_id"]: job["result"] for job in installation.jobs()}
    return [(started(results[job]) - before) / 1000 for job, before in jobs]


def started(payload):
    found = STARTED_AT.search(payload)
    if not found:
        raise RuntimeError(f"no started_at in the result: {payload[:300]}")
    return int(found.group(1))


def throughput(installation, count):
    """Jobs per second from the insert of all to the last result stored."""
    before = installation.results()
    start = time.monotonic()
    installation.run("instance", "jobs", "--data", installation.data, "--insert", "EchoProbe", "--agent", installation.AGENT, "--count", count)
    installation.wait(f"{count} results", 120, lambda: installation.results() >= before + count, pause=0.02)
    return count / (time.monotonic() - start), count
