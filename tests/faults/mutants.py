"""Mutants: the house with one promise broken in one line.

kill -9 loses no page of the kernel's cache, so killing cannot show that a reply waits
for the disk, or a cursor for its effect. Here the line that keeps such a promise is
broken in a copy of the tree, and a small part of the suite must notice.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
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
)


class Run(NamedTuple):
    code: int
    output: str


def the_tree(into: Path) -> None:
    """A copy of what Python needs; compiled files come along and stay valid."""
    away = shutil.ignore_patterns("node_modules", "dist", ".*")
    for package in PACKAGES:
        shutil.copytree(CHECKOUT / package, into / package, ignore=away)
    shutil.copy2(CHECKOUT / "pyproject.toml", into)


def mutate(tree: Path, mutant: Mutant) -> None:
    """Fails when the line is not there any more, or not alone: a promise that moved
    wants its mutant moved with it."""
    path = tree / mutant.file
    text = path.read_text("utf-8")
    assert text.count(mutant.old) == 1, f"{mutant.file} no longer says:\n{mutant.old}"
    path.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        compiled.unlink()


def run(tree: Path, tests: tuple[str, ...]) -> Run:
    """These tests of that tree, on SQLite."""
    options = ["-m", "not postgres", "--rootdir", str(tree), "--tb=line"]
    # no more plugins than these tests use: half of such a run is imports
    for plugin in ("pytest_trio.plugin", "pytest_timeout", "no:cacheprovider"):
        options += ["-p", plugin]
    ours = {"PYTHONPATH": str(tree), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=tree,
        env={**os.environ, **ours},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return Run(done.returncode, done.stdout + done.stderr)
