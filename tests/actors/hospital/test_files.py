"""A plan as a file: out and in again is the same, and what is wrong has its line."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.clinic.rule_sets import RULE_SETS
from actors.hospital.files import WrongFile, from_file, to_file
from actors.hospital.plan import (
    ClinicPlan,
    Plan,
    QueuePlan,
    RoomPlan,
    RulesPlan,
    SpeechPlan,
    VolumePlan,
)
from tests.actors.hospital.plans import PLAN

KEYS = st.text(string.ascii_letters + string.digits + "_.-", min_size=1, max_size=8)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
QUEUES = st.builds(QueuePlan, name=WORDS, kind=WORDS, prefix=KEYS)
ROOMS = st.builds(
    RoomPlan,
    queues=st.lists(KEYS, max_size=3).map(tuple),
    way=WORDS,
    levels=st.lists(st.integers(1, 4), max_size=2).map(tuple),
)
CLINICS = st.builds(
    ClinicPlan,
    name=WORDS,
    rolls_over=st.booleans(),
    days=st.lists(st.integers(1, 7), max_size=3).map(tuple),
    queues=st.dictionaries(KEYS, QUEUES, max_size=2),
    rooms=st.dictionaries(KEYS, ROOMS, max_size=2),
)
RULES = st.builds(
    RulesPlan, name=WORDS, settings=st.sampled_from(list(RULE_SETS.values()))
)
SPEECH = st.builds(
    SpeechPlan,
    times=st.integers(1, 3),
    volumes=st.lists(
        st.builds(VolumePlan, begins=WORDS, volume=st.integers(0, 100)), max_size=2
    ).map(tuple),
)
PLANS = st.builds(
    Plan,
    clinics=st.dictionaries(KEYS, CLINICS, max_size=2),
    rules=st.dictionaries(KEYS, RULES, max_size=2),
    speech=SPEECH,
)


@given(PLANS)
def test_out_and_in_is_the_same(plan: Plan) -> None:
    assert from_file(to_file(plan)) == plan


def test_the_file_is_one_that_people_read() -> None:
    text = to_file(PLAN)
    assert from_file(text) == PLAN
    assert '[clinics.im2.rooms.3]\nqueues = ["A", "Z"]\n' in text
    assert from_file("") == Plan()


@pytest.mark.parametrize(
    ("was", "is_", "field", "expected"),
    [
        ('floor = "2"', "floor = 2", "clinics.im2.floor", "`str`"),
        ('zone = "east"', 'zon = "east"', "clinics.im2.rooms.3.zon", "no such field"),
        ("every = 5", 'every = "5"', "rules.late5.settings.late.every", "`int`"),
        ("[areas.hall2]", "[area.hall2]", "area", "no such field"),
        ("volume = 40", "volume = true", "speech.volumes.0.volume", "`int`"),
        ('[zones.east]\nname = "东侧"', "[zones.east]", "zones.east", "name"),
        ("days = [1, 2", 'days = [1, "二"', "clinics.im2.days.1", "`int`"),
        ('begins = "08:00"', 'begin = "08:00"', "clinics.im2.halves", "begins"),
    ],
)
def test_what_is_wrong_has_its_line(
    was: str, is_: str, field: str, expected: str
) -> None:
    text = to_file(PLAN)
    assert was in text
    wrong = text.replace(was, is_, 1)
    with pytest.raises(WrongFile) as refused:
        from_file(wrong)
    details = refused.value.details
    assert details["field"].startswith(field)
    assert expected in details["expected"]
    line = wrong.splitlines()[details["line"] - 1]
    assert is_.splitlines()[0] in line or "halves" in line
    assert str(details["line"]) in refused.value.message


def test_what_is_no_file_at_all() -> None:
    with pytest.raises(WrongFile) as refused:
        from_file('[clinics.im2]\nname = "内科\n')
    assert refused.value.details["line"] == 2
