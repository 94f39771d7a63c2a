"""The index as it stands: whose a number is, and who is one with whom.

It carries a million patients, so it holds only what decides: sixteen bytes a number,
nine a person. Names and details are in the events and, for reading, in the rows a
follower keeps. A number stays with whom it was given to; a merge is a pointer, so that
it can be undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

import msgspec

from actors.kernel.compact import KEY_BYTES, CompactMap, Frozen
from actors.patients.messages import (
    BoundTo,
    Erased,
    Event,
    IdentityAdded,
    IdentityDropped,
    Merged,
    Registered,
    Relation,
    Renamed,
    Unbound,
    Unmerged,
    Updated,
)

UNNAMED, ERASED = 1, 2
ONE_OF_A_KIND = {"id_card": 4, "hmt_permit": 8}
"""One person, one such number: its bit among a person's flags."""

_OWN_KEY = 8


class IndexState:
    """Persons are counted from 1; ``p12`` is the twelfth."""

    __slots__ = (
        *("absorbed", "bound", "flags", "guardians", "identities", "into", "keys"),
        "stream",
    )

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.identities = CompactMap()
        self.flags = bytearray(1)
        self.keys = bytearray(_OWN_KEY)
        self.into: dict[int, int] = {}
        self.absorbed: dict[int, tuple[int, ...]] = {}
        # both ways, by the records as they were when they were bound (family.py)
        self.bound: dict[int, dict[int, Relation]] = {}
        self.guardians: dict[int, dict[int, Relation]] = {}

    @property
    def count(self) -> int:
        return len(self.flags) - 1

    def number_of(self, person: str) -> int:
        """0 when there is nobody of that name."""
        number = int(person[1:])
        return number if number <= self.count else 0

    def root(self, number: int) -> int:
        """Who this person is now, after merges."""
        while (into := self.into.get(number)) is not None:
            number = into
        return number

    def owner(self, index: str) -> int:
        """To whom the number was given; 0 for nobody. Who was erased has no number,
        and may come again as somebody new."""
        owner = self.identities.get(mark_of(index))
        return 0 if self.flags[owner] & ERASED else owner

    def whose(self, index: str) -> str | None:
        """The person behind a number, after merges."""
        owner = self.owner(index)
        return f"p{self.root(owner)}" if owner else None

    def group(self, number: int) -> Iterator[int]:
        """The person and all who were merged into them."""
        yield number
        for absorbed in self.absorbed.get(number, ()):
            yield from self.group(absorbed)

    def group_flags(self, number: int) -> int:
        flags = 0
        for one in self.group(number):
            flags |= self.flags[one]
        return flags

    def key_of(self, number: int) -> str:
        start = number * _OWN_KEY
        return "k" + self.keys[start : start + _OWN_KEY].hex()


def mark_of(index: str) -> bytes:
    return bytes.fromhex(index)[:KEY_BYTES]


def evolve(state: IndexState, event: Event) -> None:
    """Total over whatever ``decide`` has written."""
    match event:
        case Registered():
            _register(state, event)
        case IdentityAdded():
            identity = event.identity
            number = int(event.person[1:])
            state.identities.put(mark_of(identity.index), number)
            state.flags[number] |= ONE_OF_A_KIND.get(identity.kind, 0)
        case IdentityDropped():
            state.identities.remove(mark_of(event.index))
            state.flags[int(event.of[1:])] &= ~ONE_OF_A_KIND.get(event.kind, 0)
        case Renamed():
            state.flags[int(event.person[1:])] &= ~UNNAMED
        case Merged():
            number, into = int(event.person[1:]), int(event.into[1:])
            state.into[number] = into
            state.absorbed[into] = (*state.absorbed.get(into, ()), number)
        case Unmerged():
            _unmerge(state, int(event.person[1:]))
        case Erased():
            state.flags[int(event.person[1:])] |= ERASED
        case BoundTo():
            person, guardian = int(event.person[1:]), int(event.guardian[1:])
            _bind(state, person, guardian, event.relation)
        case Unbound():
            _unbind(state, int(event.person[1:]), int(event.guardian[1:]))
        case Updated():
            pass  # details rest in the event
        case _:
            assert_never(event)


def _register(state: IndexState, event: Registered) -> None:
    flags = UNNAMED if event.unnamed else 0
    number = int(event.person[1:])
    for identity in event.identities:
        state.identities.put(mark_of(identity.index), number)
        flags |= ONE_OF_A_KIND.get(identity.kind, 0)
    state.flags.append(flags)
    state.keys += bytes.fromhex(event.key[1:])


def _unmerge(state: IndexState, number: int) -> None:
    into = state.into.pop(number)
    left = tuple(one for one in state.absorbed[into] if one != number)
    if left:
        state.absorbed[into] = left
    else:
        del state.absorbed[into]


def _bind(state: IndexState, person: int, guardian: int, relation: Relation) -> None:
    state.bound.setdefault(guardian, {})[person] = relation
    state.guardians.setdefault(person, {})[guardian] = relation


def _unbind(state: IndexState, person: int, guardian: int) -> None:
    """Of all the records that are one with either of them now."""
    persons = list(state.group(state.root(person)))
    for one in state.group(state.root(guardian)):
        for other in persons:
            for pairs, a, b in (
                (state.bound, one, other),
                (state.guardians, other, one),
            ):
                if pairs.get(a, {}).pop(b, None) is not None and not pairs[a]:
                    del pairs[a]


# Snapshots

_Pairs = list[tuple[int, int, Relation]]


class _Kept(msgspec.Struct, array_like=True, frozen=True, omit_defaults=True):
    """``bound`` came later: a snapshot from before has none."""

    flags: bytes
    keys: bytes
    into: list[tuple[int, int]]
    identities: bytes
    bound: _Pairs = []


_Copied = tuple[bytes, bytes, list[tuple[int, int]], Frozen, _Pairs]


def freeze(state: IndexState) -> _Copied:
    """Nine megabytes are copied for a million patients; the numbers are not."""
    return (
        bytes(state.flags),
        bytes(state.keys),
        list(state.into.items()),
        state.identities.freeze(),
        [
            (guardian, person, relation)
            for guardian, persons in state.bound.items()
            for person, relation in persons.items()
        ],
    )


def encode(frozen: _Copied) -> bytes:
    flags, keys, into, identities, bound = frozen
    return msgspec.msgpack.encode(
        _Kept(flags, keys, into, CompactMap.encode(identities), bound)
    )


def thaw(stream: str, body: bytes) -> IndexState:
    kept = msgspec.msgpack.decode(body, type=_Kept)
    flags, keys, into, identities = kept.flags, kept.keys, kept.into, kept.identities
    state = IndexState(stream)
    state.flags = bytearray(flags)
    state.keys = bytearray(keys)
    state.identities = CompactMap.decode(identities)
    for number, root in into:
        state.into[number] = root
        state.absorbed[root] = (*state.absorbed.get(root, ()), number)
    for guardian, person, relation in kept.bound:
        _bind(state, person, guardian, relation)
    return state
