"""What a wall lives through: a first day, a power cut, a wrong clock, no sound."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.floor import NOBODY_ANSWERS, WALL_SIZE, Floor
from tests.e2e.hospital import Hospital

ROSTER = "yunxiu/terminals/main:roster"

# a desk's ask, from any page of this server
ASK = """
async ([topic, name, body]) => {
  const told = await (await fetch("/demo/token?role=nurse&place=*")).json();
  const socket = new WebSocket(`ws://${location.host}/live`, "houzhen.v1");
  const said = (type) => new Promise((found) => {
    socket.addEventListener("message", ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.type === type) found(frame);
    });
  });
  const send = (frame) => socket.send(JSON.stringify(frame));
  await new Promise((open) => { socket.onopen = open; });
  const welcome = said("welcome");
  const client = { kind: "test", id: "desk", version: "1" };
  send({ type: "hello", ref: "h", token: told.token, client });
  await welcome;
  const reply = said("reply");
  const key = Math.random().toString(36).slice(2).padEnd(10, "x");
  send({ type: "ask", ref: "a", topic, name, body, key, deadline_ms: 5000 });
  const answer = await reply;
  socket.close();
  return { ...answer, token: told.token };
}
"""
KEPT = "JSON.parse(localStorage.getItem('houzhen.terminal') ?? 'null')?.terminal"


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    with Hospital(tmp_path_factory.mktemp("life"), hour=9) as hospital:
        yield hospital


def ask(desk: Page, topic: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = desk.evaluate(ASK, [topic, name, body])
    assert answer["ok"], answer
    return {**answer["body"], "token": answer["token"]}


def enrolled(floor: Floor, desk: Page, places: list[str]) -> tuple[Page, str]:
    """A new screen, and what it is called."""
    page = floor.page(WALL_SIZE)
    page.goto(f"{floor.hospital.address}/screen?enrol")
    shown = page.get_by_role("status").filter(has_text=re.compile(r"^\s*\d{3}\s*\d{3}"))
    code = re.sub(r"\D", "", shown.inner_text())
    assert len(code) == 6
    named = {"name": "二楼东屏", "number": "7", "places": places}
    told = ask(desk, ROSTER, "confirm", {"code": code, **named})
    expect(page.locator("[data-layout]")).to_be_visible()
    return page, str(told["terminal"])


@pytest.fixture
def desk(floor: Floor) -> Page:
    return floor.open("/")


def test_a_code_makes_a_door_of_a_new_screen(floor: Floor, desk: Page) -> None:
    page, terminal = enrolled(floor, desk, ["im2/3"])
    expect(page.locator("[data-layout=door]")).to_contain_text("许安禾")
    assert page.evaluate(KEPT) == terminal
    # it is what it is from now on, without anything in its address
    page.goto(f"{floor.hospital.address}/screen")
    expect(page.locator("[data-layout=door]")).to_contain_text("许安禾")

    topic = f"yunxiu/terminal/{terminal}:device"
    ask(desk, topic, "order", {"what": "identify"})
    expect(page.locator(".identify")).to_contain_text("7")
    expect(page.locator(".identify")).to_contain_text("二楼东屏")

    ask(desk, topic, "change", {"places": ["eye1"]})
    expect(page.locator("[data-layout=hall]")).to_contain_text("眼科诊区")

    with floor.expecting("403", "4501"):
        ask(desk, topic, "revoke", {"reason": "换新"})
        expect(page.get_by_role("heading", name="没有登记")).to_be_visible()
    assert page.evaluate(KEPT) is None


def test_a_screen_draws_itself_for_the_set_up_page(floor: Floor, desk: Page) -> None:
    page, terminal = enrolled(floor, desk, ["im2"])
    expect(page.locator(".seat").first).to_be_visible()
    told = ask(
        desk, f"yunxiu/terminal/{terminal}:device", "order", {"what": "screenshot"}
    )
    looked = """
    async ([terminal, token]) => {
      const headers = { Authorization: `Bearer ${token}` };
      for (let tries = 0; tries < 100; tries += 1) {
        const url = `/api/v1/terminals/${terminal}/screenshot`;
        const answer = await fetch(url, { headers });
        if (answer.ok) {
          const image = await createImageBitmap(await answer.blob());
          const canvas = new OffscreenCanvas(image.width, image.height);
          const pen = canvas.getContext("2d");
          pen.drawImage(image, 0, 0);
          const { data } = pen.getImageData(0, 0, image.width, image.height);
          const shades = new Set();
          for (let at = 0; at < data.length; at += 4000) shades.add(data[at]);
          return { width: image.width, shades: shades.size };
        }
        await new Promise((next) => setTimeout(next, 50));
      }
    }
    """
    with floor.expecting("404"):
        picture = desk.evaluate(looked, [terminal, told["token"]])
    assert picture["width"] == 960
    # night, paper and letters: not one colour all over
    assert picture["shades"] > 8


def test_after_a_power_cut_the_last_picture_says_how_old_it_is(floor: Floor) -> None:
    page = floor.open("/screen?clinic=im2", WALL_SIZE)
    expect(page.locator(".seat").first).to_be_visible()
    page.wait_for_function("() => localStorage.getItem('houzhen.last') !== null")
    kept = page.evaluate("localStorage.getItem('houzhen.last')")
    # what is kept is what a wall shows
    assert "尹长河" not in kept

    with floor.outage(), floor.expecting("net::ERR_FAILED", "WebSocket"):
        page.route("**/api/**", lambda route: route.abort())
        page.route("**/demo/**", lambda route: route.abort())
        page.route_web_socket("**/live", lambda socket: socket.close(code=1001))
        page.reload()
        expect(page.get_by_text(re.compile(r"画面停在 \d\d:\d\d"))).to_be_visible()
        expect(page.locator(".seat").first).to_be_visible()
        # no clock is better than a wrong one
        expect(page.locator("header time")).to_be_hidden()
        page.unroute_all()
        page.evaluate("0")
    page.reload()


def test_a_wrong_clock_is_not_believed(floor: Floor) -> None:
    page = floor.page(WALL_SIZE)
    page.add_init_script("""
      const real = Date.now.bind(Date);
      Date.now = () => real() - 900 * 86_400_000 - 5_000_000;
    """)
    page.goto(f"{floor.hospital.address}/screen?clinic=im2")
    expect(page.locator("header time")).to_be_visible()
    told = page.evaluate("fetch('/api/v1/server').then((answer) => answer.json())")
    hour, minute = (int(part) for part in told["server_time"][11:16].split(":"))
    shown = page.locator("header time").inner_text()
    now = hour * 60 + minute
    at = int(shown[:2]) * 60 + int(shown[3:5])
    assert 0 <= (now - at) % 1440 <= 1


# a browser that waits for a touch; the tests' own is told not to
LOCKED = """
  const Real = window.AudioContext;
  window.AudioContext = class extends Real {
    get state() { return window.touched ? super.state : "suspended"; }
  };
  addEventListener("pointerdown", () => { window.touched = true; }, true);
