"""The real server with a hospital of its own, and what is asked of it.

``houzhen serve`` in a process of its own, on a data directory that is thrown away; it
is set up and asked as anybody would, over its protocol. Only one setting is not what
runs out of the box: how many messages a connection may send in a second, which no
kiosk comes near, and a generator exceeds.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from actors.kernel.times import WallClock
from realtime.keys import open_keys
from realtime.tokens import mint
from tests.bench.compiler import program
from tests.bench.processes import (
    BenchFailed,
    Server,
    answers,
    last_words,
    listening,
    run_generator,
    running,
)

SERVE = ("-m", "realtime.cli", "serve")
PROBED = ("-m", "tests.bench.hosted")
_ENVIRONMENT = {
    "HOUZHEN_LIVE__FRAMES_PER_S": "100000",
    "HOUZHEN_LIVE__FRAMES_AT_ONCE": "1000000",
    "HOUZHEN_LOG__LEVEL": "warning",
}
_TOKEN_MS = 12 * 3_600_000


class Said(msgspec.Struct, frozen=True):
    """What native/asks.c measured. Times are of the reply, from its ask; ``shown`` is
    from the decision until a screen has the patch."""

    asks: int
    seconds: float
    asks_per_s: float
    cpu_us: float
    reply_p50_us: float
    reply_p99_us: float
    reply_max_us: float
    shown_p50_us: float
    shown_p99_us: float
    patches_per_ask: float
    patch_bytes: float
    views: int
    errors: int


class Hospital(msgspec.Struct, frozen=True):
    """A running server, and the tokens that open it."""

    server: Server
    folder: Path
    screen: str
    staff: str
    begun_at: float
    process: subprocess.Popen[bytes]

    def probe(self, word: str) -> None:
        """Something to the probe of tests/bench/hosted.py."""
        assert self.process.stdin is not None
        self.process.stdin.write(word.encode() + b"\n")
        self.process.stdin.flush()

    def probed(self) -> bytes:
        """What the probe found in its window, which ends now."""
        self.probe("tell")
        assert self.process.stdout is not None
        if line := self.process.stdout.readline():
            return line
        raise BenchFailed(f"the server is gone: {last_words(self.server.errors)}")


@contextmanager
def serving_hospital(
    folder: Path, *, probed: bool = False, grace_s: float = 10.0
) -> Iterator[Hospital]:
    """The server on ``folder``, which may hold the data of one before it. At the end
    it is asked to stop, and killed after ``grace_s``: at once, with none."""
    keys = open_keys(folder / "keys.toml", may_create=True).tokens

    def token(name: str, *roles: str) -> str:
        now = WallClock().now()
        return mint(keys, name, roles, ["*"], now=now, lasts_ms=_TOKEN_MS)

    with listening() as sock:
        port = int(sock.getsockname()[1])  # free again when this block ends
    settings = {
        **_ENVIRONMENT,
        "HOUZHEN_DATA_DIR": str(folder),
        "HOUZHEN_HTTP__PORT": str(port),
    }
    begun = time.monotonic()
    words = [sys.executable, *(PROBED if probed else SERVE)]
    with running(words, environment=settings, grace_s=grace_s, talking=probed) as (
        process,
        errors,
    ):
        server = Server(process.pid, port, errors)
        while not answers(port, 1.0):
            if process.poll() is not None or time.monotonic() - begun > 60:
                raise BenchFailed(f"houzhen does not serve: {last_words(errors)}")
            time.sleep(0.01)
        yield Hospital(
            server,
            folder,
            token("bench-screen", "screen"),
            token("bench-staff", "nurse", "kiosk", "admin"),
            begun,
            process,
        )


# -- asking ----------------------------------------------------------------------


def write_script(path: Path, seats: Iterable[Iterable[str]]) -> str:
    """See native/script.h. Returns the path."""
    with path.open("w") as file:
        for seat, lines in enumerate(seats):
            for line in lines:
                file.write(f"{seat}\t{line}\n")
    return str(path)


def ask_all(
    hospital: Hospital,
    what: str,
    seats: list[list[str]],
    *,
    rounds: int = 0,
    seconds: float = 0.0,
    warm_up: float = 1.0,
    think_ms: int = 0,
    screens: int = 0,
    topics: Iterable[str] = (),
    spread: bool = False,
    readers: str | None = None,
    hears: Callable[[str], None] = lambda line: None,
) -> Said:
    """Each seat asks its script in a closed loop, thinking for ``think_ms`` in
    between: for so many seconds, or with none for so many rounds. The screens join
    all topics, or ``spread`` over them each one, with the screen's token or that of
    ``readers``. Raises BenchFailed when anything is refused or lost."""
    script = write_script(hospital.folder / "script", seats)
    words = [program("asks"), "--asks", script, "--connections", str(len(seats))]
    words += ["--port", str(hospital.server.port)]
    words += ["--server", str(hospital.server.pid)]
    words += [
        "--asker-token",
        hospital.staff,
        "--reader-token",
        readers or hospital.screen,
    ]
    words += ["--rounds", str(rounds), "--seconds", str(seconds)]
    words += ["--warm-up", str(warm_up), "--think-ms", str(think_ms)]
    words += ["--screens", str(screens), *(["--spread"] if spread else [])]
    for topic in topics:
        words += ["--topic", topic]
    out = run_generator(words, what, hospital.server, hears=hears)
    return msgspec.json.decode(out, type=Said)
