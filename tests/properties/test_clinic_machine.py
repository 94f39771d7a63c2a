"""Whatever is asked of a clinic's day, in whatever order: what must never happen."""

from __future__ import annotations

from random import Random

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from actors.clinic import commands as c
from actors.clinic.state import IN_LINE
from actors.kernel.errors import Refusal
from actors.runtime.shape import Accepted
from tests.actors.clinic.day import CLINIC
from tests.properties.chance import MINUTE, Chance, an_opening, the_morning
from tests.properties.floor import Floor


class ClinicMachine(RuleBasedStateMachine):
    @initialize(seed=st.integers(0, 2**32))
    def open(self, seed: int) -> None:
        self.floor = Floor()
        assert isinstance(self.floor.ask(an_opening(Random(seed))), Accepted)
        the_morning(self.floor, Chance(Random(seed)), 8)

    @rule(seeds=st.lists(st.integers(0, 2**32), min_size=1, max_size=10))
    def somebody_asks(self, seeds: list[int]) -> None:
        for seed in seeds:
            chance = Chance(Random(seed))
            self.floor.now += chance.luck.choice([0, 1, 5_000, 12_000, 10 * MINUTE])
            self.floor.ask(chance.command(self.floor.state, self.floor.now))

    @rule(room=st.sampled_from(["1", "2", "3", "4"]))
    def next_is_pressed_twice(self, room: str) -> None:
        seen = self.floor.state.rooms[room].current
        command = c.CallNext(by="dr", room=room, after=seen)
        if isinstance(self.floor.ask(command), Accepted):
            twice = self.floor.ask(command)
            assert isinstance(twice, Refusal), "pressing twice called two"
            assert twice.code in ("moved_on", "not_finished")

    @rule(room=st.sampled_from(["1", "2", "3", "4"]), missed=st.booleans())
    def a_call_is_undone(self, room: str, missed: bool) -> None:
        """Who was called by mistake stands where they stood."""
        floor = self.floor
        if floor.state.rooms[room].current is not None:
            return
        if floor.state.settings.second_stage.mode == "auto":
            return  # others are drawn to the doors meanwhile
        before = floor.orders()
        after = c.CallNext(by="dr", room=room)
        called = floor.ask(after)
        if not isinstance(called, Accepted):
            return
        ticket = called.reply.ticket  # type: ignore[attr-defined]
        undo: c.UndoCall | c.UndoMissed = c.UndoCall(by="dr", room=room, ticket=ticket)
        if missed:
            floor.now += MINUTE
            if isinstance(
                floor.ask(c.Miss(by="dr", room=room, ticket=ticket)), Refusal
            ):
                return
            undo = c.UndoMissed(by="dr", ticket=ticket)
        assert isinstance(floor.ask(undo), Accepted)
        assert floor.state.tickets[ticket].state in IN_LINE
        assert floor.orders() == before

    @rule()
    def the_server_is_killed(self) -> None:
        self.floor.crash()

    @rule(seed=st.integers(0, 2**32))
    def decide_changes_nothing(self, seed: int) -> None:
        floor = self.floor
        before = msgspec.json.encode(floor.state)
        command = Chance(Random(seed)).command(floor.state, floor.now)
        CLINIC.decide(floor.state, command, floor.now)
        assert msgspec.json.encode(floor.state) == before

    @invariant()
    def the_clock_is_set_for_what_is_due(self) -> None:
        if not hasattr(self, "floor"):
            return
        state = self.floor.state
        due = [call.expires for call in state.calls.values()]
        due += state.timers.values()
        assert CLINIC.wake_at is not None
        assert CLINIC.wake_at(state) == min(due, default=None)

    def teardown(self) -> None:
        if hasattr(self, "floor"):
            self.floor.crash()


ClinicMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestClinicMachine = ClinicMachine.TestCase
