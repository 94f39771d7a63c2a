"""`STX body ETX check`: the frame of the two devices for which we assume a protocol.

The check is the exclusive or of body and ETX. A body holds neither STX nor ETX; GBK
text does not.
"""

from __future__ import annotations

from functools import reduce
from operator import xor

STX, ETX = 0x02, 0x03
LONGEST_BODY = 1024


def framed(body: bytes) -> bytes:
    if STX in body or ETX in body or len(body) > LONGEST_BODY:
        raise ValueError("a frame's body has no STX and no ETX, and at most 1024 bytes")
    return bytes((STX,)) + body + bytes((ETX, reduce(xor, body, ETX)))


class Unframed:
    """Takes bytes as they come; gives bodies, and None for each damaged frame."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> list[bytes | None]:
        self._bytes += data
        found: list[bytes | None] = []
        kept = self._bytes
        while True:
            start = kept.find(STX)
            del kept[: len(kept) if start < 0 else start]
            end = kept.find(ETX)
            again = kept.find(STX, 1, end if end >= 0 else len(kept))
            if again >= 0:
                found.append(None)  # one began, and another before its end
                del kept[:again]
                continue
            if end < 0 or end + 1 >= len(kept):
                if len(kept) > LONGEST_BODY + 3:
                    found.append(None)
                    del kept[:1]
                    continue
                return found
            body = bytes(kept[1:end])
            if reduce(xor, body, ETX) == kept[end + 1]:
                found.append(body)
                del kept[: end + 2]
            else:
                found.append(None)
                # the check's place may be where the next one begins
                del kept[: end + 1]
