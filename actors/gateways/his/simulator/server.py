"""The simulated HIS as an HTTP server, in threads of its own.

POST /his/<method>   {operator_id, channel_id, …} → {code, message, data}
GET  /control        the mood, how often it struck, what was asked
POST /control        changes the mood (mood.py)
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Any

import msgspec

from actors.gateways.his.simulator.desk import CHANGES, Desk, No
from actors.gateways.his.simulator.lists import Lists
from actors.gateways.his.simulator.mood import Temper

_BUSY, _BROKEN = 9999, 9998
_MOST = 1_048_576


class SimulatedHis:
    """The hospital's records, what is asked of them, and a temper."""

    def __init__(
        self, database: sqlite3.Connection, temper: Temper, now: Callable[[], datetime]
    ) -> None:
        self.temper = temper
        self._database = database
        self._desk = Desk(database)
        self._lists = Lists(database)
        self._now = now
        self._lock = threading.Lock()
        self._earlier: dict[str, Any] = {}

    def answer(self, method: str, asked: dict[str, Any]) -> Any:
        """What is true. Raises No, and KeyError or ValueError for a bad question."""
        with self._lock:
            if method in CHANGES:
                with self._database:
                    self._database.execute("begin immediate")
                    return self._desk.trade(method, asked, self._now())
            known = getattr(self._lists, method, None)
            if known is None or method.startswith("_"):
                raise No(4000, f"没有这个接口：{method}")
            return known(asked, self._now())

    def earlier(self, method: str, asked: dict[str, Any], data: Any) -> Any:
        """What was said to the same question the first time, and is kept for when
        it lies by being late."""
        question = {k: v for k, v in asked.items() if k not in ("after", "limit")}
        mark = method + json.dumps(question, sort_keys=True)
        return self._earlier.setdefault(mark, data)


def spoilt(data: Any, struck: set[str], temper: Temper) -> Any:
    """The answer as it goes out on a bad day."""
    feed = isinstance(data, dict) and isinstance(data.get("list"), list)
    rows = data["list"] if feed else data
    if not isinstance(rows, list) or not rows:
        if "lie" in struck and isinstance(data, dict):
            return {key: f"?{value}" for key, value in data.items()}
        return data
    rows = list(rows)
    if "duplicate" in struck:
        rows += temper.random.sample(rows, max(1, len(rows) // 3))
    if "shuffle" in struck:
        temper.random.shuffle(rows)
    if "lie" in struck:
        place = temper.random.randrange(len(rows))
        row = dict(rows[place])
        victim = temper.random.choice(sorted(row))
        row[victim] = {"never": True}
        rows[place] = row
    if not feed:
        return rows
    total = len(rows)
    if "wrong_count" in struck:
        total += temper.random.choice((-1, 1, 100))
    elif "duplicate" in struck:
        total = len(rows)
    return {**data, "list": rows, "total": total}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    server: Server

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Says nothing: a request may hold a name."""

    def do_GET(self) -> None:
        if self.path == "/control":
            self._send(200, self.server.his.temper.told())
        else:
            self._send(404, {"code": 4000, "message": "no such address"})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MOST:
            self.close_connection = True
            self._send(413, {"code": 4000, "message": "too long"})
            return
        try:
            asked = json.loads(self.rfile.read(length) or b"{}")
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            self._send(400, {"code": 4000, "message": "not a JSON object"})
        elif self.path == "/control":
            try:
                self._send(200, self.server.his.temper.change(asked))
            except msgspec.ValidationError as error:
                self._send(400, {"code": 4000, "message": str(error)})
        elif self.path.startswith("/his/"):
            self._counter(self.path.removeprefix("/his/"), asked)
        else:
            self._send(404, {"code": 4000, "message": "no such address"})

    def _counter(self, method: str, asked: dict[str, Any]) -> None:
        his = self.server.his
        temper = his.temper
        struck = temper.strike(method)
        if pause := temper.pause_s():
            time.sleep(pause)
        if "drop_before" in struck:
            self._vanish()
            return
        if "error" in struck:
            self._send(500, {"code": _BROKEN, "message": "服务异常"})
            return
        if "busy" in struck:
            self._send(200, {"code": _BUSY, "message": "系统繁忙", "data": None})
            return
        try:
            data = his.answer(method, asked)
        except No as no:
            self._send(200, {"code": no.code, "message": no.words, "data": None})
            return
        except (KeyError, ValueError, TypeError, sqlite3.Error) as error:
            self._send(200, {"code": 4001, "message": f"参数错误：{error}"})
            return
        if "drop_after" in struck:
            self._vanish()
            return
        if method not in CHANGES:
            earlier = his.earlier(method, asked, data)
            if "stale" in struck:
                data = earlier
        data = spoilt(data, struck, temper)
        answer = {"code": temper.mood.success_code, "message": "成功", "data": data}
        self._send(200, answer, half="half_json" in struck)

    def _send(self, status: int, answer: Any, *, half: bool = False) -> None:
        body = msgspec.json.encode(answer)
        if half:
            body = body[: max(1, len(body) // 2)]
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
            "Content-Type: application/json; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        with contextlib.suppress(OSError):
            # one write: head and body in one segment
            self.wfile.write(head + body)

    def _vanish(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.close()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], his: SimulatedHis) -> None:
        self.his = his
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A peer that went away is nobody's fault."""
