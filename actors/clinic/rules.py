"""The policy of a clinic's day: pure answers over its state.

Who is next, and why, is order's (actors/clinic/order); here is who may do what when.
"""

from __future__ import annotations

from datetime import date, timedelta

from actors.clinic.commands import Open, Register
from actors.clinic.evolve.registrations import number_key
from actors.clinic.order import entry
from actors.clinic.order.facts import Waiting
from actors.clinic.plan import CheckedInAt, Extra, Half
from actors.clinic.settings import Settings
from actors.clinic.state import (
    ENDED,
    IN_LINE,
    IN_ROOM,
    ClinicState,
    Room,
    Stage,
    Stop,
    Ticket,
)
from actors.kernel.errors import BadRequest, Refused
from actors.kernel.identity import parts_of, stream_name
from actors.kernel.times import Millis

DIGITS = 3


# The day


def wrong_in(plan: Open) -> str | None:
    """The first field of a day's plan that cannot be, or None."""
    for key, room in plan.rooms.items():
        for queue in room.queues:
            if queue not in plan.queues:
                return f"rooms.{key}.queues"
        if any(not 1 <= level <= 4 for level in room.levels):
            return f"rooms.{key}.levels"
    for key, queue_plan in plan.queues.items():
        if queue_plan.doctor and plan.doctors and queue_plan.doctor not in plan.doctors:
            return f"queues.{key}.doctor"
    for half, times in plan.halves.items():
        if times.ends <= times.begins:
            return f"halves.{half}"
    return None


def half_of(state: ClinicState, at: Millis) -> Half:
    """The half of this moment; before, between and after them, the next or the last.
    A clinic without halves has one."""
    found: Half = "all"
    for half, times in sorted(state.halves.items(), key=lambda item: item[1].begins):
        found = half  # type: ignore[assignment]
        if at < times.ends:
            break
    return found


def half_after(state: ClinicState, half: str) -> str | None:
    if half not in state.halves:
        return None
    ends = state.halves[half].ends
    later = [
        (times.begins, key)
        for key, times in state.halves.items()
        if times.begins >= ends
    ]
    return min(later)[1] if later else None


