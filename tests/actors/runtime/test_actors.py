"""Actors: one writer, one order, and nobody hears of what is not on disk."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
import trio
import trio.testing

from actors.journal.faults import AppendFailed
from actors.journal.journal import Journal
from actors.journal.records import Append, Recorded
from actors.kernel.errors import (
    Busy,
    Crashed,
    DeadlinePassed,
    KeyReused,
    Refused,
    Stale,
    Unavailable,
    UnknownTarget,
)
from actors.runtime.feed import Patch, Since, Snapshot
from actors.runtime.followers import Follower
from actors.runtime.mail import Answer, Mail, Outcome
from actors.runtime.system import ActorSystem
from actors.runtime.testkit import ManualClock
from tests.actors.tally import (
    Add,
    AddMany,
    Crash,
    CrashLater,
    Refuse,
    Remind,
    Total,
    tally,
)

ONE = "h/tally/one"


class HeldJournal(Journal):
    """A journal whose disk the test can hold and let go, or break."""

    def __init__(self, url: str) -> None:
        super().__init__(url, release="1.0")
        self.held: list[Append] | None = None
        self._released = trio.Event()

    def hold(self) -> None:
        self.held = []
        self._released = trio.Event()

    def release(self) -> list[Append]:
        held, self.held = self.held or [], None
        self._released.set()
        return held

    async def flushed(self) -> None:
        """What is held has been handed over as far as the actors know."""
        if self.held is not None:
            await self._released.wait()
        await super().flushed()

    def append(self, append: Append) -> None:
        if self.held is None:
            super().append(append)
        else:
            self.held.append(append)

    async def let_go(self) -> None:
        for append in self.release():
            super().append(append)
        await self.flushed()

    async def lose(self) -> None:
        """As if another wrote first: nothing that is held can be written."""
        for append in self.release():
            append.seq += 1000
            super().append(append)
        await self.flushed()


@asynccontextmanager
async def house(
    url: str, *, followers: Iterable[Follower] = (), **options: Any
) -> AsyncIterator[ActorSystem]:
    system = ActorSystem(HeldJournal(url), [tally()], followers=followers, **options)
    async with system.running():
        yield system


def held(system: ActorSystem) -> HeldJournal:
    assert isinstance(system.journal, HeldJournal)
    return system.journal


def total(answer: Answer) -> int:
    return answer.read(Total).total


async def sums(system: ActorSystem, stream: str = ONE) -> Any:
    return await system.ref(stream).read(lambda state: dict(state.sums))


class Posted:
    """Mail whose outcome the test looks at without waiting."""

    def __init__(self, system: ActorSystem, command: Any, **extra: Any) -> None:
        self.outcome: Outcome | None = None
        mail = Mail(command, "p", self._done, **extra)
        system.post(ONE, mail)

    def _done(self, outcome: Outcome) -> None:
        assert self.outcome is None, "settled twice"
        self.outcome = outcome

    @property
    def settled(self) -> bool:
        return self.outcome is not None


async def settle() -> None:
    await trio.testing.wait_all_tasks_blocked()


# -- order and durability ----------------------------------------------------------


async def test_an_ask_is_answered_and_survives_a_restart(journal_url: str) -> None:
    async with house(journal_url) as system:
        ref = system.ref(ONE)
        assert total(await ref.ask(Add(3), principal="p")) == 3
        answer = await ref.ask(AddMany([1, 1]), principal="p")
        assert (total(answer), answer.seq) == (5, 3)
    async with house(journal_url) as system:
        assert await sums(system) == {"main": 5}
        assert total(await system.ref(ONE).ask(Add(1), principal="p")) == 6


async def test_nobody_hears_of_what_is_not_on_disk(journal_url: str) -> None:
    async with house(journal_url) as system:
        assert await sums(system) == {}
        held(system).hold()
        listener = Listening(system)
        accepted = Posted(system, Add(1))
        refused = Posted(system, Refuse())
        seen: list[Any] = []
        system.read(ONE, lambda state: state.total, seen.append)
        listener.observe()
        await settle()
        assert not accepted.settled
        assert not refused.settled, "a refusal saw the first command's effect"
        assert seen == []
        assert listener.snapshot is None
        await held(system).let_go()
        assert isinstance(accepted.outcome, Answer)
        assert isinstance(refused.outcome, Refused)
        assert refused.outcome.details == {"total": 1}
        assert seen == [1]
        assert listener.document == {"sums": {"main": {"total": 1}}}


async def test_the_actor_goes_on_while_the_disk_syncs(journal_url: str) -> None:
    async with house(journal_url) as system:
        await sums(system)
        held(system).hold()
        asked = [Posted(system, Add(1)) for _ in range(5)]
        await settle()
        assert [len(held(system).held or ()), held(system).healthy] == [5, True]
        await held(system).let_go()
        totals = [total(p.outcome) for p in asked if isinstance(p.outcome, Answer)]
        assert totals == [1, 2, 3, 4, 5]


async def test_a_failed_append_takes_back_all_that_stood_on_it(
    journal_url: str,
) -> None:
    async with house(journal_url) as system:
        await system.ref(ONE).ask(Add(10), principal="p")
        held(system).hold()
        lost = [
            Posted(system, Add(1)),
            Posted(system, Refuse()),
            Posted(system, Add(1)),
        ]
        await settle()
        await held(system).lose()
        assert all(isinstance(p.outcome, Unavailable) for p in lost)
        assert await sums(system) == {"main": 10}
        assert total(await system.ref(ONE).ask(Add(5), principal="p")) == 15


async def test_what_was_not_begun_goes_to_the_next_activation(
    journal_url: str,
) -> None:
    async with house(journal_url) as system:
        await sums(system)
        held(system).hold()
        first = Posted(system, Add(1))
        await settle()
        journal = held(system)
        appends = journal.release()
        appends[0].seq += 1000
        appends[0].lineage.broken = True
        later = Posted(system, Add(2))
        Journal.append(journal, appends[0])
        with trio.fail_after(10):
            while later.outcome is None:
                await journal.flushed()
        assert isinstance(first.outcome, Unavailable)
        assert isinstance(later.outcome, Answer)
        assert await sums(system) == {"main": 2}


async def test_thrown_away_between_mail_and_task(journal_url: str) -> None:
    """The failure is heard after the mail was put and before its task began."""
    async with house(journal_url) as system:
        await sums(system)
        held(system).hold()
        first = Posted(system, Add(1))
        await settle()
        (append,) = held(system).release()
        append.fault = AppendFailed("as asked")
        later = Posted(system, Add(2))
        append.done(append)
        with trio.fail_after(10):
            while not later.settled:
                await system.journal.flushed()
        assert isinstance(first.outcome, Unavailable)
        assert isinstance(later.outcome, Answer)
        assert await sums(system) == {"main": 2}


async def test_neighbours_do_not_wait_for_each_other(journal_url: str) -> None:
    async with house(journal_url) as system:
        async with trio.open_nursery() as nursery:
            for i in range(50):
                nursery.start_soon(_adding, system, f"h/tally/t{i}", 20)
        for i in range(50):
            assert await sums(system, f"h/tally/t{i}") == {"main": 20}
        # what gathered was committed together
        counters = system.journal.counters
        assert counters.batches < counters.appends == 1000


async def _adding(system: ActorSystem, stream: str, times: int) -> None:
    for _ in range(times):
        await system.ref(stream).ask(Add(1), principal="p")


# -- keys --------------------------------------------------------------------------


async def test_a_key_is_answered_the_same_for_good(journal_url: str) -> None:
    async with house(journal_url) as system:
        ref = system.ref(ONE)
        first = await ref.ask(Add(1), principal="p", key="key-0001")
        again = await ref.ask(Add(1), principal="p", key="key-0001")
        assert (again.raw, again.seq) == (first.raw, first.seq)
        other = await ref.ask(Add(1), principal="q", key="key-0001")
        assert total(other) == 2, "a key belongs to its principal"
    async with house(journal_url) as system:
        ref = system.ref(ONE)
        again = await ref.ask(Add(1), principal="p", key="key-0001")
        assert (again.raw, again.seq) == (first.raw, first.seq)
        assert await sums(system) == {"main": 2}
        with pytest.raises(KeyReused):
            await ref.ask(Add(2), principal="p", key="key-0001")


async def test_a_key_in_flight_joins_the_pending_outcome(journal_url: str) -> None:
    async with house(journal_url) as system:
        await sums(system)
        held(system).hold()
        first = Posted(system, Add(1), key="key-0001", fingerprint=b"a")
        same = Posted(system, Add(1), key="key-0001", fingerprint=b"a")
        other = Posted(system, Add(2), key="key-0001", fingerprint=b"b")
        await settle()
        assert not any(p.settled for p in (first, same, other))
        await held(system).let_go()
        assert isinstance(first.outcome, Answer)
        assert isinstance(same.outcome, Answer)
        assert same.outcome.raw == first.outcome.raw
        assert isinstance(other.outcome, KeyReused)
        assert await sums(system) == {"main": 1}


async def test_a_key_whose_append_failed_is_free(journal_url: str) -> None:
    async with house(journal_url) as system:
        await sums(system)
        held(system).hold()
        first = Posted(system, Add(1), key="key-0001", fingerprint=b"a")
        same = Posted(system, Add(1), key="key-0001", fingerprint=b"a")
        await settle()
        await held(system).lose()
        assert isinstance(first.outcome, Unavailable)
        assert isinstance(same.outcome, Unavailable)
        answer = await system.ref(ONE).ask(Add(1), principal="p", key="key-0001")
        assert total(answer) == 1


async def test_refusals_are_not_remembered(journal_url: str) -> None:
    async with house(journal_url) as system:
        with pytest.raises(Refused):
            await system.ref(ONE).ask(Refuse(), principal="p", key="key-0001")
        answer = await system.ref(ONE).ask(Add(1), principal="p", key="key-0001")
        assert total(answer) == 1


# -- refusals and crashes ------------------------------------------------------------


async def test_expected_seq(journal_url: str) -> None:
    async with house(journal_url) as system:
        ref = system.ref(ONE)
        await ref.ask(Add(1), principal="p", expected=0)
        with pytest.raises(Stale):
            await ref.ask(Add(1), principal="p", expected=0)
        await ref.ask(Add(1), principal="p", expected=1)


async def test_a_crash_in_decide_refuses_that_one_command(
    journal_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(journal_url) as system:
        ref = system.ref(ONE)
        await ref.ask(Add(1), principal="p")
        with pytest.raises(Crashed) as crashed:
            await ref.ask(Crash(), principal="p")
        assert crashed.value.details["incident"] in caplog.text
        assert total(await ref.ask(Add(1), principal="p")) == 2


@pytest.mark.parametrize("pending", [False, True])
async def test_a_crash_in_evolve_starts_the_actor_anew(
    journal_url: str, pending: bool
) -> None:
    async with house(journal_url) as system:
        ref = system.ref(ONE)
        await ref.ask(Add(1), principal="p")
        if pending:
            held(system).hold()
        before = Posted(system, Add(1))
        crashed = Posted(system, CrashLater())
        after = Posted(system, Add(1))
        await settle()
        if pending:
            await held(system).let_go()
        with trio.fail_after(10):
            while after.outcome is None:
                await system.journal.flushed()
        assert isinstance(before.outcome, Answer)
        assert isinstance(crashed.outcome, Crashed)
        assert isinstance(after.outcome, Answer)
        assert await sums(system) == {"main": 3}


async def test_a_stream_that_cannot_be_read_is_unavailable_and_backs_off(
    journal_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    async with house(journal_url) as system:
        await system.ref("h/tally/bad").ask(Add(1), principal="p")
    async with house(journal_url) as system:
        capability = system.capability_of("h/tally/bad")
        whole, broken = capability.read_event, True

        def read(body: Any) -> Any:
            if broken:
                raise msgspec.ValidationError("damaged")
            return whole(body)

        capability.read_event = read
        with pytest.raises(Unavailable):
            await system.ref("h/tally/bad").ask(Add(1), principal="p")
        assert total(await system.ref(ONE).ask(Add(1), principal="p")) == 1
        broken = False
        answer = await system.ref("h/tally/bad").ask(Add(1), principal="p")
        assert total(answer) == 2


async def test_a_full_mailbox_refuses_at_once(journal_url: str) -> None:
    async with house(journal_url, mailbox_size=3) as system:
        posted = [Posted(system, Add(1)) for _ in range(5)]
        assert [isinstance(p.outcome, Busy) for p in posted] == [False] * 3 + [True] * 2
        with trio.fail_after(10):
            while posted[2].outcome is None:
                await system.journal.flushed()
        assert await sums(system) == {"main": 3}


async def test_unknown_kinds_and_names(journal_url: str) -> None:
    async with house(journal_url) as system:
        for stream in ("h/nothing/x", "h", ""):
            with pytest.raises(UnknownTarget):
                await system.ref(stream).ask(Add(1), principal="p", deadline=5)


async def test_a_deadline_answers_in_time_and_the_command_still_counts(
    journal_url: str,
) -> None:
    async with house(journal_url) as system:
        await sums(system)
        held(system).hold()
        with pytest.raises(DeadlinePassed):
            await system.ref(ONE).ask(Add(1), principal="p", deadline=0.05)
        assert system.deadlines_passed == 1
        await held(system).let_go()
        assert await sums(system) == {"main": 1}


async def test_a_caller_that_goes_away_does_not_cancel_its_command(
    journal_url: str,
) -> None:
    async with house(journal_url) as system:
        await sums(system)
        held(system).hold()
        with trio.move_on_after(0.01):
            await system.ref(ONE).ask(Add(1), principal="p")
        await held(system).let_go()
        assert await sums(system) == {"main": 1}


async def test_the_clock_never_runs_backwards_in_a_stream(journal_url: str) -> None:
    clock = ManualClock(5_000)
    async with house(journal_url, clock=clock) as system:
        await system.ref(ONE).ask(Add(1), principal="p")
        clock.at = 1_000
        await system.ref(ONE).ask(Add(1), principal="p")
        events = await system.journal.after_position(0)
        assert [e.at for e in events] == [5_000, 5_000]
    clock.at = 10
    async with house(journal_url, clock=clock) as system:
        await system.ref(ONE).ask(Add(1), principal="p")
        events = await system.journal.after_position(2)
        assert [e.at for e in events] == [5_000]


# -- timers, rest --------------------------------------------------------------------


async def test_what_is_overdue_at_start_fires_once(journal_url: str) -> None:
    clock = ManualClock(1_000)
    async with house(journal_url, clock=clock) as system:
        await system.ref(ONE).ask(Remind(2_000), principal="p")
        assert len(system.timers) == 1
    clock.at = 9_000
    async with house(journal_url, clock=clock) as system:
        with trio.fail_after(10):
            while not await system.ref(ONE).read(lambda state: state.reminded):
                await system.journal.flushed()
        assert await system.ref(ONE).read(lambda s: s.reminded) == [9_000]
        assert len(system.timers) == 0
    async with house(journal_url, clock=clock) as system:
        assert await system.ref(ONE).read(lambda s: s.reminded) == [9_000]


async def test_a_wake_up_comes_when_its_time_has_come(journal_url: str) -> None:
    clock = ManualClock(1_000)
    async with house(journal_url, clock=clock) as system:
        await system.ref(ONE).ask(Remind(2_000), principal="p")
        assert system.timers.fire_due() == 0
        clock.at = 2_000
        assert system.timers.fire_due() == 1
        with trio.fail_after(10):
            while not await system.ref(ONE).read(lambda state: state.reminded):
                await system.journal.flushed()
        assert system.timers.fire_due() == 0


async def asleep(system: ActorSystem, patience_s: float = 10) -> None:
    with trio.fail_after(patience_s):
        while system.awake:  # noqa: ASYNC110 - resting is nobody's event
            await trio.sleep(0.01)


async def test_an_idle_actor_rests_and_wakes_with_its_state(journal_url: str) -> None:
    async with house(journal_url, idle_s=0.05) as system:
        await system.ref(ONE).ask(Add(4), principal="p", key="key-0001")
        await asleep(system)
        assert await sums(system) == {"main": 4}
        again = await system.ref(ONE).ask(Add(4), principal="p", key="key-0001")
        assert total(again) == 4


async def test_somebody_who_is_looked_at_does_not_rest(journal_url: str) -> None:
    async with house(journal_url, idle_s=0.02) as system:
        listener = Listening(system)
        listener.observe()
        with pytest.raises(trio.TooSlowError):
            await asleep(system, patience_s=0.3)
        system.forget(ONE, "sums", listener)
        await asleep(system)


# -- followers -------------------------------------------------------------------------


class Heard:
    def __init__(self, wanted: int, fail_once_at: int | None = None) -> None:
        self.records: list[Recorded] = []
        self.complete = trio.Event()
        self._wanted = wanted
        self._fail_at = fail_once_at

    async def __call__(self, record: Recorded) -> None:
        if record.position == self._fail_at:
            self._fail_at = None
            raise RuntimeError("not yet")
        self.records.append(record)
        if len(self.records) >= self._wanted:
            self.complete.set()

    @property
    def positions(self) -> list[int]:
        return [record.position for record in self.records]


async def test_a_follower_hears_everything_in_order(journal_url: str) -> None:
    heard = Heard(30)
    async with house(journal_url, followers=[Follower("f", heard)]) as system:
        for i in range(10):
            await system.ref(f"h/tally/{i % 3}").ask(AddMany([1, 2, 3]), principal="p")
        with trio.fail_after(10):
            await heard.complete.wait()
    assert heard.positions == list(range(1, 31))
    assert {r.commit_seq - r.seq for r in heard.records} == {0, 1, 2}


async def test_a_follower_goes_on_where_it_was(journal_url: str) -> None:
    heard = Heard(2)
    async with house(journal_url, followers=[Follower("f", heard)]) as system:
        await system.ref(ONE).ask(AddMany([1, 2]), principal="p")
        with trio.fail_after(10):
            await heard.complete.wait()
    async with house(journal_url) as system:
        await system.ref(ONE).ask(AddMany([3, 4, 5]), principal="p")
    later = Heard(3)
    async with house(journal_url, followers=[Follower("f", later)]):
        with trio.fail_after(10):
            await later.complete.wait()
    assert later.positions == [3, 4, 5]


async def test_the_cursor_is_never_before_the_effect(journal_url: str) -> None:
    """Ended in the middle of an effect: after the restart that event comes again."""
    started = trio.Event()

    async def stuck(record: Recorded) -> None:
        started.set()
        await trio.sleep_forever()

    async with house(journal_url, followers=[Follower("f", stuck)]) as system:
        await system.ref(ONE).ask(AddMany([1, 2]), principal="p")
        with trio.fail_after(10):
            await started.wait()
    heard = Heard(2)
    async with house(journal_url, followers=[Follower("f", heard)]):
        with trio.fail_after(10):
            await heard.complete.wait()
    assert heard.positions == [1, 2]


async def test_an_effect_that_fails_is_tried_again_in_order(
    journal_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    heard = Heard(3, fail_once_at=2)
    async with house(journal_url, followers=[Follower("f", heard)]) as system:
        await system.ref(ONE).ask(AddMany([1, 2, 3]), principal="p")
        with trio.fail_after(10):
            await heard.complete.wait()
    assert heard.positions == [1, 2, 3]
    assert "again in" in caplog.text


# -- feeds -----------------------------------------------------------------------------


def merge(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


class Listening:
    """A member of a view that holds every patch to the chain."""

    def __init__(self, system: ActorSystem) -> None:
        self._system = system
        self.snapshot: Snapshot | None = None
        self.document: Any = None
        self.seq = -1
        self.epoch = ""
        self.times_lost = 0
        self.recovered: bool | None = None

    def observe(self, since: Since | None = None) -> None:
        self._system.observe(ONE, "sums", since, self._ready, self)

    def _ready(self, snapshot: Any) -> None:
        assert isinstance(snapshot, Snapshot), snapshot
        self.snapshot = snapshot
        self.epoch = snapshot.epoch
        if snapshot.patches is None:
            assert snapshot.view is not None
            self.recovered = False
            self.document = msgspec.json.decode(snapshot.view)
        else:
            self.recovered = True
            for patch in snapshot.patches:
                self.patch(patch)
        self.seq = snapshot.seq

    def patch(self, patch: Patch) -> None:
        assert patch.prev == self.seq, "a gap"
        self.document = merge(self.document, msgspec.json.decode(patch.body))
        self.seq = patch.seq

    def lost(self) -> None:
        self.times_lost += 1
        self.observe(Since(self.epoch, self.seq))


async def test_a_listener_sees_a_whole_chain(journal_url: str) -> None:
    async with house(journal_url) as system:
        listener = Listening(system)
        ref = system.ref(ONE)
        await ref.ask(Add(1, "a"), principal="p")
        listener.observe()
        for i in range(5):
            await ref.ask(Add(i, "b"), principal="p")
        await ref.ask(Add(-1, "a"), principal="p")
        assert listener.document == {"sums": {"b": {"total": 10}}}


@pytest.mark.parametrize("missed", [0, 1, 60])
async def test_a_reader_that_was_away_gets_what_it_missed_even_after_a_restart(
    journal_url: str, missed: int
) -> None:
    async with house(journal_url) as system:
        listener = Listening(system)
        await system.ref(ONE).ask(Add(1), principal="p")
        await system.ref(ONE).ask(Remind(9), principal="p")
        listener.observe()
        await sums(system)
        reader = Listening(system)
        reader.document, reader.seq, reader.epoch = (
            listener.document,
            listener.seq,
            listener.epoch,
        )
        for _ in range(missed):
            await system.ref(ONE).ask(AddMany([1, 1]), principal="p")
    async with house(journal_url) as system:
        reader._system = system
        reader.observe(Since(reader.epoch, reader.seq))
        assert await sums(system) == {"main": 1 + 2 * missed}
        assert reader.recovered is True
        assert reader.document == {"sums": {"main": {"total": 1 + 2 * missed}}}
        await system.ref(ONE).ask(Add(1), principal="p")
        assert reader.document == {"sums": {"main": {"total": 2 + 2 * missed}}}


@pytest.mark.parametrize("since", [Since("foreign", 1), Since("", 0), None])
async def test_recovery_is_whole_or_not_at_all(
    journal_url: str, since: Since | None
) -> None:
    async with house(journal_url) as system:
        for _ in range(100):
            await system.ref(ONE).ask(Add(1), principal="p")
        listener = Listening(system)
        listener.observe(since)
        await sums(system)
        assert listener.recovered is False
        far = Listening(system)
        far.seq = 3
        far.observe(Since(listener.epoch, 3))
        await sums(system)
        assert far.recovered is False
        assert far.document == {"sums": {"main": {"total": 100}}}
        beyond = Listening(system)
        beyond.observe(Since(listener.epoch, 5000))
        await sums(system)
        assert beyond.recovered is False


async def test_a_listener_is_told_when_its_actor_starts_anew(journal_url: str) -> None:
    async with house(journal_url) as system:
        listener = Listening(system)
        listener.observe()
        await system.ref(ONE).ask(Add(1), principal="p")
        held(system).hold()
        Posted(system, Add(1))
        await settle()
        await held(system).lose()
        assert listener.times_lost == 1
        await system.ref(ONE).ask(Add(5), principal="p")
        assert listener.document == {"sums": {"main": {"total": 6}}}


async def test_a_wake_up_counts_though_the_clock_steps_back(journal_url: str) -> None:
    clock = ManualClock(1_000)
    async with house(journal_url, clock=clock) as system:
        await system.ref(ONE).ask(Remind(2_000), principal="p")
        clock.at = 2_000
        assert system.timers.fire_due() == 1
        clock.at = 1_500
        with trio.fail_after(10):
            while not await system.ref(ONE).read(lambda state: state.reminded):
                await system.journal.flushed()
        assert await system.ref(ONE).read(lambda s: s.reminded) == [2_000]


@pytest.mark.parametrize("length", [999, 1000, 1001, 2500])
async def test_a_long_stream_is_replayed_whole(journal_url: str, length: int) -> None:
    async with house(journal_url) as system:
        for start in range(0, length, 100):
            numbers = [1] * min(100, length - start)
            await system.ref(ONE).ask(AddMany(numbers), principal="p")
    async with house(journal_url) as system:
        assert await sums(system) == {"main": length}
        answer = await system.ref(ONE).ask(Add(1), principal="p")
        assert answer.seq == length + 1
