"""A demo server in a process of its own, so that it can be killed like one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
PROGRAM = "from realtime.cli import main; raise SystemExit(main())"
ADDRESS = re.compile(r"http://\S+")


class DemoHouse:
    """`houzhen demo` on a free port, with its data in `folder`.

    Restarted it keeps both. Whatever happens in the test, it is gone afterwards.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = 0
        self._process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Returns when the door is open."""
        environment = {
            **os.environ,
            "HOUZHEN_DATA_DIR": str(self._folder),
            "HOUZHEN_LIVE__HEARTBEAT_S": "1",
            "PYTHONPATH": str(ROOT),
        }
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "demo", "--port", str(self._port)],
            cwd=self._folder,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._process = process
        assert process.stdout is not None
        for line in process.stdout:
            if found := ADDRESS.search(line):
                self._port = urlsplit(found[0]).port or 0
                return
        raise RuntimeError(f"the demo ended with {process.wait()} before it served")

    def kill(self) -> None:
        """Like a power cut: nothing is said to anybody."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
