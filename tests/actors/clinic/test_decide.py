"""What a clinic says to each command, told as it happens at the desk."""

from typing import Any

import msgspec
import pytest

from actors.clinic.commands import (
    CallAgain,
    CallNext,
    CheckIn,
    Finish,
    Miss,
    Recall,
    Register,
    Start,
)
from actors.clinic.events import Opened
from actors.clinic.plan import QueuePlan, RoomPlan
from actors.clinic.replies import (
    NumberGiven,
    PlaceInQueue,
)
from actors.clinic.settings import Settings
from actors.kernel.errors import BadRequest
from tests.actors.clinic.day import OPENING, VAULT, Day, card_of, register


@pytest.fixture
def day() -> Day:
    return Day()


def call(room: str = "3", after: str | None = None) -> CallNext:
    return CallNext(by="xu", room=room, after=after)


# The morning


@pytest.mark.parametrize(
    "command",
    [
        register("A001"),
        CheckIn(by="kiosk", card="c"),
        call(),
        CallAgain(by="xu", room="3", ticket="t1"),
        Start(by="xu", room="3", ticket="t1"),
        Finish(by="xu", room="3", ticket="t1"),
        Miss(by="xu", room="3", ticket="t1"),
        Recall(by="nurse", ticket="t1"),
    ],
)
def test_before_it_is_opened_a_day_takes_nothing(command: Any) -> None:
    assert Day(opening=None).refused(command).code == "not_open"


def test_a_day_is_opened_once(day: Day) -> None:
    assert day.refused(OPENING).code == "already_open"


def test_opening_keeps_the_rules_numbers_in_the_day() -> None:
    settings = Settings(announcement_ms=30_000)
    day = Day(msgspec.structs.replace(OPENING, settings=settings))
    assert day.state.settings == settings
    day.waiting("A001")
    day.ok(call())
    assert day.state.calls["c1"].expires == day.now + 30_000


@pytest.mark.parametrize(
    ("field", "opening"),
    [
        ("rooms.3.queues", {"rooms": {"3": RoomPlan("许安禾", ("A", "X"))}}),
        ("settings.announcement_ms", {"settings": Settings(announcement_ms=-1)}),
        ("settings.call_again_ms", {"settings": Settings(call_again_ms=3_600_001)}),
    ],
)
def test_a_plan_that_cannot_be_is_not_opened(
    field: str, opening: dict[str, Any]
) -> None:
    refusal = Day(opening=None).refused(msgspec.structs.replace(OPENING, **opening))
    assert isinstance(refusal, BadRequest)
    assert refusal.details["field"] == field


def test_a_number_is_drawn_in_its_queue(day: Day) -> None:
    def draw(queue: str, card: str) -> NumberGiven:
        name = VAULT.seal("张友三")
        given = day.ok(Register(by="his", queue=queue, name=name, card=card))
        assert isinstance(given, NumberGiven)
        return given

    assert draw("A", "c1") == NumberGiven("t1", "A001")
    assert draw("B", "c2") == NumberGiven("t2", "B001")
    assert draw("A", "c3") == NumberGiven("t3", "A002")


def test_drawing_passes_over_numbers_that_were_given(day: Day) -> None:
    day.registered("A001")
    day.registered("A003")
    cards = iter("xyz")
    drawn = [
        day.ok(Register(by="his", queue="A", name=VAULT.seal("何苗"), card=card)).number
        for card in cards
    ]
    assert drawn == ["A002", "A004", "A005"]


def test_two_queues_with_one_prefix_never_show_one_number_twice() -> None:
    plans = {"A": QueuePlan("心血管内科"), "D": QueuePlan("内分泌科", prefix="A")}
    rooms = {"3": RoomPlan("许安禾", ("A", "D"))}
    day = Day(msgspec.structs.replace(OPENING, queues=plans, rooms=rooms))
    name = VAULT.seal("何苗")
    numbers = [
        day.ok(Register(by="his", queue=queue, name=name, card=card)).number
        for queue, card in [("A", "1"), ("D", "2"), ("D", "3"), ("A", "4")]
    ]
    assert numbers == ["A001", "A002", "A003", "A004"]


def test_a_number_beyond_three_digits_goes_on(day: Day) -> None:
    day.state.queues["A"].drawn = 999
    given = day.ok(Register(by="his", queue="A", name=VAULT.seal("何苗"), card="c"))
    assert given.number == "A1000"


def test_a_ticket_keeps_the_id_it_came_with(day: Day) -> None:
    command = msgspec.structs.replace(register("A001"), ticket="t2")
    assert day.ok(command) == NumberGiven("t2", "A001")
    assert day.registered("A002") == "t3"
    assert day.refused(msgspec.structs.replace(register("A004"), ticket="t2")).code == (
        "ticket_taken"
    )


def test_a_number_is_given_once(day: Day) -> None:
    day.registered("A001", card="c1")
    refusal = day.refused(register("A001", card="c2"))
    assert refusal.code == "number_taken"
    assert refusal.details == {"number": "A001"}


def test_a_queue_that_is_not_here_has_no_numbers(day: Day) -> None:
    assert day.refused(register("X001")).code == "unknown_queue"


