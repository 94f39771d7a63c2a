"""The forecast calls whom the rules call: held against the rules themselves."""

from __future__ import annotations

from math import log
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from actors.clinic.order.counting import Counters
from actors.clinic.order.facts import ClassHeld, QueueFacts, Seat, Waiting
from actors.clinic.settings import (
    Cross,
    CrossRule,
    Emergency,
    Late,
    Order,
    Recall,
    Returns,
    Settings,
    SpecialClass,
)
from actors.forecast.ahead import look_ahead
from actors.forecast.experience import Experience
from actors.forecast.floor import Pace
from actors.forecast.lessons import Lessons
from actors.forecast.outline import Examined, Outline, Sitting
from actors.forecast.reading import floor_of
from tests.actors.forecast.floors import EXACT
from tests.actors.forecast.one_by_one import Return, walk

NOW = 1_795_395_600_000
MINUTE = 60_000
SLOTS = tuple(
    (NOW + place * 30 * MINUTE, NOW + (place + 1) * 30 * MINUTE)
    for place in range(-2, 4)
)


def foreseen(
    seats: list[Seat],
    turns: list[int],
    queues: dict[str, QueueFacts],
    settings: Settings,
    examined: tuple[Examined, ...] = (),
) -> dict[str, int]:
    """When each is called, where every turn takes what it takes."""
    outline = Outline(
        "yunxiu/clinic/im2/2026-11-23",
        "im2",
        "2026-11-23",
        NOW,
        settings,
        queues,
        tuple(Sitting(seat) for seat in seats),
        examined,
    )
    floor, why = floor_of(outline, Lessons(Experience()))
    assert why == {}
    chairs = tuple(
        replace(chair, pace=Pace(log(turn)))
        for chair, turn in zip(floor.chairs, turns, strict=True)
    )
    # nobody joins while such a day is lived, so nobody is expected to
    lines = tuple(replace(line, arrivals=0.0) for line in floor.lines)
    floor = replace(floor, chairs=chairs, lines=lines, habits=EXACT)
    return {
        ticket: round(one.p50)
        for ticket, one in look_ahead(floor, replications=4).items()
    }


CLASSES = (
    SpecialClass("army", "军人", level=2),
    SpecialClass("aged", "老人", level=5),
    SpecialClass("child", "儿童", level=6, mode="interleave", every=3),
)
SETTINGS = st.builds(
    Settings,
    order=st.builds(
        Order,
        base=st.sampled_from(["registration", "check_in", "slot"]),
        booked_first=st.booleans(),
    ),
    late=st.builds(
        Late,
        mode=st.sampled_from(["normal", "interleave", "half_end"]),
        every=st.integers(1, 4),
    ),
    recall=st.builds(
        Recall,
        mode=st.sampled_from(["anew", "interleave", "half_end"]),
        every=st.integers(1, 4),
    ),
    returns=st.builds(
        Returns,
        first=st.integers(0, 3),
        back=st.just(1),
        even_out=st.booleans(),
    ),
    emergency=st.just(Emergency()),
    classes=st.just(CLASSES),
)


@st.composite
def crowds(draw: Any, prefix: str, *, most: int = 14) -> tuple[Waiting, ...]:
    """People who have come in turn, for whatever reason."""
    found = []
    for place in range(draw(st.integers(1, most))):
        slot = draw(st.sampled_from([(0, 0), *SLOTS]))
        joined_at = NOW - (60 - place) * MINUTE
        special = draw(st.sampled_from(["", "", "", "army", "aged", "child"]))
        found.append(
            Waiting(
                ticket=f"{prefix}{place}",
                registered=draw(st.integers(1, 1000)) * 100 + place,
                joined=place + 1,
                joined_at=joined_at,
                checked_in_at=joined_at,
                slot_start=slot[0],
                slot_end=slot[1],
                booked=draw(st.booleans()),
                origin=draw(st.sampled_from(["check_in"] * 4 + ["recall", "return"])),
                classes=(ClassHeld(special, 2000 + place),) if special else (),
                emergency=draw(st.sampled_from([0] * 9 + [2])),
                triaged_at=joined_at,
            )
        )
    return tuple(found)


