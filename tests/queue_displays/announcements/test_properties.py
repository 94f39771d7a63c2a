"""Whatever devices and desks do, in whatever order: nothing overlaps in a zone, nothing
is said twice, nothing old is said, and the counts add up.

The devices are as bad as they come: they take turns and say nothing, say the same
again, speak for others, and go. What is heard is noted beside the announcer.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from actors.kernel.errors import Refusal
from queue_displays.announcements.actor import wake_at
from queue_displays.announcements.commands import Attend, Settle, Told, Withdraw
from queue_displays.announcements.lines import OFFER_MS, can_speak, next_of
from tests.queue_displays.announcements.area import TWO_ZONES, Area, frozen

DEVICES = ("t1", "t2", "t3", "t9")
ZONES = ("north", "south")


class Heard:
    """A turn that somebody has: from when to when it may be audible."""

    def __init__(self, n: int, nth: int, zone: str, device: str, until: int) -> None:
        self.n = n
        self.nth = nth
        self.zone = zone
        self.device = device
        self.until = until
        self.ended: int | None = None
        self.audible = True


class Announcing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.area = Area(TWO_ZONES)
        self.turns: dict[str, Heard] = {}
        self.words: dict[int, str] = {}
        self.withdrawn: set[int] = set()

    # -- the clinics -----------------------------------------------------------------

    @rule(
        zones=st.sampled_from([("north",), ("south",), ZONES]),
        repeat=st.integers(1, 3),
        lasts=st.sampled_from([-1, 3_000, 60_000]),
    )
    def call(self, zones: tuple[str, ...], repeat: int, lasts: int) -> None:
        number = f"A{len(self.words) + 1:03}"
        expires = self.area.now + lasts
        n = self.area.call(number, *zones, repeat=repeat, expires=expires)
        assert n not in self.words
        self.words[n] = number
        assert self.area.row(n)["number"] == number
        assert number in self.area.row(n)["words"]["zh"]

    @precondition(lambda self: self.words)
    @rule(data=st.data())
    def call_back(self, data: st.DataObject) -> None:
        n = data.draw(st.sampled_from(sorted(self.words)))
        if self.area.run(Withdraw(announcement=n)).events:
            self.withdrawn.add(n)

    # -- devices -----------------------------------------------------------------------

    @rule(device=st.sampled_from(DEVICES), why=st.sampled_from(["", "blocked", "left"]))
    def attend(self, device: str, why: str) -> None:
        self.area.run(Attend(device=device, ready=not why, why=why))

    @rule(zone=st.sampled_from(ZONES), liar=st.sampled_from(DEVICES))
    def take(self, zone: str, liar: str) -> None:
        """Everybody tries; who is offered it gets it, and nobody else."""
        offered = self.area.offered(zone)
        if offered is None:
            return
        n, nth, device = offered
        for who in (liar, device, device):
            try:
                turn = self.area.speaks(who, n, zone, nth)
            except Refusal:
                continue
            assert who == device
            self._begins(turn.turn, Heard(n, nth, zone, who, self._until(zone)))

    def _until(self, zone: str) -> int:
        speaking = self.area.state.lanes[zone].speaking
        assert speaking is not None
        return speaking.until

    def _begins(self, turn: str, heard: Heard) -> None:
        now = self.area.now
        for other in self.turns.values():
            if other.zone == heard.zone and other.audible:
                over = other.until if other.ended is None else other.ended
                assert over <= now, "two at once in a zone"
        assert now < self.area.state.announcements[heard.n].expires, "an old one"
        assert heard.n not in self.withdrawn
        self.turns[turn] = heard

    @precondition(lambda self: self.turns)
    @rule(data=st.data(), fails=st.booleans(), liar=st.sampled_from(DEVICES))
    def tell(self, data: st.DataObject, fails: bool, liar: str) -> None:
        turn = data.draw(st.sampled_from(sorted(self.turns)))
        heard, number = self.turns[turn], int(turn[1:])
        if liar != heard.device:
            before = frozen(self.area.state)
            self.area.run(Told(device=liar, spoken=(number,), failed=((number, "x"),)))
            assert frozen(self.area.state) == before
            return
        if fails and heard.audible and heard.ended is None:
            told = Told(device=liar, failed=((number, "error"),))
            if self.area.run(told).events:
                heard.audible = False
                heard.ended = self.area.now
        elif heard.audible:
            self.area.run(Told(device=liar, spoken=(number,)))
            if heard.ended is None:
                heard.ended = min(self.area.now, heard.until)

    @precondition(lambda self: self.area.state.open)
    @rule(data=st.data(), missing=st.sampled_from([(), ("t9",)]))
    def settle(self, data: st.DataObject, missing: tuple[str, ...]) -> None:
        n = data.draw(st.sampled_from(sorted(self.area.state.open)))
        self.area.run(Settle(announcement=n, shown=3, not_shown=missing))

    @rule(seconds=st.sampled_from([0.5, 2.0, 10.0, 60.0, 700.0]))
    def time_passes(self, seconds: float) -> None:
        self.area.later(seconds)

    # -- what is always so -------------------------------------------------------------

    @invariant()
    def nothing_is_said_twice(self) -> None:
        said = Counter((h.n, h.zone, h.nth) for h in self.turns.values() if h.audible)
        assert all(times == 1 for times in said.values())

    @invariant()
    def a_device_has_one_mouth(self) -> None:
        lanes = self.area.state.lanes.values()
        mouths = [lane.speaking.device for lane in lanes if lane.speaking]
        assert len(mouths) == len(set(mouths))

    @invariant()
    def counts_add_up(self) -> None:
        """In each of its zones an announcement is in exactly one place."""
        state = self.area.state
        for n, one in state.announcements.items():
            for zone in one.zones:
                lane = state.lanes[zone]
                turn = lane.speaking
                first = turn is not None and (turn.announcement, turn.nth) == (n, 1)
                places = [n in lane.firsts, first, zone in one.spoken]
                places.append(zone in one.unspoken)
                assert sum(places) == 1, (n, zone, places)
                assert lane.firsts.count(n) == (zone in one.waiting)
        assert state.made == len(self.words)
        assert set(state.open) <= set(state.announcements)

    @invariant()
    def who_waits_is_offered_to_somebody_or_the_desk_is_told(self) -> None:
        for zone, lane in self.area.state.lanes.items():
            if lane.firsts and lane.speaking is None and lane.offer is None:
                idle = not can_speak(self.area.state, zone)
                busy = not idle
                assert busy or self.area.alarms[f"silent.{zone}"]

    @invariant()
    def what_nobody_heard_is_reported(self) -> None:
        for n, one in self.area.state.announcements.items():
            if one.unspoken:
                assert f"unspoken.a{n}" in self.area.alarms

    @invariant()
    def it_wakes_when_the_next_thing_is_due(self) -> None:
        """As if everything in sight were looked at."""
        state = self.area.state
        moments = [next_of(state, n) for n in state.announcements]
        for lane in state.lanes.values():
            if lane.speaking is not None:
                moments.append(lane.speaking.until)
            if lane.offer is not None:
                moments.append(lane.offer.since + OFFER_MS)
        due = [moment for moment in moments if moment is not None]
        assert wake_at(state) == min(due, default=None)

    @invariant()
    def the_journal_tells_the_same(self) -> None:
        assert frozen(self.area.kit.replayed()) == frozen(self.area.state)


TestAnnouncing = Announcing.TestCase
TestAnnouncing.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None
)
