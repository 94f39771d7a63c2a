"""Mutants: the house with one promise broken in one line.

kill -9 loses no page of the kernel's cache, so killing cannot show that a reply waits
for the disk, or a cursor for its effect. Here the line that keeps such a promise is
broken in a copy of the tree, and a small part of the suite must notice.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from realtime.version import CHECKOUT

PACKAGES = ("actors", "realtime", "queue_displays", "devices", "push", "tests")
TIMEOUT_S = 60.0

ACTORS = "tests/actors/runtime/test_actors.py::test_"
KEYS = "tests/actors/runtime/test_keys.py::test_"
PATCHES = "tests/actors/runtime/test_patches.py::test_"
FOLLOWERS = "tests/actors/runtime/test_followers.py::test_"
JOURNAL = "tests/actors/journal/test_journal.py::test_"
SNAPSHOTS = "tests/actors/runtime/test_snapshots.py::test_"
HERALD = "tests/queue_displays/announcements/test_herald.py::test_"
FLOOR = "tests/faults/test_floor.py::test_"


class Mutant(NamedTuple):
    """``old`` stands in ``file`` once; with ``new`` in its place, ``killers`` fail."""

    promise: str
    file: str
    old: str
    new: str
    killers: tuple[str, ...]


MUTANTS = (
    Mutant(
        "a reply waits for its commit",
        "actors/runtime/activation.py",
        "        self._system.journal.append(append)\n",
        "        self._system.journal.append(append)\n"
        "        mail.settle(Answer(reply, append.last_seq))\n",
        (ACTORS + "nobody_hears_of_what_is_not_on_disk",),
    ),
    Mutant(
        "a refusal waits for the last commit it could have seen",
        "actors/runtime/activation.py",
        "        self._when_durable(lambda failed: mail.settle_all(failed or refusal))",
        "        mail.settle_all(refusal)",
        (ACTORS + "nobody_hears_of_what_is_not_on_disk",),
    ),
    Mutant(
        "a read waits for the last commit it could have seen",
        "actors/runtime/activation.py",
        "            self._when_durable(lambda refusal: done(refusal or seen))",
        "            done(seen)",
        (ACTORS + "nobody_hears_of_what_is_not_on_disk",),
    ),
    Mutant(
        "a join waits for the last commit it could have seen",
        "actors/runtime/activation.py",
        "        self._when_durable(when_durable)",
        "        when_durable(None)",
        (ACTORS + "nobody_hears_of_what_is_not_on_disk",),
    ),
    Mutant(
        "a patch waits for its commit",
        "actors/runtime/feed.py",
        "                patches.append((feed, patch))",
        "                feed.show(patch)",
        (PATCHES + "a_patch_is_shown_when_it_is_on_disk",),
    ),
    Mutant(
        "a command that failed tells its asker so",
        "actors/runtime/activation.py",
        "            mail.settle_all(refusal)\n",
        "            mail.settle_all(Answer(append.reply, append.last_seq))\n",
        (ACTORS + "a_failed_append_takes_back_all_that_stood_on_it",),
    ),
    Mutant(
        "an actor follows its stream without a gap",
        "actors/runtime/activation.py",
        "        self._seq = seq\n        self._at = now\n",
        "        self._seq = seq + 1\n        self._at = now\n",
        (ACTORS + "an_ask_is_answered_and_survives_a_restart",),
    ),
    Mutant(
        "now never runs backwards in a stream",
        "actors/runtime/activation.py",
        "        now = max(system.clock.now(), self._at)\n",
        "        now = system.clock.now()\n",
        (ACTORS + "the_clock_never_runs_backwards_in_a_stream",),
    ),
    Mutant(
        "who joins as a view is let go is not forgotten",
        "actors/runtime/activation.py",
        "            if self._over or (self._feeds or Feeds()).get(name) is not "
        "feed:\n",
        "            if False:\n",
        (PATCHES + "who_comes_just_as_a_view_is_let_go_gets_its_patches",),
    ),
    Mutant(
        "a key stands for one body",
        "actors/runtime/system.py",
        "    if kept.fingerprint != mail.fingerprint:\n",
        "    if False:\n",
        (KEYS + "a_key_is_answered_the_same_for_good",),
    ),
    Mutant(
        "recovery is whole or not at all",
        "actors/runtime/feed.py",
        "        if first.prev > since.seq:\n            return None\n",
        "",
        (PATCHES + "who_was_away_too_long_gets_all_of_it",),
    ),
    Mutant(
        "a cursor moves after the effect",
        "actors/runtime/followers.py",
        "            await self._until_done(self.handle, record)\n"
        "            self._move_to(record.position)\n",
        "            self._move_to(record.position)\n"
        "            await self._until_done(self.handle, record)\n",
        (FLOOR + "a_cursor_is_not_saved_while_its_effect_goes_on",),
    ),
    Mutant(
        "what a full buffer let go is read again",
        "actors/runtime/followers.py",
        "            self._whole_after = record.position\n",
        "",
        (FOLLOWERS + "a_follower_that_falls_behind_hears_what_was_let_go",),
    ),
    Mutant(
        "a snapshot is of a state that was",
        "actors/journal/writer.py",
        "        if chore.lineage is not None and chore.lineage.broken:\n",
        "        if False:\n",
        (SNAPSHOTS + "a_broken_lineage_saves_nothing",),
    ),
    Mutant(
        "a damaged snapshot is none",
        "actors/journal/snapshots.py",
        "digest_of(stream, saved) != row.digest",
        "False",
        (SNAPSHOTS + "a_damaged_snapshot_costs_time_only",),
    ),
    Mutant(
        "a snapshot's keys are answered keys",
        "actors/runtime/keeper.py",
        "    return state, Answered(keys)\n",
        "    return state, Answered(CompactMap())\n",
        (SNAPSHOTS + "a_key_from_before_the_snapshot_keeps_its_reply",),
    ),
    Mutant(
        "a key is kept with its events",
        "actors/journal/transaction.py",
        "        _INSERT_KEYS.rows(connection, keys)\n",
        "",
        (KEYS + "a_key_is_answered_the_same_for_good",),
    ),
    Mutant(
        "an epoch that moved fences the writer",
        "actors/journal/transaction.py",
        "WHERE id = 1 AND epoch = {mark} RETURNING",
        "WHERE id = 1 AND {mark} > 0 RETURNING",
        (JOURNAL + "an_epoch_that_moved_fences_on_either_database",),
    ),
    Mutant(
        "the writer lets no gap into a stream",
        "actors/journal/transaction.py",
        "            if append.seq != last:\n",
        "            if append.seq < last:\n",
        (JOURNAL + "a_gap_is_refused_and_neighbours_are_written",),
    ),
    Mutant(
        "after a failed append its lineage is broken",
        "actors/journal/writer.py",
        "        append.fault = fault\n        append.lineage.broken = True\n",
        "        append.fault = fault\n",
        (JOURNAL + "after_a_failure_the_lineage_is_refused",),
    ),
    Mutant(
        "an outcome is told after the commit",
        "actors/journal/writer.py",
        "                    self._commit(appends)\n"
        "                    self._on_loop(self._settled, appends)\n",
        "                    self._on_loop(self._settled, appends)\n"
        "                    self._commit(appends)\n",
        (JOURNAL + "a_lock_held_too_long_refuses_the_append_and_then_heals",),
    ),
    Mutant(
        "a commit is on the platter when it returns",
        "actors/journal/database.py",
        '                "synchronous=full",\n',
        '                "synchronous=normal",\n',
        (FLOOR + "a_commit_is_synced",),
    ),
    Mutant(
        "what was announced once is not announced again",
        "queue_displays/announcements/decide.py",
        "    if command.source and command.source in state.sources:\n",
        "    if False:\n",
        (HERALD + "what_is_heard_twice_calls_back_nothing_that_came_later",),
    ),
    Mutant(
        "a call is called back only by what came after it",
        "queue_displays/announcements/decide.py",
        "            and not 0 < command.before < announcement.position\n",
        "",
        (HERALD + "what_is_heard_twice_calls_back_nothing_that_came_later",),
    ),
    Mutant(
        "an area that is met anew is asked what is in its sight",
        "queue_displays/announcements/carrying.py",
        "        return stream not in self._known\n",
        "        return False\n",
        (HERALD + "what_was_in_sight_before_the_house_fell_is_called_back",),
    ),
    Mutant(
        "an announcer's cursor waits for what it posted",
        "queue_displays/announcements/herald.py",
        "                    self._withdraw(sending, record)\n"
        "            await sending.sent()\n",
        "                    self._withdraw(sending, record)\n",
        (HERALD + "what_an_area_could_not_write_is_carried_again",),
    ),
)


class Run(NamedTuple):
    code: int
    output: str


class NoVerdict(Exception):
    """A run did not end, or ended by something else than its tests."""


# Runs pytest in a child for each line of stdin. What is not ours is imported once:
# that is more than half of what such a run costs. Of ours nothing may be, for it is
# broken between two runs.
_WARM = f"""
import json, os, sys
import _pytest.python, pytest, trio, hypothesis, hypothesis.stateful, msgspec
import sqlalchemy.orm, alembic.command, psycopg, cryptography.hazmat.primitives.ciphers
import httpx, prometheus_client, quart_trio, websockets.client, hypercorn.trio
assert not {set(PACKAGES)!r} & {{name.partition(".")[0] for name in sys.modules}}
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        code = 70
        try:
            with open(asked["output"], "wb", 0) as output:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
            code = int(pytest.main(asked["arguments"]))
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Bench:
    """A copy of the tree, and a process that runs tests of it; see `on_a_bench`."""

    def __init__(self, folder: Path) -> None:
        self._tree = folder / "tree"
        self._output = folder / "output"
        self._output.touch()
        away = shutil.ignore_patterns("node_modules", "dist", ".*")
        for package in PACKAGES:
            shutil.copytree(CHECKOUT / package, self._tree / package, ignore=away)
        shutil.copy2(CHECKOUT / "pyproject.toml", self._tree)
        ours = {
            "PYTHONPATH": str(self._tree),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            # a line is broken and mended within the second that tells two files apart
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-c", _WARM],
            cwd=self._tree,
            env={
                name: value
                for name, value in os.environ.items()
                if not name.startswith("PYTEST_")
            }
            | ours,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def run(self, tests: tuple[str, ...]) -> Run:
        """These tests of this tree, on SQLite. Raises NoVerdict when they do not end,
        and at every later run of this bench."""
        arguments = ["-m", "not postgres", "--rootdir", str(self._tree), "--tb=line"]
        # no more plugins than these tests use
        for plugin in ("pytest_trio.plugin", "pytest_timeout", "no:cacheprovider"):
            arguments += ["-p", plugin]
        asked = {"arguments": [*arguments, *tests], "output": str(self._output)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError as gone:
            raise NoVerdict("an earlier run did not end") from gone
        ready, _, _ = select.select([self._process.stdout], [], [], TIMEOUT_S)
        code = self._process.stdout.readline() if ready else b""
        output = self._output.read_text("utf-8", "replace")
        if not code:
            self._kill()
            raise NoVerdict(output)
        return Run(int(code), output)

    @contextmanager
    def broken(self, mutant: Mutant) -> Iterator[None]:
        """Inside, that line is broken. Fails when it is not there any more, or not
        alone: a promise that moved wants its mutant moved with it."""
        path = self._tree / mutant.file
        whole = path.read_bytes()
        text = whole.decode()
        assert text.count(mutant.old) == 1, f"{mutant.file} lacks:\n{mutant.old}"
        path.write_bytes(text.replace(mutant.old, mutant.new).encode())
        for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
            compiled.unlink()
        try:
            yield
        finally:
            path.write_bytes(whole)

    def close(self) -> None:
        """Ends its process and whatever that was running."""
        self._kill()
        self._process.communicate()

    def _kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)


@contextmanager
def on_a_bench(folder: Path) -> Iterator[Bench]:
    bench = Bench(folder)
    try:
        yield bench
    finally:
        bench.close()
