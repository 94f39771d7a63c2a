"""When one is called: told to whoever has that ticket in line, and to nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from actors.runtime.testkit import Kit
from actors.session import words
from actors.session.findings import Foreseen
from actors.session.messages import (
    Begun,
    CheckIn,
    Confirm,
    End,
    Expected,
    Foresee,
    More,
    Reprint,
)
from actors.session.state import SessionState
from tests.actors.session.day import (
    KIOSK,
    OTHER,
    PLACE,
    card,
    checking_in,
    confirmed,
    kit,
    row,
    session_of,
    settle,
)

MINUTE = 60_000
WHEN = Foreseen(10 * MINUTE, 25 * MINUTE, "10:10", "10:25")
STANDING = replace(PLACE, state="waiting")


def foresee(when: Foreseen = WHEN, clinic: str = "im2", ticket: str = "t12") -> Foresee:
    return Foresee(by="foreseeing", clinic=clinic, ticket=ticket, foreseen=when)


def shown(here: Kit[SessionState]) -> dict[str, Any]:
    document: dict[str, Any] = here.view("kiosk")
    return document


def checked_in() -> Kit[SessionState]:
    here = checking_in()
    here.run(settle(place=STANDING))
    return here


def slip(here: Kit[SessionState]) -> str:
    return "\n".join(part.get("text", "") for part in shown(here)["slip"]["parts"])


def test_the_place_says_when_and_the_slip_too() -> None:
    here = checked_in()
    before = shown(here)["place"]
    assert before["awaits"] is True
    assert "expected" not in before
    assert "大约" not in slip(here)
    here.run(foresee())
    after = shown(here)["place"]
    assert after["expected"] == [WHEN.about, WHEN.by]
    assert "awaits" not in after
    assert "大约 10:10，多半不晚于 10:25\n也可能早些" in slip(here)
    assert "大约 10:10 叫您" in shown(here)["said"]["zh"]
    assert "most likely by 10:25" in shown(here)["said"]["en"]


def test_where_nobody_can_know_nothing_is_said() -> None:
    here = checked_in()
    here.run(foresee(Foreseen()))
    place = shown(here)["place"]
    assert "expected" not in place
    assert "awaits" not in place
    assert "大约" not in slip(here)


def test_the_same_again_is_no_event() -> None:
    here = checked_in()
    assert len(here.run(foresee()).events) == 1
    assert here.run(foresee()).events == ()


@pytest.mark.parametrize(
    "other", [foresee(ticket="t13"), foresee(clinic="eye1")], ids=["ticket", "clinic"]
)
def test_another_ticket_is_not_theirs(other: Foresee) -> None:
    here = checked_in()
    assert here.run(other).events == ()


def test_whoever_comes_next_hears_nothing_of_it() -> None:
    here = checked_in()
    here.run(End(by=KIOSK, why="done"))
    assert here.run(foresee()).events == ()
    here.run(card(OTHER, "m2", ()))
    assert here.run(foresee()).events == ()
    assert shown(here).get("tickets", {}) == {}


def test_tickets_in_line_say_it_in_their_rows_and_lose_it_with_what_is_new() -> None:
    in_line = row("place", state="waiting", ahead=6)
    here = confirmed(tickets=(in_line, row("check_in", ticket="t13")))
    assert [type(e) for e in here.run(foresee()).events] == [Expected]
    tickets = shown(here)["tickets"]
    assert tickets["1"]["expected"] == [WHEN.about, WHEN.by]
    assert tickets["1"]["ahead"] == 6
    assert "expected" not in tickets["2"]
    begun = here.run(CheckIn(by=KIOSK, ticket="2")).events
    assert isinstance(begun[0], Begun)
    assert "expected" not in shown(here)["tickets"]["1"]


def test_a_reprint_keeps_what_was_just_told() -> None:
    here = confirmed(tickets=(row("place", state="waiting"),))
    here.run(foresee())
    here.run(Reprint(by=KIOSK, ticket="1", place=STANDING))
    assert "10:25" in slip(here)
    here.run(More(by=KIOSK, session=session_of(here).id))
    assert session_of(here).foreseen == {}


def test_a_ticket_that_is_not_in_line_is_not_foreseen() -> None:
    here = kit()
    here.run(card())
    here.run(Confirm(by=KIOSK))
    assert here.run(foresee()).events == ()


def test_one_moment_is_said_as_one() -> None:
    said = words.expected(Foreseen(1, 1, "10:10", "10:10"))
    assert said.zh == "大约 10:10 叫您，也可能早些，请别走远。"
    assert "most likely" not in said.en
