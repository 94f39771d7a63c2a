"""Plays a story on a floor, and reports every step with what was seen."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from actors.kernel.times import Millis
from realtime.scenario.deeds import Cast, Script, units
from realtime.scenario.floor import Bare, Floor, Said
from realtime.scenario.seeing import Deeds, Eyes, Sight
from realtime.scenario.story import Deed, Scenario, Step
from realtime.scenario.times import midnight, say_clock


class Played(msgspec.Struct, frozen=True):
    """One step as it went, at this time of the story."""

    step: Step
    clock: str
    sights: tuple[Sight, ...]

    @property
    def differences(self) -> list[Sight]:
        return [sight for sight in self.sights if not sight.fine]


class Report(msgspec.Struct, frozen=True):
    """A whole story as it went."""

    scenario: Scenario
    steps: tuple[Played, ...]
    took_ms: float

    @property
    def fine(self) -> bool:
        return not any(played.differences for played in self.steps)


async def play(scenario: Scenario, floor: Floor | None = None) -> Report:
    """All steps, also after a difference: the later ones tell more. Without a floor
    on the engine alone."""
    began = time.perf_counter()
    player = _Player(scenario, floor or Bare(scenario.day))
    steps = await player.play()
    return Report(scenario, tuple(steps), (time.perf_counter() - began) * 1000)


class _Player:
    def __init__(self, scenario: Scenario, floor: Floor) -> None:
        self._scenario = scenario
        self._floor = floor
        self._cast = Cast(scenario)
        self._script = Script(scenario, self._cast)
        self._eyes = Eyes(scenario, self._cast)
        self._begins = midnight(scenario.day)
        self._now: Millis = scenario.opens
        self._asked = 0

    async def play(self) -> Sequence[Played]:
        await self._floor.pass_to(self._now)
        opening = self._script.opening()
        said = await self._ask(opening.name, opening.body)
        if said.refusal is not None:
            step = Step(number=0, line=None, said="开诊")
            done = Deeds(refusals=[said.refusal])
            return [self._seen(step, done, {"desk": {}, "hall": {}})]
        return [await self._step(step) for step in self._scenario.steps]

    async def _step(self, step: Step) -> Played:
        if step.at is not None:
            self._now = max(self._now, step.at)
        self._now += step.after
        await self._floor.pass_to(self._now)
        done = Deeds()
        try:
            if step.deed is not None:
                await self._do(step, step.deed, done)
            return self._seen(step, done, await self._floor.look())
        except Exception as error:
            # a mistake of the engine's, or of ours: this story's, not the others'
            clock = say_clock(self._now, self._begins)
            return Played(step, clock, (Sight("crash", "", repr(error)),))

    async def _do(self, step: Step, deed: Deed, done: Deeds) -> None:
        presses = max(
            (len(e.value) for e in step.expects if e.what == "called"), default=1
        )
        for unit in units(deed, presses):
            if done.units:
                self._now += step.every
                await self._floor.pass_to(self._now)
            views = await self._floor.look()
            ask = self._script.ask(deed, unit, views["desk"])
            said = await self._ask(ask.name, ask.body)
            done.units += 1
            if said.refusal is not None:
                done.refusals.append(said.refusal)
            if deed.name in ("call_next", "call_one", "resume"):
                done.called.append(said.reply["ticket"] if said.reply else "")
            if said.reply is not None:
                done.reply = said.reply
                done.replies[unit.patient] = said.reply
                if deed.name in ("register", "arrive"):
                    self._cast.has(unit.patient, said.reply["ticket"])
                if deed.name == "transfer" and "clinic" in deed.fields:
                    self._cast.leaves(unit.patient)

    async def _ask(self, name: str, body: dict[str, Any]) -> Said:
        self._asked += 1
        by = str(body["by"])
        return await self._floor.ask(name, body, by, f"story-{self._asked}")

    def _seen(self, step: Step, done: Deeds, views: Mapping[str, Any]) -> Played:
        sights = self._eyes.see(step.expects, done, views)
        clock = say_clock(self._now, self._begins)
        return Played(step, clock, tuple(sights))
