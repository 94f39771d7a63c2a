"""The line to HIS: one request at a time limit, few at once, and no believing early.

Questions are asked again, and so is told what only the last word counts of. Other
changes never are: without an answer their outcome is unknown, and trade_check finds it
out. A HIS that keeps failing is left alone for a while.
"""

from __future__ import annotations

import logging
import random
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import httpx
import msgspec
import trio

from actors.gateways.his.breaker import Breaker
from actors.gateways.his.faults import (
    HisRefused,
    NotBelieved,
    OutcomeUnknown,
    Resting,
    Unreachable,
)
from actors.gateways.his.wire import Envelope

log = logging.getLogger("houzhen.his")

T = TypeVar("T")

_MOST_BYTES = 8 * 1024 * 1024
_LONG = 64 * 1024


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How this HIS is spoken to. ``tries`` counts for questions."""

    base_url: str
    success_code: int = 0
    operator_id: str = "houzhen"
    channel_id: str = "houzhen"
    connect_s: float = 3.0
    answer_s: float = 10.0
    at_once: int = 8
    tries: int = 3
    again_s: float = 0.2
    rest_after: int = 5
    rest_s: float = 2.0


class Figures:
    """Plain integers, read by metrics."""

    __slots__ = ("asked", "away", "not_believed", "refused", "unknown")

    def __init__(self) -> None:
        self.asked = 0
        self.refused = 0
        self.away = 0
        self.unknown = 0
        self.not_believed = 0


class _Garbled(Exception):
    """Something came back, and it is not an answer."""


class _Content(httpx.AsyncByteStream):
    """A request's body. httpx's own is a generator, which a cancelled send leaves
    half-way, for the collector to find."""

    def __init__(self, content: bytes) -> None:
        self._content: bytes | None = content

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        content, self._content = self._content, None
        if content is None:
            raise StopAsyncIteration
        return content


class Line:
    """Asks, and reads the answer; whoever reads raises ValueError for what cannot be
    true."""

    def __init__(
        self, terms: Terms, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.terms = terms
        self.figures = Figures()
        self.breaker = Breaker(terms.rest_after, terms.rest_s)
        self._turns = trio.CapacityLimiter(terms.at_once)
        self._client = httpx.AsyncClient(
            base_url=terms.base_url.rstrip("/") + "/",
            timeout=httpx.Timeout(terms.answer_s, connect=terms.connect_s),
            limits=httpx.Limits(max_connections=terms.at_once),
            transport=transport,
            # HIS stands in the house's own network: no proxy of the machine's
            trust_env=False,
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def question(
        self, method: str, body: dict[str, Any], read: Callable[[Any], T]
    ) -> T:
        """Nothing changes by asking, so it is asked again."""
        tries = self.terms.tries
        while True:
            tries -= 1
            try:
                answer = await self._exchange(method, body)
                return await self._read(method, answer, read)
            except (httpx.TransportError, trio.TooSlowError) as error:
                if not tries:
                    self.figures.away += 1
                    raise Unreachable(method, type(error).__name__) from None
            except _Garbled as error:
                if not tries:
                    raise self.not_believed(method, str(error)) from None
            await trio.sleep(self.terms.again_s * random.uniform(0.5, 1.5))

    async def change(
        self,
        method: str,
        trade_no: str,
        body: dict[str, Any],
        read: Callable[[Any], T],
    ) -> T:
        """Sent once. Only where no connection came about has nothing happened."""
        return await self._sent(method, trade_no, body, read)

    async def say(self, method: str, trade_no: str, body: dict[str, Any]) -> None:
        """Told until it is heard: what may be told twice without harm, because only
        the last word counts, and under one trade number."""
        tries = self.terms.tries
        while True:
            tries -= 1
            try:
                return await self._sent(method, trade_no, body, _nothing)
            except (Unreachable, OutcomeUnknown):
                if not tries:
                    raise
            await trio.sleep(self.terms.again_s * random.uniform(0.5, 1.5))

    async def _sent(
        self,
        method: str,
        trade_no: str,
        body: dict[str, Any],
        read: Callable[[Any], T],
    ) -> T:
        body = {"trade_no": trade_no, **body}
        try:
            answer = await self._exchange(method, body)
            return await self._read(method, answer, read)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            self.figures.away += 1
            raise Unreachable(method, type(error).__name__) from None
        except (httpx.TransportError, trio.TooSlowError) as error:
            why = type(error).__name__
        except _Garbled as error:
            why = str(error)
        self.figures.unknown += 1
        log.warning("%s: no answer to believe (%s), trade %s", method, why, trade_no)
        raise OutcomeUnknown(method, why, trade_no)

    async def _exchange(self, method: str, body: dict[str, Any]) -> Envelope:
        """One request and whatever came back. Raises httpx.TransportError,
        trio.TooSlowError, _Garbled and Resting."""
        terms = self.terms
        if (left := self.breaker.closed_for_s()) > 0:
            raise Resting(method, left)
        told = False
        try:
            async with self._turns:
                self.figures.asked += 1
                with trio.fail_after(terms.connect_s + terms.answer_s):
                    answer = await self._post(method, body)
            told = True
            self.breaker.well()
            return answer
        except (httpx.TransportError, trio.TooSlowError, _Garbled):
            told = True
            self.breaker.failed()
            raise
        finally:
            if not told:
                self.breaker.let_go()

    async def _post(self, method: str, body: dict[str, Any]) -> Envelope:
        own = {
            "operator_id": self.terms.operator_id,
            "channel_id": self.terms.channel_id,
        }
        content = msgspec.json.encode(own | body)
        request = self._client.build_request(
            "POST",
            f"his/{method}",
            content=content,
            headers={"content-type": "application/json"},
        )
        request.stream = _Content(content)
        answer = await self._client.send(request, stream=True)
        try:
            if answer.status_code != 200:
                raise _Garbled(f"HTTP {answer.status_code}")
            said = bytearray()
            async for part in answer.aiter_bytes():
                said += part
                if len(said) > _MOST_BYTES:
                    raise _Garbled("an answer without an end")
        finally:
            await answer.aclose()
        try:
            return msgspec.json.decode(said, type=Envelope)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise _Garbled("not a whole JSON answer") from None

    async def _read(self, method: str, answer: Envelope, read: Callable[[Any], T]) -> T:
        """Raises HisRefused, and _Garbled for what cannot be true."""
        if str(answer.code) != str(self.terms.success_code):
            self.figures.refused += 1
            raise HisRefused(
                method, str(answer.code)[:40], (answer.message or "")[:200]
            )

        def whole() -> T:
            return read(msgspec.json.decode(answer.data))

        try:
            if len(bytes(answer.data)) < _LONG:
                return whole()
            # a whole day of slots would hold the loop for too long
            return await trio.to_thread.run_sync(whole)
        except (ValueError, RecursionError) as error:
            raise _Garbled(str(error)) from None

    def not_believed(self, method: str, why: str) -> NotBelieved:
        self.figures.not_believed += 1
        log.warning("%s: an answer that cannot be true: %s", method, why)
        return NotBelieved(method, why)


def _nothing(data: Any) -> None:
    """It said yes, and there is nothing to read."""
