"""The walls' pictures, to be looked at: `python -m tests.e2e.screen_pictures [FOLDER
[WORD ...]]`: all scenes (of which a name has each word), at every size they hang in.

Without a folder a few of them are made anew in docs/pictures/screens.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from playwright.sync_api import Browser

from realtime.version import CHECKOUT
from tests.e2e.floor import chromium_running
from tests.e2e.hospital import build_pages
from tests.e2e.pretended import Pretended
from tests.e2e.wall_scenes import SCENES, Scene, sizes_of
from tests.machine.chromium import find_chromium

KEPT = CHECKOUT / "docs" / "pictures" / "screens"
COLOURS = 48
SELECTION = {
    "hall-live": ((1920, 1080), (1080, 1920)),
    "hall-stale": ((1920, 1080),),
    "hall-locked": ((1024, 600),),
    "hall-full": ((1920, 1080),),
    "hall-stopped": ((1920, 1080),),
    "door-live": ((1080, 1920), (1024, 600)),
    "dental-full": ((1920, 1080),),
    "examination-live": ((1920, 1080),),
    "pharmacy-full": ((1920, 1080),),
    "overview-full": ((1920, 1080),),
    "led-live": ((384, 96),),
}


def pictures(
    browser: Browser, scene: Scene, sizes: tuple[tuple[int, int], ...], folder: Path
) -> list[Path]:
    context = browser.new_context(
        viewport={"width": sizes[0][0], "height": sizes[0][1]},
        locale="zh-CN",
        reduced_motion="no-preference" if scene.trouble == "flash" else "reduce",
    )
    try:
        page = context.new_page()
        Pretended(page, scene).open()
        made = []
        for width, height in sizes:
            page.set_viewport_size({"width": width, "height": height})
            # two frames: lines that are fitted to their boxes follow a frame later
            page.evaluate(
                "new Promise((on) => requestAnimationFrame(() => setTimeout(on, 120)))"
            )
            path = folder / f"{scene.name}-{width}x{height}.png"
            page.screenshot(path=path)
            made.append(path)
        return made
    finally:
        context.close()


def smaller(path: Path) -> None:
    """Few colours: a clone of the repository stays light."""
    with suppress(ModuleNotFoundError):
        image = import_module("PIL.Image")
        picture = image.open(path).convert("RGB").quantize(COLOURS, dither=0)
        picture.save(path, optimize=True)


def main(words: list[str]) -> int:
    program = find_chromium()
    if program is None:
        print("pictures need Chromium: install it, or name it in HOUZHEN_CHROMIUM")
        return 1
    build_pages()
    folder = Path(words[0]) if words else KEPT
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    count = 0
    with chromium_running(program) as browser:
        for name, scene in SCENES.items():
            if not all(word in name for word in words[1:]):
                continue
            sizes = sizes_of(scene) if words else SELECTION.get(name, ())
            if not sizes:
                continue
            for path in pictures(browser, scene, sizes, folder):
                if not words:
                    smaller(path)
                    print(f"{path.name}  {path.stat().st_size // 1024} KB")
                count += 1
    print(f"{count} pictures in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
