"""The numbers of `houzhen demo`: four departments, today and the days after.

Data only, beside demo_hospital: the same doctors, in the queues of the same clinics.
Everyone here is invented.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from actors.directory.actor import directory_stream
from actors.directory.messages import Campus, Department, Doctor, Put
from actors.kernel.errors import KeyReused, Refused
from actors.kernel.times import day_of
from actors.runtime.system import ActorSystem
from actors.schedule.actor import schedule_stream
from actors.schedule.commands import Open
from actors.schedule.plan import (
    HOUR,
    MINUTE,
    DepartmentPlan,
    DoctorPlan,
    Half,
    Quota,
    SessionPlan,
    SlotPlan,
)
from realtime.config import Hospital

CAMPUS, CAMPUS_NAME, CAMPUS_NAME_EN = "main", "本部院区", "Main Campus"
DAYS_AHEAD = 7
SUNDAY = 6

_DOCTORS = {
    "zhou": DoctorPlan(
        *("周文澜", "主任", "", "冠心病、心力衰竭"),
        *("Zhou Wenlan", "Coronary disease, heart failure"),
    ),
    "lin": DoctorPlan(
        *("林知远", "副主任", "", "高血压", "Lin Zhiyuan", "High blood pressure")
    ),
    "xu": DoctorPlan(
        *("许安禾", "主治", "", "心律失常", "Xu Anhe", "Irregular heartbeat")
    ),
    "shan": DoctorPlan(
        *("单雅宁", "副主任", "", "慢阻肺、哮喘", "Shan Yaning", "COPD, asthma")
    ),
    "luo": DoctorPlan(
        *("罗一舟", "主治", "", "肺部感染", "Luo Yizhou", "Infections of the lung")
    ),
    "he": DoctorPlan(
        *("何叙", "主治", "", "胃炎、胃镜", "He Xu", "Gastritis, gastroscopy")
    ),
    "ye": DoctorPlan(*("叶青", "副主任", "", "白内障", "Ye Qing", "Cataract")),
    "qin": DoctorPlan(
        *("秦朗川", "主治", "", "近视", "Qin Langchuan", "Short-sightedness")
    ),
}


@dataclass(frozen=True)
class _Sitting:
    """A doctor's half-day: how many in each half-hour, at which price."""

    doctor: str
    half: Half
    queue: str
    count: int
    price: int
    kind: str = "普"


@dataclass(frozen=True)
class _Department:
    name: str
    name_en: str
    clinic: str
    floor: str
    sittings: tuple[_Sitting, ...]
    about: str
    about_en: str


_DEPARTMENTS = {
    "cardio": _Department(
        "心血管内科",
        "Cardiology",
        "im2",
        "2",
        (
            _Sitting("zhou", "am", "Z", 2, 5000, "专"),
            _Sitting("lin", "am", "A", 4, 2000),
            _Sitting("xu", "am", "A", 4, 1500),
            _Sitting("xu", "pm", "A", 4, 1500),
        ),
        "胸闷、胸痛、心慌、血压高来这里看。",
        "For chest pain, a racing heart and high blood pressure.",
    ),
    "respiratory": _Department(
        "呼吸内科",
        "Respiratory Medicine",
        "im2",
        "2",
        (_Sitting("shan", "am", "B", 4, 2000), _Sitting("luo", "pm", "B", 5, 1500)),
        "咳嗽、咳痰、气喘、发热来这里看。",
        "For coughs, shortness of breath and fever.",
    ),
    "digestive": _Department(
        "消化内科",
        "Gastroenterology",
        "im2",
        "2",
        (_Sitting("he", "am", "C", 4, 1500), _Sitting("he", "pm", "C", 4, 1500)),
        "胃痛、反酸、腹泻、便血来这里看。",
        "For stomach pain, heartburn and trouble with digestion.",
    ),
    "eye": _Department(
        "眼科",
        "Ophthalmology",
        "eye1",
        "3",
        (_Sitting("ye", "am", "E", 3, 2000), _Sitting("qin", "pm", "E", 4, 1500)),
        "看不清、眼睛红、流泪、怕光来这里看。",
        "For poor sight, and red, sore or watering eyes.",
    ),
}

# today's, from midnight to midnight, so that whenever somebody tries the demo there is
# one left to register for; numbers go on behind those of who is on the list already
_TODAY = {
    "cardio": _Sitting("lin", "all", "A", 6, 2000),
    "respiratory": _Sitting("shan", "all", "B", 6, 2000),
    "digestive": _Sitting("he", "all", "C", 6, 1500),
    "eye": _Sitting("qin", "all", "E", 6, 1500),
}
_TWO_HOURS = 2 * HOUR
_BEHIND = 31
"""The first number of today's: the clinics' lists end before."""

_HOURS: dict[str, tuple[float, float]] = {"am": (8, 12), "pm": (14, 17)}
_HALF_HOUR = 30 * MINUTE


