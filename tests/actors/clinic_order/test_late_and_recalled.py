"""Rules 4 and 5: who is late, and who was missed and has come after all."""

import pytest
from msgspec.structs import replace

from actors.clinic.settings import Late, Order, Recall, Returns, Settings
from tests.actors.clinic_order.morning import (
    SLOTS,
    at,
    back,
    called,
    calls,
    joined_by,
    line,
    one,
    queue,
    recalled,
    slot,
    why,
)


def late_by(mode: str, base: str = "check_in", **more: object) -> Settings:
    return Settings(
        order=Order(base=base),  # type: ignore[arg-type]
        late=Late(mode=mode, **more),  # type: ignore[arg-type]
    )


LATE = one("late1", checked_in_at=at("08:31"), booked=True, **slot("08:00"))
ON_TIME = tuple(
    one(f"a{n}", checked_in_at=at("08:35"), booked=True, **slot("08:30"))
    for n in range(2, 8)
)
MORNING = queue(LATE, *ON_TIME, slots=SLOTS)


def test_who_comes_by_the_slots_end_is_not_late() -> None:
    settings = late_by("half_end")
    assert line(MORNING, settings) == "a2 a3 a4 a5 a6 a7 late1"
    just = replace(LATE, checked_in_at=at("08:30"))
    assert line(queue(just, *ON_TIME), settings).startswith("late1")


def test_a_grace_makes_fewer_late() -> None:
    settings = late_by("half_end", grace_ms=60_000)
    assert line(MORNING, settings).startswith("late1")


def test_who_has_no_slot_is_never_late() -> None:
    nowhere = replace(LATE, slot_start=0, slot_end=0)
    assert line(queue(nowhere, *ON_TIME), late_by("half_end")).startswith("late1")


def test_one_late_after_every_n_on_time() -> None:
    settings = late_by("interleave", every=2)
    other = replace(LATE, ticket="late0", joined=8)
    waiting = queue(LATE, other, *ON_TIME)
    assert line(waiting, settings) == "a2 a3 late1 a4 a5 late0 a6 a7"
    assert why(waiting, "late1", settings) == ["late_interleaved"]


def test_late_as_normal_keeps_the_place() -> None:
    assert line(MORNING, late_by("normal")).startswith("late1 a2")
    assert line(MORNING, late_by("normal", "slot")).startswith("late1 a2")
    assert why(MORNING, "late1", late_by("normal")) == ["by_check_in"]


def test_late_at_the_end_of_the_half_day() -> None:
    afternoon = one("p8", half="pm")
    morning = [replace(who, half="am") for who in (LATE, *ON_TIME)]
    settings = late_by("half_end")
    assert line(queue(*morning, afternoon), settings).endswith("a7 late1 p8")


def test_late_at_the_end_of_the_slot_it_comes_in_behind_all_of_that_slot() -> None:
    settings = late_by("slot_end_checkin", "slot")
    after = one("a8", checked_in_at=at("08:59"), booked=True, **slot("08:30"))
    walk_in = one("w9", checked_in_at=at("08:58"))
    following = one("a10", booked=True, **slot("09:00"))
    waiting = queue(LATE, *ON_TIME, after, walk_in, following, slots=SLOTS)
    assert line(waiting, settings) == "a2 a3 a4 a5 a6 a7 a8 w9 late1 a10"
    assert why(waiting, "late1", settings)[0] == "late_slot_end_checkin"


def test_late_at_the_end_of_its_own_slot() -> None:
    settings = late_by("slot_end_registered", "slot")
    same = one("a8", checked_in_at=at("08:29"), **slot("08:00"))
    assert line(queue(LATE, *ON_TIME, same, slots=SLOTS), settings).startswith(
        "a8 late1 a2"
    )


def test_late_after_the_last_slot_stands_at_the_end_of_the_half_day() -> None:
    settings = late_by("slot_end_checkin", "slot")
    very = replace(LATE, checked_in_at=at("12:30"))
    last = one("a9", booked=True, **slot("11:30"))
    assert line(queue(very, last, *ON_TIME, slots=SLOTS), settings).endswith("a9 late1")


def test_an_extra_number_that_is_late_stays_an_extra_number() -> None:
    settings = late_by("interleave", every=1)
    extra = replace(LATE, extra="half_end")
    assert line(queue(extra, *ON_TIME), settings).endswith("a7 late1")


# Recalled


def recall_by(mode: str, base: str = "check_in", **more: object) -> Settings:
    return Settings(
        order=Order(base=base),  # type: ignore[arg-type]
        recall=Recall(mode=mode, **more),  # type: ignore[arg-type]
    )


def test_anew_is_as_if_checked_in_now() -> None:
    waiting = queue(recalled("m4", registered=1), one("a3"), one("a5"))
    assert line(waiting) == "a3 m4 a5"
    assert why(waiting, "m4") == ["recalled_anew"]
    assert line(waiting, recall_by("anew", "registration")) == "a3 a5 m4"


def test_anew_by_slot_is_as_a_walk_in_of_that_moment() -> None:
    waiting = queue(
        recalled("m1", joined_at=at("08:40"), booked=True, **slot("08:00")),
        one("w2", **slot("08:30")),
        one("b3", booked=True, **slot("08:30")),
        one("b4", booked=True, **slot("09:00")),
        slots=SLOTS,
    )
    assert line(waiting, recall_by("anew", "slot")) == "b3 m1 w2 b4"


