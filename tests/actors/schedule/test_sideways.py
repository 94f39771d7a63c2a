"""What a schedule tells its clinics and its bookers, killed between each two steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trio.testing

from actors.booker.actor import booker_stream
from actors.clinic.commands import CheckIn
from actors.directory.actor import directory_stream
from actors.runtime.system import ActorSystem
from actors.schedule.actor import schedule_stream
from actors.schedule.commands import Answer, Book, Cancel, Change, Confirm, Stop
from actors.schedule.plan import HOUR
from realtime.visits import booking_of, ticket_of
from tests.actors.schedule.day import (
    OPENING,
    STREAM,
    VAULT,
    book,
    lock,
)
from tests.actors.schedule.sideways import (
    CLINIC,
    OPEN_CLINIC,
    ask,
    at_eight,
    begun,
    house,
)

NEXT_DAY = schedule_stream("yunxiu", "cardio", "2026-11-24")
STEPS = [None, *((step, after) for step in range(1, 7) for after in (False, True))]


def seen(number: int, count: int, stage: str = "booked") -> dict[str, Any]:
    return {"number": f"Z{number:03}", "state": stage, "count": count}


async def clinic_ticket(system: ActorSystem, booking: str) -> dict[str, Any]:
    key = ticket_of("cardio", booking)

    def look(state: Any) -> dict[str, Any]:
        ticket = state.tickets[key]
        return {
            "number": ticket.number,
            "state": ticket.state,
            "count": len(state.tickets),
        }

    found: dict[str, Any] = await system.ref(CLINIC).read(look)
    return found


async def outcomes(system: ActorSystem, person: str) -> dict[str, str]:
    def look(state: Any) -> dict[str, str]:
        return {ref: booking.outcome for ref, booking in state.bookings.items()}

    found: dict[str, str] = await system.ref(booker_stream("yunxiu", person)).read(look)
    return found


def test_a_ticket_says_which_booking_it_is() -> None:
    assert ticket_of("cardio.east", "b12") == "s.cardio.east.b12"
    assert booking_of("s.cardio.east.b12") == ("cardio.east", "b12")
    for other in ("t1", "s.", "s.b12", "s..b1", "h7"):
        assert booking_of(other) is None


async def test_a_confirmed_number_appears_in_its_clinic(journal_url: str) -> None:
    clock = at_eight()
    async with house(journal_url, clock) as system:
        await begun(system)
        held = await ask(system, lock("p1"))
        confirm = Confirm(by="d", booking=held["booking"], paid=5000, trade="t")
        given = await ask(system, confirm)
    async with house(journal_url, clock) as system:
        assert await clinic_ticket(system, given["booking"]) == seen(1, 1)
        assert await outcomes(system, "p1") == {"cardio/2026-11-23/b1": "held"}
        days = await system.ref(directory_stream("yunxiu")).read(lambda s: s.days)
        assert days == {"cardio": ("2026-11-23",)}


@pytest.mark.parametrize("death", STEPS)
async def test_killed_between_each_two_steps(
    death: tuple[int, bool] | None, tmp_path: Path
) -> None:
    """Two are booked before the clinic opens and one after, and one of them comes:
    wherever the process ends, the next one makes it whole, and nothing twice."""
    url = f"sqlite:///{tmp_path}/journal.db"
    clock = at_eight()
    step, after = death or (None, False)
    one, two, three = (book(person) for person in ("p1", "p2", "p3"))

    async def a_morning(system: ActorSystem) -> None:
        await begun(system, clinic=False)
        await ask(system, one)
        await ask(system, two)
        await system.ref(CLINIC).ask(OPEN_CLINIC, principal="his", key="open-clinic")
        await ask(system, three)

    async with house(url, clock, step=step, after=after) as system:
        await a_morning(system)
    async with house(url, clock) as system:
        await a_morning(system)  # whoever got no answer asks again
    async with house(url, clock) as system:
        for booking in ("b1", "b2", "b3"):
            assert await clinic_ticket(system, booking) == seen(int(booking[1:]), 3)
        check_in = CheckIn(by="kiosk", card=VAULT.index("card", "p2"))
        await system.ref(CLINIC).ask(check_in, principal="kiosk", key="check-in")
    async with house(url, clock) as system:
        stages = await system.ref(STREAM).read(
            lambda state: {key: b.stage for key, b in state.bookings.items()}
        )
        assert stages == {"b1": "confirmed", "b2": "taken", "b3": "confirmed"}
        for person, booking in (("p1", "b1"), ("p2", "b2"), ("p3", "b3")):
            expected = {f"cardio/2026-11-23/{booking}": "held"}
            assert await outcomes(system, person) == expected


@pytest.mark.parametrize("death", STEPS[:5])
async def test_three_no_shows_close_booking_wherever_it_dies(
    death: tuple[int, bool] | None, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/journal.db"
    clock = at_eight()
    days = [f"2026-11-{20 + n}" for n in range(3)]
    step, after = death or (None, False)
    async with house(url, clock) as system:
        for day in days:
            stream = schedule_stream("yunxiu", "cardio", day)
            await ask(system, OPENING, stream)
            await ask(system, book("p1"), stream)
    clock.pass_s(9 * 3600)
    async with house(url, clock, step=step, after=after):
        # start-up fires what is overdue
        await trio.testing.wait_all_tasks_blocked()
    async with house(url, clock) as system:
        await trio.testing.wait_all_tasks_blocked()
        for day in days:  # behind what was overdue
            stream = schedule_stream("yunxiu", "cardio", day)
            await system.ref(stream).read(lambda state: None)
    async with house(url, clock) as system:
        record = await system.ref(booker_stream("yunxiu", "p1")).read(
            lambda state: (state.closed_until, sorted(state.closed_for))
        )
        assert record[0] == clock.at + 90 * 24 * HOUR
        assert record[1] == [f"cardio/{day}/b1" for day in days]


async def test_a_number_instead_of_a_stopped_one_answers_for_it(
    journal_url: str,
) -> None:
    clock = at_eight()
    async with house(journal_url, clock) as system:
        await begun(system)
        await ask(system, OPENING, NEXT_DAY)
        await ask(system, book("p1"))
        await ask(system, Stop(by="d", session="e", reason="急诊手术"))
        instead = book("p1", instead_of="cardio/2026-11-23/b1")
        await ask(system, instead, NEXT_DAY)
    async with house(journal_url, clock) as system:
        stream = STREAM
        answer = await system.ref(stream).read(
            lambda state: (state.cases["b1"].answer, state.cases["b1"].to)
        )
        assert answer == ("day", "cardio/2026-11-24/b1")


async def test_a_number_the_clinic_refuses_is_shown_to_staff(journal_url: str) -> None:
    clock = at_eight()
    async with house(journal_url, clock) as system:
        await begun(system)
        await ask(system, book("p1", "e", number="Z009"))
        # the same card in the same queue again: the clinic will not have it
        other: Book = book("p2", "e", number="Z010")
        same = Book(
            by="his",
            session="e",
            channel="window",
            patient=type(other.patient)(
                "p9", other.patient.name, VAULT.index("card", "p1")
            ),
        )
        await ask(system, same)
    async with house(journal_url, clock) as system:
        stream = STREAM
        trouble = await system.ref(stream).read(
            lambda state: {key: b.trouble for key, b in state.bookings.items()}
        )
        assert trouble == {"b1": "", "b2": "already_registered"}


async def test_what_is_given_back_is_refunded_at_the_clinic(journal_url: str) -> None:
    clock = at_eight()
    async with house(journal_url, clock) as system:
        await begun(system)
        await ask(system, book("p1"))
        await ask(system, book("p2"))
    async with house(journal_url, clock) as system:
        await ask(system, Cancel(by="d", booking="b1", staff=True))
        await ask(system, Stop(by="d", session="e", reason="停电"))
        await ask(system, Answer(by="d", booking="b2", answer="refund"))
    async with house(journal_url, clock) as system:
        for booking in ("b1", "b2"):
            ticket = await clinic_ticket(system, booking)
            assert (ticket["state"], ticket["count"]) == ("refunded", 2)
        assert await outcomes(system, "p1") == {"cardio/2026-11-23/b1": "over"}


@pytest.mark.parametrize("death", STEPS)
async def test_changed_to_another_slot_wherever_it_dies(
    death: tuple[int, bool] | None, tmp_path: Path
) -> None:
    """The old ticket is refunded and the new one is there, in whatever life."""
    url = f"sqlite:///{tmp_path}/journal.db"
    clock = at_eight()
    step, after = death or (None, False)
    second = book("p2")
    async with house(url, clock) as system:
        await begun(system)
        await ask(system, book("p1", slot="1"))
    async with house(url, clock, step=step, after=after) as system:
        await ask(system, Change(by="p", booking="b1", session="e", slot="2"))
        await ask(system, second)  # so that there are steps enough to die at
    async with house(url, clock):
        pass
    async with house(url, clock) as system:
        old, new = [await clinic_ticket(system, booking) for booking in ("b1", "b2")]
        assert (old["state"], old["number"]) == ("refunded", "Z001")
        assert (new["state"], new["number"]) == ("booked", "Z002")
        stages = await system.ref(STREAM).read(
            lambda state: {key: b.trouble for key, b in state.bookings.items()}
        )
        assert set(stages.values()) == {""}
