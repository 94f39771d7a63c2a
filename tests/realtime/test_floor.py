"""The floor at a server: beats become a live view, and what is wrong an alarm."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import trio

from actors.kernel.times import Clock
from realtime.beats import DeviceFacts
from realtime.client import AskRefused, TopicClosed
from realtime.floor_health import _went_on
from realtime.house import House
from tests.realtime.house import a_house, person
from tests.realtime.test_terminals import ROSTER, device, enrolled, own

FLOOR = "yunxiu/floor/main"
BOARD, LEDGER, HEALTH = (f"{FLOOR}:{view}" for view in ("board", "ledger", "health"))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as house:
        yield house


def beat(trouble: str = "", for_s: int = 300, **changed: Any) -> dict[str, Any]:
    printer = {"port": "COM3", "today": 12, "for_s": for_s}
    if trouble:
        printer |= {"trouble": trouble, "last": trouble}
    facts = {"version": "0.1", "edge": True, "up_s": 60, "temperature": 41.5}
    return {**facts, "devices": {"printer": printer}, **changed}


async def until(topic: Any, true: Callable[[dict[str, Any]], Any]) -> Any:
    with trio.fail_after(10):
        if found := true(topic.view):
            return found
        async for change in topic.changes():
            if found := true(change.view):
                return found
    raise AssertionError("the topic ended")


def alarms(view: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{row['device']}:{row['fault']}": {"id": key, **row}
        for key, row in view.get("alarms", {}).items()
        if "ended_at" not in row
    }


async def test_what_a_machine_says_is_seen_and_becomes_an_alarm(house: House) -> None:
    async with (
        person(house, "ops", "operator", place="*") as ops,
        person(house, "nurse1", "nurse") as nurse,
    ):
        kiosk = await enrolled(house, nurse)
        terminal = kiosk["terminal"]
        health, board = await ops.join(HEALTH), await ops.join(BOARD)
        async with device(house, kiosk) as client:
            await client.ask(own(kiosk), "beat", beat("paper_out"))
            row = await until(health, lambda v: v.get("terminals", {}).get(terminal))
            assert row["devices"]["printer"]["trouble"] == "paper_out"
            assert (row["temperature"], row["devices"]["printer"]["today"]) == (
                41.5,
                12,
            )
            alarm = await until(board, lambda v: alarms(v).get("printer:paper_out"))
            assert (alarm["level"], alarm["name"]) == ("II", "二楼东屏")

            answer = await nurse.ask(BOARD, "ack", {"alarm": alarm["id"], "note": "去"})
            assert answer == {"alarm": alarm["id"]}
            opened = await ops.ask(BOARD, "open_ticket", {"alarm": alarm["id"]})
            shown = await until(board, lambda v: v.get("tickets"))
            assert shown[opened["ticket"]]["target"] == terminal

            await client.ask(own(kiosk), "beat", beat())
            await until(board, lambda v: not alarms(v))
            curve = await ops.ask(HEALTH, "curve", {"terminal": terminal})
            assert [degrees for _, degrees in curve["curve"]] == [41.5]


async def test_a_machine_that_is_lost_and_found(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with person(house, "ops", "operator", place="*") as ops:
        kiosk = await enrolled(house, ops)
        board = await ops.join(BOARD)
        async with device(house, kiosk) as client:
            await client.ask(own(kiosk), "beat", beat("unplugged"))
            await until(board, lambda v: "printer:down" in alarms(v))
            monkeypatch.setattr(house.system, "clock", _Later(house, 100))
            monkeypatch.setattr(house.floor, "_clock", house.system.clock)
            lost = await until(board, lambda v: alarms(v).get(":lost"))
            assert lost["level"] == "I"
            # what its printer is like nobody knows
            assert "printer:down" in alarms(board.view)
            monkeypatch.setattr(house.floor, "_clock", _Later(house, 0))
            await client.ask(own(kiosk), "beat", beat())
            await until(board, lambda v: not alarms(v))


class _Later:
    def __init__(self, house: House, seconds: float) -> None:
        clock = house.system.clock
        self._of: Clock = getattr(clock, "_of", clock)
        self._ms = round(seconds * 1000)

    def now(self) -> int:
        return self._of.now() + self._ms


async def test_after_a_restart_alarms_stand_and_revoking_ends_them(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path) as house, person(house, "n", "nurse") as nurse:
        kiosk = await enrolled(house, nurse)
        board = await nurse.join(BOARD)
        async with device(house, kiosk) as client:
            await client.ask(own(kiosk), "beat", beat("unplugged"))
            await until(board, lambda v: "printer:down" in alarms(v))
    async with a_house(tmp_path) as house, person(house, "n", "nurse") as nurse:
        board = await nurse.join(BOARD)
        assert "printer:down" in alarms(board.view)
        await nurse.ask(own(kiosk), "revoke", {"reason": "换新"})
        await until(board, lambda v: not alarms(v))


async def test_who_may(house: House) -> None:
    unit = {"serial": "SM08032011150001", "model": "SST-M-0803"}
    async with person(house, "dr", "doctor") as doctor:
        with pytest.raises(TopicClosed, match="forbidden"):
            await doctor.join(BOARD)
    async with person(house, "nurse1", "nurse") as nurse:
        await nurse.join(BOARD)
        with pytest.raises(AskRefused, match="forbidden"):
            await nurse.ask(BOARD, "keep_units", {"units": [unit]})
    for role in ("manager", "auditor"):
        async with person(house, role, role) as looker:
            await looker.join(BOARD)
            await looker.join(ROSTER)
            with pytest.raises(AskRefused, match="forbidden"):
                await looker.ask(ROSTER, "waiting", {})
    async with person(house, "ops", "operator", place="*") as ops:
        assert await ops.ask(LEDGER, "keep_units", {"units": [unit]}) == {
            "new": 1,
            "changed": 0,
        }
        with pytest.raises(AskRefused, match="forbidden"):
            await ops.ask(BOARD, "change_settings", {"settings": {}})
        # nobody writes in another's name
        await ops.ask(BOARD, "check", {"serial": unit["serial"], "by": "nurse1"})
        board = await ops.join(BOARD)
        (round_,) = board.view["rounds"].values()
        assert round_["seen"][unit["serial"]]["by"] == "ops"


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        (
            "keep_units",
            {"units": [{"serial": "a b", "model": "x"}]},
            "第 1 行：设备编号",
        ),
        (
            "keep_units",
            {"units": [{"serial": "a", "model": "x", "since": "2026/1/1"}]},
            "启用日期请写成",
        ),
        ("open_ticket", {"target": "t1", "level": "IV", "what": "坏"}, "I、II 或 III"),
        ("open_ticket", {"what": "坏"}, "哪台设备"),
        ("move_stock", {"kind": "paper", "change": "many"}, "整数"),
    ],
)
async def test_what_is_wrong_is_said_with_what_to_do(
    house: House, name: str, body: dict[str, Any], said: str
) -> None:
    async with person(house, "ops", "operator", place="*") as ops:
        with pytest.raises(AskRefused) as refused:
            await ops.ask(BOARD, name, body)
        assert refused.value.code == "bad_request"
        assert said in refused.value.message


async def test_a_log_comes_to_whoever_asks_for_it(house: House) -> None:
    async with person(house, "ops", "operator", place="*") as ops:
        kiosk = await enrolled(house, ops)
        of = {"terminal": kiosk["terminal"]}
        with pytest.raises(AskRefused, match="no_log"):
            await ops.ask(HEALTH, "log", of)
        async with device(house, kiosk) as client:
            await client.ask(own(kiosk), "log", {"lines": ["08:00 printer: fine"]})
            with pytest.raises(AskRefused, match="bad_request"):
                await client.ask(own(kiosk), "log", {"lines": ["x" * 201]})
        answer = await ops.ask(HEALTH, "log", of)
        assert answer["lines"] == ["08:00 printer: fine"]
        with pytest.raises(AskRefused, match="forbidden"):
            await ops.ask(own(kiosk), "log", {"lines": []})


def test_a_moment_stays_and_failures_are_counted() -> None:
    at = 1_000_000_000
    one = _went_on(None, DeviceFacts(for_s=60), at)
    assert one.since == at - 60_000
    # the network took its time: it is still the same moment
    one = _went_on(one, DeviceFacts(for_s=85), at + 27_000)
    assert one.since == at - 60_000
    one = _went_on(one, DeviceFacts(trouble="silent", for_s=1), at + 52_000)
    assert (one.since, one.trips) == (at + 51_000, (at + 52_000,))
    # it failed again between two beats
    one = _went_on(one, DeviceFacts(trouble="silent", for_s=0), at + 77_000)
    assert len(one.trips) == 2
    one = _went_on(one, DeviceFacts(trouble="starting", for_s=0), at + 80_000)
    assert len(one.trips) == 2
    one = _went_on(one, DeviceFacts(), at + 80_000 + 3_600_000)
    assert one.trips == ()
