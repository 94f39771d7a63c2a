"""The keys a stream has answered: told apart, never kept.

An actor whose stream ends with the day keeps their hashes in a set. A long-lived one
has millions in time: sixteen bytes each, and they go into its snapshot.
"""

from __future__ import annotations

import hashlib

from actors.kernel.compact import KEY_BYTES, CompactMap, Frozen


class Answered:
    """Whether a key may have been answered before. ``in`` may be wrongly true, as
    rarely as two hashes meet; then the journal is asked and says that it is new."""

    __slots__ = ("_kept", "_marks")

    def __init__(self, kept: CompactMap | None = None) -> None:
        self._kept = kept
        self._marks: set[int] = set()

    def __contains__(self, key: tuple[str, str]) -> bool:
        if self._kept is not None:
            return self._kept.get(_mark(key)) != 0
        return hash(key) in self._marks

    def add(self, key: tuple[str, str]) -> None:
        if self._kept is not None:
            self._kept.put(_mark(key), 1)
        else:
            self._marks.add(hash(key))

    def discard(self, key: tuple[str, str]) -> None:
        if self._kept is not None:
            self._kept.remove(_mark(key))
        else:
            self._marks.discard(hash(key))

    def freeze(self) -> Frozen:
        """For the snapshot of a long-lived actor."""
        assert self._kept is not None
        return self._kept.freeze()


def _mark(key: tuple[str, str]) -> bytes:
    text = f"{key[0]}\0{key[1]}".encode()
    return hashlib.blake2b(text, digest_size=KEY_BYTES).digest()
