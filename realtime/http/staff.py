"""Logging in, and giving rights: what a desk's page and the tool ask over HTTP.

Not over the live connection: hashing takes longer than an ask may hold the loop, and
a page has no token before it has logged in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

import msgspec
from quart import Blueprint, Response

from actors.kernel.errors import Refusal
from actors.kernel.times import Clock, Millis
from actors.staff.messages import AccountName, Role
from realtime.http.asked import json_body, only_ours
from realtime.http.bearer import bearer
from realtime.tokens import Gate, Principal

B = TypeVar("B", bound=msgspec.Struct)

# one body for all: long enough for a passphrase, short enough for argon2
_LONGEST = 4096


class StaffDoor(Protocol):
    """What lies behind the routes; realtime.accounts is it."""

    async def log_in(self, account: str, password: str, code: str) -> Any: ...
    async def change_own_password(
        self, account: str, old: str, new: str, code: str
    ) -> Any: ...
    async def take_factor(
        self, account: str, password: str, offer: str, code: str
    ) -> Any: ...
    async def forget_factor(self, by: str, account: str) -> None: ...
    async def log_out(self, who: Principal) -> None: ...
    async def leave_board(self, who: Principal, now: Millis) -> Any: ...
    async def add(
        self,
        by: str,
        account: str,
        name: str,
        roles: tuple[Role, ...],
        places: tuple[str, ...],
        *,
        first: bool = False,
    ) -> str: ...
    async def change(
        self,
        by: str,
        account: str,
        roles: tuple[Role, ...] | None,
        places: tuple[str, ...] | None,
        name: str | None,
    ) -> None: ...
    async def reset_password(self, by: str, account: str) -> str: ...
    async def disable(self, by: str, account: str, reason: str) -> None: ...
    async def enable(self, by: str, account: str) -> None: ...


class Staff(msgspec.Struct, frozen=True):
    """What the routes need."""

    door: StaffDoor
    gate: Gate
    clock: Clock


class _LogIn(msgspec.Struct, frozen=True):
    account: str
    password: str
    code: str = ""


class _Password(msgspec.Struct, frozen=True):
    account: str
    old: str
    new: str
    code: str = ""


class _Factor(msgspec.Struct, frozen=True):
    account: str
    password: str
    offer: str
    code: str


class _Add(msgspec.Struct, frozen=True):
    account: AccountName
    name: str
    roles: tuple[Role, ...]
    places: tuple[str, ...]
    first: bool = False


class _Change(msgspec.Struct, frozen=True):
    roles: tuple[Role, ...] | None = None
    places: tuple[str, ...] | None = None
    name: str | None = None


class _Disable(msgspec.Struct, frozen=True):
    reason: str


class Temporary(msgspec.Struct, frozen=True):
    """Shown once, to be handed over; the first log-in changes it."""

    account: str
    password: str


class Done(msgspec.Struct, frozen=True):
    done: bool = True


def staff_routes(staff: Staff, base: str) -> Blueprint:
    routes = Blueprint("staff", __name__, url_prefix=base)
    door = staff.door

    async def body(kind: type[B]) -> B:
        return await json_body(kind, _LONGEST)

    def giver_of_rights() -> str:
        who = bearer(staff.gate, staff.clock)
        if not who.may("security", "*"):
            raise _NotYours
        return who.name

    def post(path: str) -> Callable[[Any], Any]:
        def take(do: Callable[..., Awaitable[Any]]) -> Any:
            async def answer(**names: str) -> Response:
                return await only_ours(lambda: do(**names))

            routes.add_url_rule(path, do.__name__, answer, methods=["POST"])
            return do

        return take

    @post("/log-in")
    async def log_in() -> Any:
        asked = await body(_LogIn)
        return await door.log_in(asked.account, asked.password, asked.code)

    @post("/password")
    async def password() -> Any:
        asked = await body(_Password)
        return await door.change_own_password(
            asked.account, asked.old, asked.new, asked.code
        )

    @post("/second-factor")
    async def second_factor() -> Any:
        asked = await body(_Factor)
        return await door.take_factor(
            asked.account, asked.password, asked.offer, asked.code
        )

    @post("/log-out")
    async def log_out() -> Done:
        await door.log_out(bearer(staff.gate, staff.clock))
        return Done()

    @post("/leave-board")
    async def leave_board() -> Any:
        who = bearer(staff.gate, staff.clock)
        return await door.leave_board(who, staff.clock.now())

    @post("/staff")
    async def add() -> Temporary:
        by, asked = giver_of_rights(), await body(_Add)
        first = await door.add(
            by,
            asked.account,
            asked.name,
            asked.roles,
            asked.places,
            first=asked.first,
        )
        return Temporary(asked.account, first)

    @post("/staff/<account>")
    async def change(account: str) -> Done:
        by, asked = giver_of_rights(), await body(_Change)
        await door.change(by, account, asked.roles, asked.places, asked.name)
        return Done()

    @post("/staff/<account>/password")
    async def reset(account: str) -> Temporary:
        by = giver_of_rights()
        return Temporary(account, await door.reset_password(by, account))

    @post("/staff/<account>/second-factor/forget")
    async def forget_factor(account: str) -> Done:
        await door.forget_factor(giver_of_rights(), account)
        return Done()

    @post("/staff/<account>/disable")
    async def disable(account: str) -> Done:
        by, asked = giver_of_rights(), await body(_Disable)
        await door.disable(by, account, asked.reason)
        return Done()

    @post("/staff/<account>/enable")
    async def enable(account: str) -> Done:
        await door.enable(giver_of_rights(), account)
        return Done()

    return routes


class _NotYours(Refusal):
    code = "forbidden"
    default = "只有安全管理员能管理账号。"
