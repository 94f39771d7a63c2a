"""From a device that nobody knows to a wall that shows a clinic, and back."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import trio

from actors.kernel.errors import Refused
from actors.runtime.testkit import ManualClock
from realtime.client import AskRefused, Client, TopicClosed, open_client
from realtime.door_codes import CODE_LASTS_MS, PER_ADDRESS
from realtime.house import House
from realtime.keys import new_keys
from realtime.terminals import Terminals
from realtime.tokens import Gate
from tests.realtime.house import a_house, clinic, open_clinic, person, token

ROSTER = "yunxiu/terminals/main:roster"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as house:
        yield house


async def send(
    house: House, path: str, body: Any = None, bearer: str = "", kind: str = ""
) -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    headers = {"Content-Type": kind or "application/json"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    where = f"{house.address}/api/v1/terminals{path}"
    request = urllib.request.Request(where, None if kind == "get" else data, headers)

    def ask() -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                raw = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)
        return 200, raw if kind == "get" else json.loads(raw)

    return await trio.to_thread.run_sync(ask)


async def applied(house: House) -> dict[str, Any]:
    status, told = await send(house, "", {"width": 1920, "height": 1080})
    assert status == 200
    return dict(told)


async def confirm(nurse: Client, code: str, **changed: Any) -> str:
    body = {"code": code, "name": "二楼东屏", "number": "7", "profile": "hall"}
    asked = {**body, "places": ["im2"], **changed}
    return str((await nurse.ask(ROSTER, "confirm", asked))["terminal"])


async def enrolled(house: House, nurse: Client, **changed: Any) -> dict[str, Any]:
    """A device with a token; what it was given, and what it has."""
    given = await applied(house)
    assert await confirm(nurse, given["code"], **changed) == given["terminal"]
    path = f"/{given['terminal']}/token"
    status, told = await send(house, path, {"secret": given["secret"]})
    assert status == 200
    return {**given, **told}


def device(house: House, of: dict[str, Any]) -> Any:
    url = house.address.replace("http", "ws") + "/live"
    return open_client(url, of["token"], kind="screen", id=of["terminal"])


def own(of: dict[str, Any]) -> str:
    return f"yunxiu/terminal/{of['terminal']}:device"


async def until(true: Callable[[], bool]) -> None:
    with trio.fail_after(5):
        while not true():
            await trio.testing.wait_all_tasks_blocked(0.005)


async def test_a_code_on_the_screen_becomes_a_wall(house: House) -> None:
    await open_clinic(house)
    given = await applied(house)
    path = f"/{given['terminal']}/token"
    status, told = await send(house, path, {"secret": given["secret"]})
    assert (status, told["waiting"], told["code"]) == (200, True, given["code"])
    async with person(house, "nurse1", "nurse") as nurse:
        seen = await nurse.ask(ROSTER, "look", {"code": given["code"]})
        assert (seen["width"], seen["role"]) == (1920, "screen")
        asked = (await nurse.ask(ROSTER, "waiting", {}))["waiting"]
        assert asked == {given["code"]: seen}
        await confirm(nurse, given["code"])
        assert (await nurse.ask(ROSTER, "waiting", {}))["waiting"] == {}
        status, told = await send(house, path, {"secret": given["secret"]})
        assert (status, told["name"], told["places"]) == (200, "二楼东屏", ["im2"])
        async with device(house, given | told) as wall:
            hall = await wall.join(clinic(house, "hall"))
            assert hall.view["queues"]["A"]["name"] == "心血管内科"
            with pytest.raises(TopicClosed):
                await wall.join(clinic(house, "desk"))
        roster = await nurse.join(ROSTER)
        assert roster.view["terminals"][given["terminal"]]["number"] == "7"


async def test_who_may_let_a_device_in(house: House) -> None:
    given = await applied(house)
    async with person(house, "dr", "doctor") as doctor:
        with pytest.raises(AskRefused, match="forbidden"):
            await confirm(doctor, given["code"])
    async with person(house, "nurse2", "nurse", place="eye1") as elsewhere:
        with pytest.raises(AskRefused, match="forbidden"):
            await confirm(elsewhere, given["code"])
        with pytest.raises(AskRefused, match="unknown_code"):
            await confirm(elsewhere, "000000", places=["eye1"])


async def test_the_secret_is_the_devices_alone(house: House) -> None:
    async with person(house, "nurse1", "nurse") as nurse:
        wall = await enrolled(house, nurse)
    path = f"/{wall['terminal']}/token"
    status, told = await send(house, path, {"secret": "guessed"})
    assert (status, told["code"]) == (404, "unknown_terminal")
    status, told = await send(house, "/tnobody2345/token", {"secret": "guessed"})
    assert (status, told["code"]) == (404, "unknown_terminal")


async def test_a_revoked_device_is_out_within_a_second(house: House) -> None:
    await open_clinic(house)
    async with person(house, "nurse1", "nurse") as nurse:
        wall = await enrolled(house, nurse)
        async with device(house, wall) as client:
            await client.join(clinic(house, "hall"))
            with trio.fail_after(1):
                await nurse.ask(own(wall), "revoke", {"reason": "丢了"})
                while not client.ended:
                    await trio.testing.wait_all_tasks_blocked(0.005)
    path = f"/{wall['terminal']}/token"
    status, told = await send(house, path, {"secret": wall["secret"]})
    assert (status, told["code"]) == (403, "revoked")


async def test_other_places_reach_a_device_that_asks_again(house: House) -> None:
    async with person(house, "admin", "admin", place="*") as admin:
        wall = await enrolled(house, admin)
        async with device(house, wall) as client:
            await admin.ask(own(wall), "change", {"places": ["eye1"]})
            await until(lambda: bool(client.ended))
    path = f"/{wall['terminal']}/token"
    status, told = await send(house, path, {"secret": wall["secret"]})
    assert (status, told["places"]) == (200, ["eye1"])


async def test_a_restart_forgets_nobody(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house, person(house, "n", "nurse") as nurse:
        kept = await enrolled(house, nurse)
        gone = await enrolled(house, nurse)
        await nurse.ask(own(gone), "revoke", {"reason": "换新"})
    async with a_house(tmp_path) as house:
        body = {"secret": kept["secret"]}
        status, _ = await send(house, f"/{kept['terminal']}/token", body)
        assert status == 200
        async with device(house, gone) as client:
            await until(lambda: bool(client.ended))


async def test_beats_stay_in_memory_and_changes_are_written(house: House) -> None:
    async with person(house, "nurse1", "nurse") as nurse:
        wall = await enrolled(house, nurse)
        async with device(house, wall) as client:
            beat = {"version": "1", "audio": "blocked", "width": 1920, "nodes": 400}
            await client.ask(own(wall), "beat", beat)
            committed = house.system.counters.committed
            for _ in range(5):
                await client.ask(own(wall), "beat", beat)
            facts = await nurse.ask(ROSTER, "facts", {})
            assert facts["heard"][wall["terminal"]]["facts"]["nodes"] == 400
            roster = await nurse.join(ROSTER)
            await until(
                lambda: roster.view["terminals"][wall["terminal"]].get("online", False)
            )
            assert roster.view["terminals"][wall["terminal"]]["audio"] == "blocked"
            # what the roster hears of the first beat may come in between
            assert house.system.counters.committed <= committed + 1
        with pytest.raises(AskRefused, match="forbidden"):
            await nurse.ask(own(wall), "beat", beat)


async def test_an_order_reaches_the_device_and_its_picture_the_desk(
    house: House,
) -> None:
    async with person(house, "nurse1", "nurse") as nurse:
        wall = await enrolled(house, nurse)
        async with device(house, wall) as client:
            mine = await client.join(own(wall))
            told = await nurse.ask(own(wall), "order", {"what": "screenshot"})
            await until(lambda: told["order"] in mine.view.get("orders", {}))
            path = f"/{wall['terminal']}/screenshot"
            kept = await send(house, path, b"\xff\xd8 a", wall["token"], "image/jpeg")
            assert kept == (200, {"kept": True})
            await client.ask(own(wall), "obeyed", {"order": told["order"]})
            with pytest.raises(AskRefused, match="forbidden"):
                await client.ask(own(wall), "order", {"what": "identify"})
        desk = token(house, "nurse1", "nurse")
        shown = await send(house, path, None, desk, "get")
        assert shown == (200, b"\xff\xd8 a")
        status, _ = await send(house, path, None, wall["token"], "get")
        assert status == 403
        status, _ = await send(house, path, b"<svg/>", wall["token"], "image/svg+xml")
        assert status == 400


async def test_an_unknown_device_has_no_topic(house: House) -> None:
    async with person(house, "nurse1", "nurse") as nurse:
        with pytest.raises(TopicClosed):
            await nurse.join("yunxiu/terminal/tnobody2345:device")


# -- codes -----------------------------------------------------------------------


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def terminals(clock: ManualClock) -> Terminals:
    return Terminals("yunxiu", Gate(new_keys().tokens), clock)


def test_a_code_is_six_digits_and_expires(
    terminals: Terminals, clock: ManualClock
) -> None:
    given = terminals.codes.apply("screen", 1920, 1080, "10.0.0.7")
    assert len(given.code) == 6
    assert given.code.isdigit()
    assert terminals.codes.look(given.code).terminal == given.terminal
    clock.at += CODE_LASTS_MS
    with pytest.raises(Refused, match="没有设备在显示"):
        terminals.codes.look(given.code)


def test_no_two_devices_show_one_code(terminals: Terminals) -> None:
    codes = [terminals.codes.apply("screen", 0, 0, f"a{i}").code for i in range(100)]
    assert len(set(codes)) == 100


def test_an_address_cannot_ask_without_end(
    terminals: Terminals, clock: ManualClock
) -> None:
    for _ in range(PER_ADDRESS):
        terminals.codes.apply("screen", 0, 0, "10.0.0.7")
    with pytest.raises(Refused, match="太多"):
        terminals.codes.apply("screen", 0, 0, "10.0.0.7")
    terminals.codes.apply("screen", 0, 0, "10.0.0.8")
    clock.pass_s(61)
    terminals.codes.apply("screen", 0, 0, "10.0.0.7")
