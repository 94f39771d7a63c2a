"""How the floor is, as its machines tell it: shown live, and watched for alarms.

What beats says stays in memory; the floor (actors/floor) hears of what has gone wrong
for too long, and when that is over. Who looks sees each change within a second.
"""

from __future__ import annotations

import logging
import secrets
from collections import deque
from collections.abc import Callable
from datetime import tzinfo
from typing import Any

import msgspec
import trio

from actors.floor.actor import floor_stream
from actors.floor.commands import Finding, Watched
from actors.floor.decide.ledger import STOCK
from actors.floor.rounds import is_quiet
from actors.floor.settings import FloorSettings
from actors.floor.state import FloorState
from actors.floor.watch import (
    HOUR,
    STARTING,
    DeviceSeen,
    TerminalSeen,
    gone,
    judge,
)
from actors.kernel.errors import Refusal
from actors.kernel.merge import difference
from actors.kernel.times import Clock, Millis
from actors.runtime.feed import Listener, Patch, Since, Snapshot
from actors.runtime.system import ActorSystem
from actors.terminal.roster import Row
from realtime.beats import DeviceFacts, Facts, Heard
from realtime.terminals import Terminals

log = logging.getLogger("houzhen.floor")

VIEW = "health"
SWEEP_S = 2.0
"""So often it is looked at what time alone makes an alarm."""
GATHER_S = 0.25
CURVE_EVERY_MS: Millis = 5 * 60_000
CURVE_POINTS = 288
_MINUTE = 60_000
_ME = "watch"
_AT_ONCE = 200
_TURN = 50
_FRESH_MS: Millis = 40_000
"""A machine beats every half minute; one that did so is not silent."""
_encode = msgspec.json.encode

Ready = Callable[["Snapshot | Refusal"], None]


class _Device(msgspec.Struct):
    facts: DeviceFacts
    since: Millis
    last_at: Millis = 0
    trips: tuple[Millis, ...] = ()


class _Terminal(msgspec.Struct):
    """What is kept of one between its beats."""

    heard: Millis = 0
    begun: Millis = 0
    facts: Facts | None = None
    devices: dict[str, _Device] = {}
    curve: deque[tuple[Millis, float]] = msgspec.field(
        default_factory=lambda: deque(maxlen=CURVE_POINTS)
    )


