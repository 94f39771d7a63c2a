"""A morning in the hospital: clinics at work, screens that watch, a server that may be
killed or stopped under them; and what must be true of it whatever happened."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import trio

from tests.faults.evidence import Evidence
from tests.faults.link import Link, linked
from tests.faults.load import Asker, Clinic, Deed, Ledger, topic_of
from tests.faults.screens import Screen, Watched, everybody_has_one_place
from tests.faults.server import Server

# calls of the first are gone within a life, those of the others outlive the test
ANNOUNCEMENTS_MS = {"im1": 700, "im2": 3_600_000, "eye1": 3_600_000}
RESENT_AFTER_EACH = 12
SETTINGS = {
    "live__heartbeat_s": 1,
    "live__frames_per_s": 100_000,
    "live__frames_at_once": 100_000,
}
PATIENCE_S = 20.0


class Morning:
    """Clinics under load, screens that watch them, and a server that gets killed."""

    def __init__(self, server: Server, seed: int) -> None:
        self.server = server
        self.chance = random.Random(seed)
        self.ledger = Ledger()
        self.clinics = [
            Clinic(name, server, self.ledger, self.chance, announcement_ms)
            for name, announcement_ms in ANNOUNCEMENTS_MS.items()
        ]
        halls = [topic_of(name, "hall") for name in ANNOUNCEMENTS_MS]
        desks = [topic_of(name, "desk") for name in ANNOUNCEMENTS_MS]
        self.screens = [
            Screen("walls", server.token("screen", "*"), halls),
            Screen("nurses", server.token("nurse", "*"), halls + desks),
            Screen("eye wall", server.token("screen", "eye1"), halls[2:]),
        ]
        self.resent = 0

    async def audit(self) -> Evidence:
        """All that was acknowledged is there, and old keys get their first reply."""
        acknowledged = list(self.ledger.acknowledged)
        evidence = Evidence(self.server.journal)
        evidence.holds(acknowledged)
        evidence.nothing_else(self.ledger)
        evidence.days()
        some = min(RESENT_AFTER_EACH, len(acknowledged))
        for deed in self.chance.sample(acknowledged, some):
            await self._resend(deed)
        return evidence

    async def _resend(self, deed: Deed) -> None:
        askers = {a.name: a for clinic in self.clinics for a in clinic.askers}
        async with linked(self.server.port, askers[deed.principal].token) as link:
            await link.send(deed.frame)
            with trio.fail_after(PATIENCE_S):
                while (reply := await link.receive()).startswith(b'{"type":"ping"'):
                    pass
        assert reply == deed.reply, f"{deed.name} sent again got {reply!r}"
        self.resent += 1

    async def compare_views(self) -> None:
        """Who joins now sees what the screens will have made of patches."""
        async with linked(self.server.port, self.server.token("nurse", "*")) as link:
            for topic, watched in self.watched():
                joined = await link.join(topic)
                for one in watched:
                    one.expect(joined["seq"], joined["view"])

    def watched(self) -> list[tuple[str, list[Watched]]]:
        """Each topic with everybody who watches it."""
        topics = dict.fromkeys(topic for s in self.screens for topic in s.watched)
        return [
            (topic, [s.watched[topic] for s in self.screens if topic in s.watched])
            for topic in topics
        ]

    @property
    def everybody(self) -> list[Asker | Screen]:
        askers = [asker for clinic in self.clinics for asker in clinic.askers]
        return [*self.screens, *askers]

    async def look_at_the_end(self) -> None:
        """Nobody works any more: journal, views and screens tell one story."""
        assert not self.ledger.still_open
        evidence = await self.audit()
        days = evidence.days()
        async with linked(self.server.port, self.server.token("nurse", "*")) as link:
            for topic, watched in self.watched():
                stream, _, view_name = topic.rpartition(":")
                view = await self._alike(link, topic, watched)
                everybody_has_one_place(view)
                if view_name == "desk":
                    shown = Counter(row["state"] for row in view["tickets"].values())
                    assert shown == days[stream].stages
                for one in watched:
                    assert one.announced.keys() <= days[stream].calls
                    if not days[stream].expired:
                        assert one.announced.keys() == days[stream].calls

    async def _alike(
        self, link: Link, topic: str, watched: list[Watched]
    ) -> dict[str, Any]:
        """The view of a fresh join, when every screen has come to see the same."""
        while True:
            joined = await link.join(topic)
            view: dict[str, Any] = joined["view"]
            if all(one.shows(joined["seq"], view) for one in watched):
                return view
            await trio.sleep(0.02)  # an announcement ends, or a patch is on its way

    def tell(self) -> None:
        done = Counter(deed.name for deed in self.ledger.acknowledged)
        twice = sum(deed.times_sent > 1 for deed in self.ledger.acknowledged)
        everything = [one for _, watched in self.watched() for one in watched]
        ends = Counter(code for one in self.everybody for code in one.ends if code)
        print(
            f"{done.total()} commands acknowledged, {twice} of them sent again "
            f"unanswered and {self.resent} after their reply: {dict(done)}\n"
            f"joined again {sum(one.recovered for one in everything)} times with the "
            f"missing patches, {sum(one.whole for one in everything)} with the whole "
            f"view; {sum(one.compared for one in everything)} views compared; "
            f"sent away with {dict(ends)}"
        )
