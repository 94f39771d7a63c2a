"""Phrases that were rendered, on the disk: within a bound, and not for ever.

A file's name is its key, which tells nothing. The recordings have names of patients
in them: only the server's own account may read them, and what nobody asked for in
``keep_s`` goes, even when there is room. Methods touch the disk: call them in a
thread, one at a time.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

from queue_displays.speech.port import Wav
from queue_displays.speech.wav import opened

KEY = re.compile(r"[0-9a-f]{32}\Z")
_SUFFIX = ".wav"


class Cache:
    """``bytes`` is how much there may be at most. Its use is remembered in the files'
    times, so that a new start knows what was heard last."""

    def __init__(self, place: Path, limit: int, keep_s: float) -> None:
        self._place = place
        self._limit = limit
        self._keep_s = keep_s
        self._sizes: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self.bytes = 0
        self.damaged = 0

    def open(self) -> None:
        """Look at what is there. Drafts of a server that was killed go. Raises
        OSError when the place cannot be made."""
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
        found: list[tuple[float, str, int]] = []
        for entry in os.scandir(self._place):
            name = entry.name.removesuffix(_SUFFIX)
            if not KEY.match(name) or name == entry.name:
                with suppress(OSError):
                    os.unlink(entry.path)
                continue
            status = entry.stat()
            found.append((status.st_mtime, name, status.st_size))
        self._sizes.clear()
        self.bytes = 0
        for used, key, size in sorted(found):
            self._sizes[key] = (size, used)
            self.bytes += size
        self._shrink()

    def __contains__(self, key: str) -> bool:
        return key in self._sizes

    def __len__(self) -> int:
        return len(self._sizes)

    def read(self, key: str) -> Wav | None:
        """None when it is not there, or no longer what was written: then it is
        forgotten."""
        if key not in self._sizes:
            return None
        file = self._file(key)
        try:
            wav = opened(file.read_bytes())
        except OSError:
            wav = None
        if wav is None:
            self.damaged += 1
            self._forget(key)
            return None
        now = time.time()
        self._sizes[key] = (self._sizes[key][0], now)
        self._sizes.move_to_end(key)
        with suppress(OSError):
            os.utime(file, (now, now))
        return wav

    def write(self, key: str, data: bytes) -> None:
        """The whole file or none. Raises OSError when the disk takes no more."""
        draft = self._place / f".{key}.{secrets.token_hex(4)}"
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            draft.replace(self._file(key))
        except OSError:
            with suppress(OSError):
                draft.unlink()
            raise
        if key in self._sizes:
            self.bytes -= self._sizes.pop(key)[0]
        self._sizes[key] = (len(data), time.time())
        self.bytes += len(data)
        self._shrink()

    def _shrink(self) -> None:
        """What was not heard for the longest time goes first; the newest stays."""
        old = time.time() - self._keep_s
        while self._sizes:
            key, (_, used) = next(iter(self._sizes.items()))
            full = self.bytes > self._limit and len(self._sizes) > 1
            if not full and used > old:
                break
            self._forget(key)

    def _forget(self, key: str) -> None:
        size, _ = self._sizes.pop(key)
        self.bytes -= size
        with suppress(OSError):
            self._file(key).unlink()

    def _file(self, key: str) -> Path:
        return self._place / f"{key}{_SUFFIX}"