"""


def test_a_locked_sound_says_so_here_and_there(floor: Floor, desk: Page) -> None:
    page, terminal = enrolled(floor, desk, ["im2"])
    page.add_init_script(LOCKED)
    page.goto(f"{floor.hospital.address}/screen")
    locked = page.get_by_text("声音没有打开")
    expect(locked).to_be_visible()
    _heard(desk, terminal, "blocked")
    page.locator("main").click()
    expect(locked).to_be_hidden()
    _heard(desk, terminal, "on")


def _heard(desk: Page, terminal: str, audio: str) -> None:
    """Until the roster knows: it is told at once, not with the next beat."""
    for _ in range(100):
        heard = ask(desk, ROSTER, "facts", {})["heard"].get(terminal)
        if heard and heard["facts"].get("audio") == audio:
            return
        desk.evaluate("new Promise((next) => setTimeout(next, 30))")
    raise AssertionError(f"{terminal} never said that its sound is {audio}")


def test_a_call_flashes_for_who_cannot_hear_once_in_two_seconds(floor: Floor) -> None:
    page = floor.page(WALL_SIZE, still=False)
    page.goto(f"{floor.hospital.address}/screen?clinic=eye1")
    expect(page.locator(".seat").first).to_be_visible()
    page.evaluate("""() => {
      window.turns = [];
      let bright = false;
      new MutationObserver(() => {
        const now = document.querySelector(".flash") !== null;
        if (now !== bright) window.turns.push(performance.now());
        bright = now;
      }).observe(document.body, { childList: true, subtree: true });
    }""")
    desk = floor.desk("eye1", "1")
    desk.page.keyboard.press("F2")
    expect(page.locator(".flash")).to_be_visible()
    page.wait_for_function("() => window.turns.length === 4")
    turns = page.evaluate("window.turns")
    gaps = [after - before for before, after in pairwise(turns)]
    # a busy machine may be late, never early
    assert all(gap >= 900 for gap in gaps), gaps


def test_without_motion_nothing_flashes(floor: Floor) -> None:
    page = floor.open("/screen?clinic=im2", WALL_SIZE)
    desk = floor.desk("im2", "5")
    desk.page.keyboard.press("F2")
    expect(page.locator("[data-called]")).to_contain_text("C0")
    expect(page.locator(".flash")).to_have_count(0)


def test_a_wall_starts_without_its_server(floor: Floor, desk: Page) -> None:
    """Switched on while the server is away: by the page it has kept."""
    page, _ = enrolled(floor, desk, ["im2"])
    expect(page.locator(".seat").first).to_be_visible()
    page.wait_for_function("() => localStorage.getItem('houzhen.last') !== null")
    page.wait_for_function("""async () => {
      const kept = await (await caches.open("houzhen-screen-1")).keys();
      const paths = kept.map(({ url }) => new URL(url).pathname);
      return paths.includes("/screen") && paths.some((path) => path.endsWith(".js"));
    }""")
    kept = page.evaluate("""async () => {
      const answers = await (await caches.open("houzhen-screen-1")).matchAll();
      return Promise.all(answers.map((each) => each.text()));
    }""")
    # the page, and nothing that came over it
    assert not any("尹*河" in each for each in kept)
    with floor.expecting(*NOBODY_ANSWERS, "Failed to load resource"):
        floor.hospital.kill()
        page.reload()
        expect(page.get_by_text(re.compile(r"画面停在 \d\d:\d\d"))).to_be_visible()
        expect(page.locator(".seat").first).to_be_visible()
        floor.hospital.start()
        expect(page.get_by_text(re.compile(r"画面停在"))).to_have_count(0)
        expect(page.locator(".seat").first).to_be_visible()
