"""Keeping the loop quiet: nothing holds it for long.

A full garbage collection walks everything that lives; with a day's tickets loaded
that is a tenth of a second in which no screen moves. What the server has loaded lives
long, so it is set aside, and full collections wait for a moment nobody notices.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable

import trio

log = logging.getLogger("houzhen.quiet")

# the middle generation has at most their product of objects: some 5 ms to walk
_YOUNG = 5_000
_MIDDLE = 10
_NEVER = 1_000_000
_LOOK_S = 60.0
_MOMENT_S = 1.0


def settle_down() -> None:
    """After start-up, and after many actors have woken: what lives now lives long."""
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)
    gc.collect()
    gc.freeze()


async def collect_in_quiet_moments(busy: Callable[[], int]) -> None:
    """``busy`` counts what the server does; a second without any is a quiet moment."""
    while True:
        await trio.sleep(_LOOK_S)
        before = busy()
        await trio.sleep(_MOMENT_S)
        if busy() == before:
            started = trio.current_time()
            gc.collect()
            gc.freeze()
            log.debug("a full collection took %.3f s", trio.current_time() - started)
