"""One batch of appends as one transaction: what is written, and under whose epoch."""

from __future__ import annotations

from sqlalchemy import (
    Connection,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from actors.journal.faults import Fenced, OutOfSequence
from actors.journal.records import UNCHANGED, Append
from actors.journal.rows import Insert, Replace, Row, mark_of
from actors.journal.tables import (
    audit,
    command_keys,
    cursors,
    event_names,
    events,
    head,
    own_keys,
    wakeups,
)
from actors.kernel.sealed import WrappedKey

# a busy hospital has a few hundred live streams; beyond this the cache starts anew
_REMEMBERED = 20_000

# Statements are built once: building one costs more than running it.
_INSERT_EVENTS = Insert(events)
_INSERT_KEYS = Insert(command_keys)
_INSERT_AUDIT = Insert(audit)
_INSERT_OWN_KEYS = Insert(own_keys)
_OF_KEY = own_keys.c.id == bindparam("of")
_BLANK_KEY = update(own_keys).where(_OF_KEY).values(box=bindparam("blank"))
_DESTROY_KEY = delete(own_keys).where(_OF_KEY)
_LAST_SEQ = select(func.max(events.c.seq)).where(events.c.stream == bindparam("of"))
_READ_HEAD = select(head.c.position, head.c.commits, head.c.epoch)
# As the driver takes it: this one runs once a commit, and through the expression
# language it would cost more than the INSERTs.
_DRAW = (
    "UPDATE head SET position = position + {mark}, commits = commits + 1 "
    "WHERE id = 1 AND epoch = {mark} RETURNING position, commits"
)


_WAKEUPS = Replace(wakeups)
_CURSORS = Replace(cursors)


class Sequences:
    """The last seq of each stream, as far as it is on disk."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def last(self, connection: Connection, stream: str) -> int:
        known = self._last.get(stream)
        if known is None:
            known = connection.scalar(_LAST_SEQ, {"of": stream}) or 0
        return known

    def advance(self, seqs: dict[str, int]) -> None:
        if len(self._last) > _REMEMBERED:
            self._last.clear()
        self._last.update(seqs)

    def forget(self) -> None:
        self._last.clear()


class Batch:
    """Appends (and followers' cursors) that stand or fall together."""

    def __init__(
        self,
        appends: list[Append],
        saved_cursors: dict[str, int],
        epoch: int,
        release: str,
    ) -> None:
        self.appends = appends
        self.saved_cursors = saved_cursors
        self.epoch = epoch
        self.release = release
        self.commits = 0
        self.seqs: dict[str, int] = {}

    def write(
        self, connection: Connection, sequences: Sequences, names: set[str]
    ) -> None:
        """Everything but the COMMIT. Raises OutOfSequence, naming the stream, before
        anything of the batch was written; Fenced when the epoch is not ours."""
        self._check_order(connection, sequences)
        position = self._draw_positions(connection)
        rows: list[Row] = []
        keys: list[Row] = []
        audits: list[Row] = []
        wakes: dict[str, int | None] = {}
        commit_no = self.commits
        for append in self.appends:
            stream, seq, at = append.stream, append.seq, append.at
            last_seq = append.last_seq
            for name, body in append.events:
                seq += 1
                position += 1
                rows.append((stream, seq, position, last_seq, at, name, body))
            append.position = position
            append.commit_no = commit_no
            if (kept := append.kept) is not None:
                keys.append(
                    (
                        *(stream, commit_no, len(keys)),
                        *(kept.principal, kept.key, kept.fingerprint, kept.reply),
                        *(last_seq, at),
                    )
                )
            if append.wake is not UNCHANGED:
                wakes[stream] = append.wake
            for record in append.audit:
                audits.append(
                    (
                        *(commit_no, len(audits), stream, last_seq, at),
                        *(record.action, record.principal, record.body),
                    )
                )
            if append.own_keys:
                _keep_or_destroy(connection, append.own_keys)
        self._note_names(connection, names)
        _INSERT_EVENTS.rows(connection, rows)
        _INSERT_KEYS.rows(connection, keys)
        _INSERT_AUDIT.rows(connection, audits)
        _WAKEUPS.rows(connection, wakes)
        _CURSORS.rows(connection, self.saved_cursors)

    def _check_order(self, connection: Connection, sequences: Sequences) -> None:
        seqs: dict[str, int] = {}
        for place, append in enumerate(self.appends):
            last = seqs.get(append.stream)
            if last is None:
                last = sequences.last(connection, append.stream)
            if append.seq != last:
                raise OutOfSequence(append.stream, last, append.seq + 1, place)
            seqs[append.stream] = append.last_seq
        self.seqs = seqs

    def _draw_positions(self, connection: Connection) -> int:
        count = sum(len(append.events) for append in self.appends)
        draw = _DRAW.format(mark=mark_of(connection))
        row = connection.exec_driver_sql(draw, (count, self.epoch)).first()
        if row is None:
            raise Fenced("another process took this journal over; this one must end")
        self.commits = row.commits
        return int(row.position) - count

    def _note_names(self, connection: Connection, names: set[str]) -> None:
        """A later release asks which events an older one must be able to read."""
        new = {name for append in self.appends for name, _ in append.events} - names
        if new:
            kept = set(connection.scalars(select(event_names.c.name)))
            if fresh := sorted(new - kept):
                values = [{"name": name, "since": self.release} for name in fresh]
                connection.execute(insert(event_names), values)


def _keep_or_destroy(connection: Connection, keys: tuple[WrappedKey, ...]) -> None:
    _INSERT_OWN_KEYS.rows(
        connection, [(key.id, key.under, key.box) for key in keys if key.box]
    )
    for key in keys:
        if not key.box:
            # a deleted row's bytes stay in the file until something needs the room
            connection.execute(_BLANK_KEY, {"of": key.id, "blank": bytes(44)})
            connection.execute(_DESTROY_KEY, {"of": key.id})


def hold_the_fence(connection: Connection, epoch: int) -> None:
    """For what is written beside the events: raises Fenced when the journal is not
    ours, and holds its row until the end of the transaction."""
    mark = mark_of(connection)
    same = f"UPDATE head SET epoch = epoch WHERE id = 1 AND epoch = {mark}"
    if connection.exec_driver_sql(same, (epoch,)).rowcount != 1:
        raise Fenced("another process took this journal over; this one must end")


def read_commits(connection: Connection) -> tuple[int, int]:
    """How many commits there are, and under which epoch: tells whether a commit
    whose outcome is unknown happened."""
    row = connection.execute(_READ_HEAD).one()
    return row.commits, row.epoch
