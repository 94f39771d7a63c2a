"""What is remembered between two lines changes nothing but the time they take."""

from msgspec.structs import replace

from actors.clinic.order.line import line_up
from actors.clinic.order.memo import Memo
from actors.clinic.settings import Late, Order, Settings
from tests.actors.clinic_order.morning import SLOTS, at, line, one, queue, slot

BY_SLOT = Settings(order=Order("slot"), late=Late("slot_end_checkin"))


def test_places_are_made_again_only_for_who_has_changed() -> None:
    waiting = queue(one("a1"), one("a2"), memo=Memo())
    settings = Settings()
    first = line_up(waiting, settings)
    again = line_up(waiting, settings)
    assert all(now is then for now, then in zip(again, first, strict=True))
    changed = tuple(
        replace(who, emergency=1) if who.ticket == "a2" else who
        for who in waiting.waiting
    )
    second, other = line_up(replace(waiting, waiting=changed), settings)
    assert second.lane == "emergency"
    assert other is first[0]


def test_other_slots_are_other_places() -> None:
    late = one("a1", checked_in_at=at("08:31"), **slot("08:00"))
    waiting = queue(late, one("a2", **slot("08:30")), slots=SLOTS, memo=Memo())
    assert line(waiting, BY_SLOT) == "a2 a1"
    assert line(replace(waiting, slots=SLOTS[:1]), BY_SLOT) == "a2 a1"
    early = ((at("07:00"), at("09:00")), *SLOTS[2:])
    assert line(replace(waiting, slots=early), BY_SLOT) == "a1 a2"


def test_who_has_gone_is_forgotten() -> None:
    memo = Memo()
    settings = Settings()
    for n in range(500):
        line_up(queue(one(f"a{n}"), memo=memo), settings)
        assert len(memo.spots) <= 60
        assert len(memo.places) <= 60


def test_a_memo_is_no_fact() -> None:
    kept = Memo()
    line_up(queue(one("a1"), memo=kept), Settings())
    assert queue(one("a1"), memo=kept) == queue(one("a1"), memo=Memo())