def department_ids() -> tuple[str, ...]:
    return tuple(_DEPARTMENTS)


def opening(department: str, day: date, zone: tzinfo) -> Open:
    """This department's numbers of one day."""
    plan = _DEPARTMENTS[department]
    midnight = round(datetime.combine(day, time(), zone).timestamp() * 1000)
    return Open(
        by="demo",
        department=DepartmentPlan(
            plan.name, plan.name_en, CAMPUS, CAMPUS_NAME, plan.floor
        ),
        doctors={sitting.doctor: _DOCTORS[sitting.doctor] for sitting in plan.sittings},
        sessions={
            f"{sitting.doctor}-{sitting.half}": _session(plan.clinic, sitting, midnight)
            for sitting in plan.sittings
        },
    )


def opening_today(department: str, day: date, zone: tzinfo) -> Open:
    """One session, all day long."""
    plan, sitting = _DEPARTMENTS[department], _TODAY[department]
    midnight = round(datetime.combine(day, time(), zone).timestamp() * 1000)
    begins = range(midnight, midnight + 24 * HOUR, _TWO_HOURS)
    return Open(
        by="demo",
        department=DepartmentPlan(
            plan.name, plan.name_en, CAMPUS, CAMPUS_NAME, plan.floor
        ),
        doctors={sitting.doctor: _DOCTORS[sitting.doctor]},
        sessions={
            session_of(department, today=True): SessionPlan(
                half=sitting.half,
                slots={
                    str(place): SlotPlan(
                        at,
                        at + _TWO_HOURS,
                        sitting.count,
                        first=_BEHIND + (place - 1) * sitting.count,
                    )
                    for place, at in enumerate(begins, start=1)
                },
                doctor=sitting.doctor,
                kind=sitting.kind,
                price=sitting.price,
                clinic=plan.clinic,
                queue=sitting.queue,
                prefix=sitting.queue,
            )
        },
    )


def session_of(department: str, today: bool) -> str:
    """The one that is easiest to get into."""
    if today:
        return f"{_TODAY[department].doctor}-day"
    sitting = _DEPARTMENTS[department].sittings[-1]
    return f"{sitting.doctor}-{sitting.half}"


def open_day(today: date, ahead: int) -> date:
    """So many days ahead, or the day after when nobody works on that one."""
    day = today + timedelta(days=ahead)
    return day + timedelta(days=1) if ahead > 0 and day.weekday() == SUNDAY else day


def _session(clinic: str, sitting: _Sitting, midnight: int) -> SessionPlan:
    start, end = (midnight + round(hour * HOUR) for hour in _HOURS[sitting.half])
    begins = range(start, end, _HALF_HOUR)
    return SessionPlan(
        half=sitting.half,
        slots={
            str(place): SlotPlan(at, at + _HALF_HOUR, sitting.count)
            for place, at in enumerate(begins, start=1)
        },
        doctor=sitting.doctor,
        kind=sitting.kind,
        price=sitting.price,
        clinic=clinic,
        queue=sitting.queue,
        prefix=sitting.queue,
        # a few for who comes without a telephone, until an hour before
        quotas={"window": Quota(reserved=2, release_ms=HOUR)},
    )


def directory() -> Put:
    """What the hospital is made of."""
    return Put(
        by="demo",
        campuses={CAMPUS: Campus(CAMPUS_NAME, CAMPUS_NAME_EN)},
        departments={
            key: Department(
                *(plan.name, CAMPUS, plan.name_en, plan.floor),
                about=plan.about,
                about_en=plan.about_en,
            )
            for key, plan in _DEPARTMENTS.items()
        },
        doctors={
            key: Doctor(
                doctor.name,
                tuple(
                    department
                    for department, plan in _DEPARTMENTS.items()
                    if any(sitting.doctor == key for sitting in plan.sittings)
                ),
                doctor.title,
                doctor.photo,
                doctor.skill,
                doctor.name_en,
                doctor.skill_en,
            )
            for key, doctor in _DOCTORS.items()
        },
    )


async def open_the_days(system: ActorSystem, hospital: Hospital) -> None:
    """Lay out yesterday, whose numbers have run out, today and the days to come;
    Sundays to come are free. Keys make it happen once a day, however often the demo
    starts."""
    await system.ref(directory_stream(hospital.id)).ask(directory(), principal="demo")
    today = date.fromisoformat(day_of(system.clock.now(), hospital.zone))
    for ahead in range(-1, DAYS_AHEAD + 1):
        day = today + timedelta(days=ahead)
        if ahead > 0 and day.weekday() == SUNDAY:
            continue
        opens = opening if ahead > 0 else opening_today
        for department in department_ids():
            stream = schedule_stream(hospital.id, department, day.isoformat())
            command = opens(department, day, hospital.zone)
            with suppress(Refused, KeyReused):  # an earlier start did it
                await system.ref(stream).ask(command, principal="demo", key="demo-days")
