"""A page in English can say every refusal that a desk may be given."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from realtime.version import CHECKOUT

ROOMS = (
    *("actors/clinic", "actors/schedule", "actors/booker", "actors/staff"),
    *("actors/hospital", "actors/terminal", "actors/directory", "actors/kernel"),
    "queue_displays/announcements",
)
TABLE = CHECKOUT / "kiosk_web" / "shared" / "page" / "refusals.ts"
NOT_AT_A_DESK = {
    # a frame's, not an ask's: the page joins fewer topics
    "too_many_topics",
}


def codes(room: str) -> Iterator[str]:
    for path in sorted((CHECKOUT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="Refused"), args=[ast.Constant(str(code)), *_]
                ):
                    yield code
                case ast.Assign(
                    targets=[ast.Name(id="code")], value=ast.Constant(str(code))
                ) if code:
                    yield code


@pytest.mark.parametrize("room", ROOMS)
def test_every_refusal_has_english_words(room: str) -> None:
    known = set(re.findall(r"^  ([a-z_]+): ", TABLE.read_text("utf-8"), re.MULTILINE))
    assert len(known) > 100
    assert set(codes(room)) - known - NOT_AT_A_DESK == set()


def test_the_refusals_are_found() -> None:
    assert {"nobody_waiting", "too_soon"} <= set(codes("actors/clinic"))
    assert "forbidden" in set(codes("actors/kernel"))
