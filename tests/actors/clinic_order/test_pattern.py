"""Rule 6, and where late, recalled, returned and interleaved classes meet."""

import pytest
from msgspec.structs import replace

from actors.clinic.order.counting import Counted, Counters
from actors.clinic.settings import Fairness, Late, Recall, Returns, Settings
from tests.actors.clinic_order.morning import (
    CHILD,
    at,
    back,
    called,
    calls,
    classed,
    joined_by,
    line,
    one,
    queue,
    recalled,
    slot,
    why,
)


def test_two_first_visits_then_one_return() -> None:
    waiting = queue(back("r8"), back("r9"), *(one(f"a{n}") for n in range(1, 6)))
    assert line(waiting) == "a1 a2 r8 a3 a4 r9 a5"
    assert why(waiting, "r8") == ["returned"]


def test_one_to_one_while_returns_outnumber() -> None:
    waiting = queue(*(back(f"r{n}") for n in (6, 7, 8)), one("a1"), one("a2"))
    assert line(waiting) == "a1 r6 a2 r7 r8"


def test_the_ratio_changes_when_returns_come_to_outnumber() -> None:
    """Three against two at first: as soon as one is left, 1:1."""
    waiting = queue(back("r7"), back("r8"), one("a1"), one("a2"), one("a3"))
    assert line(waiting) == calls(waiting, Settings()) == "a1 a2 r7 a3 r8"
    assert line(queue(back("r7"), back("r8"), one("a1"))) == "a1 r7 r8"


def test_the_ratio_stays_where_the_settings_say_so() -> None:
    settings = Settings(returns=Returns(even_out=False))
    waiting = queue(*(back(f"r{n}") for n in (6, 7, 8)), one("a1"), one("a2"))
    assert line(waiting, settings) == "a1 a2 r6 r7 r8"


def test_several_returns_in_a_row() -> None:
    settings = Settings(returns=Returns(first=2, back=2, even_out=False))
    waiting = queue(
        *(back(f"r{n}") for n in range(10, 15)), *(one(f"a{n}") for n in range(1, 6))
    )
    expected = "a1 a2 r10 r11 a3 a4 r12 r13 a5 r14"
    assert line(waiting, settings) == expected
    assert calls(waiting, settings) == expected


def test_returns_at_once() -> None:
    settings = Settings(returns=Returns(first=0))
    waiting = queue(back("r8"), back("r9"), one("a1"))
    assert line(waiting, settings) == "r8 r9 a1"
    assert why(waiting, "r8", settings) == ["returned_at_once"]


def test_who_is_in_the_room_comes_before_the_counting() -> None:
    """The doctor has called a1; who returns now waits for two more."""
    waiting = called(queue(*(one(f"a{n}") for n in range(1, 5))), Settings(), "a1")
    waiting = joined_by(waiting, back("r9"))
    assert line(waiting) == "a2 a3 r9 a4"


ALL = Settings(
    late=Late(mode="interleave", every=2),
    recall=Recall(mode="interleave", every=3),
    returns=Returns(first=2, even_out=False),
    classes=(CHILD,),
)
LATE = one("l31", checked_in_at=at("11:00"), **slot("08:00"))


def test_the_four_classes_meet_in_one_pattern() -> None:
    waiting = queue(
        *(one(f"a{n}") for n in range(1, 8)),
        replace(LATE, ticket="l31", joined=31),
        replace(LATE, ticket="l32", joined=32),
        recalled("m21"),
        back("r11"),
        back("r12"),
        one("c41", classes=classed("child", 41)),
    )
    expected = "a1 a2 c41 l31 r11 a3 m21 a4 l32 r12 a5 a6 a7"
    assert line(waiting, ALL) == expected
    assert calls(waiting, ALL) == expected


def test_empty_classes_are_skipped() -> None:
    waiting = queue(*(one(f"a{n}") for n in range(1, 5)), recalled("m21"))
    assert line(waiting, ALL) == "a1 a2 a3 m21 a4"


