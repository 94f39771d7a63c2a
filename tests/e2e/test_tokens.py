"""Devices at a real server, which gives nobody a token for the asking."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.floor import WALL_SIZE, Floor
from tests.e2e.hospital import Hospital
from tests.e2e.looks import CUT_OFF, SMALL_TARGETS

WRONG = "hz1.e30.AAAA"


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    folder: Path = tmp_path_factory.mktemp("tokens")
    with Hospital(folder, command="serve") as hospital:
        yield hospital


@pytest.mark.parametrize("path", ["/screen", f"/screen#token={WRONG}"])
def test_a_device_without_a_good_token_says_how_to_register_it(
    path: str, floor: Floor
) -> None:
    page = floor.open(path, WALL_SIZE)
    expect(page.get_by_role("heading", name="这台设备还没有登记")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text(re.compile(r"\d{6}"))
    expect(page.get_by_text("houzhen token --role screen --place im2")).to_be_visible()
    # the address bar is read over shoulders
    assert "token" not in page.url
    assert WRONG not in page.content()


def test_a_registered_wall_keeps_its_token(hospital: Hospital, floor: Floor) -> None:
    page = floor.open(f"/screen#token={hospital.token('screen', 'im2')}", WALL_SIZE)
    # nobody has opened this clinic's day
    expect(page.get_by_text("这个诊区今天没有开诊")).to_be_visible()
    assert "token" not in page.url
    page.reload()
    expect(page.get_by_text("这个诊区今天没有开诊")).to_be_visible()


def test_the_token_is_pasted_into_the_same_window(
    hospital: Hospital, floor: Floor
) -> None:
    """As the page itself tells an engineer to; only the end of the address changes."""
    page = floor.open("/screen", WALL_SIZE)
    expect(page.get_by_role("heading", name="没有登记")).to_be_visible()
    page.goto(f"{page.url}#token={hospital.token('screen', 'im2')}")
    expect(page.get_by_text("这个诊区今天没有开诊")).to_be_visible(timeout=3_000)
    assert "token" not in page.url


def test_a_desk_before_its_day_is_opened(hospital: Hospital, floor: Floor) -> None:
    token = hospital.token("doctor", "im2/3")
    page = floor.open(f"/doctor?clinic=im2&room=3#token={token}")
    expect(page.get_by_role("heading", name="今天还没有开诊")).to_be_visible()
    expect(page.get_by_text("实时", exact=True)).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(0)


def test_the_front_page_says_how_to_register_a_device(floor: Floor) -> None:
    page = floor.open("/")
    expect(page.get_by_role("heading", name="登记一台设备")).to_be_visible()
    for role, place, path in (
        ("kiosk", "im2", "/kiosk?clinic=im2"),
        ("doctor", "im2/3", "/doctor?clinic=im2&room=3"),
        ("screen", "im2", "/screen?clinic=im2"),
    ):
        command = f"houzhen token --role {role} --place {place}"
        expect(page.get_by_text(command)).to_be_visible()
        expect(page.get_by_role("link", name=path)).to_be_visible()
    expect(page.locator("iframe")).to_have_count(0)
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(SMALL_TARGETS, 40) == []
