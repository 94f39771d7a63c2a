"""Accounts at their page: made, first logged in, changed, lost and disabled. In a
browser, because the password is shown once, on it, and nowhere else."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from actors.staff.second_factor import STEP_MS, code_at, from_text
from tests.e2e.axe import violations
from tests.e2e.floor import Floor
from tests.e2e.hospital import Hospital
from tests.e2e.looks import CUT_OFF
from tests.e2e.test_log_in import OWN, REFUSED, ask, enter, enter_first

PAGE = "/setup?part=accounts"
SIZES = [(1366, 768), (1920, 1080)]


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    """Without a demo: people log in."""
    with Hospital(tmp_path_factory.mktemp("accounts"), command="serve") as hospital:
        yield hospital


def bind(page: Page) -> None:
    """An authenticator, and its first six digits."""
    secret = page.locator("code").inner_text().replace(" ", "")
    step = int(time.time() * 1000) // STEP_MS
    page.get_by_label("验证码").fill(code_at(from_text(secret), step))
    page.get_by_role("button", name="绑定并登录").click()


@pytest.fixture
def officer(hospital: Hospital, floor: Floor) -> Page:
    """A security officer who has just come in; each test has one of its own."""
    account = f"sec{len(list(hospital.folder.glob('officer*')))}"
    (hospital.folder / f"officer-{account}").touch()
    body = {"account": account, "name": "安若", "roles": ["security"], "places": ["*"]}
    given = str(ask(hospital, "/staff", body)["password"])
    with floor.expecting(REFUSED):
        page = floor.page((1366, 768))
        page.goto(hospital.address + PAGE)
        enter_first(page, account, given)
        bind(page)
        expect(page.locator(f"[data-account={account}]")).to_be_visible()
    return page


def row(page: Page, account: str) -> Locator:
    return page.locator(f"[data-account={account}]")


def make(page: Page, account: str, role: str, places: str) -> str:
    """The temporary password, as it is shown once."""
    form = page.locator("form.fresh")
    form.get_by_label("账号").fill(account)
    form.get_by_label("姓名").fill("林知远")
    form.get_by_label("诊区或诊室").fill(places)
    form.get_by_role("button", name=role, exact=True).click()
    form.get_by_role("button", name="建账号").click()
    expect(page.locator(".told")).to_contain_text(account)
    return page.locator(".told code").inner_text()


def test_a_doctors_account_from_the_first_day_to_the_last(
    hospital: Hospital, floor: Floor, officer: Page
) -> None:
    given = make(officer, "lin", "医生", "im2/3")
    expect(row(officer, "lin")).to_contain_text("等第一次登录")
    with floor.expecting(REFUSED):
        desk = floor.open("/doctor?clinic=im2&room=3")
        enter_first(desk, "lin", given)
        open_for_work = desk.get_by_role("heading", name="今天还没有开诊")
        expect(open_for_work).to_be_visible()
        expect(row(officer, "lin")).to_contain_text("在线")
        officer.get_by_role("button", name="记下了").click()
        expect(officer.get_by_text(given)).to_have_count(0)

        # the rights of another room: within a second the desk is shut
        row(officer, "lin").get_by_role("button", name="改权限").click()
        row(officer, "lin").get_by_label("诊区或诊室").fill("im2/4")
        row(officer, "lin").get_by_role("button", name="保存").click()
        expect(row(officer, "lin")).to_contain_text("im2/4")
        expect(desk.get_by_label("账号")).to_be_visible()
        enter(desk, "lin", OWN)
        expect(desk.get_by_role("alert")).to_contain_text("不能在这里看诊")

        # forgotten: another temporary one, and the old one opens nothing
        row(officer, "lin").get_by_role("button", name="重置密码").click()
        again = officer.locator(".told code").inner_text()
        assert again != given
        desk.goto(f"{hospital.address}/doctor?clinic=im2&room=4")
        enter(desk, "lin", OWN)
        expect(desk.get_by_role("alert")).to_contain_text("账号或密码不对")

        row(officer, "lin").get_by_label("lin 停用理由").fill("调往分院")
        row(officer, "lin").get_by_role("button", name="停用").click()
        expect(row(officer, "lin")).to_contain_text("已停用：调往分院")
        enter(desk, "lin", again)
        expect(desk.get_by_role("alert")).to_contain_text("停用")
        row(officer, "lin").get_by_role("button", name="启用").click()
        expect(row(officer, "lin")).to_contain_text("等第一次登录")


def test_an_administrator_binds_a_telephone_and_may_not_give_rights(
    hospital: Hospital, floor: Floor, officer: Page
) -> None:
    given = make(officer, "gu", "系统管理员", "*")
    with floor.expecting(REFUSED):
        page = floor.open("/setup")
        enter_first(page, "gu", given)
        bind(page)
        expect(page.get_by_role("button", name="出诊与号源")).to_be_visible()
    # the telephone is lost: another one is bound at the next log-in
    row(officer, "gu").get_by_role("button", name="解绑手机").click()
    expect(row(officer, "gu").get_by_role("button", name="解绑手机")).to_have_count(0)
    # the three offices are three people's
    expect(page.get_by_role("button", name="账号与权限")).to_have_count(0)
    expect(officer.get_by_role("button", name="排队规则")).to_have_count(0)


def test_what_is_refused_is_said(floor: Floor, officer: Page) -> None:
    make(officer, "twice", "护士", "im2")
    officer.get_by_role("button", name="记下了").click()
    form = officer.locator("form.fresh")
    with floor.expecting(REFUSED):
        form.get_by_label("账号").fill("twice")
        form.get_by_label("姓名").fill("另一位")
        form.get_by_label("诊区或诊室").fill("im2")
        form.get_by_role("button", name="护士", exact=True).click()
        form.get_by_role("button", name="建账号").click()
        expect(officer.locator("footer .said")).to_contain_text("已经")
    # one office each: not both in one account
    form.get_by_label("账号").fill("both")
    form.get_by_role("button", name="护士", exact=True).click()
    form.get_by_role("button", name="系统管理员", exact=True).click()
    form.get_by_role("button", name="安全管理员", exact=True).click()
    with floor.expecting(REFUSED):
        form.get_by_role("button", name="建账号").click()
        expect(officer.locator("footer .wrong")).to_be_visible()
    expect(row(officer, "both")).to_have_count(0)


def test_it_looks_right_in_both_languages(officer: Page) -> None:
    for language in ("EN", "中文"):
        for width, height in SIZES:
            officer.set_viewport_size({"width": width, "height": height})
            assert officer.evaluate(CUT_OFF) == [], (language, width)
        assert violations(officer) == [], language
        officer.get_by_role("button", name=re.compile(f"^{language}$")).click()
