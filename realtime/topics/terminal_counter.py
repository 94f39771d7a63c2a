"""The terminals' counters: devices say how they are, staff say what they shall do.

A device looks at itself and nobody else's; who sets devices up, or works where one
hangs, looks at all. Nothing here is about a patient.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from actors.kernel.errors import Forbidden, UnknownAsk, UnknownTarget
from actors.terminal.messages import (
    Change,
    Line,
    Obeyed,
    Order,
    Place,
    Profile,
    Revoke,
    Short,
    What,
)
from realtime.beats import Facts, LogLines
from realtime.terminals import Terminals
from realtime.tokens import Principal
from realtime.topics.counter import Errand, Inquiry, must_see, read_body

DEVICES = frozenset({"screen", "kiosk", "speaker"})
_STAFF = frozenset({"admin", "nurse", "operator"})
_VIEWS = ("roster",)
_LOOK = _STAFF | {"manager", "auditor"}
Code = Annotated[str, Meta(pattern=r"^\d{6}\Z")]


class _Body(msgspec.Struct, frozen=True):
    """What a client sends; fields we do not know are a later client's."""


class _Confirm(_Body, frozen=True):
    code: Code
    name: Line
    places: tuple[Place, ...]
    profile: Profile = "auto"
    number: Short = ""


class _Look(_Body, frozen=True):
    code: Code


class _Change(_Body, frozen=True):
    name: Line | None = None
    number: Short | None = None
    profile: Profile | None = None
    places: tuple[Place, ...] | None = None


class _Revoke(_Body, frozen=True):
    reason: Line


class _Order(_Body, frozen=True):
    what: What


class _Log(_Body, frozen=True):
    lines: LogLines


class _Obeyed(_Body, frozen=True):
    order: str
    trouble: Annotated[str, Meta(max_length=200)] = ""


def _sets_up(who: Principal, places: Iterable[str]) -> None:
    """An administrator, or the nurse of every one of these places."""
    places = list(places) or ["*"]
    for place in places:
        if not any(who.may(role, place) for role in _STAFF):
            raise Forbidden


def _is_staff(who: Principal) -> None:
    if who.roles.isdisjoint(_STAFF):
        raise Forbidden


class _OfTerminals:
    """Without terminals there is none to be asked."""

    def __init__(self, terminals: Terminals | None) -> None:
        self._of = terminals

    @property
    def _terminals(self) -> Terminals:
        if self._of is None:
            raise UnknownTarget
        return self._of


class TerminalCounter(_OfTerminals):
    """One device: ``{hospital}/terminal/{id}:device``."""

    kind = "terminal"

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        if view != "device" or len(parts) != 1:
            raise UnknownTarget
        # a stream of a device that is none would be made by looking at it
        if self._terminals.row(parts[0]) is None:
            raise UnknownTarget
        if not _is_it(who, parts[0]):
            _is_staff(who)

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand | Inquiry:
        self.may_look(who, parts, view)
        if name in ("beat", "obeyed", "log"):
            if not _is_it(who, parts[0]):
                raise Forbidden
            if name == "beat":
                return self._beat(who, read_body(body, Facts))
            if name == "log":
                return self._keep_log(who, read_body(body, _Log).lines)
            obeyed = read_body(body, _Obeyed)
            return Errand(
                Obeyed(by=who.name, order=obeyed.order, trouble=obeyed.trouble)
            )
        row = self._terminals.row(parts[0])
        _sets_up(who, row.places if row is not None else ())
        if name == "change":
            change = read_body(body, _Change)
            if change.places is not None:
                _sets_up(who, change.places)
            if change.profile and (
                planned := self._terminals.planned_places(change.profile)
            ):
                _sets_up(who, planned)
            return Errand(Change(by=who.name, **msgspec.structs.asdict(change)))
        if name == "revoke":
            return Errand(Revoke(by=who.name, reason=read_body(body, _Revoke).reason))
        if name == "order":
            return Errand(Order(by=who.name, what=read_body(body, _Order).what))
        raise UnknownAsk

    def _beat(self, who: Principal, facts: Facts) -> Inquiry:
        async def answer() -> tuple[bytes, int]:
            screen = await self._terminals.beat(who, facts)
            return msgspec.json.encode({"screen": screen}), 0

        return Inquiry(answer)

    def _keep_log(self, who: Principal, lines: tuple[str, ...]) -> Inquiry:
        async def answer() -> tuple[bytes, int]:
            self._terminals.keep_log(who, lines)
            return b"{}", 0

        return Inquiry(answer)


class RosterCounter(_OfTerminals):
    """All of them: ``{hospital}/terminals/main:roster``."""

    kind = "terminals"

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        must_see(who, parts, view, only="main", views=_VIEWS, roles=_LOOK)

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand | Inquiry:
        self.may_look(who, parts, view)
        _is_staff(who)
        if name == "confirm":
            asked = read_body(body, _Confirm)
            _sets_up(who, asked.places)
            if planned := self._terminals.planned_places(asked.profile):
                _sets_up(who, planned)
            return Errand(None, gather=self._confirm(who, asked))
        if name == "look":
            code = read_body(body, _Look).code
            return Inquiry(lambda: _told(self._terminals.codes.look(code)))
        if name == "waiting":
            return Inquiry(lambda: _told({"waiting": self._terminals.waiting()}))
        if name == "facts":
            return Inquiry(lambda: _told({"heard": self._terminals.heard}))
        raise UnknownAsk

    def _confirm(
        self, who: Principal, asked: _Confirm
    ) -> Callable[[], Awaitable[object]]:
        return lambda: self._terminals.confirm(
            who.name,
            asked.code,
            asked.name,
            asked.number,
            asked.profile,
            asked.places,
        )


def _is_it(who: Principal, terminal: str) -> bool:
    return who.name == terminal and not who.roles.isdisjoint(DEVICES)


async def _told(answer: object) -> tuple[bytes, int]:
    return msgspec.json.encode(answer), 0
