"""A kiosk's morning: what the tests of sessions share."""

from __future__ import annotations

from typing import Any

from actors.kernel.sealed import Vault
from actors.runtime.testkit import START, Kit
from actors.session.actor import session_capability, session_stream
from actors.session.findings import BookingRow, Finding, Held, Place, TicketRow, Whom
from actors.session.messages import (
    Begun,
    CheckIn,
    Confirm,
    Hold,
    Identify,
    Settle,
)
from actors.session.state import Session, SessionState

VAULT = Vault("k1", b"0123456789abcdef", b"fedcba9876543210")
SESSION = session_capability(VAULT)
KIOSK = "t4kiosk0001"
DAY = "2026-11-23"
STREAM = session_stream("yunxiu", KIOSK, DAY)
NAME = VAULT.seal("张友三")
WHOM = Whom(NAME, person="p7", about=VAULT.seal("2 76"), card="card-1")
OTHER = Whom(VAULT.seal("李秀芳"), person="p8", card="card-2")


def row(does: str = "check_in", **more: Any) -> TicketRow:
    fields: dict[str, Any] = {
        "ticket": "t12",
        "clinic": "im2",
        "day": DAY,
        "number": "A012",
        "state": "booked",
        "clinic_name": "内科二诊区",
        "does": does,
        "own": True,
    }
    return TicketRow(**(fields | more))


PLACE = Place("t12", "im2", DAY, "A012", clinic_name="内科二诊区", ahead=6)
HELD = Held("cardio", DAY, "e", price=5000)
GOT = Held("cardio", DAY, "e", booking="b3", slot="1", expires=START + 300_000)
BOOKING = BookingRow("b12", "cardio", "2026-11-24", "confirmed", does=("cancel",))


def kit() -> Kit[SessionState]:
    return Kit(SESSION, STREAM)


def card(
    whom: Whom | None = WHOM,
    mark: str = "m1",
    tickets: tuple[TicketRow, ...] = (row(),),
    bookings: tuple[BookingRow, ...] = (),
    **more: Any,
) -> Identify:
    found = Finding(tickets, bookings) if whom is not None else Finding()
    fields: dict[str, Any] = {"how": "card", "places": ("im2",), "found": found}
    return Identify(by=KIOSK, mark=mark, whom=whom, **(fields | more))


def confirmed(**more: Any) -> Kit[SessionState]:
    """Somebody has said: it is me."""
    here = kit()
    here.run(card(**more))
    here.run(Confirm(by=KIOSK))
    return here


def checking_in() -> Kit[SessionState]:
    here = confirmed()
    assert here.run(CheckIn(by=KIOSK, ticket="1")).refusal is None
    return here


def holding() -> Kit[SessionState]:
    here = confirmed()
    hold = Hold(by=KIOSK, person="p7", held=HELD, slot="1")
    assert here.run(hold).refusal is None
    return here


def settle(deed: str = "d1", **more: Any) -> Settle:
    return Settle(by="sessions", deed=deed, **more)


def session_of(here: Kit[SessionState]) -> Session:
    assert here.state.session is not None
    return here.state.session


def begun_in(events: tuple[Any, ...]) -> list[Begun]:
    return [event for event in events if isinstance(event, Begun)]
