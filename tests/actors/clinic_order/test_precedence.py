"""Rules 7 and 8: special classes, the nurse's moves, fairness, emergency levels."""

from msgspec.structs import replace

from actors.clinic.order.bounds import (
    blocks,
    next_overdue_at,
    overdue,
    overtaken_by,
    target_at,
    targets_passed,
)
from actors.clinic.order.facts import ClassHeld, put_before
from actors.clinic.settings import (
    Emergency,
    Fairness,
    Late,
    Recall,
    Returns,
    Settings,
)
from tests.actors.clinic_order.morning import (
    AGED,
    ARMY,
    CHILD,
    MINUTE,
    at,
    back,
    calls,
    classed,
    line,
    one,
    queue,
    recalled,
    seat,
    slot,
    why,
)

CLASSES = Settings(classes=(AGED, ARMY, CHILD))


def test_a_lower_level_goes_first_and_alike_as_they_were_set() -> None:
    waiting = queue(
        one("a1"),
        one("g2", classes=classed("aged", 9)),
        one("g3", classes=classed("aged", 8)),
        one("m4", classes=classed("army", 10)),
    )
    assert line(waiting, CLASSES) == "m4 g3 g2 a1"
    assert why(waiting, "g3", CLASSES) == ["class_first", "by_check_in"]


def test_the_nurse_may_raise_a_level() -> None:
    waiting = queue(
        one("m1", classes=classed("army", 1)),
        one("g2", classes=classed("aged", 2, level=1)),
    )
    assert line(waiting, CLASSES) == "g2 m1"


def test_an_interleaved_class_takes_its_share() -> None:
    waiting = queue(
        *(one(f"a{n}") for n in range(1, 5)),
        one("c5", classes=classed("child", 5)),
        one("c6", classes=classed("child", 6)),
    )
    assert line(waiting, CLASSES) == "a1 a2 c5 a3 a4 c6"
    assert why(waiting, "c5", CLASSES) == ["class_interleaved", "by_check_in"]


def test_an_interval_counts_from_when_the_class_was_set() -> None:
    waiting = queue(
        *(one(f"a{n}") for n in range(1, 5)),
        one("c9", classes=(ClassHeld("child", 9, calls=4),), calls=0),
    )
    counters = waiting.counters
    for _ in range(4):
        counters, _ = counters.count("normal", "dr3")
    waiting = replace(waiting, counters=counters)
    assert line(waiting, CLASSES) == "a1 a2 c9 a3 a4"


def test_of_several_classes_the_best_counts() -> None:
    both = (ClassHeld("aged", 1), ClassHeld("army", 2), ClassHeld("child", 3))
    waiting = queue(one("g1", classes=classed("aged", 0)), one("b2", classes=both))
    assert line(waiting, CLASSES) == "b2 g1"


def test_a_class_that_is_not_in_the_table_gives_nothing() -> None:
    waiting = queue(one("a1"), one("x2", classes=classed("unknown", 1)))
    assert line(waiting, CLASSES) == "a1 x2"


def test_a_missed_patient_loses_the_class_until_it_is_set_again() -> None:
    before = recalled("g9", classes=classed("aged", 1))
    assert line(queue(one("a1"), before), CLASSES) == "a1 g9"
    again = recalled("g9", classes=classed("aged", 10))
    assert line(queue(one("a1"), again), CLASSES) == "g9 a1"
    keeps = replace(CLASSES, recall=Recall(keeps_class=True))
    assert line(queue(one("a1"), before), keeps) == "g9 a1"


def test_returning_and_late_patients_keep_their_class_unless_set_otherwise() -> None:
    held = classed("aged", 1)
    late = one("l8", classes=held, checked_in_at=at("11:00"), **slot("08:00"))
    waiting = queue(one("a2"), back("r9", classes=held), late)
    assert line(waiting, CLASSES) == "l8 r9 a2"
    loses = replace(
        CLASSES,
        late=Late(mode="interleave", keeps_class=False),
        returns=Returns(keeps_class=False),
    )
    assert line(waiting, loses) == "a2 r9 l8"


# The nurse moves somebody forward


