"""How the drivers call programs: the library benchmarks and the peers'."""

import subprocess


def need(options):
    if not options.libraries:
        raise RuntimeError("--libraries names no executable")


def call(*command, timeout=300, **options):
    """What the program prints; its complaint when it fails."""
    command = [str(part) for part in command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:2])} ended with {done.returncode}: {done.stderr or done.stdout}")
    return done.stdout
