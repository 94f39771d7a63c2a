"""A page beside its devices: what it hears, what it has printed, what it may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
import trio

from devices.simulators import cards
from tests.realtime.edge.kiosk import open_kiosk, said_anywhere, settings_in
from tests.realtime.edge.page import ORIGIN, SentAway, open_tab

SLIP: list[dict[str, Any]] = [
    {"part": "text", "text": "A012", "size": 2, "align": "centre"},
    {"part": "text", "text": "测试一"},
    {"part": "qr", "data": "HZ:A012"},
    {"part": "rule"},
]


async def test_a_card_is_on_the_page_within_300_ms(tmp_path: Path) -> None:
    """With the delays of a real reader: 115200 baud, and time to think."""
    async with open_kiosk(tmp_path) as (bench, agent):
        reader = bench.id_reader
        reader.wire_s_per_byte, reader.think_s = 10 / 115_200, 0.01
        async with open_tab(agent.door.port, agent.secret) as tab:
            await tab.up("id_reader")
            took = []
            for _ in range(5):
                start = trio.current_time()
                reader.lay(cards.resident())
                laid = await tab.hear("card_laid")
                took.append(trio.current_time() - start)
                reader.lift()
                await tab.hear("card_removed", sure=True)
            assert laid["card"]["name"] == "测试一"
            assert laid["card"]["term"] == {"starts": "2020-01-01", "ends": None}
            assert sorted(took)[2] <= 0.3


async def test_everything_that_is_read_comes_to_the_page(tmp_path: Path) -> None:
    async with (
        open_kiosk(tmp_path) as (bench, agent),
        open_tab(agent.door.port, agent.secret) as tab,
    ):
        await tab.up("id_reader", "scanner", "social_card", "printer")
        bench.scanner.scan("HZ:A012")
        assert (await tab.hear("scanned"))["kinds"] == ["slip"]
        bench.social_card.insert()
        assert (await tab.hear("social_card_in"))["card"]["name"] == "测试一"
        bench.social_card.pull()
        await tab.hear("social_card_out")
        await tab.say("strip", text="请 A012 进 3 诊室")
        with trio.fail_after(20):
            await bench.led_strip.shows("请 A012 进 3 诊室")
        bench.id_reader.lay(cards.resident().torn(40))
        assert (await tab.hear("not_read"))["trouble"]["zh"]
        bench.unplug("id_reader")
        gone = await tab.hear("device", device="id_reader", ok=False)
        assert gone["trouble"]["code"] in ("unplugged", "not_there")
        bench.plug("id_reader")
        await tab.hear("device", device="id_reader", ok=True)
    assert said_anywhere(tmp_path / "edge", "测试一") == []


async def test_a_slip_is_printed_once_and_leaves_no_word(tmp_path: Path) -> None:
    async with open_kiosk(tmp_path) as (bench, agent):
        async with open_tab(agent.door.port, agent.secret) as tab:
            for _ in range(2):
                await tab.say("print", id="job-0001", slip=SLIP)
                await tab.hear("print", state="printed")
            assert (await bench.printer.has_printed(1)).codes == ["HZ:A012"]
            other = [{"part": "text", "text": "another"}]
            await tab.say("print", id="job-0001", slip=other)
            assert (await tab.hear("print", state="refused"))["why"] == "key_reused"
            await tab.say("job", id="job-0001")
            await tab.hear("print", state="printed")
            await tab.say("job", id="job-9999")
            await tab.hear("print", state="refused", why="unknown")
        assert len(bench.printer.slips) == 1
        for word in ("测试一", "HZ:A012"):
            assert said_anywhere(tmp_path / "edge", word) == []


async def test_without_paper_it_is_said_first_and_printed_when_there_is(
    tmp_path: Path,
) -> None:
    async with open_kiosk(tmp_path) as (bench, agent):
        async with open_tab(agent.door.port, agent.secret) as tab:
            bench.printer.tear_paper()
            down = await tab.hear("device", device="printer", ok=False)
            while down["trouble"]["code"] != "paper_out":
                down = await tab.hear("device", device="printer", ok=False)
            await tab.say("print", id="job-0001", slip=SLIP)
            await tab.hear("print", state="waiting", why="paper_out")
            assert said_anywhere(tmp_path / "edge", "测试一"), "the test looks in vain"
            bench.printer.load_paper()
            await tab.hear("print", state="printed")
        assert len(bench.printer.slips) == 1


async def test_what_waits_is_given_up_with_the_session(tmp_path: Path) -> None:
    async with open_kiosk(tmp_path) as (bench, agent):
        async with open_tab(agent.door.port, agent.secret) as tab:
            bench.printer.open_cover()
            await tab.say("print", id="job-0001", slip=SLIP)
            await tab.hear("print", state="waiting", why="cover_open")
            await tab.say("forget")
            await tab.hear("print", id="job-0001", state="not_printed")
            assert said_anywhere(tmp_path / "edge", "测试一") == []
            bench.printer.close_cover()
            other = [{"part": "text", "text": "测试二"}]
            await tab.say("print", id="job-0002", slip=other)
            await tab.hear("print", id="job-0002", state="printed")
        assert [slip.text.strip() for slip in bench.printer.slips] == ["测试二"]


async def test_a_reload_sees_the_card_and_after_forget_only_that_one_lies_there(
    tmp_path: Path,
) -> None:
    async with open_kiosk(tmp_path) as (bench, agent):
        bench.id_reader.lay(cards.resident())
        async with open_tab(agent.door.port, agent.secret) as tab:
            await tab.hear("card_laid")
        async with open_tab(agent.door.port, agent.secret) as tab:
            await tab.hear("card_laid")
            await tab.say("forget")
            left = await tab.hear("forgotten")
            assert left["left_behind"] == ["id_reader"]
        async with open_tab(agent.door.port, agent.secret) as tab:
            welcome = await tab.hear("welcome")
            assert welcome["left_behind"] == ["id_reader"]
            bench.id_reader.lift()
            await tab.hear("card_removed")
            assert not [one for one in tab.heard if one["type"] == "card_laid"]


async def test_a_newer_page_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    async with (
        open_kiosk(tmp_path) as (bench, agent),
        open_tab(agent.door.port, agent.secret) as old,
    ):
        await old.hear("welcome")
        async with open_tab(agent.door.port, agent.secret) as new:
            await new.hear("welcome")
            with pytest.raises(SentAway, match="4000"):
                await old.hear("never")
            bench.scanner.scan("HZ:A012")
            await new.hear("scanned")


@pytest.mark.parametrize(
    "knock",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": None},
        {"origin": "null"},
        {"host": "kiosk.elsewhere.example"},
    ],
)
async def test_who_may_not_come_in(tmp_path: Path, knock: dict[str, Any]) -> None:
    async with open_kiosk(tmp_path) as (_, agent):
        with pytest.raises(SentAway, match="403"):
            async with open_tab(agent.door.port, agent.secret, **knock):
                pass


async def test_a_wrong_secret(tmp_path: Path) -> None:
    async with open_kiosk(tmp_path) as (_, agent):
        async with open_tab(agent.door.port, "wrong") as tab:
            with pytest.raises(SentAway, match="4501"):
                await tab.hear("welcome")
        assert agent.door.page is None
        secret = tmp_path / "edge" / "pairing"
        assert secret.stat().st_mode & 0o77 == 0


@pytest.mark.parametrize(
    "text",
    [
        b"no json",
        b"[]",
        b'{"type":"print"}',
        b'{"type":"rm"}',
        b'{"type":"print","id":"../../x","slip":[]}',
    ],
)
async def test_what_is_no_message_ends_that_page_only(
    tmp_path: Path, text: bytes
) -> None:
    async with open_kiosk(tmp_path) as (_, agent):
        async with open_tab(agent.door.port, agent.secret) as tab:
            await tab.hear("welcome")
            await tab.say_raw(text)
            with pytest.raises(SentAway, match="1007"):
                await tab.hear("never")
        async with open_tab(agent.door.port, agent.secret) as tab:
            await tab.hear("welcome")


async def test_health_says_codes_and_nothing_else(tmp_path: Path) -> None:
    async with open_kiosk(tmp_path) as (bench, agent):
        bench.id_reader.lay(cards.resident())
        async with open_tab(agent.door.port, agent.secret) as tab:
            await tab.hear("card_laid")
            url = f"http://127.0.0.1:{agent.door.port}/health"
            async with httpx.AsyncClient(trust_env=False) as http:
                answer = await http.get(url)
            assert answer.json()["devices"]["id_reader"] == "ok"
            assert "测试" not in answer.text


def test_settings_that_are_wrong_are_named(tmp_path: Path) -> None:
    from realtime.config import BadSettings
    from realtime.edge.settings import load_edge

    settings = settings_in(tmp_path)
    assert settings.origins == (ORIGIN,)
    path = tmp_path / "edge.toml"
    path.write_text('server = "http://x"\n[devices.printer]\nprot = "/dev/ttyUSB0"\n')
    with pytest.raises(BadSettings, match="prot"):
        load_edge(path)
    with pytest.raises(BadSettings, match=r"none\.toml"):
        load_edge(tmp_path / "none.toml")
