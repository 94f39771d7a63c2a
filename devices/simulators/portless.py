"""Devices that have no serial protocol of ours: camera and cash acceptor."""

from __future__ import annotations

import trio

from devices.camera import CAMERA_AWAY, Frame
from devices.cash import (
    BOX_FULL,
    NOT_TAKEN,
    NOTE_JAM,
    TOO_MUCH,
    NoteReturned,
    NoteStacked,
)
from devices.events import Down, Tell, Up
from devices.trouble import DeviceTrouble


class SimulatedCamera:
    """Gives the frames it is shown. `unplug` and `plug` it."""

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._news = trio.Event()
        self._plugged = True

    def show(self, jpeg: bytes) -> None:
        number = self._frame.number + 1 if self._frame else 1
        self._frame = Frame(number, jpeg)
        self._turn()

    def unplug(self) -> None:
        self._plugged = False
        self._turn()

    def plug(self) -> None:
        self._plugged = True

    def _turn(self) -> None:
        self._news.set()
        self._news = trio.Event()

    async def frame(self, after: int = 0) -> Frame:
        while True:
            if not self._plugged:
                raise DeviceTrouble(CAMERA_AWAY)
            if self._frame is not None and self._frame.number > after:
                await trio.lowlevel.checkpoint()
                return self._frame
            await self._news.wait()


NOTES_FEN = (100, 500, 1000, 2000, 5000, 10_000)


class SimulatedCashAcceptor:
    """`insert` is the patient's hand; `jam` holds the next note."""

    def __init__(self, tell: Tell, name: str = "cash", *, holds: int = 600) -> None:
        self._tell = tell
        self._name = name
        self._holds = holds
        self._left_fen = 0
        self.count = 0
        self._jammed = False

    async def run(self) -> None:
        self._tell(Up(self._name))
        await trio.sleep_forever()

    def accept(self, at_most_fen: int) -> None:
        self._left_fen = at_most_fen

    def refuse(self) -> None:
        self._left_fen = 0

    def jam(self) -> None:
        self._jammed = True

    def unjam(self) -> None:
        self._jammed = False
        self._tell(Up(self._name))

    def insert(self, fen: int) -> None:
        if self._jammed:
            self._tell(Down(self._name, NOTE_JAM))
        elif self.count >= self._holds:
            self._tell(NoteReturned(self._name, BOX_FULL))
        elif fen not in NOTES_FEN:
            self._tell(NoteReturned(self._name, NOT_TAKEN))
        elif fen > self._left_fen:
            self._tell(NoteReturned(self._name, TOO_MUCH))
        else:
            self._left_fen -= fen
            self.count += 1
            self._tell(NoteStacked(self._name, fen, self.count))
