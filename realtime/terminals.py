"""The devices at the door: tokens for those enrolled, and how each of them is.

A device without a token asks to be let in and shows a code (door_codes.py). Once
somebody has confirmed that, its secret gets it a token, again and again, until it is
revoked. What beats every half minute stays in memory;
the terminal (actors/terminal) hears only of changes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import msgspec
import trio

from actors.hospital.plan import Plan
from actors.journal.records import Recorded
from actors.kernel.errors import Refusal, Refused
from actors.kernel.identity import parts_of
from actors.kernel.times import Clock, Millis
from actors.runtime.followers import Follower
from actors.runtime.shape import names_of
from actors.runtime.system import ActorSystem
from actors.terminal.actor import KIND, terminal_stream
from actors.terminal.messages import Enrol, Event, Note, Profile
from actors.terminal.roster import RosterState, Row, Tell, roster_stream, row_of
from actors.terminal.state import TerminalState
from realtime.beats import Facts, Heard, Shot, Tail
from realtime.door_codes import Candidate, DoorCodes, is_secret
from realtime.screens import Hung, hung, planned_places
from realtime.tokens import Gate, Principal, mint

log = logging.getLogger("houzhen.terminals")

TOKEN_LASTS_MS = 24 * 3_600_000
SILENT_MS = 75_000
"""Not heard for this long, a device counts as gone: it beats every 20–30 s, and a
silence under a minute is nobody's business."""
SWEEP_S = 5.0
SHOT_BYTES = 300_000
SHOTS_KEPT = 40
LOGS_KEPT = 40
_ME = "terminals"


class Waiting(msgspec.Struct, frozen=True):
    """Nobody has confirmed it yet."""

    code: str
    expires: Millis
    waiting: bool = True


class Admitted(msgspec.Struct, frozen=True):
    """A device that may work, until ``expires`` or until it is revoked. ``screen`` is
    what it shows, and where it speaks, as the plan is now."""

    token: str
    expires: Millis
    role: str
    name: str
    number: str
    profile: str
    places: tuple[str, ...]
    screen: Hung


