"""Who sits where: doctors logging in and out, changing rooms, ticking queues, away."""

from __future__ import annotations

from actors.clinic.commands import (
    ChangeRoom,
    GetBack,
    GoAway,
    LogIn,
    LogOut,
    Serve,
)
from actors.clinic.decide.refusals import known_doctor, known_queue, room_of, yes
from actors.clinic.events import (
    BroadcastMade,
    Event,
    GotBack,
    LoggedIn,
    LoggedOut,
    QueueTicked,
    RoomChanged,
    WentAway,
)
from actors.clinic.replies import ThisRoom
from actors.clinic.state import ClinicState
from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Decision

_TOLD_MS = 5 * 60_000
"""How long it is announced that a doctor has changed rooms."""


def log_in(state: ClinicState, command: LogIn, now: Millis) -> Decision:
    room = room_of(state, command.room)
    known_doctor(state, command.doctor)
    queues = room.plan.queues if command.queues is None else command.queues
    for queue in queues:
        known_queue(state, queue)
    logged_in = LoggedIn(
        at=now,
        by=command.by,
        where=command.where,
        room=command.room,
        doctor=command.doctor,
        mode=command.mode,
        queues=tuple(dict.fromkeys(queues)),
    )
    if command.mode == "trainee":
        if room.doctor is None:
            raise Refused("nobody_logged_in", "带教医生还没有登录这个诊室，请先登录。")
        return yes(ThisRoom(command.room), logged_in)
    events: list[Event] = []
    if room.doctor is not None and room.doctor != command.doctor:
        if room.current is not None:
            raise Refused(
                "room_taken",
                "这个诊室还有病人在看，请先看完再换医生。",
                doctor=room.doctor,
            )
        events.append(
            LoggedOut(at=now, by=command.by, room=command.room, doctor=room.doctor)
        )
    elsewhere = _room_of_doctor(state, command.doctor, but=command.room)
    if elsewhere is not None:
        raise Refused(
            "logged_in_elsewhere",
            f"这位医生已经在 {elsewhere} 诊室登录，请用“换诊室”。",
            room=elsewhere,
        )
    return yes(ThisRoom(command.room), *events, logged_in)


def _room_of_doctor(state: ClinicState, doctor: str, *, but: str) -> str | None:
    for key, room in state.rooms.items():
        if room.doctor == doctor and key != but:
            return key
    return None


def log_out(state: ClinicState, command: LogOut, now: Millis) -> Decision:
    room = room_of(state, command.room)
    doctor = command.doctor or room.doctor
    if doctor is None or (doctor != room.doctor and doctor not in room.trainees):
        raise Refused("not_logged_in", "这位医生没有登录这个诊室。", room=command.room)
    if doctor == room.doctor and room.current is not None:
        raise Refused(
            "still_busy", "诊室里还有病人，请先看完再退出。", current=room.current
        )
    return yes(
        ThisRoom(command.room),
        LoggedOut(
            at=now,
            by=command.by,
            where=command.where,
            room=command.room,
            doctor=doctor,
        ),
    )


def change_room(state: ClinicState, command: ChangeRoom, now: Millis) -> Decision:
    room = room_of(state, command.room)
    to = room_of(state, command.to)
    if room.doctor is None:
        raise Refused("not_logged_in", "这个诊室没有医生登录。", room=command.room)
    if command.to == command.room or to.doctor is not None or to.current is not None:
        raise Refused("room_taken", "那个诊室已经有人，请换一个。", room=command.to)
    if room.current is not None:
        raise Refused(
            "still_busy", "诊室里还有病人，请先看完再换诊室。", current=room.current
        )
    moved = RoomChanged(
        at=now,
        by=command.by,
        where=command.where,
        room=command.room,
        to=command.to,
    )
    if not room.door:
        return yes(ThisRoom(command.to), moved)
    doctor = state.doctors.get(room.doctor)
    told = BroadcastMade(
        at=now,
        by=command.by,
        broadcast=f"b{state.notices_made + 1}",
        text=f"{doctor.plan.name if doctor else ''}医生换到 {command.to} 诊室，"
        f"在 {command.room} 诊室门口等候的患者请到 {command.to} 诊室。",
        until=now + _TOLD_MS,
        zones=tuple(dict.fromkeys(filter(None, (room.plan.zone, to.plan.zone)))),
    )
    return yes(ThisRoom(command.to), moved, told)


def serve(state: ClinicState, command: Serve, now: Millis) -> Decision:
    room = room_of(state, command.room)
    known_queue(state, command.queue)
    if room.doctor is None:
        raise Refused("not_logged_in", "这个诊室没有医生登录。", room=command.room)
    if (command.queue in room.served) == command.on:
        return yes(ThisRoom(command.room))
    return yes(
        ThisRoom(command.room),
        QueueTicked(
            at=now,
            by=command.by,
            where=command.where,
            room=command.room,
            queue=command.queue,
            on=command.on,
        ),
    )


def go_away(state: ClinicState, command: GoAway, now: Millis) -> Decision:
    """Said again, it is a new reason or another time to be back."""
    room_of(state, command.room)
    if command.back_at is not None and command.back_at <= now:
        raise Refused("bad_time", "返回时间已经过了，请重新填写。")
    return yes(
        ThisRoom(command.room),
        WentAway(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            room=command.room,
            back_at=command.back_at,
        ),
    )


def get_back(state: ClinicState, command: GetBack, now: Millis) -> Decision:
    room = room_of(state, command.room)
    if room.away is None:
        return yes(ThisRoom(command.room))
    return yes(
        ThisRoom(command.room),
        GotBack(at=now, by=command.by, where=command.where, room=command.room),
    )
