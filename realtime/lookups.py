"""What anybody may look up at a kiosk without saying who they are: the queues of this
campus, by numbers as on the walls; departments, and who sees patients there when.

It reads; it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from actors.clinic.actor import clinic_stream
from actors.clinic.state import ClinicState
from actors.directory.actor import directory_stream
from actors.directory.messages import Department, Doctor
from actors.directory.state import DirectoryState
from actors.hospital.actor import plan_stream
from actors.hospital.state import HospitalState
from actors.kernel.errors import Refusal, Refused
from actors.kernel.times import Millis
from actors.runtime.system import ActorSystem
from actors.schedule.actor import schedule_stream
from actors.schedule.state import ScheduleState
from realtime.offers import session_row

NEXT = 3
"""So many numbers of a line are told, as on a wall."""
DAYS = 7
FRESH_MS = 2_000
"""All kiosks of a house look at most so often."""

Row = dict[str, Any]


class Lookups:
    """One in a house. Raises a Refusal where a question cannot be answered."""

    def __init__(
        self, hospital: str, system: ActorSystem, today: Callable[[], str]
    ) -> None:
        self._hospital = hospital
        self._system = system
        self._today = today
        self._looked: dict[str, tuple[Millis, Row]] = {}

    # -- queues ----------------------------------------------------------------------

    async def queues(self, places: tuple[str, ...]) -> Row:
        """Of the campus of the kiosk's own clinics, those first."""
        keys = await self._of_campus(places)
        found = [row for key in keys if (row := await self._clinic(key)) is not None]
        return {"clinics": found}

    async def _of_campus(self, places: tuple[str, ...]) -> list[str]:
        def look(state: HospitalState) -> list[str]:
            clinics = state.plan.clinics
            own = [key for key in places if key in clinics]
            campuses = {clinics[key].campus for key in own}
            more = [
                key
                for key, clinic in clinics.items()
                if not own or clinic.campus in campuses
            ]
            return list(dict.fromkeys([*own, *more]))

        planned: list[str] = await self._system.ref(plan_stream(self._hospital)).read(
            look
        )
        # a clinic may be open without being in the plan
        return list(dict.fromkeys([*(p for p in places if p != "*"), *planned]))

    async def _clinic(self, clinic: str) -> Row | None:
        day, now = self._today(), self._system.clock.now()
        name = f"{clinic}/{day}"
        at, row = self._looked.get(name, (0, None))
        if row is not None and now - at < FRESH_MS:
            return row
        try:
            found: Row | None = await self._system.ref(
                clinic_stream(self._hospital, clinic, day)
            ).read(lambda state: clinic_row(state, clinic))
        except Refusal as refusal:
            if refusal.retry:
                raise
            return None
        if found is not None:
            if len(self._looked) > 1_000:
                self._looked.clear()
            self._looked[name] = now, found
        return found

    # -- departments -----------------------------------------------------------------

    async def department(self, key: str) -> Row:
        """What it does, where it is, and who sees patients there in the next days."""
        today = self._today()

        def look(state: DirectoryState) -> tuple[Department, dict[str, Doctor], Any]:
            found = state.departments.get(key)
            if found is None:
                raise Refused("unknown_entry", "没有这个科室，请返回重新选。")
            doctors = {
                name: doctor
                for name, doctor in state.doctors.items()
                if key in doctor.departments
            }
            campus = state.campuses.get(found.campus)
            days = [day for day in state.days.get(key, ()) if day >= today]
            return found, doctors, (campus, sorted(days)[:DAYS])

        found, doctors, (campus, days) = await self._system.ref(
            directory_stream(self._hospital)
        ).read(look)
        rows = {name: doctor_row(name, doctor) for name, doctor in doctors.items()}
        for day in days:
            await self._sessions(key, day, rows)
        return _filled(
            {
                "key": key,
                "name": found.name,
                "name_en": found.name_en,
                "campus_name": campus.name if campus is not None else "",
                "campus_name_en": campus.name_en if campus is not None else "",
                "floor": found.floor,
                "about": found.about,
                "about_en": found.about_en,
            }
        ) | {"days": days, "doctors": sorted(rows.values(), key=_soonest)}

    async def _sessions(self, department: str, day: str, rows: dict[str, Row]) -> None:
        """Adds this day to the rows of who sees patients on it."""
        now = self._system.clock.now()

        def look(state: ScheduleState) -> list[tuple[str, Doctor, Row]]:
            found = []
            for key, session in state.sessions.items():
                doctor = state.doctors.get(session.doctor)
                if doctor is None:
                    continue
                known = Doctor(
                    doctor.name,
                    title=doctor.title,
                    photo=doctor.photo,
                    skill=doctor.skill,
                    name_en=doctor.name_en,
                    skill_en=doctor.skill_en,
                )
                offer = session_row(state, key, session, now)
                found.append((session.doctor, known, offer))
            return found

        stream = schedule_stream(self._hospital, department, day)
        for name, doctor, offer in await self._system.ref(stream).read(look):
            row = rows.setdefault(name, doctor_row(name, doctor))
            told = {"day": day, "half": offer["half"], "left": offer["left"]}
            told |= {k: offer[k] for k in ("kind", "price", "why") if k in offer}
            if told.get("why") != "over":
                row["sessions"].append(told)


def clinic_row(state: ClinicState, key: str) -> Row | None:
    """Numbers only; who is hidden on the walls is hidden here."""
    if state.plan is None:
        return None

    def shown(ticket: str) -> bool:
        extra = state.tickets[ticket].extra
        return extra is None or extra.shown is not False

    queues = []
    for name, queue in state.queues.items():
        inside = [
            {"room": room, "number": state.tickets[current].number}
            for room, seat in state.rooms.items()
            if (current := seat.current) is not None
            and state.tickets[current].queue == name
            and shown(current)
        ]
        line = [ticket for ticket in queue.order if shown(ticket)]
        row = {
            "queue": name,
            "name": queue.plan.name,
            "name_en": queue.plan.name_en,
            "stopped": queue.stopped is not None or queue.frozen,
        }
        queues.append(
            _filled(row)
            | {
                "inside": inside,
                "next": [state.tickets[ticket].number for ticket in line[:NEXT]],
                "waiting": len(line),
            }
        )
    plan = state.plan
    told = {"clinic": key, "name": plan.name, "name_en": plan.name_en}
    return _filled({**told, "floor": plan.floor, "closed": state.closed}) | {
        "queues": queues
    }


def doctor_row(key: str, doctor: Doctor) -> Row:
    row = {
        name: getattr(doctor, name)
        for name in ("name", "name_en", "title", "photo", "skill", "skill_en", "about")
    }
    return _filled({"doctor": key, **row}) | {"sessions": []}


def _soonest(row: Row) -> tuple[str, str]:
    days = [each["day"] for each in row["sessions"] if each["left"]]
    return (days[0] if days else "9999", row["doctor"])


def _filled(row: Row) -> Row:
    return {name: value for name, value in row.items() if value}