def test_a_nurse_moves_somebody_before_another() -> None:
    a1, a2, a3 = one("a1"), one("a2"), one("a3")
    moved = put_before(a3, a1, 9)
    assert line(queue(a1, a2, moved)) == "a3 a1 a2"
    assert why(queue(a1, moved), "a3")[0] == "moved_before"


def test_the_later_of_two_moves_stands_nearer() -> None:
    a1, a2, a3 = one("a1"), one("a2"), one("a3")
    first, second = put_before(a2, a1, 8), put_before(a3, a1, 9)
    assert line(queue(a1, first, second)) == "a2 a3 a1"


def test_somebody_moved_before_somebody_moved() -> None:
    a1, a2, a3 = one("a1"), one("a2"), one("a3")
    first = put_before(a2, a1, 8)
    second = put_before(a3, first, 9)
    assert line(queue(a1, first, second)) == "a3 a2 a1"


def test_a_move_lasts_when_the_other_is_gone() -> None:
    a1, a2, a3, a4 = one("a1"), one("a2"), one("a3"), one("a4")
    moved = put_before(a4, a2, 9)
    assert line(queue(a1, a2, a3, moved)) == "a1 a4 a2 a3"
    assert line(queue(a1, a3, moved)) == "a1 a4 a3"


def test_two_moved_before_each_other_all_day_do_not_grow_without_end() -> None:
    a1, a2 = one("a1"), one("a2")
    for seq in range(1000):
        a1 = put_before(a1, a2, 3 + 2 * seq)
        a2 = put_before(a2, a1, 4 + 2 * seq)
    depth, anchor = 0, a2.anchor
    while anchor is not None:
        depth, anchor = depth + 1, anchor.like.anchor
    assert depth <= 30
    assert line(queue(a1, a2)) == "a2 a1"


def test_a_move_before_a_class_joins_that_class() -> None:
    g1, a2 = one("g1", classes=classed("aged", 1)), one("a2")
    moved = put_before(one("a9"), g1, 9)
    assert line(queue(g1, a2, moved), CLASSES) == "a9 g1 a2"
    again = put_before(one("a8"), back("r5"), 9)
    waiting = queue(*(one(f"a{n}") for n in range(1, 4)), back("r5"), again)
    assert line(waiting) == calls(waiting, Settings()) == "a1 a2 a8 a3 r5"


def test_a_move_before_an_emergency_stands_behind_the_emergencies() -> None:
    e1, e2 = one("e1", emergency=2), one("e2", emergency=3)
    moved, later = put_before(one("a8"), e1, 8), put_before(one("a7"), e2, 9)
    waiting = queue(e1, e2, moved, later, one("g1", classes=classed("army")), one("a0"))
    assert line(waiting, CLASSES) == "e1 e2 a8 a7 g1 a0"
    graver = put_before(one("e3", emergency=4), e1, 9)
    assert line(queue(e1, e2, graver), CLASSES) == "e3 e1 e2"


def test_a_move_takes_no_precedence_away() -> None:
    moved = put_before(one("g9", classes=classed("aged", 10)), one("a5"), 9)
    assert line(queue(one("a1"), one("a5"), moved), CLASSES) == "g9 a1 a5"


# Fairness


FAIR = replace(CLASSES, fairness=Fairness(overtaken=2, longest_ms=60 * MINUTE))


def test_nobody_is_overtaken_more_than_k_times() -> None:
    waiting = queue(
        one("a1", overtaken=2),
        one("a2", overtaken=1),
        one("g3", classes=classed("aged", 3)),
    )
    assert line(waiting, FAIR) == "a1 g3 a2"
    assert why(waiting, "a1", FAIR)[0] == "overtaken"
    assert line(waiting, CLASSES) == "g3 a1 a2"


def test_who_has_waited_too_long_goes_before_all_but_emergencies() -> None:
    waiting = queue(
        one("e1", emergency=2),
        one("g2", classes=classed("aged", 3)),
        one("a3", overdue=True),
    )
    assert line(waiting, FAIR) == "e1 a3 g2"
    assert why(waiting, "a3", FAIR)[0] == "waited_too_long"


