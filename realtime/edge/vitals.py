"""What the server is told of this computer: how its devices are, and what they do.

Nothing in it is about a patient: codes, counts, ports and models. The day's counts stay
in a small file, so that a restart does not begin them anew.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec

from devices.events import Down, Up
from devices.id_reader import CardLaid, CardUnread
from devices.printer import PrinterState
from devices.scanner import ScanFailed, Scanned
from devices.social_card import SocialCardIn, SocialCardUnread
from realtime.edge.floor import Condition
from realtime.edge.settings import DevicesPart
from realtime.edge.spool import Job

NAMES = ("id_reader", "scanner", "social_card", "printer", "led_strip", "speaker")
LOG_LINES = 80
LINE_LENGTH = 160
_ZONES = Path("/sys/class/thermal")
_HOT = (1.0, 150.0)
"""What no thermometer of a computer shows is a sensor that lies."""


class _Kept(msgspec.Struct):
    """The day's counts, by device: what it did, and what went wrong."""

    day: str = ""
    counts: dict[str, tuple[int, int]] = {}


class _State(msgspec.Struct):
    """``begun`` is when the device came into the state it is in."""

    code: str = ""
    warning: str = ""
    begun: float = 0.0
    model: str = ""
    last: str = ""
    last_at: float = 0.0


class Vitals:
    """Hears what the devices say; ``told`` is what the next beat carries."""

    def __init__(self, devices: DevicesPart, folder: Path) -> None:
        self._ports = {
            name: str(getattr(part, "port", ""))
            for name in devices.__struct_fields__
            if (part := getattr(devices, name)) is not None
        }
        now = monotonic()
        self._states = {name: _State("starting", begun=now) for name in self._ports}
        if "speaker" in self._states:
            # it has no line to be seen on: what it is like shows when it first plays
            self._states["speaker"] = _State(warning="untried", begun=now)
        self._file = folder / "traffic.json"
        self._kept = self._read()
        self._unwritten = False
        self._begun = now

    def hear(self, event: object, conditions: Mapping[str, Condition]) -> None:
        match event:
            case CardLaid() | Scanned() | SocialCardIn():
                self._count(event.device, done=1)
            case CardUnread() | ScanFailed() | SocialCardUnread():
                self._count(event.device, failed=1)
                self._failed(event.device, event.trouble.code)
            case Up() | Down() | PrinterState():
                if isinstance(event, Up) and (state := self._states.get(event.device)):
                    state.model = " ".join(event.facts.values())
                if event.device in conditions:
                    self._becomes(event.device, conditions[event.device])

    def job(self, job: Job) -> None:
        """What became of a slip."""
        if job.state == "printed":
            self._count("printer", done=1)
        elif job.ended and job.why not in ("cancelled", "too_late"):
            self._count("printer", failed=1)

    def told(self) -> dict[str, Any]:
        """The facts of a beat. Writes the day's counts down where they have changed."""
        now = monotonic()
        self._today()
        self._write()
        return {
            "edge": True,
            "up_s": round(now - self._begun),
            "devices": {name: self._row(name, now) for name in self._states},
        }

    def _row(self, name: str, now: float) -> dict[str, Any]:
        state = self._states[name]
        done, failed = self._kept.counts.get(name, (0, 0))
        row: dict[str, Any] = {
            "port": self._ports.get(name, "")[-60:],
            "for_s": round(now - state.begun),
            "today": done,
            "failed": failed,
        }
        said = {
            "trouble": state.code,
            "warning": state.warning,
            "model": state.model[:60],
        }
        row |= {field: value for field, value in said.items() if value}
        if state.last:
            row |= {"last": state.last, "last_s": round(now - state.last_at)}
        return row

    def _becomes(self, device: str, condition: Condition) -> None:
        code = "" if condition.trouble is None else condition.trouble.code
        warning = "" if condition.warning is None else condition.warning.code
        state = self._states.setdefault(device, _State())
        if (code, warning) == (state.code, state.warning):
            return
        state.code, state.warning, state.begun = code, warning, monotonic()
        if code:
            self._failed(device, code)

    def _failed(self, device: str, code: str) -> None:
        if state := self._states.get(device):
            state.last, state.last_at = code, monotonic()

    # -- the day's counts ------------------------------------------------------------

    def _count(self, device: str, done: int = 0, failed: int = 0) -> None:
        self._today()
        before = self._kept.counts.get(device, (0, 0))
        self._kept.counts[device] = (before[0] + done, before[1] + failed)
        self._unwritten = True

    def _today(self) -> None:
        day = datetime.now().astimezone().date().isoformat()
        if day != self._kept.day:
            self._kept = _Kept(day)
            self._unwritten = True

    def _read(self) -> _Kept:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=_Kept)
        except (OSError, msgspec.DecodeError):
            return _Kept()  # counts are worth no error

    def _write(self) -> None:
        if not self._unwritten:
            return
        beside = self._file.with_suffix(".new")
        with suppress(OSError):  # a full disk must not end the kiosk
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(msgspec.json.encode(self._kept))
            os.replace(beside, self._file)
            self._unwritten = False


def temperature(zones: Path = _ZONES) -> float | None:
    """The hottest of the machine's own thermometers, in degrees Celsius; None where
    it has none. Reads files: for a thread."""
    found = []
    for path in zones.glob("thermal_zone*/temp"):
        with suppress(OSError, ValueError):
            degrees = int(path.read_text()) / 1000
            if _HOT[0] <= degrees <= _HOT[1]:
                found.append(degrees)
    return round(max(found), 1) if found else None


class LogTail(logging.Handler):
    """The last lines of the edge's own log, which never holds anything personal."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(
            logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%m-%d %H:%M:%S")
        )
        self._lines: deque[str] = deque(maxlen=LOG_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        # the first line says what happened; a traceback stays on the machine
        first = self.format(record).partition("\n")[0]
        self._lines.append(first[:LINE_LENGTH])

    @property
    def lines(self) -> list[str]:
        return list(self._lines)
