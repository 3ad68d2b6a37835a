"""The key pairs of a thousand agents replaced at one instance, and secrets opened beside OpenSSL's bare RSA."""

import base64
import concurrent.futures
import hashlib
import http.client
import json
import pathlib
import re
import ssl
import threading
import time

from installation import Installation
from libraries import call, need
from report import Measurement, median

AGENTS, KEYS, CONNECTIONS, SECRETS = 1_000, 100, 8, 10_000


def measure(folder, options):
    yield from rotations(folder, options)
    if options.libraries:
        yield from opens(options)


def opens(options):
    """Sealed secrets (JWE, RSA-OAEP-256 and A256GCM) opened one after the other on one thread, and `openssl speed` in turn with it."""
    need(options)
    ours, theirs, alike = [], [], []
    for _ in range(3):
        ours.append(float(call(options.libraries, "open-secrets", SECRETS // 3)))
        theirs.append(private_operations())
        alike.append(private_operations("OPENSSL_ia32cap=:~0x200000"))
    yield Measurement(
        "secrets opened, over OpenSSL's private RSA-2048", median(ours) / median(theirs), "", ">= 0.8",
        f"{median(ours):.0f}/s beside {median(theirs):.0f}/s",
    )  # fmt: skip
    # OpenSSL has RSA of its own for processors with AVX-512 IFMA, twice as fast; BoringSSL, and so swift-crypto, has none.
    yield Measurement(
        "the same, where OpenSSL may not use AVX-512 IFMA", median(ours) / median(alike), "", "",
        f"{median(ours):.0f}/s beside {median(alike):.0f}/s",
    )  # fmt: skip


def private_operations(*environment):
    """A second, as OpenSSL measures them."""
    said = call("env", *environment, "openssl", "speed", "-seconds", 3, "rsa2048")
    # rsa 2048 bits 0.000512s 0.000014s 1952.3 69892.1: seconds a signature and a verification, and how many a second
    return float(re.search(r"rsa 2048 bits\s+\S+\s+\S+\s+([0-9.]+)", said).group(1))


def rotations(folder, options):
    """Each agent announces a new key, for which its old one vouches, and then confirms it: two requests, two synced writes."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        # A hundred keys serve for all, since making two thousand would take longer than everything else: each agent has one, and goes to
        # the next.
        pairs = list(pool.map(lambda number: Pair(folder / f"pair-{number}"), range(KEYS)))
    with Installation(folder, options.midguard) as installation:
        administrator = ("admin", (installation.data / "admin-password").read_text().strip())
        user = ((installation.credentials / "username").read_text().strip(), (installation.credentials / "password").read_text().strip())
        site = Site(installation, user)
        agents = [(f"bench-{number}", pairs[number % KEYS], pairs[(number + 1) % KEYS]) for number in range(AGENTS)]
        with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
            first = list(pool.map(lambda agent: site.announce(agent[0], agent[1]), agents))
            manager = Site(installation, administrator)
            list(pool.map(lambda answer: manager.ask(f"/{answer['sysID']}/actions", {"action": "validate"}), first))
            proofs = list(pool.map(lambda item: item[0][1].vouch(item[0][2], item[1]), zip(agents, first)))
            rotated = []

            def rotate(item):
                (name, _, new), answer, proof = item
                start = time.perf_counter()
                accepted = site.announce(name, new, answer["sysID"], proof)["key"]
                recorded = site.announce(name, new, answer["sysID"])["key"]
                if (accepted, recorded) != ("accepted", "recorded"):
                    raise RuntimeError(f"{name}: {accepted}, {recorded}")
                rotated.append(time.perf_counter() - start)

            start = time.perf_counter()
            list(pool.map(rotate, zip(agents, first, proofs)))
            seconds = time.perf_counter() - start
    yield Measurement(
        f"key pairs of {AGENTS} agents replaced", AGENTS / seconds, "1/s", "",
        f"{CONNECTIONS} at a time, in {seconds:.1f} s; one takes {median(rotated) * 1e3:.1f} ms, two requests",
    )  # fmt: skip


class Pair:
    def __init__(self, path):
        self.key = pathlib.Path(f"{path}.key")
        subject = f"/CN={path.name}"
        call(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out", f"{path}.pem", "-days", 365,
            "-subj", subject,
        )  # fmt: skip
        call("openssl", "x509", "-in", f"{path}.pem", "-outform", "DER", "-out", f"{path}.der")
        call("openssl", "pkey", "-in", self.key, "-pubout", "-outform", "DER", "-out", f"{path}.spki")
        self.certificate = base64.b64encode(pathlib.Path(f"{path}.der").read_bytes()).decode()
        self.thumbprint = url64(hashlib.sha256(pathlib.Path(f"{path}.spki").read_bytes()).digest())

    def vouch(self, new, answer):
        """The continuity proof: JWS in compact form, RS512."""
        header = {"alg": "RS512", "kid": self.thumbprint, "typ": "midguard-continuity"}
        claims = {"agent": answer["sysID"], "new": new.thumbprint, "nonce": answer["nonce"], "old": self.thumbprint}
        signed = ".".join(url64(json.dumps(part).encode()) for part in (header, claims))
        file = self.key.with_name(f"{self.key.name}-{answer['sysID']}")
        file.write_text(signed)
        call("openssl", "dgst", "-sha512", "-sign", self.key, "-out", f"{file}.signature", file)
        return signed + "." + url64(pathlib.Path(f"{file}.signature").read_bytes())


class Site:
    """The instance as agents ask it, over one connection for each thread."""

    PATH = "/api/midguard/v1/agents"

    def __init__(self, installation, user):
        self.host, port = re.match(r"https://([^:/]+):([0-9]+)", installation.url).groups()
        self.port = int(port)
        self.context = ssl.create_default_context(cafile=str(installation.data / "authority" / "root.pem"))
        token = base64.b64encode(":".join(user).encode()).decode()
        self.headers = {"Authorization": "Basic " + token, "Content-Type": "application/json"}
        self.local = threading.local()

    def announce(self, name, pair, agent=None, proof=None):
        body = {"name": name, "hostName": "bench", "homeDirectory": "/opt/" + name, "version": "1", "certificate": pair.certificate}
        if agent:
            body["sysID"] = agent
        if proof:
            body["continuityProof"] = proof
        return self.ask("", body)

    def ask(self, path, body):
        if not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPSConnection(self.host, self.port, timeout=30, context=self.context)
        self.local.connection.request("POST", self.PATH + path, json.dumps(body), self.headers)
        answer = self.local.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: HTTP {answer.status}: {text[:300]!r}")
        return json.loads(text)


def url64(octets):
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")
