"""Every mistake in a file is found, with its line, its step and a word that helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from realtime.scenario.story import Noun
from realtime.scenario.times import say_clock
from tests.realtime.scenario.stories import HEAD, problems, scenario, steps

ONE = HEAD + "steps = [\n  {},\n]\n"


@pytest.mark.parametrize(
    ("step", "code", "says"),
    [
        ('{ do = "签道 甲" }', "unknown_deed", "是不是想写「签到」"),
        ('{ do = "chek in 甲" }', "unknown_deed", "check_in"),
        ('{ do = "签到 戊" }', "unknown_name", "没有叫「戊」"),
        ('{ do = "签到" }', "wrong_words", "「签到」要写明病人"),
        ('{ do = "复呼 甲 乙" }', "wrong_words", "最多写 1 个病人"),
        ('{ do = "叫号 甲" }', "wrong_words", "用不着写病人"),
        ('{ do = "签到 甲", expct.called = "甲" }', "unknown_key", "expect"),
        ('{ do = "签到 甲", reason = "x" }', "unknown_key", "没有「reason」"),
        ('{ do = "叫号 1", expect.caled = "甲" }', "unknown_key", "called"),
        ('{ do = "叫号 1", expect.called = "戊" }', "unknown_name", "戊"),
        ('{ expect.place.wating = "甲" }', "unknown_key", "waiting"),
        ('{ expect.order = "甲" }', "bad_value", "有 2 个队列"),
        ('{ expect.order.C = "甲" }', "unknown_name", "没有叫「C」的队列"),
        ('{ expect.order.A = "… 甲" }', "bad_value", "只能写在最后"),
        ('{ expect.ahead = "甲" }', "bad_value", "甲=…"),
        ('{ expect.hall.ordr = "甲" }', "unknown_key", "order"),
        ('{ expect = "甲" }', "bad_value", "expect"),
        ('{ at = "8点" }', "bad_time", "「08:05」或「+2m」"),
        ('{ at = "+2x" }', "bad_time", "+2m"),
        ('{ at = "06:59" }', "back_in_time", "先后"),
        ('{ at = "08:00", every = 3 }', "bad_time", "every"),
        ("{ do = 3 }", "bad_value", "do"),
        ('{ atx = "08:00" }', "unknown_key", "没有叫「atx」的键"),
        ('{ do = "挂号 己", slot = "9点" }', "bad_time", "09:00-09:30"),
        ('{ do = "挂号 己", slot = "10:00-09:00" }', "bad_time", "比开始早"),
        ('{ do = "挂号 己", booked = "是" }', "bad_value", "true"),
        ('{ do = "挂号 己", extra = { wher = "after" } }', "unknown_key", "where"),
        ('{ do = "改规则", settings.lat = 3 }', "unknown_setting", "没有叫「lat」"),
    ],
)
def test_a_mistake_in_a_step(tmp_path: Path, step: str, code: str, says: str) -> None:
    found = problems(tmp_path, ONE.replace("{}", step))
    assert [problem.code for problem in found] == [code]
    assert says in found[0].message
    assert (found[0].line, found[0].step) == (HEAD.count("\n") + 2, 1)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('titel = "x"\ntitle = "x"\nsteps = [{}]', "unknown_key", 1),
        ("steps = [{}]", "no_title", None),
        ('title = "x"', "no_steps", None),
        ('title = "x"\nsteps = 3', "bad_value", 2),
        ('title = "x"\nday = "明天"\nsteps = [{}]', "bad_day", 2),
        ('title = "x"\nopens = "早上"\nsteps = [{}]', "bad_time", 2),
        ('title = "x"\n\nqueues = 3\nsteps = [{}]', "bad_value", 3),
        ('title = "x"\nsteps = [{}]\n[queues]\n"心" = "x"', "bad_key", 4),
        ('title = "x"\nsteps = [{}]\n[queues]\nA = { nam = "x" }', "unknown_key", 4),
        ('title = "x"\nsteps = [{}]\n[rooms]\n1 = "A"\n2 = "C"', "unknown_name", 5),
        (
            'title = "x"\nsteps = [{}]\n[halves]\nmorning = "8:00-12:00"',
            "unknown_key",
            4,
        ),
        ('title = "x"\nsteps = [{}]\n[halves]\nam = "8:00"', "bad_time", 4),
        ('title = "x"\nsteps = [{}]\n[settings]\nmissed = 3', "unknown_setting", 4),
        ('title = "x"\nsteps = [{}]\n[settings]\nmissed_after = "x"', "bad_time", 4),
        ('title = "x"\nsteps = [{}]\n[[patients]]\nqueue = "A"', "no_patient", 3),
        ('title = "x"\npatients = "甲 A"\nsteps = [{}]', "ambiguous_name", None),
        ('title = "x"\nsteps = [{}]\n[[patients]]\nwho = "甲 甲"', "ambiguous_name", 3),
    ],
)
def test_a_mistake_beside_the_steps(
    tmp_path: Path, text: str, code: str, line: int | None
) -> None:
    found = problems(tmp_path, text)
    assert code in [problem.code for problem in found]
    if line is not None:
        assert line in [problem.line for problem in found]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = HEAD + '[[step]]\ndo = "签道 甲"\n\n[[step]]\natt = "8:00"\n'
    found = problems(tmp_path, text)
    begins = HEAD.count("\n")
    assert [(p.line, p.step, p.code) for p in found] == [
        (begins + 1, 1, "unknown_deed"),
        (begins + 4, 2, "unknown_key"),
    ]


def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, 'title = "x"\nsteps = [\n  { at = },\n]\n')
    assert (problem.code, problem.line) == ("bad_toml", 3)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    from realtime.scenario.reading import BadScenario, read_scenario

    with pytest.raises(BadScenario) as caught:
        read_scenario(tmp_path / "none.toml")
    assert caught.value.problems[0].code == "unreadable"


@pytest.mark.parametrize(
    "said",
    ["签到 甲、乙", "甲 乙 签到", "check in 甲, 乙", "check_in 甲 乙", "报到 甲 乙"],
)
def test_a_deed_may_be_said_in_many_ways(tmp_path: Path, said: str) -> None:
    (step,) = steps(tmp_path, f'{{ do = "{said}" }}').steps[2:]
    assert step.deed is not None
    assert (step.deed.name, step.deed.patients) == ("check_in", ("甲", "乙"))


def test_words_that_only_make_it_read_well_change_nothing(tmp_path: Path) -> None:
    (step,) = steps(tmp_path, '{ do = "转诊 甲 到 呼吸科 队列" }').steps[2:]
    assert step.deed is not None
    assert (step.deed.patients, step.deed.queues) == (("甲",), ("B",))


def test_a_room_is_known_by_its_door(tmp_path: Path) -> None:
    (step,) = steps(tmp_path, '{ do = "1诊室 叫号" }').steps[2:]
    assert step.deed is not None
    assert step.deed.rooms == ("1",)


def test_both_ways_to_write_steps_are_one(tmp_path: Path) -> None:
    short = steps(tmp_path, '{ at = "08:00", do = "签到 甲" }', '{ do = "叫号 1" }')
    text = HEAD + '[[step]]\nat = "08:00"\ndo = "签到 甲"\n[[step]]\ndo = "叫号 1"\n'
    long = scenario(tmp_path, text)
    assert [s.deed for s in short.steps] == [s.deed for s in long.steps]


def test_times_past_midnight_belong_to_the_day_that_began(tmp_path: Path) -> None:
    story = steps(tmp_path, '{ at = "24:10" }')
    begins = story.opens - 7 * 3_600_000
    assert story.steps[-1].at == begins + (24 * 60 + 10) * 60_000
    assert say_clock(begins + 90_061_000, begins) == "25:01:01"


def test_an_extra_number_behind_somebody_names_the_patient(tmp_path: Path) -> None:
    story = steps(tmp_path, '{ do = "挂号 己 B", extra = { after = "甲" } }')
    deed = story.steps[-1].deed
    assert deed is not None
    assert deed.fields["extra"] == {"after": Noun("patient", "甲")}
