"""The register of staff as it stands, and how each event changes it, in place."""

from __future__ import annotations

from typing import assert_never

import msgspec

from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis
from actors.staff.messages import (
    Added,
    Changed,
    Disabled,
    Enabled,
    Event,
    FactorForgotten,
    FactorSet,
    LoggedIn,
    LoggedOut,
    LogInFailed,
    PasswordSet,
)
from actors.staff.policy import Policy


class Account(msgspec.Struct, kw_only=True):
    """``rights_at`` is when its rights last became less: tokens of before are void.
    ``before`` are hashes of former passwords, newest first. ``factor`` is what a
    telephone makes codes of, ``step`` the last that was used."""

    display: Sealed
    roles: tuple[str, ...]
    places: tuple[str, ...]
    secret: str
    temporary: bool
    secret_at: Millis
    added_at: Millis
    added_by: str
    before: tuple[str, ...] = ()
    rights_at: Millis = 0
    failures: int = 0
    locked_until: Millis = 0
    disabled: str = ""
    last_seen: Millis = 0
    sessions: dict[str, Millis] = {}
    factor: Sealed | None = None
    step: int = 0


class StaffState(msgspec.Struct):
    stream: str
    policy: Policy = Policy()
    accounts: dict[str, Account] = {}


def evolve(state: StaffState, event: Event) -> None:
    if isinstance(event, Added):
        state.accounts[event.account] = Account(
            display=event.display,
            roles=event.roles,
            places=event.places,
            secret=event.secret,
            temporary=True,
            secret_at=event.at,
            added_at=event.at,
            added_by=event.by,
        )
        return
    account = state.accounts[event.account]
    match event:
        case Changed():
            account.roles, account.places = event.roles, event.places
            account.display = event.display
            _void_tokens(account, event.at)
        case PasswordSet():
            kept = state.policy.passwords_remembered - 1
            account.before = (account.secret, *account.before)[:kept]
            account.secret, account.secret_at = event.secret, event.at
            account.temporary = event.temporary
            account.failures, account.locked_until = 0, 0
            _void_tokens(account, event.at)
        case FactorSet():
            account.factor, account.step = event.factor, event.step
        case FactorForgotten():
            account.factor, account.step = None, 0
            _void_tokens(account, event.at)
        case Disabled():
            account.disabled = event.reason
            _void_tokens(account, event.at)
        case Enabled():
            account.disabled = ""
            account.failures, account.locked_until = 0, 0
        case LoggedIn():
            account.failures, account.locked_until = 0, 0
            account.last_seen = event.at
            account.step = max(account.step, event.step)
            live = {t: e for t, e in account.sessions.items() if e > event.at}
            account.sessions = live | {event.token: event.expires}
        case LogInFailed():
            account.failures += 1
            account.locked_until = event.locked_until
            if event.locked_until:
                account.failures = 0
        case LoggedOut():
            account.sessions.pop(event.token, None)
        case _:
            assert_never(event)


def _void_tokens(account: Account, at: Millis) -> None:
    account.rights_at = at
    account.sessions = {}
