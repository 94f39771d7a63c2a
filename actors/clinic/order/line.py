"""The calling order of one queue, whole, with the reasons of each place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter

import msgspec

from actors.clinic.order.facts import QueueFacts, Waiting
from actors.clinic.order.memo import Memo
from actors.clinic.order.pattern import Lane, Placed, merged
from actors.clinic.order.places import (
    LATE,
    LINE,
    RECALLED,
    RETURNED,
    Places,
    class_lane,
)
from actors.clinic.order.reason import Reason
from actors.clinic.order.why import Reasons
from actors.clinic.settings import Settings


class Place(msgspec.Struct, frozen=True, gc=False):
    """``lane`` is what its call counts as (``Counters.count``)."""

    ticket: str
    lane: str
    reasons: tuple[Reason, ...]


def line_up(queue: QueueFacts, settings: Settings) -> tuple[Place, ...]:
    """Everybody who waits, each once, in the order they would be called if nobody came
    and nothing changed. The order of ``queue.waiting`` makes no difference."""
    places = Places(queue, settings)
    why = Reasons(places, settings)
    ordered = in_order(queue, settings, places, queue.waiting, queue.doctor)
    if queue.memo is None:
        return tuple(
            [
                Place(who.ticket, spot.lane, why.of(who, spot))
                for _, spot, who in ordered
            ]
        )
    known = _kept(queue, settings).places
    line: list[Place] = []
    for _, spot, who in ordered:
        found = known.get(who.ticket)
        if found is None or found[0] is not spot:
            place = Place(who.ticket, spot.lane, why.of(who, spot))
            known[who.ticket] = spot, place
        else:
            place = found[1]
        line.append(place)
    return tuple(line)


def place_of(queue: QueueFacts, settings: Settings, who: Waiting) -> Place:
    """One ticket's lane and reasons, without the line: for who is called out of turn,
    or is asked about before it joins."""
    places = Places(queue, settings)
    spot = places.of(who)
    return Place(who.ticket, spot.lane, Reasons(places, settings).of(who, spot))


def in_order(
    queue: QueueFacts,
    settings: Settings,
    places: Places,
    waiting: Iterable[Waiting],
    doctor: str,
) -> Iterator[Placed]:
    """These tickets as they follow each other, one at a time; ``doctor`` is for whom,
    where intervals count per doctor."""
    known = _kept(queue, settings).spots
    sections: tuple[list[Placed], ...] = ([], [], [], [])
    stream: list[Placed] = []
    queued: dict[str, list[Placed]] = {}
    for who in waiting:
        found = known.get(who.ticket)
        if found is None or found[0] is not who:
            spot = places.of(who)
            known[who.ticket] = who, spot
        else:
            spot = found[1]
        if spot.section != LINE:
            sections[spot.section].append((spot.key, spot, who))
        elif spot.queued:
            queued.setdefault(spot.queued, []).append((spot.key, spot, who))
        else:
            stream.append((spot.key, spot, who))
    for section in sections:
        section.sort(key=itemgetter(0))
        yield from section
    stream.sort(key=itemgetter(0))
    if not queued:
        yield from stream
        return
    yield from merged(stream, _lanes(queue, settings, queued, doctor), queue.counters)


def _kept(queue: QueueFacts, settings: Settings) -> Memo:
    return (queue.memo or Memo()).under(settings, queue.slots, len(queue.waiting))


def _lanes(
    queue: QueueFacts, settings: Settings, queued: dict[str, list[Placed]], doctor: str
) -> list[Lane]:
    """In the order that decides between two that have been due equally long."""
    found: list[Lane] = []
    for items in queued.values():
        items.sort(key=itemgetter(0))
    for special in sorted(settings.classes, key=lambda one: (one.level, one.key)):
        name = class_lane(special.key)
        if items := queued.get(name, []):
            found.append(Lane(name, items, queue.counters, every=special.every))
    returns, recall = settings.returns, settings.recall
    if items := queued.get(LATE, []):
        found.append(Lane(LATE, items, queue.counters, every=settings.late.every))
    if items := queued.get(RECALLED, []):
        per = doctor if recall.per == "doctor" else ""
        found.append(
            Lane(RECALLED, items, queue.counters, every=recall.every, doctor=per)
        )
    if items := queued.get(RETURNED, []):
        found.append(
            Lane(
                RETURNED,
                items,
                queue.counters,
                every=returns.first,
                back=returns.back,
                evens=returns.even_out,
            )
        )
    return found
