"""The devices of one kiosk, and how each of them is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import trio

from devices.events import Down, Tell, Up
from devices.id_reader import IdReader
from devices.led_strip import LedStrip
from devices.printer import Printer, PrinterState
from devices.scanner import Scanner
from devices.social_card import SocialCardReader
from devices.speaker import SoundDevice
from devices.trouble import Trouble
from realtime.edge.settings import DevicesPart

_STARTING = Trouble("starting", "设备正在启动。", "The device is starting.")


@dataclass(frozen=True)
class Condition:
    """`trouble` is None while it works; `warning` is what it will soon need."""

    trouble: Trouble | None
    warning: Trouble | None = None


class Floor:
    """Runs the drivers that the settings name; `tell` hears of what they say."""

    def __init__(self, settings: DevicesPart, tell: Tell) -> None:
        self._hears = tell
        self.conditions: dict[str, Condition] = {}
        self.printer: Printer | None = None
        self.led_strip: LedStrip | None = None
        self._drivers: dict[str, Callable[[], Awaitable[None]]] = {}
        if (id_reader := settings.id_reader) is not None:
            self._add("id_reader", IdReader(id_reader.settings, self._tell).run)
        if (scanner := settings.scanner) is not None:
            self._add("scanner", Scanner(scanner.settings, self._tell).run)
        if (social := settings.social_card) is not None:
            reader = SocialCardReader(social.settings, self._tell)
            self._add("social_card", reader.run)
        if settings.printer is not None:
            self.printer = Printer(settings.printer.settings, self._tell)
            self._add("printer", self.printer.run)
        if settings.led_strip is not None:
            self.led_strip = LedStrip(settings.led_strip.settings, self._tell)
            self._add("led_strip", self.led_strip.run)
        self.speaker: SoundDevice | None = None
        if (speaker := settings.speaker) is not None:
            # it has no line that could be watched: it is known by what it plays
            self.speaker = SoundDevice(speaker.device, speaker.player)
            self.conditions["speaker"] = Condition(_STARTING)

    def _add(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        self._drivers[name] = run
        self.conditions[name] = Condition(_STARTING)

    async def run(self) -> None:
        async with trio.open_nursery() as nursery:
            for run in self._drivers.values():
                nursery.start_soon(run)

    def tell(self, event: object) -> None:
        """From a device that has no driver here: the loudspeaker."""
        self._tell(event)

    def _tell(self, event: object) -> None:
        match event:
            case Up(device="printer") if self.printer and self.printer.state:
                state = self.printer.state
                self.conditions["printer"] = Condition(state.trouble, state.warning)
            case Up():
                self.conditions[event.device] = Condition(None)
            case Down():
                self.conditions[event.device] = Condition(event.trouble)
            case PrinterState():
                self.conditions[event.device] = Condition(
                    event.state.trouble, event.state.warning
                )
        self._hears(event)