def test_inside_a_class_by_joining() -> None:
    waiting = queue(recalled("m22"), recalled("m21"), recalled("m23"))
    assert line(waiting, ALL) == "m21 m22 m23"


def test_with_nobody_normal_the_classes_take_turns() -> None:
    waiting = queue(recalled("m21"), recalled("m22"), back("r11"), back("r12"), LATE)
    expected = "l31 r11 m21 r12 m22"
    assert line(waiting, ALL) == expected
    assert calls(waiting, ALL) == expected


def test_who_joins_does_not_reset_those_that_wait() -> None:
    waiting = queue(*(one(f"a{n}") for n in range(1, 6)), back("r11"))
    waiting = called(waiting, ALL, "a1")
    waiting = joined_by(waiting, back("r12"))
    assert line(waiting, ALL) == "a2 r11 a3 a4 r12 a5"


def test_calls_of_a_protected_patient_count_for_nobody() -> None:
    settings = Settings(fairness=Fairness(overtaken=2))
    waiting = queue(one("a1"), one("a2"), one("a3", overtaken=2), back("r9"), one("a4"))
    expected = "a3 a1 a2 r9 a4"
    assert line(waiting, settings) == calls(waiting, settings) == expected


def test_of_two_that_are_due_alike_the_one_called_longer_ago() -> None:
    """Both go after two: after a return the late one, after a late one the return."""
    settings = replace(ALL, recall=Recall())
    waiting = queue(*(one(f"a{n}") for n in range(1, 6)), back("r11"), LATE)
    assert line(waiting, settings) == "a1 a2 l31 r11 a3 a4 a5"
    counters, _ = waiting.counters.count("late", "dr3")
    assert line(replace(waiting, counters=counters), settings) == (
        "a1 a2 r11 l31 a3 a4 a5"
    )


def test_an_old_call_of_the_class_does_not_help_who_joins_now() -> None:
    settings = Settings(recall=Recall(mode="interleave", every=2))
    counters, _ = Counters().count("recalled", "dr3")
    for _ in range(4):
        counters, _ = counters.count("normal", "dr3")
    waiting = queue(*(one(f"a{n}") for n in range(1, 5)), counters=counters)
    assert line(joined_by(waiting, recalled("m9")), settings) == "a1 a2 m9 a3 a4"


# Counting


def test_counters_keep_lanes_and_doctors_apart() -> None:
    counters, first = Counters().count("normal", "dr3")
    counters, second = counters.count("late", "dr4")
    assert (first, second) == (Counted("normal", 1, "dr3"), Counted("late", 2, "dr4"))
    assert counters.calls == 2
    assert counters.of("normal") == (1,)
    assert counters.of("normal", "dr3") == (1,)
    assert counters.of("normal", "dr4") == ()
    assert counters.of("late", "dr4") == (2,)


def test_taking_back_is_once_and_leaves_the_others() -> None:
    counters, first = Counters().count("normal", "dr3")
    counters, second = counters.count("normal", "dr3")
    counters = counters.take_back(first).take_back(first)
    assert counters.of("normal") == counters.of("normal", "dr3") == (second.ordinal,)
    assert counters.calls == 2


def test_only_the_last_calls_of_a_class_are_kept_and_all_normal_ones() -> None:
    counters = Counters()
    for _ in range(100):
        counters, _ = counters.count("late", "")
        counters, _ = counters.count("normal", "")
    assert len(counters.of("normal")) == 100
    assert len(counters.of("late")) == 64
    assert counters.of("late")[-1] == 199


@pytest.mark.parametrize("every", [1, 2, 5])
def test_after_n_normals_the_due_class_comes(every: int) -> None:
    settings = Settings(late=Late(mode="interleave", every=every))
    waiting = queue(*(one(f"a{n}") for n in range(1, 21)), LATE)
    order = line(waiting, settings).split()
    assert order.index("l31") == every
