"""Where the server of a data directory listens: a file that it leaves there, so that a
command on the same machine finds it though its port was any."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

FILE = "address"
_TRY_S = 1.0


def leave_word(data_dir: Path, address: str) -> None:
    """Best effort: a server serves without it too."""
    with suppress(OSError):
        (data_dir / FILE).write_text(address + "\n", encoding="utf-8")


def heard_of(data_dir: Path) -> str | None:
    """The address of the server that runs on this directory, if one takes calls."""
    try:
        address = (data_dir / FILE).read_text(encoding="utf-8").strip()
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except (OSError, ValueError):
        return None
    if host is None or port is None:
        return None
    with suppress(OSError), socket.create_connection((host, port), timeout=_TRY_S):
        return address
    return None
