"""The clinics open from the plan, and its changes reach the day that runs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio

from actors.clinic.settings import Late, Settings
from actors.clinic.state import ClinicState
from actors.hospital.actor import plan_stream
from actors.hospital.entries import Edit, document
from actors.hospital.messages import Changed, Replace, Wanted
from actors.hospital.plan import Plan, QueuePlan, RoomPlan
from realtime.bootstrap import serving
from realtime.client import AskRefused, Client, TopicClosed
from realtime.config import Hospital
from realtime.house import House
from realtime.opening import opening, opens_on, rules_changed_for
from tests.actors.hospital.plans import PLAN
from tests.realtime.house import a_house, clinic, open_clinic, person, settings_at

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
IM2 = msgspec.structs.replace(PLAN.clinics["im2"], days=EVERY_DAY, halves={})
DAILY = msgspec.structs.replace(PLAN, clinics={**PLAN.clinics, "im2": IM2})
TOPIC = "yunxiu/plan/main:plan"


async def enter(house: House, plan: Plan = DAILY) -> None:
    ref = house.system.ref(plan_stream("yunxiu"))
    await ref.ask(Replace(by="root", plan=plan), principal="root")


async def today(house: House, clinic_id: str = "im2") -> ClinicState:
    stream, _, _ = clinic(house, "hall", clinic_id).rpartition(":")
    found: ClinicState = await house.system.ref(stream).read(lambda state: state)
    return found


async def until(house: House, clinic_id: str, true: Any) -> ClinicState:
    """Whoever looks at the clinic sees it come."""
    with trio.fail_after(30):
        # a desk's view shows the rules too: whatever changes, there is news of it
        async with person(house, "n", "nurse", place=clinic_id) as nurse:
            desk = await nurse.join(clinic(house, "desk", clinic_id))
            if true(await today(house, clinic_id)):
                return await today(house, clinic_id)
            async for _ in desk.changes():
                if true(await today(house, clinic_id)):
                    break
    return await today(house, clinic_id)


async def apply(admin: Client, *edits: Wanted, **more: Any) -> Any:
    plan = await admin.join(TOPIC)
    seen = plan.view["about"]["main"]["revision"]
    body = {"edits": msgspec.to_builtins(edits), "seen": seen, **more}
    return await admin.ask(TOPIC, "apply", body)


def rules(every: int) -> Wanted:
    settings = Settings(late=Late("interleave", every=every))
    return Wanted(
        "rules", "late5", {"name": "内科", "settings": msgspec.to_builtins(settings)}
    )


# Pure


def test_a_day_as_the_plan_has_it() -> None:
    command = opening(PLAN, "im2", date(2026, 11, 23), Hospital())
    assert command.clinic.hospital == Hospital().name
    assert command.halves["am"].begins == 1_795_392_000_000  # 08:00 in Shanghai
    assert command.doctors["zhou"].starts == command.halves["am"].begins
    assert command.rooms["3"].zone == "east"
    assert command.settings.late.every == 5
    assert command.rolls_over is None
    night = opening(PLAN, "er", date(2026, 11, 23), Hospital())
    assert night.rolls_over == 1_795_449_600_000  # the next midnight


def test_on_its_days_and_when_it_is_written_down() -> None:
    assert opens_on(PLAN.clinics["im2"], date(2026, 11, 23))
    assert not opens_on(PLAN.clinics["im2"], date(2026, 11, 22)), "a Sunday"
    begun = msgspec.structs.replace(PLAN.clinics["er"], rooms={})
    assert not opens_on(begun, date(2026, 11, 23))


def test_whose_rules_a_change_is_about() -> None:
    def changed(*edits: Edit) -> Changed:
        return Changed(at=1, by="gu", change="c1", edits=edits)

    assert rules_changed_for(PLAN, changed(Edit("rules", "late5"))) == {"im2"}
    assert rules_changed_for(PLAN, changed(Edit("rules", "hospital"))) == {"im2", "er"}
    other = changed(Edit("clinic", "er", {"name": "急诊"}, {"name": "急救"}))
    assert rules_changed_for(PLAN, other) == set()
    takes = changed(Edit("clinic", "er", {}, {"rules": "late5"}))
    assert rules_changed_for(PLAN, takes) == {"er"}


# In a house


async def test_a_plan_opens_its_clinics_and_its_changes_reach_them(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path) as house:
        await enter(house)
        state = await until(house, "im2", lambda state: state.plan is not None)
        assert set(state.rooms) == {"1", "3"}
        assert state.settings.late.every == 5
        async with person(house, "gu", "admin", place="*") as admin:
            await apply(admin, rules(2), reason="迟到的太多")
            await until(house, "im2", lambda state: state.settings.late.every == 2)
            room = RoomPlan(queues=("A", "N"), way="右边")
            queue = document(QueuePlan(name="内分泌科"))
            await apply(
                admin,
                Wanted("room", "im2/7", document(room)),
                Wanted("queue", "im2/N", queue),
            )
            state = await until(house, "im2", lambda state: "7" in state.rooms)
            assert state.queues["A"].rooms == ("3", "7")
            # what goes stays for today
            await apply(admin, Wanted("room", "im2/7", None))
            await house.system.journal.flushed()
            assert "7" in (await today(house)).rooms
    async with a_house(tmp_path) as house:
        state = await today(house)
        assert state.settings.late.every == 2
        assert "7" in state.rooms


async def test_rules_that_a_nurse_changed_for_today_are_another_clinics_business(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path) as house:
        await enter(house)
        await until(house, "er", lambda state: state.plan is not None)
        async with person(house, "gu", "admin", place="*") as admin:
            own = Settings(call_again_ms=7_000)
            body = {"settings": msgspec.to_builtins(own)}
            await admin.ask(clinic(house, "setup", "er"), "change_rules", body)
            await apply(admin, rules(2))
            await until(house, "im2", lambda state: state.settings.late.every == 2)
        assert (await today(house, "er")).settings == own


async def test_the_demo_goes_the_same_way(tmp_path: Path) -> None:
    for _ in range(2):  # and what was changed in between stays
        async with serving(settings_at(tmp_path), demo=True) as house:
            assert (await today(house)).tickets
            assert (await today(house)).settings.late.every == 5
            ref = house.system.ref(plan_stream("yunxiu"))
            assert await ref.read(lambda state: state.revision) == 1


# What is asked through the counter


async def test_who_may_look_and_change(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await enter(house)
        history = TOPIC.replace(":plan", ":history")
        for role, sees_plan, sees_history in (
            ("auditor", True, True),
            ("security", True, False),
            ("nurse", False, False),
        ):
            async with person(house, role, role, place="*") as who:
                for topic, sees in ((TOPIC, sees_plan), (history, sees_history)):
                    if sees:
                        await who.join(topic)
                    else:
                        with pytest.raises(TopicClosed, match="forbidden"):
                            await who.join(topic)
                with pytest.raises(AskRefused, match="forbidden"):
                    await who.ask(TOPIC, "check", {"edits": []})
        async with person(house, "wang", "manager", place="im2") as manager:
            edit = Wanted("room", "im2/8", document(RoomPlan(queues=("A",))))
            assert (await apply(manager, edit))["change"] == "c2"
            other = Wanted("room", "er/8", document(RoomPlan(queues=("E",))))
            with pytest.raises(AskRefused, match="forbidden"):
                await apply(manager, other)


async def test_what_a_change_would_do(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await open_clinic(house, 0)
        await enter(house)
        async with (
            person(house, "gu", "admin", place="*") as admin,
            person(house, "li", "nurse") as nurse,
        ):
            desk = clinic(house, "desk")
            for place in range(4):
                body = {"queue": "A", "name": "张三", "card": f"{place:04d}"}
                await nurse.ask(desk, "register", body)
                await nurse.ask(desk, "check_in", {"card": f"{place:04d}"})
            edits = msgspec.to_builtins(
                [rules(2), Wanted("queue", "im2/Z", None), Wanted("zone", "east", None)]
            )
            told = await admin.ask(TOPIC, "check", {"edits": edits})
            assert {"clinic": "im2", "code": "rules", "here": 4} in told["effects"]
            assert {"clinic": "im2", "code": "goes", "here": 4} in told["effects"]
            codes = {problem["code"] for problem in told["problems"]}
            assert codes >= {"unknown_queue", "unknown_zone"}
            # reversed, and without a name
            by_number = Settings(order=msgspec.structs.replace(Settings().order))
            body = {"clinic": "im2", "settings": msgspec.to_builtins(by_number)}
            preview = await admin.ask(TOPIC, "preview", body)
            assert not preview["sample"]
            assert [len(line["before"]) for line in preview["lines"]] == [4]
            assert "张" not in str(preview)
            body["clinic"] = "er"
            preview = await admin.ask(TOPIC, "preview", body)
            assert preview["sample"]
            assert len(preview["lines"][0]["before"]) >= 9
