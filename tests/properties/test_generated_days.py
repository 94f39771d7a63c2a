"""Days of two clinics by chance, with failing disks, killed servers and a courier that
dies between any two steps. Seeded: a day that fails is found again by its number."""

from __future__ import annotations

from random import Random

import pytest

from actors.clinic import commands as c
from actors.clinic.actor import clinic_stream
from actors.clinic.events import Leaving, RefundPassedOn
from actors.clinic.plan import Target
from actors.kernel.errors import Refusal
from actors.runtime.shape import Accepted
from tests.actors.clinic.day import CLINIC
from tests.properties.chance import HOUR, MINUTE, Chance, an_opening, the_morning
from tests.properties.floor import Floor

CLINICS = {
    clinic: clinic_stream("yunxiu", clinic, "2026-11-23") for clinic in ("im2", "eye1")
}


class Post:
    """The steps of actors/clinic/courier.py, taken one by one: it may be killed
    after each, and then hears the same event again."""

    def __init__(self, luck: Random, floors: dict[str, Floor]) -> None:
        self._luck = luck
        self._floors = floors
        self._heard = dict.fromkeys(floors, 0)

    def _killed(self) -> bool:
        return self._luck.random() < 0.2

    def goes_round(self) -> bool:
        """One event of each clinic; False when there was none."""
        busy = False
        for stream, floor in self._floors.items():
            heard = self._heard[stream]
            if heard < len(floor.journal):
                busy = True
                event = CLINIC.read_event(floor.journal[heard])
                if not isinstance(event, Leaving | RefundPassedOn) or self._carry(
                    floor, event
                ):
                    self._heard[stream] += 1
        return busy

    def _carry(self, here: Floor, event: Leaving | RefundPassedOn) -> bool:
        """Whether it came to the end of it."""
        there = self._floors.get(event.to)
        if isinstance(event, RefundPassedOn):
            if there is not None:
                there.now = max(there.now, here.now)
                there.ask(c.Refund(by="post", ticket=event.ticket, origin=event.origin))
            return not self._killed()
        ticket = here.state.tickets[event.ticket]
        if ticket.state != "leaving" or ticket.leaving != event.leaving:
            return True
        about = {"by": "post", "ticket": event.ticket, "leaving": event.leaving}
        if there is None:
            here.ask(c.NotTaken(**about))
            return not self._killed()
        there.now = max(there.now, here.now)
        answer = there.ask(
            c.Arrive(
                by="post",
                origin=here.stream,
                leaving=event.leaving,
                ticket=event.traveller,
                back=event.back,
            )
        )
        if self._killed():
            return False
        here.now = max(there.now, here.now)
        told = c.NotTaken if isinstance(answer, Refusal) else c.Left
        here.ask(told(**about))
        return not self._killed()


def a_day(seed: int, *, steps: int, watched: bool) -> None:
    luck = Random(seed)
    floors = {stream: Floor(stream, watched=watched) for stream in CLINICS.values()}
    post = Post(luck, floors)
    chances = {
        CLINICS["im2"]: Chance(luck, "eye1"),
        CLINICS["eye1"]: Chance(luck, "im2"),
    }
    for floor in floors.values():
        opening = an_opening(luck)
        assert isinstance(floor.ask(opening), Accepted)
        the_morning(floor, chances[floor.stream])
    for _ in range(steps):
        stream = luck.choice(list(floors))
        floor = floors[stream]
        floor.now += luck.choice([0, 1, 5_000, 12_000, 12_000, 30_000, 2 * MINUTE])
        command = chances[stream].command(floor.state, floor.now)
        fate = luck.random()
        if fate < 0.01:
            floor.lose(command)
        elif fate < 0.02:
            floor.crash()
        floor.ask(command)
        if luck.random() < 0.3:
            post.goes_round()
    while post.goes_round():
        pass
    _nobody_is_lost_between(floors)
    for floor in floors.values():
        _the_day_ends(floor)
        floor.crash()


def _nobody_is_lost_between(floors: dict[str, Floor]) -> None:
    """Whoever left is known where they went, once for each journey."""
    for floor in floors.values():
        for key, ticket in floor.state.tickets.items():
            assert ticket.state != "leaving", "the courier has been everywhere"
            if ticket.state == "left" and ticket.gone_to in floors:
                there = floors[ticket.gone_to].state
                mark = f"{floor.stream}#{key}"
                assert mark in there.arrived or ticket.origin is not None, mark


def _the_day_ends(floor: Floor) -> None:
    """Whoever is left gets an end by the nurse; nothing is closed silently."""
    if floor.state.closed:
        return
    closing = floor.ask(c.CloseDay(by="nurse"))
    assert isinstance(closing, Accepted)
    for left in closing.reply.left:  # type: ignore[attr-defined]
        settled = c.Settle(by="nurse", ticket=left.ticket, end=left.proposed)
        assert isinstance(floor.ask(settled), Accepted)
    floor.now += HOUR
    closing = floor.ask(c.CloseDay(by="nurse"))
    assert isinstance(closing, Accepted)
    assert closing.reply.closed  # type: ignore[attr-defined]
    refused = floor.ask(
        c.Transfer(by="dr", ticket="t1", to=Target(queue="A"), and_return=False)
    )
    assert isinstance(refused, Refusal)


@pytest.mark.parametrize("seed", range(24))
def test_a_day_of_two_clinics(seed: int) -> None:
    a_day(seed, steps=160, watched=True)


@pytest.mark.soak
@pytest.mark.parametrize("hundred", range(100))
def test_ten_thousand_days(hundred: int) -> None:
    for seed in range(hundred * 100, hundred * 100 + 100):
        a_day(seed, steps=240, watched=False)
