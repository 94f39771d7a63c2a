"""A hospital's own client at the keys of a room, and the page beside it."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trio

from realtime import room_keys
from realtime.client import AskRefused
from realtime.house import House
from tests.realtime.house import a_house, clinic, open_clinic, person, token

EARLIER = -1
"""As if every call had been seen long ago: for presses that mean a new one."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as house:
        await open_clinic(house)
        async with person(house, "nurse", "nurse") as nurse:
            for card in ("1001", "1002", "1003"):
                await nurse.ask(clinic(house, "kiosk"), "check_in", {"card": card})
        yield house


async def press(
    house: House,
    what: str,
    body: Any = None,
    *,
    room: str = "im2/3",
    bearer: str | None = None,
    key: str | None = None,
    **headers: str,
) -> tuple[int, Any]:
    shown = token(house, "his-3", "doctor", place="im2/3") if bearer is None else bearer
    named = {
        "Authorization": f"Bearer {shown}",
        "Idempotency-Key": secrets.token_hex(8) if key is None else key,
    }
    request = urllib.request.Request(
        f"{house.address}/api/v1/rooms/{room}/{what}",
        b"" if body is None else json.dumps(body).encode(),
        named | headers,
        method="POST",
    )

    def ask() -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    return await trio.to_thread.run_sync(ask)


async def seen(house: House) -> Any:
    """The room and its tickets, as the doctor's page shows them."""
    async with person(house, "look", "doctor", place="im2/3") as doctor:
        view = await doctor.join(clinic(house, "desk"))
        return view.view


async def current(house: House) -> Any:
    view = await seen(house)
    ticket = view["rooms"]["3"].get("current")
    return view["tickets"][ticket] if ticket else None


async def test_one_patient_from_the_call_to_the_end(house: House) -> None:
    status, called = await press(house, "next")
    assert status == 200
    assert called["room"] == "3"
    assert called["number"] == "A001"
    assert called["call"]
    here = {"room": "3", "ticket": called["ticket"], "number": "A001"}
    assert await press(house, "start") == (200, here)
    assert (await current(house))["state"] == "in"
    assert await press(house, "finish") == (200, here)
    assert await current(house) is None


async def test_again_and_missed_wait_as_they_do_for_a_page(house: House) -> None:
    _, called = await press(house, "next")
    for what in ("again", "missed"):
        status, no = await press(house, what)
        assert (status, no["code"]) == (409, "too_soon")
        assert no["message"]
        assert no["details"]["wait_ms"] > 0
    async with person(house, "doctor", "doctor", place="im2/3") as doctor:
        with pytest.raises(AskRefused) as refused:
            await doctor.ask(
                clinic(house, "desk"),
                "missed",
                {"room": "3", "ticket": called["ticket"]},
            )
    assert refused.value.code == "too_soon"


async def test_a_bounced_press_calls_one(house: House) -> None:
    _, called = await press(house, "next")
    status, no = await press(house, "next")
    assert (status, no["code"]) == (409, "moved_on")
    assert no["details"]["current"] == called["ticket"]
    assert (await current(house))["number"] == "A001"


async def test_two_presses_at_once_call_one(house: House) -> None:
    answers: list[tuple[int, Any]] = []

    async def one() -> None:
        answers.append(await press(house, "next"))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(one)
        nursery.start_soon(one)
    assert sorted(status for status, _ in answers) == [200, 409]
    assert (await current(house))["number"] == "A001"


async def test_a_later_press_without_a_word_finishes_and_calls(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_keys, "SEEN_AFTER_MS", EARLIER)
    first = await press(house, "next")
    second = await press(house, "next")
    assert [answer["number"] for _, answer in (first, second)] == ["A001", "A002"]
    tickets = (await seen(house))["tickets"]
    assert tickets[first[1]["ticket"]]["state"] == "done"


async def test_sent_again_with_its_key_it_is_the_same_press(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_keys, "SEEN_AFTER_MS", EARLIER)
    key = "a-press-of-f2"
    first = await press(house, "next", key=key)
    assert await press(house, "next", key=key) == first
    assert (await current(house))["number"] == "A001"
    # also when the room has gone on meanwhile
    done = await press(house, "finish", key="the-end-of-it")
    assert await press(house, "finish", key="the-end-of-it") == done
    assert await press(house, "next", key=key) == first
    status, no = await press(house, "start", key=key)
    assert (status, no["code"]) == (409, "key_reused")


