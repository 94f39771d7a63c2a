"""A counter: where the outside meets one kind of actor.

It says who may look through which view, and turns what is asked there into the
actor's commands. Personal fields are sealed here, before they go any further.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container
from typing import Any, Protocol

import msgspec

from actors.kernel.errors import Forbidden, UnknownTarget
from realtime.bodies import read_body as read_body
from realtime.tokens import Principal

Finish = Callable[[bytes, Any], bytes]
"""Completes a reply with what is not kept with it: (reply, state) → body."""


class Facts:
    """What a command must know of another of the hospital's actors before it is asked:
    ``complete`` looks at that one's state and gives the command with what it saw."""

    __slots__ = ("complete", "kind", "parts")

    def __init__(
        self, kind: str, parts: tuple[str, ...], complete: Callable[[Any], Any]
    ) -> None:
        self.kind = kind
        self.parts = parts
        self.complete = complete


class Errand:
    """An ask as the actor takes it. ``facts``, where there are any, complete the
    command first, as does ``gather``, which may wait for what is no actor's;
    ``finish``, where there is one, reads the state once the reply is on disk. One that
    only ``looks`` changes nothing: nothing of it is kept, and asked twice it is
    answered anew."""

    __slots__ = ("command", "facts", "finish", "gather", "looks")

    def __init__(
        self,
        command: Any,
        finish: Finish | None = None,
        facts: Facts | None = None,
        gather: Callable[[], Awaitable[Any]] | None = None,
        *,
        looks: bool = False,
    ) -> None:
        self.command = command
        self.looks = looks
        self.finish = finish
        self.facts = facts
        self.gather = gather


class Inquiry:
    """An ask that changes nothing and has no one actor to answer it: ``answer`` gives
    the body, and the seq of what it was seen in. Asked twice, it is answered anew."""

    __slots__ = ("answer",)

    def __init__(self, answer: Callable[[], Awaitable[tuple[bytes, int]]]) -> None:
        self.answer = answer


def must_see(
    who: Principal,
    parts: tuple[str, ...],
    view: str,
    *,
    only: str,
    views: Container[str],
    roles: frozenset[str],
) -> None:
    """Of a kind of which a hospital has ``only`` one. Raises UnknownTarget for another
    or another view, Forbidden for who has none of the roles."""
    if view not in views or parts != (only,):
        raise UnknownTarget
    if who.roles.isdisjoint(roles):
        raise Forbidden


class Counter(Protocol):
    """One kind of actor, as seen from outside."""

    kind: str

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        """Returns when they may; raises UnknownTarget or Forbidden."""

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand | Inquiry:
        """Raises UnknownAsk, Forbidden or BadRequest."""