def test_a_nurses_move_does_not_break_the_bound() -> None:
    protected = one("a1", overtaken=2)
    moved = put_before(one("a5"), protected, 9)
    assert line(queue(protected, moved, one("a2")), FAIR) == "a1 a5 a2"


def test_whom_a_call_overtakes() -> None:
    waiting = queue(
        one("a1", overtaken=2),
        one("a2", doctor="dr9"),
        one("a3"),
        one("g4", classes=classed("aged", 4)),
        one("a5"),
    )
    assert overtaken_by(waiting, FAIR, "g4", seat()) == ("a1", "a3")
    assert blocks(waiting, FAIR, "g4", seat()) == ("a1",)
    assert overtaken_by(waiting, FAIR, "a1", seat()) == ()
    assert overtaken_by(waiting, CLASSES, "g4", seat()) == ()


def test_an_emergency_overtakes_nobody_and_is_not_overtaken() -> None:
    waiting = queue(one("a1"), one("e2", emergency=1), one("g3"))
    assert overtaken_by(waiting, FAIR, "e2", seat()) == ()
    assert overtaken_by(waiting, FAIR, "g3", seat()) == ("a1",)


def test_who_was_recalled_or_came_late_overtakes_those_before_it() -> None:
    settings = replace(FAIR, recall=Recall(mode="interleave"))
    waiting = queue(one("a3"), one("a9"), recalled("m5", registered=1))
    assert overtaken_by(waiting, settings, "m5", seat()) == ("a3",)


def test_when_waiting_becomes_too_long() -> None:
    waiting = queue(
        one("a2"), one("a1"), one("x0", overdue=True), one("d1", at_room="3")
    )
    due = at("09:01")
    assert next_overdue_at(waiting, FAIR) == due
    assert overdue(waiting, FAIR, due - 1) == ()
    assert overdue(waiting, FAIR, due) == ("a1",)
    assert next_overdue_at(queue(), FAIR) is None
    assert next_overdue_at(waiting, CLASSES) is None
    assert overdue(waiting, CLASSES, at("23:00")) == ()


# Emergency


ER = Settings(emergency=Emergency(on=True, untriaged_as=3))


def test_by_level_then_by_time_of_triage() -> None:
    waiting = queue(
        one("e1", emergency=3, triaged_at=at("08:20")),
        one("e2", emergency=3, triaged_at=at("08:10")),
        one("e3", emergency=2, triaged_at=at("08:50")),
        one("e4", emergency=1, triaged_at=at("08:55")),
    )
    assert line(waiting, ER) == "e4 e3 e2 e1"
    assert why(waiting, "e4", ER) == ["emergency", "by_check_in"]


def test_the_untriaged_stand_as_the_settings_say() -> None:
    waiting = queue(
        one("u9"),
        one("e1", emergency=4, triaged_at=at("08:00")),
        one("e2", emergency=2, triaged_at=at("08:00")),
    )
    assert line(waiting, ER) == "e2 u9 e1"
    assert why(waiting, "u9", ER)[0] == "awaits_triage"


def test_the_level_outweighs_having_been_missed_or_late() -> None:
    waiting = queue(recalled("e9", emergency=2), one("e1", emergency=3))
    assert line(waiting, ER) == "e9 e1"


def test_in_an_ordinary_clinic_an_emergency_passes_the_queue() -> None:
    waiting = queue(
        one("a1"), one("g2", classes=classed("army", 1)), one("e3", emergency=4)
    )
    assert line(waiting, CLASSES) == "e3 g2 a1"


def test_targets() -> None:
    since = at("08:30")
    first, second = (
        one("e1", emergency=2, triaged_at=since),
        one("e2", emergency=3, triaged_at=since),
    )
    assert target_at(first, ER) == since + 10 * MINUTE
    assert target_at(one("a1"), ER) is None
    assert target_at(one("e0", emergency=1, joined_at=since), ER) == since
    waiting = queue(second, first)
    assert targets_passed(waiting, ER, since + 10 * MINUTE) == ()
    assert targets_passed(waiting, ER, since + 11 * MINUTE) == ("e1",)
    assert targets_passed(waiting, ER, since + 31 * MINUTE) == ("e1", "e2")
