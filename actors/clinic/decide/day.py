"""The clinic's day: opened, its rules, its halves, its end, and midnight."""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from actors.clinic import rules
from actors.clinic.commands import (
    CarryOver,
    ChangeRules,
    CloseDay,
    EndHalf,
    Open,
    PreviewHalf,
    PreviewRules,
    Settle,
)
from actors.clinic.decide.refusals import room_of, ticket_of, yes
from actors.clinic.decide.travel import guest_id
from actors.clinic.events import (
    AlarmRaised,
    Arrived,
    CarriedOver,
    DayClosed,
    Event,
    HalfEnded,
    Opened,
    RulesChanged,
    Settled,
)
from actors.clinic.evolve import evolve
from actors.clinic.evolve.travels import mark_of
from actors.clinic.replies import (
    Carried,
    Closing,
    HalfEnding,
    HalfPreview,
    OrderChange,
    RulesPreview,
    StillOpen,
    ThisTicket,
    Unseen,
)
from actors.clinic.settings import Settings, problems
from actors.clinic.sketch import sketch
from actors.clinic.state import ClinicState
from actors.kernel.errors import BadRequest, Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Decision, Nothing

_P = TypeVar("_P")

PROPOSED = {
    "waiting": "gave_up",
    "at_room": "gave_up",
    "called": "missed",
    "in": "done",
    "examination": "done",
    "held": "done",
    "missed": "missed",
    "stopped": "refunded",
}
"""How an open ticket most likely ended. Booked ones are no-shows without a word."""


def open_day(state: ClinicState, command: Open, now: Millis) -> Decision:
    begun = state.plan is not None and not state.provisional
    if begun and not command.again:
        return Refused("already_open", "这个诊区今天已经开了，不用再开。")
    if field := rules.wrong_in(command):
        return BadRequest("开诊的设置有一处不对，请改好再试。", field=field)
    _check(command.settings)
    if begun:
        return _open_more(state, command, now)
    return yes(Nothing(), opened(command, now))


def _open_more(state: ClinicState, command: Open, now: Millis) -> Decision:
    """Only what is new or called otherwise; nothing of it there already: nothing."""
    if state.closed:
        return Refused("day_closed", "今天已经结束，改动从明天开诊起用。")
    queues, rooms, doctors = state.queues, state.rooms, state.doctors
    more = replace(
        command,
        settings=state.settings,
        queues=_other(command.queues, {k: q.plan for k, q in queues.items()}),
        rooms=_other(command.rooms, {k: room.plan for k, room in rooms.items()}),
        doctors=_other(command.doctors, {k: d.plan for k, d in doctors.items()}),
        halves=command.halves or state.halves,
        rolls_over=state.rolls_over,
    )
    same = more.clinic == state.plan and dict(more.halves) == state.halves
    if same and not (more.queues or more.rooms or more.doctors):
        return yes(Nothing())
    return yes(Nothing(), opened(more, now))


def _other(wanted: dict[str, _P], there: dict[str, _P]) -> dict[str, _P]:
    return {key: plan for key, plan in wanted.items() if there.get(key) != plan}


def opened(command: Open, now: Millis, *, provisional: bool = False) -> Opened:
    return Opened(
        at=now,
        by=command.by,
        where=command.where,
        clinic=command.clinic,
        queues=command.queues,
        rooms=command.rooms,
        settings=command.settings,
        doctors=command.doctors,
        halves={str(key): half for key, half in command.halves.items()},
        rolls_over=command.rolls_over,
        provisional=provisional,
    )


def _check(settings: Settings) -> None:
    wrong = problems(settings)
    if wrong:
        raise BadRequest(
            wrong[0].message,
            field=f"settings.{wrong[0].field}",
            problems=[{"field": p.field, "message": p.message} for p in wrong],
        )


def change_rules(state: ClinicState, command: ChangeRules, now: Millis) -> Decision:
    _check(command.settings)
    if command.settings == state.settings:
        return yes(Nothing())
    return yes(
        Nothing(),
        RulesChanged(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            settings=command.settings,
        ),
    )


def preview_rules(state: ClinicState, command: PreviewRules, now: Millis) -> Decision:
    """The same events on a copy: what would be is what will be."""
    _check(command.settings)
    after = sketch(state)
    evolve(after, RulesChanged(at=now, by=command.by, settings=command.settings))
    changes = tuple(
        OrderChange(key, tuple(queue.order), tuple(after.queues[key].order))
        for key, queue in state.queues.items()
        if queue.order != after.queues[key].order
    )
    return yes(RulesPreview(changes))


