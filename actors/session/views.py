"""What a kiosk shows. Everything that is in a session's view is on its screen, and when
the session ends all of it is gone but how it ended.

The shape is docs/protocol.md, "The session".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from actors.clinic.state import IN_LINE
from actors.kernel.masking import mask_name
from actors.kernel.sealed import CannotOpen, Vault
from actors.runtime.shape import Path
from actors.session import words
from actors.session.decide import may
from actors.session.findings import BookingRow, Foreseen, Place, TicketRow, Whom
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
from actors.session.slip import slip_of_number, slip_of_place
from actors.session.state import Session, SessionState, in_line

_SESSION = (
    *("id", "step", "since", "deadline", "language", "large", "purpose", "how"),
    *("can", "tries"),
)
_WHO = ("name", "sex", "age", "relation")
_HELD = (
    *("department", "department_name", "department_name_en", "day", "session"),
    *("slot", "doctor", "title", "start", "end", "price", "expires"),
)
_PLACE = (
    *("ticket", "clinic", "clinic_name", "clinic_name_en", "floor", "day", "number"),
    *("queue", "queue_en", "doctor", "ahead", "rooms", "expected", "awaits"),
    *("afterwards", "afterwards_en"),
)
_DOING = ("what", "since")
_SAID = ("code", "zh", "en", "about", "minutes")
_GIVEN = ("booking", "number", "start", "end")
_SLIP = ("id", "parts")
_LAST = ("session", "why", "at")
_FIELDS: dict[str, tuple[str, ...]] = {
    "session": _SESSION,
    "who": _WHO,
    "hold": _HELD,
    "doing": _DOING,
    "place": _PLACE,
    "given": _GIVEN,
    "said": _SAID,
    "slip": _SLIP,
    "last": _LAST,
}
_ROWS = ("tickets", "bookings")
_KEYED = ("family", *_ROWS)
_OUTCOME = ("said", "place", "given", "slip")
_TOUCHED: dict[type, tuple[str, ...]] = {
    Started: ("session",),
    WasSet: ("session",),
    Stayed: ("session",),
    NumberTyped: ("session", "said"),
    NotKnown: ("session", "said"),
    SecondWrong: ("session", "said"),
    Identified: ("session", "who", "said", *_KEYED),
    ChosenFor: ("session", "who", "said", *_KEYED),
    KinAdded: ("session", "who", "said", *_KEYED),
    AskedFor: ("session", "who", *_OUTCOME, *_KEYED),
    Confirmed: ("session", "said"),
    Begun: ("session", "doing", *_OUTCOME, "tickets"),
    Settled: ("session", "doing", "hold", *_OUTCOME, *_ROWS),
    PlaceShown: ("session", *_OUTCOME),
    Expected: ("place", "said", "slip", "tickets"),
    WentBack: ("session", *_OUTCOME, *_ROWS),
    Ended: (*_FIELDS, *_KEYED),
}


class KioskView:
    name = "kiosk"
    version = 1

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def paths(self, state: SessionState) -> Iterable[Path]:
        for section in (*_FIELDS, *_KEYED):
            yield from self._section(state, section)

    def touches(self, state: SessionState, event: Event) -> Iterable[Path]:
        for section in _TOUCHED.get(type(event), ()):
            yield from self._section(state, section)

    def _section(self, state: SessionState, section: str) -> Iterable[Path]:
        fields = _FIELDS.get(section)
        if fields is not None:
            for field in fields:
                yield section, field
            return
        # also rows of before, that are there no more
        for number in range(1, state.rows_most + 1):
            yield section, str(number)

    def row(self, state: SessionState, section: str, key: str) -> Any:
        if section == "last":
            return getattr(state.last, key) or None if state.last is not None else None
        session = state.session
        if session is None:
            return "idle" if (section, key) == ("session", "step") else None
        match section:
            case "session":
                return self._session(session, key)
            case "who":
                return self._who(session, key)
            case "family" if session.step == "whose" and key in session.family:
                kin = session.family[key]
                shown = {f: self._of(kin.whom, f) for f in ("name", "sex", "age")}
                known = {f: value for f, value in shown.items() if value is not None}
                return known | {"relation": kin.relation}
            case "tickets" if row := session.tickets.get(key):
                return _ticket(session, row)
            case "bookings" if booking := session.bookings.get(key):
                return _booking(session, booking)
            case "hold" if session.held is not None and key in _HELD:
                return getattr(session.held, key) or None
            case "doing" if session.step == "doing":
                begun = state.open.get(session.deed)
                if begun is None:
                    return None
                return begun.what if key == "what" else begun.at
            case "place" if session.place is not None and key in _PLACE:
                if key in ("expected", "awaits"):
                    return _place_when(session, session.place, key)
                value = getattr(session.place, key)
                if key == "rooms":
                    return msgspec.to_builtins(value) or None
                return value if key == "ahead" else value or None
            case "given" if session.given is not None and key in _GIVEN:
                return getattr(session.given, key) or None
            case "said" if session.said is not None:
                return _said(session, key)
            case "slip" if session.slip:
                return self._slip(state, session, key)
            case _:
                return None

    def _session(self, session: Session, key: str) -> Any:
        if key == "can":
            return list(may(session))
        return getattr(session, key) or None

    def _who(self, session: Session, key: str) -> Any:
        if session.whom is None:
            return None
        if key == "relation":
            return session.relation or None
        return self._of(session.whom, key)

    def _of(self, whom: Whom, key: str) -> Any:
        if key == "name":
            return mask_name(self._open(whom.name))
        sex, _, age = self._open(whom.about).partition(" ")
        if key == "sex":
            return sex or None
        return int(age) if age.isdigit() else None

    def _open(self, sealed: Any) -> str:
        if sealed is None:
            return ""
        try:
            return self._vault.open(sealed)
        except CannotOpen:
            return ""

    def _slip(self, state: SessionState, session: Session, key: str) -> Any:
        if key == "id":
            return f"slip-{state.day}-{session.id}-{session.slips}"
        if session.place is not None:
            name = "" if session.whom is None else self._open(session.whom.name)
            when = _foreseen(session, session.place.clinic, session.place.ticket)
            return slip_of_place(self._vault, session.place, mask_name(name), when)
        if session.given is not None:
            booking = session.given.booking
            row = next(
                (b for b in session.bookings.values() if b.booking == booking), None
            )
            return slip_of_number(session.given, row)
        return None


def _said(session: Session, key: str) -> Any:
    told = session.said
    if told is None:
        return None
    if key in ("zh", "en"):
        place = session.place
        when = None if place is None else _foreseen(session, place.clinic, place.ticket)
        both = words.said(told, place, session.given, when)
        return getattr(both, key)
    return getattr(told, key, None) or None


def _with_words(row: dict[str, Any], note: words.Words | None) -> dict[str, Any]:
    if note is not None:
        row["note_zh"], row["note_en"] = note.zh, note.en
    return row


def _foreseen(session: Session, clinic: str, ticket: str) -> Foreseen | None:
    """Nothing too where it is known that nobody can know."""
    found = session.foreseen.get(in_line(clinic, ticket))
    return found if found is not None and found.by else None


def _place_when(session: Session, place: Place, key: str) -> Any:
    if key == "expected":
        when = _foreseen(session, place.clinic, place.ticket)
        return None if when is None else [when.about, when.by]
    known = in_line(place.clinic, place.ticket) in session.foreseen
    # a slip is worth a moment's wait, as long as somebody may still say when
    return (session.slip and place.state in IN_LINE and not known) or None


def _ticket(session: Session, row: TicketRow) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(row)
    when = _foreseen(session, row.clinic, row.ticket)
    if when is not None:
        told["expected"] = [when.about, when.by]
    return _with_words(told, words.ticket_note(row))


def _booking(session: Session, row: BookingRow) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(row)
    told.pop("ticket", None)
    for key, ticket in session.tickets.items():
        if row.ticket and ticket.ticket == row.ticket:
            told["ticket"] = key
    return _with_words(told, words.booking_note(row))
