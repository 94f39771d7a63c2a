"""An area in a test's hand: calls come in, devices speak, time passes."""

from __future__ import annotations

from typing import Any

import msgspec

from actors.runtime.shape import Wake
from actors.runtime.testkit import Kit, Ran
from queue_displays.announcements.actor import area_capability, area_stream, wake_at
from queue_displays.announcements.commands import (
    Announce,
    Attend,
    LayOut,
    Settle,
    Speak,
    Told,
)
from queue_displays.announcements.layout import Layout, Tone, Zone
from queue_displays.announcements.state import AreaState
from tests.actors.clinic.day import VAULT

STREAM = area_stream("yunxiu", "im2", "2026-11-23")
TWO_ZONES = Layout(
    name="内科",
    clinics=("im2",),
    zones={
        "north": Zone("北厅", ("t1", "t2"), fallback="south"),
        "south": Zone("南厅", ("t3",)),
    },
)


def sound(words: str, name: str, language: str, tone: Tone) -> str:
    how = "" if tone == Tone() else f":{tone.gain}/{tone.pace}/{tone.voice}"
    return f"{language}:{words}:{name}{how}"


class Area:
    """``kit`` holds every view equal to a full build after every command."""

    def __init__(self, layout: Layout | None = None) -> None:
        self.kit: Kit[AreaState] = Kit(area_capability(VAULT, sound), STREAM)
        self.made = 0
        if layout is not None:
            self.run(LayOut(layout=layout))

    @property
    def state(self) -> AreaState:
        return self.kit.state

    @property
    def now(self) -> int:
        return self.kit.clock.now()

    @property
    def view(self) -> dict[str, Any]:
        return self.kit.view("announcements")

    def run(self, command: Any) -> Ran[AreaState]:
        return self.kit.run(command)

    def call(self, number: str = "A012", *zones: str, **more: Any) -> int:
        """A call, and its ``n``."""
        self.made += 1
        fields: dict[str, Any] = {
            "kind": "called",
            "words": {"zh": f"请 {number}号 {{name}} 到 3号诊室 就诊"},
            "short": {"zh": f"请 {number}号 到 3号诊室"},
            "expires": self.now + 60_000,
            "source": f"im2/c{self.made}",
            "zones": zones,
            "rooms": ("im2/3",),
            "number": number,
            "name": VAULT.seal("张友三"),
            "names": "masked",
            "ticket": f"im2/t{self.made}",
        }
        reply = self.run(Announce(**fields | more)).reply
        return int(reply.announcement[1:])

    def attends(self, *devices: str) -> None:
        for device in devices:
            self.run(Attend(device=device, ready=True))

    def speaks(self, device: str, n: int, zone: str = "main", nth: int = 1) -> Any:
        """Takes the turn; the refusal is raised."""
        return self.run(Speak(device=device, announcement=n, zone=zone, nth=nth)).reply

    def said(self, device: str, turn: Any) -> None:
        self.run(Told(device=device, spoken=(int(turn.turn[1:]),)))

    def failed(self, device: str, turn: Any, why: str = "error") -> None:
        self.run(Told(device=device, failed=((int(turn.turn[1:]), why),)))

    def settles(self, n: int, shown: int = 1, not_shown: tuple[str, ...] = ()) -> None:
        self.run(Settle(announcement=n, shown=shown, not_shown=not_shown))

    def later(self, seconds: float) -> None:
        """Time passes, and everything that it brings happens when it is due."""
        until = self.now + round(seconds * 1000)
        while (due := wake_at(self.state)) is not None and due <= until:
            self.kit.clock.at = max(self.now, due)
            before = len(self.kit.history)
            assert self.run(Wake(due)).refusal is None
            assert len(self.kit.history) > before, "a wake-up that brings nothing"
        self.kit.clock.at = until

    def offered(self, zone: str = "main") -> tuple[int, int, str] | None:
        offer = self.state.lanes[zone].offer
        if offer is None:
            return None
        return offer.announcement, offer.nth, offer.device

    def row(self, n: int) -> dict[str, Any]:
        found: dict[str, Any] = self.view["announcements"][f"a{n}"]
        return found

    @property
    def alarms(self) -> dict[str, Any]:
        found: dict[str, Any] = self.view.get("alarms", {})
        return found


def frozen(state: AreaState) -> Any:
    """The whole state, to see whether anything in it has changed."""
    return msgspec.to_builtins(state, order="sorted", builtin_types=(bytes,))
