"""From HIS into the record: feeds read where they were left, whole lists compared.

Each of these may be cancelled or killed at any moment and begun again: what was heard
is committed together with how far it was heard.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

import msgspec

from actors.gateways.his.faults import NotBelieved
from actors.gateways.his.port import His, Registration
from actors.his import voice
from actors.his.actor import base_stream, his_stream
from actors.his.messages import (
    HearBase,
    Heard,
    HearRegistrations,
    HearSessions,
    HearStops,
    NoteDoubt,
    SaidBase,
    SaidRegistration,
)
from actors.his.persons import Persons
from actors.his.state import HisState
from actors.his.voice import Voice
from actors.kernel.sealed import Vault
from actors.runtime.system import ActorSystem, Ref

log = logging.getLogger("houzhen.his")

BY = "his"
_PART = 100
_ASK_AT_MOST = 50


class Hearing:
    """Raises HisError when HIS does not answer believably (then nothing of it is
    kept but the doubt), and Refusal when it cannot be written down."""

    def __init__(
        self,
        his: His,
        system: ActorSystem,
        vault: Vault,
        hospital: str,
        persons: Persons | None = None,
    ) -> None:
        self._his = his
        self._system = system
        self._voice = Voice(vault)
        self._hospital = hospital
        self._persons = persons
        self._asked_about = 0

    async def registrations(self, day: str) -> int:
        """What is new since it was last asked. Answers how much that was."""
        ref = self._day(day)
        after: int = await ref.read(lambda s: s.after.get("registrations", 0))
        new, _ = await self._registrations(ref, day, after)
        return new

    async def sweep(self, day: str) -> int:
        """All of the day from the beginning: a feed can lose what was committed late
        behind the place it had reached. Who was there and is not in it is asked for
        one by one; to be left out means nothing by itself."""
        ref = self._day(day)
        new, there = await self._registrations(ref, day, 0)
        missing: list[str] = await ref.read(lambda s: _live_but_for(s, there))
        for register_no in missing[:_ASK_AT_MOST]:
            row = await self._his.registration(register_no)
            if row is None:
                why = "a registration it knew is nowhere any more"
                await self._doubt(ref, "registrations", why)
            else:
                new += await self._hear(ref, [row], 0)
        return new

    async def _registrations(
        self, ref: Ref, day: str, after: int
    ) -> tuple[int, set[str]]:
        new, more = 0, True
        there: set[str] = set()
        while more:
            try:
                page = await self._his.registrations(day, after, _PART)
            except NotBelieved as lie:
                await self._doubt(ref, "registrations", lie.why)
                raise
            new += await self._hear(ref, list(page.rows), page.after)
            there |= {row.register_no for row in page.rows}
            after, more = page.after, page.more
        return new, there

    async def _hear(self, ref: Ref, rows: list[Registration], after: int) -> int:
        """Only what differs from what is known is sealed and sent on."""
        digests = {row.register_no: self._voice.digest(row) for row in rows}
        known, before = await ref.read(lambda s: _known(s, rows))
        new = [
            row
            for row in rows
            if known.get(row.register_no) != (row.version, digests[row.register_no])
        ]
        said = tuple(
            [
                self._voice.registration(
                    row,
                    digests[row.register_no],
                    await self._person(ref, row, before.get(row.register_no)),
                )
                for row in new
            ]
        )
        at = await ref.read(lambda s: s.after.get("registrations", 0))
        if not said and after <= at:
            return 0
        heard = await self._tell(ref, HearRegistrations(said=said, after=after))
        return heard.new

    async def _person(
        self, ref: Ref, row: Registration, before: SaidRegistration | None
    ) -> str:
        """Whose it is; what HIS has changed about them meanwhile is followed."""
        if self._persons is None:
            return ""
        found = await self._persons.of(row)
        if found.person and not found.entered:
            was = "" if before is None else self._voice.name_of(before)
            doubt = await self._persons.follow(found.person, row, was)
            if doubt:
                await self._doubt(ref, "patients", doubt)
        return found.person

    async def people(self, day: str) -> None:
        """What HIS has changed about patients of this day, though nothing of their
        registrations is new; some at a time, each in turn."""
        if self._persons is None:
            return
        ref = self._day(day)
        everybody: list[str] = await ref.read(_patients)
        start = self._asked_about % max(len(everybody), 1)
        in_turn = (everybody[start:] + everybody[:start])[:_ASK_AT_MOST]
        for patient_id in in_turn:
            self._asked_about += 1
            doubt = await self._persons.look_again(patient_id, day)
            if doubt:
                await self._doubt(ref, "patients", doubt)

    async def sessions(self, day: str) -> int:
        ref = self._day(day)
        try:
            rows = await self._his.sessions(day)
        except NotBelieved as lie:
            await self._doubt(ref, "sessions", lie.why)
            raise
        said = tuple(self._voice.session(row, self._voice.digest(row)) for row in rows)
        return (await self._tell(ref, HearSessions(said=said))).new

    async def stops(self) -> int:
        ref = self._system.ref(base_stream(self._hospital))
        after: int = await ref.read(lambda s: s.after.get("stops", 0))
        new, more = 0, True
        while more:
            try:
                page = await self._his.stop_events(after, _PART)
            except NotBelieved as lie:
                await self._doubt(ref, "stops", lie.why)
                raise
            if page.rows:
                said = tuple(voice.stop(row) for row in page.rows)
                heard = await self._tell(ref, HearStops(said=said, after=page.after))
                new += heard.new
            after, more = page.after, page.more
        return new

    async def base(self) -> int:
        """Campuses, departments, doctors, prices."""
        ref = self._system.ref(base_stream(self._hospital))
        new = 0
        for kind, ask in (
            ("campus", self._his.campuses),
            ("department", self._his.departments),
            ("doctor", self._his.doctors),
            ("price", self._his.prices),
        ):
            try:
                rows: Any = await ask()
            except NotBelieved as lie:
                await self._doubt(ref, "base", f"{kind}: {lie.why}")
                raise
            said = tuple(voice.base(row) for row in rows)
            known: dict[str, SaidBase] = await ref.read(partial(_base, kind))
            if {one.id: one for one in said} != known:
                new += (await self._tell(ref, HearBase(kind=kind, said=said))).new
        return new

    def _day(self, day: str) -> Ref:
        return self._system.ref(his_stream(self._hospital, day))

    async def _tell(self, ref: Ref, command: msgspec.Struct) -> Heard:
        answer = await ref.ask(command, principal=BY)
        return answer.read(Heard)

    async def _doubt(self, ref: Ref, feed: str, why: str) -> None:
        log.warning("%s: %s: not believed: %s", ref.stream, feed, why)
        await ref.ask(NoteDoubt(feed=feed, why=why[:200]), principal=BY)


def _base(kind: str, state: HisState) -> dict[str, SaidBase]:
    return dict(state.base.get(kind, {}))


def _known(
    state: HisState, rows: list[Registration]
) -> tuple[dict[str, tuple[int, bytes]], dict[str, SaidRegistration]]:
    """Version and digest of what was said last, and all of it."""
    said = {
        row.register_no: kept.said
        for row in rows
        if (kept := state.registrations.get(row.register_no)) is not None
    }
    return {no: (one.version, one.digest) for no, one in said.items()}, said


def _patients(state: HisState) -> list[str]:
    """HIS's numbers of those who are in the index, as they were first heard of."""
    return list(
        dict.fromkeys(
            kept.said.patient_id
            for kept in state.registrations.values()
            if kept.said.person and kept.said.standing in ("booked", "taken")
        )
    )


def _live_but_for(state: HisState, there: set[str]) -> list[str]:
    return [
        number
        for number, kept in state.registrations.items()
        if number not in there
        and kept.said.day == state.day
        and kept.said.standing in ("booked", "taken")
    ]
