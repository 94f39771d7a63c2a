"""Every rule has an example, or days by chance, that notice when it is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from realtime.scenario.reading import read_scenario
from realtime.scenario.running import play
from tests.properties.rule_mutants import RULE_MUTANTS, RuleMutant, broken
from tests.properties.test_generated_days import a_day

SCENARIOS = Path(__file__).parent.parent / "scenarios"
DAYS = 12


async def differing(killers: tuple[str, ...]) -> list[str]:
    """Those of these examples that do not go as they say."""
    return [
        name
        for name in killers
        if not (await play(read_scenario(SCENARIOS / f"{name}.toml"))).fine
    ]


def a_day_fails() -> bool:
    for seed in range(DAYS):
        try:
            a_day(seed, steps=160, watched=False)
        except Exception:
            return True
    return False


async def test_the_rules_as_they_are_pass() -> None:
    everything = tuple({name for mutant in RULE_MUTANTS for name in mutant.killers})
    assert not await differing(everything)
    assert not a_day_fails()


@pytest.mark.parametrize("mutant", RULE_MUTANTS, ids=lambda mutant: mutant.rule)
async def test_a_broken_rule_is_noticed(mutant: RuleMutant) -> None:
    with broken(mutant):
        if mutant.killers:
            unmoved = set(mutant.killers) - set(await differing(mutant.killers))
            assert not unmoved, f"did not notice: {unmoved}"
        else:
            assert a_day_fails()


async def test_what_was_broken_is_mended() -> None:
    mutant = RULE_MUTANTS[0]
    with broken(mutant):
        assert await differing(mutant.killers)
    assert not await differing(mutant.killers)
