"""A day of calls on walls, as fast as they go: a page that hangs for months must not
grow. `HOUZHEN_SOAK_CALLS` says how many; a day of a busy hall has some 17,000."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.floor import WALL_SIZE, Floor
from tests.e2e.hospital import Hospital
from tests.e2e.listening import SHORT_WORDS

CALLS = int(os.environ.get("HOUZHEN_SOAK_CALLS", "17280"))
PARTS = 6
MEGABYTE = 1_000_000

# calls, called back at once: rows, panels, words and receipts come and go
CALLER = """
async (room) => {
  const place = `im2/${room}`;
  const told = await (await fetch(`/demo/token?role=doctor&place=${place}`)).json();
  const socket = new WebSocket(`ws://${location.host}/live`, "houzhen.v1");
  const waiting = new Map();
  let topic = "";
  socket.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type === "ping") socket.send(JSON.stringify({ type: "pong" }));
    waiting.get(frame.ref)?.(frame);
    waiting.delete(frame.ref);
  });
  let count = 0;
  const send = (frame) => new Promise((found) => {
    const ref = `r${(count += 1)}`;
    waiting.set(ref, found);
    socket.send(JSON.stringify({ ...frame, ref }));
  });
  await new Promise((open) => { socket.onopen = open; });
  const client = { kind: "test", id: "caller", version: "1" };
  const welcome = await send({ type: "hello", token: told.token, client });
  const day = welcome.server_time.slice(0, 10);
  topic = `yunxiu/clinic/im2/${day}:desk`;
  const own = Math.random().toString(36).slice(2).padEnd(10, "x");
  const ask = async (name, body) => {
    const key = `${own}${count}`;
    const asked = { type: "ask", topic, name, body, key, deadline_ms: 9000 };
    const answer = await send(asked);
    if (!answer.ok) throw new Error(JSON.stringify(answer.error));
    return answer.body;
  };
  window.calls = async (times) => {
    for (let call = 0; call < times; call += 1) {
      const { ticket } = await ask("call_next", { room, after: null });
      // the wall paints it
      await new Promise((next) => setTimeout(next, 16));
      await ask("undo_call", { room, ticket });
    }
  };
}
"""


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    with Hospital(tmp_path_factory.mktemp("soak"), hour=9) as hospital:
        yield hospital


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("layout", ["hall", "door", "dental"])
def test_a_wall_does_not_grow(layout: str, floor: Floor) -> None:
    wall = floor.page(WALL_SIZE)
    wall.add_init_script(SHORT_WORDS)
    wall.goto(f"{floor.hospital.address}/screen?clinic=im2&room=3&layout={layout}")
    expect(wall.locator(f"[data-layout={layout}]")).to_be_visible()
    desk = floor.open("/")
    desk.set_default_timeout(0)
    desk.evaluate(CALLER, "3")
    browser = wall.context.new_cdp_session(wall)
    each = max(CALLS // PARTS, 1)
    desk.evaluate("(times) => window.calls(times)", each)
    before = _size(wall, browser)
    began = time.monotonic()
    sizes = []
    for _ in range(PARTS - 1):
        desk.evaluate("(times) => window.calls(times)", each)
        sizes.append(_size(wall, browser))
    took = time.monotonic() - began
    print(f"\n{layout}: {each * (PARTS - 1)} calls in {took:.0f} s")
    for size in (before, *sizes):
        print("  ", size)
    last = sizes[-1]
    assert last["heap"] <= before["heap"] * 1.05 + MEGABYTE
    for what in ("nodes", "listeners", "documents"):
        assert last[what] <= before[what] * 1.1 + 20, what


def _size(page: Page, browser: CDPSession) -> dict[str, Any]:
    """When nobody is called and nothing is left to collect."""
    page.wait_for_function("() => !document.querySelector('[data-called]')")
    browser.send("HeapProfiler.collectGarbage")
    counted = browser.send("Memory.getDOMCounters")
    return {
        "heap": round(browser.send("Runtime.getHeapUsage")["usedSize"]),
        "nodes": counted["nodes"],
        "elements": page.evaluate("document.getElementsByTagName('*').length"),
        "listeners": counted["jsEventListeners"],
        "documents": counted["documents"],
    }
