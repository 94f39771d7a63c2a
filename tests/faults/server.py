"""The real server as a process of its own, which a test may kill and start again.

It stays on one port through all its lives: the test holds that port, bound and not
listening, so that no other program's connection can take it between two of them.
A restart takes a fraction of a second (see tests/machine/houzhen.py), and twenty of
them fit into `make test`.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import trio

from actors.kernel.times import WallClock
from realtime.keys import Keys, open_keys
from realtime.tokens import mint
from realtime.version import CHECKOUT
from tests.machine.houzhen import Houzhen

PATIENCE_S = 60.0  # far over what a start or an end takes on a busy machine
HOUR_MS = 3_600_000


class DidNotStart(Exception):
    """The server ended instead; ``code`` and ``said`` tell how."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"the server ended with {code}: {said}")
        self.code = code
        self.said = said


class Server:
    """One installation: its data, its port, and at most one running process."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.data = folder / "data"
        self.journal = self.data / "houzhen.db"
        self._errors = folder / "stderr"
        self._errors.touch()
        self._lives = 0
        self._process: Houzhen | None = None
        self._settings = {
            "HOUZHEN_DATA_DIR": str(self.data),
            "HOUZHEN_LOG__LEVEL": "warning",
        } | {f"HOUZHEN_{name.upper()}": str(value) for name, value in settings.items()}
        self._held_port = socket.socket()
        self._held_port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held_port.bind(("127.0.0.1", 0))
        self.port: int = self._held_port.getsockname()[1]
        self.keys: Keys = open_keys(self.data / "keys.toml", may_create=True)

    def token(self, role: str, place: str, *more: str, name: str | None = None) -> str:
        """For ``role`` (and ``more`` roles) at ``place``."""
        return mint(
            self.keys.tokens,
            name or f"{role}-{place}",
            [role, *more],
            [place],
            now=WallClock().now(),
            lasts_ms=HOUR_MS,
        )

    # -- a life --------------------------------------------------------------------

    def begin(self) -> None:
        """Start, and do not wait for it."""
        assert self._process is None, "it is running"
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("HOUZHEN_")
        }
        self._lives += 1
        with self._errors.open("ab") as errors:
            self._process = Houzhen(
                ["serve", "--port", str(self.port)],
                environment=environment
                | self._settings
                | {"PYTHONPATH": str(CHECKOUT)},
                folder=self.data,
                errors=errors.fileno(),
            )

    async def opened(self) -> None:
        """Returns when it has said where it listens; DidNotStart when it ends first."""
        process = self._process
        assert process is not None
        with trio.fail_after(PATIENCE_S):
            line = await trio.to_thread.run_sync(
                process.stdout.readline, abandon_on_cancel=True
            )
        if not line:
            code = await self.ended()
            raise DidNotStart(code, self.said)
        expected = f" — http://127.0.0.1:{self.port}\n"
        assert line.decode().endswith(expected), line.decode()

    async def start(self) -> None:
        self.begin()
        await self.opened()

    async def kill(self) -> None:
        """kill -9, and returns when nothing is left of it."""
        assert self._process is not None
        self._process.kill()
        await self.ended()

    def tell_to_stop(self) -> None:
        assert self._process is not None
        self._process.terminate()

    async def ended(self) -> int:
        """Its exit code, when it has ended."""
        process = self._process
        assert process is not None
        with trio.fail_after(PATIENCE_S):
            code = await trio.to_thread.run_sync(process.wait, abandon_on_cancel=True)
        self._process = None
        process.stdout.close()
        return code

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def lives(self) -> int:
        return self._lives

    @property
    def said(self) -> str:
        """All it has written to stderr, in all its lives."""
        return self._errors.read_text(errors="replace")

    @contextmanager
    def occupied(self) -> Iterator[None]:
        """Another program listens on the port."""
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", self.port))
            other.listen()
            yield

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            process.stdout.close()
        self._held_port.close()


@asynccontextmanager
async def installation(folder: Path, **settings: object) -> AsyncIterator[Server]:
    """A server that has not started; nothing of it is left after the block."""
    server = Server(folder, **settings)
    try:
        yield server
    except BaseException:
        print(f"the server said:\n{server.said[-4000:]}", file=sys.stderr)
        raise
    finally:
        server.close()
