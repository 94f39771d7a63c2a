"""What the journal says happened, read past the server, and held to what it had
acknowledged: every command once, every patient in one place."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tests.faults.load import Deed, Ledger

TIMER = "timer"

# what each ask writes down, all of it in one commit
_WRITES: dict[str, tuple[tuple[str, ...], ...]] = {
    "open": (("opened",),),
    "register": (("registered",),),
    "check_in": (("checked_in",),),
    "call_next": (("called",), ("finished", "called")),
    "call_again": (("called_again",),),
    "start": (("started",),),
    "finish": (("finished",),),
    "missed": (("missed",),),
    "recall": (("recalled",),),
}

# where a ticket must stand before, and stands after
_MOVES: dict[str, tuple[set[str], str]] = {
    "registered": (set(), "booked"),
    "checked_in": ({"booked"}, "waiting"),
    "called": ({"waiting"}, "called"),
    "called_again": ({"called"}, "called"),
    "started": ({"called"}, "in"),
    "finished": ({"called", "in"}, "done"),
    "missed": ({"called"}, "missed"),
    "recalled": ({"missed"}, "waiting"),
}


class Event(NamedTuple):
    stream: str
    seq: int
    position: int
    commit_seq: int
    name: str
    body: dict[str, Any]


class Kept(NamedTuple):
    stream: str
    principal: str
    key: str
    seq: int
    reply: bytes


class Day:
    """One clinic's day, as its events tell it: whatever happens twice cannot."""

    def __init__(self) -> None:
        self.tickets: dict[str, str] = {}
        self.rooms: dict[str, str] = {}
        self.calls: set[str] = set()
        self.expired: set[str] = set()
        self._cards: set[str] = set()
        self._numbers: set[str] = set()

    def hear(self, event: Event) -> None:
        name, body = event.name, event.body
        if name == "announcement_expired":
            for call in body["calls"]:
                assert call in self.calls - self.expired, event
                self.expired.add(call)
        elif name != "opened":
            self._move(event, name, body)

    def _move(self, event: Event, name: str, body: dict[str, Any]) -> None:
        ticket = body["ticket"]
        before, after = _MOVES[name]
        if name == "registered":
            assert ticket not in self.tickets, event
            assert body["card"] not in self._cards, event
            assert body["number"] not in self._numbers, event
            self._cards.add(body["card"])
            self._numbers.add(body["number"])
        else:
            assert self.tickets[ticket] in before, (event, self.tickets[ticket])
        self.tickets[ticket] = after
        if name == "called":
            assert body["room"] not in self.rooms, f"two in one room: {event}"
            self.rooms[body["room"]] = ticket
        elif name in ("finished", "missed"):
            assert self.rooms.pop(body["room"]) == ticket, event
        elif name in ("called_again", "started"):
            assert self.rooms[body["room"]] == ticket, event
        if name in ("called", "called_again"):
            assert body["call"] not in self.calls, f"announced twice: {event}"
            self.calls.add(body["call"])

    @property
    def stages(self) -> Counter[str]:
        return Counter(self.tickets.values())


CLINIC = "/clinic/"
"""Whose events and keys are compared with what was asked; the areas that announce
what happens there are followers', and have tests of their own."""


class Evidence:
    """The whole journal at one moment; the server may be running."""

    def __init__(self, path: Path) -> None:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            connection.execute("begin")
            rows = connection.execute(
                "select stream, seq, position, commit_seq, name, body from events"
                " order by position"
            )
            self.events = [
                Event(
                    stream, seq, at, commit, name.removeprefix("clinic."), _decode(body)
                )
                for stream, seq, at, commit, name, body in rows
            ]
            self.keys = [
                Kept(*row)
                for row in connection.execute(
                    "select stream, principal, key, seq, reply from command_keys"
                )
            ]
        finally:
            connection.close()
        self.positions = [event.position for event in self.events]
        self.events = [event for event in self.events if CLINIC in event.stream]
        self.keys = [one for one in self.keys if CLINIC in one.stream]
        self.commits: dict[tuple[str, int], list[Event]] = defaultdict(list)
        for event in self.events:
            self.commits[event.stream, event.commit_seq].append(event)

    def holds(self, acknowledged: Iterable[Deed]) -> None:
        """Every one of these is there once, with the reply that was given."""
        kept = {(one.stream, one.principal, one.key): one for one in self.keys}
        for deed in acknowledged:
            answer = deed.answer
            one = kept.get((deed.stream, deed.principal, deed.key))
            assert one is not None, f"acknowledged and lost: {deed}"
            assert one.seq == answer["seq"], deed
            body = dict(answer["body"])
            if deed.name == "check_in":
                del body["name"]  # read aloud once, and kept nowhere
            assert _decode(one.reply) == body, deed
            written = self.commits[one.stream, one.seq]
            assert tuple(e.name for e in written) in _WRITES[deed.name], deed
            last = written[-1].body
            for field in ("ticket", "call", "number"):
                if field in body and field in last:
                    assert last[field] == body[field], deed

    def nothing_else(self, ledger: Ledger) -> None:
        """No command that nobody asked, none twice, nothing without its key, and
        every stream without a gap."""
        for one in self.keys:
            if one.principal != TIMER:
                found = ledger.asked.get((one.stream, one.principal, one.key))
                assert found is not None, f"nobody asked this: {one}"
        by_people = Counter(
            (k.stream, k.seq) for k in self.keys if k.principal != TIMER
        )
        by_timer = {(k.stream, k.seq) for k in self.keys if k.principal == TIMER}
        assert by_people.keys() <= self.commits.keys(), "a key without its events"
        for place, written in self.commits.items():
            if written[0].name == "announcement_expired":
                assert place in by_timer, f"events without a command: {written}"
                assert by_people[place] == 0, written
            else:
                assert by_people[place] == 1, f"{by_people[place]} commands: {written}"
        assert self.positions == list(range(1, len(self.positions) + 1))
        seqs: dict[str, int] = defaultdict(int)
        for event in self.events:
            assert event.seq == seqs[event.stream] + 1, event
            seqs[event.stream] = event.seq

    def days(self) -> dict[str, Day]:
        """Every stream's story; an impossible one fails."""
        days: dict[str, Day] = defaultdict(Day)
        for event in self.events:
            days[event.stream].hear(event)
        return days


def _decode(text: bytes) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.json.decode(text)
    return decoded
