"""What ``houzhen his status`` and ``houzhen his diff`` say, read from the journal.

The journal is looked at, not opened: a server may be running on it. Nothing personal
is opened, so no key is needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec
import trio

from actors.clinic.actor import clinic_stream
from actors.clinic.actor import new as new_clinic
from actors.clinic.events import Event as ClinicEvent
from actors.clinic.evolve import evolve as evolve_clinic
from actors.clinic.state import ClinicState
from actors.gateways.his.adapter import HttpHis
from actors.gateways.his.port import Registration, Session
from actors.his.actor import base_stream, his_stream, new
from actors.his.compare import Difference, differences
from actors.his.compare_pool import pool_differences
from actors.his.messages import Event, SaidRegistration
from actors.his.places import Places, read_places
from actors.his.state import HisState, evolve
from actors.journal.looking import Onlooker
from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis, WallClock, day_of
from actors.schedule.actor import new as new_schedule
from actors.schedule.actor import schedule_stream
from actors.schedule.events import Event as ScheduleEvent
from actors.schedule.evolve import evolve as evolve_schedule
from realtime.config import Settings
from realtime.his_link import terms_of

_read = msgspec.json.Decoder(Event).decode
_read_clinic = msgspec.json.Decoder(ClinicEvent).decode
_read_schedule = msgspec.json.Decoder(ScheduleEvent).decode
_NOBODY = Sealed("", b"")


def status(settings: Settings, day: str | None, as_json: bool) -> int:
    """0; how far HIS was heard is no fault by itself."""
    day = _day(settings, day)
    onlooker = Onlooker(settings.journal.url)
    record = _record(onlooker, his_stream(settings.hospital.id, day))
    base = _record(onlooker, base_stream(settings.hospital.id))
    told = _told(settings, day, record, base)
    if as_json:
        print(msgspec.json.encode(told).decode())
        return 0
    for name, value in told.items():
        if isinstance(value, dict):
            print(f"{name}:")
            for key, count in value.items():
                print(f"  {key}: {count}")
        else:
            print(f"{name}: {value}")
    return 0


def _told(
    settings: Settings, day: str, record: HisState, base: HisState
) -> dict[str, Any]:
    registrations = record.registrations.values()
    return {
        "day": day,
        "HIS": settings.his.base_url or "none (his.base_url is not set)",
        "last news": _clock(settings, record.heard_at),
        "registrations": dict(Counter(kept.said.standing for kept in registrations)),
        "sessions": len(record.sessions),
        "departments": len(base.base.get("department", {})),
        "doctors": len(base.base.get("doctor", {})),
        "cursors": dict(record.after) | {"stops": base.after.get("stops", 0)},
        "not delivered": dict(
            Counter(
                kept.trouble or "on its way"
                for kept in registrations
                if kept.said.register_no in record.pending.get("registration", {})
            )
        ),
        "told to HIS": record.told,
        "HIS refused to hear": record.not_told,
        "not believed": {
            f"{feed}: {why}": doubt.times
            for (feed, why), doubt in [*record.doubts.items(), *base.doubts.items()]
        },
    }


def diff(
    settings: Settings,
    day: str | None,
    clinic: str | None,
    *,
    ask: bool,
    as_json: bool,
) -> int:
    """0 when both sides are the same, 1 when they differ. Raises HisError."""
    day = _day(settings, day)
    found = list(_differences(settings, day, ask=ask))
    if clinic is not None:
        found = [one for one in found if one.clinic == clinic]
    for one in found:
        print(msgspec.json.encode(one).decode() if as_json else _line(one))
    if not as_json:
        print("no differences" if not found else f"{len(found)} differences")
    return 1 if found else 0


def _differences(settings: Settings, day: str, *, ask: bool) -> Iterator[Difference]:
    hospital = settings.hospital.id
    onlooker = Onlooker(settings.journal.url)
    places = read_places(settings.his.places)
    said_now = sessions_now = None
    if ask:
        if not settings.his.base_url:
            raise ValueError("his.base_url is not set: there is no HIS to ask")
        # HIS first: what it says later than our side is on its way to us
        rows, sessions = trio.run(_ask, settings, day)
        said_now = {row.register_no: _said(row) for row in rows}
        sessions_now = {row.schedule_no: row for row in sessions}
    record = _record(onlooker, his_stream(hospital, day))
    clinics = {
        name: _clinic(onlooker, hospital, name, day) for name in _names(places, record)
    }
    yield from differences(record, clinics, places, said_now=said_now)
    departments = {kept.said.department for kept in record.sessions.values()}
    schedules = {
        name: onlooker.state_of(
            schedule_stream(hospital, name, day),
            new_schedule,
            _read_schedule,
            evolve_schedule,
        )
        for name in sorted(departments)
    }
    yield from pool_differences(record, schedules, said_now=sessions_now)


def _names(places: Places, record: HisState) -> list[str]:
    """Where somebody waits now, and where somebody was put when places were others."""
    put = {
        kept.placing.clinic
        for kept in record.registrations.values()
        if kept.placing is not None
    }
    return sorted(put | set(places.clinics()))


def _record(onlooker: Onlooker, stream: str) -> HisState:
    return onlooker.state_of(stream, new, _read, evolve)


def _clinic(onlooker: Onlooker, hospital: str, clinic: str, day: str) -> ClinicState:
    stream = clinic_stream(hospital, clinic, day)
    return onlooker.state_of(stream, new_clinic, _read_clinic, evolve_clinic)


async def _ask(
    settings: Settings, day: str
) -> tuple[list[Registration], tuple[Session, ...]]:
    rows: list[Registration] = []
    async with HttpHis(terms_of(settings.his), settings.hospital.zone) as his:
        after, more = 0, True
        while more:
            page = await his.registrations(day, after)
            rows += page.rows
            after, more = page.after, page.more
        return rows, await his.sessions(day)


def _said(row: Registration) -> SaidRegistration:
    """As it is kept, but for the person: nobody is named here."""
    fields = {
        name: getattr(row, name)
        for name in SaidRegistration.__struct_fields__
        if name not in ("name", "card", "digest", "person")
    }
    return SaidRegistration(**fields, name=_NOBODY, card="", digest=b"")


def _line(one: Difference) -> str:
    where = f" [{one.clinic}]" if one.clinic else ""
    why = f"  ({one.why})" if one.why else ""
    what = one.register_no or f"session {one.session}"
    return f"{what}  {one.kind}{where}: HIS {one.his}, here {one.ours}{why}"


def _day(settings: Settings, day: str | None) -> str:
    if day is None:
        return day_of(WallClock().now(), settings.hospital.zone)
    try:
        if date.fromisoformat(day).isoformat() == day:
            return day
    except ValueError:
        pass
    raise ValueError(f"--day: expected a day such as 2026-11-23, found {day!r}")


def _clock(settings: Settings, at: Millis) -> str:
    if not at:
        return "none yet"
    return f"{datetime.fromtimestamp(at / 1000, settings.hospital.zone):%F %T}"
