"""The whole trial, from the command to its end."""

import subprocess
import time

from report import Measurement


def measure(folder, options):
    start = time.monotonic()
    done = subprocess.run(
        [options.midguard, "trial", "--once", "--keep", str(folder / "trial")],
        capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    taken = time.monotonic() - start
    if done.returncode != 0:
        raise RuntimeError(f"midguard trial ended with {done.returncode}: {(done.stderr or done.stdout)[-1500:]}")
    yield Measurement("midguard trial --once", taken, "s", "<= 15")