def end_half(state: ClinicState, command: EndHalf, now: Millis) -> Decision:
    doctor = _doctor_of(state, command)
    if command.half in state.doctors[doctor].ended:
        return yes(HalfEnding((), ()))
    ended = _half_ended(state, command, doctor, now)
    alarm: tuple[Event, ...] = ()
    if ended.asked:
        alarm = (
            AlarmRaised(
                at=now,
                by=command.by,
                reason=command.half,
                alarm=f"al{state.alarms_raised + 1}",
                kind="unseen_half",
                doctor=doctor,
            ),
        )
    return yes(HalfEnding(ended.moved, ended.asked), ended, *alarm)


def preview_half(state: ClinicState, command: PreviewHalf, now: Millis) -> Decision:
    """The same event on a copy: where they would stand is where they will."""
    doctor = _doctor_of(state, command)
    if command.half in state.doctors[doctor].ended:
        return yes(HalfPreview((), ()))
    ended = _half_ended(state, command, doctor, now)
    after = sketch(state)
    evolve(after, ended)
    places = {
        key: place
        for queue in sorted({state.tickets[key].queue for key in ended.moved})
        for place, key in enumerate(after.queues[queue].order, 1)
    }

    def row(key: str) -> Unseen:
        ticket = state.tickets[key]
        place = places.get(key, 0)
        return Unseen(key, ticket.number, ticket.queue, ticket.state, place)

    moved = sorted(map(row, ended.moved), key=lambda one: (one.queue, one.place))
    return yes(HalfPreview(tuple(moved), tuple(map(row, ended.asked)), ended.to))


def _doctor_of(state: ClinicState, command: EndHalf | PreviewHalf) -> str:
    doctor = command.doctor
    if command.room is not None:
        doctor = doctor or room_of(state, command.room).doctor
    if doctor is None or doctor not in state.doctors:
        raise Refused("unknown_doctor", "没有这位医生，请重新选择。", doctor=doctor)
    return doctor


def _half_ended(
    state: ClinicState, command: EndHalf | PreviewHalf, doctor: str, now: Millis
) -> HalfEnded:
    to = rules.half_after(state, command.half)
    moved, asked = rules.unseen(state, doctor, command.half)
    if to is None:
        moved, asked = (), (*moved, *asked)
    return HalfEnded(
        at=now,
        by=command.by,
        where=command.where,
        half=command.half,
        doctor=doctor,
        room=command.room,
        to=to,
        moved=moved,
        asked=asked,
    )


def close_day(state: ClinicState, command: CloseDay, now: Millis) -> Decision:
    """Nothing is closed silently: while somebody is left, the nurse gets the list."""
    if state.closed:
        return yes(Closing(closed=True))
    left = tuple(
        StillOpen(key, ticket.number, ticket.state, ticket.since, proposed)
        for key, ticket in state.tickets.items()
        if (proposed := PROPOSED.get(ticket.state)) is not None
    )
    on_the_way = [k for k, t in state.tickets.items() if t.state == "leaving"]
    if on_the_way:
        raise Refused(
            "leaving", "还有病人正在转往别的诊区，请稍候再结束。", tickets=on_the_way
        )
    if left:
        return yes(Closing(closed=False, left=left))
    return yes(
        Closing(closed=True), DayClosed(at=now, by=command.by, where=command.where)
    )


def settle(state: ClinicState, command: Settle, now: Millis) -> Decision:
    ticket = ticket_of(state, command.ticket)
    if ticket.state != "booked" and ticket.state not in PROPOSED:
        return yes(ThisTicket(command.ticket))
    return yes(
        ThisTicket(command.ticket),
        Settled(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=command.ticket,
            end=command.end,
        ),
    )


def carry_over(state: ClinicState, command: CarryOver, now: Millis) -> Decision:
    """Those of yesterday who are not here yet. Told again, nobody comes twice."""
    events: list[Event] = []
    if state.plan is None:
        if command.opening is None:
            raise Refused("not_open", "这个诊区今天还没有开，请到分诊台。")
        events.append(opened(command.opening, now, provisional=True))
        plans = dict.fromkeys(command.opening.queues)
    else:
        plans = dict.fromkeys(state.queues)
    here: list[str] = []
    for guest in command.tickets:
        mark = mark_of(command.origin, guest.ticket)
        if mark in state.arrived:
            here.append(state.arrived[mark])
            continue
        if guest.queue not in plans:
            # the new day has no such queue: nobody is lost for that
            guest = replace(guest, queue=next(iter(plans)), doctor=None)
        twin = rules.live_in(state, guest.card, guest.person, guest.queue, "all")
        if twin is not None:
            here.append(twin)  # registered anew meanwhile
            continue
        key = guest_id(state, command.origin, f"y{guest.ticket}")
        here.append(key)
        events.append(
            Arrived(
                at=now,
                by=command.by,
                ticket=key,
                number=rules.number_after_midnight(state, guest.number),
                origin=command.origin,
                traveller=guest,
            )
        )
    if command.origin not in state.carried_from:
        events.append(CarriedOver(at=now, by=command.by, origin=command.origin))
    return yes(Carried(tuple(here)), *events)
