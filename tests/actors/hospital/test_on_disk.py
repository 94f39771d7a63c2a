"""The plan in a journal, on both databases: applied once, kept, taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

from actors.hospital.actor import plan_capability, plan_stream
from actors.hospital.messages import Apply, Replace, Revert
from actors.hospital.plan import Plan
from actors.hospital.state import HospitalState
from actors.journal.journal import Journal
from actors.journal.records import Recorded
from actors.kernel.errors import Refused
from actors.runtime.followers import Follower
from actors.runtime.system import ActorSystem, Ref
from tests.actors.hospital.plans import PLAN, rules

STREAM = plan_stream("yunxiu")


def plan_of_state(state: HospitalState) -> Plan:
    return state.plan


async def test_a_change_is_once_and_outlives_the_server(journal_url: str) -> None:
    """Snapshots every second event: what follows one is replayed on it."""
    change = Apply(by="gu", edits=(rules(3),), seen=1, reason="迟到的太多")

    @asynccontextmanager
    async def running() -> AsyncIterator[Ref]:
        journal = Journal(journal_url, release="1.0")
        system = ActorSystem(journal, [plan_capability(every=2)])
        async with system.running():
            yield system.ref(STREAM)

    async with running() as ref:
        await ref.ask(Replace(by="root", plan=PLAN), principal="root")
        await ref.ask(change, principal="gu", key="press-0001")
        other = Apply(by="lin", edits=(rules(4),), seen=1)
        with pytest.raises(Refused, match="gu"):
            await ref.ask(other, principal="lin")
    async with running() as ref:
        # the line was cut and the page asks again, after a restart
        await ref.ask(change, principal="gu", key="press-0001")
        state: HospitalState = await ref.read(lambda state: state)
        assert (state.revision, list(state.changes)) == (2, ["c1", "c2"])
        await ref.ask(Revert(by="lin", change="c2"), principal="lin")
        assert await ref.read(plan_of_state) == PLAN
    async with running() as ref:
        assert await ref.read(plan_of_state) == PLAN
        assert await ref.read(lambda state: state.changes["c2"].reverted_by) == "c3"


async def test_what_is_planned_takes_effect_by_itself(journal_url: str) -> None:
    journal = Journal(journal_url, release="1.0")
    heard = trio.Event()

    async def hear(record: Recorded) -> None:
        if record.name == "plan.changed" and record.seq > 1:
            heard.set()

    follower = Follower("test", hear)
    system = ActorSystem(journal, [plan_capability()], followers=[follower])
    async with system.running():
        ref = system.ref(STREAM)
        await ref.ask(Replace(by="root", plan=PLAN), principal="root")
        due = system.clock.now() + 50
        later = Apply(by="gu", edits=(rules(3),), seen=1, takes_effect=due)
        await ref.ask(later, principal="gu")
        with trio.fail_after(10):
            await heard.wait()
        plan: Plan = await ref.read(plan_of_state)
        assert plan.rules["late5"].settings.late.every == 3
