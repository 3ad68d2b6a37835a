"""Validation of certificate paths, beside the validators of others: alternating rounds, so that a busy machine is busy for all of them.

All get a file of chains (`LibraryBenchmarks make-chains`) and do the same for each: read leaf and intermediate from DER, find the path to a root
that they hold already, check it for a TLS server at a fixed time, and compare the host. A program is asked for a round with a line `FIRST COUNT`
on stdin and answers with the microseconds of each chain on a line. What is compared are best deciles; medians stand beside.
"""

import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys

from libraries import call, need
from report import Measurement, median, quantile

HOST, MOMENT = "www.example.com", 1_782_907_200
PEERS = pathlib.Path(__file__).resolve().parent.parent / "peers"
KINDS = {"rsa2048": "RSA-2048", "p256": "P-256"}

# The first chains warm code up; those after them are nobody's second time.
WARM_UP, ROUNDS, ROUND = 250, 6, 200

# Ratios to each peer for RSA-2048 and P-256.
GOALS = {"swift-certificates": (0.7, 0.8), "Go": (0.8, 0.95), "OpenSSL": (0.4, 0.5), "warm Java": (0.3333, 0.0833)}
SEEN_GOALS = (2.2, 1.5)


def measure(folder, options):
    need(options)
    peers = dict(peer for peer in (build_go(folder), build_openssl(folder), build_java(folder)) if peer)
    for position, (kind, title) in enumerate(KINDS.items()):
        chains = folder / f"{kind}.chains"
        call(options.libraries, "make-chains", kind, WARM_UP + ROUNDS * ROUND, chains)
        yield from measure_kind(position, title, chains, options, peers)
    yield from measure_hostile(folder, options)


def measure_kind(position, title, chains, options, peers):
    ours = {mode: [options.libraries, "path", mode, chains]
            for mode in ("unseen", "swiftCertificates", "seen", "leafSignature", "anchors150", "anchors5000")}  # fmt: skip
    times = alternate({**ours, **{name: [*command, chains, HOST, MOMENT] for name, command in peers.items()}})
    times["swift-certificates"] = times.pop("swiftCertificates")
    unseen, seen, signature = times["unseen"], times["seen"], times["leafSignature"]

    yield in_microseconds(f"{title}: three certificates", unseen)
    for name, goals in GOALS.items():
        if name in times:
            yield ratio(f"{title}: … to {name}", unseen, times[name], goals[position], name)
    yield in_microseconds(f"{title}: one leaf signature alone", signature)
    yield in_microseconds(f"{title}: three, intermediate seen before", seen)
    yield ratio(f"{title}: … to one leaf signature", seen, signature, SEEN_GOALS[position])
    yield ratio(f"{title}: 5,000 anchors to 150", times["anchors5000"], times["anchors150"], 1.05)


def alternate(commands):
    """Microseconds by name; in every second round in the opposite order."""
    programs = {name: Program(command) for name, command in commands.items()}
    try:
        for name, program in programs.items():
            # Java compiles what it has run some thousand times.
            for _ in range(12 if name == "warm Java" else 1):
                program.round(0, WARM_UP)
        samples = {name: [] for name in programs}
        for number in range(ROUNDS):
            order = list(programs) if number % 2 == 0 else list(reversed(programs))
            for name in order:
                samples[name] += programs[name].round(WARM_UP + number * ROUND, ROUND)
        return samples
    finally:
        for program in programs.values():
            program.end()


class Program:
    def __init__(self, command):
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def round(self, first, count):
        self.process.stdin.write(f"{first} {count}\n")
        self.process.stdin.flush()
        samples = [float(text) for text in self.process.stdout.readline().split()]
        if len(samples) != count:
            raise RuntimeError(f"{self.process.args[:3]} ended early")
        return samples

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def best(samples):
    return quantile(samples, 0.1)


def in_microseconds(name, samples):
    return Measurement(name, best(samples), "µs", "", f"best decile; median {median(samples):.0f} µs, {ROUNDS} rounds of {ROUND}")


def ratio(name, ours, theirs, goal, peer=""):
    figures = f"{peer}: {best(theirs):.0f} µs, median {median(theirs):.0f} µs; " if peer else ""
    return Measurement(name, best(ours) / best(theirs), "", f"<= {goal}", f"{figures}of medians: {median(ours) / median(theirs):.3g}")


def build_go(folder):
    if not shutil.which("go"):
        return missing("Go", "golang-go")
    program = folder / "go-peer"
    # Without a HOME, go has no place for what it has compiled.
    environment = {"GOCACHE": str(folder / "go-cache"), **os.environ, "GO111MODULE": "on", "GOPROXY": "off", "GOFLAGS": ""}
    call("go", "build", "-o", program, ".", cwd=PEERS / "go", env=environment)
    return "Go", [program]


def build_openssl(folder):
    if not shutil.which("gcc") or not os.path.exists("/usr/include/openssl/x509_vfy.h"):
        return missing("OpenSSL", "gcc libssl-dev")
    program = folder / "openssl-peer"
    call("gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, PEERS / "openssl" / "peer.c", "-lcrypto")
    return "OpenSSL", [program]


def build_java(folder):
    if not shutil.which("javac"):
        return missing("warm Java", "openjdk-17-jdk-headless")
    call("javac", "-d", folder, PEERS / "java" / "Peer.java")
    return "warm Java", ["java", "-cp", folder, "Peer"]


def missing(name, packages):
    print(f"path: without {name}, which is not here: apt-get install {packages}", file=sys.stderr, flush=True)


def measure_hostile(folder, options):
    """Chains that are made to keep their readers busy: each in three processes, as a validated one leaves memories."""
    arguments = []
    document = corpora() / "path-validation" / "limbo-dev.json.gz"
    if document.exists():
        with gzip.open(document) as file:
            cases = [case for case in json.load(file)["testcases"] if "denial-of-service" in case["features"]]
        (folder / "hostile.json").write_text(json.dumps({"testcases": cases}))
        arguments = [folder / "hostile.json"]
    else:
        print(f"path: without limbo's cases: no {document}. MIDGUARD_CORPORA names another folder.", file=sys.stderr, flush=True)
    taken = {}
    for _ in range(3):
        for line in call(options.libraries, "hostile", *arguments).splitlines():
            milliseconds, name = line.split(maxsplit=1)
            taken.setdefault(name, []).append(float(milliseconds))
    for name, samples in taken.items():
        yield Measurement(name.split("::")[-1], max(samples), "ms", "<= 50", f"slowest of {len(samples)}, each in a new process")


def corpora():
    project = PEERS.parent.parent
    return pathlib.Path(os.environ.get("MIDGUARD_CORPORA") or project.parent / "shared" / "corpora")
