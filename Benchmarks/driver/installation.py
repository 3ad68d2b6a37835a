"""An instance and an agent on loopback, through midguard's command line."""

import base64
import http.client
import json
import re
import signal
import sqlite3
import ssl
import subprocess
import time


class Installation:
    AGENT = "bench"

    def __init__(self, folder, midguard):
        self.midguard = midguard
        self.data = folder / "instance"
        self.home = folder / "agent"
        self.credentials = folder / "credentials"
        self.logs = folder
        self.processes = []

    def __enter__(self):
        try:
            self.instance, self.url = self.serve()
            self.run("instance", "enroll", self.AGENT, "--data", self.data, "--credentials-dir", self.credentials)
            (key,) = self.credentials.glob("registration*key")
            self.run(
                "agent", "setup", "--home", self.home, "--url", self.url, "--name", self.AGENT,
                "--username", (self.credentials / "username").read_text().strip(), "--password-file", self.credentials / "password",
                "--registration-key-file", key, "--trust", self.data / "authority" / "root.pem",
            )  # fmt: skip
            self.agent = self.start("agent", "run", "--home", self.home)
            self.wait("the agent is validated", 30, self.validated)
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def run(self, *arguments, seconds=60):
        done = subprocess.run(
            [self.midguard, *map(str, arguments)], capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL
        )
        if done.returncode != 0:
            raise RuntimeError(f"midguard {' '.join(map(str, arguments[:2]))} ended with {done.returncode}: {done.stderr or done.stdout}")
        return done.stdout

    def start(self, *arguments):
        log = open(self.logs / f"{arguments[0]}.log", "wb")
        process = subprocess.Popen(
            [self.midguard, *map(str, arguments)], stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
        self.processes.append(process)
        return process

    def serve(self):
        process = self.start("instance", "serve", "--data", self.data, "--host", "127.0.0.1", "--port", 0, "--http-port", 0)

        def address():
            if process.poll() is not None:
                raise RuntimeError("the instance ended: " + self.log("instance"))
            return re.search(r"https://[A-Za-z0-9.-]+:[0-9]+", self.log("instance"))

        return process, self.wait("the instance says where it is", 30, address).group()

    def log(self, name):
        return (self.logs / f"{name}.log").read_text(errors="replace")

    def wait(self, what, seconds, condition, pause=0.05):
        deadline = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                raise RuntimeError(f"not within {seconds} s: {what}\n" + self.log("agent")[-2000:])
            time.sleep(pause)

    def validated(self):
        if self.agent.poll() is not None:
            raise RuntimeError("the agent ended: " + self.log("agent"))
        return '"Yes"' in self.run("instance", "agents", "--data", self.data, "--json")

    def jobs(self):
        return json.loads(self.run("instance", "jobs", "--data", self.data, "--json", "--limit", 1_000_000))["jobs"]

    def results(self):
        """How many results are on disk: asked of the database file, so that the asking takes nothing from what is measured."""
        database = sqlite3.connect(f"file:{self.data / 'instance.sqlite'}?mode=ro", uri=True)
        try:
            return database.execute("SELECT count(*) FROM ecc_queue WHERE response_to IS NOT NULL AND queue = 'input'").fetchone()[0]
        finally:
            database.close()

    def table(self):
        return Table(self.url, (self.data / "admin-password").read_text().strip(), self.data / "authority" / "root.pem")


class Table:
    """The queue as a REST table, over one connection that stays open."""

    PATH = "/api/now/table/ecc_queue"

    def __init__(self, url, password, root):
        host, port = re.match(r"https://([^:/]+):([0-9]+)", url).groups()
        self.connection = http.client.HTTPSConnection(host, int(port), timeout=30, context=ssl.create_default_context(cafile=str(root)))
        token = base64.b64encode(f"admin:{password}".encode()).decode()
        self.headers = {"Authorization": "Basic " + token, "Content-Type": "application/json", "Accept": "application/json"}

    def ask(self, method, path, body=None):
        self.connection.request(method, path, json.dumps(body) if body is not None else None, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status not in (200, 201):
            raise RuntimeError(f"{method} {path.split('?')[0]}: HTTP {answer.status}: {text[:300]!r}")
        return json.loads(text)["result"]

    def insert(self, agent, topic, priority=2):
        row = {"agent": "mid.server." + agent, "queue": "output", "state": "ready", "topic": topic, "priority": str(priority)}
        return self.ask("POST", self.PATH, row)["sys_id"]
