"""Walls in Chromium, in a process of their own: ``python -m tests.bench.pages ADDRESS
COUNT CLINIC``, with the token on stdin.

For every number that a page calls and has painted, one line goes to stdout: the page,
the number, and when the page had heard of it, had drawn it and had painted it, by the
machine's clock. They end when stdin does.
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
    const origin = performance.timeOrigin;
    const drawn = origin + performance.now();
    requestAnimationFrame(() => requestAnimationFrame(() =>
      painted(number, origin + (window.heardOf[number] ?? NaN), drawn,
        origin + performance.now())));
  };
  new MutationObserver(look).observe(document.body,
    { subtree: true, childList: true, characterData: true, attributes: true });
  look();
}
"""

# when the patch with its call came in, before anything was made of it
_HEAR = """
window.heardOf = {};
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...told) {
    super(...told);
    this.addEventListener("message", ({ data }) => {
      const found = /"calls":\\{[^}]*"number":"(A\\d{3,})"/.exec(data);
      if (found) window.heardOf[found[1]] ??= performance.now();
    });
  }
};
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

            def painted(
                number: str,
                heard: float | None,
                drawn: float,
                at: float,
                which: int = which,
            ) -> None:
                moments = " ".join(f"{one or 0:.3f}" for one in (heard, drawn, at))
                print(f"{which} {number or '-'} {moments}", flush=True)

            page.expose_function("painted", painted)
            page.add_init_script(_MUTE)
            page.add_init_script(_HEAR)
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
