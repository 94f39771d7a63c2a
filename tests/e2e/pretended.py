"""A wall's page before a server that is made up: it says one scene and no more.

For how a page looks no real server is needed, and with this one a picture takes a
moment, whatever is shown on it. It answers from the pages as they were built.
"""

from __future__ import annotations

import json
import mimetypes
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.e2e.hospital import PAGES
from tests.e2e.wall_scenes import DAY, NOW, Scene

ADDRESS = "http://127.0.0.1:9"
CHINA = timezone(timedelta(hours=8))
FACTS = {
    "name": "houzhen",
    "version": "0",
    "hospital": {"id": "yunxiu", "name": "云岫市中心医院"},
    "day": DAY,
    "demo": True,
    "planned": True,
}
WELCOME = {
    "type": "welcome",
    "conn_id": "c1",
    "heartbeat_s": 25,
    "limits": {"message_bytes": 65536, "asks_open": 32, "topics": 32},
}
LOCKED = """
  const Real = window.AudioContext;
  window.AudioContext = class extends Real {
    get state() { return "suspended"; }
  };
"""
# the flash lasts until it has been looked at
SLOW_TURNS = """
  const real = window.setInterval.bind(window);
  window.setInterval = (turn, ms) => real(turn, ms === 1000 ? 600_000 : ms);
"""


class Pretended:
    """One page's server; ``open`` returns when the page shows the scene."""

    def __init__(self, page: Page, scene: Scene) -> None:
        self.page = page
        self._scene = scene
        self._away = False
        self._socket: WebSocketRoute | None = None
        page.route("**/*", self._answer)
        page.route_web_socket("**/live", self._connected)

    def open(self) -> None:
        page, scene = self.page, self._scene
        if scene.trouble == "locked":
            page.add_init_script(LOCKED)
        if scene.trouble == "flash":
            page.add_init_script(SLOW_TURNS)
        page.goto(f"{ADDRESS}/screen?{scene.address}")
        wall = page.locator("[data-layout]")
        expect(wall).to_have_attribute("data-layout", scene.layout)
        if scene.trouble == "flash":
            expect(page.locator(".flash")).to_be_visible()
        elif scene.calls or scene.trouble == "stale":
            expect(page.locator("[data-called]").first).to_be_visible()
        if scene.trouble == "stale":
            self._away = True
            assert self._socket is not None
            self._socket.close(code=1001)
            expect(page.get_by_text("画面停在")).to_be_visible()
        if scene.trouble == "locked" and scene.layout != "led":
            expect(page.get_by_text("声音没有打开")).to_be_visible()

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
        if path == "/api/v1/server":
            route.fulfill(json=FACTS)
            return
        if path == "/demo/token":
            route.fulfill(json={"token": "e30.e30.e30"})
            return
        file = PAGES / "dist" / path.removeprefix("/")
        if path == "/screen":
            file = PAGES / "dist" / "screen" / "index.html"
        if not file.is_file():
            route.fulfill(status=404)
            return
        kind = mimetypes.guess_type(file)[0] or "text/plain"
        route.fulfill(body=file.read_bytes(), content_type=kind)

    def _connected(self, socket: WebSocketRoute) -> None:
        if self._away:
            socket.close(code=1013)
            return
        self._socket = socket
        socket.on_message(lambda text: self._heard(socket, json.loads(text)))

    def _heard(self, socket: WebSocketRoute, frame: dict[str, Any]) -> None:
        def say(**words: Any) -> None:
            socket.send(json.dumps(words, ensure_ascii=False))

        ref = frame.get("ref", "")
        match frame["type"]:
            case "hello":
                at = datetime.fromtimestamp(NOW / 1000, UTC).astimezone(CHINA)
                say(**WELCOME, ref=ref, server_time=at.isoformat())
            case "join":
                say(
                    **{"type": "joined", "ref": ref, "topic": frame["topic"]},
                    **{"epoch": "e", "seq": 1, "recovered": False},
                    view=self._view(frame["topic"]),
                )
            case "ask":
                body = {"device": "t1"} if frame["name"] == "attend" else {}
                say(type="reply", ref=ref, ok=True, body=body)

    def _view(self, topic: str) -> dict[str, Any]:
        _, kind, place, *_ = topic.split("/")
        return self._scene.area if kind == "area" else self._scene.views[place]
