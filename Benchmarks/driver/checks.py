"""`midguard check` of many endpoints, beside a shell loop over `openssl s_client` and `openssl ocsp` that makes the same checks."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time

from keystores import process
from libraries import call
from report import Measurement, median

ENDPOINTS, LOOPED = 1_000, 100


def measure(folder, options):
    for program, package in (("nginx", "nginx-light"), ("openssl", "openssl"), ("bash", "bash")):
        if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin"):
            raise RuntimeError(f"{program} is missing: apt-get install {package}")
    responder_port, *ports = free_ports(ENDPOINTS + 1)
    make_certificates(folder, responder_port)
    with responder(folder, responder_port), nginx(folder, ports):
        urls = folder / "urls"
        urls.write_text("".join(f"https://localhost:{port}\n" for port in ports))
        ours = process([options.midguard, "check", "-", "--json", "--trust-store", folder / "root.pem"], os.environ, stdin=urls)
        loop = folder / "loop.sh"
        # One connection for the certificate and its verification, one question to the responder.
        loop.write_text(f"""set -e; cd {folder}
for port in {' '.join(map(str, ports[:LOOPED]))}; do
    openssl s_client -connect localhost:$port -servername localhost -CAfile root.pem -verify_return_error -verify_hostname localhost </dev/null 2>/dev/null |
        openssl x509 -out seen.pem
    openssl ocsp -issuer root.pem -cert seen.pem -url http://127.0.0.1:{responder_port}/ -CAfile root.pem -no_nonce 2>/dev/null | grep -q ': good'
done
""")  # fmt: skip
        theirs = process(["bash", loop], os.environ)
    mine, other = ours[0] / ENDPOINTS, theirs[0] / LOOPED
    yield Measurement(
        f"check of {ENDPOINTS} endpoints: loop's wall time over ours", other / mine, "", ">= 15",
        f"{mine * 1e3:.2f} ms each beside {other * 1e3:.1f} ms (loop over {LOOPED})",
    )  # fmt: skip
    yield Measurement("the same: memory", ours[2] / 1024, "MiB", "<= 96")
    yield from handshakes(folder, options)


def handshakes(folder, options):
    """New sessions a second, each with all checks, beside `openssl s_time`, which makes none but the chain's."""
    count = 4_000
    responder_port, port = free_ports(2)
    make_certificates(folder, responder_port)
    urls = folder / "one"
    urls.write_text(f"https://localhost:{port}\n" * count)
    with responder(folder, responder_port), nginx(folder, [port]):
        rates = {1: [], 4: [], "s_time": []}
        for _ in range(3):
            start = time.perf_counter()
            said = call("openssl", "s_time", "-connect", f"localhost:{port}", "-new", "-time", 3, "-CAfile", folder / "root.pem", "-verify", 3)
            # It counts whole seconds only, and begins within one.
            rates["s_time"].append(int(re.search(r"(\d+) connections in \d+ real seconds", said).group(1)) / (time.perf_counter() - start))
            for jobs in (1, 4):
                wall, _, _ = process(
                    [options.midguard, "check", "-", "--json", "--jobs", jobs, "--trust-store", folder / "root.pem"], os.environ, stdin=urls)
                rates[jobs].append(count / wall)
    theirs = median(rates["s_time"])
    for jobs, goal in ((1, 0.85), (4, 1.4)):
        mine = median(rates[jobs])
        yield Measurement(f"checked handshakes, {jobs} at a time: ours over s_time", mine / theirs, "", f">= {goal}", f"{mine:.0f}/s beside {theirs:.0f}/s")


def make_certificates(folder, responder_port):
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    call("openssl", "req", "-x509", *ec, "-days", 30, "-subj", "/CN=Bench root", "-keyout", folder / "root.key", "-out", folder / "root.pem")
    call("openssl", "req", *ec, "-subj", "/CN=localhost", "-keyout", folder / "leaf.key", "-out", folder / "leaf.csr")
    (folder / "extensions").write_text(
        f"subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\nauthorityInfoAccess=OCSP;URI:http://127.0.0.1:{responder_port}/\n"
    )
    call("openssl", "x509", "-req", "-in", folder / "leaf.csr", "-CA", folder / "root.pem", "-CAkey", folder / "root.key", "-CAcreateserial",
         "-days", 20, "-extfile", folder / "extensions", "-out", folder / "leaf.pem")  # fmt: skip
    serial = call("openssl", "x509", "-in", folder / "leaf.pem", "-noout", "-serial").strip().split("=")[1]
    (folder / "index.txt").write_text(f"V\t391231235959Z\t\t{serial}\tunknown\t/CN=localhost\n")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@contextlib.contextmanager
def running(command, **options):
    child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        yield
    finally:
        child.terminate()
        child.wait()


@contextlib.contextmanager
def responder(folder, port):
    words = ["openssl", "ocsp", "-port", port, "-index", "index.txt", "-CA", "root.pem", "-rsigner", "root.pem", "-rkey", "root.key", "-ndays", 2]
    with running(words, cwd=folder):
        # It is not to be connected to without a question.
        time.sleep(1)
        yield


@contextlib.contextmanager
def nginx(folder, ports):
    listen = "\n".join(f"listen 127.0.0.1:{port} ssl;" for port in ports)
    (folder / "nginx.conf").write_text(f"""daemon off; pid {folder}/nginx.pid; worker_processes 2; error_log {folder}/nginx.log;
events {{ worker_connections 8192; }}
http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
scgi_temp_path {folder}/s;
server {{ {listen}
ssl_certificate {folder}/leaf.pem; ssl_certificate_key {folder}/leaf.key; location / {{ return 200; }} }} }}
""")
    with running(["nginx", "-c", folder / "nginx.conf"], env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"}):
        deadline = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", ports[-1]), 1):
                break
            if time.monotonic() > deadline:
                raise RuntimeError("nginx does not listen: " + (folder / "nginx.log").read_text())
            time.sleep(0.05)
        yield
