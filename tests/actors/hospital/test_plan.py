"""The plan is changed entry by entry, checked before, and taken back whole."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from actors.clinic.settings import SpecialClass
from actors.hospital.actor import plan_capability, wake_at
from actors.hospital.decide import decide
from actors.hospital.entries import difference, entries_of, plan_of
from actors.hospital.messages import (
    Apply,
    Check,
    NotChanged,
    Planned,
    Replace,
    Revert,
    Wanted,
    Withdraw,
)
from actors.hospital.plan import (
    AreaPlan,
    ClinicPlan,
    Plan,
    QueuePlan,
    RoomPlan,
    RulesPlan,
    SpeechPlan,
    areas_of,
    settings_of,
)
from actors.hospital.state import HospitalState, encode, freeze, thaw
from actors.kernel.errors import BadRequest, Forbidden
from actors.runtime.shape import Accepted, Wake
from actors.runtime.testkit import Kit
from tests.actors.hospital.plans import ENTRIES, PLAN, apply, kit, put, rules
from tests.golden import lines_of, replayed

ROOM = RoomPlan(queues=("A",), doctor="qin")


@pytest.fixture(name="kit")
def _kit() -> Kit[HospitalState]:
    return kit()


def test_a_plan_is_its_entries() -> None:
    assert plan_of(ENTRIES) == PLAN
    assert plan_of({}) == Plan()
    assert entries_of(plan_of(ENTRIES)) == ENTRIES


def test_a_room_is_put_and_the_view_shows_it(kit: Kit[HospitalState]) -> None:
    ran = kit.run(apply(kit, put("room", "im2/4", ROOM), reason="新开一间"))
    assert ran.reply.change == "c2"
    assert kit.state.plan.clinics["im2"].rooms["4"] == ROOM
    assert kit.view("plan")["rooms"]["im2/4"] == {"queues": ["A"], "doctor": "qin"}
    assert kit.view("plan")["about"]["main"]["revision"] == 2
    (edit,) = kit.view("history")["changes"]["c2"]["edits"]
    assert edit == {
        "kind": "room",
        "key": "im2/4",
        "after": {"queues": ["A"], "doctor": "qin"},
    }
    assert kit.replayed() == kit.state


def test_what_is_so_already_changes_nothing(kit: Kit[HospitalState]) -> None:
    same = put("queue", "im2/A", PLAN.clinics["im2"].queues["A"])
    ran = kit.run(apply(kit, same))
    assert ran.events == ()
    assert ran.reply.change == ""


def test_two_editors_of_one_room(kit: Kit[HospitalState]) -> None:
    saw = kit.state.revision
    kit.run(apply(kit, put("room", "im2/1", ROOM), by="gu"))
    other = apply(kit, put("room", "im2/1", None), by="lin", seen=saw)
    refusal = kit.run(other).refusal
    assert refusal is not None
    assert (refusal.code, refusal.details["by"]) == ("changed_meanwhile", "gu")
    assert "gu" in refusal.message
    # another room of the same clinic is nobody's business
    room5 = RoomPlan(queues=("Z",))
    assert kit.run(apply(kit, put("room", "im2/5", room5), seen=saw)).refusal is None


def test_a_clinic_takes_along_what_is_in_it(kit: Kit[HospitalState]) -> None:
    kit.run(apply(kit, put("clinic", "er", None)))
    assert set(kit.state.plan.clinics) == {"im2"}
    assert not [name for name in kit.state.entries if name.clinic == "er"]
    kit.run(Revert(by="gu", change="c2"))
    assert kit.state.plan == PLAN


@pytest.mark.parametrize(
    ("edit", "code", "says"),
    [
        (put("room", "im2/3", RoomPlan(queues=("Q",))), "unknown_queue", "Q"),
        (put("queue", "im2/B", QueuePlan(name="呼吸", prefix="A")), "same_prefix", "A"),
        (put("rules", "late5", None), "unknown_rules", "late5"),
        (rules(0), "bad_rules", "1 到 50"),
        (put("zone", "east", None), "unknown_zone", "east"),
        (put("queue", "im2/B", QueuePlan(name=" ")), "no_name", "名称"),
        (put("speech", "main", SpeechPlan(voice="anna")), "bad_voice", "女声"),
        (
            put("area", "annex", AreaPlan("附楼", zones=("east",))),
            "shared_zone",
            "互相打断",
        ),
    ],
)
def test_what_would_be_wrong_is_refused(
    kit: Kit[HospitalState], edit: Wanted, code: str, says: str
) -> None:
    refusal = kit.run(apply(kit, edit)).refusal
    assert isinstance(refusal, BadRequest)
    assert code in [problem["code"] for problem in refusal.details["problems"]]
    assert says in refusal.message
    told = kit.run(Check(by="gu", edits=(edit,))).reply
    assert code in [problem.code for problem in told.problems if problem.grave]


def test_an_old_fault_keeps_nobody_from_mending_another() -> None:
    clinic = PLAN.clinics["im2"]
    broken = msgspec.structs.replace(clinic, rooms={"1": RoomPlan(queues=("Q",))})
    entries = entries_of(Plan(clinics={"im2": broken}, rules=PLAN.rules))
    state = HospitalState("yunxiu/plan/main", entries)
    more = put("queue", "im2/D", QueuePlan(name="皮肤科"))
    assert isinstance(decide(state, Apply(by="gu", edits=(more,), seen=0), 1), Accepted)
    told = decide(state, Check(by="gu", edits=()), 1)
    assert isinstance(told, Accepted)
    known = [p for p in told.reply.problems if p.code == "unknown_queue"]  # type: ignore[attr-defined]
    assert known
    assert not any(problem.grave for problem in known)


def test_a_value_that_is_none(kit: Kit[HospitalState]) -> None:
    wrong = Wanted("room", "im2/3", {"queues": "A"})
    refusal = kit.run(apply(kit, wrong)).refusal
    assert refusal is not None
    assert refusal.details["field"] == "edits.0.value"
    for kind, key in (("room", "3"), ("clinic", "im2/3"), ("speech", "other")):
        edit = Wanted(kind, key, {"name": "一"})  # type: ignore[arg-type]
        assert isinstance(kit.run(apply(kit, edit)).refusal, BadRequest)


def test_a_change_is_taken_back_once(kit: Kit[HospitalState]) -> None:
    kit.run(apply(kit, rules(3), put("room", "im2/4", ROOM)))
    assert settings_of(kit.state.plan, "im2").late.every == 3
    kit.run(Revert(by="lin", change="c2", reason="病人等得更久了"))
    assert kit.state.plan == PLAN
    assert kit.view("history")["changes"]["c2"]["reverted_by"] == "c3"
    refusal = kit.run(Revert(by="lin", change="c2")).refusal
    assert refusal is not None
    assert refusal.code == "already_reverted"
    # taking back is a change like others
    kit.run(Revert(by="lin", change="c3"))
    assert settings_of(kit.state.plan, "im2").late.every == 3


def test_what_was_changed_since_is_named(kit: Kit[HospitalState]) -> None:
    kit.run(apply(kit, rules(3), by="gu"))
    kit.run(apply(kit, rules(4), by="lin"))
    refusal = kit.run(Revert(by="gu", change="c2")).refusal
    assert refusal is not None
    assert (refusal.code, refusal.details["change"]) == ("changed_since", "c3")
    assert "lin" in refusal.message


def test_from_tomorrow(kit: Kit[HospitalState]) -> None:
    tomorrow = kit.clock.at + 3_600_000
    (planned,) = kit.run(apply(kit, rules(3), takes_effect=tomorrow)).events
    assert isinstance(planned, Planned)
    assert kit.state.plan == PLAN
    assert wake_at(kit.state) == tomorrow
    assert kit.view("plan")["planned"]["c2"]["takes_effect"] == tomorrow
    assert kit.run(Wake(tomorrow)).events == ()  # too early
    kit.clock.at = tomorrow
    kit.run(Wake(tomorrow))
    assert settings_of(kit.state.plan, "im2").late.every == 3
    assert wake_at(kit.state) is None
    kit.run(Revert(by="gu", change="c2"))
    assert kit.state.plan == PLAN


def test_planned_and_overtaken_by_another_change(kit: Kit[HospitalState]) -> None:
    tomorrow = kit.clock.at + 1000
    kit.run(apply(kit, rules(3), takes_effect=tomorrow))
    kit.run(apply(kit, rules(4)))
    kit.clock.at = tomorrow
    (event,) = kit.run(Wake(tomorrow)).events
    assert isinstance(event, NotChanged)
    assert kit.view("history")["changes"]["c2"]["state"] == "failed"
    assert settings_of(kit.state.plan, "im2").late.every == 4


def test_planned_and_withdrawn(kit: Kit[HospitalState]) -> None:
    kit.run(apply(kit, rules(3), takes_effect=kit.clock.at + 1000))
    kit.run(Withdraw(by="gu", change="c2"))
    assert wake_at(kit.state) is None
    refusal = kit.run(Withdraw(by="gu", change="c2")).refusal
    assert refusal is not None
    assert refusal.code == "not_planned"


def test_a_manager_has_the_own_clinics(kit: Kit[HospitalState]) -> None:
    mine: Any = {"by": "nurse", "within": ("im2",)}
    assert kit.run(apply(kit, put("room", "im2/4", ROOM), **mine)).refusal is None
    assert kit.run(apply(kit, rules(3), **mine)).refusal is None
    for edit in (
        put("room", "er/4", RoomPlan(queues=("E",))),
        put("zone", "west", PLAN.zones["east"]),
        put("rules", "hospital", RulesPlan(name="我的")),
        put("clinic", "im2", None),
        put("clinic", "new", ClinicPlan(name="新")),
    ):
        assert isinstance(kit.run(apply(kit, edit, **mine)).refusal, Forbidden)
    not_hers = Revert(by="nurse", within=("im2",), change="c1")
    assert isinstance(kit.run(not_hers).refusal, Forbidden)


def test_another_plan_instead(kit: Kit[HospitalState]) -> None:
    other = msgspec.structs.replace(PLAN, zones={}, areas={}, screens={}, clinics={})
    told = kit.run(Replace(by="gu", plan=other, dry=True)).reply
    assert {edit.kind for edit in told.edits} >= {"zone", "area", "clinic", "room"}
    assert kit.state.plan == PLAN
    refusal = kit.run(Replace(by="gu", plan=other, seen=0)).refusal
    assert refusal is not None
    assert refusal.code == "changed_meanwhile"
    assert kit.run(Replace(by="gu", plan=other, first=True)).events == ()
    kit.run(Replace(by="gu", plan=other, seen=1))
    assert kit.state.plan == other
    kit.run(Revert(by="gu", change="c2"))
    assert kit.state.plan == PLAN
    assert difference(kit.state.entries, ENTRIES) == ()


def test_special_classes_are_the_hospitals() -> None:
    aged = (SpecialClass("aged", "70 岁以上"),)
    hospitals = msgspec.structs.replace(PLAN.rules["hospital"].settings, classes=aged)
    plan = msgspec.structs.replace(
        PLAN,
        rules={**PLAN.rules, "hospital": RulesPlan(name="全院", settings=hospitals)},
    )
    assert settings_of(plan, "im2").classes == aged
    assert settings_of(plan, "im2").late.every == 5
    assert settings_of(plan, "er") == hospitals


def test_a_clinic_that_no_area_names_is_one() -> None:
    areas = areas_of(PLAN)
    assert set(areas) == {"hall2", "er"}
    assert areas["er"].clinics == ("er",)
    assert areas["er"].zones == ("main",)


def test_a_snapshot_gives_the_state_back(kit: Kit[HospitalState]) -> None:
    kit.run(apply(kit, rules(3)))
    kit.run(Revert(by="gu", change="c2"))
    kit.run(apply(kit, put("queue", "er/E", None), put("room", "er/9", None)))
    frozen = freeze(kit.state)
    kit.run(apply(kit, rules(7), takes_effect=kit.clock.at + 1000))
    assert thaw("yunxiu/plan/main", encode(frozen)) == frozen
    assert thaw("yunxiu/plan/main", encode(freeze(kit.state))) == kit.state


def test_every_event_ever_written_replays() -> None:
    lines = lines_of("plan-events")
    state = replayed(plan_capability(), "yunxiu/plan/main", lines)
    assert set(state.plan.clinics) == {"im2"}
    assert settings_of(state.plan, "im2").late.every == 7
    assert [change.state for change in state.changes.values()].count("failed") == 1
