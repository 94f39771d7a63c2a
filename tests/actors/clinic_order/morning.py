"""A morning's words: who waits, in short, and who is called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from actors.clinic.order.choice import next_for
from actors.clinic.order.facts import ClassHeld, QueueFacts, Seat, Waiting
from actors.clinic.order.line import line_up
from actors.clinic.settings import Settings, SpecialClass

MINUTE = 60_000
SEVEN = 1_795_388_400_000
"""2026-11-23 07:00 in Shanghai."""

SLOTS = tuple(
    (SEVEN + (60 + i * 30) * MINUTE, SEVEN + (90 + i * 30) * MINUTE) for i in range(8)
)
"""08:00–08:30 to 11:30–12:00."""

AGED = SpecialClass("aged", "70 岁以上", "70+", level=5)
ARMY = SpecialClass("army", "军人", "military", level=2)
CHILD = SpecialClass("child", "儿童", "child", level=7, mode="interleave", every=2)


def at(clock: str) -> int:
    """``at("09:30")`` of that morning."""
    hours, minutes = clock.split(":")
    return SEVEN + ((int(hours) - 7) * 60 + int(minutes)) * MINUTE


def slot(clock: str) -> dict[str, int]:
    """The half hour from then on."""
    return {"slot_start": at(clock), "slot_end": at(clock) + 30 * MINUTE}


def one(ticket: str, joined: int = 0, **facts: Any) -> Waiting:
    """Joined and registered as the digits of its name say: ``b12`` twelfth."""
    seq = joined or int("".join(filter(str.isdigit, ticket)) or 0)
    facts.setdefault("registered", seq)
    facts.setdefault("joined_at", at("08:00") + seq * MINUTE)
    facts.setdefault("checked_in_at", facts["joined_at"])
    return Waiting(ticket=ticket, joined=seq, **facts)


def classed(key: str, seq: int = 0, level: int = -1) -> tuple[ClassHeld, ...]:
    return (ClassHeld(key, seq, level),)


def back(ticket: str, joined: int = 0, **facts: Any) -> Waiting:
    return one(ticket, joined, origin="return", **facts)


def recalled(ticket: str, joined: int = 0, **facts: Any) -> Waiting:
    return one(ticket, joined, origin="recall", **facts)


def queue(*waiting: Waiting, key: str = "A", **facts: Any) -> QueueFacts:
    return QueueFacts(key=key, waiting=waiting, **facts)


def line(facts: QueueFacts, settings: Settings | None = None) -> str:
    """The calling order, as ``a b c``."""
    return " ".join(place.ticket for place in line_up(facts, settings or Settings()))


def why(facts: QueueFacts, ticket: str, settings: Settings | None = None) -> list[str]:
    """The codes of one place's reasons."""
    for place in line_up(facts, settings or Settings()):
        if place.ticket == ticket:
            return [reason.code for reason in place.reasons]
    raise AssertionError(ticket)


def seat(room: str = "3", **facts: Any) -> Seat:
    facts.setdefault("doctor", f"dr{room}")
    facts.setdefault("queues", ("A",))
    return Seat(room=room, **facts)


def called(
    facts: QueueFacts, settings: Settings, ticket: str, doctor: str = "dr3"
) -> QueueFacts:
    """After this one's call: gone from the line, and counted."""
    lanes = {place.ticket: place.lane for place in line_up(facts, settings)}
    counters, _ = facts.counters.count(lanes[ticket], doctor)
    rest = tuple(who for who in facts.waiting if who.ticket != ticket)
    return replace(facts, waiting=rest, counters=counters)


def calls(facts: QueueFacts, settings: Settings, most: int = 1000) -> str:
    """Whom a seat calls, one after the other, each time asked anew."""
    found: list[str] = []
    while len(found) < most:
        choice = next_for(seat(), {facts.key: facts}, settings, at("09:00"))
        if choice is None:
            break
        found.append(choice.ticket)
        facts = called(facts, settings, choice.ticket)
    return " ".join(found)


def joined_by(facts: QueueFacts, *more: Waiting) -> QueueFacts:
    """They join now, so their intervals count from here."""
    now = facts.counters.calls
    return replace(
        facts,
        waiting=facts.waiting + tuple(replace(who, calls=now) for who in more),
    )


def tickets(places: Iterable[Any]) -> list[str]:
    return [place.ticket for place in places]
