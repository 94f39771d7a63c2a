"""Who sits in a room, beside whom, with which keys; and the window it is done in."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.clinics import open_clinic
from tests.e2e.floor import DESK_SIZE, Desk, Floor
from tests.e2e.hospital import Hospital

CLINIC = "ent1"
OPENING = {
    "clinic": {"name": "耳鼻喉科诊区", "hospital": "云岫市中心医院"},
    "queues": {"N": {"name": "耳鼻喉科"}, "X": {"name": "专家门诊", "doctor": "yan"}},
    "rooms": {
        "7": {"doctor": "yan", "queues": ["N", "X"]},
        "8": {"doctor": "mo", "queues": ["N"]},
        "9": {"doctor": "", "queues": ["N"]},
    },
    "doctors": {
        "yan": {"name": "言若谷", "title": "主任"},
        "mo": {"name": "莫如深", "title": "主治"},
        "shi": {"name": "师小雨", "title": "住院医师"},
    },
    "settings": {"doctors": {"log_in": "required"}},
}


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    with Hospital(tmp_path_factory.mktemp("room")) as hospital:
        open_clinic(hospital, CLINIC, OPENING)
        yield hospital


def desk_in(floor: Floor, room: str) -> Desk:
    """A desk whose doctor may work in every room of the clinic."""
    page = floor.page(DESK_SIZE)
    token = floor.hospital.token("doctor", CLINIC)
    desk = Desk(page)
    page.goto(
        f"{floor.hospital.address}/doctor?clinic={CLINIC}&room={room}#token={token}"
    )
    expect(desk.live).to_be_visible()
    return desk


def open_room(page: Page) -> Locator:
    page.get_by_role("button", name="诊室：").click()
    return page.get_by_role("dialog")


def log_in(page: Page, name: str) -> None:
    page.get_by_role("button", name="登录诊室").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("radio", name=name).click()
    sheet.get_by_role("button", name="登录，开始叫号").click()
    expect(page.locator(".who")).to_contain_text(name)


def test_a_day_at_the_desk_from_logging_in_to_logging_out(floor: Floor) -> None:
    desk = desk_in(floor, "7")
    page = desk.page
    # a press before says what is missing
    page.keyboard.press("F2")
    expect(desk.status).to_contain_text("还没有医生登录这个诊室")
    page.get_by_role("button", name="登录诊室").click()
    sheet = page.get_by_role("dialog")
    go = sheet.get_by_role("button", name="登录，开始叫号")
    expect(go).to_be_disabled()
    sheet.get_by_role("radio", name="言若谷").click()
    expect(sheet.get_by_role("checkbox", name="N 耳鼻喉科")).to_be_checked()
    sheet.get_by_role("radio", name="只看专家号").click()
    sheet.get_by_role("checkbox", name="N 耳鼻喉科").click()
    go.click()
    expect(desk.status).to_contain_text("已登录 7 诊室")
    expect(page.locator(".who")).to_contain_text("言若谷")
    expect(page.locator(".names")).to_have_text("X 专家门诊")

    room = open_room(page)
    expect(room).to_contain_text("只看专家号")
    room.get_by_role("button", name="加一位跟诊").click()
    sheet.get_by_role("radio", name="师小雨").click()
    page.keyboard.press("Enter")
    expect(page.locator(".who")).to_contain_text("带 师小雨")
    room = open_room(page)
    room.get_by_role("button", name="跟诊结束").click()
    expect(page.locator(".who")).not_to_contain_text("师小雨")

    # the rooms in which somebody sits are not offered
    room.get_by_role("button", name="换诊室").click()
    expect(sheet.get_by_role("radio")).to_have_text(["8 诊室1", "9 诊室2"])
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.wait_for_url("**room=9")
    expect(page.locator(".who")).to_contain_text("言若谷")
    expect(page.locator(".names")).to_have_text("X 专家门诊")

    open_room(page).get_by_role("button", name="退出").click()
    expect(page.locator(".who")).to_contain_text("还没有登录")
    # tomorrow the desk knows who sat here
    page.keyboard.press("Escape")
    page.get_by_role("button", name="登录诊室").first.click()
    expect(sheet.get_by_role("radio", name="言若谷")).to_be_checked()


def test_two_who_log_in_at_once_are_told(floor: Floor) -> None:
    one, other = desk_in(floor, "7"), desk_in(floor, "8")
    log_in(one.page, "莫如深")
    other.page.get_by_role("button", name="登录诊室").click()
    sheet = other.page.get_by_role("dialog")
    expect(sheet.get_by_role("radio", name="莫如深")).to_have_count(0)
    expect(sheet.get_by_role("radio", name="师小雨")).to_be_visible()
    open_room(one.page).get_by_role("button", name="退出").click()
    expect(one.page.locator(".who")).to_contain_text("还没有登录")


def test_a_trainee_shares_the_patient(floor: Floor) -> None:
    """The trainee's desk is the room's: what one does, the other sees."""
    doctor, trainee = floor.desk("im2", "6"), floor.desk("im2", "6")
    room = open_room(doctor.page)
    room.get_by_role("button", name="加一位跟诊").click()
    expect(doctor.page.get_by_role("dialog").get_by_role("radio")).to_have_count(0)
    doctor.page.keyboard.press("Escape")
    doctor.call_next("B007")
    expect(trainee.current).to_contain_text("B007")
    trainee.page.keyboard.press("F4")
    expect(doctor.current).to_contain_text("就诊中")


def test_keys_are_the_doctor_s_own_choice(floor: Floor) -> None:
    desk = floor.desk("im2", "1")
    page = desk.page
    page.get_by_role("button", name="按键").click()
    sheet = page.get_by_role("dialog")
    chosen = sheet.get_by_role("button", name="下一位")
    chosen.click()
    expect(chosen).to_contain_text("请按新的键")
    page.keyboard.press("F3")
    expect(sheet.get_by_role("alert")).to_contain_text("这个键已经是“再叫”")
    page.keyboard.press("a")
    expect(sheet.get_by_role("alert")).to_contain_text("留给打字")
    page.keyboard.press("Control+Enter")
    expect(chosen).to_have_text("Ctrl+Enter")
    expect(page.locator(".next kbd")).to_have_text("Ctrl+Enter")
    expect(desk.current).to_contain_text("诊室里没有病人")
    page.keyboard.press("Escape")

    page.keyboard.press("F2")
    page.keyboard.press("Control+Enter")
    expect(desk.current).to_contain_text("Z006")
    page.reload()
    expect(page.locator(".next kbd")).to_have_text("Ctrl+Enter")
    page.keyboard.press("Control+Enter")
    expect(desk.current).to_contain_text("Z007")

    page.get_by_role("button", name="按键").click()
    sheet.get_by_role("button", name="恢复原样").click()
    expect(page.locator(".next kbd")).to_have_text("F2")
    expect(sheet.get_by_role("button", name="恢复原样")).to_be_disabled()


def test_the_small_window_is_the_same_desk(floor: Floor) -> None:
    desk = floor.desk("im2", "5")
    with desk.page.expect_popup() as opened:
        desk.page.keyboard.press("F11")
    small = opened.value
    small.set_viewport_size({"width": 360, "height": 760})
    expect(small.get_by_text("实时", exact=True)).to_be_visible()
    small.keyboard.press("F2")
    for page in (small, desk.page):
        expect(page.locator(".current")).to_contain_text("C001")
    expect(small.get_by_text("墙上：请")).to_contain_text("C001")
    small.close()


def test_a_room_of_another_s_is_not_to_be_had(floor: Floor) -> None:
    """The demo's token is for this room alone: the server says so, in words."""
    desk = floor.desk("eye1", "1")
    other = floor.desk("eye1", "2")
    open_room(other.page).get_by_role("button", name="退出").click()
    expect(other.page.locator(".who")).to_contain_text("还没有登录")
    open_room(desk.page).get_by_role("button", name="换诊室").click()
    desk.page.keyboard.press("1")
    desk.page.keyboard.press("Enter")
    expect(desk.status).to_contain_text("您没有这项权限")
    expect(desk.page.locator(".who")).to_contain_text("叶青")
