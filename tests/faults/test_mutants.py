"""Every promise has a test that notices when it is broken."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.mutants import MUTANTS, Mutant, Run, mutate, run, the_tree

AT_ONCE = 2
ALL_KILLERS = tuple(dict.fromkeys(k for mutant in MUTANTS for k in mutant.killers))


def tried(tree: Path, mutant: Mutant) -> Run:
    the_tree(tree)
    mutate(tree, mutant)
    return run(tree, mutant.killers)


def untouched(tree: Path) -> Run:
    the_tree(tree)
    return run(tree, ALL_KILLERS)


@pytest.fixture(scope="module")
def runs(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Future[Run]]]:
    """All of them are on their way, two at a time."""
    folder = tmp_path_factory.mktemp("mutants")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = {"": pool.submit(untouched, folder / "untouched")}
        for number, mutant in enumerate(MUTANTS):
            tree = folder / str(number)
            runs[mutant.promise] = pool.submit(tried, tree, mutant)
        yield runs
        pool.shutdown(cancel_futures=True)


def test_the_house_as_it_is_passes(runs: dict[str, Future[Run]]) -> None:
    done = runs[""].result()
    assert done.code == 0, done.output


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.promise)
def test_a_broken_promise_is_noticed(
    mutant: Mutant, runs: dict[str, Future[Run]]
) -> None:
    done = runs[mutant.promise].result()
    # 1: tests ran and some failed; anything else is no verdict
    assert done.code == 1, f"not noticed:\n{done.output}"
    assert " error" not in done.output.splitlines()[-1], done.output
