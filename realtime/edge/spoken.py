"""What this loudspeaker has spoken: on disk before the first sound, so that nothing is
said twice after a power cut, and what was said is told however late.

There are no words in it, and no names: turns, and which announcement they were.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec

KEPT = 200


class Turn(msgspec.Struct):
    """``what`` is announcement, zone and which time it is: one of these is spoken here
    once. ``told``: the server has said that it knows."""

    area: str
    turn: str
    what: str
    told: bool = False


class Spoken:
    """A turn that was begun counts as spoken, for something of it was heard."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._turns = msgspec.json.decode(path.read_bytes(), type=list[Turn])
        except (OSError, msgspec.DecodeError):
            self._turns = []

    def has(self, area: str, what: str) -> bool:
        return any((one.area, one.what) == (area, what) for one in self._turns)

    def begin(self, area: str, turn: str, what: str) -> None:
        """Raises OSError when it cannot be kept: then nothing may be said."""
        self._turns = [*self._turns, Turn(area, turn, what)][-KEPT:]
        self._write()

    def take_back(self, area: str, turn: str) -> None:
        """Nothing of it was heard after all."""
        self._turns = [t for t in self._turns if (t.area, t.turn) != (area, turn)]
        self._keep()

    def nobody_knows(self, area: str, turn: str) -> None:
        """Perhaps it was heard: it is not said again, and not told as spoken."""
        self.told(area, {turn})

    def untold(self, area: str, but: str = "") -> list[str]:
        return [
            one.turn
            for one in self._turns
            if one.area == area and not one.told and one.turn != but
        ]

    def told(self, area: str, turns: set[str]) -> None:
        for one in self._turns:
            if one.area == area and one.turn in turns:
                one.told = True
        self._keep()

    def _keep(self) -> None:
        with suppress(OSError):  # at worst the server hears of it again
            self._write()

    def _write(self) -> None:
        beside = self._path.with_suffix(".new")
        beside.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(msgspec.json.encode(self._turns))
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self._path)
