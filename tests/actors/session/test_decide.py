"""One patient at a kiosk: each step, who may go on from it, and how it ends."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from actors.runtime.shape import Wake
from actors.runtime.testkit import Kit
from actors.session.decide import wake_at
from actors.session.findings import Finding, Given
from actors.session.messages import (
    Begun,
    Book,
    Cancel,
    CheckIn,
    Confirm,
    Drop,
    End,
    Ended,
    Hold,
    More,
    Reprint,
    Second,
    Set,
    Start,
    Stay,
    Take,
)
from actors.session.state import SessionState
from actors.session.who import WRONG_A_DAY
from tests.actors.session.day import (
    BOOKING,
    GOT,
    HELD,
    KIOSK,
    OTHER,
    PLACE,
    WHOM,
    begun_in,
    card,
    checking_in,
    confirmed,
    holding,
    kit,
    row,
    session_of,
    settle,
)


def typed(person: str = "p7", mark: str = "m1") -> Any:
    return card(None, mark, how="typed", person=person, found=Finding(), places=())


def second(here: Kit[SessionState], right: bool, mark: str = "m1") -> Any:
    session = session_of(here)
    whom = WHOM if right else None
    found = Finding((row(),)) if right else Finding()
    return Second(
        by=KIOSK, session=session.id, mark=mark, right=right, whom=whom, found=found
    )


def wake(here: Kit[SessionState], step: str, why: str) -> None:
    """It stays while there is time, and then it ends for this reason."""
    session = session_of(here)
    assert session.step == step
    here.clock.at = session.deadline - 1
    assert here.run(Wake(session.deadline)).events == ()
    here.clock.at = session.deadline
    assert wake_at(here.state) == session.deadline
    here.run(Wake(session.deadline))
    assert here.state.last is not None
    assert here.state.last.why == why
    nothing_left(here)


def nothing_left(here: Kit[SessionState]) -> None:
    assert here.state.session is None
    view = here.view("kiosk")
    assert {name for name, rows in view.items() if rows} <= {"session", "last"}
    assert view["session"] == {"step": "idle"}


# Who it is


def test_a_card_shows_a_masked_name_and_asks() -> None:
    here = kit()
    here.run(card())
    view = here.view("kiosk")
    assert view["who"] == {"name": "张*三", "sex": "2", "age": 76}
    assert view["session"]["step"] == "confirm"
    assert here.run(CheckIn(by=KIOSK, ticket="1")).refusal is not None


def test_another_card_never_switches_a_session() -> None:
    for here in (kit(), confirmed(), checking_in(), holding()):
        if here.state.session is None:
            here.run(card())
        before = session_of(here).id
        refused = here.run(card(OTHER, "m2")).refusal
        assert refused is not None
        assert refused.code == "session_busy"
        assert session_of(here).id == before
        assert here.view("kiosk")["who"]["name"] == "张*三"


def test_the_same_card_laid_again_changes_nothing() -> None:
    here = confirmed()
    ran = here.run(card())
    assert (ran.events, ran.reply.session) == ((), "k1")
    assert session_of(here).step == "choose"


def test_after_an_end_the_next_one_is_somebody_else() -> None:
    here = confirmed()
    here.run(End(by=KIOSK, why="done"))
    nothing_left(here)
    here.run(card(OTHER, "m2", tickets=()))
    assert session_of(here).id == "k2"
    assert here.view("kiosk")["who"]["name"] == "李*芳"
    assert not here.view("kiosk").get("tickets")


def test_a_touch_begins_and_a_card_goes_on() -> None:
    here = kit()
    here.run(Start(by=KIOSK, purpose="check_in", language="en", large=True))
    assert here.run(Start(by=KIOSK)).reply.session == "k1"
    here.run(card())
    session = session_of(here)
    assert (session.language, session.large, session.id) == ("en", True, "k1")


def test_a_card_nobody_knows_can_make_a_file_if_it_was_read() -> None:
    here = kit()
    here.run(card(None, "m9", can_make=True))
    assert "first_visit" in here.view("kiosk")["session"]["can"]
    other = here.run(card(WHOM, "m1", how="first_visit")).refusal
    assert other is not None
    assert other.code == "other_card"
    here.run(card(WHOM, "m9", how="first_visit", tickets=()))
    assert session_of(here).step == "confirm"


def test_a_code_that_is_nothing_is_said_and_read_again() -> None:
    here = kit()
    here.run(card(None, "m9", code="bad_number"))
    assert here.view("kiosk")["said"]["code"] == "bad_number"
    assert session_of(here).step == "identifying"
    here.run(card())
    assert session_of(here).step == "confirm"


def test_a_typed_number_shows_nothing_before_the_second_factor() -> None:
    known, unknown = kit(), kit()
    known.run(typed("p7"))
    unknown.run(typed(""))
    assert known.view("kiosk") == unknown.view("kiosk")
    assert not known.view("kiosk").get("who")
    known.run(second(known, right=True))
    assert known.view("kiosk")["who"]["name"] == "张*三"


def test_three_wrong_seconds_end_it_known_or_not() -> None:
    for person in ("p7", ""):
        here = kit()
        here.run(typed(person))
        for _ in range(2):
            here.run(second(here, right=False))
            assert here.view("kiosk")["said"]["code"] == "second_wrong"
        here.run(second(here, right=False))
        assert here.state.last is not None
        assert here.state.last.why == "not_matched"
        nothing_left(here)


def test_a_number_cannot_be_tried_out_in_session_after_session() -> None:
    here = kit()
    for _ in range(WRONG_A_DAY):
        if here.state.session is None or session_of(here).step != "second":
            assert here.run(typed()).refusal is None
        here.run(second(here, right=False))
    refused = here.run(typed()).refusal
    assert refused is not None
    assert refused.code == "too_often"


def test_a_second_for_another_number_is_not_taken() -> None:
    here = kit()
    here.run(typed())
    late = second(here, right=True)
    here.run(typed("", "m2"))
    refused = here.run(late).refusal
    assert refused is not None
    assert refused.code == "not_now"


# Checking in


def test_a_check_in_is_an_intent_and_then_an_outcome() -> None:
    here = confirmed()
    ran = here.run(CheckIn(by=KIOSK, ticket="1", doctor="xu"))
    (begun,) = begun_in(ran.events)
    assert (begun.what, begun.clinic, begun.ticket) == ("check_in", "im2", "t12")
    assert (begun.own, begun.doctor, begun.person) == (True, "xu", "p7")
    assert here.view("kiosk")["doing"]["what"] == "check_in"
    here.run(settle(place=PLACE, found=Finding((row("place"),))))
    view = here.view("kiosk")
    assert view["session"]["step"] == "done"
    assert "前面还有 6 位" in view["said"]["zh"]
    assert "6 before you" in view["said"]["en"]
    assert view["slip"]["id"] == "slip-2026-11-23-k1-1"
    assert view["tickets"]["1"]["does"] == "place"


def test_what_the_clinic_says_no_to_is_said_and_something_else_chosen() -> None:
    here = checking_in()
    here.run(settle(code="too_early", message="还没有到", minutes=20))
    view = here.view("kiosk")
    assert view["session"]["step"] == "choose"
    assert "20 分钟" in view["said"]["zh"]
    assert "20 minutes" in view["said"]["en"]
    assert view["said"]["about"] == "1"
    assert not view.get("slip")


@pytest.mark.parametrize(
    ("does", "what"),
    [("check_in", "check_in"), ("rejoin", "rejoin"), ("return", "return")],
)
def test_the_row_says_what_is_asked_of_the_clinic(does: str, what: str) -> None:
    here = confirmed(tickets=(row(does),))
    (begun,) = begun_in(here.run(CheckIn(by=KIOSK, ticket="1")).events)
    assert begun.what == what


def test_who_stands_in_line_is_shown_the_place_and_nothing_is_asked() -> None:
    here = confirmed(tickets=(row("place"),))
    ran = here.run(CheckIn(by=KIOSK, ticket="1", place=PLACE))
    assert begun_in(ran.events) == []
    assert here.view("kiosk")["said"]["code"] == "in_line"
    assert not here.view("kiosk").get("slip")


def test_several_tickets_are_chosen_from_and_one_that_is_not_there_is_not() -> None:
    rows = (row(), row("", ticket="t2", note="other_clinic", floor="3"))
    here = confirmed(tickets=rows)
    assert "请到3 楼内科二诊区签到" in here.view("kiosk")["tickets"]["2"]["note_zh"]
    for key, code in (("2", "not_here"), ("3", "unknown_row")):
        refused = here.run(CheckIn(by=KIOSK, ticket=key)).refusal
        assert refused is not None
        assert refused.code == code


def test_a_slip_is_printed_again_under_another_id() -> None:
    here = checking_in()
    here.run(settle(place=PLACE))
    first = here.view("kiosk")["slip"]["id"]
    here.run(More(by=KIOSK, session="k1", found=Finding((row("place"),))))
    here.run(Reprint(by=KIOSK, ticket="1", place=PLACE))
    assert here.view("kiosk")["slip"]["id"] != first
    assert "HZ:im2/2026-11-23/t12/" in str(here.view("kiosk")["slip"]["parts"])


def test_nothing_else_is_begun_while_something_is_under_way() -> None:
    here = checking_in()
    for command in (
        CheckIn(by=KIOSK, ticket="1"),
        Hold(by=KIOSK, person="p7", held=HELD),
        Stay(by=KIOSK),
        Set(by=KIOSK, large=True),
        Confirm(by=KIOSK),
    ):
        refused = here.run(command).refusal
        assert refused is not None
        assert refused.code == "not_now"


# Numbers


def test_a_place_is_held_then_booked() -> None:
    here = holding()
    here.run(settle(held=GOT))
    view = here.view("kiosk")
    assert (view["session"]["step"], view["hold"]["slot"]) == ("held", "1")
    (begun,) = begun_in(here.run(Book(by=KIOSK)).events)
    assert (begun.what, begun.booking, begun.person) == ("book", "b3", "p7")
    here.run(settle("d2", given=Given("b3", "Z001")))
    view = here.view("kiosk")
    assert view["session"]["step"] == "done"
    assert "Z001" in view["said"]["zh"]
    assert not view.get("hold")


def test_a_place_that_is_dropped_goes_back_and_one_may_choose_again() -> None:
    here = holding()
    here.run(settle(held=GOT))
    (begun,) = begun_in(here.run(Drop(by=KIOSK)).events)
    assert (begun.what, begun.booking) == ("drop", "b3")
    here.run(settle("d2", code="not_held", message="过了"))
    assert session_of(here).step == "choose"
    assert session_of(here).held is None


def test_a_place_held_for_nobody_any_more_is_given_back() -> None:
    ended = holding()
    ended.run(settle(held=GOT))
    (back,) = begun_in(ended.run(End(by=KIOSK, why="cancelled")).events)
    assert (back.what, back.booking) == ("drop", "b3")

    left = holding()
    left.run(End(by=KIOSK, why="card_gone"))
    (back,) = begun_in(left.run(settle(held=GOT)).events)
    assert (back.what, back.booking, back.person) == ("drop", "b3", "p7")
    nothing_left(left)


def test_a_number_being_booked_when_its_patient_leaves_is_booked() -> None:
    here = holding()
    here.run(settle(held=GOT))
    here.run(Book(by=KIOSK))
    assert begun_in(here.run(End(by=KIOSK, why="cancelled")).events) == []
    assert begun_in(here.run(settle("d2", given=Given("b3", "Z001"))).events) == []
    assert here.state.open == {}

    fails = holding()
    fails.run(settle(held=GOT))
    fails.run(Book(by=KIOSK))
    fails.run(End(by=KIOSK, why="cancelled"))
    refused = settle("d2", code="wrong_amount", message="x")
    (back,) = begun_in(fails.run(refused).events)
    assert (back.what, back.booking) == ("drop", "b3")


def test_without_a_file_nothing_is_booked() -> None:
    here = confirmed(whom=msgspec.structs.replace(WHOM, person=""))
    assert "hold" not in here.view("kiosk")["session"]["can"]
    refused = here.run(Hold(by=KIOSK, person="", held=HELD)).refusal
    assert refused is not None
    assert refused.code == "no_file"


def test_facts_gathered_for_somebody_else_book_nothing() -> None:
    refused = confirmed().run(Hold(by=KIOSK, person="p8", held=HELD)).refusal
    assert refused is not None
    assert refused.code == "not_now"


def test_a_booking_is_cancelled_where_that_is_offered() -> None:
    here = confirmed(bookings=(BOOKING,))
    refused = here.run(Take(by=KIOSK, booking="1")).refusal
    assert refused is not None
    assert refused.code == "not_here"
    (begun,) = begun_in(here.run(Cancel(by=KIOSK, booking="1")).events)
    assert (begun.what, begun.booking, begun.day) == ("cancel", "b12", "2026-11-24")
    here.run(settle(found=Finding()))
    assert here.view("kiosk")["said"]["code"] == "cancelled"


# Time


def test_it_ends_by_itself_at_every_step() -> None:
    started = kit()
    started.run(Start(by=KIOSK))
    wake(started, "identifying", "timeout")
    second_factor = kit()
    second_factor.run(typed())
    wake(second_factor, "second", "timeout")
    unknown = kit()
    unknown.run(card(None, "m9"))
    wake(unknown, "unknown", "timeout")
    asked = kit()
    asked.run(card())
    wake(asked, "confirm", "timeout")
    wake(confirmed(), "choose", "timeout")
    wake(checking_in(), "doing", "unfinished")
    held = holding()
    held.run(settle(held=GOT))
    wake(held, "held", "timeout")
    done = checking_in()
    done.run(settle(place=PLACE))
    wake(done, "done", "done")


def test_what_comes_after_its_session_has_ended_is_shown_to_nobody() -> None:
    here = checking_in()
    here.run(End(by=KIOSK, why="card_gone"))
    here.run(card(OTHER, "m2", tickets=()))
    here.run(settle(place=PLACE, found=Finding((row("place"),))))
    view = here.view("kiosk")
    assert view["who"]["name"] == "李*芳"
    assert not view.get("place")
    assert not view.get("tickets")
    assert here.state.open == {}
    # heard again after a crash
    assert here.run(settle(place=PLACE)).events == ()


def test_who_wants_more_time_gets_it_and_large_type_more() -> None:
    here = confirmed()
    first = session_of(here).deadline
    here.clock.pass_s(30)
    here.run(Stay(by=KIOSK))
    assert session_of(here).deadline == first + 30_000
    here.run(Set(by=KIOSK, large=True))
    assert session_of(here).deadline == first + 90_000


def test_a_held_place_is_not_promised_for_longer_than_it_is_held() -> None:
    here = holding()
    soon = msgspec.structs.replace(GOT, expires=here.clock.at + 5_000)
    here.run(settle(held=soon))
    here.run(Stay(by=KIOSK))
    assert session_of(here).deadline == soon.expires


def test_it_ends_once() -> None:
    here = confirmed()
    ran = here.run(End(by=KIOSK, why="done"))
    assert [type(event) for event in ran.events] == [Ended]
    assert here.run(End(by=KIOSK, why="done")).events == ()
    for command in (Confirm(by=KIOSK), Stay(by=KIOSK), Book(by=KIOSK)):
        refused = here.run(command).refusal
        assert refused is not None
        assert refused.code == "no_session"


def test_an_intent_holds_all_that_is_asked_and_nothing_open() -> None:
    (begun,) = begun_in(confirmed().run(Hold(by=KIOSK, person="p7", held=HELD)).events)
    assert isinstance(begun, Begun)
    written = msgspec.json.encode(begun).decode()
    assert "张" not in written
    assert begun.name == WHOM.name
