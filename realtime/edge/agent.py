"""The agent: what devices say goes to the page, what the page wants goes to devices."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio

from devices.events import Down, Up
from devices.id_reader import CardLaid, CardRemoved, CardUnread
from devices.printer import PrinterState
from devices.scanner import ScanFailed, Scanned
from devices.social_card import SocialCardIn, SocialCardOut, SocialCardUnread
from devices.speaker import Speaker
from realtime.edge import words
from realtime.edge.door import Door, Page
from realtime.edge.floor import Condition, Floor
from realtime.edge.loudspeaker import Mouth
from realtime.edge.printing import Printing
from realtime.edge.settings import EdgeSettings
from realtime.edge.slips import written
from realtime.edge.speaking import Speaking
from realtime.edge.spoken import Spoken
from realtime.edge.spool import Job, OtherSlip, Spool
from realtime.edge.uplink import Uplink
from realtime.edge.vitals import LogTail, Vitals
from realtime.version import version

log = logging.getLogger("houzhen.edge")
# A scan made while the page loads again is for the page that comes, not for the next
# patient.
SCAN_KEPT_S = 3.0


class Agent:
    """Puts it together. Nothing personal outlives a card's lying there, `forget`, or
    some seconds; nothing personal is logged."""

    def __init__(
        self, settings: EdgeSettings, *, speaker: Speaker | None = None
    ) -> None:
        """``speaker`` stands in for the sound device of the settings."""
        self.settings = settings
        self.secret = pairing_secret(settings.folder)
        self.floor = Floor(settings.devices, self._hear)
        self.vitals = Vitals(settings.devices, settings.folder)
        self.log = LogTail()
        self._again = trio.Event()
        self._spool = Spool(settings.folder / "spool.db")
        self.printing: Printing | None = None
        if self.floor.printer is not None and settings.devices.printer is not None:
            self.printing = Printing(
                self._spool,
                self.floor.printer,
                self._job,
                columns=settings.devices.printer.columns,
            )
        self.door = Door(
            port=settings.local.port,
            origins=settings.origins,
            secret=self.secret,
            come=self._come,
            take=self._take,
            health=self._health,
        )
        self.uplink = Uplink(
            settings,
            self._reach,
            self._order,
            self.vitals.told,
            lambda: self.log.lines,
            self._voice(speaker),
        )
        # by device: the message of the card that lies there, None once it is forgotten
        self._lying: dict[str, dict[str, Any] | None] = {}
        self._scan: tuple[float, dict[str, Any]] | None = None

    async def run(
        self, task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Until cancelled, or told to start again; the status is the door's port.
        Raises OSError when another program has that."""
        log.addHandler(self.log)
        try:
            async with trio.open_nursery() as nursery:
                port = await nursery.start(self.door.run)
                nursery.start_soon(self.floor.run)
                nursery.start_soon(self.uplink.run)
                if self.printing is not None:
                    nursery.start_soon(self.printing.run)
                task_status.started(port)
                await self._again.wait()
                nursery.cancel_scope.cancel()
        finally:
            log.removeHandler(self.log)
            self._spool.close()

    def _voice(self, speaker: Speaker | None) -> Speaking | None:
        mouth = speaker or self.floor.speaker
        if mouth is None:
            return None
        spoken = Spoken(self.settings.folder / "spoken.json")
        return Speaking(self.settings, Mouth(mouth, spoken, self.floor.tell))

    @property
    def starts_again(self) -> bool:
        """It ended because it was told to start again, and not because it was cut."""
        return self._again.is_set()

    # -- from the devices -----------------------------------------------------------

    def _hear(self, event: object) -> None:
        self.vitals.hear(event, self.floor.conditions)
        match event:
            case Up() | Down() | PrinterState():
                self._condition(event.device)
            case CardLaid():
                message = {
                    "type": "card_laid",
                    "device": event.device,
                    "took_ms": round(event.took_s * 1000),
                    "card": words.card_of(event.card),
                    "further_addresses": event.further_addresses,
                }
                self._lie(event.device, message)
            case SocialCardIn():
                card = words.social_card_of(event.card)
                message = {"type": "social_card_in", "device": event.device}
                self._lie(event.device, message | {"card": card})
            case CardRemoved():
                self._lying.pop(event.device, None)
                self.door.tell(
                    {
                        "type": "card_removed",
                        "device": event.device,
                        "sure": event.sure,
                    }
                )
            case SocialCardOut():
                self._lying.pop(event.device, None)
                self.door.tell({"type": "social_card_out", "device": event.device})
            case CardUnread() | SocialCardUnread() | ScanFailed():
                self.door.tell(
                    {
                        "type": "not_read",
                        "device": event.device,
                        "trouble": words.trouble_of(event.trouble),
                    }
                )
            case Scanned():
                self._scanned(event)

    def _lie(self, device: str, message: dict[str, Any]) -> None:
        self._lying[device] = message
        self.door.tell(message)

    def _scanned(self, event: Scanned) -> None:
        message = {
            "type": "scanned",
            "device": event.device,
            "text": event.text,
            "kinds": event.kinds,
        }
        if self.door.page is None:
            self._scan = (trio.current_time(), message)
        self.door.tell(message)

    def _condition(self, device: str) -> None:
        condition = self.floor.conditions[device]
        trouble = condition.trouble
        log.info("%s: %s", device, "fine" if trouble is None else trouble.code)
        self.door.tell({"type": "device", "device": device, **_told(condition)})
        if device == "printer" and self.printing is not None:
            self.printing.look()
        self.uplink.look()

    def _job(self, job: Job) -> None:
        self.vitals.job(job)
        self.door.tell(words.job_of(job))

    def _reach(self, connected: bool) -> None:
        self.door.tell({"type": "server", "connected": connected})

    def _order(self, what: str) -> str:
        """From the set-up page: the page here carries it out, if there is one. To start
        again needs none: what was begun is settled when the spool is read again."""
        if what == "restart":
            log.warning("told to start again")
            self._again.set()
            return ""
        if self.door.page is None:
            return "no page is open on this kiosk"
        self.door.tell({"type": "order", "what": what})
        return ""

    # -- from the page --------------------------------------------------------------

    def _come(self, page: Page) -> None:
        page.say(
            {
                "type": "welcome",
                "version": version(),
                "server": self.uplink.connected,
                "devices": {
                    name: _told(condition)
                    for name, condition in self.floor.conditions.items()
                },
                # a card that lies there from an earlier session is called out, not read
                "left_behind": [
                    name for name, message in self._lying.items() if message is None
                ],
            }
        )
        for message in self._lying.values():
            if message is not None:
                page.say(message)
        scan, self._scan = self._scan, None
        if scan is not None and trio.current_time() - scan[0] <= SCAN_KEPT_S:
            page.say(scan[1])

    def _take(self, page: Page, message: words.FromPage) -> None:
        match message:
            case words.Print():
                page.say(self._print(message))
            case words.Job_():
                page.say(self._said(message.id, self._of(message.id)))
            case words.Cancel():
                job = self.printing.cancel(message.id) if self.printing else None
                page.say(self._said(message.id, job))
            case words.Forget():
                self._forget()
                page.say({"type": "forgotten", "left_behind": list(self._lying)})
            case words.Strip():
                if self.floor.led_strip is not None:
                    self.floor.led_strip.show(message.text, message.mode)

    def _forget(self) -> None:
        self._lying = dict.fromkeys(self._lying)
        self._scan = None
        if self.printing is not None:
            self.printing.cancel_all()

    def _print(self, asked: words.Print) -> dict[str, Any]:
        refused = {"type": "print", "id": asked.id, "state": "refused"}
        if self.printing is None:
            return refused | {"why": "no_printer"}
        try:
            job = self.printing.submit(asked.id, written(asked.slip), asked.lives_ms)
        except OtherSlip:
            return refused | {"why": "key_reused"}
        except ValueError:
            return refused | {"why": "bad_slip"}
        return words.job_of(job)

    def _of(self, job: str) -> Job | None:
        return self.printing.job(job) if self.printing is not None else None

    def _said(self, asked: str, job: Job | None) -> dict[str, Any]:
        if job is None:
            return {"type": "print", "id": asked, "state": "refused", "why": "unknown"}
        return words.job_of(job)

    def _health(self) -> dict[str, Any]:
        """Codes only: whoever is on this machine may ask for it."""
        return {
            "version": version(),
            "server": self.uplink.connected,
            "page": self.door.page is not None,
            "devices": {
                name: "ok" if one.trouble is None else one.trouble.code
                for name, one in self.floor.conditions.items()
            },
        }


def _told(condition: Condition) -> dict[str, Any]:
    found: dict[str, Any] = {"ok": condition.trouble is None}
    if condition.trouble is not None:
        found["trouble"] = words.trouble_of(condition.trouble)
    if condition.warning is not None:
        found["warning"] = words.trouble_of(condition.warning)
    return found


def pairing_secret(folder: Path) -> str:
    """What a page must know; made once, read by this account only."""
    path = folder / "pairing"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    secret = secrets.token_urlsafe(24)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secret)
    return secret


@asynccontextmanager
async def open_agent(
    settings: EdgeSettings, *, speaker: Speaker | None = None
) -> AsyncIterator[Agent]:
    """An agent that runs for as long as the block, its door open."""
    agent = Agent(settings, speaker=speaker)
    async with trio.open_nursery() as nursery:
        await nursery.start(agent.run)
        yield agent
        nursery.cancel_scope.cancel()
