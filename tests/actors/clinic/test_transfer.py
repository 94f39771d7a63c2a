"""To another doctor or queue and back, exchanged, refunded, in every state."""

from __future__ import annotations

import msgspec
import pytest

from actors.clinic.commands import (
    CallNext,
    Exchange,
    Finish,
    Merge,
    Miss,
    NotTaken,
    Pin,
    Refund,
    Register,
    Rename,
    Start,
    ToExamination,
    Transfer,
)
from actors.clinic.plan import QueuePlan, Slot, Target
from tests.actors.clinic.day import OPENING, VAULT, Day, card_of

FEES = msgspec.structs.replace(
    OPENING,
    queues={
        "A": QueuePlan("心血管内科"),
        "B": QueuePlan("呼吸内科", department="respiration"),
        "Z": QueuePlan("心血管专家门诊", "专", fee="expert"),
    },
)


@pytest.fixture
def day() -> Day:
    """t1 is called into room 3; t2 and t3 wait."""
    day = Day()
    day.waiting("A001", "A002", "A003")
    day.ok(CallNext(by="xu", room="3"))
    return day


def stage_of(day: Day) -> str:
    return day.state.tickets["t1"].state


def to(queue: str | None = None, doctor: str | None = None) -> Target:
    return Target(queue=queue, doctor=doctor)


def test_to_another_queue_the_room_is_free(day: Day) -> None:
    day.ok(Transfer(by="xu", ticket="t1", room="3", to=to("B"), reason="气喘"))
    assert day.state.rooms["3"].current is None
    assert day.state.queues["B"].order == ["t1"]
    assert day.ok(CallNext(by="lin", room="2")).ticket in ("t1", "t2")


def test_there_and_back_to_who_sent_them(day: Day) -> None:
    day.ok(Transfer(by="xu", ticket="t1", to=to("Z"), and_return=True))
    day.ok(CallNext(by="zhou", room="1"))
    day.ok(Finish(by="zhou", room="1", ticket="t1"))
    ticket = day.state.tickets["t1"]
    assert (ticket.state, ticket.queue, ticket.facts.origin) == (
        "waiting",
        "A",
        "return",
    )
    assert ticket.facts.doctor == "许安禾"
    day.ok(Finish(by="xu", room="3", ticket=day.ok(CallNext(by="xu", room="3")).ticket))


def test_next_sends_home_too(day: Day) -> None:
    day.ok(Transfer(by="xu", ticket="t1", to=to("Z"), and_return=True))
    day.ok(CallNext(by="zhou", room="1"))
    day.waiting("Z001")
    day.ok(CallNext(by="zhou", room="1", after="t1"))
    assert day.state.tickets["t1"].state == "waiting"
    assert day.state.tickets["t1"].queue == "A"


def test_another_fee_or_department_needs_an_exchange_first() -> None:
    day = Day(FEES)
    day.waiting("A001")
    assert day.refused(Transfer(by="n", ticket="t1", to=to("Z"))).code == "other_fee"
    refusal = day.refused(Transfer(by="n", ticket="t1", to=to("B")))
    assert refusal.code == "other_department"
    day.ok(Exchange(by="his", ticket="t1", queue="Z"))
    assert day.state.queues["Z"].order == ["t1"]


def test_an_exchange_keeps_number_and_place(day: Day) -> None:
    day.waiting("B001")
    day.ok(Exchange(by="his", ticket="t3", queue="B"))
    assert day.state.queues["B"].order == ["t3", "t4"]
    assert day.state.tickets["t3"].number == "A003"
    events = len(day.events)
    day.ok(Exchange(by="his", ticket="t3", queue="B"))
    assert len(day.events) == events


def test_an_exchange_takes_another_slot() -> None:
    day = Day()
    day.registered("A001")
    slot = Slot(day.now, day.now + 1_800_000)
    day.ok(Exchange(by="his", ticket="t1", slot=slot))
    assert day.state.tickets["t1"].facts.slot_end == slot.end
    assert day.state.queues["A"].slots == ((slot.start, slot.end),)


