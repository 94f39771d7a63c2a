"""Whatever is pressed, laid, pulled out and answered late: never two patients, always
wiped, nothing held for nobody, nothing booked twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from actors.runtime.shape import Wake
from actors.runtime.testkit import Kit
from actors.session.findings import Finding, Given
from actors.session.messages import (
    AddKin,
    AskFor,
    Begun,
    Book,
    Cancel,
    CheckIn,
    ChooseFor,
    Confirm,
    Drop,
    End,
    Ended,
    Foresee,
    Hold,
    Identified,
    More,
    Reprint,
    Second,
    Settled,
    Start,
    Stay,
)
from actors.session.state import SessionState
from tests.actors.session.day import (
    BOOKING,
    HELD,
    KIOSK,
    OTHER,
    PLACE,
    WHOM,
    card,
    kit,
    row,
    settle,
)
from tests.actors.session.test_decide import nothing_left
from tests.actors.session.test_family import BABY, FAMILY

Step = tuple[str, int]
STEPS = (
    *("start", "card", "other", "typed", "right", "wrong", "confirm", "check_in"),
    *("hold", "book", "drop", "cancel", "reprint", "more", "stay", "end", "wait"),
    *("settled", "refused", "gone", "foresee", "family", "choose_for", "ask_for"),
    "add_kin",
)
deeds_of = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), max_size=60)


class Morning:
    """A kit with the clinic and the schedule beside it, who answer when told to."""

    def __init__(self) -> None:
        self.kit: Kit[SessionState] = kit()
        self.events: list[Any] = []
        self.places = 0

    def run(self, command: Any) -> None:
        self.events += self.kit.run(command).events

    def step(self, what: str, n: int) -> None:
        session = self.kit.state.session
        name = session.id if session is not None else "k0"
        tickets = (row(("check_in", "rejoin", "place", "")[n]),)
        match what:
            case "start":
                self.run(Start(by=KIOSK))
            case "card":
                self.run(card(WHOM, "m1", tickets, (BOOKING,)))
            case "family":
                self.run(card(WHOM, "m1", (), family=FAMILY))
            case "choose_for":
                found = Finding(tickets, (BOOKING,))
                choose = ChooseFor(by=KIOSK, session=name, row=str(n), found=found)
                self.run(choose)
            case "add_kin":
                add = AddKin(by=KIOSK, session=name, guardian="p7", kin=FAMILY[1])
                self.run(add)
            case "ask_for":
                self.run(AskFor(by=KIOSK))
            case "other":
                self.run(card(OTHER, "m2", ()))
            case "typed":
                self.run(card(None, "m1", how="typed", person="p7"))
            case "right" | "wrong":
                right = what == "right"
                mark = session.mark if session is not None else ""
                whom = WHOM if right else None
                self.run(
                    Second(by=KIOSK, session=name, mark=mark, right=right, whom=whom)
                )
            case "confirm":
                self.run(Confirm(by=KIOSK))
            case "check_in":
                self.run(CheckIn(by=KIOSK, ticket="1", place=PLACE))
            case "hold":
                self.run(Hold(by=KIOSK, person="p7", held=HELD, slot="1"))
            case "book":
                self.run(Book(by=KIOSK))
            case "drop":
                self.run(Drop(by=KIOSK))
            case "cancel":
                self.run(Cancel(by=KIOSK, booking="1"))
            case "reprint":
                self.run(Reprint(by=KIOSK, ticket="1", place=PLACE))
            case "more":
                self.run(More(by=KIOSK, session=name, found=Finding(tickets)))
            case "stay":
                self.run(Stay(by=KIOSK))
            case "end":
                self.run(End(by=KIOSK, why="cancelled"))
            case "foresee":
                self.run(Foresee(by="foreseeing", clinic="im2", ticket="t12"))
            case "wait":
                self.kit.clock.pass_s((1, 10, 40, 200)[n])
                self.run(Wake(self.kit.clock.at))
            case _:
                self.answer(what, n)

    def answer(self, what: str, n: int) -> None:
        """Of one of those that are open, or of one that nobody waits for."""
        waiting = list(self.kit.state.open)
        if not waiting:
            self.run(settle("d999", place=PLACE))
            return
        begun = self.kit.state.open[waiting[n % len(waiting)]]
        if what != "settled":
            code = "none_left" if what == "refused" else "not_held"
            self.run(settle(begun.deed, code=code, message="x"))
        elif begun.what == "hold":
            self.places += 1
            held = type(HELD)(
                *("cardio", "2026-11-23", "e", f"b{self.places}"),
                expires=self.kit.clock.at + 300_000,
            )
            self.run(settle(begun.deed, held=held))
        elif begun.what in ("book", "take"):
            self.run(settle(begun.deed, given=Given(begun.booking, "Z001")))
        else:
            self.run(settle(begun.deed, place=PLACE))

    def over(self) -> None:
        """The patient leaves, and everybody answers at last."""
        self.run(End(by=KIOSK, why="cancelled"))
        while self.kit.state.open:
            self.answer("settled", 0)


@settings(max_examples=300, deadline=None)
@given(deeds_of)
def test_never_two_always_wiped(steps: list[Step]) -> None:
    morning = Morning()
    for what, n in steps:
        morning.step(what, n)
        if morning.kit.state.session is None:
            nothing_left(morning.kit)
    morning.over()
    nothing_left(morning.kit)
    whose: set[str] = set()
    for event in morning.events:
        if isinstance(event, Identified):
            whose.add(event.whom.person)
            assert len(whose) == 1, "two cards in one session"
        elif isinstance(event, Begun) and whose:
            # what is done is for the holder of the card, or for who is bound to them
            assert {event.person, event.behalf} <= {*whose, BABY.person, ""}
            assert (event.person == BABY.person) == (event.behalf == WHOM.person)
        elif isinstance(event, Ended):
            whose.clear()
    assert morning.kit.replayed() == morning.kit.state


@settings(max_examples=300, deadline=None)
@given(deeds_of)
def test_every_held_place_is_booked_once_or_given_back(steps: list[Step]) -> None:
    morning = Morning()
    for what, n in steps:
        morning.step(what, n)
    morning.over()
    begun = {e.deed: e for e in morning.events if isinstance(e, Begun)}
    settled = [e for e in morning.events if isinstance(e, Settled)]
    assert len(begun) == len({e.deed for e in settled}) == len(settled)
    booked = Counter(
        begun[e.deed].booking for e in settled if e.what == "book" and not e.code
    )
    gone = {
        begun[e.deed].booking
        for e in settled
        if e.what == "drop" or (e.what == "book" and e.code == "not_held")
    }
    held = {e.held.booking for e in settled if e.held is not None}
    assert all(count == 1 for count in booked.values())
    assert held == set(booked) | (gone & held)
    assert not set(booked) & gone
