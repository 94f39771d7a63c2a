"""A small hospital to change in tests, and how its plan is asked."""

from __future__ import annotations

from typing import Any

import msgspec

from actors.clinic.settings import Late, Settings
from actors.hospital.actor import plan_capability
from actors.hospital.entries import document, entries_of
from actors.hospital.messages import Apply, Replace, Wanted
from actors.hospital.plan import (
    HOSPITAL_RULES,
    AreaPlan,
    ClinicPlan,
    DoctorPlan,
    HalfPlan,
    Plan,
    QueuePlan,
    RoomPlan,
    RulesPlan,
    ScreenPlan,
    SpeechPlan,
    TemplatePlan,
    VolumePlan,
    ZonePlan,
)
from actors.hospital.state import HospitalState
from actors.runtime.testkit import Kit

PLAN = Plan(
    clinics={
        "im2": ClinicPlan(
            name="内科二诊区",
            name_en="Internal Medicine 2",
            floor="2",
            rules="late5",
            days=(1, 2, 3, 4, 5),
            halves={
                "am": HalfPlan(begins="08:00", ends="12:00"),
                "pm": HalfPlan(begins="14:00", ends="17:30"),
            },
            queues={
                "A": QueuePlan(name="心血管内科", department="cardio"),
                "Z": QueuePlan(name="心血管专家", kind="专", doctor="zhou"),
            },
            rooms={
                "1": RoomPlan(queues=("Z",), doctor="zhou", way="右边\n第 1 个门"),
                "3": RoomPlan(queues=("A", "Z"), doctor="xu", zone="east"),
            },
            doctors={
                "zhou": DoctorPlan(name="周文澜", title="主任", starts="08:00"),
                "xu": DoctorPlan(name="许安禾", title="主治"),
            },
        ),
        "er": ClinicPlan(
            name="急诊“分诊”",
            rolls_over=True,
            queues={"E": QueuePlan(name="急诊")},
            rooms={"9": RoomPlan(queues=("E",), doctor="何叙", levels=(1, 2))},
        ),
    },
    areas={"hall2": AreaPlan(name="二楼大厅", clinics=("im2",), zones=("east",))},
    zones={"east": ZonePlan(name="东侧", speakers=("t1",))},
    screens={"wall": ScreenPlan(name="大屏", area="hall2")},
    rules={
        HOSPITAL_RULES: RulesPlan(name="全院规则"),
        "late5": RulesPlan(
            name="内科规则", settings=Settings(late=Late("interleave", every=5))
        ),
    },
    templates={
        "called": TemplatePlan(occasion="called", zh="请 {number} {name} 到 {room}")
    },
    speech=SpeechPlan(times=3, volumes=(VolumePlan(begins="12:30", volume=40),)),
)


def kit() -> Kit[HospitalState]:
    """With that plan in it."""
    found = Kit(plan_capability(), "yunxiu/plan/main")
    assert found.run(Replace(by="root", plan=PLAN)).refusal is None
    return found


def put(kind: Any, key: str, entry: msgspec.Struct | None) -> Wanted:
    return Wanted(kind, key, document(entry))


def apply(kit: Kit[HospitalState], *edits: Wanted, **more: Any) -> Apply:
    more.setdefault("seen", kit.state.revision)
    return Apply(**{"by": "gu", "edits": edits, **more})


def rules(every: int) -> Wanted:
    settings = Settings(late=Late("interleave", every=every))
    return put("rules", "late5", RulesPlan(name="内科规则", settings=settings))


ENTRIES = entries_of(PLAN)
