"""Mutants of the queue's rules: one line of a rule broken, in memory.

The line is broken in the function itself, so whoever has it by name has the broken
one; the examples of the rule book that are named must then differ, or the generated
days must find it. It is mended when the block is left.
"""

from __future__ import annotations
import __future__

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any, NamedTuple

from actors.clinic import rules, standing
from actors.clinic.decide import asking, stopping, visit
from actors.clinic.evolve import places as moves
from actors.clinic.evolve import registrations, rooms, visits
from actors.clinic.order import bounds, choice, counting, entry, pattern, refill
from actors.clinic.order.places import Places


class RuleMutant(NamedTuple):
    """``old`` stands in ``function`` once; with ``new`` in its place each example in
    ``killers`` differs. Without examples, days by chance must notice it."""

    rule: str
    function: Any
    old: str
    new: str
    killers: tuple[str, ...] = ()


RULE_MUTANTS = (
    RuleMutant(
        "1 by registration number, not as they come",
        Places._on_time,
        "who.registered if self._by_number else who.joined",
        "who.joined",
        ("order-base/registration",),
    ),
    RuleMutant(
        "2 booked before walk-in inside a slot",
        Places.__init__,
        "order.booked_first or self._by_slot",
        "order.booked_first",
        ("order-base/slot",),
    ),
    RuleMutant(
        "3 a kiosk checks in for its own clinic",
        entry.may_check_in,
        "and not own_clinic and",
        "and",
        ("check-in/own-kiosk-only", "check-in/twice"),
    ),
    RuleMutant(
        "4 late goes to the end of the half-day",
        Places._on_time_or_late,
        "if late:",
        "if False:",
        ("late/half-end", "late/slot-of-check-in"),
    ),
    RuleMutant(
        "4d behind those of the slot who are on time",
        Places._slot_end,
        "group, 1, False",
        "group, 0, False",
        ("late/slot-of-check-in",),
    ),
    RuleMutant(
        "5 a recalled one waits for its interval",
        Places._recalled,
        'if mode == "interleave":',
        "if False:",
        ("recall/interleaved",),
    ),
    RuleMutant(
        "5 counting begins behind who is in the room",
        standing.joining,
        "calls=state.queues[ticket.queue].counters.calls",
        "calls=0",
        ("late/counted-from-joining",),
    ),
    RuleMutant(
        "5 not missed before so many calls",
        entry.may_miss,
        "calls < settings.missed_after_calls",
        "calls < 1",
        ("recall/missed-too-soon",),
    ),
    RuleMutant(
        "5 after so many misses the ticket is void",
        entry.is_void,
        "<= misses",
        "< misses",
        ("recall/void",),
    ),
    RuleMutant(
        "6 returns are interleaved",
        pattern.Lane.due,
        "return self.since + (1 if evened else self.every)",
        "return 1 << 30",
        ("returns/two-to-one", "returns/outnumber"),
    ),
    RuleMutant(
        "6 one to one when returns outnumber",
        pattern.Lane.due,
        "self.evens and self.left > normal_left",
        "False",
        ("returns/outnumber",),
    ),
    RuleMutant(
        "4-6 an undone call does not count",
        counting.Counters.take_back,
        "_without(self.lanes, lane, ordinal)",
        "self.lanes",
        ("pattern/undone-call-does-not-count", "pattern/missed-call-does-not-count"),
    ),
    RuleMutant(
        "4-6 of two that are due, the one due longer",
        pattern.merged,
        "other < due or",
        "other > due or",
        ("pattern/late-and-recalled",),
    ),
    RuleMutant(
        "7 a lower level goes first",
        Places._natural,
        "_by_class(level_of(special, held),",
        "_by_class(99 - level_of(special, held),",
        ("classes/absolute",),
    ),
    RuleMutant(
        "7 nobody is overtaken more than K times",
        Places.protected,
        "0 < self._bound <= who.overtaken",
        "False",
        ("classes/overtaken-at-most",),
    ),
    RuleMutant(
        "7 nobody waits beyond the bound, whichever queue's turn it is",
        choice.draw_for,
        "if waited:",
        "if False:",
        ("classes/longest-wait-across-queues",),
    ),
    RuleMutant(
        "7 an emergency overtakes nobody that is bound",
        bounds.overtaken_by,
        "if called is None or places.level(called) or called.at_room:",
        "if called is None or called.at_room:",
        ("classes/emergency-does-not-count",),
    ),
    RuleMutant(
        "8 pinned to a doctor, called by no other",
        choice._eligible,
        "and (not who.doctor or who.doctor == doctor)",
        "",
        ("pinned/to-a-doctor", "pinned/only-pinned-to-others"),
    ),
    RuleMutant(
        "8 an emergency goes first, from whichever queue",
        choice._urgent,
        "head.spot.section == EMERGENCY",
        "False",
        ("emergency/before-other-queues",),
    ),
    RuleMutant(
        "8 a room takes only its levels",
        choice._eligible,
        "if seat.levels:",
        "if False:",
        ("emergency/rooms",),
    ),
    RuleMutant(
        "9 a queue that has waited too long goes first",
        choice._across,
        "now - head.waits_since > rule.over_ms",
        "False",
        ("cross/rule",),
    ),
    RuleMutant(
        "9 queues in turn, each doctor's own",
        choice._in_turn,
        "seat.queues.index(last) + 1 if last in seat.queues else 0",
        "0",
        ("cross/in-turn", "cross/two-doctors"),
    ),
    RuleMutant(
        "10 who is at the room keeps the place",
        Places.of,
        "if who.at_room and not level:",
        "if False:",
        ("second-stage/keeps-place",),
    ),
    RuleMutant(
        "10 the doctor with the least work draws first",
        refill._work,
        "ahead = at_door + seat.busy",
        "ahead = -at_door",
        ("second-stage/even-one-each",),
    ),
    RuleMutant(
        "10 who logs out gives those at the door back to their place",
        rooms.logged_out,
        "places.from_door(state, room)",
        "pass",
        ("second-stage/log-out",),
    ),
    RuleMutant(
        "11 an extra number stands behind whom it names",
        registrations.registered,
        "standing.put_behind(state, ticket, extra.after)",
        "pass",
        ("extra/after-somebody",),
    ),
    RuleMutant(
        "11 extra numbers have a daily limit",
        rules.may_add,
        "state.extras >= limit",
        "False",
        ("extra/limit",),
    ),
    RuleMutant(
        "life: what is undone stands where it stood",
        moves._as_it_stood,
        "joined=then.joined,",
        "joined=1 << 20,",
        ("recall/undo-missed", "life/undo-call"),
    ),
    RuleMutant(
        "life: back from examination to the same doctor",
        visits.came_back,
        "elif ticket.room is not None and not ticket.facts.doctor:",
        "elif False:",
        ("returns/same-doctor",),
    ),
    RuleMutant(
        "life: 换号 keeps the place",
        standing.to_queue,
        'facts = replace(ticket.facts, doctor=doctor or "", room="")',
        'facts = replace(ticket.facts, doctor=doctor or "", room="", joined=1 << 20)',
        ("life/exchange-keeps-place",),
    ),
    RuleMutant(
        "stop: everybody waiting and booked is asked",
        stopping.stop_clinic,
        '"booked", "waiting",',
        '"waiting",',
        ("people/stop-clinic",),
    ),
    RuleMutant(
        "stop: who comes into the stopped line is asked too",
        asking.with_everybody_asked,
        "if not more:",
        "if True:",
        ("people/stop-clinic-examined",),
    ),
    RuleMutant(
        "stop: 停叫 is for new patients",
        visit._may_finish,
        'facts.origin == "return"',
        "True",
        ("people/stop-calling-one",),
    ),
    RuleMutant(
        "never: pressed twice is pressed once",
        rules.is_latest,
        "return seen == room.current",
        "return True",
        ("never/pressed-twice",),
    ),
    RuleMutant(
        "never: one number stands once in a half-day",
        rules.number_taken,
        'if half == "all":',
        'return False\n    if half == "all":',
        ("order-base/number-taken",),
    ),
    RuleMutant(
        "never: a ticket is in one place",
        moves.take_out,
        "standing.leave_line(state, key, ticket)",
        "pass",
    ),
    RuleMutant(
        "never: two live tickets of one patient in one queue",
        rules.live_in,
        "ticket.queue == queue",
        "False",
    ),
)


@contextmanager
def broken(mutant: RuleMutant) -> Iterator[None]:
    """Inside, that line is broken. Fails when it is not there any more: a rule that
    moved wants its mutant moved with it."""
    function: FunctionType = mutant.function
    source = textwrap.dedent(inspect.getsource(function))
    assert mutant.old in source, f"{function.__qualname__} lacks:\n{mutant.old}"
    kept = function.__code__
    function.__code__ = _code(source.replace(mutant.old, mutant.new, 1), function)
    try:
        yield
    finally:
        function.__code__ = kept


def _code(source: str, function: Callable[..., Any]) -> Any:
    """Of this source, as it would be in the function's own module."""
    flags = __future__.annotations.compiler_flag
    made: dict[str, Any] = {}
    compiled = compile(source, f"<{function.__qualname__}>", "exec", flags, True)
    exec(compiled, function.__globals__, made)
    return made[function.__name__].__code__
