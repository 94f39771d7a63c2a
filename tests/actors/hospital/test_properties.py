"""Whatever is changed and taken back, nothing was."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from actors.hospital.entries import difference, edited, plan_of
from actors.hospital.files import from_file, to_file
from actors.hospital.messages import Revert
from actors.hospital.plan import QueuePlan, RoomPlan, ZonePlan
from tests.actors.hospital.plans import apply, kit, put, rules

ROOMS = st.builds(
    RoomPlan,
    queues=st.lists(st.sampled_from("AZ"), max_size=2, unique=True).map(tuple),
    doctor=st.sampled_from(["", "zhou", "xu", "新医生"]),
    zone=st.sampled_from(["", "east", "main", "west"]),
)
EDITS = st.one_of(
    st.builds(put, st.just("room"), st.sampled_from(["im2/1", "im2/9"]), ROOMS),
    st.builds(
        put,
        st.just("queue"),
        st.sampled_from(["im2/A", "im2/N"]),
        st.builds(QueuePlan, name=st.sampled_from(["心内", "内分泌"])),
    ),
    st.builds(
        put,
        st.just("zone"),
        st.sampled_from(["east", "west"]),
        st.one_of(st.none(), st.builds(ZonePlan, name=st.just("西侧"))),
    ),
    st.integers(1, 9).map(rules),
    st.sampled_from(
        [
            put("clinic", "er", None),
            put("area", "hall2", None),
            put("room", "im2/3", None),
        ]
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(EDITS, min_size=1, max_size=4), min_size=1, max_size=5))
def test_applied_and_taken_back_is_as_before(changes: list[list[Any]]) -> None:
    hospital = kit()
    plans = [hospital.state.plan]
    made: list[str] = []
    for edits in changes:
        ran = hospital.run(apply(hospital, *edits))
        if ran.refusal is None and ran.events:
            made.append(ran.reply.change)
            plans.append(hospital.state.plan)
        else:
            assert hospital.state.plan == plans[-1]
        assert from_file(to_file(hospital.state.plan)) == hospital.state.plan
    for change, before in zip(reversed(made), reversed(plans[:-1]), strict=True):
        decision = hospital.run(Revert(by="lin", change=change))
        assert decision.refusal is None
        assert hospital.state.plan == before
    assert hospital.replayed() == hospital.state


@given(st.lists(EDITS, max_size=5), st.lists(EDITS, max_size=5))
def test_a_difference_leads_from_one_to_the_other(one: Any, other: Any) -> None:
    plans = []
    for edits in (one, other):
        hospital = kit()
        for edit in edits:
            hospital.run(apply(hospital, edit))
        plans.append(hospital.state.entries)
    edits = difference(*plans)
    assert plan_of(edited(plans[0], edits)) == plan_of(plans[1])
    back = [edit.inverse for edit in edits]
    assert plan_of(edited(plans[1], back)) == plan_of(plans[0])
