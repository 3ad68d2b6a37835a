"""Keystores beside Java: the command beside keytool, the library beside java.security.KeyStore."""

import os
import pathlib
import shutil
import subprocess
import time

from libraries import call, need
from report import Measurement, median

PEERS = pathlib.Path(__file__).resolve().parent.parent / "peers" / "java"
BOUNCY_CASTLE = ":".join(f"/usr/share/java/{name}.jar" for name in ("bcprov", "bcpkix", "bcutil"))
PROVIDER = "org.bouncycastle.jce.provider.BouncyCastleProvider"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def measure(folder, options):
    need(options)
    for program, package in (("keytool", "openjdk-17-jre-headless"), ("java", "openjdk-17-jre-headless"), ("javac", "openjdk-17-jdk-headless")):
        if not shutil.which(program):
            raise RuntimeError(f"{program} is missing: apt-get install {package}")
    if not os.path.exists(BOUNCY_CASTLE.split(":")[0]):
        raise RuntimeError("Bouncy Castle is missing: apt-get install libbcprov-java libbcpkix-java")
    if not os.path.exists("/usr/bin/time"):
        raise RuntimeError("GNU time is missing: apt-get install time")
    call(options.libraries, "make-stores", BUNDLE, folder)
    call("javac", "-d", folder, PEERS / "KeystoreTimes.java")
    yield from commands(folder, options)
    yield from in_process(folder, options)


def commands(folder, options):
    """Wall time and memory of the whole process, listing."""
    environment = {**os.environ, "STOREPASS": "changeit"}
    for file, kind, wall_goal, memory_goal, rounds in (
        ("anchors.jks", "JKS", 40, 4, 5), ("anchors.jceks", "JCEKS", 40, 4, 5), ("anchors.pkcs12", "PKCS12", 40, 4, 5),
        ("anchors.bcfks", "BCFKS", None, None, 3), ("large.jks", "JKS", 30, 6, 1),
    ):  # fmt: skip
        store = folder / file
        theirs = ["keytool", "-list", "-storetype", kind, "-keystore", store, "-storepass", "changeit"]
        if kind == "BCFKS":
            theirs += ["-providerpath", BOUNCY_CASTLE, "-providerclass", PROVIDER]
        ours = [options.midguard, "keystore", "list", "--password-env", "STOREPASS", store]
        mine = [process(ours, environment) for _ in range(4 * rounds)]
        other = [process(theirs, environment) for _ in range(rounds)]
        wall, cpu, memory = (tuple(median([sample[index] for sample in samples]) for samples in (mine, other)) for index in range(3))
        yield ratio(f"list {file}: wall time, keytool's over ours", wall[1] / wall[0], wall_goal, f"{wall[0] * 1e3:.1f} ms beside {wall[1] * 1e3:.0f} ms")
        yield ratio(f"list {file}: CPU, keytool's over ours", cpu[1] / cpu[0], 40 if kind == "BCFKS" else None, f"{cpu[0] * 1e3:.1f} ms beside {cpu[1] * 1e3:.0f} ms")
        yield ratio(f"list {file}: memory, keytool's over ours", memory[1] / memory[0], memory_goal, f"{memory[0] / 1024:.1f} MiB beside {memory[1] / 1024:.1f} MiB")


def in_process(folder, options):
    for file, kind, provider, rounds, goal in (
        ("anchors.jks", "JKS", "-", 300, 0.5), ("anchors.jceks", "JCEKS", "-", 300, 0.5), ("large.jks", "JKS", "-", 12, 0.125),
        ("anchors.pkcs12", "PKCS12", "-", 150, 0.5), ("anchors.bcfks", "BCFKS", PROVIDER, 15, 0.7),
    ):  # fmt: skip
        opaque, parsed, _ = numbers(options.libraries, "read-store", folder / file, rounds)
        cold, warm, _ = java(folder, folder / file, kind, provider, rounds)
        yield Measurement(
            f"read {file}, parsed: ours over warm Java", parsed / warm, "", f"<= {goal}",
            f"{parsed:.3f} ms (opaque {opaque:.3f}) beside {warm:.3f} ms warm, {cold:.0f} cold",
        )  # fmt: skip
    _, _, ours = numbers(options.libraries, "read-store", folder / "key.jceks", 12)
    _, _, theirs = java(folder, folder / "key.jceks", "JCEKS", "-", 12)
    yield Measurement("open a JCEKS key: ours over warm Java", ours / theirs, "", "<= 1", f"{ours:.1f} ms beside {theirs:.1f} ms")


def ratio(name, value, goal, beside):
    return Measurement(name, value, "", f">= {goal}" if goal else "", beside)


def java(folder, file, kind, provider, rounds):
    return numbers("java", "-cp", f"{folder}:{BOUNCY_CASTLE}", "KeystoreTimes", file, kind, provider, "changeit", rounds)


def numbers(*command):
    return [float(word) for word in call(*command).split()]


def process(command, environment, stdin=None):
    """Seconds on the wall, seconds of CPU, kilobytes at the most. Memory by GNU time: to the system, what this process takes at the moment
    of starting another counts as the other's."""
    words = ["/usr/bin/time", "--format", "%M", *(str(part) for part in command)]
    source = open(stdin) if stdin else subprocess.DEVNULL
    start = time.perf_counter()
    child = subprocess.Popen(words, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        raise RuntimeError(f"{command[0]} ended with {child.returncode}: {said}")
    return wall, usage.ru_utime + usage.ru_stime, float(said.splitlines()[-1])