class FloorHealth:
    """One in a house. Shown through ``observe`` and ``forget`` as an actor's view is;
    what it shows is no event, and after a restart it begins with the next beats.

    Most machines are well most of the time: only who has just beaten, has something
    wrong or is silent is judged, and only rows of who has beaten are made anew.
    """

    def __init__(
        self, hospital: str, terminals: Terminals, clock: Clock, zone: tzinfo
    ) -> None:
        self._stream = floor_stream(hospital)
        self._terminals = terminals
        self._clock = clock
        self._zone = zone
        self._known: dict[str, _Terminal] = {}
        self._beaten: set[str] = set()
        self._unshown: set[str] = set()
        self._news = trio.Event()
        self._board: _Board | None = None
        self._began = clock.now()
        terminals.beaten = self.beaten

    # -- what machines say -----------------------------------------------------------

    def beaten(self, terminal: str, heard: Heard) -> None:
        known = self._known.setdefault(terminal, _Terminal())
        known.heard, known.facts = heard.at, heard.facts
        begun = heard.at - heard.facts.up_s * 1000
        if heard.facts.up_s and abs(begun - known.begun) > _MINUTE:
            known.begun = begun // _MINUTE * _MINUTE
        known.devices = {
            name: _went_on(known.devices.get(name), facts, heard.at)
            for name, facts in heard.facts.devices.items()
        }
        degrees = heard.facts.temperature
        last = known.curve[-1][0] if known.curve else 0
        if degrees is not None and heard.at - last >= CURVE_EVERY_MS:
            known.curve.append((heard.at, degrees))
        self._beaten.add(terminal)
        self._unshown.add(terminal)
        self._news.set()

    def curve(self, terminal: str) -> list[tuple[Millis, float]]:
        """Its temperature over the last day, since this server started."""
        known = self._known.get(terminal)
        return [] if known is None else list(known.curve)

    # -- the watch -------------------------------------------------------------------

    async def run(self, system: ActorSystem) -> None:
        """Until cancelled. What the floor cannot write down is told again."""
        ref = system.ref(self._stream)
        while True:
            self._news = trio.Event()
            try:
                settings, opened = await ref.read(_standing)
                told = await self._look(settings, opened, self._clock.now())
                for part in _parts(told):
                    await ref.ask(part, principal=_ME)
            except Refusal as no:
                log.warning("the floor was not told (%s)", no.code)
            self._show()
            with trio.move_on_after(SWEEP_S):
                await self._news.wait()
                # three hundred machines beat in their own time: once for all of them
                await trio.sleep(GATHER_S)

    async def _look(
        self, settings: FloorSettings, opened: dict[str, list[str]], now: Millis
    ) -> Watched:
        found: list[Finding] = []
        over: list[str] = []
        quiet = is_quiet(settings, self._zone, now)
        beaten, self._beaten = self._beaten, set()
        rows = self._terminals.rows
        for nth, (terminal, row) in enumerate(list(rows.items())):
            if nth % _TURN == 0:
                await trio.lowlevel.checkpoint()
            mine = opened.get(terminal, [])
            if row.revoked:
                over += gone(None, mine, [], True)
                continue
            if not mine and terminal not in beaten and self._is_well(terminal, now):
                continue
            seen = self._seen(terminal, row)
            findings, whole = judge(seen, settings, now, mine)
            over += gone(seen, mine, findings, whole)
            found += [
                each
                for each in findings
                if each.key not in mine and not (quiet and each.fault == "lost")
            ]
        return Watched(by=_ME, found=tuple(found), gone=tuple(over))

    def _is_well(self, terminal: str, now: Millis) -> bool:
        """It has just been judged, and time alone makes nothing of it."""
        known = self._known.get(terminal)
        if known is None or known.facts is None or now - known.heard > _FRESH_MS:
            return False
        return not known.facts.stale_since and not any(
            one.facts.trouble or one.facts.warning for one in known.devices.values()
        )

    def _seen(self, terminal: str, row: Row) -> TerminalSeen:
        known = self._known.get(terminal)
        if known is None or known.facts is None:
            # one that was there when the last server ended has time to come back
            heard = self._began if row.online else max(row.since, row.enrolled_at)
            return TerminalSeen(terminal, row.name, row.places, heard, False)
        facts = known.facts
        return TerminalSeen(
            terminal,
            row.name,
            row.places,
            known.heard,
            True,
            {
                name: DeviceSeen(
                    one.facts.trouble, one.facts.warning, one.since, one.trips
                )
                for name, one in known.devices.items()
            },
            facts.stale_since,
            facts.clock_off_ms,
            facts.temperature,
            facts.audio == "blocked"
            or (row.role == "speaker" and facts.audio == "none"),
        )

    # -- who looks -------------------------------------------------------------------

    def observe(
        self,
        stream: str,
        view: str,
        since: Since | None,
        ready: Ready,
        listener: Listener,
    ) -> None:
        """As ActorSystem.observe."""
        if self._board is None or self._board.listener is not listener:
            self._board = _Board(listener)
            self._unshown = set(self._known)
            self._show()
        ready(self._board.snapshot(since))

    def forget(self, stream: str, view: str, listener: Listener) -> None:
        if self._board is not None and self._board.listener is listener:
            self._board = None

    def _show(self) -> None:
        if self._board is None:
            return
        rows = self._terminals.rows
        unshown, self._unshown = self._unshown, set()
        for terminal in self._board.shown:
            if terminal not in rows or rows[terminal].revoked:
                unshown.add(terminal)
        self._board.show(
            {terminal: self._shown(terminal) for terminal in unshown},
            self._clock.now(),
        )

    def _shown(self, terminal: str) -> dict[str, Any] | None:
        row = self._terminals.rows.get(terminal)
        known = self._known.get(terminal)
        return None if known is None or row is None or row.revoked else _row(known)


