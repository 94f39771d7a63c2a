"""A person's own record as a booker, seen from outside."""

from __future__ import annotations

import msgspec

from actors.booker.messages import Close, Reopen
from actors.kernel.errors import Forbidden, UnknownAsk, UnknownTarget
from actors.kernel.times import Millis
from actors.schedule.commands import Reason
from realtime.tokens import Principal
from realtime.topics.counter import Errand, read_body
from realtime.topics.schedule_bodies import Body
from realtime.topics.schedule_counter import STAFF


class _Close(Body, frozen=True, kw_only=True):
    until: Millis
    reason: Reason


class _Reopen(Body, frozen=True, kw_only=True):
    reason: Reason


class BookerCounter:
    """A person's own record, for the desks that explain it and lift a ban."""

    kind = "booker"

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        if view != "mine":
            raise UnknownTarget
        if who.roles.isdisjoint(STAFF | {"phone", "kiosk"}):
            raise Forbidden

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand:
        if view != "mine" or name not in ("close", "reopen"):
            raise UnknownAsk
        if who.roles.isdisjoint(STAFF):
            raise Forbidden
        if name == "close":
            closing = read_body(body, _Close)
            return Errand(
                Close(by=who.name, until=closing.until, reason=closing.reason)
            )
        return Errand(Reopen(by=who.name, reason=read_body(body, _Reopen).reason))
