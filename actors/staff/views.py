"""What may be seen of the register: by who gives rights, and never a secret."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from actors.kernel.sealed import CannotOpen, Vault
from actors.runtime.shape import Path
from actors.staff.messages import Event
from actors.staff.state import StaffState


class AccountsView:
    """Every account with its rights, and whether it can be used."""

    name = "accounts"
    version = 1

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def paths(self, state: StaffState) -> Iterable[Path]:
        for account in state.accounts:
            yield "accounts", account

    def touches(self, state: StaffState, event: Event) -> Iterable[Path]:
        yield "accounts", event.account

    def row(self, state: StaffState, section: str, key: str) -> Any:
        account = state.accounts.get(key) if section == "accounts" else None
        if account is None:
            return None
        try:
            display = self._vault.open(account.display)
        except CannotOpen:
            display = "（姓名打不开）"
        row: dict[str, Any] = {
            "name": display,
            "roles": list(account.roles),
            "places": list(account.places),
            "password_at": account.secret_at,
            "temporary": account.temporary,
            "sessions": len(account.sessions),
        }
        if account.factor is not None:
            row["second_factor"] = True
        if account.last_seen:
            row["last_seen"] = account.last_seen
        if account.locked_until:
            row["locked_until"] = account.locked_until
        if account.disabled:
            row["disabled"] = account.disabled
        return row
