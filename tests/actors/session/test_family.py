"""A guardian's card: for whom it is, and that nobody's things are shown before."""

from __future__ import annotations

import msgspec

from actors.runtime.testkit import Kit
from actors.session.findings import Finding, Kin, Whom
from actors.session.messages import (
    AddKin,
    AskFor,
    CheckIn,
    ChooseFor,
    Confirm,
    Hold,
    More,
    Second,
)
from actors.session.state import SessionState
from tests.actors.session.day import (
    GOT,
    HELD,
    KIOSK,
    OTHER,
    PLACE,
    VAULT,
    WHOM,
    begun_in,
    card,
    confirmed,
    kit,
    row,
    session_of,
    settle,
)
from tests.actors.session.test_decide import nothing_left, wake

BABY = Whom(
    VAULT.seal("张小禾"), person="p9", about=VAULT.seal("2 0"), card="person p9"
)
FAMILY = (Kin(WHOM), Kin(BABY, "child"))
HERS = Finding((row(ticket="t40", number="A040"),))


def laid() -> Kit[SessionState]:
    here = kit()
    assert here.run(card(found=Finding(), family=FAMILY)).refusal is None
    return here


def choose(here: Kit[SessionState], number: str, found: Finding = HERS) -> None:
    name = session_of(here).id
    asked = ChooseFor(by=KIOSK, session=name, row=number, found=found)
    assert here.run(asked).refusal is None


def test_the_card_of_a_guardian_asks_for_whom_and_shows_masked_names() -> None:
    view = laid().view("kiosk")
    assert view["session"]["step"] == "whose"
    assert {"choose_for", "end"} <= set(view["session"]["can"])
    assert view["family"] == {
        "1": {"name": "张*三", "sex": "2", "age": 76, "relation": "self"},
        "2": {"name": "张*禾", "sex": "2", "age": 0, "relation": "child"},
    }
    assert not view.get("who")
    assert not view.get("tickets")


def test_who_comes_for_themselves_has_said_that_it_is_them() -> None:
    here = laid()
    choose(here, "1")
    view = here.view("kiosk")
    assert (view["session"]["step"], view["who"]["name"]) == ("choose", "张*三")
    assert "relation" not in view["who"]
    here.run(CheckIn(by=KIOSK, ticket="1"))
    assert session_of(here).behalf == ""


def test_a_childs_facts_are_confirmed_and_the_deed_says_who_came() -> None:
    here = laid()
    choose(here, "2")
    view = here.view("kiosk")
    assert view["session"]["step"] == "confirm"
    assert view["who"] == {"name": "张*禾", "sex": "2", "age": 0, "relation": "child"}
    assert view["tickets"]["1"]["number"] == "A040"
    assert not view.get("family")
    here.run(Confirm(by=KIOSK))
    (begun,) = begun_in(here.run(CheckIn(by=KIOSK, ticket="1")).events)
    assert (begun.person, begun.behalf, begun.ticket) == ("p9", "p7", "t40")


def test_one_twin_after_the_other_with_the_same_card() -> None:
    here = laid()
    choose(here, "2")
    here.run(Confirm(by=KIOSK))
    here.run(CheckIn(by=KIOSK, ticket="1"))
    here.run(settle(place=PLACE))
    assert session_of(here).step == "done"
    assert here.run(AskFor(by=KIOSK)).refusal is None
    view = here.view("kiosk")
    assert view["session"]["step"] == "whose"
    assert not any(view.get(section) for section in ("place", "slip", "said"))
    # what was found for the one is not taken for the other
    stale = More(by=KIOSK, session=session_of(here).id, found=HERS)
    assert here.run(stale).refusal is not None
    choose(here, "1", Finding())
    assert not here.view("kiosk").get("tickets")


def test_nobody_changes_while_something_is_held_or_under_way() -> None:
    here = laid()
    choose(here, "1")
    hold = Hold(by=KIOSK, person="p7", held=HELD, slot="1")
    here.run(hold)
    assert here.run(AskFor(by=KIOSK)).refusal is not None
    here.run(settle(held=GOT))
    assert session_of(here).step == "held"
    assert here.run(AskFor(by=KIOSK)).refusal is not None


