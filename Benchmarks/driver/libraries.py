"""The libraries, beside the programs that do the same."""

import subprocess
import time

from report import Measurement, median


def measure_path(folder, options):
    need(options)
    for algorithm in ("rsa:2048", "ec:P-256"):
        place = folder / algorithm.replace(":", "-")
        place.mkdir()
        make_authority(place, algorithm)
        issue(place, algorithm, "root", "intermediate", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign")
        issue(place, algorithm, "intermediate", "leaf", "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
              "extendedKeyUsage=serverAuth\nsubjectAltName=DNS:leaf.example")  # fmt: skip
        files = [place / f"{name}.pem" for name in ("root", "intermediate", "leaf")]
        ours = float(call(options.libraries, "validate", *files, 300))
        verify = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", files[0], "-untrusted", files[1]]
        # What one more certificate costs it, without the start of its process.
        few, many = (median([seconds(*verify, *([files[2]] * times)) for _ in range(5)]) for times in (1, 501))
        peer = (many - few) / 500 * 1e6
        yield Measurement(
            f"path of three, {algorithm}, read and checked", ours, "µs", "",
            f"openssl verify: {peer:.0f} µs; ours takes {ours / peer:.2f} times as long",
        )  # fmt: skip


def need(options):
    if not options.libraries:
        raise RuntimeError("--libraries names no executable")


def make_authority(place, algorithm):
    openssl("req", "-x509", *new_key(algorithm), "-nodes", "-days", 30, "-subj", "/O=Bench/CN=root", "-keyout", place / "root.key",
            "-out", place / "root.pem", "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip


def issue(place, algorithm, issuer, name, extensions):
    openssl("req", *new_key(algorithm), "-nodes", "-subj", f"/O=Bench/CN={name}", "-keyout", place / f"{name}.key", "-out", place / f"{name}.csr")
    (place / "extensions").write_text(extensions + "\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
    openssl("x509", "-req", "-in", place / f"{name}.csr", "-CA", place / f"{issuer}.pem", "-CAkey", place / f"{issuer}.key", "-CAcreateserial",
            "-days", 20, "-extfile", place / "extensions", "-out", place / f"{name}.pem")  # fmt: skip


def new_key(algorithm):
    kind, size = algorithm.split(":")
    return ["-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{size}"] if kind == "ec" else ["-newkey", algorithm]


def openssl(*arguments):
    call("openssl", *arguments)


def call(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} {command[1]} ended with {done.returncode}: {done.stderr or done.stdout}")
    return done.stdout


def seconds(*command):
    start = time.perf_counter()
    call(*command)
    return time.perf_counter() - start
