"""After a new data key: patients' own keys are wrapped under it, so that the data key
before can retire. What they have sealed stays as it is."""

from __future__ import annotations

import logging
from functools import partial

import trio
from sqlalchemy import Connection, Engine, select, update

from actors.journal.faults import AppendFailed
from actors.journal.journal import Journal
from actors.journal.tables import own_keys
from actors.kernel.sealed import CannotOpen, Vault, WrappedKey

log = logging.getLogger("houzhen.patients")

_AT_ONCE = 200


async def rewrap_keys(journal: Journal, vault: Vault) -> int:
    """Goes once through all that are wrapped under another data key, some at a time,
    after the commands; how many there were. Cancelled or killed it goes on at the
    next start. A key that cannot be opened is logged and left as it is."""
    done = 0
    after = ""
    while some := await journal.look_beside(
        partial(_old, newest=vault.key_id, after=after)
    ):
        after = some[-1].id
        fresh = await trio.to_thread.run_sync(_rewrapped, vault, some)
        if fresh:
            try:
                await journal.write_beside(partial(_put, fresh=fresh))
            except AppendFailed as fault:
                log.warning("patients' keys stay as they are for now: %s", fault)
                return done
            done += len(fresh)
    if done:
        log.info("%d patients' keys are wrapped under %s now", done, vault.key_id)
    return done


def _old(engine: Engine, newest: str, after: str) -> list[WrappedKey]:
    query = (
        select(own_keys)
        .where(own_keys.c.under != newest, own_keys.c.id > after)
        .order_by(own_keys.c.id)
        .limit(_AT_ONCE)
    )
    with engine.connect() as connection, connection.begin():
        return [WrappedKey(*tuple(row)) for row in connection.execute(query)]


def _rewrapped(vault: Vault, some: list[WrappedKey]) -> list[tuple[WrappedKey, str]]:
    fresh = []
    for wrapped in some:
        try:
            fresh.append((vault.rewrap(wrapped), wrapped.under))
        except CannotOpen as error:
            log.warning("a patient's key cannot be opened: %s", error)
    return fresh


def _put(connection: Connection, fresh: list[tuple[WrappedKey, str]]) -> None:
    """One that was destroyed meanwhile stays destroyed: this only updates."""
    for wrapped, before in fresh:
        connection.execute(
            update(own_keys)
            .where(own_keys.c.id == wrapped.id, own_keys.c.under == before)
            .values(under=wrapped.under, box=wrapped.box)
        )
