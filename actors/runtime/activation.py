"""One awake actor: its state, its mailbox, and what waits for the disk.

While it is idle it has no mailbox. Mail makes one, and its turn comes (turns.py): it
takes one command after the other. Between taking mail and handing events over it
awaits nothing; it goes on to the next command while the disk syncs, and whatever
leaves it waits for the last commit it could have seen.
"""

from __future__ import annotations

import logging
import secrets
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from actors.journal.records import UNCHANGED, Append, KeyedReply, Lineage
from actors.kernel.errors import (
    Busy,
    Crashed,
    KeyReused,
    Refusal,
    Stale,
    Unavailable,
    UnknownTarget,
)
from actors.kernel.times import Millis
from actors.runtime.answered import Answered
from actors.runtime.errands import Effect, Errand, InFlight, Look, tag_of
from actors.runtime.feed import Feed, Feeds, Listener, Since, Snapshot, epoch_of
from actors.runtime.keeper import Keeper, Moment
from actors.runtime.mail import Answer, Mail
from actors.runtime.replay import Replay
from actors.runtime.shape import Accepted, Capability, Wake

if TYPE_CHECKING:
    from actors.runtime.system import ActorSystem

log = logging.getLogger("houzhen.actors")

_encode = msgspec.json.encode
Ready = Callable[["Snapshot | Refusal"], None]


