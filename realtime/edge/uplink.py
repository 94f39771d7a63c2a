"""The edge as a device of the floor: enrolled by a code, heard every half minute."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import trio

from realtime.client import AskRefused, Client, ClientError, Ended, open_client
from realtime.edge.settings import EdgeSettings
from realtime.edge.speaking import Speaking
from realtime.edge.vitals import temperature
from realtime.version import version

log = logging.getLogger("houzhen.edge")

BEAT_S = 25.0
WATCH_S = 1.0
PAUSE_S = 3.0
HTTP_S = 3.0


class _Known(msgspec.Struct):
    """What is kept of an enrolment: nothing but this opens the server's door."""

    terminal: str
    secret: str


class Uplink:
    """Runs until cancelled; the network, a restart or a revocation never end it.

    Without a token it shows a code (in the log and in `code`) until somebody confirms
    it at the set-up page. The devices work without it: a kiosk whose server is away
    still reads cards and prints.
    """

    def __init__(
        self,
        settings: EdgeSettings,
        reach: Callable[[bool], None],
        order: Callable[[str], str],
        vitals: Callable[[], dict[str, Any]] = dict,
        log_lines: Callable[[], list[str]] = list,
        speaking: Speaking | None = None,
    ) -> None:
        self._settings = settings
        self._reach = reach
        # carries out what the set-up page asked for; the answer is why it could not
        self._order = order
        self._vitals = vitals
        self._log_lines = log_lines
        self._speaking = speaking
        self._file = settings.folder / "terminal.json"
        self._news = trio.Event()
        self._turned = trio.Event()
        self.connected = False
        self.code = ""
        self.terminal = ""

    def look(self) -> None:
        """Something changed that the server should hear of now."""
        self._news.set()

    async def run(self) -> None:
        while True:
            try:
                token = await self._token()
                await self._stay(token)
            except* (httpx.HTTPError, OSError, ClientError, ValueError) as group:
                log.info("not with the server: %s", group.exceptions[0])
            finally:
                self._turn(False)
            await trio.sleep(PAUSE_S)

    async def shows_code(self) -> str:
        """Wait until there is a code to confirm, and say it."""
        while not self.code:
            await self._turned.wait()
        return self.code

    async def reaches_server(self) -> None:
        """Wait until the server has welcomed us."""
        while not self.connected:
            await self._turned.wait()

    def _turn(self, connected: bool) -> None:
        if connected != self.connected:
            self.connected = connected
            self._reach(connected)
            self._wake()

    def _wake(self) -> None:
        self._turned.set()
        self._turned = trio.Event()

    # -- a token ----------------------------------------------------------------------

    async def _token(self) -> str:
        if self._settings.token_file is not None:
            path = self._settings.base / self._settings.token_file
            return path.read_text().strip()
        async with httpx.AsyncClient(
            base_url=self._settings.server, timeout=HTTP_S, trust_env=False
        ) as http:
            while True:
                known = self._kept() or await self._apply(http)
                answer = await _post(
                    http,
                    f"/api/v1/terminals/{known.terminal}/token",
                    {"secret": known.secret},
                )
                if answer.status_code in (403, 404):
                    # revoked, or nobody confirmed it in time: ask as a new device
                    self._file.unlink(missing_ok=True)
                else:
                    found = answer.raise_for_status().json()
                    if "token" in found:
                        self.code, self.terminal = "", known.terminal
                        return str(found["token"])
                    self._show(str(found["code"]))
                await trio.sleep(PAUSE_S)

    async def _apply(self, http: httpx.AsyncClient) -> _Known:
        asked: dict[str, object] = {
            "role": self._settings.role,
            "width": 0,
            "height": 0,
        }
        answer = await _post(http, "/api/v1/terminals", asked)
        found = answer.raise_for_status().json()
        known = _Known(found["terminal"], found["secret"])
        _write(self._file, {"terminal": known.terminal, "secret": known.secret})
        self._show(str(found["code"]))
        return known

    def _kept(self) -> _Known | None:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=_Known)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError:
            self._file.unlink(missing_ok=True)
            return None

    def _show(self, code: str) -> None:
        if code != self.code:
            self.code = code
            self._wake()
            log.warning("confirm this device at the set-up page: code %s", code)

    # -- with it ----------------------------------------------------------------------

    async def _stay(self, token: str) -> None:
        """Until the server ends it: the token's day is over, or the device revoked."""
        name = f"edge-{self.terminal}" if self.terminal else "edge"
        async with (
            open_client(self._settings.live_url, token, kind="edge", id=name) as client,
            trio.open_nursery() as nursery,
        ):
            if self._speaking is not None:
                nursery.start_soon(self._speaking.run, client, token)
            if self.terminal:
                await self._follow(client)
            else:
                await self._watch(client)
            nursery.cancel_scope.cancel()

    async def _watch(self, client: Client) -> None:
        """With a plain token, which names no terminal of the floor."""
        while True:
            await client.welcomed()
            self._turn(client.connected)
            await trio.sleep(WATCH_S)

    async def _follow(self, client: Client) -> None:
        topic = await client.join(
            f"{self._settings.hospital}/terminal/{self.terminal}:device"
        )
        obeyed: set[str] = set()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._beats, client, topic.name)
            async for change in topic.changes():
                self._turn(change.live)
                for order, row in change.view.get("orders", {}).items():
                    if "done_at" in row or order in obeyed:
                        continue
                    obeyed.add(order)
                    nursery.start_soon(
                        self._obey, client, topic.name, order, str(row["what"])
                    )
            nursery.cancel_scope.cancel()

    async def _obey(self, client: Client, topic: str, order: str, what: str) -> None:
        with suppress(AskRefused, Ended):
            if what == "log":
                await client.ask(topic, "log", {"lines": self._log_lines()})
                await client.ask(topic, "obeyed", {"order": order})
            elif what == "restart":
                # told first: one that is carried out and not known as done would be
                # carried out again and again; one that is over is refused here
                await client.ask(topic, "obeyed", {"order": order})
                self._order(what)
            else:
                done = {"order": order, "trouble": self._order(what)}
                await client.ask(topic, "obeyed", done)

    async def _beats(self, client: Client, topic: str) -> None:
        while True:
            self._news = trio.Event()
            facts = {"version": version(), **self._vitals()}
            degrees = await trio.to_thread.run_sync(temperature)
            if degrees is not None:
                facts["temperature"] = degrees
            try:
                told = await client.ask(topic, "beat", facts)
                if self._speaking is not None:
                    self._speaking.hung(tuple(told.get("screen", {}).get("voices", ())))
            except AskRefused as refused:
                log.info("the server did not take the beat: %s", refused.code)
            except Ended:
                return  # whoever follows the topic hears of it too
            with trio.move_on_after(BEAT_S):
                await self._news.wait()


async def _post(
    http: httpx.AsyncClient, path: str, body: dict[str, object]
) -> httpx.Response:
    """Cancelled, it is finished first, which takes `HTTP_S` at most: httpx leaves a
    generator behind where it is cut off."""
    with trio.CancelScope(shield=True):
        answer = await http.post(path, json=body)
    return answer  # noqa: RET504  mypy: a scope may swallow


def _write(path: Path, found: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(found, file)
