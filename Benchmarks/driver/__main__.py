"""Measures the release build of midguard on this machine and prints a table. Python 3, standard library only.

usage: python3 Benchmarks/driver --midguard FILE [--libraries FILE] [--only NAME[,NAME]] [--json]
"""

import argparse
import json
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import agent  # noqa: E402
import checks  # noqa: E402
import identity  # noqa: E402
import keystores  # noqa: E402
import machine  # noqa: E402
import paths  # noqa: E402
import trial  # noqa: E402

GROUPS = {
    "machine": machine.measure,
    "agent": agent.measure,
    "trial": trial.measure,
    "keystore": keystores.measure,
    "path": paths.measure,
    "check": checks.measure,
    "identity": identity.measure,
}


def main():
    parser = argparse.ArgumentParser(prog="driver", description=__doc__.splitlines()[0])
    parser.add_argument("--midguard", required=True, help="the release executable")
    parser.add_argument("--libraries", help="the LibraryBenchmarks executable")
    parser.add_argument("--only", help="groups, with commas: " + ", ".join(GROUPS))
    parser.add_argument("--json", action="store_true", help="one object per measurement")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else list(GROUPS)
    for name in names:
        if name not in GROUPS:
            parser.error(f"no group {name}; there are: {', '.join(GROUPS)}")

    failed = False
    for name in names:
        print(f"-- {name}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="midguard-bench-") as folder:
            try:
                for measurement in GROUPS[name](pathlib.Path(folder), options):
                    print(json.dumps(measurement.__dict__) if options.json else measurement.line(), flush=True)
            except Exception as error:  # one group that fails takes no other with it, and the exit status says so
                print(f"{name}: could not be measured: {error}", file=sys.stderr, flush=True)
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
