"""The printer: prints a slip and says what became of it, as far as it can be known."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import trio

from devices.events import Down, Tell, Up
from devices.line import Line, LineSettings, keep_open
from devices.printer.conversation import Conversation
from devices.printer.status import State
from devices.trouble import SILENT, DeviceTrouble, LineGone, Silent, Trouble

NOT_UP = Trouble(
    "printer_away",
    "打印机没有连上，请记下屏幕上的号码。",
    "The printer is not connected: note the number on the screen.",
)
UNSURE = Trouble(
    "print_unknown",
    "不知道是否打印出来，请看一下出纸口。",
    "It is not known whether it was printed: look at the paper slot.",
)


@dataclass(frozen=True)
class PrinterSettings:
    """`confirms` is how it tells that paper came out: by its process id, by its cut
    counter, or not at all."""

    line: LineSettings
    name: str = "printer"
    columns: int = 32
    confirms: Literal["process_id", "cuts", "nothing"] = "process_id"
    poll_s: float = 1.0
    answer_s: float = 0.5
    print_s: float = 20.0
    settle_s: float = 5.0


@dataclass(frozen=True)
class PrinterState:
    """Told whenever it changes."""

    device: str
    state: State


@dataclass(frozen=True)
class Printed:
    """It came out. Not `sure` where the printer cannot tell and nothing spoke
    against it."""

    sure: bool = True


@dataclass(frozen=True)
class NotPrinted:
    """It did not come out whole, and will not."""

    trouble: Trouble


@dataclass(frozen=True)
class Unknown:
    """It may have come out, or may yet: ask again with `settle`, or a person."""

    trouble: Trouble


Outcome = Printed | NotPrinted | Unknown


class Printer:
    """Runs until cancelled. Tells Up, Down, PrinterState.

    What was sent and not confirmed in time is taken back from the printer's memory:
    a slip must not come out for somebody else when new paper is put in.
    """

    def __init__(self, settings: PrinterSettings, tell: Tell) -> None:
        self._settings = settings
        self._tell = tell
        self._talk: Conversation | None = None
        self._job = trio.Lock()
        self.state: State | None = None

    @property
    def up(self) -> bool:
        return self._talk is not None

    @property
    def trouble(self) -> Trouble | None:
        """What stood in the way when it was last asked."""
        return NOT_UP if self.state is None else self.state.trouble

    async def run(self) -> None:
        await keep_open(self._settings.line, self._converse, self._trouble)

    def _trouble(self, trouble: Trouble | None) -> None:
        if trouble is not None:
            self._tell(Down(self._settings.name, trouble))

    async def _converse(self, line: Line) -> None:
        talk = Conversation(line, self._settings.answer_s)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(talk.listen)
                self._see(await _patiently(talk))
                self._talk = talk
                self._tell(Up(self._settings.name))
                while True:
                    await trio.sleep(self._settings.poll_s)
                    self._see(await _patiently(talk))
        finally:
            self._talk = self.state = None
            talk.lost()

    def _see(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self._tell(PrinterState(self._settings.name, state))

    # -- what callers do ------------------------------------------------------------

    async def cuts(self) -> int | None:
        """Before a slip is sent: what `settle` needs afterwards."""
        talk = self._talk
        if talk is None or self._settings.confirms == "nothing":
            return None
        with talk.until_gone(), suppress(DeviceTrouble):
            return await talk.cuts(self._settings.answer_s)
        return None

    async def print(self, data: bytes, *, process: int, cuts: int | None) -> Outcome:
        """Print a slip. Where something stands in the way, nothing is sent.

        `cuts` is the count before. Cancelled, it is as Unknown. Never raises
        DeviceTrouble.
        """
        async with self._job:
            talk = self._talk
            if talk is None:
                return NotPrinted(NOT_UP)
            with talk.until_gone():
                return await self._print(talk, data, process, cuts)
            return Unknown(UNSURE)

    async def settle(self, *, cuts: int | None) -> Outcome:
        """What became of a slip that was sent when the count was `cuts`.

        What the printer still has of it is printed or dropped before this returns, so
        a slip that is NotPrinted can be printed again.
        """
        async with self._job:
            talk = self._talk
            if talk is None:
                return Unknown(NOT_UP)
            with talk.until_gone():
                try:
                    return await self._settle(talk, cuts)
                except DeviceTrouble as error:
                    return Unknown(error.trouble)
            return Unknown(UNSURE)

    async def _print(
        self, talk: Conversation, data: bytes, process: int, cuts: int | None
    ) -> Outcome:
        settings = self._settings
        try:
            self._see(state := await _patiently(talk))
        except DeviceTrouble as error:
            return NotPrinted(error.trouble)
        if state.trouble is not None:
            return NotPrinted(state.trouble)
        try:
            match settings.confirms:
                case "process_id":
                    if await talk.done(data, process, settings.print_s):
                        return Printed()
                case "cuts" if cuts is not None:
                    await talk.send(data)
                    if await talk.cuts(settings.print_s) == cuts + 1:
                        return Printed()
                case _:
                    await talk.send(data)
                    return await self._watch(talk, data)
            return await self._settle(talk, cuts)
        except DeviceTrouble as error:
            return Unknown(error.trouble)

    async def _watch(self, talk: Conversation, data: bytes) -> Outcome:
        """A printer that cannot tell: as long as it takes, nothing may go wrong."""
        takes_s = min(1.0 + len(data) / 500, self._settings.print_s)
        pause_s = self._settings.poll_s / 4
        for _ in range(max(1, math.ceil(takes_s / pause_s))):
            self._see(state := await _patiently(talk))
            if state.trouble is not None:
                await talk.forget()
                return Unknown(state.trouble)
            await trio.sleep(pause_s)
        return Printed(sure=False)

    async def _settle(self, talk: Conversation, cuts: int | None) -> Outcome:
        self._see(state := await _patiently(talk))
        # nothing is answered in its turn by a printer that has stopped
        after = None if state.trouble else await talk.cuts(self._settings.settle_s)
        if cuts is not None and after == cuts + 1:
            return Printed()
        if after is None and state.trouble is None:
            # it may have stopped while we waited: that is the reason to tell
            self._see(state := await _patiently(talk))
        dropped = await talk.forget()
        if cuts is not None and (state.trouble is None or after is None):
            after = await talk.cuts(self._settings.answer_s)
        if cuts is not None and after is not None:
            if after == cuts + 1:
                return Printed()
            if after == cuts and dropped:
                return NotPrinted(state.trouble or UNSURE)
        # a printer that stopped for want of paper and has dropped the rest
        if dropped and state.trouble is not None and after is None:
            return NotPrinted(state.trouble)
        return Unknown(state.trouble or UNSURE)


async def _patiently(talk: Conversation) -> State:
    """One answer in a noisy line may be lost."""
    for _ in range(2):
        try:
            return await talk.state()
        except LineGone:
            raise
        except Silent:
            continue
    raise Silent(SILENT)
