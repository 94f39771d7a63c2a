"""Devices at a real server, which gives nobody a token for the asking."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.floor import WALL_SIZE, Floor
from tests.e2e.hospital import Hospital

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
