"""The real server as a process of its own, on a free port, with a folder of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from actors.kernel.times import WallClock
from realtime.demo_hospital import DemoPatient, demo_patients
from realtime.keys import open_keys
from realtime.tokens import mint
from realtime.version import CHECKOUT
from tests.machine.houzhen import Houzhen

PAGES = CHECKOUT / "kiosk_web"
SOURCES = (PAGES, CHECKOUT / "queue_displays" / "web")
_SOURCE_KINDS = {".vue", ".ts", ".css", ".html", ".svg", ".json"}
_NOT_SOURCES = {"node_modules", "dist"}
HOUR_MS = 3_600_000


def zone_where_it_is(hour: int) -> str:
    """A time zone where it is this hour of the day now: a hospital's day that turns
    over in the middle of a test would be another day's test."""
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    # POSIX counts the other way round
    return f"Etc/GMT{-ahead:+d}"


def patient(number: str) -> DemoPatient:
    """The demo's patient with this number."""
    return next(each for each in demo_patients() if each.number == number)


def build_pages() -> None:
    """Build the pages when their sources are newer than what was built."""
    # the wall's page is built last, by itself
    built = PAGES / "dist" / "screen" / "index.html"
    newest = max(
        path.stat().st_mtime
        for folder in SOURCES
        for path in _sources(folder)
        if path.suffix in _SOURCE_KINDS
    )
    if built.exists() and built.stat().st_mtime >= newest:
        return
    # the project's own Node lies beside its Python
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(
        ["npm", "run", "--silent", "build"],
        cwd=PAGES,
        env={**os.environ, "PATH": paths},
        check=True,
    )


def _sources(folder: Path) -> list[Path]:
    found: list[Path] = []
    for path in folder.iterdir():
        if path.name in _NOT_SOURCES:
            continue
        found += _sources(path) if path.is_dir() else [path]
    return found


class Hospital:
    """`houzhen demo` or `houzhen serve`, which can be killed and started again. It
    keeps its port and its folder over that. Leaving the block kills what still runs."""

    def __init__(
        self,
        folder: Path,
        *,
        command: str = "demo --still",
        hour: int = 12,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self._command = command
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("HOUZHEN_")},
            "HOUZHEN_DATA_DIR": str(folder / "data"),
            "HOUZHEN_HOSPITAL__TIME_ZONE": zone_where_it_is(hour),
            **(settings or {}),
            "PYTHONPATH": str(CHECKOUT),
        }
        self._process: Houzhen | None = None
        self.port = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when the door is open; raises with the log when it will not open."""
        with (self.folder / "server.log").open("a") as log:
            self._process = Houzhen(
                [*self._command.split(), "--port", str(self.port)],
                environment=self._environment,
                folder=self.folder,
                errors=log.fileno(),
            )
        hello = self._process.stdout.readline().decode()
        if not (port := re.search(r":(\d+)$", hello)):
            self.kill()
            raise RuntimeError(f"no server: {self.log}")
        self.port = int(port[1])

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """As an operator would; the exit code."""
        return self._end(signal.SIGTERM)

    def token(self, role: str, *places: str) -> str:
        """What `houzhen token` prints, without a program's start for each."""
        keys = open_keys(self.folder / "data" / "keys.toml", may_create=False)
        name = "-".join((role, *places)).replace("*", "all")
        now = WallClock().now()
        return mint(keys.tokens, name, [role], list(places), now=now, lasts_ms=HOUR_MS)

    @property
    def log(self) -> str:
        return (self.folder / "server.log").read_text()

    def _end(self, number: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(number)
        try:
            return process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            process.stdout.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
