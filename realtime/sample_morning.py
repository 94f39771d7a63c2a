"""A morning that nobody lived: so that rules can be seen where nobody waits yet.

The day is opened as the plan has it, and a dozen people come as they do: on time, too
late, with a number for today; one is missed and comes back, one returns from an
examination, one is over seventy. No name is in it: nobody asks a sample who it is.
"""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from actors.clinic.actor import new
from actors.clinic.commands import (
    CallOne,
    CheckIn,
    ComeBack,
    Command,
    LogIn,
    Miss,
    Open,
    Recall,
    Register,
    Start,
    ToExamination,
)
from actors.clinic.decide import decide
from actors.clinic.events import RulesChanged
from actors.clinic.evolve import evolve
from actors.clinic.plan import Slot
from actors.clinic.settings import CheckInRules, Emergency, SecondStage, Settings
from actors.clinic.state import ClinicState
from actors.kernel.errors import Refusal
from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted

BY = "sample"
MINUTE: Millis = 60_000
_EIGHT: Millis = 1_795_392_000_000
QUEUES = 2
"""So many of a clinic's queues get people: the first ones."""

# minute of the slot's begin, minute of checking in, what happens to them
_PEOPLE = (
    (0, -12, "examined"),
    (0, -10, "missed"),
    (0, -6, ""),
    (30, 2, ""),
    (30, 5, ""),
    (30, 8, "special"),
    (0, 38, ""),  # late
    (30, 40, ""),
    (60, 44, ""),
    (60, 50, ""),
    (30, 66, ""),  # late as well
    (90, 70, "walk_in"),
)


def sample_morning(stream: str, opening: Open, settings: Settings) -> ClinicState:
    """How that day stands about an hour in, under these settings. Pure."""
    day = _Day(stream, opening, settings)
    for queue in list(opening.queues)[:QUEUES]:
        day.fill(queue)
    return day.ends()


class _Day:
    def __init__(self, stream: str, opening: Open, settings: Settings) -> None:
        self.state = new(stream)
        self._settings = settings
        # whoever shall be seen waiting must be let in, and need not be triaged
        easy = replace(
            settings,
            check_in=CheckInRules(early="any", kiosk_for="all", kiosk_other_half=True),
            emergency=Emergency(),
            second_stage=SecondStage(),
            missed_after_ms=0,
            missed_after_calls=1,
        )
        day = replace(opening, settings=easy, halves={}, rolls_over=None)
        self._do(day, -120)
        for key, room in self.state.rooms.items():
            if room.doctor is None:
                self._do(LogIn(by=BY, room=key, doctor=room.plan.doctor or key), -119)

    def fill(self, queue: str) -> None:
        """The steps of one queue's people, in the order of the clock."""
        room = next(iter(self.state.queues[queue].rooms), None)
        steps: list[tuple[int, Command]] = []
        for index, (slot, arrives, story) in enumerate(_PEOPLE):
            ticket = f"{queue}-{index + 1}"
            steps += [
                (-90, self._register(queue, ticket, slot, index, story)),
                (arrives, CheckIn(by=BY, ticket=ticket, where="desk")),
            ]
            if room is not None:
                steps += _story(story, room, ticket)
        for minute, command in sorted(steps, key=lambda step: step[0]):
            self._do(command, minute)

    def ends(self) -> ClinicState:
        """With the rules themselves, which were eased to get here."""
        rules = RulesChanged(at=_at(90), by=BY, settings=self._settings)
        evolve(self.state, rules)
        return self.state

    def _register(
        self, queue: str, ticket: str, slot: int, index: int, story: str
    ) -> Register:
        classes = self._settings.classes
        aged = [special.key for special in classes if special.key == "aged"]
        special = aged or [special.key for special in classes][:1]
        return Register(
            by=BY,
            queue=queue,
            name=Sealed("", b""),
            card=ticket,
            ticket=ticket,
            slot=None if story == "walk_in" else Slot(_at(slot), _at(slot + 30)),
            booked=story != "walk_in" and index % 3 != 1,
            special=tuple(special) if story == "special" else (),
        )

    def _do(self, command: Command, minute: int) -> None:
        """What these rules do not let happen has not happened."""
        with suppress(Refusal):
            decision = decide(self.state, command, _at(minute))
            if isinstance(decision, Accepted):
                for event in decision.events:
                    evolve(self.state, event)  # type: ignore[arg-type]


def _story(story: str, room: str, ticket: str) -> list[tuple[int, Command]]:
    call = CallOne(by=BY, room=room, ticket=ticket, reason=BY)
    if story == "examined":
        return [
            (0, call),
            (1, Start(by=BY, room=room, ticket=ticket)),
            (3, ToExamination(by=BY, room=room, ticket=ticket)),
            (52, ComeBack(by=BY, ticket=ticket)),
        ]
    if story == "missed":
        return [
            (6, call),
            (10, Miss(by=BY, room=room, ticket=ticket)),
            (54, Recall(by=BY, ticket=ticket)),
        ]
    return []


def _at(minute: int) -> Millis:
    return _EIGHT + minute * MINUTE
