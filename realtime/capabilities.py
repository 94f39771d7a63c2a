"""Every kind of actor of this release, with the counter where the outside meets it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Any

from actors.booker.actor import booker_capability
from actors.clinic.actor import clinic_capability
from actors.directory.actor import directory_capability
from actors.floor.actor import floor_capability
from actors.hospital.actor import plan_capability
from actors.kernel.sealed import Vault
from actors.patients.actor import patients_capability
from actors.runtime.shape import Capability
from actors.schedule.actor import schedule_capability
from actors.session.actor import session_capability
from actors.staff.actor import staff_capability
from actors.terminal.actor import terminal_capability
from actors.terminal.roster import roster_capability
from queue_displays.announcements.actor import area_capability
from queue_displays.boards.views import boards
from queue_displays.hall import HallView
from realtime.announcer import Announcing
from realtime.floor_health import FloorHealth
from realtime.planning import Planning
from realtime.terminals import Terminals
from realtime.topics.area_counter import AreaCounter
from realtime.topics.booker_counter import BookerCounter
from realtime.topics.clinic_counter import ClinicCounter
from realtime.topics.counter import Counter
from realtime.topics.directory_counter import DirectoryCounter
from realtime.topics.floor_counter import FloorCounter
from realtime.topics.hospital_counter import HospitalCounter
from realtime.topics.patients_counter import PatientsCounter
from realtime.topics.schedule_counter import ScheduleCounter
from realtime.topics.session_counter import SessionCounter
from realtime.topics.staff_counter import StaffCounter
from realtime.topics.terminal_counter import RosterCounter, TerminalCounter

Wing = Callable[[Vault], tuple[Capability[Any], Counter]]
"""A further capability with its counter, built once the vault is there."""


def capabilities(
    vault: Vault,
    zone: tzinfo,
    patients: PatientsCounter | None = None,
    terminals: Terminals | None = None,
    planning: Planning | None = None,
    announcing: Announcing | None = None,
    sessions: SessionCounter | None = None,
    today: Callable[[], str] | None = None,
    health: FloorHealth | None = None,
    schedules: ScheduleCounter | None = None,
) -> list[tuple[Capability[Any], Counter]]:
    """Every kind of actor of this release, with its counter. That of the patients is
    staffed later by whoever gives it; without ``terminals`` nobody is let in."""
    return [
        _clinic(vault, today),
        (schedule_capability(), schedules or ScheduleCounter(vault)),
        (booker_capability(), BookerCounter()),
        (directory_capability(), DirectoryCounter()),
        (staff_capability(vault), StaffCounter()),
        (terminal_capability(), TerminalCounter(terminals)),
        (roster_capability(), RosterCounter(terminals)),
        (plan_capability(), HospitalCounter(planning)),
        _area(vault, announcing),
        (patients_capability(), patients or PatientsCounter()),
        (session_capability(vault), sessions or SessionCounter(vault)),
        (floor_capability(zone), FloorCounter(health, terminals)),
    ]


def _clinic(
    vault: Vault, today: Callable[[], str] | None
) -> tuple[Capability[Any], Counter]:
    capability = clinic_capability(vault).showing(HallView(vault), *boards(vault))
    return capability, ClinicCounter(vault, today)


def _area(
    vault: Vault, announcing: Announcing | None
) -> tuple[Capability[Any], Counter]:
    sound = None if announcing is None else announcing.key_of
    return area_capability(vault, sound), AreaCounter(announcing)
