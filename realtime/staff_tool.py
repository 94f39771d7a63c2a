"""`houzhen staff first`: the first account of a hospital, from the machine itself.

Nobody can log in before it, so the right to make it is the key file's: whoever can
read that is the machine's owner. A running server is asked; else the journal is
opened here.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from typing import Any

import trio

from actors.journal.faults import JournalError
from actors.journal.journal import Journal
from actors.kernel.errors import Refusal
from actors.kernel.sealed import Vault
from actors.kernel.times import WallClock
from actors.runtime.system import ActorSystem
from realtime.accounts import Accounts
from realtime.capabilities import capabilities
from realtime.checkup import has_no_journal_yet
from realtime.config import Settings
from realtime.keys import Keys, open_keys
from realtime.tokens import Gate, mint
from realtime.version import version

TOOL = "houzhen-staff"
_TIMEOUT_S = 10.0


class NotAdded(Exception):
    """Why there is no such account now; for an operator."""


def add_first(settings: Settings, account: str, name: str) -> str:
    """Make the first security administrator; returns the temporary password."""
    may_create = has_no_journal_yet(settings)
    keys = open_keys(settings.secrets.file, may_create=may_create)
    found = _asked_of_the_server(settings, keys, account, name)
    if found is None:
        found = trio.run(_written_here, settings, keys, account, name)
    return found


def _asked_of_the_server(
    settings: Settings, keys: Keys, account: str, name: str
) -> str | None:
    """None when no server answers there."""
    host = settings.http.host
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    place = f"[{host}]" if ":" in host else host
    token = mint(
        keys.tokens, TOOL, ["security"], ["*"], now=WallClock().now(), lasts_ms=60_000
    )
    request = urllib.request.Request(
        f"http://{place}:{settings.http.port}/api/v1/staff",
        data=json.dumps(_first(account, name)).encode(),
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {token}",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
            return str(json.load(answer)["password"])
    except urllib.error.HTTPError as error:
        try:
            message = json.load(error).get("message", "")
        except ValueError:
            message = f"HTTP {error.code}"
        raise NotAdded(message) from None
    except OSError:
        return None


def _first(account: str, name: str) -> dict[str, Any]:
    rights = {"roles": ["security"], "places": ["*"]}
    return {"account": account, "name": name, "first": True} | rights


async def _written_here(settings: Settings, keys: Keys, account: str, name: str) -> str:
    vault = Vault(
        keys.data.id, keys.data.cipher, keys.data.index, older=keys.data.older
    )
    journal = Journal(
        settings.journal.url, release=version(), busy_s=settings.journal.busy_s
    )
    kinds = [
        capability for capability, _ in capabilities(vault, settings.hospital.zone)
    ]
    system = ActorSystem(journal, kinds)
    try:
        async with system.running():
            gate = Gate(keys.tokens)
            accounts = Accounts(settings.hospital.id, system, vault, gate)
            return await accounts.add(
                TOOL, account, name, ("security",), ("*",), first=True
            )
    except Refusal as no:
        raise NotAdded(no.message) from None


def run_first(settings: Settings, account: str, name: str) -> int:
    """The command; prints the password once."""
    try:
        password = add_first(settings, account, name)
    except (NotAdded, JournalError) as error:
        print(f"houzhen: {error}", file=sys.stderr)
        return 1
    print(f"account   {account}\npassword  {password}")
    print("Log in with it once; the page then asks for a password of your own.")
    return 0
