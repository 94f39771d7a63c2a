"""The hospital of `houzhen demo`: two clinics, their doctors, and who comes today.

Data only: a plan, which is entered as somebody would import a file, and people, who
register and check in through the asks of docs/protocol.md. Everyone here is invented.
The names are the kinds that try a screen: two characters, compound surnames, minority
and Latin names, surnames read in their own way.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec

from actors.clinic.actor import clinic_stream
from actors.clinic.rule_sets import CLASSES
from actors.clinic.settings import Late, Recall, Settings
from actors.hospital.actor import plan_stream
from actors.hospital.messages import Replace
from actors.hospital.plan import (
    HOSPITAL_RULES,
    ClinicPlan,
    DoctorPlan,
    Plan,
    QueuePlan,
    RoomPlan,
    RulesPlan,
)
from actors.kernel.errors import KeyReused, Refused
from actors.kernel.sealed import Vault
from actors.kernel.times import day_of
from actors.runtime.system import ActorSystem
from devices.identity import check_character
from realtime.config import Hospital
from realtime.tokens import Principal
from realtime.topics.clinic_counter import ClinicCounter

HOSPITAL = "yunxiu"
HOSPITAL_NAME = "云岫市中心医院"


@dataclass(frozen=True)
class DemoPatient:
    """Somebody with a number today, and the card to check in with. ``here`` has
    already checked in when the demo starts, so that nobody opens an empty wall."""

    clinic: str
    number: str
    name: str
    card: str
    here: bool
    born: str = ""

    @property
    def queue(self) -> str:
        return self.number[0]

    @property
    def birth(self) -> str:
        """As on an identity card: invented, and always the same for one person."""
        if self.born:
            return self.born
        place = int(self.card[-4:])
        return f"{1936 + place * 7 % 75}{1 + place % 12:02d}{1 + place % 28:02d}"

    @property
    def sex(self) -> str:
        return "1" if int(self.card[-1]) % 2 else "2"

    @property
    def id_number(self) -> str:
        """A number that checks, of a region that does not exist."""
        first17 = f"100101{self.birth}{self.card[-3:]}"
        return first17 + check_character(first17)


_RULES = Settings(
    late=Late("interleave", every=5),
    recall=Recall(misses_void=3),
    classes=CLASSES,
)

PLAN = Plan(
    clinics={
        "im2": ClinicPlan(
            name="内科二诊区",
            name_en="Internal Medicine Area 2",
            floor="2",
            queues={
                "Z": QueuePlan(
                    name="心血管专家门诊", kind="专", name_en="Cardiology Experts"
                ),
                "A": QueuePlan(name="心血管内科", name_en="Cardiology"),
                "B": QueuePlan(name="呼吸内科", name_en="Respiratory Medicine"),
                "C": QueuePlan(name="消化内科", name_en="Gastroenterology"),
            },
            rooms={
                "1": RoomPlan(
                    queues=("Z",),
                    doctor="zhou",
                    way="右边第 1 个门",
                    way_en="Room 1, right",
                ),
                "2": RoomPlan(
                    queues=("A",),
                    doctor="lin",
                    way="右边第 2 个门",
                    way_en="Room 2, right",
                ),
                "3": RoomPlan(
                    queues=("A", "Z"),
                    doctor="xu",
                    way="右边第 3 个门",
                    way_en="Room 3, right",
                ),
                "4": RoomPlan(
                    queues=("B",),
                    doctor="shan",
                    way="左边第 1 个门",
                    way_en="Room 4, left",
                ),
                "5": RoomPlan(
                    queues=("C",),
                    doctor="he",
                    way="左边第 2 个门",
                    way_en="Room 5, left",
                ),
                "6": RoomPlan(
                    queues=("B", "C"),
                    doctor="luo",
                    way="左边第 3 个门",
                    way_en="Room 6, left",
                ),
            },
            doctors={
                "zhou": DoctorPlan(name="周文澜", title="主任"),
                "lin": DoctorPlan(name="林知远", title="副主任"),
                "xu": DoctorPlan(name="许安禾", title="主治"),
                "shan": DoctorPlan(name="单雅宁", title="副主任"),
                "he": DoctorPlan(name="何叙", title="主治"),
                "luo": DoctorPlan(name="罗一舟", title="主治"),
            },
        ),
        "eye1": ClinicPlan(
            name="眼科诊区",
            name_en="Ophthalmology",
            floor="3",
            queues={"E": QueuePlan(name="眼科", name_en="Ophthalmology")},
            rooms={
                "1": RoomPlan(
                    queues=("E",),
                    doctor="ye",
                    way="出电梯左边第 1 个门",
                    way_en="Room 1, left of the lift",
                ),
                "2": RoomPlan(
                    queues=("E",),
                    doctor="qin",
                    way="出电梯左边第 2 个门",
                    way_en="Room 2, left of the lift",
                ),
            },
            doctors={
                "ye": DoctorPlan(name="叶青", title="副主任"),
                "qin": DoctorPlan(name="秦朗川", title="主治"),
            },
        ),
    },
    rules={HOSPITAL_RULES: RulesPlan(name="全院规则", settings=_RULES)},
)

# number and name; those with a mark come to the kiosk during the demo
_TODAY: dict[str, str] = {
    "im2": """
        Z006 陈建明
        Z007 赵敏
        Z009 欧阳静
        Z010 马玉兰
        Z011 方志
        Z012 姚思远 *
        Z013 阿依古丽 *
        A008 龙梅
        A009 邓博文
        A011 孙国华
        A012 张友三
        A013 李秀芳
        A014 吴桐
        A015 刘桂英
        A016 何苗
        A017 郑建国
        A018 仇长生
        A019 王月芳 *
        A020 蒋雯 *
        A021 欧阳若溪 *
        A022 John Smith *
        B007 高素琴
        B008 区佩欢
        B009 曾洋
        B010 解学民
        B011 冯巧
        B012 查宁
        B013 唐玉龙
        B014 沈立 *
        B015 任雪 *
        B016 令狐远 *
        C001 尹长河
        C002 许冬梅
        C003 司马晋
        C004 白露 *
    """,
    "eye1": """
        E001 买买提·艾力
        E002 余欢
        E003 上官云舒
        E004 扎西多吉
        E005 单立群
        E006 Maria Santos
        E007 古丽娜·热合曼 *
        E008 诸葛文 *
        E009 单小满 *
        E010 张三 *
    """,
}


def clinic_ids() -> tuple[str, ...]:
    return tuple(PLAN.clinics)


def rooms_of(clinic: str) -> dict[str, tuple[str, ...]]:
    """Its rooms, and the queues each of them takes from."""
    return {key: room.queues for key, room in PLAN.clinics[clinic].rooms.items()}


def demo_patients() -> list[DemoPatient]:
    """Everyone of the day, with a card of eight digits that a keypad can type."""
    patients: list[DemoPatient] = []
    for clinic, day in _TODAY.items():
        for line in filter(None, map(str.strip, day.splitlines())):
            number, name = line.removesuffix("*").split(maxsplit=1)
            patients.append(
                DemoPatient(
                    clinic=clinic,
                    number=number,
                    name=name.strip(),
                    card=f"6601{len(patients) + 1:04d}",
                    here=not line.endswith("*"),
                )
            )
    return patients


def register_bodies(
    clinic: str, persons: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The bodies of ``register``, one for each patient of this clinic. ``persons``
    are those of the patient index, by their cards."""
    known = persons or {}
    return [
        {
            "queue": patient.queue,
            "number": patient.number,
            "name": patient.name,
            "card": patient.card,
            **({"person": known[patient.card]} if patient.card in known else {}),
        }
        for patient in demo_patients()
        if patient.clinic == clinic
    ]


