"""Who sits at the triage desk: it locks, keeps a masked board, and changes hands."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.floor import NOBODY_ANSWERS, Floor
from tests.e2e.hospital import Hospital
from tests.e2e.test_log_in import OWN, REFUSED, ask, enter, enter_first
from tests.e2e.triage import CLINIC, Triage, arrange, opened

BOARD = "遮名的候诊情况"
GOING = "WebSocket is closed before the connection is established"
TEN_MINUTES = 10 * 60_000


@pytest.fixture
def hospital(pages: None, tmp_path: Path) -> Iterator[Hospital]:
    with Hospital(tmp_path, command="serve") as hospital:
        yield hospital


def nurse(hospital: Hospital, account: str) -> str:
    rights = {"roles": ["nurse"], "places": [CLINIC]}
    body = {"account": account, "name": "秦晓岚", **rights}
    return str(ask(hospital, "/staff", body)["password"])


def sits_down(floor: Floor, account: str, *, hurried: bool = False) -> Triage:
    given = nurse(floor.hospital, account)
    page = floor.page((1366, 768))
    if hurried:
        page.clock.install()
    desk = Triage(page)
    page.goto(f"{floor.hospital.address}/triage?clinic={CLINIC}")
    enter_first(page, account, given)
    expect(desk.columns.first).to_be_visible()
    return desk


def test_a_shift_changes_with_a_note_and_no_name_is_left(
    hospital: Hospital, floor: Floor
) -> None:
    opened(hospital)
    arrange(hospital, [("desk", "call_next", {"room": "2"})])
    with floor.expecting(REFUSED):
        given = nurse(hospital, "song")
        desk = sits_down(floor, "qin")
        expect(desk.page.locator(".place")).to_contain_text("qin")
        desk.press("F8")
        desk.dialog.get_by_label("交给谁").fill("宋")
        desk.dialog.get_by_label("要留意的事").fill("A002 要轮椅")
        desk.dialog.locator("button.go").click()
        board = desk.page.get_by_label(BOARD)
        expect(board).to_contain_text("A001 张*")
        assert not desk.holds("李秀芳")
        # what is left of the session is a wall's: a reload does not open the desk
        enter_first(desk.page, "song", given)
        expect(desk.columns.first).to_be_visible()
        expect(desk.page.locator(".place")).to_contain_text("song")
        note = desk.page.get_by_label("交班")
        expect(note).to_contain_text("qin 交班给 宋")
        expect(note).to_contain_text("A002 要轮椅")
        note.get_by_role("button", name="知道了").click()
        expect(note).to_be_hidden()
        # and what is done now is song's
        desk.choose("A005")
        desk.press("Enter")
        expect(desk.sheet.locator(".history")).to_contain_text("song · 分诊台")
        # the same person is back at once, and does not read the note again
        desk.press("F7")
        expect(board).to_be_visible()
        enter(desk.page, "song", OWN)
        expect(desk.columns.first).to_be_visible()
        expect(note).to_be_hidden()


def test_a_desk_that_nobody_touches_locks(hospital: Hospital, floor: Floor) -> None:
    opened(hospital)
    with floor.expecting(REFUSED, GOING):
        desk = sits_down(floor, "qin", hurried=True)
        desk.page.clock.fast_forward(TEN_MINUTES - 60_000)
        desk.press("ArrowDown")
        desk.page.clock.fast_forward(TEN_MINUTES - 60_000)
        expect(desk.columns.first).to_be_visible()
        desk.page.clock.fast_forward(70_000)
        expect(desk.page.get_by_label("账号")).to_be_visible()
        assert not desk.holds("李秀芳")
        desk.page.reload()
        expect(desk.page.get_by_label("账号")).to_be_visible()


def test_a_lock_while_the_server_is_away_shows_nothing(
    hospital: Hospital, floor: Floor
) -> None:
    opened(hospital)
    with floor.expecting(REFUSED, *NOBODY_ANSWERS):
        desk = sits_down(floor, "qin")
        hospital.kill()
        desk.press("F7")
        expect(desk.page.get_by_label("账号")).to_be_visible()
        assert not desk.holds("李秀芳")
