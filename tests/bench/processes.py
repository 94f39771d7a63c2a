"""Programs a bench starts: they listen on 127.0.0.1 and never outlive it."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from tests.bench.report import tell

_libc = ctypes.CDLL(None)
_SET_PARENT_DEATH_SIGNAL = 1
LAST_WORDS = 2000


class BenchFailed(Exception):
    """There is no figure to give; the message says why."""


def _die_with_parent() -> None:
    _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def allow_descriptors(wanted: int) -> None:
    """Thousands of clients are as many sockets, here and in what we start."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = min(wanted, hard) if hard != resource.RLIM_INFINITY else wanted
    if soft < enough:
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))
    if enough < wanted:
        raise BenchFailed(
            f"{wanted:,} open files are needed and {hard:,} are allowed: raise the "
            "hard limit of `ulimit -n`"
        )


class Server(msgspec.Struct, frozen=True):
    """A running server. ``errors`` is what it has written to stderr."""

    pid: int
    port: int
    errors: Path


@contextmanager
def listening() -> Iterator[socket.socket]:
    """An open port for a server that takes it over by its number: nobody can be
    quicker, and a client that comes early waits in the backlog."""
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as sock:
        yield sock


@contextmanager
def running(
    words: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    keep: Sequence[int] = (),
    grace_s: float = 0.0,
    talking: bool = False,
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The program and the file of its stderr. At the end it is told to stop when it
    has a ``grace_s``, and killed with its children in any case. ``talking`` opens
    pipes to its stdin and from its stdout."""
    with tempfile.TemporaryDirectory(prefix="houzhen-bench-") as folder:
        errors = Path(folder, "stderr")
        with errors.open("wb") as stderr:
            process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE if talking else subprocess.DEVNULL,
                stdout=subprocess.PIPE if talking else subprocess.DEVNULL,
                stderr=stderr,
                env={**os.environ, **(environment or {})},
                pass_fds=keep,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        try:
            with process:
                try:
                    yield process, errors
                finally:
                    _end(process, grace_s)
        finally:
            _kill_group(process.pid)


def _end(process: subprocess.Popen[bytes], grace_s: float) -> None:
    if grace_s and process.poll() is None:
        process.terminate()
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            tell(f"process {process.pid} did not stop in {grace_s:g} s: killed")
    process.kill()


def _kill_group(leader: int) -> None:
    """Children it may have left behind: the group was its own."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


@contextmanager
def serving(words: Sequence[str]) -> Iterator[Server]:
    """A server that is given its listening socket's number as its last word."""
    with listening() as sock:
        number = sock.fileno()
        command = [*words, str(number)]
        with running(command, keep=[number]) as (process, errors):
            server = Server(process.pid, sock.getsockname()[1], errors)
            wait_until_serving(process, server)
            yield server


def wait_until_serving(
    process: subprocess.Popen[bytes], server: Server, patience_s: float = 30.0
) -> None:
    """Until it answers HTTP, with whatever: a connection alone may be the backlog's.
    Raises BenchFailed with its last words when it does not."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        if answers(server.port, 1.0):
            return
        time.sleep(0.02)
    raise BenchFailed(f"the server does not serve: {last_words(server.errors)}")


def answers(port: int, timeout_s: float) -> bool:
    request = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout_s) as sock:
            sock.sendall(request)
            return sock.recv(12).startswith(b"HTTP/1.")
    except OSError:
        return False


def last_words(errors: Path) -> str:
    text = errors.read_text(errors="replace").strip()
    return text[-LAST_WORDS:] or "(it said nothing)"


def run_generator(
    words: Sequence[str],
    what: str,
    server: Server,
    *,
    timeout_s: float = 300.0,
    hears: Callable[[str], None] = lambda line: None,
) -> bytes:
    """What a load generator printed; ``hears`` gets each line of its stderr at once.
    Raises BenchFailed when it saw a broken chain, a refusal, or no end: a figure from
    such a run would be about something else."""
    said: list[str] = []
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_die_with_parent,
    ) as process:
        end = threading.Timer(timeout_s, process.kill)
        end.start()
        try:
            assert process.stderr is not None
            assert process.stdout is not None
            for line in process.stderr:
                said.append(line.decode(errors="replace").rstrip())
                hears(said[-1])
            out = process.stdout.read()  # one object: less than a pipe holds
            process.wait()
        finally:
            end.cancel()
            process.kill()
    if process.returncode:
        complaints = "\n".join(said[-20:]) or out.decode(errors="replace")
        raise BenchFailed(
            f"{what}: {Path(words[0]).name} ended with {process.returncode}: "
            f"{complaints}\nthe server said: {last_words(server.errors)}"
        )
    return out


def measure_apart(module: str, *words: str, timeout_s: float = 600.0) -> bytes:
    """What a module that measures its own process printed. Its progress goes on to
    our stderr. Raises BenchFailed when it fails."""
    result = subprocess.run(
        [sys.executable, "-m", module, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=timeout_s,
        check=False,
        preexec_fn=_die_with_parent,
    )
    if result.returncode:
        raise BenchFailed(f"{module} ended with {result.returncode} (see above)")
    return result.stdout
