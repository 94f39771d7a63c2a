"""The rows of a clinic's views. JSON-ready, without nulls: absent means none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from actors.clinic.order.line import place_of
from actors.clinic.state import IN_LINE, ClinicState, Room, Ticket
from actors.runtime.shape import Path

CLINIC_FIELDS = ("name", "name_en", "hospital", "floor", "day")


def clinic_paths(state: ClinicState, *, staff: bool) -> Iterator[Path]:
    for field in (*CLINIC_FIELDS, "closed", "handed_over", "rules"):
        if clinic_row(state, field, staff=staff):
            yield "clinic", field


def clinic_row(state: ClinicState, field: str, *, staff: bool) -> Any:
    if state.plan is None:
        return None
    match field:
        case "day":
            return state.day
        case "closed":
            return True if state.closed else None
        case "handed_over":
            note = state.note
            return msgspec.to_builtins(note) if staff and note is not None else None
        case "rules":
            return _without_none(msgspec.to_builtins(state.settings)) if staff else None
        case _ if field in CLINIC_FIELDS:
            return getattr(state.plan, field) or None
        case _:
            return None


def queue_row(state: ClinicState, key: str) -> dict[str, Any] | None:
    queue = state.queues.get(key)
    if queue is None:
        return None
    row: dict[str, Any] = {"name": queue.plan.name, "kind": queue.plan.kind}
    if queue.frozen:
        row["frozen"] = True
    if queue.stopped is not None:
        row["stopped"] = queue.stopped
    return row


def room_row(state: ClinicState, key: str) -> dict[str, Any] | None:
    """Who sits there is who is logged in; where nobody must, who is planned."""
    room = state.rooms.get(key)
    if room is None:
        return None
    doctor = state.doctors.get(room.doctor) if room.doctor is not None else None
    plan = room.plan
    row: dict[str, Any] = {
        "doctor": doctor.plan.name if doctor else "",
        "queues": list(plan.queues if room.doctor is None else room.served),
    }
    title = (doctor.plan.title if doctor else "") or plan.title
    if title:
        row["title"] = title
    if doctor and doctor.plan.photo:
        row["photo"] = doctor.plan.photo
    for field in ("way", "way_en", "seat", "zone"):
        if text := getattr(plan, field):
            row[field] = text
    if plan.door:
        row["shared"] = plan.door
    if note := _note(state, key, room):
        row["note"] = note
    return row


def _note(state: ClinicState, key: str, room: Room) -> dict[str, Any] | None:
    """What stands on the door: 停诊, 停叫, 暂离 with the time to be back, 医生未到."""
    for stop in state.stops.values():
        if stop.doctor is not None and stop.doctor in (room.doctor, room.plan.doctor):
            return {"kind": "clinic_stopped", "reason": stop.reason, "half": stop.half}
    doctor = state.doctors.get(room.doctor or "")
    reason = room.stopped or (doctor.stopped if doctor else None)
    if reason is not None:
        return {"kind": "stopped", "reason": reason}
    if room.away is not None:
        note: dict[str, Any] = {
            "kind": "away",
            "reason": room.away.reason,
            "since": room.away.since,
        }
        if room.away.back_at is not None:
            note["back_at"] = room.away.back_at
        return note
    for alarm in state.alarms.values():
        if alarm.kind == "doctor_absent" and alarm.room == key:
            absent = state.doctors.get(alarm.doctor or "")
            return {"kind": "absent", "doctor": absent.plan.name if absent else ""}
    return None


def add_for_staff(row: dict[str, Any], room: Room) -> None:
    if room.doctor:
        row["logged_in"] = room.doctor
        row["mode"] = room.mode
    for field in ("trainees", "held"):
        if found := getattr(room, field):
            row[field] = list(found)
    if room.kept is not None:
        row["kept"] = room.kept


def marks(state: ClinicState, ticket: Ticket) -> list[str]:
    """预 现 复 过 优 加, as codes. 现 only where it makes a difference."""
    facts, order = ticket.facts, state.settings.order
    found = []
    if facts.booked:
        found.append("booked")
    elif order.base == "slot" or order.booked_first:
        found.append("walk_in")
    if facts.origin == "return" or ticket.linked is not None:
        found.append("return")
    if facts.origin == "recall":
        found.append("recall")
    if facts.emergency:
        found.append("emergency")
    if facts.classes:
        found.append("priority")
    if ticket.extra is not None:
        found.append("extra")
    return found


def add_to_ticket(row: dict[str, Any], state: ClinicState, ticket: Ticket) -> None:
    """What the desk sees besides, and why somebody stands where they do."""
    facts = ticket.facts
    if facts.classes:
        row["classes"] = [held.key for held in facts.classes]
    if facts.slot_start:
        row["slot"] = [facts.slot_start, facts.slot_end]
    if ticket.half != "all":
        row["half"] = ticket.half
    if facts.emergency:
        row["level"] = facts.emergency
        row["triaged_at"] = facts.triaged_at
    if facts.doctor:
        row["doctor"] = facts.doctor
    if facts.room:
        row["pinned_room"] = facts.room
    if ticket.person is not None:
        row["person"] = ticket.person
    if ticket.misses:
        row["misses"] = ticket.misses
    if ticket.void:
        row["void"] = True
    if ticket.state == "examination":
        if ticket.reports:
            row["reports"] = list(ticket.reports)
        if ticket.back_at is not None:
            row["back_at"] = ticket.back_at
    if ticket.linked is not None:
        row["linked"] = ticket.linked
    if ticket.gone_to is not None:
        row["gone_to"] = ticket.gone_to
    if ticket.stop is not None:
        row["stop"] = ticket.stop
    if ticket.answer is not None:
        row["answer"] = ticket.answer
    if ticket.end is not None:
        row["end"] = ticket.end
    if ticket.extra is not None:
        row["extra"] = _without_none(msgspec.structs.asdict(ticket.extra))
    if ticket.vitals is not None:
        row["vitals"] = msgspec.to_builtins(ticket.vitals)
    if ticket.state in IN_LINE:
        queue = state.queues[ticket.queue]
        place = place_of(queue.facts, state.settings, facts)
        row["reasons"] = [msgspec.to_builtins(reason) for reason in place.reasons]


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def doctor_row(state: ClinicState, key: str) -> dict[str, Any] | None:
    doctor = state.doctors.get(key)
    if doctor is None:
        return None
    row: dict[str, Any] = {"name": doctor.plan.name}
    for field in ("title", "photo", "starts"):
        if value := getattr(doctor.plan, field):
            row[field] = value
    if doctor.stopped is not None:
        row["stopped"] = doctor.stopped
    if doctor.ended:
        row["ended"] = list(doctor.ended)
    return row


def notice_row(state: ClinicState, key: str) -> dict[str, Any] | None:
    notice = state.notices.get(key)
    if notice is None:
        return None
    row: dict[str, Any] = {
        "text": notice.text,
        "at": notice.at,
        "until": notice.until,
    }
    if notice.zones:
        row["zones"] = list(notice.zones)
    return row


def alarm_row(state: ClinicState, key: str) -> dict[str, Any] | None:
    alarm = state.alarms.get(key)
    if alarm is None:
        return None
    return _without_none(msgspec.structs.asdict(alarm))


def stop_row(state: ClinicState, key: str) -> dict[str, Any] | None:
    """Who has not answered yet; the rest is in the tickets' rows."""
    stop = state.stops.get(key)
    if stop is None:
        return None
    row = _without_none(msgspec.structs.asdict(stop))
    row["open"] = stop.open.copy()
    return row