def check_in_bodies(clinic: str) -> list[dict[str, Any]]:
    """The bodies of ``check_in`` of those who are here when the demo starts."""
    return [
        {"card": patient.card}
        for patient in demo_patients()
        if patient.clinic == clinic and patient.here
    ]


def demo_cards() -> list[DemoPatient]:
    """Who can still check in at a kiosk, and with which card."""
    return [patient for patient in demo_patients() if not patient.here]


async def enter_the_plan(system: ActorSystem, hospital: Hospital) -> None:
    """As somebody would import a file: at the first start only, for what is changed
    at the set-up page afterwards stays."""
    command = Replace(by="demo", plan=PLAN, reason="演示医院", first=True)
    await system.ref(plan_stream(hospital.id)).ask(command, principal="demo")


async def fill_the_day(
    system: ActorSystem,
    vault: Vault,
    hospital: Hospital,
    persons: Mapping[str, str] | None = None,
) -> None:
    """Register today's patients in the clinics that the plan has opened, and check in
    whoever is here. Keys make it happen once a day, however often the demo starts."""
    counter = ClinicCounter(vault)
    who = Principal(
        "demo", frozenset({"admin", "kiosk"}), frozenset({"*"}), expires=2**53
    )
    today = day_of(system.clock.now(), hospital.zone)

    for clinic in clinic_ids():
        stream = clinic_stream(hospital.id, clinic, today)
        ref = system.ref(stream)
        bodies = [
            *(("setup", "register", body) for body in register_bodies(clinic, persons)),
            *(("kiosk", "check_in", body) for body in check_in_bodies(clinic)),
        ]
        for place, (view, name, body) in enumerate(bodies, start=1):
            raw = msgspec.Raw(msgspec.json.encode(body))
            errand = counter.errand(who, (clinic, today), view, name, raw)
            with suppress(Refused, KeyReused):  # an earlier start did it
                await ref.ask(errand.command, principal="demo", key=f"demo-{place:04d}")
