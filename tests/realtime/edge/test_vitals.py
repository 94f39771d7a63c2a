"""What a kiosk's computer tells of its devices, and keeps of its day."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from devices.events import Down, Up
from devices.printer import PrinterState
from devices.printer.status import PAPER_LOW, State
from devices.scanner import ScanFailed, Scanned
from devices.trouble import SILENT
from realtime.edge.floor import Condition
from realtime.edge.settings import DevicesPart, SpeakerPart
from realtime.edge.spool import Job
from realtime.edge.vitals import LOG_LINES, LogTail, Vitals, temperature
from tests.realtime.edge.kiosk import open_kiosk, settings_in
from tests.realtime.edge.page import open_tab


def vitals_in(folder: Path) -> Vitals:
    settings = settings_in(folder)
    return Vitals(settings.devices, settings.folder)


def job(state: str, why: str = "") -> Job:
    return Job(1, "job-0001", state, None, 0, None, 0, why)  # type: ignore[arg-type]


def test_how_each_device_is_and_what_it_did(tmp_path: Path) -> None:
    vitals = vitals_in(tmp_path)
    assert vitals.told()["devices"]["printer"]["trouble"] == "starting"
    conditions = {
        "printer": Condition(None, PAPER_LOW),
        "scanner": Condition(SILENT),
        "id_reader": Condition(None),
    }
    vitals.hear(PrinterState("printer", State(paper_low=True)), conditions)
    vitals.hear(Up("id_reader", {"sam": "0501"}), conditions)
    vitals.hear(Scanned("scanner", "HZ1", ()), conditions)
    vitals.hear(ScanFailed("scanner", SILENT), conditions)
    vitals.hear(Down("scanner", SILENT), conditions)
    for each in (job("printed"), job("not_printed", "paper_out"), job("waiting")):
        vitals.job(each)
    vitals.job(job("not_printed", "cancelled"))
    told = vitals.told()["devices"]
    assert told["printer"]["warning"] == "paper_low"
    assert (told["printer"]["today"], told["printer"]["failed"]) == (1, 1)
    assert "trouble" not in told["printer"]
    assert told["id_reader"]["model"] == "0501"
    assert (told["scanner"]["trouble"], told["scanner"]["last"]) == ("silent", "silent")
    assert (told["scanner"]["today"], told["scanner"]["failed"]) == (1, 1)


def test_a_loudspeaker_is_known_by_what_it_plays(tmp_path: Path) -> None:
    devices = DevicesPart(speaker=SpeakerPart())
    vitals = Vitals(devices, tmp_path)
    row = vitals.told()["devices"]["speaker"]
    assert ("trouble" not in row, row["warning"]) == (True, "untried")
    vitals.hear(Up("speaker"), {"speaker": Condition(None)})
    assert "warning" not in vitals.told()["devices"]["speaker"]
    vitals.hear(Down("speaker", SILENT), {"speaker": Condition(SILENT)})
    assert vitals.told()["devices"]["speaker"]["trouble"] == "silent"


def test_the_days_counts_outlive_a_restart_and_not_the_day(tmp_path: Path) -> None:
    vitals = vitals_in(tmp_path)
    vitals.job(job("printed"))
    vitals.told()
    kept = tmp_path / "edge" / "traffic.json"
    again = vitals_in(tmp_path)
    assert again.told()["devices"]["printer"]["today"] == 1
    kept.write_text(kept.read_text().replace('"day":"2', '"day":"1'))
    assert vitals_in(tmp_path).told()["devices"]["printer"]["today"] == 0
    kept.write_text("torn")
    assert vitals_in(tmp_path).told()["devices"]["printer"]["today"] == 0


def test_the_hottest_thermometer_that_can_be_believed(tmp_path: Path) -> None:
    assert temperature(tmp_path) is None
    for n, text in enumerate(["41250\n", "-274000", "nonsense", "900000", "38000"]):
        zone = tmp_path / f"thermal_zone{n}"
        zone.mkdir()
        (zone / "temp").write_text(text)
    assert temperature(tmp_path) == 41.2


def test_only_the_last_lines_of_the_log_and_no_traceback() -> None:
    tail = LogTail()
    log = logging.Logger("test")
    log.addHandler(tail)
    for n in range(LOG_LINES + 5):
        log.info("line %d", n)
    try:
        raise ValueError("secret")
    except ValueError:
        log.exception("it broke")
    assert len(tail.lines) == LOG_LINES
    assert tail.lines[-1].endswith("it broke")
    assert not any("secret" in line for line in tail.lines)


async def test_a_cable_that_is_pulled_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "houzhen.edge")
    async with (
        open_kiosk(tmp_path) as (bench, agent),
        open_tab(agent.door.port, agent.secret) as tab,
    ):
        bench.unplug("scanner")
        await tab.hear("device", device="scanner", ok=False)
        told = agent.vitals.told()["devices"]["scanner"]
        assert told["trouble"] in ("unplugged", "not_there")
        assert any("scanner" in line for line in agent.log.lines)