async def test_who_says_whom_they_see_is_held_to_it(house: House) -> None:
    status, called = await press(house, "next", {"after": None})
    assert status == 200
    for what, body in (
        ("next", {"after": None}),
        ("next", {"after": "t99"}),
        ("start", {"ticket": "t99"}),
        ("finish", {"ticket": "t99"}),
    ):
        status, no = await press(house, what, body)
        assert (status, no["code"]) == (409, "moved_on")
    status, after = await press(house, "next", {"after": called["ticket"]})
    assert (status, after["number"]) == (200, "A002")


async def test_an_empty_room_has_nobody_to_start_or_finish(house: House) -> None:
    for what in ("again", "missed", "start", "finish"):
        status, no = await press(house, what)
        assert (status, no["code"]) == (409, "moved_on")


async def test_the_page_sees_it_and_the_journal_says_where(house: House) -> None:
    async with person(house, "doctor", "doctor", place="im2/3") as doctor:
        desk = await doctor.join(clinic(house, "desk"))
        _, called = await press(house, "next")
        with trio.fail_after(5):
            async for change in desk.changes():
                if change.view["rooms"]["3"].get("current") == called["ticket"]:
                    break
    state = await house.system.ref(clinic(house, "desk").rpartition(":")[0]).read(
        lambda state: state.history[called["ticket"]][-1]
    )
    assert state.by == "his-3"
    assert state.where == "his"


async def test_only_who_may_press_there(house: House) -> None:
    wall = token(house, "wall", "screen")
    other = token(house, "his-4", "doctor", place="im2/4")
    nurse = token(house, "nurse", "nurse")
    assert (await press(house, "next", bearer="nothing"))[1]["code"] == "not_logged_in"
    assert (await press(house, "next", bearer="nothing"))[0] == 401
    for shown in (wall, other):
        status, no = await press(house, "next", bearer=shown)
        assert (status, no["code"]) == (403, "forbidden")
    assert await current(house) is None
    status, no = await press(house, "next", room="im2/99", bearer=nurse)
    assert (status, no["code"]) == (404, "unknown_room")
    status, _ = await press(house, "next", room="nowhere/3", bearer=nurse)
    assert status == 403
    assert (await press(house, "next", bearer=nurse))[0] == 200


async def test_another_site_s_page_cannot_press(house: House) -> None:
    status, _ = await press(house, "next", **{"Sec-Fetch-Site": "cross-site"})
    assert status == 403
    assert await current(house) is None


@pytest.mark.parametrize("key", ["", "short", "x" * 65])
async def test_a_press_needs_its_key(key: str, house: House) -> None:
    status, no = await press(house, "next", key=key)
    assert (status, no["code"]) == (400, "bad_request")
    assert no["details"]["field"] == "Idempotency-Key"
    assert await current(house) is None


@pytest.mark.parametrize("body", [[], {"after": 7}, {"ticket": None}, "next"])
async def test_a_body_that_is_none_is_refused(body: Any, house: House) -> None:
    status, no = await press(house, "start", body)
    assert (status, no["code"]) == (400, "bad_request")


async def test_the_description_has_the_five_keys(house: House) -> None:
    def look() -> Any:
        with urllib.request.urlopen(
            f"{house.address}/api/v1/openapi.json", timeout=10
        ) as answer:
            return json.load(answer)

    description = await trio.to_thread.run_sync(look)
    for what in room_keys.ASKS:
        post = description["paths"][f"/rooms/{{clinic}}/{{room}}/{what}"]["post"]
        assert {each["name"] for each in post["parameters"]} == {
            "clinic",
            "room",
            "Idempotency-Key",
        }
        assert post["security"] == [{"token": []}]
        assert post["requestBody"]["content"]["application/json"]["schema"]
    assert description["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    pressed = description["components"]["schemas"]["Pressed"]
    assert set(pressed["required"]) == {"room", "ticket", "number"}
