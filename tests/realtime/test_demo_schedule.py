"""The demo's numbers are ones that the schedule takes and its clinics can call."""

from datetime import UTC, date

import pytest

from actors.directory.actor import directory_capability, directory_stream
from actors.runtime.testkit import Kit
from actors.schedule.actor import schedule_capability, schedule_stream
from realtime.demo_hospital import HOSPITAL, PLAN
from realtime.demo_schedule import department_ids, directory, opening

DAY = date(2026, 11, 24)


def test_its_directory_is_one() -> None:
    kit = Kit(directory_capability(), directory_stream(HOSPITAL))
    assert kit.run(directory()).refusal is None
    assert set(kit.view("public")["departments"]) == set(department_ids())
    doctors = kit.view("public")["doctors"].values()
    assert all(doctor["departments"] and doctor["title"] for doctor in doctors)


@pytest.mark.parametrize("department", department_ids())
def test_its_day_opens_and_its_clinic_has_the_queues(department: str) -> None:
    kit = Kit(
        schedule_capability(), schedule_stream(HOSPITAL, department, DAY.isoformat())
    )
    command = opening(department, DAY, UTC)
    assert kit.run(command).refusal is None
    pool = kit.view("pool")
    assert pool["department"]["day"] == "2026-11-24"
    for session in pool["sessions"].values():
        clinic = PLAN.clinics[session["clinic"]]
        assert session["queue"] in clinic.queues
        names = {doctor.name for doctor in clinic.doctors.values()}
        assert pool["doctors"][session["doctor"]]["name"] in names
        # two places are kept for the window
        assert session["left"]["wechat"] == session["left"]["window"] - 2 > 0
