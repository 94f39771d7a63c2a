"""Bad input at the whole server: each has its answer, and nobody else notices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trio
from websockets.frames import Opcode

from actors.runtime.testkit import ManualClock
from realtime import bootstrap
from realtime.house import House
from realtime.tokens import mint
from tests.faults.bystander import Bystander, bystander, port_of
from tests.faults.link import Ended, Link, dialled, hello, linked
from tests.realtime.house import a_house, clinic, open_clinic, token

SOON_S = 1.0


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as house:
        await open_clinic(house)
        yield house


@pytest.fixture
async def other(house: House) -> AsyncIterator[Bystander]:
    """Works before and after the test, whatever it does."""
    async with bystander(house) as other:
        yield other


# -- what ends a connection ----------------------------------------------------------

TEXT, BINARY = Opcode.TEXT, Opcode.BINARY
_AGAIN = hello("x")

FRAMES: dict[str, tuple[Opcode, bytes, int]] = {
    "not JSON": (TEXT, b"{", 4500),
    "not an object": (TEXT, b"[1]", 4500),
    "not UTF-8": (TEXT, b'{"type":"leave","ref":"\xff","topic":"t"}', 4500),
    "wrong types": (TEXT, b'{"type":"join","ref":1,"topic":"t"}', 4500),
    "a key too short": (
        TEXT,
        b'{"type":"ask","ref":"a","topic":"t","name":"n","key":"k","body":{},'
        b'"deadline_ms":1000}',
        4500,
    ),
    "binary": (BINARY, b'{"type":"pong"}', 4500),
    "an unknown type": (TEXT, b'{"type":"dance"}', 4502),
    "a second hello": (TEXT, _AGAIN, 4502),
    "too big": (TEXT, b'{"type":"pong","x":"%b"}' % (b"x" * 70_000), 4503),
    "nested too deep": (TEXT, b'{"type":' + b"[" * 30_000, 4500),
}


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize("name", FRAMES)
async def test_a_frame_that_cannot_be(name: str, house: House) -> None:
    opcode, data, code = FRAMES[name]
    async with linked(port_of(house), token(house, "kiosk-1", "kiosk")) as link:
        await link.join(clinic(house, "hall"))
        await link.send_frame(opcode, data)
        with trio.fail_after(5):
            ended = await link.end()
        assert ended.code == code


@pytest.mark.usefixtures("other")
async def test_a_flood(house: House) -> None:
    async with linked(port_of(house), token(house, "kiosk-1", "kiosk")) as link:
        for _ in range(20):
            # one write of many frames: no pause in which credit could grow
            for _ in range(100):
                link._protocol.send_text(b'{"type":"pong"}')
            try:
                await link.send(b'{"type":"pong"}')
            except Ended:
                break
        with trio.fail_after(5):
            ended = await link.end()
        assert ended.code == 4005


# -- who may not come in -------------------------------------------------------------


def _expired(house: House) -> str:
    then = house.system.clock.now() - 120_000
    return mint(
        house.keys.tokens, "wall", ["screen"], ["im2"], now=then, lasts_ms=60_000
    )


def _respelt(house: House) -> str:
    good = token(house, "wall", "screen")
    head, payload, signature = good.split(".")
    return f"{head}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


def _promoted(house: House) -> str:
    """A screen's signature under a doctor's payload."""
    screen, doctor = token(house, "wall", "screen"), token(house, "dr", "doctor")
    return f"{doctor.rpartition('.')[0]}.{screen.rpartition('.')[2]}"


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize("shown", [_expired, _respelt, _promoted, lambda house: ""])
async def test_a_token_that_opens_nothing(shown: Any, house: House) -> None:
    async with dialled(port_of(house)) as link:
        await link.send(hello(shown(house)))
        with trio.fail_after(5):
            ended = await link.end()
        assert (ended.code, ended.reason) == (4501, "bad_token")


@pytest.mark.usefixtures("other")
async def test_a_revoked_token_closes_within_a_second(house: House) -> None:
    shown = token(house, "wall", "screen", token_id="lost-tablet")
    async with linked(port_of(house), shown) as link:
        await link.join(clinic(house, "hall"))
        house.gate.revocations.revoke_token("lost-tablet", 2**53)
        with trio.fail_after(SOON_S):
            ended = await link.end()
        assert ended.code == 4501
    with pytest.raises(Ended) as refused:
        async with linked(port_of(house), shown):
            pass
    assert refused.value.code == 4501


@pytest.mark.usefixtures("other")
async def test_a_token_that_ends_closes_within_a_second(house: House) -> None:
    shown = token(house, "wall", "screen", lasts_ms=300)
    async with linked(port_of(house), shown) as link:
        with trio.fail_after(0.3 + SOON_S):
            ended = await link.end()
        assert ended.code == 4501


# -- what is answered and changes nothing ----------------------------------------------


async def refused(
    link: Link, topic: str, name: str, body: Any, **more: Any
) -> dict[str, Any]:
    reply = await link.ask(topic, name, body, "key-00000001", **more)
    assert reply["ok"] is False
    error: dict[str, Any] = reply["error"]
    assert error["message"], "a person must be able to read it"
    return error


@pytest.mark.usefixtures("other")
async def test_a_missing_right(house: House) -> None:
    async with linked(port_of(house), token(house, "wall", "screen")) as link:
        closed = await link.join(clinic(house, "desk"), ref="j1")
        expected = {"topic": clinic(house, "desk"), "reason": "forbidden"}
        assert closed == {"type": "closed", **expected, "rejoin": False, "ref": "j1"}
        elsewhere = await link.join(clinic(house, "hall", "eye1"))
        assert elsewhere["reason"] == "forbidden"
        body = {"room": "3"}
        error = await refused(link, clinic(house, "desk"), "call_next", body)
        assert (error["code"], error["retry"]) == ("forbidden", False)
        joined = await link.join(clinic(house, "hall"))
        assert joined["type"] == "joined", "what it may, it still may"


@pytest.mark.usefixtures("other")
async def test_what_is_not_there(house: House) -> None:
    async with linked(port_of(house), token(house, "nurse-1", "nurse")) as link:
        day = clinic(house, "hall").rpartition("/")[2]
        for topic in (
            clinic(house, "cellar"),
            f"elsewhere/clinic/im2/{day}",
            f"yunxiu/ward/im2/{day}",
            "yunxiu/clinic/im2/2026-02-30:hall",
            "hall",
            ":",
            "x" * 256,
        ):
            closed = await link.join(topic)
            assert (closed["type"], closed["rejoin"]) == ("closed", False), topic
            assert closed["reason"] == "unknown_topic", topic
            error = await refused(link, topic, "call_next", {"room": "3"})
            assert error["code"] in ("unknown_topic", "unknown_ask"), topic
        error = await refused(link, clinic(house, "desk"), "dismiss", {})
        assert (error["code"], error["retry"]) == ("unknown_ask", False)


BODIES: dict[str, tuple[str, str, Any, str]] = {
    "no object": ("desk", "call_next", [], "body"),
    "a field is missing": ("desk", "start", {"room": "3"}, "ticket"),
    "a wrong type": ("desk", "call_next", {"room": 3}, "room"),
    "not a text": ("desk", "call_next", {"room": "3", "after": []}, "after"),
    "deep inside": (
        "setup",
        "open",
        {
            "clinic": {"name": "内科", "hospital": "云岫市中心医院"},
            "queues": {},
            "rooms": {"3": {"doctor": "许安禾"}},
        },
        "rooms[...].queues",
    ),
}


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize("name", BODIES)
async def test_a_body_that_cannot_be_names_its_field(name: str, house: House) -> None:
    view, ask, body, field = BODIES[name]
    shown = token(house, "nurse-1", "nurse", "his")
    async with linked(port_of(house), shown) as link:
        error = await refused(link, clinic(house, view), ask, body)
        assert (error["code"], error["retry"]) == ("bad_request", False)
        assert error["details"]["field"] == field


# -- a clock that jumps ----------------------------------------------------------------


async def test_a_clock_that_jumps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock()
    monkeypatch.setattr(bootstrap, "WallClock", lambda: clock)
    async with a_house(tmp_path) as house:
        await open_clinic(house)
        desk = clinic(house, "desk")  # of the day on which it begins
        setup, kiosk = clinic(house, "setup"), clinic(house, "kiosk")
        async with (
            linked(port_of(house), token(house, "n", "nurse", "his")) as link,
            linked(port_of(house), token(house, "wall", "nurse")) as wall,
        ):
            joined = await wall.join(desk)
            seq, at = joined["seq"], 0
            for number, jump_s in enumerate((0, -7200, 3600, -60, 7200, -86_000)):
                clock.pass_s(jump_s)
                body = {"queue": "A", "name": "李秀芳", "card": f"c{number}"}
                given = await link.ask(setup, "register", body, f"register-{number}")
                assert given["ok"], given
                body = {"card": f"c{number}"}
                key = f"check-in-{number}"
                place = await link.ask(kiosk, "check_in", body, key)
                assert place["ok"], place
                again = await link.ask(kiosk, "check_in", body, key)
                assert again == place
                while seq < place["seq"]:
                    patch = await wall.hear_type("patch")
                    assert patch["prev"] == seq
                    assert patch["at"] >= at, "time runs backwards in a stream"
                    seq, at = patch["seq"], patch["at"]


async def test_an_announcement_ends_though_the_clock_was_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends a minute of the clock's after it began, never before, and once."""
    clock = ManualClock()
    monkeypatch.setattr(bootstrap, "WallClock", lambda: clock)
    async with a_house(tmp_path) as house:
        await open_clinic(house)
        hall = clinic(house, "hall")
        async with (
            linked(port_of(house), token(house, "n", "nurse")) as link,
            linked(port_of(house), token(house, "wall", "screen")) as wall,
        ):
            await wall.join(hall)
            await link.ask(
                clinic(house, "kiosk"), "check_in", {"card": "1001"}, "check-in-1001"
            )
            desk, body = clinic(house, "desk"), {"room": "3"}
            called = await link.ask(desk, "call_next", body, "call-next-1")
            call = called["body"]["call"]
            clock.pass_s(-3600)
            assert house.system.timers.fire_due() == 0
            clock.pass_s(3600 + 61)
            with trio.fail_after(5):
                while True:
                    patch = (await wall.hear_type("patch"))["patch"]
                    if patch.get("calls", {}).get(call, "") is None:
                        break
            clock.pass_s(-3600)
            joined = await link.join(hall)
            assert call not in joined["view"].get("calls", {})
