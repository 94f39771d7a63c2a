"""Two of the index are one: their numbers, their no-shows and what closes booking."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from actors.booker.actor import booker_stream
from actors.booker.messages import NoShowRule, Note
from actors.booker.state import BookerState
from actors.journal.records import Recorded
from actors.patients.messages import Merged, Unmerged
from actors.runtime.system import ActorSystem, Ref
from actors.schedule.commands import Cancel
from actors.schedule.state import ScheduleState
from realtime.one_person import OnePerson
from tests.actors.schedule.day import EIGHT, STREAM, VAULT, book
from tests.actors.schedule.sideways import ask, at_eight, begun, house

REASON = VAULT.seal("同一个人")
HELD = "cardio/2026-11-23/"
FIRST = Merged(at=EIGHT, by="d", person="p1", into="p2", reason=REASON)


class Died(Exception):
    """The process ends here."""


class _Dying(Ref):
    """Reaches whom it is for, as often as ``left`` says."""

    left = 0

    async def ask(self, command: Any, **more: Any) -> Any:
        if not _Dying.left:
            raise Died
        _Dying.left -= 1
        return await super().ask(command, **more)


class _Mortal:
    def __init__(self, system: ActorSystem) -> None:
        self._system = system

    def ref(self, stream: str) -> Ref:
        return _Dying(self._system, stream)


async def heard(
    system: ActorSystem, event: Merged | Unmerged, *, dies_after: int = 99
) -> None:
    """As its follower hears it: again, where it died in between."""
    record = Recorded(
        position=1,
        stream="yunxiu/patients",
        seq=1,
        commit_seq=1,
        at=event.at,
        name=str(event.__struct_config__.tag),
        body=msgspec.json.encode(event),
    )
    one_person = OnePerson("yunxiu")
    one_person.system = _Mortal(system)  # type: ignore[assignment]
    _Dying.left = dies_after
    try:
        await one_person.hear(record)
    except Died:
        _Dying.left = 99
        await one_person.hear(record)


async def of(system: ActorSystem, person: str) -> BookerState:
    def look(state: BookerState) -> BookerState:
        return msgspec.structs.replace(
            state, bookings=dict(state.bookings), counted=dict(state.counted)
        )

    found: BookerState = await system.ref(booker_stream("yunxiu", person)).read(look)
    return found


async def whose(system: ActorSystem) -> dict[str, str]:
    def look(state: ScheduleState) -> dict[str, str]:
        assert {
            key: person for person, keys in state.people.items() for key in keys
        } == {key: booking.person for key, booking in state.bookings.items()}
        return {key: booking.person for key, booking in state.bookings.items()}

    found: dict[str, str] = await system.ref(STREAM).read(look)
    return found


async def missed(system: ActorSystem, person: str, *numbers: int) -> None:
    for number in numbers:
        note = Note(
            by="schedule",
            ref=f"eye/2026-10-0{number}/b1",
            day=f"2026-10-0{number}",
            outcome="no_show",
            since=EIGHT - number * 86_400_000,
            rule=NoShowRule(),
        )
        await system.ref(booker_stream("yunxiu", person)).ask(note, principal="s")


@pytest.mark.parametrize("dies_after", range(5))
async def test_their_numbers_are_one_persons(tmp_path: Path, dies_after: int) -> None:
    url = f"sqlite:///{tmp_path}/journal.db"
    clock = at_eight()
    async with house(url, clock) as system:
        await begun(system)
        await ask(system, book("p1"))
        await ask(system, book("p2", "o", "1"))
    async with house(url, clock) as system:
        await heard(system, FIRST, dies_after=dies_after)
        assert await whose(system) == {"b1": "p2", "b2": "p2"}
        cancel = Cancel(by="kiosk", booking="b1", person="p2", reason="不去了")
        await ask(system, cancel)
    async with house(url, clock) as system:
        found = (await of(system, "p2")).bookings
        assert {ref: one.outcome for ref, one in found.items()} == {
            f"{HELD}b1": "over",
            f"{HELD}b2": "held",
        }
        # two after all: each has their own again, as it stands by now
        parted = Unmerged(at=EIGHT, by="d", person="p1", out_of="p2", reason=REASON)
        await heard(system, parted, dies_after=dies_after)
        one, two = await of(system, "p1"), await of(system, "p2")
        assert (one.joined, one.bookings[f"{HELD}b1"].outcome) == ("", "over")
        assert list(two.bookings) == [f"{HELD}b2"]


async def test_what_is_booked_in_the_old_name_is_the_one_persons(
    tmp_path: Path,
) -> None:
    """Somebody had the old card in hand while the two became one."""
    url = f"sqlite:///{tmp_path}/journal.db"
    clock = at_eight()
    async with house(url, clock) as system:
        await begun(system)
        await heard(system, FIRST)
        await ask(system, book("p1"))
    async with house(url, clock) as system:
        assert await whose(system) == {"b1": "p2"}
        assert list((await of(system, "p2")).bookings) == [f"{HELD}b1"]
        assert (await of(system, "p1")).bookings == {}


async def test_no_shows_add_up(tmp_path: Path) -> None:
    async with house(f"sqlite:///{tmp_path}/j.db", at_eight()) as system:
        await missed(system, "p1", 1, 2)
        await heard(system, FIRST)
        await missed(system, "p2", 3)
        two = await of(system, "p2")
        assert len(two.closed_for) == 3
        assert two.closed_until > EIGHT


async def test_too_few_each_are_enough_together(tmp_path: Path) -> None:
    """At once, not at the next no-show; and when they are two after all, neither has
    enough."""
    async with house(f"sqlite:///{tmp_path}/j.db", at_eight()) as system:
        await missed(system, "p1", 1, 2)
        await missed(system, "p2", 3)
        await heard(system, FIRST)
        two = await of(system, "p2")
        assert len(two.closed_for) == 3
        assert two.closed_until == EIGHT + 89 * 86_400_000  # the last was a day ago
        await heard(system, FIRST)
        assert await of(system, "p2") == two
        parted = Unmerged(at=EIGHT, by="d", person="p1", out_of="p2", reason=REASON)
        await heard(system, parted)
        for person, days in (("p1", 2), ("p2", 1)):
            one = await of(system, person)
            assert (one.closed_until, len(one.counted)) == (0, days), person


async def test_who_is_closed_out_stays_so_in_another_name(tmp_path: Path) -> None:
    async with house(f"sqlite:///{tmp_path}/j.db", at_eight()) as system:
        await missed(system, "p1", 1, 2, 3)
        until = (await of(system, "p1")).closed_until
        await heard(system, FIRST)
        assert (await of(system, "p2")).closed_until == until
        parted = Unmerged(at=EIGHT, by="d", person="p1", out_of="p2", reason=REASON)
        await heard(system, parted)
        assert (await of(system, "p2")).closed_until == 0
        assert (await of(system, "p1")).closed_until == until


async def test_one_after_the_other_and_out_again(tmp_path: Path) -> None:
    """p1 into p2, p2 into p3; then p1 is somebody of their own."""
    async with house(f"sqlite:///{tmp_path}/j.db", at_eight()) as system:
        await missed(system, "p1", 1)
        await missed(system, "p2", 2)
        await heard(system, FIRST)
        second = Merged(at=EIGHT, by="d", person="p2", into="p3", reason=REASON)
        await heard(system, second)
        assert len((await of(system, "p3")).counted) == 2
        parted = Unmerged(at=EIGHT, by="d", person="p1", out_of="p2", reason=REASON)
        await heard(system, parted)
        for person, days in (("p1", "1"), ("p2", "2"), ("p3", "2")):
            refs = [f"eye/2026-10-0{day}/b1" for day in days]
            assert list((await of(system, person)).bookings) == refs, person
