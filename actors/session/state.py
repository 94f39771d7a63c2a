"""The sessions of one terminal on one day: the one that is open, and what is still to
be finished of those before it.

``evolve`` changes it in place. When a session ends, nothing of its patient is left but
the deeds that another actor has not answered yet.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, assert_never

import msgspec

from actors.kernel.times import Millis
from actors.session.findings import (
    BookingRow,
    Finding,
    Foreseen,
    Given,
    Held,
    Kin,
    Place,
    TicketRow,
    Whom,
)
from actors.session.messages import (
    AskedFor,
    Begun,
    ChosenFor,
    Confirmed,
    Ended,
    Event,
    Expected,
    Identified,
    KinAdded,
    NotKnown,
    NumberTyped,
    PlaceShown,
    SecondWrong,
    Settled,
    Started,
    Stayed,
    WasSet,
    WentBack,
)

Step: TypeAlias = Literal[
    "identifying",
    "second",
    "unknown",
    "whose",
    "confirm",
    "choose",
    "held",
    "doing",
    "done",
]
"""Where a session is: in exactly one of these. Without a session: ``idle``."""

SECOND: Millis = 1000
LASTS: dict[Step, Millis] = {
    "identifying": 30 * SECOND,
    "second": 60 * SECOND,
    "unknown": 90 * SECOND,
    "whose": 45 * SECOND,
    "confirm": 30 * SECOND,
    "choose": 60 * SECOND,
    "held": 60 * SECOND,
    "doing": 20 * SECOND,
    "done": 8 * SECOND,
}
"""How long a session waits for its patient."""

LARGE: dict[Step, Millis] = {**{k: 2 * v for k, v in LASTS.items()}} | {
    "doing": 20 * SECOND,
    "done": 20 * SECOND,
}
"""In large type: who reads slowly has more time."""


SELF = "self"
"""The relation of a card's holder."""


class Said(msgspec.Struct, frozen=True, gc=False):
    """What the patient is told: ``about`` which row."""

    code: str
    message: str = ""
    minutes: int = 0
    about: str = ""


class Session(msgspec.Struct):
    """``pending`` is whose the typed number is, before the second factor; ``mark``
    what was read or typed last; ``deed`` what is under way; ``family`` the holder of
    the card and those for whom they may come, ``chosen`` which of them it is;
    ``foreseen`` when each ticket in line is called, by its clinic and id."""

    id: str
    step: Step
    since: Millis
    deadline: Millis
    language: str = "zh"
    large: bool = False
    purpose: str = ""
    how: str = ""
    kind: str = ""
    mark: str = ""
    pending: str = ""
    can_make: bool = False
    tries: int = 0
    whom: Whom | None = None
    family: dict[str, Kin] = {}
    chosen: str = ""
    places: tuple[str, ...] = ()
    tickets: dict[str, TicketRow] = {}
    bookings: dict[str, BookingRow] = {}
    held: Held | None = None
    deed: str = ""
    place: Place | None = None
    given: Given | None = None
    said: Said | None = None
    slips: int = 0
    slip: bool = False
    foreseen: dict[str, Foreseen] = {}

    @property
    def relation(self) -> str:
        """What the patient is to whoever laid the card; empty for the holder."""
        kin = self.family.get(self.chosen)
        return "" if kin is None or kin.relation == SELF else kin.relation

    @property
    def holder(self) -> Whom | None:
        """Whose card it is, as far as that is known."""
        for kin in self.family.values():
            return kin.whom
        return self.whom

    @property
    def behalf(self) -> str:
        """Whose card it was, where it is not the patient's own."""
        return self.holder.person if self.holder is not None and self.relation else ""


class Last(msgspec.Struct, frozen=True, gc=False):
    """How the session before ended."""

    session: str
    why: str
    at: Millis


class SessionState(msgspec.Struct):
    """``open`` are the deeds whose outcome is not known; ``wrong`` how often a second
    factor was wrong today, by the number it was for; ``rows_most`` how many tickets or
    numbers somebody had at most."""

    stream: str
    terminal: str
    day: str
    session: Session | None = None
    sessions: int = 0
    deeds: int = 0
    open: dict[str, Begun] = {}
    wrong: dict[str, int] = {}
    last: Last | None = None
    rows_most: int = 0


def in_line(clinic: str, ticket: str) -> str:
    return f"{clinic}/{ticket}"


def lasts(step: Step, large: bool) -> Millis:
    return (LARGE if large else LASTS)[step]


def go(session: Session, step: Step, at: Millis) -> None:
    session.step = step
    session.since = at
    _give_time(session, at)


def _give_time(session: Session, at: Millis) -> None:
    session.deadline = at + lasts(session.step, session.large)
    if session.step == "held" and session.held is not None:
        session.deadline = min(session.deadline, session.held.expires)


def evolve(state: SessionState, event: Event) -> None:
    _count_rows(state, event)
    match event:
        case Started():
            state.sessions += 1
            state.session = Session(
                event.session,
                "identifying",
                event.at,
                event.at + lasts("identifying", event.large),
                event.language,
                event.large,
                event.purpose,
            )
        case Ended():
            state.session = None
            state.last = Last(event.session, event.why, event.at)
        case Begun():
            state.deeds += 1
            state.open[event.deed] = event
            mine = state.session
            if mine is not None and mine.id == event.session:
                mine.deed = event.deed
                # what was told before it is as of then
                mine.foreseen = {}
                mine.said = mine.place = mine.given = None
                mine.slip = False
                go(mine, "doing", event.at)
        case Settled():
            _settle(state, event)
        case SecondWrong():
            state.wrong[event.mark] = state.wrong.get(event.mark, 0) + 1
            if state.session is not None:
                _in_session(state.session, event)
        case _:
            if state.session is not None:
                _in_session(state.session, event)


