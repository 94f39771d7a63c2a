"""`houzhen` as a process of its own, without the seconds its imports take.

A warm process has imported the program and does nothing with it. Each `houzhen` is
forked from it, with arguments, environment, folder and streams of its own, and may be
told to stop or killed like any process. All of them go when the tests go.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from realtime.version import CHECKOUT

# An order is a packet: JSON, and the program's three streams. What comes after them is
# for its keeper, which is its parent, to tell its pid and later how it ended.
_WARM = """
import ctypes, gc, json, os, signal, socket, sys
import realtime.bootstrap, realtime.demo_hospital
from realtime import cli

libc = ctypes.CDLL(None)

def live_with(parent):
    libc.prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)

def become(order, streams, keeper):
    live_with(keeper)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, 1024)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["houzhen", *order["arguments"]]
    sys.exit(cli.main(order["arguments"]))

def keep(order, descriptors, warm):
    live_with(warm)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *streams, told = descriptors
    keeper = os.getpid()
    program = os.fork()
    if program == 0:
        become(order, streams, keeper)
    for stream in streams:
        os.close(stream)
    os.write(told, b"%d\\n" % program)
    status = os.waitpid(program, 0)[1]
    os.write(told, b"%d\\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
orders = socket.socket(fileno=int(sys.argv[1]))
gc.collect()
gc.freeze()
warm = os.getpid()
while True:
    order, descriptors, _, _ = socket.recv_fds(orders, 1 << 17, 4)
    if not order:
        break
    if os.fork() == 0:
        orders.close()
        keep(json.loads(order), descriptors, warm)
    for descriptor in descriptors:
        os.close(descriptor)
"""


class _Warm:
    """The process that programs are forked from."""

    def __init__(self) -> None:
        self.orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _WARM, str(theirs.fileno())],
                cwd=CHECKOUT,
                env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self._end)

    def _end(self) -> None:
        self.orders.close()
        self._process.wait()


@cache
def _warm() -> _Warm:
    return _Warm()


class Houzhen:
    """One process, as `subprocess.Popen` would have it. ``stdout`` is a pipe."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        errors: int,
    ) -> None:
        order = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "folder": str(folder),
        }
        nothing = os.open(os.devnull, os.O_RDONLY)
        said, saying = os.pipe()
        self._told, telling = os.pipe()
        try:
            packet = json.dumps(order).encode()
            streams = [nothing, saying, errors, telling]
            socket.send_fds(_warm().orders, [packet], streams)
        finally:
            for descriptor in (nothing, saying, telling):
                os.close(descriptor)
        self.stdout = open(said, "rb")  # noqa: SIM115  closed by whoever has this
        self._heard = b""
        self._waiting = threading.Lock()
        self.returncode: int | None = None
        pid = self._hear(None)
        if pid is None:
            raise RuntimeError("the warm process is gone")
        self.pid = pid

    def poll(self) -> int | None:
        """Its exit code when it has ended."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, when it has ended; raises TimeoutExpired."""
        patience = -1 if timeout is None else timeout
        if not self._waiting.acquire(timeout=patience):
            raise subprocess.TimeoutExpired("houzhen", timeout or 0)
        try:
            if self.returncode is None:
                code = self._hear(timeout)
                # without a word from its keeper it was killed with it
                self.returncode = -signal.SIGKILL if code is None else code
                os.close(self._told)
            return self.returncode
        finally:
            self._waiting.release()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _hear(self, timeout: float | None) -> int | None:
        """What its keeper tells next; None when there is no keeper any more."""
        while b"\n" not in self._heard:
            ready, _, _ = select.select([self._told], [], [], timeout)
            if not ready:
                raise subprocess.TimeoutExpired("houzhen", timeout or 0)
            more = os.read(self._told, 64)
            if not more:
                return None
            self._heard += more
        word, _, self._heard = self._heard.partition(b"\n")
        return int(word)
