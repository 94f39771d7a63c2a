"""A story is played as its steps say, and every difference is seen."""

from __future__ import annotations

from pathlib import Path

from tests.realtime.scenario.stories import differences, played

CHECKED_IN = '{ at = "08:00", do = "签到 甲 乙 丙" }'


async def test_what_is_as_expected_is_no_difference(tmp_path: Path) -> None:
    report = await played(
        tmp_path,
        CHECKED_IN,
        '{ expect.order = { A = "甲 乙 丙", B = "" } }',
        '{ expect.ahead = "乙=1", expect.number = "丙=A003" }',
        '{ do = "叫号 1", expect = { called = "甲", rooms = { 1 = "甲", 2 = "" } } }',
        '{ expect.place = { called = "甲", waiting = "乙 丙", booked = "丁" } }',
        '{ expect.place = { done = "", missed = "无人" } }',
        '{ expect.hall = { order.A = "乙 …", calls = "甲→1", names = "乙=乙" } }',
    )
    # a name of one character has nothing to mask but itself
    assert [d for d in differences(report) if d[1] != "hall.names.乙"] == []


async def test_each_kind_of_difference_is_told(tmp_path: Path) -> None:
    report = await played(
        tmp_path,
        CHECKED_IN,
        '{ expect.order.A = "乙 甲 丙" }',
        '{ expect.ahead = "乙=0" }',
        '{ expect.number = "丙=A009" }',
        '{ do = "叫号 1", expect.called = "乙" }',
        '{ expect.rooms.1 = "无人" }',
        '{ expect.place.waiting = "甲" }',
        '{ expect.place.called = "无人" }',
        '{ expect.missed = "甲" }',
        '{ expect.hall.calls = "甲→2" }',
        '{ do = "过号 甲", expect.refused = "moved_on" }',
        '{ at = "+1m", do = "过号 甲", expect.refused = "moved_on" }',
    )
    found = differences(report)
    assert [(number, what) for number, what, _, _ in found] == [
        (2, "order.A"),
        (3, "ahead.乙"),
        (4, "number.丙"),
        (5, "called"),
        (6, "rooms.1"),
        (7, "place.waiting"),
        (8, "place.called"),
        (9, "missed"),
        (10, "hall.calls"),
        (11, "refused"),
        (12, "refused"),
    ]
    assert found[0][2:] == ("乙 甲 丙", "甲 乙 丙")
    assert found[3][2:] == ("乙", "甲")
    assert found[9][3].startswith("too_soon「")
    assert found[10][3] == ""


async def test_a_refusal_nobody_expected_is_a_difference(tmp_path: Path) -> None:
    report = await played(tmp_path, '{ do = "过号 甲" }')
    ((number, what, expected, actual),) = differences(report)
    assert (number, what, expected) == (1, "refused", "")
    assert actual.startswith("moved_on「")


async def test_whom_is_called_in_turn_is_one_step(tmp_path: Path) -> None:
    report = await played(
        tmp_path,
        CHECKED_IN,
        '{ do = "叫号 1", every = "3m", expect.called = "甲 乙 丙 无人" }',
    )
    assert report.fine
    assert report.steps[-1].clock == "08:09"


async def test_two_rooms_press_in_turn(tmp_path: Path) -> None:
    report = await played(
        tmp_path,
        CHECKED_IN,
        '{ do = "叫号 1 2", expect.called = "甲 乙" }',
        '{ expect.rooms = { 1 = "甲", 2 = "乙" } }',
    )
    assert report.fine


async def test_a_page_that_is_old_is_refused(tmp_path: Path) -> None:
    report = await played(
        tmp_path,
        CHECKED_IN,
        '{ do = "叫号 1", expect.called = "甲" }',
        '{ do = "叫号 1", after = "", expect.refused = "moved_on" }',
    )
    assert report.fine


async def test_what_is_due_happens_at_its_own_time(tmp_path: Path) -> None:
    report = await played(
        tmp_path,
        CHECKED_IN,
        '{ do = "叫号 1", expect.hall.calls = "甲→1" }',
        '{ at = "+59s", expect.hall.calls = "甲→1" }',
        '{ at = "+1s", expect.hall.calls = "" }',
    )
    assert report.fine


async def test_every_one_of_several_must_be_refused(tmp_path: Path) -> None:
    report = await played(
        tmp_path, CHECKED_IN, '{ do = "签到 甲 丁", expect.refused = "already_in" }'
    )
    ((_, what, expected, actual),) = differences(report)
    assert (what, expected, actual) == ("refused", "already_in", "already_in (1/2)")


async def test_the_journal_changes_nothing(tmp_path: Path) -> None:
    from realtime.scenario.floor import theatre_at
    from realtime.scenario.running import play
    from tests.realtime.scenario.stories import steps

    story = steps(
        tmp_path,
        CHECKED_IN,
        '{ do = "叫号 1", expect.called = "甲" }',
        '{ at = "+2m", do = "过号 甲", expect.hall.calls = "" }',
        '{ do = "召回 甲", expect.order.A = "乙 丙 甲" }',
    )
    async with theatre_at(f"sqlite:///{tmp_path}/journal.db") as theatre:
        first = await play(story, theatre.floor(story.day))
        again = await play(story, theatre.floor(story.day))
    assert first.fine
    assert again.fine