def test_a_patient_stands_in_a_queue_once(day: Day) -> None:
    day.registered("A001", card="c")
    assert day.refused(register("A002", card="c")).code == "already_registered"
    day.registered("B001", card="c")


def test_a_patient_who_is_done_may_have_another_number(day: Day) -> None:
    ticket = day.registered("A001", card="c")
    day.ok(CheckIn(by="kiosk", card="c"))
    day.ok(call())
    day.ok(Finish(by="xu", room="3", ticket=ticket))
    day.registered("A002", card="c")
    assert day.ok(CheckIn(by="kiosk", card="c")).number == "A002"


# The patient


def test_checking_in_tells_the_place_and_the_rooms(day: Day) -> None:
    day.waiting("A001", "A002", "B001")
    day.registered("A003")
    assert day.ok(CheckIn(by="kiosk", card=card_of("A003"))) == PlaceInQueue(
        ticket="t4",
        number="A003",
        queue="A",
        queue_name="心血管内科",
        ahead=2,
        rooms=("2", "3"),
    )


def test_a_kiosk_of_another_clinic_says_where_to_check_in(day: Day) -> None:
    day.registered("A001", card="c")
    elsewhere = CheckIn(by="kiosk", card="c", own_clinic=False)
    refusal = day.refused(elsewhere)
    assert refusal.code == "other_clinic"
    assert "内科二诊区" in refusal.message
    assert day.ok(CheckIn(by="kiosk", card="c")).number == "A001"


def test_a_card_nobody_registered_is_told_where_to_go(day: Day) -> None:
    refusal = day.refused(CheckIn(by="kiosk", card="unknown"))
    assert refusal.code == "not_registered"
    assert "分诊台" in refusal.message


def test_a_second_check_in_tells_the_place_again(day: Day) -> None:
    day.waiting("A001", "A002")
    refusal = day.refused(CheckIn(by="kiosk", card=card_of("A002")))
    assert refusal.code == "already_in"
    assert "A002" in refusal.message
    assert refusal.details == {
        "ticket": "t2",
        "number": "A002",
        "state": "waiting",
        "ahead": 1,
    }


def test_a_card_with_two_numbers_checks_in_one_after_the_other(day: Day) -> None:
    day.registered("A001", card="c")
    day.registered("B001", card="c")
    assert day.ok(CheckIn(by="kiosk", card="c")).number == "A001"
    assert day.ok(CheckIn(by="kiosk", card="c")).number == "B001"
    assert day.refused(CheckIn(by="kiosk", card="c")).details["number"] == "A001"


def test_a_check_in_while_called_sends_to_the_room(day: Day) -> None:
    day.waiting("A001")
    day.ok(call())
    refusal = day.refused(CheckIn(by="kiosk", card=card_of("A001")))
    assert (refusal.code, refusal.details["state"]) == ("already_in", "called")
    assert "3 诊室" in refusal.message


def test_a_check_in_while_in_consultation_says_so(day: Day) -> None:
    (ticket,) = day.waiting("A001")
    day.ok(call())
    day.ok(Start(by="xu", room="3", ticket=ticket))
    refusal = day.refused(CheckIn(by="kiosk", card=card_of("A001")))
    assert (refusal.code, refusal.details["state"]) == ("already_in", "in")


def test_a_check_in_after_a_missed_call_sends_to_the_nurse(day: Day) -> None:
    (ticket,) = day.waiting("A001")
    day.ok(call())
    day.later(10)
    day.ok(Miss(by="xu", room="3", ticket=ticket))
    refusal = day.refused(CheckIn(by="kiosk", card=card_of("A001")))
    assert (refusal.code, refusal.details["state"]) == ("already_in", "missed")
    assert "分诊台" in refusal.message


def test_a_check_in_after_the_visit_is_no_number(day: Day) -> None:
    (ticket,) = day.waiting("A001")
    day.ok(call())
    day.ok(Finish(by="xu", room="3", ticket=ticket))
    refusal = day.refused(CheckIn(by="kiosk", card=card_of("A001")))
    assert refusal.code == "not_registered"
    assert "看完" in refusal.message


def test_what_the_plan_adds_comes_into_the_day_that_runs(day: Day) -> None:
    day.waiting("A001")
    rooms = {**OPENING.rooms, "7": RoomPlan("新来的", ("A", "N"))}
    more = msgspec.structs.replace(
        OPENING,
        rooms=rooms,
        queues={**OPENING.queues, "N": QueuePlan("内分泌科")},
        settings=Settings(sign_in=False),
        again=True,
    )
    day.ok(more)
    (event,) = day.events[-1:]
    assert isinstance(event, Opened)
    assert set(event.rooms) == {"7"}
    assert "7" in day.state.queues["A"].rooms
    assert day.state.settings.sign_in, "other rules come by change_rules"
    before = len(day.events)
    day.ok(more)
    # less is no reason to throw anybody out
    day.ok(msgspec.structs.replace(OPENING, again=True))
    assert len(day.events) == before
    assert "7" in day.state.rooms
    assert day.ok(call("7")).number == "A001"
