"""Who may come for whom: a guardian and the patients bound to them. Pure.

A binding names two records as they were; who that is now follows from merges, and so it
goes along with them and comes back when they are undone. It is a pointer, like a merge:
nothing of either record changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from actors.kernel.errors import Refused
from actors.patients import rules
from actors.patients.messages import Bind, Relation, Unbind
from actors.patients.state import ERASED, IndexState

MOST_BOUND = 8
"""So many does one guardian's card list: more fit no page, and are no family."""


class Bound(NamedTuple):
    """``person`` is now who is bound, or the guardian; ``relation`` what whoever is
    bound is to the guardian."""

    person: str
    relation: Relation


def bound_to(state: IndexState, guardian: str) -> tuple[Bound, ...]:
    """Those for whom this person may come, in the order in which they were bound."""
    return tuple(_others(state, guardian, state.bound))


def guardians_of(state: IndexState, person: str) -> tuple[Bound, ...]:
    return tuple(_others(state, person, state.guardians))


def _others(
    state: IndexState, person: str, pairs: dict[int, dict[int, Relation]]
) -> Iterator[Bound]:
    number = state.number_of(person)
    if not number:
        return
    root = state.root(number)
    told = {root}
    for one in state.group(root):
        for other, relation in pairs.get(one, {}).items():
            now = state.root(other)
            if now not in told and not state.flags[now] & ERASED:
                told.add(now)
                yield Bound(f"p{now}", relation)


def may_bind(state: IndexState, command: Bind) -> Refused | None:
    for person in (command.person, command.guardian):
        if refused := rules.not_open(state, person):
            return refused
    if command.person == command.guardian:
        return Refused("same_person", "这是同一份档案，请选监护人自己的档案。")
    bound = bound_to(state, command.guardian)
    if any(one.person == command.person for one in bound):
        return Refused(
            "bound_already", "已经绑定过了，关系不对请先解除再绑。", **_pair(command)
        )
    if len(bound) >= MOST_BOUND:
        return Refused(
            "too_many_bound",
            f"这位监护人已经绑定了 {MOST_BOUND} 位，请先解除不用的。",
            limit=MOST_BOUND,
        )
    return None


def may_unbind(state: IndexState, command: Unbind) -> Refused | None:
    for person in (command.person, command.guardian):
        if refused := rules.not_open(state, person):
            return refused
    bound = bound_to(state, command.guardian)
    if all(one.person != command.person for one in bound):
        return Refused("not_bound", "这两份档案没有绑定，请看最新画面。")
    return None


def _pair(command: Bind) -> dict[str, str]:
    return {"person": command.person, "guardian": command.guardian}
