"""What is heard in a waiting area: what its announcer tells a wall, what that plays."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Page, WebSocket

from realtime.protocol.merge import apply_patch

MOMENT = "new Promise((next) => setTimeout(next, 40))"
LONGEST = 500

SHORT_WORDS = """
AudioContext.prototype.decodeAudioData = async function () {
  return this.createBuffer(1, Math.round(this.sampleRate / 20), this.sampleRate);
};
"""
"""Words last a moment: for tests that count bells, and not what is said."""

PLAYED = """
window.played = [];
const keyOf = new WeakMap();
const realFetch = window.fetch;
window.fetch = async (...asked) => {
  const answer = await realFetch(...asked);
  const key = /audio\\/([^/]+)\\.wav/.exec(String(asked[0]))?.[1];
  if (key === undefined) return answer;
  const body = await answer.arrayBuffer();
  keyOf.set(body, key);
  return { ok: answer.ok, status: answer.status, arrayBuffer: async () => body };
};
const { decodeAudioData } = AudioContext.prototype;
AudioContext.prototype.decodeAudioData = async function (body) {
  const key = keyOf.get(body);
  const sound = await decodeAudioData.call(this, body);
  keyOf.set(sound, key);
  return sound;
};
const { start } = AudioBufferSourceNode.prototype;
AudioBufferSourceNode.prototype.start = function (when) {
  const wave = this.buffer.getChannelData(0);
  const now = performance.timeOrigin + performance.now();
  const begins = now + (when - this.context.currentTime) * 1000;
  window.played.push({
    key: keyOf.get(this.buffer),
    begins,
    ends: begins + this.buffer.duration * 1000,
    peak: wave.reduce((most, each) => Math.max(most, Math.abs(each)), 0),
  });
  return start.call(this, when);
};
"""
"""Remembers every recording that is given to the loudspeaker: which, when, how loud."""


class Listening:
    """Follows the area's topic on a wall's connection, from its first frame on."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.view: Mapping[str, Any] = {}
        self.rows: dict[str, Mapping[str, Any]] = {}
        """Announcements by the number called, as they were last; gone or not."""
        page.on("websocket", self._connected)

    def _connected(self, socket: WebSocket) -> None:
        self.view = {}
        socket.on("framereceived", lambda frame: self._heard(str(frame)))

    def _heard(self, text: str) -> None:
        frame = json.loads(text)
        if not str(frame.get("topic")).endswith(":announcements"):
            return
        if "view" in frame:
            self.view = frame["view"]
        for step in frame.get("patches") or ([frame] if "patch" in frame else []):
            self.view = apply_patch(self.view, step["patch"])
        for row in self.view.get("announcements", {}).values():
            self.rows[row.get("number", "")] = row

    def until(self, true: Callable[[], bool], what: str) -> None:
        for _ in range(LONGEST):
            if true():
                return
            self.page.evaluate(MOMENT)
        raise AssertionError(f"{what}: never; {json.dumps(self.view)}")

    def until_said(self, *numbers: str) -> None:
        """Each of them as often as it is to be said."""
        self.until(lambda: all(map(self.is_said, numbers)), f"{numbers} said")

    def is_said(self, number: str) -> bool:
        row = self.rows.get(number, {})
        times = [heard["times"] for heard in row.get("spoken", {}).values()]
        return bool(times) and all(each == row["repeat"] for each in times)

    def was_heard(self, number: str) -> bool:
        """Once at least."""
        return bool(self.rows.get(number, {}).get("spoken"))

    def said(self) -> list[str]:
        """The numbers that were heard."""
        return [number for number in self.rows if self.was_heard(number)]

    def alarms(self) -> set[str]:
        return {alarm["kind"] for alarm in self.view.get("alarms", {}).values()}

    def ready(self) -> list[str]:
        """The devices that can speak."""
        return [device for device, told in self._speakers() if told["ready"]]

    def whys(self) -> set[str]:
        """What keeps others from it."""
        return {told.get("why", "") for _, told in self._speakers()}

    def _speakers(self) -> list[tuple[str, Mapping[str, Any]]]:
        zones = self.view.get("zones", {}).values()
        return [each for zone in zones for each in zone["speakers"].items()]

    def until_ready(self) -> None:
        """Somebody can speak here, and there is nothing to say."""
        self.until(self._is_ready, "ready")

    def _is_ready(self) -> bool:
        zones = self.view.get("zones", {}).values()
        to_say = any(zone["line"] or "next" in zone for zone in zones)
        return bool(self.ready()) and not to_say
