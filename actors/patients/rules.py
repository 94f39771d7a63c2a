"""Who is who: one number, one person; and what may not be one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from actors.kernel.errors import Refused
from actors.patients.messages import NewIdentity
from actors.patients.state import ERASED, ONE_OF_A_KIND, IndexState


def nobody(person: str) -> Refused:
    return Refused("unknown_person", "没有这份档案，请重新查找。", person=person)


def not_open(state: IndexState, person: str) -> Refused | None:
    """Why nothing can be done to this record, if so: it is not there, it has gone
    into another, or it was erased."""
    number = state.number_of(person)
    if not number:
        return nobody(person)
    root = state.root(number)
    if root != number:
        return Refused(
            "merged",
            f"这份档案已经合并到 p{root}，请在那一份上操作。",
            person=person,
            into=f"p{root}",
        )
    if state.flags[number] & ERASED:
        return Refused("erased", "这份档案已经按要求删除，请重新建档。", person=person)
    return None


def already_here(
    state: IndexState, identities: Iterable[NewIdentity]
) -> Refused | None:
    """One number, one person: whose these numbers are already."""
    owners = {
        person: identity.kind
        for identity in identities
        if (person := state.whose(identity.index)) is not None
    }
    if not owners:
        return None
    if len(owners) > 1:
        return Refused(
            "several_people",
            "这些证件在不同的档案里，请先核对是不是同一个人，再合并档案。",
            persons=sorted(owners),
        )
    person, kind = owners.popitem()
    return Refused(
        "already_registered",
        "这个证件已经建过档，不用再建，请直接使用原来的档案。",
        person=person,
        kind=kind,
    )


def kind_twice(identities: Iterable[NewIdentity]) -> str | None:
    """Of what a person has but one, more than one."""
    counted = Counter(one.kind for one in identities if one.kind in ONE_OF_A_KIND)
    return next((kind for kind, count in counted.items() if count > 1), None)


def has_one(state: IndexState, person: str, kind: str) -> bool:
    """Whether they, or whoever was merged into them, have such a number."""
    bit = ONE_OF_A_KIND.get(kind, 0)
    return bool(state.group_flags(state.number_of(person)) & bit)


def two_numbers(state: IndexState, person: str, into: str) -> str | None:
    """The kind of number that both have: as no two have the same, they differ."""
    return next(
        (
            kind
            for kind in ONE_OF_A_KIND
            if has_one(state, person, kind) and has_one(state, into, kind)
        ),
        None,
    )
