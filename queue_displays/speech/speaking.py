"""Speech for the house: prepares utterances in a worker, keeps them, hands them out.

One worker renders, one phrase after the other; what a device already waits for goes
first. A worker that hangs on a phrase is ended and the phrase tried once more without
the library; after that it has failed, and others go on. Where nothing can speak, the
chimes still sound and everybody is told why.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import trio

from actors.workers.process import WorkerGone
from queue_displays.speech.cache import Cache
from queue_displays.speech.port import PATIENCE_S, Silent, Utterance, Wav
from queue_displays.speech.process import NoEngine, Session, working
from queue_displays.speech.wav import chime, chimes, opened, sealed

log = logging.getLogger("houzhen.speech")

WARM_S = 2.0
"""So long after the start the worker is started, needed or not."""
_BACKOFF_S = (0.2, 1.0, 5.0, 15.0, 60.0)
_NO_ENGINE_S = 60.0
_WAITING = 1_000
"""Phrases that may wait to be rendered: half an hour's announcements."""
_KNOWN = 4_000
_AT_HAND = 64

T = TypeVar("T")

OFF = "speech is switched off (speech.engine = none)"
STARTING = "the speech worker is starting"


class Speaking:
    """The house's `Speech`. ``command`` starts the worker; None: it is switched off.
    ``measure`` hears how long each rendering took, in seconds."""

    def __init__(
        self,
        command: Sequence[str] | None,
        cache: Cache,
        *,
        measure: Callable[[float], None] = lambda seconds: None,
        warm_s: float = WARM_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.rendered = 0
        self.failed = 0
        self.retried = 0
        self.served = 0
        self.silent = 0
        self.restarts = -1
        self.engines = ""
        self.cache = cache
        self._command = command
        self._measure = measure
        self._warm_s = warm_s
        self._patience_s = patience_s
        self._fault: str | None = OFF if command is None else STARTING
        self._mute = command is None
        self._waiting: OrderedDict[str, Utterance] = OrderedDict()
        self._known: OrderedDict[str, Utterance] = OrderedDict()
        self._failures: OrderedDict[str, str] = OrderedDict()
        self._at_hand: OrderedDict[str, Wav] = OrderedDict()
        self._plain: set[str] = set()
        self._done: dict[str, trio.Event] = {}
        self._chimes = chimes()
        self._news = trio.Event()
        self._disk = trio.CapacityLimiter(1)

    # -- what is asked ---------------------------------------------------------------

    @property
    def fault(self) -> str | None:
        return self._fault

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def prepare(self, utterance: Utterance) -> None:
        key = utterance.key
        _keep(self._known, key, utterance, _KNOWN)
        if key in self._waiting or key in self._at_hand or key in self.cache:
            return
        self._failures.pop(key, None)
        if self._mute:
            return
        if len(self._waiting) >= _WAITING:
            self._fail(key, "too much is to be said at once")
            return
        self._waiting[key] = utterance
        self._done[key] = trio.Event()
        self._news.set()

    async def audio(self, key: str) -> Wav | Silent:
        found = await self._audio(key)
        if isinstance(found, Wav):
            self.served += 1
        else:
            self.silent += 1
        return found

    async def _audio(self, key: str) -> Wav | Silent:
        if key in self._chimes:
            if key not in self._at_hand:
                _keep(self._at_hand, key, chime(*self._chimes[key]), _AT_HAND)
            return self._at_hand[key]
        if (wav := await self._kept(key)) is not None:
            return wav
        utterance = self._known.get(key)
        if key not in self._waiting and key not in self._failures and utterance:
            # rendered once, and damaged or gone since
            self.prepare(utterance)
        if key in self._waiting:
            self._waiting.move_to_end(key, last=False)
            with trio.move_on_after(self._patience_s):
                await self._done[key].wait()
            if (wav := await self._kept(key)) is not None:
                return wav
        return self._reason(key)

    def _reason(self, key: str) -> Silent:
        if key not in self._known:
            return Silent("unknown", "nothing of this key was prepared")
        if key in self._failures:
            return Silent("failed", self._failures[key])
        if self._fault is None or self._fault == STARTING:
            return Silent("late", self._fault or "it is still being rendered")
        return Silent("no_engine", self._fault)

    async def _kept(self, key: str) -> Wav | None:
        wav = self._at_hand.get(key)
        if wav is not None:
            self._at_hand.move_to_end(key)
            return wav
        if key not in self.cache:
            return None
        wav = await self._on_disk(partial(self.cache.read, key))
        if wav is not None:
            _keep(self._at_hand, key, wav, _AT_HAND)
        return wav

    async def _on_disk(self, do: Callable[[], T]) -> T:
        return await trio.to_thread.run_sync(do, limiter=self._disk)

    # -- the worker ------------------------------------------------------------------

    async def run(
        self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Until cancelled; a worker that fails is followed by another one."""
        try:
            await self._on_disk(self.cache.open)
        except OSError as error:
            log.warning("the recordings cannot be kept: %s", error)
        task_status.started()
        if self._command is None:
            await trio.sleep_forever()
        with trio.move_on_after(self._warm_s):
            await self._news.wait()
        strikes = 0
        while True:
            rendered = self.rendered
            wait = _NO_ENGINE_S
            try:
                self.restarts += 1
                assert self._command is not None
                async with working(self._command) as session:
                    self._fault = None
                    self._mute = False
                    self.engines = session.engines
                    await self._serve(session)
            except NoEngine as none:
                # nobody waits for a voice that is not there: whoever asks once there
                # is one has it rendered then
                self._mute = True
                self._waiting.clear()
                self._lost(str(none), wait)
            except WorkerGone as gone:
                strikes = 0 if self.rendered > rendered else strikes + 1
                wait = _BACKOFF_S[min(strikes, len(_BACKOFF_S) - 1)]
                self._lost(f"the speech worker: {gone}", wait)
            log.warning("%s; again in %.1f s", self._fault, wait)
            await trio.sleep(wait)

    def _lost(self, reason: str, wait_s: float) -> None:
        """Who cannot wait for the next worker is told now; a phrase may be asked for
        again."""
        self._fault = reason
        self.engines = ""
        if wait_s < self._patience_s:
            return
        for event in self._done.values():
            event.set()
        self._done = {key: trio.Event() for key in self._waiting}

    async def _serve(self, session: Session) -> None:
        while True:
            self._news = trio.Event()
            if not self._waiting:
                async with session.worker.alive():
                    await self._news.wait()
                continue
            key, utterance = next(iter(self._waiting.items()))
            began = trio.current_time()
            try:
                said = await session.say(utterance, plain=key in self._plain)
            except WorkerGone:
                if key in self._plain:
                    self._plain.discard(key)
                    self._fail(key, "the voice hangs on this phrase")
                self._plain.add(key)
                raise
            self._plain.discard(key)
            self.retried += len(said.tries)
            if said.fault:
                log.warning("a phrase could not be rendered: %s", said.fault)
                self._fail(key, said.fault)
                continue
            self.rendered += 1
            self._measure(trio.current_time() - began)
            await self._keep(key, sealed(said.samples))

    async def _keep(self, key: str, data: bytes) -> None:
        """It is at hand before it is on the disk: nobody waits for that."""
        wav = opened(data)
        assert wav is not None
        _keep(self._at_hand, key, wav, _AT_HAND)
        self._settle(key)
        try:
            await self._on_disk(partial(self.cache.write, key, data))
        except OSError as error:
            log.warning("a recording was not kept: %s", error.strerror)

    def _fail(self, key: str, reason: str) -> None:
        self.failed += 1
        _keep(self._failures, key, reason, _KNOWN)
        self._settle(key)

    def _settle(self, key: str) -> None:
        self._waiting.pop(key, None)
        if (event := self._done.pop(key, None)) is not None:
            event.set()


def _keep(kept: OrderedDict[str, T], key: str, value: T, limit: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > limit:
        kept.popitem(last=False)
