"""A number: held, paid for, taken, given back; and what there is to say when not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from actors.booker.messages import Standing
from actors.kernel.errors import Refused
from actors.runtime.shape import Accepted, Wake
from actors.schedule.commands import (
    AddSession,
    Came,
    Cancel,
    Change,
    Confirm,
    Excuse,
    Extra,
    SetCount,
    Take,
)
from actors.schedule.events import Expired, Locked, SessionEnded
from actors.schedule.plan import HOUR, MINUTE
from tests.actors.schedule.day import (
    EIGHT,
    EXPERT,
    OPENING,
    SCHEDULE,
    Day,
    book,
    lock,
    paid,
    patient,
    slot,
)


def test_a_place_is_held_paid_for_and_taken() -> None:
    day = Day()
    held = day.lock("p1", slot="2")
    assert (held.slot, held.price) == ("2", 5000)
    assert held.expires == EIGHT + 10 * MINUTE
    assert day.view("pool")["slots"]["e/2"]["left"] == 1
    given = day.ok(paid(held))
    assert (given.number, given.start) == ("Z001", EIGHT + 90 * MINUTE)
    day.until(EIGHT + HOUR)
    assert day.ok(Take(by="kiosk", booking=given.booking)).number == "Z001"
    assert day.stage(given.booking) == "taken"
    assert day.view("desk")["counts"]["e"]["taken"] == 1
    assert "张友三" not in str(day.document())


def test_without_a_slot_it_is_the_earliest_one_with_a_place() -> None:
    day = Day()
    assert [day.lock(f"p{n}").slot for n in range(4)] == ["1", "1", "2", "2"]
    none_left = day.no(lock("p9"))
    assert (none_left.code, none_left.details["slots"]) == ("none_left", [])


def test_who_finds_a_slot_full_is_told_which_are_not() -> None:
    day = Day()
    day.lock("p1", slot="1")
    day.lock("p2", slot="1")
    none_left = day.no(lock("p3", slot="1"))
    assert (none_left.code, none_left.details["slots"]) == ("none_left", ["2"])


def test_a_lock_runs_out_to_the_millisecond() -> None:
    day = Day()
    held = day.lock("p1", slot="1")
    day.clock.at = held.expires - 1
    assert day.ok(Wake(held.expires - 1)) is not None
    assert day.stage(held.booking) == "locked"
    day.clock.at = held.expires
    # its time has come, its wake-up has not
    refusal = day.no(paid(held))
    assert (refusal.code, refusal.details["stage"]) == ("not_held", "expired")
    assert day.stage(held.booking) == "locked"
    day.until(held.expires)
    assert day.stage(held.booking) == "expired"


def test_a_place_whose_lock_has_run_out_is_sold_before_the_wake_up() -> None:
    day = Day()
    held = day.lock("p1", slot="1")
    day.lock("p2", slot="1", channel="wechat")
    day.clock.at = held.expires
    ran = day.run(lock("p3", slot="1"))
    expired, locked = ran.events
    assert isinstance(expired, Expired)
    assert expired.bookings == (held.booking,)
    assert isinstance(locked, Locked)
    day.adds_up()
    assert day.no(lock("p4", slot="1")).code == "none_left"


def test_what_is_due_is_looked_at_aside() -> None:
    """Nothing of the state changes before the event is on disk, not even by time."""
    day = Day()
    gone = day.booked("p1")
    day.lock("p2")
    extra = Extra(by="zhou", session="e", patient=patient("p3"), reason="复诊")
    day.ok(extra)
    before = msgspec.json.encode(day.state)
    now = EIGHT + 9 * HOUR
    decision = SCHEDULE.decide(day.state, lock("p4"), now)
    assert isinstance(decision, Refused)
    assert decision.code == "sale_over"
    rush = msgspec.structs.replace(OPENING.sessions["e"], slots={"1": slot(10, 1)})
    added = AddSession(by="his", session="n", plan=rush)
    decision = SCHEDULE.decide(day.state, added, now)
    assert isinstance(decision, Accepted)
    names = [type(event).__name__ for event in decision.events]
    assert names == [
        "Expired",
        "SessionEnded",
        "ReservesReleased",
        "SessionEnded",
        "SessionAdded",
    ]
    ended = decision.events[1]
    assert isinstance(ended, SessionEnded)
    assert ended.no_shows == (gone.booking,)
    assert msgspec.json.encode(day.state) == before


def test_one_payment_confirms_once() -> None:
    day = Day()
    held = day.lock("p1")
    first = day.ok(paid(held))
    again = day.run(paid(held))
    assert (again.reply, again.events) == (first, ())
    other = Confirm(by="x", booking=held.booking, paid=5000, trade="another")
    assert day.no(other).code == "not_held"


def test_the_amount_must_be_the_price_and_have_a_trade() -> None:
    day = Day()
    held = day.lock("p1")
    wrong = Confirm(by="x", booking=held.booking, paid=4999, trade="t")
    assert day.no(wrong).details == {"price": 5000}
    no_trade = Confirm(by="x", booking=held.booking, paid=5000)
    assert day.no(no_trade).code == "no_trade"
    # paid when taken
    assert day.ok(Confirm(by="x", booking=held.booking)).number == "Z001"


def test_a_number_is_never_given_again() -> None:
    day = Day()
    first = day.booked("p1")
    ended = day.ok(Cancel(by="desk", booking=first.booking, staff=True))
    assert (ended.refund, ended.trade) == (5000, f"pay-{first.booking}")
    assert day.booked("p2").number == "Z002"
    assert day.view("pool")["sessions"]["e"]["left"]["window"] == 3


def test_numbers_run_per_prefix_through_the_departments_sessions() -> None:
    night = msgspec.structs.replace(EXPERT, slots={"1": slot(10, 2)}, half="night")
    opening = msgspec.structs.replace(
        OPENING, sessions={**OPENING.sessions, "n": night}
    )
    day = Day(opening)
    assert day.booked("p1", "e").number == "Z001"
    assert day.booked("p2", "o").number == "A001"
    assert day.booked("p3", "n").number == "Z002"


def test_a_slot_may_have_its_own_numbers() -> None:
    plan = msgspec.structs.replace(
        EXPERT,
        slots={
            "1": slot(1, 2, first=1),
            "2": slot(1.5, 2, first=3),
            "3": slot(2, 1, prefix="Z3-"),
        },
    )
    day = Day(msgspec.structs.replace(OPENING, sessions={"e": plan}))
    third = day.booked("p1", slot="2")
    assert third.number == "Z003"
    first = day.booked("p2", slot="1")
    assert first.number == "Z001"
    day.ok(Cancel(by="desk", booking=first.booking))
    assert day.booked("p3", slot="1").number == "Z002"
    assert day.booked("p4", slot="1").number == "Z005"  # behind all slots' own
    assert day.booked("p5", slot="3").number == "Z3-001"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"per_person_session": 1}, "already_held"),
        ({"per_person_session": 0, "per_person_department": 1}, "limit_reached"),
        ({"per_person_session": 0, "per_person_day": 1}, "limit_reached"),
    ],
)
def test_a_person_has_so_many_and_no_more(settings: dict[str, Any], code: str) -> None:
    day = Day(**settings)
    day.booked("p1")
    assert day.no(lock("p1", slot="2")).code == code


def test_numbers_elsewhere_count_when_the_command_says_so() -> None:
    day = Day(per_person_day=2)
    assert day.lock("p1", standing=Standing(that_day=1)).booking == "b1"
    refusal = day.no(lock("p2", standing=Standing(that_day=2)))
    assert refusal.details == {"limit": "per_person_day"}


def test_one_unpaid_lock_at_a_time() -> None:
    day = Day()
    day.lock("p1", "e")
    assert day.no(lock("p1", "o")).details == {"limit": "locks_per_person"}


def test_a_ban_closes_booking_and_not_the_window() -> None:
    day = Day()
    banned = Standing(closed_until=EIGHT + 1)
    refusal = day.no(lock("p1", channel="wechat", standing=banned))
    assert (refusal.code, refusal.details["until"]) == ("booking_closed", EIGHT + 1)
    day.lock("p1", channel="window", standing=banned)
    day.lock("p2", channel="wechat", standing=Standing(closed_until=EIGHT))


def test_sale_opens_and_closes_by_channel() -> None:
    plan = msgspec.structs.replace(EXPERT, on_sale=EIGHT + 1)
    day = Day(msgspec.structs.replace(OPENING, sessions={"e": plan}))
    assert day.no(lock("p1")).details == {"opens_at": EIGHT + 1}
    day.clock.at = EIGHT + HOUR
    assert day.no(lock("p1", slot="1", channel="wechat")).code == "sale_over"
    day.lock("p1", slot="1")
    day.clock.at = EIGHT + 90 * MINUTE
    assert day.no(lock("p2", slot="1")).code == "sale_over"
    assert day.lock("p2").slot == "2"


def test_what_is_reserved_is_kept_until_it_is_released() -> None:
    day = Day()
    left = day.view("pool")["sessions"]["o"]["left"]
    assert left == {"window": 4, "kiosk": 4, "wechat": 4}  # of six
    for n in range(4):
        day.booked(f"p{n}", "o")
    assert day.no(lock("p5", "o")).code == "none_left"
    day.booked("p6", "o", channel="wechat")
    release = EIGHT + 30 * MINUTE
    assert day.wake_at() == release
    day.clock.at = release  # not woken yet, and free already
    day.booked("p7", "o")
    assert day.view("pool")["sessions"]["o"]["left"]["window"] == 0
    assert day.state.sessions["o"].released == ("wechat",)


def test_a_channel_takes_no_more_than_its_limit() -> None:
    day = Day()
    for n in range(4):
        day.booked(f"p{n}", "o", channel="wechat")
    assert day.view("pool")["sessions"]["o"]["left"] == {
        "window": 2,
        "kiosk": 2,
        "wechat": 0,
    }
    assert day.no(lock("p9", "o", channel="wechat")).code == "none_left"


def test_taking_has_its_hours_and_staff_has_none() -> None:
    day = Day(take_from_ms=30 * MINUTE, take_late_ms=0)
    one, two = day.booked("p1"), day.booked("p2")
    early = day.no(Take(by="kiosk", booking=one.booking))
    assert early.details == {"take_from": EIGHT + 30 * MINUTE}
    day.until(EIGHT + 90 * MINUTE)
    assert day.no(Take(by="kiosk", booking=one.booking)).code == "too_late"
    day.ok(Take(by="desk", booking=one.booking, staff=True))
    day.ok(Came(by="clinic", booking=two.booking))
    assert day.run(Came(by="clinic", booking=two.booking)).events == ()
    assert day.stage(two.booking) == "taken"


def test_who_never_came_is_a_no_show_at_the_cut_off() -> None:
    day = Day(no_show_after_ms=5 * MINUTE)
    gone, late, here = (day.booked(f"p{n}") for n in range(3))
    held = day.lock("p9")
    day.ok(Take(by="kiosk", booking=here.booking))
    cut_off = EIGHT + 2 * HOUR + 5 * MINUTE
    day.until(cut_off - 1)
    assert day.stage(gone.booking) == "confirmed"
    day.until(cut_off)
    stages = [day.stage(b.booking) for b in (gone, late, here, held)]
    assert stages == ["no_show", "no_show", "taken", "expired"]
    day.ok(Came(by="clinic", booking=late.booking))
    assert day.stage(late.booking) == "taken"
    day.ok(Excuse(by="desk", booking=gone.booking, reason="地铁停运"))
    assert day.stage(gone.booking) == "confirmed"
    assert day.no(Excuse(by="d", booking=gone.booking, reason="x")).code == "no_no_show"


def test_no_shows_may_be_nobodys_business() -> None:
    day = Day(no_shows=False)
    given = day.booked("p1")
    day.until(EIGHT + 9 * HOUR)
    assert day.stage(given.booking) == "confirmed"
    assert day.wake_at() is None


def test_a_patient_cancels_in_time_and_staff_at_any() -> None:
    day = Day(cancel_ms=30 * MINUTE)
    one, two = day.booked("p1"), day.booked("p2")
    day.clock.at = EIGHT + 30 * MINUTE
    assert day.no(Cancel(by="p", booking=one.booking)).code == "too_late"
    day.ok(Cancel(by="desk", booking=one.booking, staff=True))
    day.ok(Take(by="desk", booking=two.booking))
    assert day.no(Cancel(by="p", booking=two.booking)).code == "already_taken"
    day.ok(Cancel(by="desk", booking=two.booking, staff=True))
    assert day.no(Cancel(by="p", booking=two.booking)).code == "not_held"
    assert day.no(Cancel(by="p", booking="b99")).code == "unknown_booking"


def test_a_lock_let_go_is_free_at_once() -> None:
    day = Day()
    held = day.lock("p1")
    day.ok(Cancel(by="p", booking=held.booking))
    assert day.wake_at() == EIGHT + 30 * MINUTE  # a release; no lock is left
    assert day.lock("p1").booking == "b2"


def test_another_slot_for_a_number_keeps_its_payment() -> None:
    day = Day()
    old = day.booked("p1", slot="1")
    new = day.ok(Change(by="p", booking=old.booking, session="e", slot="2"))
    assert (new.slot, new.number, new.booking) == ("2", "Z002", "b2")
    assert day.state.bookings["b2"].trade == "pay-b1"
    assert (day.stage("b1"), day.state.bookings["b1"].to) == ("changed", "b2")
    assert day.no(Change(by="p", booking="b2", session="o")).code == "other_price"
    assert day.no(Change(by="p", booking="b2", session="e", slot="2")).code == (
        "same_slot"
    )


def test_extra_numbers_come_on_top_and_go_with_their_patient() -> None:
    day = Day(extra_daily=2, extra_lock_ms=HOUR)
    ask = Extra(by="zhou", session="e", patient=patient("p1"), reason="复诊病情变化")
    held = day.ok(ask)
    assert (held.slot, held.expires) == ("2", EIGHT + HOUR)
    assert day.view("pool")["sessions"]["e"]["left"]["window"] == 4
    row = day.view("desk")["bookings"]["b1"]
    assert row["extra"] == {"where": "half_end", "reason": "复诊病情变化"}
    assert day.ok(paid(held)).number == "Z001"
    assert day.no(ask).code == "already_held"
    second = day.ok(msgspec.structs.replace(ask, patient=patient("p2")))
    third = msgspec.structs.replace(ask, patient=patient("p3"))
    assert day.no(third).details == {"limit": 2}
    day.until(second.expires)
    assert day.view("desk")["counts"]["e"]["total"] == 5
    day.ok(third)


def test_more_places_or_fewer_but_never_fewer_than_are_held() -> None:
    day = Day()
    day.booked("p1", slot="1")
    grow = SetCount(by="d", session="e", slot="1", count=5, reason="加班")
    day.ok(grow)
    assert day.view("pool")["slots"]["e/1"]["left"] == 4
    assert day.run(grow).events == ()
    none = msgspec.structs.replace(grow, count=0)
    assert day.no(none).details == {"held": 1}
    day.ok(msgspec.structs.replace(grow, count=1))
    assert day.no(lock("p2", slot="1")).code == "none_left"


def test_what_somebody_outside_has_given_out_is_entered_even_if_nothing_is_left() -> (
    None
):
    day = Day()
    for n in range(4):
        day.booked(f"p{n}")
    outside = book("p9", outside=True, ref="HIS-7", number="Z088", slot="1")
    given = day.ok(outside)
    assert (given.number, day.state.bookings[given.booking].over) == ("Z088", True)
    again = day.run(book("p9", outside=True, ref="HIS-7", number="Z088"))
    assert (again.reply, again.events) == (given, ())
    assert day.no(book("p8", outside=True, number="Z088")).code == "number_taken"
    day.ok(Cancel(by="his", booking=given.booking))
    assert day.view("desk")["counts"]["e"]["total"] == 4
