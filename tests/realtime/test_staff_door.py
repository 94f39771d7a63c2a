"""From the tool that makes the first account to the desk that loses its right."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trio

from actors.staff.second_factor import STEP_MS, code_at, from_text
from realtime.client import TopicClosed, open_client
from realtime.house import House
from realtime.staff_tool import NotAdded, add_first, run_first
from tests.realtime.house import a_house, clinic, open_clinic, settings_at, token

OWN = "Sunny-8day"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as house:
        yield house


async def post(
    house: House, path: str, body: Any = None, bearer: str = ""
) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    request = urllib.request.Request(
        f"{house.address}/api/v1{path}", json.dumps(body or {}).encode(), headers
    )

    def ask() -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    return await trio.to_thread.run_sync(ask)


async def first_account(house: House) -> str:
    """Made as the tool makes it; returns the token of who gives rights."""
    tool = token(house, "tool", "security", place="*")
    body = {"account": "root", "name": "林一", "first": True}
    rights = {"roles": ["security"], "places": ["*"]}
    status, made = await post(house, "/staff", body | rights, tool)
    assert status == 200
    return await with_own_password(house, "root", made["password"])


async def with_own_password(house: House, account: str, given: str) -> str:
    body = {"account": account, "password": given}
    status, told = await post(house, "/log-in", body)
    assert (status, told["code"]) == (403, "change_password")
    change = {"account": account, "old": given, "new": OWN}
    status, session = await post(house, "/password", change)
    if status != 200:
        session = await with_telephone(house, account, session)
    assert session["account"] == account
    return str(session["token"])


def code_of(house: House, secret: str, *, later: int = 0) -> str:
    step = house.system.clock.now() // STEP_MS + later
    return code_at(from_text(secret), step)


async def with_telephone(house: House, account: str, offered: Any) -> Any:
    assert offered["code"] == "second_factor_first"
    details = offered["details"]
    assert details["secret"] in details["address"]
    body = {"account": account, "password": OWN, "offer": details["offer"]}
    status, told = await post(house, "/second-factor", body | {"code": "12345"})
    assert (status, told["code"]) == (400, "bad_request")
    code = code_of(house, details["secret"])
    status, session = await post(house, "/second-factor", body | {"code": code})
    assert status == 200
    return session


async def a_nurse(house: House, root: str) -> str:
    body = {"account": "nurse1", "name": "王二", "roles": ["nurse"], "places": ["im2"]}
    status, made = await post(house, "/staff", body, root)
    assert status == 200
    return await with_own_password(house, "nurse1", made["password"])


async def test_a_nurse_gets_an_account_and_works_with_it(house: House) -> None:
    await open_clinic(house)
    shown = await a_nurse(house, await first_account(house))
    url = house.address.replace("http", "ws") + "/live"
    async with open_client(url, shown, kind="test", id="desk") as client:
        topic = await client.join(clinic(house, "desk"))
        assert topic.view["queues"]["A"]["name"] == "心血管内科"


async def test_who_is_disabled_is_out_within_a_second(house: House) -> None:
    await open_clinic(house)
    root = await first_account(house)
    shown = await a_nurse(house, root)
    url = house.address.replace("http", "ws") + "/live"
    async with open_client(url, shown, kind="test", id="desk") as client:
        await client.join(clinic(house, "desk"))
        with trio.fail_after(1):
            disabled = await post(
                house, "/staff/nurse1/disable", {"reason": "离职"}, root
            )
            assert disabled == (200, {"done": True})
            while not client.ended:
                await trio.testing.wait_all_tasks_blocked(0.005)
    status, told = await post(house, "/log-in", {"account": "nurse1", "password": OWN})
    assert (status, told["code"]) == (403, "disabled")


async def test_what_was_voided_stays_void_after_a_restart(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        root = await first_account(house)
        shown = await a_nurse(house, root)
        await post(house, "/staff/nurse1", {"places": ["eye1"]}, root)
    async with a_house(tmp_path) as house:
        status, told = await post(house, "/log-out", bearer=shown)
        assert (status, told["code"]) == (401, "not_logged_in")
        assert (await post(house, "/log-out", bearer=root))[0] == 200


async def test_log_out_ends_the_token(house: House) -> None:
    root = await first_account(house)
    assert (await post(house, "/log-out", bearer=root))[0] == 200
    assert (await post(house, "/log-out", bearer=root))[0] == 401


async def test_a_desk_that_is_left_keeps_the_masked_board_and_nothing_else(
    house: House,
) -> None:
    root = await first_account(house)
    nurse = await a_nurse(house, root)
    status, board = await post(house, "/leave-board", bearer=nurse)
    assert status == 200
    assert (await post(house, "/leave-board", bearer=nurse))[0] == 401
    await open_clinic(house)
    url = house.address.replace("http", "ws") + "/live"
    async with open_client(url, board["token"], kind="test", id="desk") as client:
        hall = await client.join(clinic(house, "hall"))
        assert hall.view["queues"]["A"]["name"] == "心血管内科"
        with pytest.raises(TopicClosed, match="forbidden"):
            await client.join(clinic(house, "desk"))
    # who gives rights has no board to leave
    status, told = await post(house, "/leave-board", bearer=root)
    assert (status, told["code"]) == (403, "forbidden")


async def test_a_wrong_password_says_how_many_tries_are_left(house: House) -> None:
    await first_account(house)
    body = {"account": "root", "password": "wrong"}
    for left in (4, 3, 2, 1):
        status, told = await post(house, "/log-in", body)
        assert (status, told["code"]) == (401, "wrong_password")
        assert told["details"] == {"left": left}
    status, told = await post(house, "/log-in", body)
    assert (status, told["code"]) == (429, "locked")
    body["password"] = OWN
    assert (await post(house, "/log-in", body))[0] == 429


async def test_a_new_password_is_new_and_good_enough(house: House) -> None:
    await a_nurse(house, await first_account(house))
    for new, said in [(OWN, "最近 5 次"), ("abc", "至少要 8 位"), ("abcdefgh", "3 种")]:
        body = {"account": "nurse1", "old": OWN, "new": new}
        status, told = await post(house, "/password", body)
        assert status == 400
        assert said in told["message"]


async def test_an_office_logs_in_with_password_and_telephone(house: House) -> None:
    tool = token(house, "tool", "security", place="*")
    root = {"account": "root", "name": "林一", "first": True}
    rights = {"roles": ["security"], "places": ["*"]}
    _, made = await post(house, "/staff", root | rights, tool)
    change = {"account": "root", "old": made["password"], "new": OWN}
    status, offered = await post(house, "/password", change)
    assert (status, offered["code"]) == (403, "second_factor_first")
    secret = offered["details"]["secret"]
    await with_telephone(house, "root", offered)
    body = {"account": "root", "password": OWN}
    status, told = await post(house, "/log-in", body)
    assert (status, told["code"]) == (403, "second_factor")
    status, told = await post(house, "/log-in", body | {"code": "abc"})
    assert (status, told["code"], told["details"]) == (401, "wrong_code", {"left": 4})
    code = code_of(house, secret, later=1)
    status, session = await post(house, "/log-in", body | {"code": code})
    assert (status, session["account"]) == (200, "root")
    assert (await post(house, "/log-in", body | {"code": code}))[0] == 401
    # a lost telephone: what was open is closed, and another is bound
    status, _ = await post(house, "/staff/root/second-factor/forget", {}, tool)
    assert status == 200
    assert (await post(house, "/log-out", bearer=session["token"]))[0] == 401
    status, told = await post(house, "/log-in", body)
    assert (status, told["code"]) == (403, "second_factor_first")
    assert told["details"]["secret"] != secret


async def test_a_new_password_needs_the_telephone_too(house: House) -> None:
    await first_account(house)
    body = {"account": "root", "old": OWN, "new": "Rainy-9days"}
    status, told = await post(house, "/password", body)
    assert (status, told["code"]) == (403, "second_factor")
    status, told = await post(house, "/password", body | {"code": "abc"})
    assert (status, told["code"]) == (401, "wrong_code")
    # the password is still the one of before
    status, told = await post(house, "/log-in", {"account": "root", "password": OWN})
    assert (status, told["code"]) == (403, "second_factor")


@pytest.mark.parametrize("offer", ["", "xx", "e30=", "é"])
async def test_an_offer_that_is_none_is_over(house: House, offer: str) -> None:
    await first_account(house)
    body = {"account": "root", "password": OWN, "offer": offer, "code": "123456"}
    status, told = await post(house, "/second-factor", body)
    assert (status, told["code"]) == (409, "offer_over")


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/staff", "nurse"),
        ("/staff/root/disable", "admin"),
        ("/staff/root/password", "auditor"),
        ("/staff/root", "doctor"),
        ("/staff/root/enable", "kiosk"),
        ("/staff/root/second-factor/forget", "admin"),
    ],
)
async def test_only_the_security_desk_gives_rights(
    house: House, path: str, role: str
) -> None:
    status, told = await post(house, path, {}, token(house, "x", role, place="*"))
    assert (status, told["code"]) == (403, "forbidden")
    assert (await post(house, path, {}))[0] == 401


@pytest.mark.parametrize(
    "body", [{}, {"account": 1}, [], "x", {"account": "root", "password": "x" * 5000}]
)
async def test_a_body_that_is_none_is_refused(house: House, body: Any) -> None:
    status, told = await post(house, "/log-in", body)
    assert status == 400
    assert told["code"] == "bad_request"


async def test_the_tool_asks_a_running_server(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    port = int(house.address.rpartition(":")[2])
    settings = house.settings
    asked = type(settings)(
        **{
            name: getattr(settings, name)
            for name in settings.__struct_fields__
            if name != "http"
        },
        http=type(settings.http)(port=port),
    )
    code = await trio.to_thread.run_sync(run_first, asked, "root", "林一")
    assert code == 0
    assert "password" in capsys.readouterr().out
    with pytest.raises(NotAdded, match="已经有账号"):
        await trio.to_thread.run_sync(add_first, asked, "eve", "林一")


def test_the_tool_writes_it_where_no_server_runs(tmp_path: Path) -> None:
    settings = settings_at(tmp_path)
    password = add_first(settings, "root", "林一")
    assert len(password) == 12

    async def come_in() -> None:
        async with a_house(tmp_path) as house:
            await with_own_password(house, "root", password)

    trio.run(come_in)
