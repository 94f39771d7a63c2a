"""Staff at a desk of a real server: somebody logs in, and loses the right again."""

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from actors.staff.second_factor import STEP_MS, code_at, from_text
from tests.e2e.axe import violations
from tests.e2e.floor import Floor
from tests.e2e.hospital import Hospital
from tests.e2e.looks import CUT_OFF, SMALL_TARGETS

OWN = "Sunny-8day"
DESK = "/doctor?clinic=im2&room=3"
REFUSED = "Failed to load resource"


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    """Each of these tests has a doctor of its own."""
    with Hospital(tmp_path_factory.mktemp("log-in"), command="serve") as hospital:
        yield hospital


def ask(hospital: Hospital, path: str, body: Any) -> Any:
    """As the security administrator's page does."""
    request = urllib.request.Request(
        f"{hospital.address}/api/v1{path}",
        json.dumps(body).encode(),
        {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {hospital.token('security', '*')}",
        },
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def doctor(hospital: Hospital, account: str, place: str = "im2/3") -> str:
    """A doctor's account; the password for the first log-in."""
    rights = {"roles": ["doctor"], "places": [place]}
    body = {"account": account, "name": "林知远", **rights}
    return str(ask(hospital, "/staff", body)["password"])


def enter(page: Page, account: str, password: str) -> None:
    page.get_by_label("账号").fill(account)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def enter_first(page: Page, account: str, given: str) -> None:
    enter(page, account, given)
    expect(page.get_by_text("第一次登录")).to_be_visible()
    page.get_by_label("新密码").fill(OWN)
    page.get_by_label("再输一次").fill(OWN)
    page.get_by_role("button", name="改好并登录").click()


def test_a_doctor_logs_in_and_is_out_when_the_right_ends(
    hospital: Hospital, floor: Floor
) -> None:
    given = doctor(hospital, "lin")
    with floor.expecting(REFUSED):
        page = floor.open(DESK)
        expect(page.get_by_role("heading", name="医生站")).to_be_visible()
        assert page.evaluate(CUT_OFF) == []
        assert page.evaluate(SMALL_TARGETS, 40) == []
        assert violations(page) == []
        enter_first(page, "lin", given)
        open_for_work = page.get_by_role("heading", name="今天还没有开诊")
        expect(open_for_work).to_be_visible()
        assert "token" not in page.url
        page.reload()
        expect(open_for_work).to_be_visible()
        ask(hospital, "/staff/lin/disable", {"reason": "离职"})
        expect(page.get_by_label("账号")).to_be_visible()
        enter(page, "lin", OWN)
        expect(page.get_by_role("alert")).to_contain_text("已经停用")


def test_another_rooms_doctor_does_not_get_in(hospital: Hospital, floor: Floor) -> None:
    given = doctor(hospital, "xu", "im2/4")
    with floor.expecting(REFUSED):
        page = floor.open(DESK)
        enter_first(page, "xu", given)
        expect(page.get_by_role("alert")).to_contain_text("不能在这里看诊")
        expect(page.get_by_label("账号")).to_be_focused()


def test_wrong_and_unlike_passwords_say_what_to_do(
    hospital: Hospital, floor: Floor
) -> None:
    given = doctor(hospital, "luo")
    with floor.expecting(REFUSED):
        page = floor.open(DESK)
        enter(page, "luo", "wrong")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("账号或密码不对")
        enter(page, "luo", given)
        page.get_by_label("新密码").fill(OWN)
        page.get_by_label("再输一次").fill(OWN + "x")
        page.get_by_role("button", name="改好并登录").click()
        expect(alert).to_contain_text("两次输入的新密码不一样")
        page.get_by_label("新密码").fill("luo12345")
        page.get_by_label("再输一次").fill("luo12345")
        page.get_by_role("button", name="改好并登录").click()
        expect(alert).to_contain_text(re.compile("3 种"))


def test_a_server_that_is_away_is_said(hospital: Hospital, floor: Floor) -> None:
    page = floor.open(DESK)
    expect(page.get_by_label("账号")).to_be_visible()
    with floor.outage():
        hospital.kill()
        enter(page, "lin", OWN)
        expect(page.get_by_role("alert")).to_contain_text("连不上服务器")
        hospital.start()


def test_an_office_binds_a_telephone_first(hospital: Hospital, floor: Floor) -> None:
    body = {"account": "root", "name": "林一", "roles": ["security"], "places": ["*"]}
    given = str(ask(hospital, "/staff", body)["password"])
    with floor.expecting(REFUSED):
        page = floor.open(DESK)
        enter_first(page, "root", given)
        secret = page.locator("code").inner_text().replace(" ", "")
        assert page.evaluate(CUT_OFF) == []
        assert page.evaluate(SMALL_TARGETS, 32) == []
        assert violations(page) == []
        alert = page.get_by_role("alert")
        page.get_by_label("验证码").fill("12345")
        page.get_by_role("button", name="绑定并登录").click()
        expect(alert).to_contain_text("验证码不对")
        # the server's clock is this machine's
        step = int(time.time() * 1000) // STEP_MS
        page.get_by_label("验证码").fill(code_at(from_text(secret), step))
        page.get_by_role("button", name="绑定并登录").click()
        expect(alert).to_contain_text("不能在这里看诊")
        enter(page, "root", OWN)
        expect(alert).to_contain_text("6 位数字")
        page.get_by_label("验证码").fill("000 00")
        page.get_by_role("button", name="登录").click()
        expect(alert).to_contain_text("已经用过")
