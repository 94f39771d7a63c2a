"""The README's pictures, made anew: `python -m tests.e2e.pictures`."""

from __future__ import annotations

import re
import sys
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from playwright.sync_api import Page, expect

from realtime.version import CHECKOUT
from tests.e2e.floor import Floor, chromium_running
from tests.e2e.hospital import Hospital, build_pages, patient
from tests.e2e.triage import Triage
from tests.machine.chromium import find_chromium

FOLDER = CHECKOUT / "docs" / "pictures"
HEAVIEST = 250 * 1024
MORNING = 9
BUSY_ROOMS = ("1", "2", "4", "5", "6")


def take_pictures(floor: Floor) -> None:
    """Of one morning: five doctors have a patient in, and the sixth calls."""
    wall = floor.wall(still=True)
    for room in BUSY_ROOMS:
        desk = floor.desk("im2", room)
        desk.page.keyboard.press("F2")
        expect(desk.current).to_contain_text("正在叫")
        desk.page.keyboard.press("F4")
        expect(desk.current).to_contain_text("就诊中")
        desk.page.close()
    # each of them has been announced, and their calls have left the wall
    expect(wall.page.get_by_text("现在没有叫号")).to_be_visible(timeout=60_000)

    kiosk = floor.kiosk()
    kiosk.check_in(patient("A019").card)
    _keep(kiosk.page, "kiosk")
    kiosk.leave()

    home = floor.open("/", (1600, 960))
    on_kiosk, on_desk, on_wall = (
        home.locator(f"iframe[src^='/{name}']").content_frame
        for name in ("kiosk", "doctor", "screen")
    )
    on_kiosk.get_by_role("button", name=patient("A020").name).click()
    on_kiosk.get_by_role("button", name="是我，继续").click()
    expect(on_kiosk.get_by_role("heading", name="签到好了")).to_be_visible()
    on_desk.get_by_role("button", name="下一位").click()
    expect(on_wall.locator("[aria-live=assertive]")).to_contain_text("请就诊")
    expect(on_desk.locator(".current")).to_contain_text("正在叫")
    _keep(home, "demo")

    expect(wall.call).to_contain_text("请就诊")
    _keep(wall.page, "wall")
    desk = floor.desk("im2", "3")
    expect(desk.current).to_contain_text("正在叫")
    _keep(desk.page, "doctor")
    nurse = Triage.open(floor, "im2")
    nurse.choose("A016")
    expect(nurse.sheet.locator(".history")).to_be_visible()
    _keep(nurse.page, "triage")
    setup = floor.open("/setup?clinic=im2&part=rules", (1600, 900))
    setup.get_by_role("button", name="用假设的上午").click()
    for field, value in (("late.every", "2"), ("returns.first", "1")):
        setup.locator(f"[data-field='{field}']").fill(value)
        setup.locator(f"[data-field='{field}']").blur()
    expect(setup.locator("[data-moved]")).not_to_have_text(re.compile("^0"))
    expect(setup.locator("footer .said")).to_contain_text("检查通过")
    _keep(setup, "setup")


def _keep(page: Page, name: str) -> None:
    """The page as it is now, as a file that does not make a clone heavy."""
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    with suppress(ModuleNotFoundError):
        # not a dependency: without it the files are a little larger
        image = import_module("PIL.Image")
        image.open(path).convert("RGB").quantize(256, dither=0).save(
            path, optimize=True
        )
    size = path.stat().st_size
    print(f"{path.relative_to(CHECKOUT)}  {size // 1024} KB")
    if size > HEAVIEST:
        raise SystemExit(f"{path} is too heavy: install Pillow and run this again")


def main() -> int:
    program = find_chromium()
    if program is None:
        print("pictures need Chromium: install it, or name it in HOUZHEN_CHROMIUM")
        return 1
    build_pages()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Hospital(Path(folder), hour=MORNING) as hospital,
        chromium_running(program) as browser,
    ):
        floor = Floor(browser, hospital)
        take_pictures(floor)
        floor.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
