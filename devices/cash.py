"""A cash acceptor, as whoever takes payments needs it. A port: protocols of real ones
(ccTalk, ID-003, MDB) come with the machine that is bought; the simulator stands in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from devices.trouble import Trouble


@dataclass(frozen=True)
class NoteStacked:
    """A note is in the box: it is the hospital's now. `count` is how many this
    acceptor has ever stacked, so that none is booked twice or lost after a crash."""

    device: str
    fen: int
    count: int


@dataclass(frozen=True)
class NoteReturned:
    device: str
    why: Trouble


NOT_TAKEN = Trouble(
    "note_not_taken",
    "这张纸币收不了，请换一张。",
    "This note is not taken: try another.",
)
TOO_MUCH = Trouble(
    "too_much",
    "这张纸币超过应付金额，请换小面额的。",
    "This note is more than is due: use a smaller one.",
)
NOTE_JAM = Trouble(
    "note_jam",
    "收钞机卡钞了，请找工作人员，钱不会丢。",
    "A note is jammed: call staff, your money is safe.",
)
BOX_FULL = Trouble(
    "box_full", "钱箱满了，请用别的方式付款。", "The cash box is full: pay another way."
)


class CashAcceptor(Protocol):
    """Tells Up, Down, NoteStacked, NoteReturned."""

    async def run(self) -> None:
        """Until cancelled."""

    def accept(self, at_most_fen: int) -> None:
        """Take notes as long as they sum up to no more."""

    def refuse(self) -> None:
        """Take none. A note that is on its way is stacked or returned, and told."""
