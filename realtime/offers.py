"""What a patient at a kiosk can book: departments, their days, sessions, slots."""

from __future__ import annotations

from typing import Any

from actors.directory.actor import directory_stream
from actors.directory.state import DirectoryState
from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.system import ActorSystem
from actors.schedule import rules
from actors.schedule.actor import schedule_stream
from actors.schedule.state import ScheduleState, Session
from actors.session.findings import Held

CHANNEL = "kiosk"


class Offers:
    """Reads; changes nothing. Raises a Refusal for a day there is not."""

    def __init__(self, hospital: str, system: ActorSystem) -> None:
        self._hospital = hospital
        self._system = system

    async def departments(self, today: str) -> dict[str, Any]:
        def look(state: DirectoryState) -> list[dict[str, Any]]:
            found = []
            for key, department in state.departments.items():
                days = [day for day in state.days.get(key, ()) if day >= today]
                campus = state.campuses.get(department.campus)
                row = {
                    "key": key,
                    "name": department.name,
                    "name_en": department.name_en,
                    "campus_name": campus.name if campus is not None else "",
                    "campus_name_en": campus.name_en if campus is not None else "",
                    "floor": department.floor,
                    "about": department.about,
                    "about_en": department.about_en,
                    "days": sorted(days),
                }
                found.append({k: v for k, v in row.items() if v or k == "days"})
            return found

        rows = await self._system.ref(directory_stream(self._hospital)).read(look)
        return {"departments": rows}

    async def sessions(self, department: str, day: str) -> dict[str, Any]:
        now = self._system.clock.now()

        def look(state: ScheduleState) -> list[dict[str, Any]] | None:
            if state.department is None:
                return None
            rows = [
                session_row(state, key, session, now)
                for key, session in state.sessions.items()
            ]
            return sorted(rows, key=lambda row: (row["start"], row["session"]))

        rows = await self._read(department, day, look)
        return {"sessions": rows}

    async def held(
        self, department: str, day: str, session_key: str, slot: str | None
    ) -> Held:
        """What would be held, as far as it is known before."""

        def look(state: ScheduleState) -> Held | None:
            session = state.sessions.get(session_key)
            if session is None or state.department is None:
                return None
            doctor = state.doctors.get(session.doctor)
            return Held(
                department=department,
                day=day,
                session=session_key,
                slot=slot or "",
                department_name=state.department.name,
                department_name_en=state.department.name_en,
                doctor=doctor.name if doctor else "",
                title=doctor.title if doctor else "",
                price=session.plan.price,
            )

        held: Held = await self._read(department, day, look)
        return held

    async def _read(self, department: str, day: str, look: Any) -> Any:
        stream = schedule_stream(self._hospital, department, day)
        found = await self._system.ref(stream).read(look)
        if found is None:
            raise Refused("not_open", "这一天的号源还没有放出来，请选别的日期。")
        return found


def session_row(
    state: ScheduleState, key: str, session: Session, now: Millis
) -> dict[str, Any]:
    """What this kiosk can have of it now; a slot that it cannot sell is not there."""
    plan = session.plan
    left = rules.left_for(session, CHANNEL) if CHANNEL in state.channels else 0
    slots = [
        {
            "slot": name,
            "start": slot.plan.start,
            "end": slot.plan.end,
            "left": min(left, slot.free),
        }
        for name, slot in session.slots.items()
        if not slot.stopped and now < rules.on_sale_until(state, session, name, CHANNEL)
    ]
    why = ""
    if session.stopped:
        why = "stopped"
    elif session.ended or not slots:
        why = "over"
    elif now < plan.on_sale:
        why = "not_yet"
    elif left <= 0:
        why = "full"
    doctor = state.doctors.get(session.doctor)
    row: dict[str, Any] = {
        "session": key,
        "half": plan.half,
        "kind": plan.kind,
        "price": plan.price,
        "start": session.start,
        "end": session.end,
        "left": 0 if why else left,
        "slots": [] if why else slots,
    }
    fields = {
        "doctor": doctor.name if doctor else "",
        "doctor_en": doctor.name_en if doctor else "",
        "title": doctor.title if doctor else "",
        "photo": doctor.photo if doctor else "",
        "skill": doctor.skill if doctor else "",
        "skill_en": doctor.skill_en if doctor else "",
        "why": why,
        "on_sale": plan.on_sale if why == "not_yet" else 0,
    }
    return row | {name: value for name, value in fields.items() if value}
