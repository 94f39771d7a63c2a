"""The simulated HIS as a process of its own, which a test may upset and kill."""

from __future__ import annotations

import ctypes
import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from realtime.version import CHECKOUT

DAY = "2026-11-23"
NEXT_DAY = "2026-11-24"
ZONE = ZoneInfo("Asia/Shanghai")

_libc = ctypes.CDLL(None)
_SET_PARENT_DEATH_SIGNAL = 1


def _die_with_parent() -> None:
    _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


class SimulatedProcess:
    """It stays on one port through its lives: the test holds that port."""

    def __init__(self, folder: Path, **options: object) -> None:
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", 0))
        self.port: int = self._held.getsockname()[1]
        self.database = folder / "his.db"
        usual: dict[str, object] = {"day": DAY, "days": 2, "patients": 150}
        self._options = usual | {"booked": 0.03} | options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it listens."""
        options = [f"--{name}={value}" for name, value in self._options.items()]
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "actors.gateways.his.simulator"),
                *("--port", str(self.port), "--database", str(self.database)),
                *options,
            ],
            stdout=subprocess.PIPE,
            cwd=CHECKOUT,
            preexec_fn=_die_with_parent,
        )
        assert self._process.stdout is not None
        said = self._process.stdout.readline().decode()
        assert said.endswith(f"{self.url}\n"), said

    def kill(self) -> None:
        """kill -9; nothing is left of it afterwards."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()

    def stop(self) -> int:
        process, self._process = self._process, None
        assert process is not None
        process.terminate()
        code = process.wait(20)
        assert process.stdout is not None
        process.stdout.close()
        return code

    def close(self) -> None:
        self.kill()
        self._held.close()

    # -- a hand on it, past the adapter --------------------------------------------

    def post(self, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{self.url}/{path}", json.dumps(body).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def mood(self, **given: Any) -> None:
        """From now on it feels like this, and otherwise well."""
        self.post("control", {"well": True, **given})

    def at_the_window(self, method: str, **body: Any) -> Any:
        """What HIS's own people do; the data of the answer."""
        answer = self.post(f"his/{method}", {"channel_id": "window", **body})
        assert answer["message"] == "成功", answer
        return answer["data"]

    def told(self) -> Any:
        with urllib.request.urlopen(f"{self.url}/control", timeout=20) as answer:
            return json.loads(answer.read())


@contextmanager
def simulated_his(folder: Path, **options: object) -> Iterator[SimulatedProcess]:
    process = SimulatedProcess(folder, **options)
    try:
        process.start()
        yield process
    finally:
        process.close()