def test_one_recalled_after_every_n_normal() -> None:
    settings = recall_by("interleave", every=2)
    waiting = queue(
        recalled("m6"), recalled("m7"), *(one(f"a{n}") for n in range(1, 6))
    )
    assert line(waiting, settings) == "a1 a2 m6 a3 a4 m7 a5"
    assert calls(waiting, settings) == "a1 a2 m6 a3 a4 m7 a5"


def test_counting_starts_at_joining() -> None:
    """Calls from before do not help who comes now."""
    settings = recall_by("interleave", every=2)
    waiting = queue(*(one(f"a{n}") for n in range(1, 8)))
    for ticket in ("a1", "a2", "a3"):
        waiting = called(waiting, settings, ticket)
    waiting = joined_by(waiting, recalled("m8"))
    assert line(waiting, settings) == "a4 a5 m8 a6 a7"


def test_late_and_recalled_calls_are_not_normal_ones() -> None:
    settings = Settings(
        recall=Recall(mode="interleave", every=2),
        late=Late(mode="interleave", every=1),
    )
    late = [replace(LATE, ticket=f"late{n}", joined=n) for n in (11, 12, 13)]
    waiting = queue(recalled("m10"), *late, *(one(f"a{n}") for n in range(1, 5)))
    assert line(waiting, settings) == "a1 late11 a2 m10 late12 a3 late13 a4"


@pytest.mark.parametrize("undone", [1, 2])
def test_a_call_taken_back_does_not_count(undone: int) -> None:
    settings = recall_by("interleave", every=2)
    waiting = queue(recalled("m9"), *(one(f"a{n}") for n in range(1, 6)))
    counters, first = waiting.counters.count("normal", "dr3")
    counters, second = counters.count("normal", "dr3")
    due = replace(waiting, counters=counters)
    assert line(due, settings).startswith("m9")
    taken_back = counters.take_back(first if undone == 1 else second)
    assert line(replace(waiting, counters=taken_back), settings).startswith("a1 m9")


def test_taking_back_what_was_before_a_joining_changes_nothing_for_it() -> None:
    settings = recall_by("interleave", every=2)
    waiting = queue(*(one(f"a{n}") for n in range(1, 6)))
    counters, before = waiting.counters.count("normal", "dr3")
    waiting = joined_by(replace(waiting, counters=counters), recalled("m9"))
    waiting = called(waiting, settings, "a1")
    missed = replace(waiting, counters=waiting.counters.take_back(before))
    assert line(missed, settings) == line(waiting, settings) == "a2 m9 a3 a4 a5"


def test_a_recalled_one_that_is_missed_again_leaves_its_turn_to_the_next() -> None:
    settings = recall_by("interleave", every=2)
    waiting = queue(
        *(one(f"a{n}") for n in range(1, 8)), recalled("m8"), recalled("m9")
    )
    for ticket in ("a1", "a2"):
        waiting = called(waiting, settings, ticket)
    counters, counted = waiting.counters.count("recalled", "dr3")
    rest = tuple(who for who in waiting.waiting if who.ticket != "m8")
    gone = replace(waiting, waiting=rest, counters=counters)
    assert line(gone, settings).startswith("a3 a4 m9")
    missed = replace(gone, counters=counters.take_back(counted))
    assert line(missed, settings).startswith("m9 a3")


def test_with_no_normal_patient_the_recalled_go_at_once() -> None:
    settings = recall_by("interleave", every=3)
    assert calls(queue(recalled("m1"), recalled("m2")), settings) == "m1 m2"


def test_recalled_at_the_end_of_the_slot_of_that_moment() -> None:
    settings = recall_by("slot_end", "slot")
    waiting = queue(
        recalled("m1", joined_at=at("08:40"), **slot("08:00")),
        one("w2", **slot("08:30")),
        one("b3", booked=True, **slot("09:00")),
        slots=SLOTS,
    )
    assert line(waiting, settings) == "w2 m1 b3"
    assert why(waiting, "m1", settings) == ["recalled_slot_end"]


def test_recalled_at_the_end_of_the_half_day() -> None:
    settings = recall_by("half_end")
    waiting = queue(
        recalled("m1", half="am"), one("a2", half="am"), one("p3", half="pm")
    )
    assert line(waiting, settings) == "a2 m1 p3"


def test_the_interval_counts_per_doctor() -> None:
    settings = recall_by("interleave", every=2, per="doctor")
    waiting = queue(*(one(f"a{n}") for n in range(1, 9)), recalled("m9"))
    waiting = called(waiting, settings, "a1", "dr4")
    waiting = called(waiting, settings, "a2", "dr4")
    assert calls(waiting, settings, 3) == "a3 a4 m9"  # dr3 has called nobody yet
    waiting = called(waiting, settings, "a3", "dr3")
    assert calls(waiting, settings, 2) == "a4 m9"


def test_the_interval_counts_per_queue() -> None:
    settings = recall_by("interleave", every=2)
    waiting = queue(*(one(f"a{n}") for n in range(1, 9)), recalled("m9"))
    waiting = called(waiting, settings, "a1", "dr4")
    assert calls(waiting, settings, 2) == "a2 m9"


def test_examined_patients_follow_the_recall_rule_where_it_is_so_set() -> None:
    settings = Settings(
        recall=Recall(mode="interleave", every=3), returns=Returns(mode="recall")
    )
    waiting = queue(back("r9"), *(one(f"a{n}") for n in range(1, 5)))
    assert line(waiting, settings) == "a1 a2 a3 r9 a4"
    assert why(waiting, "r9", settings) == ["returned_interleaved"]
