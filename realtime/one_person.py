"""Two patients of the index are one: so are their records as bookers, and their
numbers.

The record of whoever went into the other is closed first, so that nothing is noted in
it any more; then each number it holds changes hands where it was given; then the record
that goes on takes in what the other held. When they turn out to be two after all, all
of it goes back. Every step is idempotent: heard again after a crash it changes nothing.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from actors.booker.actor import booker_stream
from actors.booker.messages import (
    Entry,
    GiveBack,
    Join,
    NoShowRule,
    Note,
    Part,
    TakeIn,
)
from actors.booker.state import BookerState
from actors.journal.records import Recorded
from actors.kernel.errors import Refusal
from actors.kernel.identity import parts_of
from actors.patients.messages import Merged, Unmerged
from actors.runtime.followers import Follower
from actors.runtime.shape import names_of
from actors.runtime.system import ActorSystem, Ref
from actors.schedule.actor import schedule_stream
from actors.schedule.commands import ChangePerson
from actors.schedule.state import ScheduleState

log = logging.getLogger("houzhen.patients")

NAME = "patients"
_NEVER = NoShowRule(count=0)
_read = msgspec.json.Decoder(Merged | Unmerged).decode


class OnePerson:
    """``system`` is set before its follower runs."""

    def __init__(self, hospital: str) -> None:
        self.system: ActorSystem
        self._hospital = hospital
        self.follower = Follower(
            "one-person", self.hear, names=names_of(Merged | Unmerged)
        )

    async def hear(self, record: Recorded) -> None:
        """Raises what a busy or failing house says; then it is heard again."""
        if parts_of(record.stream)[0] != self._hospital:
            return
        event = _read(record.body)
        if isinstance(event, Merged):
            await self._join(event.person, event.into)
        else:
            await self._part(event.person, event.out_of)

    async def _join(self, person: str, into: str) -> None:
        await self._tell(person, Join(by=NAME, into=into))

        def all_of_it(state: BookerState) -> TakeIn:
            return _all_of(state, person)

        taken: TakeIn = await self._of(person).read(all_of_it)
        standing = (one.ref for one in taken.bookings if one.outcome != "over")
        await self._hand_over(standing, into)
        rule = await self._rule(taken)
        await self._tell(into, msgspec.structs.replace(taken, rule=rule))

    async def _rule(self, taken: TakeIn) -> NoShowRule:
        """By which their no-shows count: the department's of the last of them."""
        last = max(
            (one for one in taken.bookings if one.counts),
            key=lambda one: (one.since, one.ref),
            default=None,
        )
        if last is None:
            return _NEVER
        department, day, _ = last.ref.split("/")
        stream = schedule_stream(self._hospital, department, day)
        rule: NoShowRule = await self.system.ref(stream).read(_no_show_rule)
        return rule

    async def _part(self, person: str, out_of: str) -> None:
        await self._tell(person, Part(by=NAME))
        own: tuple[str, ...] = await self._of(person).read(_refs)
        chain, notes = [out_of], []
        while True:  # whoever they went into may have gone into somebody else since
            into, notes = await self._of(chain[-1]).read(lambda s: _now(s, own))
            if not into:
                break
            chain.append(into)
        standing = (note.ref for note in notes if note.outcome != "over")
        await self._hand_over(standing, person)
        for note in notes:
            await self._tell(person, note)
        for one in reversed(chain):
            back = GiveBack(by=NAME, to=person, refs=own)
            await self._of(one).ask(back, principal=NAME)

    async def _hand_over(self, refs: Iterable[str], person: str) -> None:
        days: dict[tuple[str, str], list[str]] = defaultdict(list)
        for ref in refs:
            department, day, key = ref.split("/")
            days[department, day].append(key)
        for (department, day), keys in days.items():
            stream = schedule_stream(self._hospital, department, day)
            change = ChangePerson(by=NAME, bookings=tuple(keys), person=person)
            try:
                await self.system.ref(stream).ask(change, principal=NAME)
            except Refusal as refusal:
                if refusal.retry:
                    raise
                log.warning("%s keeps its numbers: %s", stream, refusal.code)

    async def _tell(self, person: str, command: Any) -> None:
        """Whoever has gone into somebody else meanwhile is that one."""
        while True:
            try:
                await self._of(person).ask(command, principal=NAME)
            except Refusal as refusal:
                if refusal.code != "joined":
                    raise
                person = refusal.details["into"]
            else:
                return

    def _of(self, person: str) -> Ref:
        return self.system.ref(booker_stream(self._hospital, person))


def _no_show_rule(state: ScheduleState) -> NoShowRule:
    return state.settings.no_show


def _refs(state: BookerState) -> tuple[str, ...]:
    return tuple(state.bookings)


def _now(state: BookerState, refs: tuple[str, ...]) -> tuple[str, list[Note]]:
    """Whom this record went into, and how it says that these numbers stand."""
    return state.joined, [
        Note(
            by=NAME,
            ref=ref,
            day=booking.day,
            outcome=booking.outcome,  # type: ignore[arg-type]
            since=booking.since,
            rule=_NEVER,
        )
        for ref in refs
        if (booking := state.bookings.get(ref)) is not None
    ]


def _all_of(state: BookerState, person: str) -> TakeIn:
    return TakeIn(
        by=NAME,
        of=person,
        bookings=tuple(
            Entry(ref, one.day, one.outcome, one.since, ref in state.counted)
            for ref, one in state.bookings.items()
        ),
        closed_until=state.closed_until,
        closed_for=state.closed_for,
    )
