"""A client's copy of a view: it is whole, or it asks again."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.protocol.merge import apply_patch
from realtime.protocol.messages import (
    Closed,
    Join,
    Joined,
    Patch,
    PatchEntry,
    Reply,
    Since,
    View,
)
from realtime.protocol.replica import OpenAsk, OpenAsks, Replica, Step

TOPIC = "yunxiu/clinic/im2/2026-11-23:hall"


def joined(
    seq: int, view: dict[str, Any], ref: str = "j1", epoch: str = "e1"
) -> Joined:
    return Joined(ref, TOPIC, epoch, seq, recovered=False, view=view)


def patch(prev: int, seq: int, change: dict[str, Any], epoch: str = "e1") -> Patch:
    return Patch(TOPIC, epoch, prev, seq, 1_795_404_120_000, change)


@pytest.fixture
def hall() -> Replica:
    replica = Replica(TOPIC)
    replica.joining("j1")
    assert replica.joined(joined(3, {"orders": {"A": ["t1"]}})) is Step.CHANGED
    return replica


def test_a_first_join_has_no_since() -> None:
    assert Replica(TOPIC).joining("r") == Join("r", TOPIC, None)


def test_a_patch_on_our_seq_is_applied_and_the_old_view_left_alone(
    hall: Replica,
) -> None:
    before = hall.view
    assert hall.patch(patch(3, 7, {"orders": {"B": ["t2"]}})) is Step.CHANGED
    assert hall.view == {"orders": {"A": ["t1"], "B": ["t2"]}}
    assert before == {"orders": {"A": ["t1"]}}
    assert hall.since == Since("e1", 7)


def test_a_gap_asks_again_from_where_we_are(hall: Replica) -> None:
    assert hall.patch(patch(5, 7, {"x": 1})) is Step.REJOIN
    assert not hall.live
    assert hall.patch(patch(7, 8, {"x": 2})) is Step.NOTHING
    assert hall.joining("j2") == Join("j2", TOPIC, Since("e1", 3))


def test_a_patch_of_another_epoch_is_never_applied(hall: Replica) -> None:
    assert hall.patch(patch(3, 4, {"x": 1}, epoch="e2")) is Step.REJOIN
    assert hall.view == {"orders": {"A": ["t1"]}}


def test_what_is_contained_already_is_no_gap(hall: Replica) -> None:
    assert hall.patch(patch(1, 3, {"x": 1})) is Step.NOTHING
    assert hall.live
    assert hall.view == {"orders": {"A": ["t1"]}}


def test_a_top_above_ours_asks_again(hall: Replica) -> None:
    assert hall.top(3) is Step.NOTHING
    assert hall.top(2) is Step.NOTHING
    assert hall.top(4) is Step.REJOIN
    assert hall.top(4) is Step.NOTHING  # asked already


def test_recovery_by_patches(hall: Replica) -> None:
    hall.lost()
    assert not hall.live
    hall.joining("j2")
    entries = [
        PatchEntry(3, 5, 0, {"missed": {"t1": 5}, "orders": {"A": []}}),
        PatchEntry(5, 6, 0, {"missed": {"t1": None}}),
    ]
    answer = Joined("j2", TOPIC, "e1", 6, recovered=True, patches=entries)
    assert hall.joined(answer) is Step.CHANGED
    assert hall.view == {"orders": {"A": []}, "missed": {}}
    assert hall.live


def test_nothing_was_missed(hall: Replica) -> None:
    hall.joining("j2")
    answer = Joined("j2", TOPIC, "e1", 3, recovered=True, patches=[])
    assert hall.joined(answer) is Step.CHANGED
    assert (hall.seq, hall.live) == (3, True)


@pytest.mark.parametrize(
    "entries",
    [
        [PatchEntry(4, 5, 0, {"x": 1})],
        [PatchEntry(3, 5, 0, {"x": 1}), PatchEntry(6, 7, 0, {"y": 1})],
        [PatchEntry(3, 9, 0, {"x": 1})],
    ],
)
def test_a_broken_recovery_is_not_taken_in_part(
    hall: Replica, entries: list[PatchEntry]
) -> None:
    hall.joining("j2")
    answer = Joined("j2", TOPIC, "e1", 7, recovered=True, patches=entries)
    assert hall.joined(answer) is Step.REJOIN
    assert hall.view == {"orders": {"A": ["t1"]}}  # still there, as stale
    assert hall.joining("j3").since is None
    assert hall.joined(joined(9, {"x": 2}, ref="j3")) is Step.CHANGED
    assert hall.view == {"x": 2}


def test_a_recovery_of_another_epoch_is_refused(hall: Replica) -> None:
    hall.joining("j2")
    answer = Joined("j2", TOPIC, "e2", 3, recovered=True, patches=[])
    assert hall.joined(answer) is Step.REJOIN


def test_a_joined_without_a_view_asks_again() -> None:
    replica = Replica(TOPIC)
    replica.joining("j1")
    answer = Joined("j1", TOPIC, "e1", 3, recovered=False)
    assert replica.joined(answer) is Step.REJOIN
    assert replica.view is None


def test_the_answer_to_an_older_join_is_left_aside(hall: Replica) -> None:
    hall.joining("j2")
    hall.joining("j3")
    assert hall.joined(joined(5, {"x": 1}, ref="j2")) is Step.NOTHING
    assert hall.joined(joined(6, {"x": 2}, ref="j3")) is Step.CHANGED
    assert hall.view == {"x": 2}


def test_a_fresh_view_takes_the_place_of_patches(hall: Replica) -> None:
    assert hall.fresh(View(TOPIC, "e1", 90, "slow", {"n": 90})) is Step.CHANGED
    assert hall.patch(patch(90, 91, {"n": 91})) is Step.CHANGED
    assert hall.view == {"n": 91}


def test_closed_says_whether_to_come_back(hall: Replica) -> None:
    assert hall.closed(Closed(TOPIC, "moved", rejoin=True)) is Step.REJOIN
    hall.joining("j2")
    assert hall.closed(Closed(TOPIC, "x", rejoin=False, ref="j1")) is Step.NOTHING
    answer = Closed(TOPIC, "forbidden", rejoin=False, ref="j2")
    assert hall.closed(answer) is Step.ENDED
    assert hall.ended == "forbidden"
    assert not hall.live


# Whatever is lost on the way: a live replica equals the server's view at its seq.

rows = st.dictionaries(st.sampled_from("abc"), st.integers(0, 9), max_size=3)
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("change"), rows),
        st.just(("lose", {})),
        st.just(("ping", {})),
        st.just(("drop line", {})),
        st.just(("fresh", {})),
    ),
    max_size=30,
)


@given(happenings)
def test_a_live_replica_is_never_wrong(
    script: list[tuple[str, dict[str, int]]],
) -> None:
    views: dict[int, dict[str, Any]] = {0: {}}
    entries: list[PatchEntry] = []
    seq, refs, lose_next = 0, 0, False
    replica = Replica(TOPIC)

    def rejoin() -> None:
        nonlocal refs
        refs += 1
        asked = replica.joining(f"j{refs}")
        since = asked.since
        if since is not None and since.seq % 3:  # sometimes the history is too short
            missing = [entry for entry in entries if entry.seq > since.seq]
            answer = Joined(
                asked.ref, TOPIC, "e1", seq, recovered=True, patches=missing
            )
        else:
            answer = joined(seq, views[seq], ref=asked.ref)
        assert replica.joined(answer) is Step.CHANGED
        assert replica.seq == seq

    rejoin()
    for what, new in script:
        step = Step.NOTHING
        if what == "change":
            prev, seq = seq, seq + 2
            old = views[prev]
            change: dict[str, Any] = {k: v for k, v in new.items() if old.get(k) != v}
            change |= {k: None for k in old if k not in new}
            views[seq] = dict(new)
            assert apply_patch(old, change) == new
            entries.append(PatchEntry(prev, seq, 0, change))
            if not lose_next:
                step = replica.patch(patch(prev, seq, change))
            lose_next = False
        elif what == "lose":
            lose_next = True
        elif what == "ping":
            step = replica.top(seq)
        elif what == "fresh":
            step = replica.fresh(View(TOPIC, "e1", seq, "slow", views[seq]))
        else:
            replica.lost()
            step = Step.REJOIN
        if replica.live:
            assert replica.view == views[replica.seq]
        if step is Step.REJOIN:
            rejoin()
    if replica.top(seq) is Step.REJOIN:
        rejoin()
    assert replica.view == views[seq]


# Asks.


def test_an_ask_is_sent_again_with_its_key_until_its_deadline() -> None:
    asks = OpenAsks()
    asks.add(OpenAsk("a1", TOPIC, "call_next", "key-0001", b'{"room":"3"}', 10.0))
    asks.add(OpenAsk("a2", TOPIC, "finish", "key-0002", b"{}", 7.05))
    (resent,) = asks.to_resend(7.0)
    assert (resent.ref, resent.key, resent.deadline_ms) == ("a1", "key-0001", 3000)
    assert bytes(resent.body) == b'{"room":"3"}'
    assert b'"body":{"room":"3"}' in msgspec.json.encode(resent)
    assert asks.expired(7.0) == []
    assert [ask.ref for ask in asks.expired(7.05)] == ["a2"]
    assert asks.expired(99.0)[0].ref == "a1"
    assert len(asks) == 0


def test_a_reply_closes_its_ask_once() -> None:
    asks = OpenAsks()
    asks.add(OpenAsk("a1", TOPIC, "call_next", "key-0001", b"{}", 10.0))
    with pytest.raises(ValueError, match="taken"):
        asks.add(OpenAsk("a1", TOPIC, "finish", "key-0002", b"{}", 10.0))
    assert asks.next_deadline() == 10.0
    answered = asks.answered(Reply("a1", ok=True, body={"ticket": "t1"}))
    assert answered is not None
    assert answered.name == "call_next"
    assert asks.answered(Reply("a1", ok=True)) is None
    assert asks.next_deadline() is None
    assert asks.give_up("a1") is None


def test_no_deadline_leaves_that_the_server_would_refuse() -> None:
    ask = OpenAsk("a1", TOPIC, "call_next", "key-0001", b"{}", 500.0)
    sent = ask.message(0.0)
    assert sent is not None
    assert sent.deadline_ms == 60_000
    assert ask.message(499.95) is None
