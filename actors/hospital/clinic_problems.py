"""What is wrong with the clinics of a plan: queues, rooms, doctors, times. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from actors.hospital.plan import MAIN_ZONE, ClinicPlan, Plan, areas_of
from actors.hospital.problem import BAD_TIME, TIME, Problem, keyed, named

PREFIX = re.compile(r"[0-9A-Za-z]{1,4}\Z")


def of_clinics(plan: Plan) -> Iterator[Problem]:
    for key, clinic in plan.clinics.items():
        yield from keyed("clinic", key)
        yield from _clinic(plan, key, clinic)
        yield from _queues(key, clinic)
        yield from _rooms(plan, key, clinic)
        yield from _doctors(key, clinic)
    yield from _alike(plan)


def _clinic(plan: Plan, key: str, clinic: ClinicPlan) -> Iterator[Problem]:
    def wrong(code: str, field: str, message: str, grave: bool = True) -> Problem:
        return Problem(code, "clinic", key, field, message, grave)

    yield from named("clinic", key, clinic.name)
    if clinic.rules and clinic.rules not in plan.rules:
        yield wrong(
            "unknown_rules",
            "rules",
            f"{clinic.name}用的排队规则“{clinic.rules}”没有了，请另选一套。",
        )
    if any(not 1 <= day <= 7 for day in clinic.days):
        yield wrong("bad_day", "days", f"{clinic.name}的开诊日要用 1 到 7 表示星期。")
    if not clinic.days:
        yield wrong("no_day", "days", f"{clinic.name}一天也不开诊，请选开诊日。", False)
    begun = ""
    for half, times in sorted(clinic.halves.items(), key=lambda item: item[1].begins):
        field = f"halves.{half}"
        if not TIME.match(times.begins) or not TIME.match(times.ends):
            yield wrong("bad_time", field, BAD_TIME.format(f"{clinic.name}的半天"))
        elif times.ends <= times.begins or times.begins < begun:
            yield wrong(
                "bad_half",
                field,
                f"{clinic.name}的半天要先开始后结束，并且不能重叠，请改时间。",
            )
        begun = times.ends
    if not clinic.queues:
        yield wrong(
            "no_queue",
            "queues",
            f"{clinic.name}还没有队列，病人没法签到，请加一个。",
            False,
        )
    elif not clinic.rooms:
        yield wrong(
            "no_room", "rooms", f"{clinic.name}还没有诊室，没法叫号，请加一间。", False
        )


def _queues(clinic_key: str, clinic: ClinicPlan) -> Iterator[Problem]:
    served = {queue for room in clinic.rooms.values() for queue in room.queues}
    first: dict[str, str] = {}
    for key, queue in clinic.queues.items():
        at = f"{clinic_key}/{key}"
        yield from keyed("queue", at)
        yield from named("queue", at, queue.name)
        prefix = queue.prefix or key
        if not PREFIX.match(prefix):
            yield Problem(
                "bad_prefix",
                "queue",
                at,
                "prefix",
                f"“{queue.name}”的号码字头“{prefix}”要用 1 到 4 个字母或数字。",
            )
        elif prefix in first:
            yield Problem(
                "same_prefix",
                "queue",
                at,
                "prefix",
                f"“{queue.name}”和“{first[prefix]}”的号码都用 {prefix} 开头，"
                "病人会分不清，请改一个。",
            )
        first.setdefault(prefix, queue.name)
        if at in queue.first:
            yield Problem(
                "first_itself",
                "queue",
                at,
                "first",
                f"“{queue.name}”要先做的检查写成了它自己，请改一下。",
            )
        if queue.doctor and clinic.doctors and queue.doctor not in clinic.doctors:
            yield Problem(
                "unknown_doctor",
                "queue",
                at,
                "doctor",
                f"“{queue.name}”的医生“{queue.doctor}”不在{clinic.name}，请另选一位。",
            )
        if clinic.rooms and key not in served:
            yield Problem(
                "unserved",
                "queue",
                at,
                "",
                f"没有诊室看“{queue.name}”，排进去的病人叫不到，请给它一间诊室。",
                grave=False,
            )


def _rooms(plan: Plan, clinic_key: str, clinic: ClinicPlan) -> Iterator[Problem]:
    zones = {MAIN_ZONE, *plan.zones}
    sits: dict[str, str] = {}
    for key, room in clinic.rooms.items():
        at = f"{clinic_key}/{key}"
        yield from keyed("room", at)
        for queue in room.queues:
            if queue not in clinic.queues:
                yield Problem(
                    "unknown_queue",
                    "room",
                    at,
                    "queues",
                    f"{key} 号诊室要看的队列“{queue}”没有了，请去掉或另选。",
                )
        if not room.queues:
            yield Problem(
                "idle_room",
                "room",
                at,
                "queues",
                f"{key} 号诊室没有队列，叫不到病人，请选一个。",
                grave=False,
            )
        if any(not 1 <= level <= 4 for level in room.levels):
            yield Problem(
                "bad_level",
                "room",
                at,
                "levels",
                f"{key} 号诊室的急诊级别要在 1 到 4 之间。",
            )
        if room.zone and room.zone not in zones:
            yield Problem(
                "unknown_zone",
                "room",
                at,
                "zone",
                f"{key} 号诊室的广播区“{room.zone}”没有了，请另选一个。",
            )
        if bool(room.door) != bool(room.seat):
            yield Problem(
                "half_a_seat",
                "room",
                at,
                "seat",
                f"{key} 是一间里的一个座位时，门和座位都要写，现在只写了一样。",
                grave=False,
            )
        if room.doctor and room.doctor in sits:
            yield Problem(
                "doctor_twice",
                "room",
                at,
                "doctor",
                f"同一位医生一开诊就在 {sits[room.doctor]} 号和 {key} 号两间诊室，"
                "请改一间。",
            )
        sits.setdefault(room.doctor, key)


def _doctors(clinic_key: str, clinic: ClinicPlan) -> Iterator[Problem]:
    busy = {room.doctor for room in clinic.rooms.values()}
    busy |= {queue.doctor for queue in clinic.queues.values()}
    for key, doctor in clinic.doctors.items():
        at = f"{clinic_key}/{key}"
        yield from keyed("doctor", at)
        yield from named("doctor", at, doctor.name)
        if doctor.starts and not TIME.match(doctor.starts):
            yield Problem(
                "bad_time",
                "doctor",
                at,
                "starts",
                BAD_TIME.format(f"{doctor.name}的上班时间"),
            )
        if key not in busy:
            yield Problem(
                "no_place",
                "doctor",
                at,
                "",
                f"{doctor.name}没有固定的诊室，也没有自己的队列：登录诊室才能叫号。",
                grave=False,
            )


def _alike(plan: Plan) -> Iterator[Problem]:
    """Numbers of one prefix, heard in one area from two clinics."""
    for area in areas_of(plan).values():
        seen: dict[str, str] = {}
        for clinic_key in area.clinics:
            clinic = plan.clinics.get(clinic_key)
            if clinic is None:
                continue
            for key, queue in clinic.queues.items():
                prefix = queue.prefix or key
                other = seen.setdefault(prefix, clinic_key)
                if other != clinic_key:
                    yield Problem(
                        "same_prefix_in_area",
                        "queue",
                        f"{clinic_key}/{key}",
                        "prefix",
                        f"“{area.name}”里{plan.clinics[other].name}和{clinic.name}"
                        f"的号码都用 {prefix} 开头，病人会听错，最好改一个。",
                        grave=False,
                    )
