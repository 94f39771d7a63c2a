"""Any rules and any waiting room, for Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from actors.clinic.order.counting import Counters
from actors.clinic.order.facts import (
    ClassHeld,
    QueueFacts,
    Waiting,
    put_after,
    put_before,
)
from actors.clinic.settings import (
    Emergency,
    Extra,
    Fairness,
    Late,
    Order,
    Recall,
    Returns,
    Settings,
    problems,
)
from tests.actors.clinic_order.morning import AGED, ARMY, CHILD, MINUTE, SLOTS, at

small = st.integers(1, 4)


@st.composite
def rules(draw: st.DrawFn, *, per: tuple[str, ...] = ("queue",)) -> Settings:
    """Settings that have no problems."""
    base: Any = draw(st.sampled_from(["registration", "check_in", "slot"]))
    late = ["normal", "interleave", "half_end"]
    recall = ["anew", "interleave", "half_end"]
    if base == "slot":
        late += ["slot_end_checkin", "slot_end_registered"]
        recall += ["slot_end"]
    found = Settings(
        order=Order(
            base=base,
            booked_first=draw(st.booleans()),
            inside=draw(st.sampled_from(["check_in", "registration"])),
            unseen_first=draw(st.booleans()),
        ),
        late=Late(
            draw(st.sampled_from(late)),
            draw(small),
            keeps_class=draw(st.booleans()),
        ),
        recall=Recall(
            draw(st.sampled_from(recall)),
            draw(small),
            draw(st.sampled_from(per)),
            keeps_class=draw(st.booleans()),
        ),
        returns=Returns(
            draw(st.sampled_from(["interleave", "interleave", "recall"])),
            draw(st.integers(0, 3)),
            draw(st.integers(1, 2)),
            even_out=draw(st.booleans()),
        ),
        classes=(AGED, ARMY, CHILD),
        fairness=Fairness(overtaken=draw(st.sampled_from([0, 0, 2]))),
        emergency=Emergency(on=draw(st.sampled_from([False, False, True]))),
        extra=Extra(),
    )
    assert not problems(found)
    return found


@st.composite
def rooms(
    draw: st.DrawFn, *, most: int = 12, pins: bool = False, doors: bool = False
) -> QueueFacts:
    """A queue with some past and anybody in it."""
    counters = Counters()
    for lane in draw(st.lists(_lanes, max_size=8)):
        counters, counted = counters.count(lane, "dr3")
        if draw(st.booleans()):
            counters = counters.take_back(counted)
    waiting = [
        _anybody(draw, n, counters.calls, pins=pins, doors=doors)
        for n in range(draw(st.integers(0, most)))
    ]
    for n, who in enumerate(waiting):
        if n and draw(st.integers(0, 9)) == 0:
            put = put_before if draw(st.booleans()) else put_after
            beside = waiting[draw(st.integers(0, n - 1))]
            waiting[n] = put(who, beside, 100 + n)
    return QueueFacts(key="A", waiting=tuple(waiting), counters=counters, slots=SLOTS)


_lanes = st.sampled_from(["normal", "normal", "normal", "late", "recalled", "returned"])


def _anybody(
    draw: st.DrawFn, n: int, calls: int, *, pins: bool, doors: bool
) -> Waiting:
    joined = n + 1
    joined_at = at("08:00") + joined * 13 * MINUTE
    who = Waiting(
        ticket=f"t{joined}",
        registered=draw(st.integers(1, 5)),
        joined=joined,
        joined_at=joined_at,
        checked_in_at=joined_at,
        calls=draw(st.integers(0, calls)),
        half=draw(st.sampled_from(["am", "am", "pm"])),
        booked=draw(st.booleans()),
        origin=draw(st.sampled_from(["check_in"] * 4 + ["recall", "return"])),
    )
    if draw(st.booleans()):
        start, end = draw(st.sampled_from(SLOTS))
        who = replace(who, slot_start=start, slot_end=end)
    rare = draw(st.integers(0, 15))
    if rare == 0:
        who = replace(who, emergency=draw(small))
    elif rare == 1:
        who = replace(who, extra=draw(st.sampled_from(["half_end", "slot_end"])))
    elif rare == 2:
        who = replace(who, overtaken=2)
    elif rare == 3:
        who = replace(who, overdue=True)
    elif rare <= 6:
        key = draw(st.sampled_from(["aged", "army", "child", "unknown"]))
        seq = draw(st.integers(0, 20))
        who = replace(who, classes=(ClassHeld(key, seq, calls=who.calls),))
    elif rare == 7:
        who = replace(who, origin="postponed")
    elif rare == 8 and pins:
        who = replace(who, doctor=draw(st.sampled_from(["dr3", "dr4"])))
    elif rare == 9 and doors:
        room = draw(st.sampled_from(["3", "4"]))
        who = replace(who, at_room=room, at_room_seq=joined)
    return who