def test_a_refund_in_every_state(day: Day) -> None:
    day.registered("A009")  # t4 booked
    day.ok(Start(by="xu", room="3", ticket="t1"))
    for ticket in ("t1", "t2", "t4"):
        day.ok(Refund(by="his", ticket=ticket))
        assert day.state.tickets[ticket].state == "refunded"
    assert day.state.rooms["3"].current is None
    day.ok(CallNext(by="xu", room="3", after="t1"))
    day.ok(ToExamination(by="xu", room="3", ticket="t3"))
    day.ok(Refund(by="his", ticket="t3"))
    events = len(day.events)
    day.ok(Refund(by="his", ticket="t3"))
    assert len(day.events) == events


def test_after_a_refund_they_may_register_anew(day: Day) -> None:
    day.ok(Refund(by="his", ticket="t2"))
    name = VAULT.seal("张友三")
    again = Register(by="his", queue="A", name=name, card=card_of("A002"))
    assert day.ok(again).ticket == "t4"


def test_a_missed_call_is_no_obstacle_to_a_transfer(day: Day) -> None:
    day.later(60)
    day.ok(Miss(by="xu", room="3", ticket="t1"))
    day.ok(Transfer(by="n", ticket="t1", to=to("B")))
    assert not day.state.missed
    assert day.state.queues["B"].order == ["t1"]


def test_pinned_to_a_doctor_another_does_not_call_them(day: Day) -> None:
    day.ok(Pin(by="n", ticket="t2", doctor="林知远"))
    assert day.ok(CallNext(by="xu", room="3", after="t1")).ticket == "t3"
    assert day.ok(CallNext(by="lin", room="2")).ticket == "t2"


def test_leaving_is_seen_until_the_other_clinic_has_spoken(day: Day) -> None:
    away = Target(queue="E", clinic="eye1")
    day.ok(Transfer(by="xu", ticket="t1", to=away))
    ticket = day.state.tickets["t1"]
    assert stage_of(day) == "leaving"
    assert ticket.gone_to == "yunxiu/clinic/eye1/2026-11-23"
    assert day.state.rooms["3"].current is None
    wrong = NotTaken(by="courier", ticket="t1", leaving="l9")
    day.ok(wrong)
    assert stage_of(day) == "leaving"
    day.ok(NotTaken(by="courier", ticket="t1", leaving="l1", code="not_open"))
    assert stage_of(day) == "called"
    assert day.state.rooms["3"].current == "t1"


def test_who_was_in_is_held_when_another_has_come_in_meanwhile(day: Day) -> None:
    day.ok(Transfer(by="xu", ticket="t1", to=Target(queue="E", clinic="eye1")))
    day.ok(CallNext(by="xu", room="3", after="t1"))
    day.ok(NotTaken(by="courier", ticket="t1", leaving="l1"))
    assert day.state.tickets["t1"].state == "held"
    assert day.state.rooms["3"].held == ["t1"]


# Persons


def person(day: Day, queue: str, card: str, person: str) -> str:
    name = VAULT.seal("张友三")
    command = Register(by="his", queue=queue, name=name, card=card, person=person)
    ticket: str = day.ok(command).ticket
    return ticket


def test_a_corrected_name_is_everywhere() -> None:
    day = Day()
    person(day, "A", "c1", "p1")
    person(day, "B", "c1", "p1")
    day.ok(Rename(by="index", person="p1", name=VAULT.seal("章友三")))
    names = {VAULT.open(ticket.name) for ticket in day.state.tickets.values()}
    assert names == {"章友三"}


def test_two_who_are_one_person_are_not_live_twice() -> None:
    day = Day()
    first = person(day, "A", "c1", "p1")
    second = person(day, "A", "c2", "p2")
    refusal = day.refused(Merge(by="index", person="p2", into="p1"))
    assert (refusal.code, set(refusal.details["tickets"])) == (
        "two_live",
        {first, second},
    )
    day.ok(Refund(by="his", ticket=second))
    day.ok(Merge(by="index", person="p2", into="p1"))
    assert day.state.tickets[second].person == "p1"
    again = Register(
        by="his", queue="A", name=VAULT.seal("张友三"), card="c3", person="p1"
    )
    assert day.refused(again).code == "already_registered"
