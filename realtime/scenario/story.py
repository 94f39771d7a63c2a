"""What a scenario file says, once it has been read and found to make sense."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from actors.kernel.times import Millis

Kind: TypeAlias = Literal["patient", "room", "queue", "doctor"]

KINDS: dict[Kind, str] = {
    "patient": "病人",
    "room": "诊室",
    "queue": "队列",
    "doctor": "医生",
}


class Problem(msgspec.Struct, frozen=True):
    """A mistake in a file: where, what to do about it, and its code. Step 0 is what
    is registered before the first one."""

    path: str
    line: int | None
    step: int | None
    code: str
    message: str

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        step = f"第 {self.step} 步：" if self.step else ""
        return f"{where} {step}{self.message} [{self.code}]"


class Noun(msgspec.Struct, frozen=True):
    """A person or a thing of the story, by the key the engine knows it by. For a
    patient the key is the story's own name; the engine counts out tickets itself."""

    kind: Kind
    key: str


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One thing somebody does: the command's name and what it is about.

    ``patients``, ``rooms`` … are keys in the order in which they were written;
    ``fields`` go into the command as they are.
    """

    name: str
    by: str
    patients: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    doctors: tuple[str, ...] = ()
    fields: dict[str, Any] = {}


class Expectation(msgspec.Struct, frozen=True):
    """``what`` is looked at, perhaps of one ``whom``, and should be ``value``."""

    what: str
    whom: str
    value: Any


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """``said`` is the deed in the file's own words. ``after`` tells a time relative
    to the step before; ``every`` passes between two doings of one step."""

    number: int
    line: int | None
    said: str = ""
    at: Millis | None = None
    after: Millis = 0
    every: Millis = 0
    deed: Deed | None = None
    expects: tuple[Expectation, ...] = ()


class Patient(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the story. Two tickets of one ``person`` are two patients here."""

    name: str
    person: str
    registered: bool = True


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """``opening`` is the body of the command that opens the day."""

    path: Path
    title: str
    why: str
    rules: tuple[str, ...]
    day: str
    opens: Millis
    opening: dict[str, Any]
    queues: dict[str, str]
    rooms: dict[str, str]
    doctors: dict[str, str]
    patients: dict[str, Patient]
    steps: tuple[Step, ...]
