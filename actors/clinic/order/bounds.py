"""Bounds that time or others' luck may break: fairness, and the targets of triage."""

from __future__ import annotations

from collections.abc import Iterable

from actors.clinic.order.choice import takes
from actors.clinic.order.facts import QueueFacts, Seat, Waiting
from actors.clinic.order.places import Places
from actors.clinic.settings import Settings
from actors.kernel.times import Millis


def overtaken_by(
    queue: QueueFacts, settings: Settings, ticket: str, seat: Seat
) -> tuple[str, ...]:
    """Whom this seat's calling of ``ticket``, which waits in ``queue``, passes over:
    each counts one more, and one less when the call is undone. Nobody is overtaken by
    an emergency, nor by somebody whom only this seat could call instead of them."""
    if not settings.fairness.overtaken:
        return ()
    places = Places(queue, settings)
    called = next((who for who in queue.waiting if who.ticket == ticket), None)
    if called is None or places.level(called) or called.at_room:
        return ()
    mine = places.fair(called)
    return tuple(
        who.ticket
        for who in queue.waiting
        if who.ticket != ticket
        and not who.at_room
        and not places.level(who)
        and takes(seat, queue, who, places)
        and places.fair(who) < mine
    )


def blocks(
    queue: QueueFacts, settings: Settings, ticket: str, seat: Seat
) -> tuple[str, ...]:
    """Those of ``overtaken_by`` who may not be overtaken any more: a reason to refuse
    a call out of turn, and to call them instead."""
    protected = Places(queue, settings).protected
    by_ticket = {who.ticket: who for who in queue.waiting}
    return tuple(
        one
        for one in overtaken_by(queue, settings, ticket, seat)
        if protected(by_ticket[one])
    )


def overdue(queue: QueueFacts, settings: Settings, now: Millis) -> tuple[str, ...]:
    """Who has waited beyond the bound and is not marked so yet."""
    longest = settings.fairness.longest_ms
    if not longest:
        return ()
    return tuple(who.ticket for who in _bound(queue) if now - who.joined_at >= longest)


def next_overdue_at(queue: QueueFacts, settings: Settings) -> Millis | None:
    """When ``overdue`` has somebody to name; None while nobody waits."""
    longest = settings.fairness.longest_ms
    if not longest:
        return None
    return min((who.joined_at + longest for who in _bound(queue)), default=None)


def _bound(queue: QueueFacts) -> Iterable[Waiting]:
    return (who for who in queue.waiting if not who.overdue and not who.at_room)


def target_at(who: Waiting, settings: Settings) -> Millis | None:
    """Until when somebody of this emergency level should be seen. Passed: triage them
    again. None for who has no level."""
    if not 1 <= who.emergency <= 4:
        return None
    since = max(who.triaged_at, who.looked_at) or who.joined_at
    return since + settings.emergency.targets_ms[who.emergency - 1]


def targets_passed(
    queue: QueueFacts, settings: Settings, now: Millis
) -> tuple[str, ...]:
    """Whose target is exceeded, the longest first."""
    found = [
        (at, who.joined, who.ticket)
        for who in queue.waiting
        if (at := target_at(who, settings)) is not None and at < now
    ]
    return tuple(ticket for _, _, ticket in sorted(found))
