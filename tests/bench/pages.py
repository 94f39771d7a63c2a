"""Walls in Chromium, in a process of their own: ``python -m tests.bench.pages ADDRESS
COUNT CLINIC``, with the token on stdin.

For every number that a page calls and has painted, one line goes to stdout: the page,
the number, and when it was painted, by the machine's clock. They end when stdin does.
"""

from __future__ import annotations

import select
import sys

from playwright.sync_api import Page

from tests.e2e.floor import WALL_SIZE, chromium_running
from tests.machine.chromium import find_chromium

# the second frame is asked for when the first has been drawn
_WATCH = """
() => {
  let last = "";
  const look = () => {
    const shown = [...document.querySelectorAll("[data-called]")]
      .map((one) => one.innerText).join(" ");
    const number = (shown.match(/A\\d{3,}/) ?? [""])[0];
    if (number === last) return;
    last = number;
    requestAnimationFrame(() => requestAnimationFrame(() =>
      painted(number, performance.timeOrigin + performance.now())));
  };
  new MutationObserver(look).observe(document.body,
    { subtree: true, childList: true, characterData: true, attributes: true });
  look();
}
"""

_MUTE = "window.AudioContext = window.webkitAudioContext = undefined"
"""The bench's own loudspeaker speaks."""


def main(address: str, count: int, clinic: str, token: str) -> None:
    program = find_chromium()
    if program is None:
        raise SystemExit("no Chromium here")
    with chromium_running(program) as browser:
        size = {"width": WALL_SIZE[0], "height": WALL_SIZE[1]}
        pages: list[Page] = []
        for which in range(count):
            page = browser.new_context(viewport=size).new_page()  # type: ignore[arg-type]

            def painted(number: str, at: float, which: int = which) -> None:
                print(f"{which} {number or '-'} {at:.3f}", flush=True)

            page.expose_function("painted", painted)
            page.add_init_script(_MUTE)
            page.goto(f"{address}/screen?clinic={clinic}#token={token}")
            page.wait_for_selector("[data-layout]")
            page.evaluate(_WATCH)
            pages.append(page)
        print("ready", flush=True)
        while not select.select([sys.stdin], [], [], 0)[0]:
            pages[0].wait_for_timeout(20)


if __name__ == "__main__":
    address, count, clinic = sys.argv[1:4]
    main(address, int(count), clinic, sys.stdin.readline().strip())
