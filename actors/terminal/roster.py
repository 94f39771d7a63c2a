"""The roster: every terminal of a hospital in one list, for those who set them up.

It is told how each terminal stands by a follower of their events, so hearing one
twice changes nothing. It decides nothing about them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from actors.kernel.errors import Refused, UnknownTarget
from actors.kernel.identity import parts_of, stream_name
from actors.kernel.times import Millis
from actors.runtime.shape import (
    Accepted,
    Capability,
    Decision,
    Nothing,
    Path,
    Snapshots,
)
from actors.terminal.messages import ThisTerminal
from actors.terminal.state import TerminalState

KIND = "terminals"
_SNAPSHOT_EVERY = 5_000


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """A terminal as the list shows it."""

    role: str
    name: str
    profile: str
    places: tuple[str, ...]
    number: str = ""
    enrolled_at: Millis = 0
    rights_at: Millis = 0
    revoked: str = ""
    online: bool = False
    audio: str = ""
    version: str = ""
    since: Millis = 0


def row_of(state: TerminalState) -> Row:
    return Row(
        state.role,
        state.name,
        state.profile,
        state.places,
        state.number,
        state.enrolled_at,
        state.rights_at,
        state.revoked,
        state.online,
        state.audio,
        state.version,
        state.since,
    )


class Tell(msgspec.Struct, frozen=True, kw_only=True, tag="terminals.tell"):
    """How this terminal stands now. ``answered``: somebody has just confirmed it and
    waits; an empty ``terminal`` is then a code that nobody shows."""

    by: str
    terminal: str
    row: Row | None = None
    answered: bool = False


class Listed(msgspec.Struct, frozen=True, kw_only=True, tag="terminals.listed"):
    at: Millis
    terminal: str
    row: Row


class RosterState(msgspec.Struct):
    stream: str
    rows: dict[str, Row] = {}


def decide(state: RosterState, command: Tell, now: Millis) -> Decision:
    reply = ThisTerminal(command.terminal) if command.answered else Nothing()
    if command.row is None:
        return Refused(
            "unknown_code", "没有设备在显示这个号码，请看一眼屏幕上的号码再输入。"
        )
    if state.rows.get(command.terminal) == command.row:
        return Accepted((), reply)
    listed = Listed(at=now, terminal=command.terminal, row=command.row)
    return Accepted((listed,), reply)


def evolve(state: RosterState, event: Listed) -> None:
    state.rows[event.terminal] = event.row


class RosterView:
    name = "roster"
    version = 1

    def paths(self, state: RosterState) -> Iterable[Path]:
        for terminal in state.rows:
            yield "terminals", terminal

    def touches(self, state: RosterState, event: Listed) -> Iterable[Path]:
        yield "terminals", event.terminal

    def row(self, state: RosterState, section: str, key: str) -> Any:
        row = state.rows.get(key) if section == "terminals" else None
        return None if row is None else msgspec.to_builtins(row)


def roster_stream(hospital: str) -> str:
    return stream_name(hospital, KIND, "main")


def roster_capability() -> Capability[RosterState]:
    def new(stream: str) -> RosterState:
        _, kind, rest = parts_of(stream)
        if kind != KIND or rest != ("main",):
            raise UnknownTarget
        return RosterState(stream)

    read = msgspec.json.Decoder(dict[str, Row]).decode
    return Capability(
        KIND,
        commands=Tell,
        events=Listed,
        new=new,
        decide=decide,
        evolve=evolve,
        views=(RosterView(),),
        snapshots=Snapshots(
            version=1,
            every=_SNAPSHOT_EVERY,
            freeze=lambda state: dict(state.rows),
            encode=msgspec.json.encode,
            thaw=lambda stream, body: RosterState(stream, read(body)),
        ),
    )
