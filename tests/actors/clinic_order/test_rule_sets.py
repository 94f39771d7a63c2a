"""Every rule set to begin with can be used, written down, and orders anybody."""

import msgspec
import pytest
from hypothesis import given

from actors.clinic.order.facts import QueueFacts
from actors.clinic.rule_sets import CLASSES, RULE_SETS
from actors.clinic.settings import Settings, problems
from tests.actors.clinic_order.days import rooms
from tests.actors.clinic_order.morning import calls, classed, line, one, queue


@pytest.mark.parametrize("name", RULE_SETS)
def test_it_has_no_problems_and_can_be_written_down(name: str) -> None:
    settings = RULE_SETS[name]
    assert problems(settings) == ()
    assert msgspec.json.decode(msgspec.json.encode(settings), type=Settings) == settings


@given(rooms())
def test_under_each_the_head_leaves_the_tail(waiting: QueueFacts) -> None:
    for name, settings in RULE_SETS.items():
        if settings.second_stage.mode != "manual":
            assert calls(waiting, settings) == line(waiting, settings), name


def test_the_levels_of_the_classes() -> None:
    keys = [special.key for special in CLASSES if special.mode == "absolute"]
    waiting = queue(*(one(f"{key}9", classes=classed(key)) for key in reversed(keys)))
    assert line(waiting, RULE_SETS["clinic"]) == " ".join(f"{key}9" for key in keys)