class Terminals:
    """One in a house. Methods raise a Refusal; cancelled, a command may still
    happen."""

    def __init__(self, hospital: str, gate: Gate, clock: Clock) -> None:
        self._hospital = hospital
        self._gate = gate
        self._clock = clock
        self.codes = DoorCodes(clock)
        self._rows: dict[str, Row] = {}
        self._heard: dict[str, Heard] = {}
        self._online: dict[str, Millis] = {}
        self._shots: dict[str, Shot] = {}
        self._logs: dict[str, Tail] = {}
        self.beaten: Callable[[str, Heard], None] = lambda terminal, heard: None
        """Hears of every beat."""
        self.system: ActorSystem
        self.plan: Callable[[], Plan | None] = lambda: None
        """The hospital's plan, as it is now."""
        self.follower = Follower("terminals", self._hear, names=names_of(Event))

    # -- a new device ------------------------------------------------------------

    def waiting(self) -> dict[str, Candidate]:
        """Every device that shows a code now, by its code."""
        return {
            asking.code: self.codes.look(asking.code)
            for asking in self.codes.all()
            if not self.row(asking.terminal)
        }

    async def confirm(
        self,
        by: str,
        code: str,
        name: str,
        number: str,
        profile: Profile,
        places: tuple[str, ...],
    ) -> Tell:
        """Enrol the device that shows this code; what the roster is to be told. A
        code nobody shows is for the roster to refuse, which knows whether the same
        ask was answered before."""
        asking = self.codes.showing(code)
        if asking is None:
            return Tell(by=by, terminal="", answered=True)
        terminal = asking.terminal
        ref = self.system.ref(terminal_stream(self._hospital, terminal))
        await ref.ask(
            Enrol(
                by=by,
                role=asking.role,
                name=name,
                number=number,
                profile=profile,
                places=places,
                secret=asking.digest,
            ),
            principal=by,
        )
        row = await ref.read(row_of)
        self._know(terminal, row)
        return Tell(by=by, terminal=terminal, row=row, answered=True)

    # -- a token, again and again --------------------------------------------------

    async def token(self, terminal: str, secret: str) -> Admitted | Waiting:
        """Refused with ``unknown_terminal`` (ask anew) or ``revoked``."""
        if terminal not in self._rows:
            asking = self.codes.asking(terminal)
            if asking is None or not is_secret(asking.digest, secret):
                raise Refused("unknown_terminal", "没有这台设备，请重新登记。")
            return Waiting(asking.code, asking.expires)
        ref = self.system.ref(terminal_stream(self._hospital, terminal))
        state: TerminalState = await ref.read(lambda state: state)
        if not is_secret(state.secret, secret):
            raise Refused("unknown_terminal", "没有这台设备，请重新登记。")
        if state.revoked:
            raise Refused("revoked", "这台设备已经注销，请重新登记。")
        since = max(self._clock.now(), state.rights_at + 1)
        screen = hung(self.plan(), terminal, state.profile, state.places)
        text = mint(
            self._gate.keys,
            terminal,
            [state.role],
            tuple(dict.fromkeys((*state.places, *screen.places))),
            now=since,
            lasts_ms=TOKEN_LASTS_MS,
        )
        return Admitted(
            text,
            since + TOKEN_LASTS_MS,
            state.role,
            state.name,
            state.number,
            state.profile,
            state.places,
            screen,
        )

    def planned_places(self, profile: str) -> tuple[str, ...]:
        """What a screen of this profile shows beside its own places."""
        return planned_places(self.plan(), profile)

    # -- how they are ----------------------------------------------------------------

    async def beat(self, who: Principal, facts: Facts) -> Hung:
        """The device lives, and is so. It hears what it shall show by now."""
        terminal = who.name
        row = self._rows.get(terminal)
        if row is None or row.revoked:
            raise Refused("unknown_terminal", "没有这台设备，请重新登记。")
        now = self._clock.now()
        heard = self._heard[terminal] = Heard(now, facts)
        self.beaten(terminal, heard)
        self._online[terminal] = now
        if (True, facts.audio, facts.version) != (row.online, row.audio, row.version):
            await self._note(
                terminal,
                Note(by=_ME, online=True, audio=facts.audio, version=facts.version),
            )
        return hung(self.plan(), terminal, row.profile, row.places)

    @property
    def heard(self) -> dict[str, Heard]:
        """The last beat of each that has beaten since this server started."""
        return self._heard

    def keep_shot(self, terminal: str, kind: str, image: bytes) -> None:
        self._shots.pop(terminal, None)
        self._shots[terminal] = Shot(self._clock.now(), kind, image)
        while len(self._shots) > SHOTS_KEPT:
            del self._shots[next(iter(self._shots))]

    def shot(self, terminal: str) -> Shot:
        if found := self._shots.get(terminal):
            return found
        raise Refused("no_screenshot", "还没有这台设备的截图，请先让它截一张。")

    def keep_log(self, who: Principal, lines: tuple[str, ...]) -> None:
        self._logs.pop(who.name, None)
        self._logs[who.name] = Tail(self._clock.now(), lines)
        while len(self._logs) > LOGS_KEPT:
            del self._logs[next(iter(self._logs))]

    def log(self, terminal: str) -> Tail:
        if found := self._logs.get(terminal):
            return found
        raise Refused("no_log", "还没有这台设备的日志，请先让它送一次。")

    @property
    def rows(self) -> Mapping[str, Row]:
        """Every terminal that was ever enrolled, as it stands."""
        return self._rows

    def row(self, terminal: str) -> Row | None:
        return self._rows.get(terminal)

    async def run(self) -> None:
        """Notices who has gone silent. Until cancelled."""
        while True:
            await trio.sleep(SWEEP_S)
            now = self._clock.now()
            self.codes.forget()
            for terminal, last in list(self._online.items()):
                if now - last < SILENT_MS:
                    continue
                try:
                    await self._note(terminal, Note(by=_ME, online=False, since=last))
                except Refusal as no:
                    log.warning("terminal %s: not noted (%s)", terminal, no.code)
                    continue
                self._online.pop(terminal, None)

    # -- what tokens of before are still worth -----------------------------------------

    async def void_what_was(self) -> None:
        """At a start: who there is, and tokens from before places became others."""
        roster = self.system.ref(roster_stream(self._hospital))
        rows: dict[str, Row] = await roster.read(_rows_of)
        now = self._clock.now()
        for terminal, row in rows.items():
            self._know(terminal, row)
            if row.online:
                # it has had no time yet to be heard by this server
                self._online[terminal] = now

    async def _hear(self, record: Recorded) -> None:
        hospital, kind, rest = parts_of(record.stream)
        if kind != KIND or hospital != self._hospital:
            return
        terminal = rest[0]
        ref = self.system.ref(record.stream)
        row: Row = await ref.read(row_of)
        self._know(terminal, row)
        await self.system.ref(roster_stream(hospital)).ask(
            Tell(by=_ME, terminal=terminal, row=row), principal=_ME
        )

    def _know(self, terminal: str, row: Row) -> None:
        before = self._rows.get(terminal)
        self._rows[terminal] = row
        if row.rights_at and (before is None or before.rights_at != row.rights_at):
            self._gate.revocations.revoke_name(terminal, row.rights_at)
        if row.revoked:
            for kept in (self._heard, self._online, self._shots, self._logs):
                kept.pop(terminal, None)

    async def _note(self, terminal: str, note: Note) -> None:
        ref = self.system.ref(terminal_stream(self._hospital, terminal))
        await ref.ask(note, principal=_ME)


def _rows_of(state: RosterState) -> dict[str, Row]:
    return dict(state.rows)
