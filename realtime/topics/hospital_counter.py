"""The plan's counter: who may see how the hospital is laid out, and change it.

A clinic's manager changes the own clinics, an administrator everything, and neither
sees a patient here; an auditor reads who changed what.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol

import msgspec

from actors.clinic.settings import Settings
from actors.hospital.actor import KIND
from actors.hospital.messages import Apply, Places, Reason, Revert, Wanted, Withdraw
from actors.hospital.plan import MAIN
from actors.kernel.errors import Forbidden, Unavailable, UnknownAsk, UnknownTarget
from actors.kernel.times import Millis
from realtime.tokens import EVERYWHERE, Principal
from realtime.topics.counter import Errand, Inquiry, read_body

_LOOK = {
    "plan": frozenset({"admin", "manager", "auditor", "security"}),
    "history": frozenset({"admin", "manager", "auditor"}),
}
_CHANGE = frozenset({"admin", "manager"})


class Planning(Protocol):
    """What needs more than the plan itself; realtime.planning is it."""

    def moment(self, when: Millis | Literal["now", "tomorrow"]) -> Millis | None: ...

    async def check(
        self, by: str, within: Places, edits: tuple[Wanted, ...]
    ) -> tuple[bytes, int]: ...

    async def preview(
        self, clinic: str, settings: Settings, *, sample: bool
    ) -> tuple[bytes, int]: ...


class _Body(msgspec.Struct, frozen=True):
    """What a client sends; fields we do not know are a later client's."""


class _Check(_Body, frozen=True):
    edits: tuple[Wanted, ...]


class _Apply(_Body, frozen=True):
    edits: tuple[Wanted, ...]
    seen: int
    reason: Reason = ""
    when: Millis | Literal["now", "tomorrow"] = "now"


class _Change(_Body, frozen=True):
    change: str
    reason: Reason = ""


class _Preview(_Body, frozen=True):
    clinic: str
    settings: Settings
    sample: bool = False


def may_change(who: Principal) -> Places:
    """The clinics that are theirs; None: all there is. Raises Forbidden."""
    if who.roles.isdisjoint(_CHANGE):
        raise Forbidden
    if EVERYWHERE in who.places and "admin" in who.roles:
        return None
    return tuple(sorted(place for place in who.places if "/" not in place))


class HospitalCounter:
    """See Counter. Without ``planning`` nothing that needs it is answered."""

    kind = KIND

    def __init__(self, planning: Planning | None = None) -> None:
        self._planning = planning
        self._asks: dict[str, Callable[[Principal, Places, msgspec.Raw], Any]] = {
            "check": self._check,
            "apply": self._apply,
            "revert": self._revert,
            "withdraw": self._withdraw,
            "preview": self._preview,
        }

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        if view not in _LOOK or parts != (MAIN,):
            raise UnknownTarget
        if who.roles.isdisjoint(_LOOK[view]):
            raise Forbidden

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand | Inquiry:
        ask = self._asks.get(name)
        if view != "plan" or parts != (MAIN,) or ask is None:
            raise UnknownAsk
        found: Errand | Inquiry = ask(who, may_change(who), body)
        return found

    def _check(self, who: Principal, within: Places, body: msgspec.Raw) -> Inquiry:
        asked, planning = read_body(body, _Check), self._there()
        return Inquiry(lambda: planning.check(who.name, within, asked.edits))

    def _apply(self, who: Principal, within: Places, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Apply)
        return Errand(
            Apply(
                by=who.name,
                within=within,
                edits=asked.edits,
                seen=asked.seen,
                reason=asked.reason,
                takes_effect=self._there().moment(asked.when),
            )
        )

    def _revert(self, who: Principal, within: Places, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Change)
        return Errand(
            Revert(by=who.name, within=within, change=asked.change, reason=asked.reason)
        )

    def _withdraw(self, who: Principal, within: Places, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Change)
        return Errand(
            Withdraw(
                by=who.name, within=within, change=asked.change, reason=asked.reason
            )
        )

    def _preview(self, who: Principal, within: Places, body: msgspec.Raw) -> Inquiry:
        asked, planning = read_body(body, _Preview), self._there()
        if within is not None and asked.clinic not in within:
            raise Forbidden
        return Inquiry(
            lambda: planning.preview(asked.clinic, asked.settings, sample=asked.sample)
        )

    def _there(self) -> Planning:
        if self._planning is None:
            raise Unavailable
        return self._planning