def _count_rows(state: SessionState, event: Event) -> None:
    known = Identified | ChosenFor | KinAdded | Settled | WentBack
    if isinstance(event, known) and event.found is not None:
        rows = max(len(event.found.tickets), len(event.found.bookings))
        if isinstance(event, Identified):
            rows = max(rows, len(event.family))
        if isinstance(event, KinAdded) and state.session is not None:
            rows = max(rows, len(state.session.family) + 2)
        state.rows_most = max(state.rows_most, rows)


def _in_session(
    session: Session,
    event: (
        WasSet
        | Identified
        | ChosenFor
        | AskedFor
        | KinAdded
        | NumberTyped
        | NotKnown
        | SecondWrong
        | Confirmed
        | PlaceShown
        | Expected
        | WentBack
        | Stayed
    ),
) -> None:
    match event:
        case WasSet():
            session.language, session.large = event.language, event.large
            _give_time(session, event.at)
        case Identified():
            session.how, session.kind, session.mark = event.how, event.kind, event.mark
            session.whom, session.places = event.whom, event.places
            session.pending, session.said = "", None
            session.family = {str(n): kin for n, kin in enumerate(event.family, 1)}
            session.chosen = ""
            if event.family:
                _ask_for(session, event.at)
                return
            _know(session, event.found)
            go(session, "confirm", event.at)
        case ChosenFor():
            kin = session.family[event.row]
            session.whom, session.chosen = kin.whom, event.row
            _know(session, event.found)
            # who says it is for themselves has said that it is them
            go(session, "choose" if kin.relation == SELF else "confirm", event.at)
        case AskedFor():
            _ask_for(session, event.at)
        case KinAdded():
            _add_kin(session, event)
        case NumberTyped():
            session.how, session.kind, session.mark = "typed", event.kind, event.mark
            session.pending, session.said = event.person, None
            go(session, "second", event.at)
        case NotKnown():
            session.how, session.kind, session.mark = event.how, event.kind, event.mark
            session.pending, session.can_make = "", event.can_make
            session.said = Said(event.code)
            known_as_card = event.code == "unknown_person"
            go(session, "unknown" if known_as_card else "identifying", event.at)
        case SecondWrong():
            session.tries += 1
            session.said = Said("second_wrong")
            go(session, "second", event.at)
        case Confirmed():
            session.said = None
            go(session, "choose", event.at)
        case PlaceShown():
            session.place, session.slip = event.place, event.slip
            session.slips += event.slip
            code = "reprinted" if event.slip else "in_line"
            session.said = Said(code, about=event.about)
            go(session, "done", event.at)
        case Expected():
            session.foreseen[in_line(event.clinic, event.ticket)] = event.foreseen
        case WentBack():
            session.foreseen = {}
            _know(session, event.found)
            session.said = session.place = session.given = None
            session.slip = False
            go(session, "held" if session.held else "choose", event.at)
        case Stayed():
            _give_time(session, event.at)
        case _:
            assert_never(event)


def _ask_for(session: Session, at: Millis) -> None:
    """Until it is said whose visit it is, nobody's things are shown."""
    session.whom, session.chosen = None, ""
    _know(session, Finding())
    session.said = session.place = session.given = None
    session.slip, session.foreseen = False, {}
    go(session, "whose", at)


def _add_kin(session: Session, event: KinAdded) -> None:
    family = session.family
    if not family and session.whom is not None:
        family = {"1": Kin(session.whom)}
    kin = event.kin
    rows = [row for row, one in family.items() if one.whom.person == kin.whom.person]
    row = rows[0] if rows else str(len(family) + 1)
    session.family = {**family, row: kin}
    session.whom, session.chosen, session.foreseen = kin.whom, row, {}
    session.said = None
    _know(session, event.found)
    go(session, "confirm", event.at)


def _settle(state: SessionState, event: Settled) -> None:
    begun = state.open.pop(event.deed, None)
    session = state.session
    if begun is None or session is None or session.deed != event.deed:
        return
    session.deed = ""
    gone = event.code in GONE or not event.code
    if event.what in ("hold", "drop") or (event.what == "book" and gone):
        session.held = event.held
    if event.found is not None:
        _know(session, event.found)
    if event.code:
        session.said = Said(event.code, event.message, event.minutes, begun.about)
        go(session, "held" if session.held else "choose", event.at)
        return
    if event.what == "hold":
        go(session, "held", event.at)
        return
    session.said = Said(_DONE[begun.what], about=begun.about)
    session.place, session.given = event.place, event.given
    if begun.what == "drop":
        go(session, "choose", event.at)
        return
    session.slip = event.place is not None or event.given is not None
    session.slips += session.slip
    go(session, "done", event.at)


GONE = frozenset({"not_held", "unknown_booking", "not_open"})
"""With these a held place is no more."""

_DONE: dict[str, str] = {
    "check_in": "checked_in",
    "rejoin": "rejoined",
    "return": "returned",
    "book": "booked",
    "drop": "dropped",
    "take": "taken",
    "cancel": "cancelled",
}


def _know(session: Session, found: Finding) -> None:
    session.tickets = {str(i): row for i, row in enumerate(found.tickets, 1)}
    session.bookings = {str(i): row for i, row in enumerate(found.bookings, 1)}