def unseen(
    state: ClinicState, doctor: str, half: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of this half and doctor, who waits: those who go on to the doctor's next half,
    and those for whom the nurse must say (missed, or held by nobody there)."""
    mine = {key for key, queue in state.queues.items() if queue.plan.doctor == doctor}
    moved, asked = [], []
    for key, ticket in state.tickets.items():
        theirs = ticket.facts.doctor == doctor or ticket.queue in mine
        if not theirs or ticket.half != half:
            continue
        if ticket.state in IN_LINE:
            moved.append(key)
        elif ticket.state in ("missed", "held"):
            asked.append(key)
    later = half_after(state, half)
    if later is None or later in state.doctors[doctor].ended:
        return (), (*moved, *asked)
    return tuple(moved), tuple(asked)


def stream_of_next_day(state: ClinicState) -> str:
    hospital, kind, (clinic, day) = parts_of(state.stream)
    tomorrow = date.fromisoformat(day) + timedelta(days=1)
    return stream_name(hospital, kind, clinic, tomorrow.isoformat())


def planned_in(state: ClinicState, room: str) -> str | None:
    return state.rooms[room].plan.doctor or None


# Numbers and tickets


def draw(
    state: ClinicState, key: str, half: str, doctor: str | None = None
) -> tuple[str, int]:
    """The queue's next number and the count behind it. A number is shown once a half
    in the whole clinic, so those given from outside are passed over."""
    queue = state.queues[key]
    prefix = queue.plan.prefix or key
    if state.settings.numbers.per == "doctor" and doctor:
        prefix += f"{list(state.doctors).index(doctor) + 1}-"
        count = queue.drawn_by.get(doctor, 0) + 1
    else:
        count = queue.drawn + 1
    while number_taken(state, number := f"{prefix}{count:0{DIGITS}d}", half):
        count += 1
    return number, count


def number_taken(state: ClinicState, number: str, half: str) -> bool:
    """Where one of both has no half, the whole day counts."""
    if half == "all":
        return number in state.numbers or any(
            f"{other}/{number}" in state.numbers for other in state.halves
        )
    return number in state.numbers or number_key(half, number) in state.numbers


def number_after_midnight(state: ClinicState, number: str) -> str:
    """The printed one, told apart from a new one that is alike."""
    while number_taken(state, number, "all"):
        number += "Y"
    return number


def new_ticket_id(state: ClinicState) -> str:
    """Counted from the tickets there are; an id that came from outside is kept."""
    count = len(state.tickets) + 1
    while (ticket := f"t{count}") in state.tickets:
        count += 1
    return ticket


def of_card(state: ClinicState, card: str, *stages: Stage) -> str | None:
    """The first ticket of this card in one of these stages, in the stages' order."""
    mine = state.cards.get(card, ())
    for stage in stages:
        for key in mine:
            if state.tickets[key].state == stage:
                return key
    return None


def live_in(
    state: ClinicState, card: str, person: str | None, queue: str, half: str
) -> str | None:
    """The ticket this patient has already in this queue and half, booked ones too.
    A number that is done or refunded is no hindrance."""
    mine = state.cards.get(card, ())
    if person is not None:
        mine = (*mine, *state.persons.get(person, ()))
    for key in mine:
        ticket = state.tickets[key]
        if (
            ticket.queue == queue
            and ticket.state not in ENDED
            and ("all" in (half, ticket.half) or half == ticket.half)
        ):
            return key
    return None


def must_know_classes(state: ClinicState, special: tuple[str, ...]) -> None:
    known = {one.key for one in state.settings.classes}
    for key in special:
        if key not in known:
            raise Refused(
                "unknown_class", "没有这种优先类别，请在设置里先加上。", special=key
            )


def specials(ticket: Ticket) -> tuple[str, ...]:
    return tuple(held.key for held in ticket.facts.classes)


def must_be_one_class(state: ClinicState, queue: str, to: str) -> None:
    """Reassignment stays in the department and the fee class."""
    ours, theirs = state.queues[queue].plan, state.queues[to].plan
    if ours.department != theirs.department:
        raise Refused("other_department", "不能转到别的科室，请先在窗口换号。")
    if ours.fee != theirs.fee:
        raise Refused("other_fee", "挂号费不同，请先在窗口换号再转。")


def doctor_for(state: ClinicState, command: Register) -> str | None:
    """Who comes back within days to a doctor who is not here today: the queue's."""
    if command.linked is None or command.doctor is None:
        return command.doctor
    here = any(room.doctor == command.doctor for room in state.rooms.values())
    expected = any(room.plan.doctor == command.doctor for room in state.rooms.values())
    stopped = state.doctors[command.doctor].stopped is not None
    return command.doctor if (here or expected) and not stopped else None


def may_go_on(state: ClinicState, command: Register) -> None:
    """回诊 over days: in the same department, within so many days of the visit."""
    if command.linked is None or not command.linked_day:
        return
    _, _, (_, today) = parts_of(state.stream)
    try:
        days = date.fromisoformat(today) - date.fromisoformat(command.linked_day)
    except ValueError:
        raise BadRequest("上次就诊的日期不对。", field="linked_day") from None
    limit = state.settings.returns.days
    if not 0 <= days.days <= limit:
        raise Refused(
            "return_too_late",
            f"复诊免挂号只在看完后 {limit} 天以内，请重新挂号。",
            days=limit,
        )
    ours = state.queues[command.queue].plan.department
    if command.linked_department not in ("", ours):
        raise Refused(
            "other_department", "复诊免挂号只限上次看的科室，看别的科请重新挂号。"
        )


def may_add(state: ClinicState, command: Register) -> None:
    """加号: with a reason, within the day's limit, behind somebody who is here."""
    extra = command.extra
    if extra is None:
        return
    if not extra.reason.strip():
        raise BadRequest("加号请写明原因。", field="extra.reason")
    limit = state.settings.extra.daily_limit
    if limit and state.extras >= limit:
        raise Refused("extra_limit", f"今天的加号已满 {limit} 个。", limit=limit)
    if extra.where == "after" or extra.after is not None:
        other = state.tickets.get(extra.after or "")
        if other is None or other.queue != command.queue or other.state in ENDED:
            raise BadRequest("请选择排在同一队列里谁的后面。", field="extra.after")


def extra_as_given(state: ClinicState, command: Register) -> Extra | None:
    """What was not said is the rules'."""
    extra = command.extra
    if extra is None:
        return None
    rules = state.settings.extra
    where = extra.where or ("after" if extra.after is not None else rules.where)
    shown = rules.shown if extra.shown is None else extra.shown
    return Extra(extra.reason, where, extra.after, shown)


# Checking in


def to_check_in(state: ClinicState, card: str, now: Millis) -> str | None:
    """Of this card's booked tickets the one of this half, else the first."""
    half = half_of(state, now)
    mine = [
        key for key in state.cards.get(card, ()) if state.tickets[key].state == "booked"
    ]
    for key in mine:
        if state.tickets[key].half in (half, "all"):
            return key
    return mine[0] if mine else None


def may_check_in(
    state: ClinicState,
    ticket: Ticket,
    now: Millis,
    where: CheckedInAt,
    own_clinic: bool = True,
) -> None:
    """Rule 3."""
    times = state.halves.get(ticket.half)
    half = (times.begins, times.ends) if times is not None else None
    facts = ticket.facts
    slot = (facts.slot_start, facts.slot_end) if facts.slot_start else None
    no = entry.may_check_in(
        state.settings, now, where, slot=slot, half=half, own_clinic=own_clinic
    )
    if no is None:
        return
    if no.code == "other_clinic":
        plan = state.plan
        place = plan.name if plan is not None else "您的诊区"
        floor = f" {plan.floor} 楼" if plan is not None and plan.floor else ""
        raise Refused("other_clinic", f"请到{floor}{place}签到，这里办不了。")
    if no.code == "too_early":
        minutes = -(-(no.at - now) // 60_000)
        raise Refused(
            "too_early",
            f"还没有到签到时间，请过 {minutes} 分钟再来签到。",
            wait_ms=no.at - now,
        )
    raise Refused(
        "cut_off", "您挂的时段已经过了，请到分诊台签到。", number=ticket.number
    )


def ahead_of(state: ClinicState, key: str) -> int:
    """How many are called before; nobody, for who is not in line."""
    ticket = state.tickets[key]
    if ticket.state not in IN_LINE:
        return 0
    return state.queues[ticket.queue].order.index(key)


# Calling


def is_latest(state: ClinicState, room: Room, seen: str | None) -> bool:
    """Has nobody been called into this room since its caller saw ``seen`` there?

    Who was just finished, missed or sent on may still be on the caller's screen, and
    counts. Who waits again does not: pressed twice, that call would end the visit
    which the first press began.
    """
    if room.current is not None:
        return seen == room.current
    if seen is None:
        return True
    ticket = state.tickets.get(seen)
    return (
        seen == room.last
        and ticket is not None
        and ticket.state not in IN_LINE
        and ticket.state not in IN_ROOM
        and ticket.state != "booked"
    )


def wait_to_call_again(settings: Settings, ticket: Ticket, now: Millis) -> Millis:
    """How long until this one may be called again; not positive when at once."""
    return (ticket.called_at or 0) + settings.call_again_ms - now


def returns_by_itself(settings: Settings) -> bool:
    return settings.returns.automatic


# Stopped


def hits(state: ClinicState, stop: Stop, queue: str, facts: Waiting) -> bool:
    """Who was not seen in a half that the doctor has ended waits for the next one."""
    half: str = facts.half
    doctor = state.doctors.get(facts.doctor or state.queues[queue].plan.doctor)
    if doctor is not None and half in doctor.ended:
        half = half_after(state, half) or half
    return stops(state, stop, queue, facts.doctor, half)


def stops(
    state: ClinicState, stop: Stop, queue: str, doctor: str | None, half: str
) -> bool:
    if stop.half not in ("all", half):
        return False
    if stop.queue is not None:
        return stop.queue == queue
    return stop.doctor == (doctor or state.queues[queue].plan.doctor)


def stop_over(
    state: ClinicState, queue: str, doctor: str | None, half: str
) -> str | None:
    for key, stop in state.stops.items():
        if stops(state, stop, queue, doctor, half):
            return key
    return None


def in_a_stopped_line(state: ClinicState, now: Millis) -> dict[str, tuple[str, ...]]:
    """Who waits, by the stop that keeps them from being called. A stop of a half that
    is over keeps nobody."""
    found: dict[str, tuple[str, ...]] = {}
    for key, stop in state.stops.items():
        times = state.halves.get(stop.half)
        if times is not None and times.ends <= now:
            continue
        for name, queue in state.queues.items():
            found[key] = found.get(key, ()) + tuple(
                ticket
                for ticket, facts in queue.waiting.items()
                if hits(state, stop, name, facts)
                and not any(ticket in others for others in found.values())
            )
    return {key: tickets for key, tickets in found.items() if tickets}


def must_not_be_stopped(
    state: ClinicState, queue: str, doctor: str | None, half: str
) -> None:
    key = stop_over(state, queue, doctor, half) if state.stops else None
    if key is not None:
        raise Refused(
            "clinic_stopped",
            "这位医生或队列已经停诊，请改约或换一位。",
            stop=key,
            reason=state.stops[key].reason,
        )
