"""Two nurses and three doctors at once in one clinic, over lines that are cut at the
worst moment: nothing is done twice, nothing is lost, a refusal says who was quicker."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.floor import DESK_SIZE, Desk, Floor
from tests.e2e.hospital import Hospital
from tests.e2e.looks import SCANNED
from tests.e2e.triage import Triage, Wire, arrange, clinic_of, opened

WAITING = "候诊"

PRESSED_TWICE = """(apart) => new Promise((done) => {
  const press = () => dispatchEvent(
    new KeyboardEvent("keydown", { key: "F2", code: "F2", cancelable: true }));
  press();
  const began = performance.now();
  setTimeout(() => {
    // a machine that is late makes no second wish of it
    if (performance.now() - began < 450) press();
    done();
  }, apart);
})"""


@pytest.fixture(autouse=True)
def _open(hospital: Hospital) -> None:
    opened(hospital)


def on_a_wire(floor: Floor) -> tuple[Triage, Wire]:
    page = floor.page(DESK_SIZE)
    wire = Wire(page)
    desk = Triage(page)
    page.goto(f"{floor.hospital.address}/triage?clinic={clinic_of(floor.hospital)}")
    expect(desk.live).to_be_visible()
    expect(desk.columns.first).to_be_visible()
    return desk, wire


def test_what_one_does_all_see(floor: Floor) -> None:
    one, other, doctor = (
        Triage.open(floor),
        Triage.open(floor),
        floor.desk(clinic_of(floor.hospital), "2"),
    )
    one.choose("A005")
    one.press("Enter")
    other.stands("A", WAITING, "A001", "A002", "A003", "A004", "A005")
    doctor.call_next("A001")
    for desk in (one, other):
        desk.stands("A", WAITING, "A002", "A003", "A004", "A005")
        expect(desk.page.locator(".seat.called")).to_contain_text("A001 张三")
    other.choose("A003")
    other.press("p")
    other.answer("1", reason="七十二岁")
    one.press("Escape")
    one.stands("A", WAITING, "A003", "A002", "A004", "A005")
    doctor.page.keyboard.press("F4")
    expect(one.page.locator(".seat.in")).to_contain_text("就诊")


def test_two_nurses_and_three_doctors_at_once(hospital: Hospital, floor: Floor) -> None:
    """Everybody presses, the doctors twice, one line is cut under a call: one patient
    a room, nobody twice, and both nurses see the same."""
    clinic = clinic_of(hospital)
    arrange(hospital, [("desk", "check_in", {"ticket": n}) for n in ("B001", "B002")])
    (one, wire), other = on_a_wire(floor), Triage.open(floor)
    doctors = {room: floor.desk(clinic, room) for room in ("2", "3", "4")}
    one.choose("A005")
    other.choose("A006")
    wire.cut("check_in", "after")
    for desk in (one, other):
        desk.press("Enter")
    for doctor in doctors.values():
        doctor.page.evaluate(PRESSED_TWICE, 0)
    called = {}
    for room, doctor in doctors.items():
        expect(doctor.current).to_contain_text("正在叫")
        called[room] = doctor.current.locator(".num").first.inner_text()
    assert {called["2"], called["3"]} == {"A001", "A002"}
    assert called["4"] == "B001"
    for desk in (one, other):
        desk.gathers("A", WAITING, "A003", "A004", "A005", "A006")
        desk.stands("B", WAITING, "B002")
    # each doctor has what they had, while the nurses go on
    doctors["2"].page.keyboard.press("F4")
    expect(doctors["2"].current).to_contain_text("就诊中")
    one.choose("A004")
    one.press("g")
    one.answer(reason="走了")
    other.gathers("A", WAITING, "A003", "A005", "A006")
    # the second press of a hand comes when the first has its answer already
    doctors["2"].page.evaluate(PRESSED_TWICE, 300)
    expect(doctors["2"].current).to_contain_text("A003")
    one.gathers("A", WAITING, "A005", "A006")
    tickets = ["A001", "A002", "A003", "B001", "A005", "A006"]
    told = arrange(hospital, [("desk", "history", {"ticket": t}) for t in tickets])
    happened = {
        each["ticket"]: [event["type"] for event in each["history"]] for each in told
    }
    for ticket in ("A001", "A002", "A003", "B001"):
        assert happened[ticket].count("clinic.called") == 1, ticket
    for ticket in ("A005", "A006"):
        assert happened[ticket].count("clinic.checked_in") == 1, ticket


def test_a_refusal_says_who_was_quicker(floor: Floor) -> None:
    """Both have the same row under their hands, and one line is slow."""
    one, other = Triage.open(floor), Triage.open(floor)
    for desk in (one, other):
        desk.choose("A002")
        desk.press("g")
        expect(desk.dialog).to_be_visible()
    other.answer(reason="走了")
    other.says("弃号 A002")
    one.answer()
    one.says(re.compile(r"A002 号.*\d\d:\d\d 护士（演示） · 分诊台：弃号"))


# with every deed it is shown without a browser (kiosk_web/triage)
MORE = pytest.mark.soak


@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_in_the_middle_of_a_check_in(when: str, floor: Floor) -> None:
    desk, wire = on_a_wire(floor)
    watching = Triage.open(floor)
    desk.choose("A005")
    wire.cut("check_in", when)
    desk.press("Enter")
    watching.stands("A", WAITING, "A001", "A002", "A003", "A004", "A005")
    desk.says("已签到 A005 王月芳，前面 4 位")
    assert (wire.cuts, wire.asked.count("check_in")) == (1, 2)
    watching.choose("A005")
    assert watching.history() == ["签到", "挂号"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("key", "ask", "keys", "reason", "happened"),
    [
        pytest.param("l", "postpone", (), None, "往后排", marks=MORE),
        ("p", "set_class", ("1",), "七十二岁", "设为优先：70 岁以上"),
        pytest.param("f", "move", (), "腿脚不便", "移到 A002 前面", marks=MORE),
        pytest.param(
            *("t", "transfer", ("1",), "心律不齐", "转到 心律失常门诊"), marks=MORE
        ),
        pytest.param("g", "give_up", (), "走了", "弃号", marks=MORE),
    ],
)
def test_cut_in_the_middle_of_a_deed(
    floor: Floor,
    key: str,
    ask: str,
    keys: tuple[str, ...],
    reason: str | None,
    happened: str,
    when: str,
) -> None:
    desk, wire = on_a_wire(floor)
    desk.choose("A003")
    wire.cut(ask, when)
    desk.press(key)
    if key != "l":
        desk.answer(*keys, reason=reason)
    desk.says(re.compile("A003 欧阳静"))
    assert (wire.cuts, wire.asked.count(ask)) == (1, 2)
    watching = Triage.open(floor)
    if key == "g":
        watching.columns.first.get_by_role("button", name="看完").click()
    watching.choose("A003")
    expect(watching.sheet.locator(".history li")).to_have_count(3)
    assert watching.history()[0] == happened


def test_a_broadcast_and_a_call_for_help_are_heard_once(floor: Floor) -> None:
    desk, wire = on_a_wire(floor)
    watching = Triage.open(floor)
    wire.cut("broadcast", "after")
    desk.press("F9")
    desk.dialog.get_by_label("内容").fill("请保持安静")
    desk.dialog.get_by_role("radio").first.check()
    desk.dialog.locator("button.go").click()
    desk.says("广播：请保持安静")
    wire.cut("call_help", "after")
    desk.press("F12")
    expect(desk.dialog).to_be_visible()
    desk.dialog.locator("button.go").click()
    desk.says("已发出紧急呼叫")
    expect(watching.page.locator("footer .notice")).to_have_count(1)
    expect(watching.page.locator(".alarm")).to_have_count(1)
    assert wire.cuts == 2


def test_a_server_that_is_gone_is_said_and_comes_back(
    hospital: Hospital, floor: Floor
) -> None:
    desk = Triage.open(floor)
    doctor: Desk = floor.desk(clinic_of(floor.hospital), "2")
    with floor.outage():
        hospital.kill()
        expect(desk.stale).to_be_visible()
        expect(desk.page.get_by_text("断开", exact=True)).to_be_visible()
        desk.choose("A005")
        desk.press("Enter")
        desk.says("网络断了，这次没有办成")
        hospital.start()
        expect(desk.stale).to_be_hidden()
        expect(doctor.stale).to_be_hidden()
    # what was not done is not done later behind anybody's back
    desk.stands("A", WAITING, "A001", "A002", "A003", "A004")
    desk.press("Enter")
    desk.says("已签到 A005")


def test_one_nurse_works_in_two_clinics_from_one_board(
    hospital: Hospital, floor: Floor
) -> None:
    first = clinic_of(hospital)
    there = {"queue": "A", "number": "A090", "name": "钱多多", "card": "990090"}
    arrange(hospital, [("setup", "register", there)])
    opened(hospital)
    second = clinic_of(hospital)
    session = {
        "token": hospital.token("nurse", first, second),
        "expires": 4_102_444_800_000,
        "account": "qin",
        "roles": ["nurse"],
        "places": [first, second],
    }
    page = floor.page(DESK_SIZE)
    kept = json.dumps(session)
    keep = f"sessionStorage.setItem('houzhen.staff', {kept!r})"
    page.add_init_script(keep)
    desk = Triage(page)
    page.goto(f"{hospital.address}/triage?clinic={second}")
    other = page.get_by_role("navigation", name="别的诊区")
    expect(other.locator("b")).to_have_text("4")

    # who stands here has a number there: one scan, and the board stays where it is
    page.evaluate(SCANNED, "990090")
    desk.says("签到 A090，前面 4 位")
    expect(other.locator("b")).to_have_text("5")
    desk.stands("A", WAITING, "A001", "A002", "A003", "A004")
    # nobody's card is nobody's in both
    page.evaluate(SCANNED, "990091")
    desk.says("没有")

    # to the other board by a key, and back; both are worked in
    desk.press("Alt+1")
    desk.gathers("A", WAITING, "A001", "A002", "A003", "A004", "A090")
    desk.choose("A005")
    desk.press("Enter")
    desk.says("已签到 A005")
    desk.press("Alt+1")
    page.wait_for_url(f"**clinic={second}*")
    expect(other.locator("b")).to_have_text("6")
    desk.choose("A006")
    desk.press("Enter")
    desk.says("已签到 A006")
    desk.stands("A", WAITING, "A001", "A002", "A003", "A004", "A006")
