"""python -m tests.bench NAME [--json] [--quick] [--check]"""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
from collections.abc import Sequence
from types import FrameType

import msgspec

from tests.bench.pace import pace
from tests.bench.processes import BenchFailed, allow_descriptors
from tests.bench.report import Report, tell

NAMES = (
    "fanout",
    "commands",
    "recovery",
    "actors",
    "stall",
    "next",
    "forecast",
    "screens",
    "kiosks",
)
FAILED = 2
DESCRIPTORS = 6000


def main(words: Sequence[str] | None = None) -> int:
    """0, or 1 where ``--check`` finds a bar missed, or 2 when there is no figure."""
    parser = argparse.ArgumentParser(
        prog="houzhen bench",
        description="What the house costs, beside its peers, against its bars.",
    )
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="in under a minute")
    parser.add_argument("--check", action="store_true", help="1 where a bar is missed")
    wish = parser.parse_args(words)
    try:
        allow_descriptors(DESCRIPTORS)
        found = run(wish.name, quick=wish.quick)
    except BenchFailed as reason:
        tell(f"{wish.name}: {reason}")
        return FAILED
    except KeyboardInterrupt:
        return 130
    print(found.as_json() if wish.json else found.as_text())
    return found.exit_code(check=wish.check)


def run(name: str, *, quick: bool) -> Report:
    # only the one asked for: another's peers need not be installed
    bench = importlib.import_module(f"tests.bench.{name}")
    before = pace()
    found: Report = bench.run(quick=quick)
    paces = {"before": before, "after": pace()}
    machine = msgspec.structs.replace(found.machine, pace=paces)
    return msgspec.structs.replace(found, machine=machine)


def _leave(signum: int, frame: FrameType | None) -> None:
    sys.exit(128 + signum)


if __name__ == "__main__":
    # what was started is ended on the way out, so there must be a way out
    signal.signal(signal.SIGTERM, _leave)
    sys.exit(main())
