"""Clinics that a test opens for itself, through the server's own front door."""

from __future__ import annotations

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import trio

from realtime.client import Client, open_client
from tests.e2e.hospital import Hospital

_AT_ONCE = 16

Asked = list[tuple[str, str, dict[str, Any]]]
"""(view, ask, body), in this order."""


def facts(hospital: Hospital) -> dict[str, Any]:
    with urllib.request.urlopen(
        f"{hospital.address}/api/v1/server", timeout=10
    ) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def do(hospital: Hospital, role: str, clinic: str, asked: Asked) -> list[Any]:
    """What the server answered, as somebody in this role of the clinic."""

    async def ask_all(token: str) -> list[Any]:
        url = hospital.address.replace("http", "ws") + "/live"
        async with open_client(url, token, kind="test", id=f"test-{role}") as client:
            return [
                await client.ask(topic(hospital, clinic, view), name, body)
                for view, name, body in asked
            ]

    told: list[Any] = _elsewhere(ask_all, hospital.token(role, clinic))
    return told


def topic(hospital: Hospital, clinic: str, view: str) -> str:
    found = facts(hospital)
    return f"{found['hospital']['id']}/clinic/{clinic}/{found['day']}:{view}"


def open_clinic(hospital: Hospital, clinic: str, body: dict[str, Any]) -> None:
    do(hospital, "his", clinic, [("setup", "open", body)])


def fill(
    hospital: Hospital,
    clinic: str,
    queue: str,
    patients: int,
    here: int | None = None,
) -> None:
    """So many patients have a number of this queue; ``here`` of them have checked in,
    as a rule all."""
    setup, kiosk = (topic(hospital, clinic, view) for view in ("setup", "kiosk"))

    async def one(client: Client, on: str, name: str, body: Any) -> None:
        await client.ask(on, name, body, deadline=30)

    async def ask_all(tokens: tuple[str, str]) -> None:
        url = hospital.address.replace("http", "ws") + "/live"
        for token, on, name, many in (
            (tokens[0], setup, "register", patients),
            (tokens[1], kiosk, "check_in", patients if here is None else here),
        ):
            async with open_client(url, token, kind="test", id=name) as client:
                for begin in range(0, many, _AT_ONCE):
                    async with trio.open_nursery() as nursery:
                        for n in range(begin, min(begin + _AT_ONCE, many)):
                            card = {"card": f"{clinic}-{queue}-{n:04d}"}
                            who = {"queue": queue, "name": f"张友{'三四五六七'[n % 5]}"}
                            body = card | who if name == "register" else card
                            nursery.start_soon(one, client, on, name, body)

    tokens = (hospital.token("his", clinic), hospital.token("nurse", clinic))
    _elsewhere(ask_all, tokens)


def _elsewhere(work: Any, argument: Any) -> Any:
    """In a thread of its own: the test's has the browser's loop in it."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(trio.run, work, argument).result(timeout=120)