@given(SETTINGS, crowds("a"), st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_a_line_is_called_as_the_rules_call_it(
    settings: Settings, waiting: tuple[Waiting, ...], minutes: list[int]
) -> None:
    turns = [one * MINUTE + place for place, one in enumerate(minutes)]
    seats = [
        Seat(room=str(place), doctor=f"d{place + 1}", queues=("A",))
        for place in range(len(turns))
    ]
    queues = {"A": QueueFacts(key="A", waiting=waiting, slots=SLOTS)}
    assert foreseen(seats, turns, queues, settings) == walk(
        seats, turns, queues, settings, NOW
    )


@given(
    st.builds(Settings, order=st.builds(Order, booked_first=st.booleans())),
    crowds("a"),
    st.lists(st.sampled_from(["", "", "d1", "d2", "d3"]), min_size=14, max_size=14),
    st.lists(st.integers(1, 9), min_size=3, max_size=3),
)
def test_who_wants_one_doctor_waits_for_that_one(
    settings: Settings,
    waiting: tuple[Waiting, ...],
    wanted: list[str],
    minutes: list[int],
) -> None:
    """Exact where nothing is interleaved. Where it is, a doctor's own patients shift
    who is due by the others' calls, which a line drawn once does not know: there a
    place may be off by one."""
    waiting = tuple(
        replace(who, doctor=doctor, origin="check_in", classes=())
        for who, doctor in zip(waiting, wanted, strict=False)
    )
    turns = [one * MINUTE + place for place, one in enumerate(minutes)]
    seats = [
        Seat(room=str(place), doctor=f"d{place + 1}", queues=("A",))
        for place in range(3)
    ]
    queues = {"A": QueueFacts(key="A", waiting=waiting, slots=SLOTS)}
    assert foreseen(seats, turns, queues, settings) == walk(
        seats, turns, queues, settings, NOW
    )


@given(
    st.sampled_from(["longest", "listed"]),
    st.booleans(),
    crowds("a", most=8),
    crowds("b", most=8),
)
def test_a_doctor_with_two_queues_takes_from_them_as_the_rules_say(
    mode: Any, own_first: bool, here: tuple[Waiting, ...], there: tuple[Waiting, ...]
) -> None:
    settings = Settings(
        classes=CLASSES, cross=Cross(mode=mode, own_expert_first=own_first)
    )
    here = tuple(replace(who, emergency=0) for who in here)
    there = tuple(replace(who, emergency=0) for who in there)
    seats = [Seat(room="1", doctor="d1", queues=("A", "Z"))]
    queues = {
        "A": QueueFacts(key="A", waiting=here, slots=SLOTS),
        "Z": QueueFacts(key="Z", waiting=there, slots=SLOTS, doctor="d1"),
    }
    turns = [7 * MINUTE]
    assert foreseen(seats, turns, queues, settings) == walk(
        seats, turns, queues, settings, NOW
    )


def test_a_queue_that_waits_too_long_is_taken_from_first() -> None:
    settings = Settings(
        cross=Cross(mode="listed", rules=(CrossRule("B", 70 * MINUTE),))
    )
    seats = [Seat(room="1", doctor="d1", queues=("A", "B"))]
    queues = {
        key: QueueFacts(
            key=key,
            waiting=tuple(
                Waiting(ticket=f"{key}{place}", joined=place, joined_at=joined_at)
                for place, joined_at in enumerate([NOW - 50 * MINUTE, NOW])
            ),
        )
        for key in ("A", "B")
    }
    turns = [15 * MINUTE]
    found = foreseen(seats, turns, queues, settings)
    assert found == walk(seats, turns, queues, settings, NOW)
    # the head of B has waited over 70 minutes when A1 has been called
    assert found == {"A0": 0, "A1": 15 * MINUTE, "B0": 30 * MINUTE, "B1": 45 * MINUTE}


@pytest.mark.parametrize("first", [0, 1, 2, 3])
@pytest.mark.parametrize("even_out", [False, True])
@pytest.mark.parametrize("dues", [(1,), (1, 2, 3), (12, 12, 40), (1, 1, 1, 1, 1)])
def test_those_at_an_examination_come_back_into_the_line_by_the_rules(
    first: int, even_out: bool, dues: tuple[int, ...]
) -> None:
    settings = Settings(returns=Returns(first=first, even_out=even_out))
    seats = [Seat(room="1", doctor="d1", queues=("A",))]
    waiting = tuple(
        Waiting(ticket=f"a{place}", joined=place + 1, joined_at=NOW - 9 + place)
        for place in range(9)
    )
    counters = Counters()
    for lane in ("normal", "returned", "normal"):
        counters, _ = counters.count(lane)
    # each joins with the count of calls of its moment
    waiting = tuple(replace(who, calls=3) for who in waiting)
    queues = {"A": QueueFacts(key="A", waiting=waiting, counters=counters)}
    returns = [
        Return(due * MINUTE + place, "A", Waiting(ticket=f"r{place}"))
        for place, due in enumerate(dues)
    ]
    examined = tuple(Examined("A", NOW - 1, NOW + one.at) for one in returns)
    turns = [10 * MINUTE]
    lived = walk(seats, turns, queues, settings, NOW, returns)
    found = foreseen(seats, turns, queues, settings, examined)
    assert found == {who: at for who, at in lived.items() if who.startswith("a")}
