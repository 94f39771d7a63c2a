"""What differs, found registration by registration, and what a delivery takes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from actors.clinic.actor import clinic_capability
from actors.clinic.commands import Exchange, Finish, OpenedElsewhere, Refund, Register
from actors.clinic.events import Opened, Registered
from actors.clinic.plan import ClinicPlan, QueuePlan, RoomPlan
from actors.clinic.settings import Settings
from actors.clinic.state import ClinicState
from actors.his.compare import Difference, differences
from actors.his.compare_pool import pool_differences
from actors.his.delivery import delivery_of, register_no_of, ticket_of
from actors.his.messages import (
    Delivered,
    NotDelivered,
    NotTold,
    Placing,
    RegistrationSaid,
    SaidRegistration,
    SaidSession,
    SaidSlot,
    SessionSaid,
)
from actors.his.places import BadPlaces, Place, Places, read_places
from actors.his.state import HisState, KeptRegistration, evolve
from actors.schedule.commands import Book, Cancel, Take
from actors.schedule.events import SessionAdded, Stopped
from actors.schedule.plan import SessionPlan, SlotPlan
from actors.schedule.state import ScheduleState
from tests.actors.his.house import VAULT
from tests.actors.schedule.day import SCHEDULE

DAY = "2026-11-23"
AT = 1_795_392_000_000
NAME = VAULT.seal("程望舒")
PLACES = Places(
    departments={"0101": Place("im2", "A"), "0102": Place("eye1", "E")},
    experts={"0101": Place("im2", "Z")},
    doctors={"D9": Place("im2", "Z", "zhou")},
    rooms={"201": "3"},
)
CLINIC = clinic_capability(VAULT)


def said(**changed: Any) -> SaidRegistration:
    usual: dict[str, Any] = {
        "register_no": "R1",
        "version": 1,
        "digest": b"",
        "standing": "booked",
        "schedule_no": "S1",
        "department": "0101",
        "doctor": "D1",
        "kind": "ordinary",
        "day": DAY,
        "half": "am",
        "see_no": "A001",
        "patient_id": "P1",
        "name": NAME,
        "card": "c1",
        "slot_no": "01",
        "start": AT,
        "end": AT + 1_800_000,
    }
    return SaidRegistration(**usual | changed)


def record(*events: Any) -> HisState:
    state = HisState("test/his/" + DAY, DAY)
    for event in events:
        evolve(state, event)
    return state


def clinic(*tickets: tuple[str, str]) -> ClinicState:
    state: ClinicState = CLINIC.new(f"test/clinic/im2/{DAY}")
    opened = Opened(
        at=AT,
        by="admin",
        clinic=ClinicPlan("内科", "测试医院"),
        queues={"A": QueuePlan("普"), "Z": QueuePlan("专")},
        rooms={"3": RoomPlan("周", ("A", "Z"))},
        settings=Settings(),
    )
    CLINIC.evolve(state, opened)
    for ticket, number in tickets:
        registered = Registered(
            at=AT,
            by="his",
            ticket=ticket,
            number=number,
            queue="A",
            name=NAME,
            card=ticket,
        )
        CLINIC.evolve(state, registered)
    return state


def found(state: HisState, **clinics: ClinicState) -> list[Difference]:
    return list(differences(state, clinics, PLACES))


HEARD = RegistrationSaid(at=AT, said=said())
HERE = Delivered(
    at=AT,
    what="registration",
    id="R1",
    version=1,
    did="registered",
    placing=Placing("im2", "A", "h-R1", slot_no="01"),
)


def test_the_same_on_both_sides_is_no_difference() -> None:
    assert found(record(HEARD, HERE), im2=clinic(("h-R1", "A001"))) == []


def test_heard_and_not_here_says_why() -> None:
    (one,) = found(record(HEARD), im2=clinic())
    assert (one.kind, one.clinic, one.why) == ("missing_here", "im2", "on its way")
    refused = NotDelivered(
        at=AT, what="registration", id="R1", version=1, code="not_open"
    )
    (one,) = found(record(HEARD, refused), im2=clinic())
    assert one.why == "not_open"


def test_given_back_and_never_here_is_nobodys_business() -> None:
    gone = RegistrationSaid(at=AT, said=said(standing="cancelled"))
    assert found(record(gone), im2=clinic()) == []


def test_given_back_there_and_live_here() -> None:
    gone = RegistrationSaid(at=AT, said=said(version=2, standing="refunded"))
    (one,) = found(record(HEARD, HERE, gone), im2=clinic(("h-R1", "A001")))
    assert (one.kind, one.his, one.why) == ("standing", "refunded", "on its way")


def test_another_number() -> None:
    (one,) = found(record(HEARD, HERE), im2=clinic(("h-R1", "A002")))
    assert (one.kind, one.his, one.ours) == ("number", "A001", "A002")


def test_another_queue() -> None:
    moved = RegistrationSaid(at=AT, said=said(version=2, kind="expert"))
    (one,) = found(record(HEARD, HERE, moved), im2=clinic(("h-R1", "A001")))
    assert (one.kind, one.his, one.ours) == ("queue", "im2/Z", "im2/A")


def test_a_ticket_that_his_never_spoke_of() -> None:
    (one,) = found(record(), im2=clinic(("h-R7", "A007"), ("t1", "A008")))
    assert (one.kind, one.register_no) == ("missing_there", "R7")


def test_what_his_says_this_moment_counts_when_it_is_asked() -> None:
    state = record(HEARD, HERE)
    clinics = {"im2": clinic(("h-R1", "A001"))}
    (one,) = differences(state, clinics, PLACES, said_now={})
    assert (one.kind, one.register_no) == ("missing_there", "R1")
    now = {"R1": said(), "R2": said(register_no="R2", see_no="A002")}
    (one,) = differences(state, clinics, PLACES, said_now=now)
    assert (one.kind, one.register_no) == ("missing_here", "R2")


def test_what_his_would_not_hear() -> None:
    deaf = NotTold(at=AT, register_no="R1", what="called", trade_no="t", code="4209")
    (one,) = found(record(HEARD, HERE, deaf), im2=clinic(("h-R1", "A001")))
    assert (one.kind, one.his, one.ours) == ("untold", "refused 4209", "called")


# What a delivery takes


def kinds(kept: KeptRegistration) -> list[type]:
    return [type(step.command) for step in delivery_of(kept, DAY, PLACES).steps]


def placed(**changed: Any) -> KeptRegistration:
    kept = record(HEARD, HERE).registrations["R1"]
    kept.said = said(version=2, **changed)
    return kept


def test_a_new_one_is_registered_and_takes_a_place_in_the_pool() -> None:
    delivery = delivery_of(KeptRegistration(said()), DAY, PLACES)
    register, book = (step.command for step in delivery.steps)
    assert isinstance(register, Register)
    assert (register.ticket, register.number, register.queue) == ("h-R1", "A001", "A")
    assert isinstance(book, Book)
    assert (book.outside, book.ref, book.number) == (True, "R1.1", "A001")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, [Book]),
        ({"kind": "expert"}, [Exchange, Book]),
        ({"doctor": "D9"}, [Exchange, Book]),
        ({"slot_no": "02"}, [Exchange, Book]),
        ({"department": "0102"}, [Refund, Register, Book]),
        ({"standing": "refunded"}, [Refund]),
        ({"day": "2026-11-24"}, [Refund]),
        ({"seen": "opened", "room": "201"}, [OpenedElsewhere, Book]),
        ({"seen": "done", "room": "201"}, [OpenedElsewhere, Finish, Book]),
    ],
    ids=str,
)
def test_what_a_change_takes(changed: dict[str, Any], expected: list[type]) -> None:
    assert kinds(placed(**changed)) == expected


def test_what_his_has_opened_is_passed_on_once() -> None:
    kept = placed(seen="opened", room="201")
    opened = delivery_of(kept, DAY, PLACES).steps[0]
    assert isinstance(opened.command, OpenedElsewhere)
    kept.placing = opened.placing
    assert kinds(kept) == [Book]
    kept.said = said(version=4, seen="done", room="201")
    assert kinds(kept) == [Finish, Book]


def test_a_place_in_the_pool_is_taken_changed_and_given_back() -> None:
    kept = placed()
    (book,) = delivery_of(kept, DAY, PLACES).steps
    assert book.booking is not None
    kept.booking = msgspec.structs.replace(book.booking, booking="b1")
    assert kinds(kept) == []
    kept.said = said(version=3, standing="taken")
    assert kinds(kept) == [Take]
    kept.said = said(version=4, slot_no="02")
    assert kinds(kept) == [Exchange, Cancel, Book]
    kept.said = said(version=5, standing="cancelled")
    assert kinds(kept) == [Refund, Cancel]


def test_one_that_is_live_again_gets_another_ticket() -> None:
    kept = placed()
    assert kept.placing is not None
    kept.placing = msgspec.structs.replace(kept.placing, gone=True)
    register = delivery_of(kept, DAY, PLACES).steps[0].command
    assert isinstance(register, Register)
    assert register.ticket == "h2-R1"


def test_tickets_are_named_after_registrations() -> None:
    assert [ticket_of("R-1.x", n) for n in (1, 2)] == ["h-R-1.x", "h2-R-1.x"]
    for ticket in ("h-R-1.x", "h2-R-1.x"):
        assert register_no_of(ticket) == "R-1.x"
    assert register_no_of("t12") is None


def test_no_place_is_trouble_and_takes_nothing() -> None:
    delivery = delivery_of(KeptRegistration(said(department="0999")), DAY, PLACES)
    assert (delivery.steps, delivery.trouble) == ((), "no_place")


# Places


def test_places_are_read_from_a_file(tmp_path: Any) -> None:
    file = tmp_path / "his.toml"
    assert read_places(file) == Places()
    file.write_text(
        '[departments]\n0101 = "im2/A"\n[experts]\n0101 = "im2/Z"\n'
        '[doctors]\nD9 = "im2/Z/zhou"\n[rooms]\n201 = "3"\n'
    )
    places = read_places(file)
    assert places.place_of("0101", "D1", "ordinary") == Place("im2", "A")
    assert places.place_of("0101", "D1", "expert") == Place("im2", "Z")
    assert places.place_of("0101", "D9", "ordinary") == Place("im2", "Z", "zhou")
    assert places.place_of("0102", "D1", "expert") is None
    assert (places.room_of("201"), places.room_of("5")) == ("3", "5")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[department]\n", "there is no [department]"),
        ('[departments]\n0101 = "im2"\n', "departments.0101: expected clinic/queue"),
        ("[departments]\n0101 = 3\n", "departments.0101: expected text"),
        ('[rooms]\n1 = "a b"\n', "rooms.1: expected a room"),
        ("[departments\n", "his.toml"),
    ],
)
def test_a_bad_file_says_where(text: str, said: str, tmp_path: Any) -> None:
    file = tmp_path / "his.toml"
    file.write_text(text)
    with pytest.raises(BadPlaces) as bad:
        read_places(file)
    assert said in str(bad.value)


def the_pool(*events: Any) -> dict[str, ScheduleState]:
    state = SCHEDULE.new(f"test/schedule/0101/{DAY}")
    for event in events:
        SCHEDULE.evolve(state, event)
    return {"0101": state}


def a_session(**changed: Any) -> SaidSession:
    usual: dict[str, Any] = {
        "schedule_no": "S1",
        "version": 1,
        "digest": b"",
        "department": "0101",
        "doctor": "D1",
        "half": "am",
        "kind": "ordinary",
        "state": "open",
        "total": 3,
        "fen": 1500,
        "slots": (SaidSlot("01", AT, AT + 1_800_000, 3),),
    }
    return SaidSession(**usual | changed)


def in_the_pool(key: str = "S1", *, doctor: str = "D1", count: int = 3) -> SessionAdded:
    slots = {"01": SlotPlan(AT, AT + 1_800_000, count)}
    plan = SessionPlan(half="am", slots=slots, doctor=doctor)
    return SessionAdded(at=AT, by="his", session=key, plan=plan)


STOPPED = Stopped(
    at=AT, by="his", session="S1", slots=("01",), reason="", ended=(), affected=()
)


@pytest.mark.parametrize(
    ("said", "ours", "kind"),
    [
        (a_session(), (in_the_pool(),), ""),
        (a_session(), (), "session_missing_here"),
        (a_session(state="stopped"), (), ""),
        (None, (in_the_pool(),), "session_missing_there"),
        (None, (in_the_pool(), STOPPED), ""),
        (a_session(state="stopped"), (in_the_pool(),), "session_state"),
        (a_session(), (in_the_pool(), STOPPED), "session_state"),
        (a_session(), (in_the_pool(doctor="D2"),), "session_doctor"),
        (a_session(), (in_the_pool(count=2),), "slot_count"),
        (
            a_session(slots=(SaidSlot("02", AT, AT + 1, 3),)),
            (in_the_pool(),),
            "slot_missing",
        ),
    ],
)
def test_the_pool_beside_his_sessions(
    said: SaidSession | None, ours: tuple[Any, ...], kind: str
) -> None:
    events = () if said is None else (SessionSaid(at=AT, said=said),)
    found = list(pool_differences(record(*events), the_pool(*ours)))
    assert [one.kind for one in found] == ([kind] if kind else [])
    assert all(one.session.startswith("S1") for one in found)
