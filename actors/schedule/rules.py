"""The policy of a department's day: what is left for whom, what is due, which number.

Pure answers over the state. One pool for all channels: a quota never owns places, it
only says how far a channel may reach into what is free.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from actors.booker.messages import Standing
from actors.kernel.times import Millis
from actors.schedule.events import (
    Event,
    Expired,
    ReservesReleased,
    SessionEnded,
)
from actors.schedule.plan import Quota
from actors.schedule.state import (
    HOLDING,
    Booking,
    Case,
    ScheduleState,
    Session,
    number_key,
    series_of,
)

DIGITS = 3
NO_QUOTA = Quota()


# What is left


def free_in(session: Session) -> int:
    return sum(slot.free for slot in session.slots.values())


def left_for(session: Session, channel: str) -> int:
    """How many more places of the session this channel may take now."""
    used = session.used
    kept_for_others = sum(
        max(0, quota.reserved - used.get(other, 0))
        for other, quota in session.plan.quotas.items()
        if other != channel and other not in session.released
    )
    left = free_in(session) - kept_for_others
    at_most = session.plan.quotas.get(channel, NO_QUOTA).at_most
    if at_most is not None:
        left = min(left, at_most - used.get(channel, 0))
    return max(0, left)


def on_sale_until(
    state: ScheduleState, session: Session, slot: str, channel: str
) -> Millis:
    """When this channel stops selling the slot."""
    plan = state.channels.get(channel)
    return session.slots[slot].plan.end - (plan.closes_ms if plan else 0)


def earliest_slot(
    state: ScheduleState, session: Session, channel: str, now: Millis
) -> str | None:
    """The first slot with a free place that this channel still sells."""
    open_ones = [
        name
        for name, slot in session.slots.items()
        if slot.free > 0 and now < on_sale_until(state, session, name, channel)
    ]
    return min(
        open_ones, key=lambda name: (session.slots[name].plan.start, name), default=None
    )


# Who may have one


def held_by(state: ScheduleState, person: str) -> list[tuple[str, Booking]]:
    return [
        (key, booking)
        for key in state.people.get(person, ())
        if (booking := state.bookings[key]).stage in HOLDING
    ]


def over_a_limit(
    state: ScheduleState, person: str, session: str, standing: Standing | None
) -> str | None:
    """The first of the person's limits that one more number would break."""
    settings = state.settings
    held = held_by(state, person)
    here = [booking for _, booking in held if booking.session == session]
    locks = [booking for _, booking in held if booking.stage == "locked"]
    elsewhere = standing.that_day if standing is not None else 0
    for name, limit, count in (
        ("per_person_session", settings.per_person_session, len(here)),
        ("per_person_department", settings.per_person_department, len(held)),
        ("per_person_day", settings.per_person_day, len(held) + elsewhere),
        ("locks_per_person", settings.locks_per_person, len(locks)),
    ):
        if limit and count >= limit:
            return name
    return None


# Numbers


def draw(state: ScheduleState, booking: Booking) -> tuple[str, int]:
    """The booking's number, and the count behind it (0 for one of its slot's own). A
    number is given once a day, also when its holder gives it back."""
    session = state.sessions[booking.session]
    slot = session.slots[booking.slot]
    clinic, prefix = series_of(session.plan, slot.plan)
    if slot.plan.first:
        for count in range(slot.plan.first, slot.plan.first + slot.planned):
            number = _number(prefix, count)
            if number_key(clinic, number) not in state.numbers:
                return number, 0
    count = state.drawn.get(number_key(clinic, prefix), 0) or _end_of_ranges(
        state, clinic, prefix
    )
    while True:
        count += 1
        number = _number(prefix, count)
        if number_key(clinic, number) not in state.numbers:
            return number, count


def _end_of_ranges(state: ScheduleState, clinic: str, prefix: str) -> int:
    """Behind the last number that some slot of this series has as its own."""
    return max(
        (
            slot.plan.first + slot.planned - 1
            for session in state.sessions.values()
            for slot in session.slots.values()
            if slot.plan.first
            and series_of(session.plan, slot.plan) == (clinic, prefix)
        ),
        default=0,
    )


def _number(prefix: str, count: int) -> str:
    return f"{prefix}{count:0{DIGITS}d}"


# What the clock brings


def cut_off(state: ScheduleState, session: Session) -> Millis:
    return session.end + state.settings.no_show_after_ms


def next_release(session: Session) -> Millis | None:
    return min(
        (
            session.start - quota.release_ms
            for channel, quota in session.plan.quotas.items()
            if quota.reserved
            and quota.release_ms is not None
            and channel not in session.released
        ),
        default=None,
    )


def wake_at(state: ScheduleState) -> Millis | None:
    times = list(state.locks.values())
    for session in state.sessions.values():
        if not session.ended:
            times.append(cut_off(state, session))
            release = next_release(session)
            if release is not None:
                times.append(release)
    return min(times, default=None)


def due(state: ScheduleState, now: Millis) -> tuple[Event, ...]:
    """What has come due by now: locks run out, reserves are released, sessions end.
    All at once, so that a wake-up that comes late finds what earlier ones would."""
    events: list[Event] = []
    if expired := tuple(key for key, at in state.locks.items() if at <= now):
        events.append(Expired(at=now, bookings=expired))
    for key, session in state.sessions.items():
        if session.ended:
            continue
        released = tuple(
            channel
            for channel, quota in session.plan.quotas.items()
            if quota.reserved
            and quota.release_ms is not None
            and channel not in session.released
            and session.start - quota.release_ms <= now
        )
        if released:
            events.append(ReservesReleased(at=now, session=key, channels=released))
        if cut_off(state, session) <= now:
            absent = tuple(
                booking
                for booking in session.bookings
                if state.settings.no_shows
                and state.bookings[booking].stage == "confirmed"
            )
            events.append(SessionEnded(at=now, session=key, no_shows=absent))
    return tuple(events)


def bookings_in(events: Iterable[Event]) -> Iterator[str]:
    """Those that what has come due changes."""
    for event in events:
        if isinstance(event, Expired):
            yield from event.bookings
        elif isinstance(event, SessionEnded):
            yield from event.no_shows


def is_open(case: Case, booking: Booking) -> bool:
    """Whether somebody still has to say what they want."""
    return not case.answer and booking.stage in ("stopped", "confirmed")
