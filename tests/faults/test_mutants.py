"""Every promise has a test that notices when it is broken."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue

import pytest

from tests.faults.mutants import MUTANTS, Bench, Mutant, Run, on_a_bench

AT_ONCE = 2
ALL_KILLERS = tuple(dict.fromkeys(k for mutant in MUTANTS for k in mutant.killers))


@pytest.fixture(scope="module")
def runs(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Future[Run]]]:
    """All of them are on their way, two at a time."""
    free: SimpleQueue[Bench] = SimpleQueue()

    def tried(mutant: Mutant | None) -> Run:
        bench = free.get()
        try:
            if mutant is None:
                return bench.run(ALL_KILLERS)
            with bench.broken(mutant):
                return bench.run(mutant.killers)
        finally:
            free.put(bench)

    with ExitStack() as benches, ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(AT_ONCE):
            folder = tmp_path_factory.mktemp("bench")
            free.put(benches.enter_context(on_a_bench(folder)))
        runs = {"": pool.submit(tried, None)}
        for mutant in MUTANTS:
            runs[mutant.promise] = pool.submit(tried, mutant)
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
