"""The desks' pictures, to be looked at: `python -m tests.e2e.desk_pictures`.

Every page in both languages at both sizes: empty, on a busy morning, with a thousand.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from playwright.sync_api import Page, expect

from realtime.version import CHECKOUT
from tests.e2e.clinics import fill, open_clinic
from tests.e2e.floor import Floor, chromium_running
from tests.e2e.hospital import Hospital, build_pages
from tests.e2e.triage import OPENING, Triage, arrange, clinic_of, opened
from tests.machine.chromium import find_chromium

FOLDER = CHECKOUT / "docs" / "pictures" / "desks"
SIZES = ((1366, 768), (1920, 1080))
COLOURS = 64
CROWD = 1000
MORNING = 9


def keep(page: Page, name: str) -> None:
    """At both sizes."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        path = FOLDER / f"{name}-{width}.png"
        page.screenshot(path=path)
        with suppress(ModuleNotFoundError):
            image = import_module("PIL.Image")
            picture = image.open(path).convert("RGB").quantize(COLOURS, dither=0)
            picture.save(path, optimize=True)
        print(f"{path.relative_to(CHECKOUT)}  {path.stat().st_size // 1024} KB")


def in_both(floor: Floor, name: str, look: Callable[[Floor], Page]) -> None:
    for language in ("zh", "en"):
        page = look(floor)
        if language == "en":
            page.evaluate("localStorage.setItem('houzhen.language', 'en')")
            page.reload()
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(1500)
        keep(page, f"{name}-{language}")
        page.close()


def triage_at(clinic: str) -> Callable[[Floor], Page]:
    def look(floor: Floor) -> Page:
        page = floor.open(f"/triage?clinic={clinic}")
        expect(page.get_by_text("实时", exact=True)).to_be_visible()
        page.wait_for_timeout(1000)
        return page

    return look


def doctor_at(clinic: str, room: str) -> Callable[[Floor], Page]:
    return lambda floor: floor.desk(clinic, room).page


def emergency_at(clinic: str) -> Callable[[Floor], Page]:
    """As its desk keeps it: in the same window."""

    def look(floor: Floor) -> Page:
        desk = Triage.open(floor, clinic)
        key = desk.page.get_by_role("button", name="应急名单")
        expect(key).to_contain_text(":", timeout=20_000)
        desk.page.goto(f"{floor.hospital.address}/emergency?clinic={clinic}")
        expect(desk.page.get_by_text("时的情况")).to_be_visible()
        return desk.page

    return look


def take(floor: Floor) -> None:
    hospital = floor.hospital
    opened(hospital, emergency={"on": True})
    busy = clinic_of(hospital)
    arrange(
        hospital,
        [
            ("desk", "set_class", {"ticket": "A003", "special": "aged", "reason": "7"}),
            ("desk", "triage", {"ticket": "A004", "level": 2}),
            ("desk", "vitals", {"ticket": "A002", "values": {"pulse": 82}}),
            ("desk", "call_next", {"room": "2"}),
            ("desk", "call_help", {"room": "3", "reason": "病人晕倒"}),
            ("desk", "hand_over", {"to": "宋", "note": "A002 要轮椅"}),
        ],
    )
    empty = {**OPENING, "clinic": {**OPENING["clinic"], "name": "空诊区"}}
    open_clinic(hospital, "empty1", empty)
    crowd = {**OPENING, "clinic": {**OPENING["clinic"], "name": "千人诊区"}}
    open_clinic(hospital, "crowd1", crowd)
    fill(hospital, "crowd1", "A", CROWD)
    for state, clinic in (("empty", "empty1"), ("busy", busy), ("1000", "crowd1")):
        in_both(floor, f"triage-{state}", triage_at(clinic))
        in_both(floor, f"doctor-{state}", doctor_at(clinic, "2"))
    in_both(floor, "emergency", emergency_at(busy))


def take_at_the_door(floor: Floor) -> None:
    """Where people have to log in; the page says all of it in both languages."""
    page = floor.open("/triage?clinic=im2")
    expect(page.get_by_label("账号")).to_be_visible()
    keep(page, "log-in")
    page.goto(f"{floor.hospital.address}/emergency?clinic=im2")
    expect(page.get_by_label("账号")).to_be_visible()
    keep(page, "emergency-shut")


def main() -> int:
    program = find_chromium()
    if program is None:
        print("pictures need Chromium: install it, or name it in HOUZHEN_CHROMIUM")
        return 1
    build_pages()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for command, pictures in (
        ("demo --still", take),
        ("serve", take_at_the_door),
    ):
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
            Hospital(Path(folder), command=command, hour=MORNING) as hospital,
            chromium_running(program) as browser,
        ):
            floor = Floor(browser, hospital)
            pictures(floor)
            floor.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