class Activation:
    """Owned by the actor system; nobody else holds one for longer than a call."""

    __slots__ = (
        "_at",
        "_capability",
        "_feeds",
        "_inflight",
        "_keeper",
        "_known",
        "_lineage",
        "_mailbox",
        "_over",
        "_pending",
        "_seq",
        "_state",
        "_system",
        "_wake",
        "loaded",
        "stream",
        "used_at",
    )

    def __init__(
        self, system: ActorSystem, capability: Capability[Any], stream: str
    ) -> None:
        self._system = system
        self._capability = capability
        self.stream = stream
        self.loaded = False
        self.used_at = 0.0
        self._state: Any = None
        self._seq = 0
        self._at: Millis = 0
        self._wake: Millis | None = None
        self._lineage = Lineage()
        self._over = False
        self._mailbox: deque[Errand] | None = None
        self._known: Answered | None = None
        self._keeper: Keeper | None = None
        self._inflight: dict[tuple[str, str], Mail] | None = None
        self._pending: deque[InFlight] | None = None
        self._feeds: Feeds | None = None

    # -- the mailbox ---------------------------------------------------------------

    def post(self, mail: Mail) -> None:
        """Takes it, or refuses at once when too much is waiting already."""
        box = self._mailbox
        if box is not None and len(box) >= self._system.mailbox_size:
            self._system.counters.busy += 1
            mail.settle(Busy())
            return
        self._put(mail)

    def post_unkept(self, mail: Mail) -> None:
        """Its key was looked up and is new after all."""
        if self._known is not None and mail.key is not None:
            self._known.discard((mail.principal, mail.key))
        self._put(mail)

    def take_over(self, errand: Errand) -> None:
        """From an activation that was thrown away before it began this."""
        self._put(errand)

    def observe(
        self, view: str, since: Since | None, ready: Ready, listener: Listener
    ) -> None:
        """``ready`` is called once, in order with the patches: what it gets and the
        patches after it are the whole story."""
        if view not in self._capability.views:
            ready(UnknownTarget())
            return
        self._put(
            Look(lambda: self._observe(view, since, ready, listener), refuse=ready)
        )

    def forget(self, view: str, listener: Listener) -> None:
        if self._feeds is not None:
            self._feeds.forget(view, listener)

    def read(self, look: Callable[[Any], Any], done: Callable[[Any], None]) -> None:
        """``done`` gets what ``look`` saw of the state, once that is on disk."""

        def begin() -> None:
            seen = look(self._state)
            self._when_durable(lambda refusal: done(refusal or seen))

        if self.loaded and self._mailbox is None and not self._over:
            begin()  # it is between two commands: its turn would find the same
        else:
            self._put(Look(begin, refuse=done))

    def _put(self, errand: Errand) -> None:
        if self._mailbox is None:
            self._mailbox = deque()
            self._mailbox.append(errand)
            self._system.start(self)
        else:
            self._mailbox.append(errand)

    @property
    def has_mail(self) -> bool:
        return self._mailbox is not None

    def work(self, most: int) -> int:
        """Its turn: take at most so many errands; returns how many there were."""
        box = self._mailbox
        if box is None:
            return 0  # thrown away before it began: its mail is the successor's
        done = 0
        while box and done < most and not (self._over or self._lineage.broken):
            errand = box.popleft()
            if isinstance(errand, Mail):
                self._take(errand)
            else:
                errand.begin()
            done += 1
        if self._over or self._lineage.broken:
            self._system.discard(self)
        elif not box:
            self._mailbox = None
        return done

    async def wake_up(self) -> bool:
        """Load the state; False when its mail was refused instead."""
        replay = Replay(self._system.journal, self._capability, self.stream)
        try:
            await replay.run()
        except Refusal as refusal:
            # no such actor, says its capability: nothing is wrong with the house
            self.refuse_waiting(refusal)
            self._system.absent(self)
            return False
        except Exception as error:
            log.exception("%s could not be loaded", self.stream)
            self.refuse_waiting(Unavailable())
            self._system.failed(self, error)
            return False
        self._state = replay.state
        self._seq = replay.seq
        self._at = replay.at
        self._wake = replay.wake
        self._known = replay.known
        self._keeper = replay.keeper
        self._feeds = replay.feeds
        self.loaded = True
        self._system.woke(self)
        return True

    def refuse_waiting(self, refusal: Refusal) -> None:
        box, self._mailbox = self._mailbox, None
        for errand in box or ():
            if isinstance(errand, Mail):
                errand.settle(refusal)
            else:
                errand.refuse(refusal)

    def take_waiting(self) -> deque[Errand]:
        """It is thrown away: what was not begun, for the next activation."""
        self._over = True
        box, self._mailbox = self._mailbox, None
        return box or deque()

    # -- one command -----------------------------------------------------------------

    def _take(self, mail: Mail) -> None:
        if mail.settled:
            return  # its deadline passed while it waited: nobody began it
        if isinstance(mail.command, Wake) and not self._is_due(mail, mail.command):
            return
        if mail.key is not None and self._answered_before(mail, mail.key):
            return
        system = self._system
        if mail.expected is not None and mail.expected != self._seq:
            self._refuse(mail, Stale(seq=self._seq))
            return
        now = max(system.clock.now(), self._at)
        if isinstance(mail.command, Wake):
            # the wall clock may have stepped back since the timer looked at it
            now = max(now, mail.command.due)
        try:
            decision = self._capability.decide(self._state, mail.command, now)
        except Refusal as refusal:
            decision = refusal
        except Exception:
            self._refuse(mail, self._crash("decide", mail.command))
            return
        if isinstance(decision, Refusal):
            system.counters.refused += 1
            self._refuse(mail, decision)
        else:
            self._accept(mail, decision, now)

    def _is_due(self, mail: Mail, wake: Wake) -> bool:
        """A wake-up counts while its time is the one the state has named. A time that
        came before and was named again is due again, whatever was answered then."""
        if wake.due != self._wake:
            self._when_durable(
                lambda refusal: mail.settle(refusal or Answer(b"{}", self._seq))
            )
            return False
        key, known = mail.key, self._known
        if key is not None and known is not None and (mail.principal, key) in known:
            mail.key = None
        return True

    def _answered_before(self, mail: Mail, key: str) -> bool:
        """True when the key is known: in flight, or in the journal."""
        mark = (mail.principal, key)
        if self._inflight is not None and (first := self._inflight.get(mark)):
            if first.fingerprint == mail.fingerprint:
                first.join(mail)
            else:
                self._refuse(mail, KeyReused())
            return True
        if self._known is not None and mark in self._known:
            self._system.look_up_key(self, mail, key)
            return True
        return False

    def _accept(self, mail: Mail, decision: Accepted, now: Millis) -> None:
        events = decision.events
        if not events and mail.key is None and not decision.audit:
            self._when_durable(
                lambda refusal: mail.settle(
                    refusal or Answer(_encode(decision.reply), self._seq)
                )
            )
            return
        capability = self._capability
        state = self._state
        try:
            for event in events:
                capability.evolve(state, event)
            wake = capability.wake_at(state) if capability.wake_at else None
            seq = self._seq + len(events)
            feeds = self._feeds
            patches = feeds.advance(state, events, seq, now) if feeds else []
        except Exception:
            # the state may be half changed: this activation is over
            self._refuse(mail, self._crash("evolve", mail.command))
            self._over = True
            return
        reply = _encode(decision.reply)
        kept = None
        if mail.key is not None:
            kept = KeyedReply(mail.principal, mail.key, mail.fingerprint, reply)
            if self._inflight is None:
                self._inflight = {}
            self._inflight[mail.principal, mail.key] = mail
        append = InFlight(
            self.stream,
            self._seq,
            now,
            [(tag_of(event), _encode(event)) for event in events],
            self._lineage,
            self._settled,
            kept,
            wake if wake != self._wake else UNCHANGED,
            decision.audit,
            decision.own_keys,
        )
        append.mail = mail
        append.reply = reply
        append.patches = patches
        append.after = []
        self._seq = seq
        self._at = now
        self._wake = wake
        if self._pending is None:
            self._pending = deque()
        self._pending.append(append)
        self._system.journal.append(append)

    # -- what leaves the actor ---------------------------------------------------------

    def _settled(self, append: Append) -> None:
        """On the loop, in order: the append is on disk, or it is not."""
        assert isinstance(append, InFlight)
        assert self._pending is not None
        self._pending.popleft()
        mail = append.mail
        if append.kept is not None:
            assert self._inflight is not None
            self._inflight.pop((append.kept.principal, append.kept.key), None)
            if not self._inflight:
                self._inflight = None
        if append.fault is not None:
            self._system.counters.failed += 1
            refusal = Unavailable()
            mail.settle_all(refusal)
            for effect in append.after:
                effect(refusal)
            if not self._pending:
                self._pending = None
            self._system.discard(self)
            return
        if not self._pending:
            self._pending = None
        if append.kept is not None:
            if self._known is None:
                self._known = Answered()
            self._known.add((append.kept.principal, append.kept.key))
        if append.wake is not UNCHANGED:
            self._system.timers.set(self.stream, append.wake)
        for feed, patch in append.patches:
            feed.show(patch)
        self._system.counters.committed += 1
        mail.settle_all(Answer(append.reply, append.last_seq))
        for effect in append.after:
            effect(None)
        if self._keeper is not None and self._keeper.is_due(append):
            self._keeper.busy = True
            self._system.save_snapshot(self)

    async def save_snapshot(self) -> None:
        """A task of the system's: of the state as it stands when its turn comes."""
        keeper = self._keeper
        assert keeper is not None
        try:
            if not (self._over or self._lineage.broken):
                moment = self._moment(keeper)
                await keeper.save(self._system.journal, moment, self._lineage)
        finally:
            keeper.busy = False

    def _moment(self, keeper: Keeper) -> Moment:
        assert self._known is not None
        return keeper.freeze(self._state, self._known, self._seq, self._at)

    def _when_durable(self, effect: Effect) -> None:
        if self._pending:
            self._pending[-1].after.append(effect)
        else:
            effect(None)

    def _refuse(self, mail: Mail, refusal: Refusal) -> None:
        self._when_durable(lambda failed: mail.settle_all(failed or refusal))

    def _crash(self, where: str, command: Any) -> Crashed:
        incident = secrets.token_hex(4)
        self._system.counters.crashed += 1
        log.exception(
            "incident %s: %s of %s crashed on %s",
            incident,
            where,
            self.stream,
            type(command).__name__,
        )
        return Crashed(incident=incident)

    # -- views -------------------------------------------------------------------------

    def _observe(
        self, name: str, since: Since | None, ready: Ready, listener: Listener
    ) -> None:
        feed = self._feed(name)
        if since is not None and since.epoch == feed.epoch:
            whole = None  # most likely not needed: encoded only if it is
        else:
            whole, since = feed.whole(), None
        tip, newest = feed.tip, self._seq

        def when_durable(refusal: Refusal | None) -> None:
            if refusal is not None:
                ready(refusal)
                return
            if self._over or (self._feeds or Feeds()).get(name) is not feed:
                # Let go meanwhile, with its actor or for want of a listener: its
                # patches would reach nobody, and nobody would be told.
                self._system.observe(self.stream, name, since, ready, listener)
                return
            missed = None if since is None else feed.missed(since, newest)
            if missed is not None:
                snapshot = Snapshot(feed.epoch, feed.seq, missed, None)
            elif whole is not None:
                snapshot = Snapshot(feed.epoch, tip, None, whole)
            else:
                self.observe(name, None, ready, listener)
                return
            feed.listener = listener
            ready(snapshot)

        self._when_durable(when_durable)

    def _feed(self, name: str) -> Feed:
        if self._feeds is None:
            self._feeds = Feeds()
        feed = self._feeds.get(name)
        if feed is None:
            view = self._capability.views[name]
            epoch = epoch_of(self._system.journal.id, self.stream, view)
            feed = Feed(view, epoch, self._state, self._seq)
            self._feeds[name] = feed
        return feed

    # -- for the system ----------------------------------------------------------------

    @property
    def resting(self) -> bool:
        """Nothing to do, nothing on its way, and nobody looks."""
        return self._mailbox is None and self._pending is None and not self.listeners()

    def listeners(self) -> list[Listener]:
        return [] if self._feeds is None else self._feeds.listeners()

    @property
    def seq(self) -> int:
        return self._seq