def test_only_who_is_bound_can_be_chosen() -> None:
    here = laid()
    asked = ChooseFor(by=KIOSK, session="k1", row="3")
    refused = here.run(asked).refusal
    assert refused is not None
    assert refused.code == "unknown_row"
    late = ChooseFor(by=KIOSK, session="k0", row="1")
    assert here.run(late).refusal is not None
    assert here.run(card(OTHER, "m2")).refusal is not None


def test_without_a_family_there_is_nothing_to_ask() -> None:
    here = kit()
    here.run(card())
    assert session_of(here).step == "confirm"
    assert "ask_for" not in here.view("kiosk")["session"]["can"]
    assert here.run(AskFor(by=KIOSK)).refusal is not None


def test_who_walks_away_from_the_question_leaves_nothing() -> None:
    here = laid()
    wake(here, "whose", "timeout")
    nothing_left(here)
    assert here.replayed() == here.state


# A child's first file


def add(here: Kit[SessionState], guardian: str = "p7", whom: Whom = BABY) -> AddKin:
    name = session_of(here).id
    kin = Kin(whom, "child")
    return AddKin(by=KIOSK, session=name, guardian=guardian, kin=kin, found=HERS)


def test_a_child_who_gets_a_file_is_of_the_family_and_is_confirmed() -> None:
    here = confirmed()
    assert "first_child" in here.view("kiosk")["session"]["can"]
    assert here.run(add(here)).refusal is None
    view = here.view("kiosk")
    assert (view["session"]["step"], view["who"]["relation"]) == ("confirm", "child")
    assert view["tickets"]["1"]["number"] == "A040"
    here.run(Confirm(by=KIOSK))
    here.run(AskFor(by=KIOSK))
    names = [kin["name"] for kin in here.view("kiosk")["family"].values()]
    assert names == ["张*三", "张*禾"]
    # the same child again, after an ask that was cut off, is no second one
    here.run(add(here))
    assert len(session_of(here).family) == 2
    assert here.replayed() == here.state


def test_a_second_twin_stands_beside_the_first() -> None:
    here = laid()
    twin = Whom(VAULT.seal("张友三之二女"), person="p10", card="person p10")
    here.run(add(here, whom=twin))
    assert here.view("kiosk")["who"]["name"] == "张*三之二女"
    here.run(AskFor(by=KIOSK))
    assert len(here.view("kiosk")["family"]) == 3


def test_only_for_whoever_has_laid_a_card() -> None:
    for how in ("scan", "slip", "typed"):
        here = confirmed(how=how) if how != "typed" else kit()
        if how == "typed":
            here.run(card(None, "m1", how="typed", person="p7"))
            name = session_of(here).id
            right = Second(by=KIOSK, session=name, mark="m1", right=True, whom=WHOM)
            here.run(right)
            here.run(Confirm(by=KIOSK))
        assert "first_child" not in here.view("kiosk")["session"]["can"]
        assert here.run(add(here)).refusal is not None
    here = confirmed()
    assert here.run(add(here, guardian="p99")).refusal is not None
    not_known = confirmed(whom=Whom(WHOM.name, card="card-1"))
    assert not_known.run(add(not_known, guardian="")).refusal is not None


def test_a_long_name_has_lines_of_its_own_on_the_slip() -> None:
    long = "Christoffel Bartholomeus Van-der-Merwe-Oosthuizen"
    for name, lines in (("张友三", ["张*三  心血管内科"]), (long, None)):
        here = confirmed(whom=Whom(VAULT.seal(name), person="p7", card="card-1"))
        here.run(CheckIn(by=KIOSK, ticket="1"))
        place = msgspec.structs.replace(PLACE, queue="心血管内科")
        here.run(settle(place=place))
        parts = here.view("kiosk")["slip"]["parts"]
        texts = [part["text"] for part in parts if part["part"] == "text"]
        assert texts[1 : 1 + len(lines or "..")] == (
            lines or ["Christoffel B* V*", "心血管内科"]
        )