def _went_on(before: _Device | None, facts: DeviceFacts, now: Millis) -> _Device:
    """How it is now; what did not change keeps its moment, whatever clocks say."""
    since = now - facts.for_s * 1000
    last_at = now - facts.last_s * 1000 if facts.last else 0
    if before is None:
        return _Device(facts, since, last_at)
    was = before.facts
    trips = tuple(at for at in before.trips if now - at < HOUR)
    same = (facts.trouble, facts.warning) == (was.trouble, was.warning)
    if same and facts.for_s >= was.for_s:
        since = before.since
    failed_again = not same or facts.for_s < was.for_s
    if failed_again and facts.trouble not in ("", STARTING):
        trips = (*trips, now)
    if facts.last == was.last and abs(last_at - before.last_at) < 5_000:
        last_at = before.last_at
    return _Device(facts, since, last_at, trips)


def _row(known: _Terminal) -> dict[str, Any]:
    assert known.facts is not None
    facts = known.facts
    row: dict[str, Any] = {"version": facts.version, "edge": facts.edge}
    if known.begun:
        row["begun"] = known.begun
    if facts.width:
        row["size"] = [facts.width, facts.height]
    if facts.temperature is not None:
        row["temperature"] = facts.temperature
    if facts.stale_since:
        row["stale_since"] = facts.stale_since
    if abs(facts.clock_off_ms) >= 1000:
        row["clock_off_s"] = round(facts.clock_off_ms / 1000)
    if facts.layout:
        row["layout"] = facts.layout
    if facts.can_shoot:
        row["can_shoot"] = True
    if known.devices:
        row["devices"] = {name: _device_row(one) for name, one in known.devices.items()}
    return row


def _device_row(one: _Device) -> dict[str, Any]:
    facts = one.facts
    row: dict[str, Any] = {"since": one.since, "today": facts.today}
    said = {
        "failed": facts.failed,
        "model": facts.model,
        "port": facts.port,
        "trouble": facts.trouble,
        "warning": facts.warning,
        "last": facts.last,
        "last_at": one.last_at,
        "trips": len(one.trips),
    }
    return row | {field: value for field, value in said.items() if value}


def _standing(state: FloorState) -> tuple[FloorSettings, dict[str, list[str]]]:
    """The settings, and the open alarms by terminal."""
    opened: dict[str, list[str]] = {}
    for key in state.alarm_of:
        terminal = key.partition("/")[0]
        if terminal != STOCK:
            opened.setdefault(terminal, []).append(key)
    return state.settings, opened


def _parts(told: Watched) -> list[Watched]:
    """In commands of a size that the journal likes; none when there is nothing."""
    parts = []
    found, over = told.found, told.gone
    while found or over:
        parts.append(Watched(by=_ME, found=found[:_AT_ONCE], gone=over[:_AT_ONCE]))
        found, over = found[_AT_ONCE:], over[_AT_ONCE:]
    return parts


class _Board:
    """What is shown, and how it changes; nothing of it is kept."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.shown: dict[str, dict[str, Any]] = {}
        self._epoch = secrets.token_hex(4)
        self._seq = 0

    def snapshot(self, since: Since | None) -> Snapshot:
        if since is not None and (since.epoch, since.seq) == (self._epoch, self._seq):
            return Snapshot(self._epoch, self._seq, [], None)
        document = {"terminals": self.shown} if self.shown else {}
        return Snapshot(self._epoch, self._seq, None, _encode(document))

    def show(self, rows: dict[str, dict[str, Any] | None], at: Millis) -> None:
        """These rows are so now; None: there is none any more."""
        before = {key: self.shown[key] for key in rows if key in self.shown}
        after = {key: row for key, row in rows.items() if row is not None}
        patch = difference(before, after)
        if not patch:
            return
        for key in rows.keys() - after.keys():
            self.shown.pop(key, None)
        self.shown |= after
        prev, self._seq = self._seq, self._seq + 1
        body = _encode({"terminals": patch})
        self.listener.patch(Patch(prev, self._seq, at, body))
