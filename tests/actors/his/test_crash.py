"""Killed between any two steps of a sync, it loses nothing and doubles nothing.

A step is a word with HIS or a command to an actor. One life ends at the first step,
the next at the second, and so on; then it is let run, and both sides are equal.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import trio

from actors.clinic.actor import clinic_stream
from actors.clinic.commands import CallNext, CheckIn
from actors.clinic.replies import Announced
from actors.gateways.his.port import His
from actors.his.delivery import register_no_of
from actors.his.telling import Teller
from actors.runtime.system import Ref
from tests.actors.gateways.his.simulated import (
    DAY,
    NEXT_DAY,
    SimulatedProcess,
    simulated_his,
)
from tests.actors.his.house import HOSPITAL, House, adapter, house


class Killed(Exception):
    """The process is gone."""


class Fuse:
    """Burns with each step; ``after`` tells whether the step was done first."""

    def __init__(self, steps: int, after: bool) -> None:
        self.left = steps
        self.after = after

    def burn(self, done: bool) -> None:
        if done is self.after:
            self.left -= 1
            if self.left < 0:
                raise Killed


class Fused:
    """A HIS whose every word burns the fuse."""

    def __init__(self, his: His, fuse: Fuse) -> None:
        self._his = his
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._his, name)

        async def word(*args: Any, **named: Any) -> Any:
            self._fuse.burn(False)
            answer = await method(*args, **named)
            self._fuse.burn(True)
            return answer

        return word


def fuse_asks(monkeypatch: pytest.MonkeyPatch, fuse: Fuse) -> None:
    """Every command burns it too."""
    ask = Ref.ask

    async def burning(self: Ref, command: Any, **named: Any) -> Any:
        fuse.burn(False)
        answer = await ask(self, command, **named)
        fuse.burn(True)
        return answer

    monkeypatch.setattr(Ref, "ask", burning)


def was_killed(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(map(was_killed, error.exceptions))
    return isinstance(error, Killed)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_killed_between_each_two_steps(
    after: bool, journal_url: str, tmp_path: Path
) -> None:
    with simulated_his(tmp_path, patients=12, booked=0.004, days=2) as there:
        async with adapter(there.url) as his:
            async with house(journal_url, his) as ours:
                await ours.open()
                await ours.open(NEXT_DAY)
            lives = await _lives(journal_url, his, after)
            assert lives > 10
            async with house(journal_url, his) as ours:
                await ours.sync.once()
                assert await ours.differences() == []
                assert await ours.differences(NEXT_DAY) == []
                await _nothing_twice(ours)


async def _lives(journal_url: str, his: His, after: bool) -> int:
    """How many lives it took to do everything once, each a step longer."""
    steps = 0
    while True:
        with pytest.MonkeyPatch.context() as patches:
            fuse = Fuse(steps, after)
            try:
                async with house(journal_url, Fused(his, fuse)) as ours:
                    fuse_asks(patches, fuse)
                    await ours.sync.once()
                return steps
            except BaseException as error:
                if not was_killed(error):
                    raise
        steps += 1


async def _nothing_twice(ours: House) -> None:
    names: Counter[tuple[str, str]] = Counter()
    for event in await ours.system.journal.after_position(0, 100_000):
        if event.name in ("clinic.registered", "his.registration_said"):
            names[event.name, event.body.decode()] += 1
    assert names
    assert set(names.values()) == {1}
    record, later = await ours.record(), await ours.record(NEXT_DAY)
    heard = [*record.registrations.values(), *later.registrations.values()]
    assert await ours.people() == len({kept.said.patient_id for kept in heard})
    registered = [t for c in (await ours.clinics()).values() for t in c.tickets]
    assert len(registered) == len(set(registered))


async def check_in_all(ours: House) -> int:
    count = 0
    for clinic, state in (await ours.clinics()).items():
        for key, ticket in list(state.tickets.items()):
            await ours.system.ref(clinic_stream(HOSPITAL, clinic, DAY)).ask(
                CheckIn(by="kiosk", card=ticket.card),
                principal="kiosk",
                key=f"in-{key}",
            )
            count += 1
    return count


async def told_of(ours: House, count: int) -> None:
    """Returns when HIS has been told so many things; fails after a while."""
    with trio.fail_after(30):
        while (await ours.record()).told < count:  # noqa: ASYNC110 — no event for it
            await trio.sleep(0.01)


@pytest.mark.parametrize("mood", [{}, {"drop_after": 0.3, "error": 0.2}], ids=str)
async def test_check_ins_reach_his_once_and_in_spite_of_it(
    mood: dict[str, float], journal_url: str, there: SimulatedProcess
) -> None:
    async with adapter(there.url, rest_after=1000) as his:
        async with house(journal_url, his) as ours:
            await ours.open()
            await ours.sync.once()
        there.mood(**mood)
        async with house(journal_url, his, teller=True) as ours:
            count = await check_in_all(ours)
            await told_of(ours, count)
        there.mood()
        status = await his.queue_status(DAY)
        assert len(status) == count
        assert all(one.checked_in for one in status)


async def test_a_teller_killed_says_the_rest_later(
    journal_url: str, there: SimulatedProcess
) -> None:
    async with adapter(there.url) as his:
        async with house(journal_url, his) as ours:
            await ours.open()
            await ours.sync.once()
            count = await check_in_all(ours)
        there.mood(latency_ms=20)
        for said in (1, count // 2):
            async with house(journal_url, his, teller=True) as ours:
                await told_of(ours, said)
        there.mood()
        async with house(journal_url, his, teller=True) as ours:
            await told_of(ours, count)
            record = await ours.record()
        assert record.told == count
        assert {kept.told for kept in record.registrations.values()} == {"check_in"}
        assert len(await his.queue_status(DAY)) == count


async def test_a_slow_his_is_told_side_by_side_and_each_in_order(
    tmp_path: Path, there: SimulatedProcess
) -> None:
    said: dict[str, list[str]] = {}
    running = most = 0
    async with adapter(there.url) as his:
        teller_say = Teller._say

        async def watched(self: Teller, trade: str, no: str, *rest: Any) -> None:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await teller_say(self, trade, no, *rest)
            said.setdefault(no, []).append(rest[0])
            running -= 1

        with pytest.MonkeyPatch.context() as patches:
            patches.setattr(Teller, "_say", watched)
            url = f"sqlite:///{tmp_path}/journal.db"
            async with house(url, his) as ours:
                await ours.open()
                await ours.sync.once()
                count = await check_in_all(ours)
                clinic = ours.system.ref(clinic_stream(HOSPITAL, "c1", DAY))
                called = (
                    await clinic.ask(CallNext(by="dr", room="1"), principal="dr")
                ).read(Announced)
            there.mood(latency_ms=30)
            async with house(url, his, teller=True) as ours:
                await told_of(ours, count + 1)
        first = register_no_of(called.ticket)
        assert first is not None
        assert said[first] == ["check_in", "called"]
        assert 2 < most <= 8
        told = {one.register_no: one for one in await his.queue_status(DAY)}
        assert told[first].state == "called"


async def test_what_his_refuses_to_hear_is_noted_and_holds_up_nobody(
    journal_url: str, there: SimulatedProcess
) -> None:
    async with adapter(there.url) as his:
        async with house(journal_url, his) as ours:
            await ours.open()
            await ours.sync.once()
            gone = next(iter((await ours.record()).registrations))
            await his.cancel("w-gone", gone, "窗口退号")
            count = await check_in_all(ours)
        async with house(journal_url, his, teller=True) as ours:
            await told_of(ours, count - 1)
            record = await ours.record()
            assert record.not_told == 1
            assert record.registrations[gone].not_told == "4209"
            kinds = {d.kind for d in await ours.differences()}
            assert "standing" in kinds


async def test_his_killed_and_back_again(
    journal_url: str, there: SimulatedProcess
) -> None:
    """kill -9 of HIS in the middle of telling; what it had said yes to is kept."""
    async with (
        adapter(there.url, rest_after=3) as his,
        house(journal_url, his, teller=True) as ours,
    ):
        await ours.open()
        await ours.sync.once()
        there.mood(latency_ms=15)
        count = await check_in_all(ours)
        await told_of(ours, 2)
        there.kill()
        there.start()
        await told_of(ours, count)
        assert len(await his.queue_status(DAY)) == count
