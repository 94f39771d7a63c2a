"""The desks' and set-up's pictures, to be looked at: `make pictures`.

Every page in both languages at both sizes: empty, on a busy morning, with a thousand.
Names of pictures as arguments take only those that begin with one of them.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from playwright.sync_api import Page, expect

from realtime.version import CHECKOUT
from tests.e2e.clinics import fill, open_clinic
from tests.e2e.floor import Floor, chromium_running
from tests.e2e.hospital import Hospital, build_pages
from tests.e2e.setup_pictures import (
    CROWDED,
    crowd_the_plan,
    empty,
    in_use,
    office_at,
    part_at,
    staff,
)
from tests.e2e.triage import OPENING, Triage, arrange, clinic_of, opened
from tests.machine.chromium import find_chromium

FOLDER = CHECKOUT / "docs" / "pictures" / "desks"
SIZES = ((1366, 768), (1920, 1080))
SLIM = ((360, 768), (360, 1080))
COLOURS = 64
CROWD = 1000
FEW = 12
MORNING = 9
DIALOGS = {
    "class": "p",
    "transfer": "t",
    "rules": "F6",
    "broadcast": "F9",
}
PIECES = sys.argv[1:]


def wanted(name: str) -> bool:
    return not PIECES or any(name.startswith(piece) for piece in PIECES)


def keep(page: Page, name: str, sizes: tuple[tuple[int, int], ...] = SIZES) -> None:
    """At both sizes; small, for a page has few colours and they lie in the history."""
    image = import_module("PIL.Image")
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        size = f"{width}x{height}" if sizes is SLIM else str(width)
        path = FOLDER / f"{name}-{size}.webp"
        raw = BytesIO(page.screenshot())
        whole = image.open(raw).convert("RGB")
        # by octree, for a colour of few pixels may be a sign: a purple flag is purple
        picture = whole.quantize(COLOURS, method=image.Quantize.FASTOCTREE, dither=0)
        picture.convert("RGB").save(path, lossless=True, quality=100, method=4)
        print(f"{path.relative_to(CHECKOUT)}  {path.stat().st_size // 1024} KB")


def in_both(
    floor: Floor,
    name: str,
    look: Callable[[Floor], Page],
    sizes: tuple[tuple[int, int], ...] = SIZES,
    key: str = "",
) -> None:
    """``key`` opens what is to be seen: its words are those of the page just then."""
    if not wanted(name):
        return
    page = look(floor)
    if key:
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1000)
    keep(page, f"{name}-zh", sizes)
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    if key:
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="EN", exact=True).click()
    if key:
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_timeout(500)
    keep(page, f"{name}-en", sizes)
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


def chosen_at(clinic: str) -> Callable[[Floor], Page]:
    """With somebody chosen."""

    def look(floor: Floor) -> Page:
        desk = Triage.open(floor, clinic)
        desk.choose("A003")
        expect(desk.sheet.locator(".history li").first).to_be_visible()
        return desk.page

    return look


def log_in_at(path: str) -> Callable[[Floor], Page]:
    """With a log-in that was refused."""

    def look(floor: Floor) -> Page:
        page = floor.open(f"/{path}?clinic=im2")
        page.get_by_label("账号").fill("lin")
        page.get_by_label("密码").fill("not-this-one")
        page.get_by_label("密码").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("密码不对")
        return page

    return look


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
    empty = {
        **OPENING,
        "clinic": {**OPENING["clinic"], "name": "空诊区", "name_en": "Empty"},
    }
    open_clinic(hospital, "empty1", empty)
    crowd = {
        **OPENING,
        "clinic": {**OPENING["clinic"], "name": "千人诊区", "name_en": "Crowd"},
    }
    open_clinic(hospital, "crowd1", crowd)
    if any(map(wanted, ("triage-1000", "doctor-1000", "doctor-slim-1000"))):
        fill(hospital, "crowd1", "A", CROWD)
    for state, clinic in (("empty", "empty1"), ("busy", busy), ("1000", "crowd1")):
        in_both(floor, f"triage-{state}", triage_at(clinic))
        in_both(floor, f"doctor-{state}", doctor_at(clinic, "2"))
        in_both(floor, f"doctor-slim-{state}", doctor_at(clinic, "2"), SLIM)
    in_both(floor, "triage-chosen", chosen_at(busy))
    for name, key in DIALOGS.items():
        in_both(floor, f"triage-{name}", chosen_at(busy), SIZES[:1], key)
    in_both(floor, "emergency", emergency_at(busy))
    for part, look in in_use():
        in_both(floor, f"setup-{part}", look)
    if wanted("setup-1000-doctors") or wanted("setup-1000-history"):
        crowd_the_plan(hospital)
        in_both(floor, "setup-1000-doctors", part_at("doctors", CROWDED))
        in_both(floor, "setup-1000-history", part_at("history"))


def take_at_the_door(floor: Floor) -> None:
    """Where people have to log in, and where nothing is set up yet."""
    for name, path in (("log-in", "triage"), ("emergency-shut", "emergency")):
        in_both(floor, name, log_in_at(path))
    for part, look in empty():
        in_both(floor, f"setup-empty-{part}", look)
    if wanted("setup-accounts") or wanted("setup-1000-accounts"):
        staff(floor.hospital, FEW)
    in_both(floor, "setup-accounts", office_at("accounts", "security"))
    if wanted("setup-1000-accounts"):
        staff(floor.hospital, CROWD, FEW)
        in_both(floor, "setup-1000-accounts", office_at("accounts", "security"))


def main() -> int:
    program = find_chromium()
    if program is None or find_spec("PIL") is None:
        print("pictures need Chromium (or its name in HOUZHEN_CHROMIUM) and Pillow")
        return 1
    build_pages()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for command, pictures in (
        ("serve", take_at_the_door),
        ("demo --still", take),
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
