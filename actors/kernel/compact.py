"""A map for millions: twelve bytes to a number, sixteen bytes an entry.

A dict of two million blind indexes takes 350 MB and grows in one step that holds the
loop for a second. This one is cut into parts that grow one by one, and is frozen
without a copy: a frozen part is copied when it is next written to, so that another
thread can encode a snapshot while the owner goes on.

Keys are parts of a hash and are spread evenly; they are never looked at otherwise.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

KEY_BYTES = 12
_SLOT = 16
_PARTS = 1024
_FIRST = 8 * _SLOT
_GONE = 0xFFFF_FFFF
_EMPTY = bytearray()
_HEADER = struct.Struct("<4sI")
_MAGIC = b"hzC1"

Frozen = tuple[int, tuple[bytearray, ...]]


class CompactMap:
    """``get`` gives 0 for what is not there; a value is 1 … 2**32 - 2."""

    __slots__ = ("_count", "_frozen", "_parts", "_used")

    def __init__(self) -> None:
        self._parts: list[bytearray] = [_EMPTY] * _PARTS
        self._used = [0] * _PARTS
        self._frozen = bytearray(_PARTS)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def get(self, key: bytes) -> int:
        part = self._parts[key[0] << 2 | key[1] >> 6]
        if not part:
            return 0
        value = int.from_bytes(part[(at := _find(part, key)) + 12 : at + 16], "little")
        return 0 if value == _GONE else value

    def put(self, key: bytes, value: int) -> None:
        """Raises ValueError for what would not be found again."""
        if len(key) != KEY_BYTES or not 0 < value < _GONE:
            raise ValueError("a key has twelve bytes, a value is 1 … 2**32 - 2")
        which = key[0] << 2 | key[1] >> 6
        part = self._own(which)
        if 4 * (self._used[which] + 1) * _SLOT > 3 * len(part):
            part = self._grow(which)
        at = _find(part, key)
        before = part[at + 12 : at + 16]
        if before == b"\0\0\0\0":
            self._used[which] += 1
            self._count += 1
        elif before == b"\xff\xff\xff\xff":
            self._count += 1
        part[at : at + 16] = key + value.to_bytes(4, "little")

    def remove(self, key: bytes) -> None:
        """Nothing happens when it is not there."""
        if self.get(key):
            part = self._own(key[0] << 2 | key[1] >> 6)
            at = _find(part, key)
            part[at + 12 : at + 16] = b"\xff\xff\xff\xff"
            self._count -= 1

    def items(self) -> Iterator[tuple[bytes, int]]:
        """All of it, in no order: slow, for tests and checks."""
        for part in self._parts:
            yield from _slots(part)

    # -- snapshots -------------------------------------------------------------------

    def freeze(self) -> Frozen:
        """As it is now, for ``encode`` in another thread."""
        self._frozen = bytearray(b"\1" * _PARTS)
        return self._count, tuple(self._parts)

    @staticmethod
    def encode(frozen: Frozen) -> bytes:
        count, parts = frozen
        sizes = struct.pack(f"<{_PARTS}I", *map(len, parts))
        return b"".join((_HEADER.pack(_MAGIC, count), sizes, *parts))

    @staticmethod
    def decode(body: bytes | memoryview) -> CompactMap:
        """Raises ValueError for what ``encode`` did not make."""
        table = CompactMap()
        head = _HEADER.size + 4 * _PARTS
        if len(body) < head or bytes(body[:4]) != _MAGIC:
            raise ValueError("not a compact map")
        _, table._count = _HEADER.unpack_from(body)
        sizes = struct.unpack_from(f"<{_PARTS}I", body, _HEADER.size)
        if head + sum(sizes) != len(body):
            raise ValueError("a compact map of another length")
        for which, size in enumerate(sizes):
            if size:
                if size % _FIRST or size & (size - 1):
                    raise ValueError("a compact map of another shape")
                part = bytearray(body[head : head + size])
                table._parts[which] = part
                # those that are gone take a slot too
                table._used[which] = size // _SLOT - _free(part)
                head += size
        return table

    # -- inside ----------------------------------------------------------------------

    def _own(self, which: int) -> bytearray:
        part = self._parts[which]
        if not part:
            part = self._parts[which] = bytearray(_FIRST)
        elif self._frozen[which]:
            part = self._parts[which] = bytearray(part)
        self._frozen[which] = 0
        return part

    def _grow(self, which: int) -> bytearray:
        old = self._parts[which]
        kept = list(_slots(old))
        size = len(old)
        while 2 * (len(kept) + 1) * _SLOT > size:
            size *= 2
        part = self._parts[which] = bytearray(size)
        for key, value in kept:
            at = _find(part, key)
            part[at : at + 16] = key + value.to_bytes(4, "little")
        self._used[which] = len(kept)
        return part


def _find(part: bytearray, key: bytes) -> int:
    """Where the key is, or where it would be put."""
    mask = len(part) - 1
    at = (int.from_bytes(key[2:6], "little") << 4) & mask
    while part[at : at + 12] != key and part[at + 12 : at + 16] != b"\0\0\0\0":
        at = (at + 16) & mask
    return at


def _slots(part: bytearray) -> Iterator[tuple[bytes, int]]:
    for at in range(0, len(part), _SLOT):
        value = int.from_bytes(part[at + 12 : at + 16], "little")
        if 0 < value < _GONE:
            yield bytes(part[at : at + 12]), value


def _free(part: bytearray) -> int:
    zeros = memoryview(part).cast("I")[3::4].tolist()
    return zeros.count(0)
