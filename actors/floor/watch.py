"""What is wrong with a terminal and what hangs on it, as far as it is an alarm. Pure.

A trouble is an alarm after a patience. What a lost terminal's devices are like nobody
knows: their alarms stay as they are.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

import msgspec

from actors.floor.commands import Finding, alarm_key
from actors.floor.settings import FloorSettings, level_of
from actors.kernel.times import Millis

HOUR: Millis = 3_600_000
COOLER_C = 5
STARTING = "starting"
_NO_FAULT = frozenset({"", "untried"})
_OWN_FAULT = frozenset({"paper_out", "paper_low", "cover_open"})
"""Troubles that somebody with a roll of paper can end are faults of their own."""


class DeviceSeen(msgspec.Struct, frozen=True, gc=False):
    """``since`` it is in this state; ``trips`` are the failures of the last hour."""

    trouble: str = ""
    warning: str = ""
    since: Millis = 0
    trips: tuple[Millis, ...] = ()


class TerminalSeen(msgspec.Struct, frozen=True, gc=False):
    """``heard`` last; ``known``: this server has heard its devices at least once."""

    terminal: str
    name: str
    places: tuple[str, ...]
    heard: Millis
    known: bool
    devices: dict[str, DeviceSeen] = {}
    stale_since: Millis = 0
    clock_off_ms: int = 0
    temperature: float | None = None
    mute: bool = False


def judge(
    seen: TerminalSeen,
    settings: FloorSettings,
    now: Millis,
    held: Container[str] = (),
) -> tuple[list[Finding], bool]:
    """What is wrong, and whether it is all that is known to be: when not, what was
    wrong before may be wrong still. ``held`` are the alarms that stand."""
    patience = settings.patience
    if now - seen.heard >= patience.lost_s * 1000:
        return [_finding(seen, settings, "", "lost", seen.heard)], False
    found = list(_own(seen, settings, now, held)) if seen.known else []
    for device, one in seen.devices.items():
        found += _device(seen, settings, device, one, now)
    return found, seen.known


def _own(
    seen: TerminalSeen, settings: FloorSettings, now: Millis, held: Container[str]
) -> Iterator[Finding]:
    stale = seen.stale_since
    if stale and now - stale >= settings.patience.stale_s * 1000:
        yield _finding(seen, settings, "", "stale", stale)
    # hot until it is clearly cooler, or an alarm would come and go at the limit
    hot = alarm_key(seen.terminal, "", "hot") in held
    limit = settings.hot_c - (COOLER_C if hot else 0)
    if seen.temperature is not None and seen.temperature >= limit:
        yield _finding(
            seen, settings, "", "hot", now, detail=f"{round(seen.temperature)} °C"
        )
    if abs(seen.clock_off_ms) > settings.clock_off_s * 1000:
        seconds = round(seen.clock_off_ms / 1000)
        yield _finding(seen, settings, "", "clock_off", now, detail=f"{seconds:+d} s")
    if seen.mute:
        yield _finding(seen, settings, "", "mute", now)


def _device(
    seen: TerminalSeen,
    settings: FloorSettings,
    device: str,
    one: DeviceSeen,
    now: Millis,
) -> Iterator[Finding]:
    patience = settings.patience
    for code in (one.trouble, one.warning):
        if code in _NO_FAULT:
            continue
        wait = (
            patience.starting_s
            if code == STARTING
            else patience.paper_out_s
            if code in ("paper_out", "cover_open")
            else patience.warning_s
            if code == one.warning
            else patience.device_s
        )
        if now - one.since >= wait * 1000:
            fault = code if code in _OWN_FAULT else "down"
            yield _finding(seen, settings, device, fault, one.since, detail=code)
    trips = [at for at in one.trips if now - at < HOUR]
    if len(trips) >= settings.unsteady:
        yield _finding(
            seen, settings, device, "unsteady", trips[0], detail=f"{len(trips)}"
        )


def _finding(
    seen: TerminalSeen,
    settings: FloorSettings,
    device: str,
    fault: str,
    since: Millis,
    detail: str = "",
) -> Finding:
    return Finding(
        seen.terminal,
        device,
        fault,
        level_of(settings, fault),
        since,
        seen.name,
        seen.places,
        detail,
    )


def gone(
    seen: TerminalSeen | None, open_keys: list[str], found: list[Finding], whole: bool
) -> list[str]:
    """Of the terminal's open alarms, those whose cause is gone; None: it is no
    terminal any more."""
    if seen is None:
        return open_keys
    still = {finding.key for finding in found}
    lost = alarm_key(seen.terminal, "", "lost")
    return [key for key in open_keys if key not in still and (whole or key == lost)]
