"""Staff at the door: passwords are hashed and checked here, and tokens minted.

Argon2 takes tens of milliseconds on purpose, so it runs in threads, two at a time:
more would not be faster on a small machine, and a flood of log-ins must not keep
the loop from its processor. The register (actors/staff) decides what follows.
"""

from __future__ import annotations

import secrets
import string

import msgspec
import trio
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from actors.journal.records import Recorded
from actors.kernel.errors import BadRequest, Forbidden, Refused
from actors.kernel.sealed import Vault
from actors.kernel.times import Millis
from actors.runtime.followers import Follower
from actors.runtime.system import ActorSystem
from actors.staff import second_factor
from actors.staff.actor import staff_stream
from actors.staff.messages import (
    Add,
    Admitted,
    Change,
    Changed,
    Disable,
    Disabled,
    Enable,
    FactorForgotten,
    ForgetFactor,
    LogIn,
    LogOut,
    NotAdmitted,
    PasswordSet,
    Role,
    SetFactor,
    SetPassword,
)
from actors.staff.policy import wrong_in_password
from actors.staff.state import StaffState
from realtime import factor_offers
from realtime.keys import TokenKeys
from realtime.tokens import Gate, Principal, mint

AT_ONCE = 2
_ALPHABET = "".join(c for c in string.ascii_letters + string.digits if c not in "0O1lI")


class Session(msgspec.Struct, frozen=True):
    """What somebody gets who has logged in."""

    token: str
    expires: Millis
    account: str
    roles: tuple[str, ...]
    places: tuple[str, ...]


class Board(msgspec.Struct, frozen=True):
    """What a desk that was left goes on showing with: a wall's right, nothing more."""

    token: str
    expires: Millis


_BOARD_LASTS_MS = 12 * 3_600_000
_AT_A_DESK = frozenset({"nurse", "doctor"})


class Accounts:
    """``hasher`` is cheaper in tests. Every method raises a Refusal."""

    def __init__(
        self,
        hospital: str,
        system: ActorSystem,
        vault: Vault,
        gate: Gate,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._stream = staff_stream(hospital)
        self._hospital = hospital
        self._register = system.ref(self._stream)
        self._clock = system.clock
        self._vault = vault
        self._gate = gate
        self._hasher = hasher or PasswordHasher()
        self._limit = trio.CapacityLimiter(AT_ONCE)
        # who has no account waits as long as who has one
        self._nobodys = self._hasher.hash(secrets.token_urlsafe(16))

    @property
    def _keys(self) -> TokenKeys:
        return self._gate.keys

    # -- somebody at a desk ------------------------------------------------------

    async def log_in(self, account: str, password: str, code: str = "") -> Session:
        """Refused with ``wrong_password``, ``wrong_code``, ``locked``, ``disabled``; or
        with what comes first: ``change_password``, ``second_factor`` (its code), or
        ``second_factor_first`` (none is known yet: the refusal offers one)."""
        seen, right = await self._try(account, password)
        step = await self._step(account, code) if right and code else 0
        token_id = secrets.token_urlsafe(12)
        answer = await self._register.ask(
            LogIn(
                by=account,
                account=account,
                right=right,
                seen=seen,
                token=token_id,
                step=step or 0,
                wrong_code=step is None,
            ),
            principal=account,
        )
        told = msgspec.json.decode(answer.raw, type=dict)
        if "code" in told:
            refused = msgspec.convert(told, NotAdmitted)
            raise Refused(refused.code, refused.message, left=refused.left)
        admitted = msgspec.convert(told, Admitted)
        if admitted.change == "factor":
            raise factor_offers.offered(
                self._vault, account, self._hospital, self._clock.now()
            )
        if admitted.change:
            why = {"first": "第一次登录", "old": "密码用得太久了"}[admitted.change]
            raise Refused(
                "change_password", f"{why}，请先改成自己的新密码。", why=admitted.change
            )
        text = mint(
            self._keys,
            account,
            admitted.roles,
            admitted.places,
            now=admitted.since,
            lasts_ms=admitted.expires - admitted.since,
            token_id=token_id,
        )
        return Session(text, admitted.expires, account, admitted.roles, admitted.places)

    async def change_own_password(
        self, account: str, old: str, new: str, code: str = ""
    ) -> Session:
        """The old one counts as a try, and a wrong code too. Logs in with the new
        one: that is what uses the code."""
        seen, right = await self._try(account, old)
        if not right:
            return await self.log_in(account, old)
        state: StaffState = await self._register.read(lambda state: state)
        known = state.accounts[account]
        if known.factor is not None and not await self._step(account, code):
            if not code:
                raise Refused("second_factor", "请输入手机验证器里的 6 位数字。")
            return await self.log_in(account, old, code)
        self._check(state, account, new)
        for former in (known.secret, *known.before):
            if await self._verified(former, new):
                count = state.policy.passwords_remembered
                raise BadRequest(
                    f"新密码不能和最近 {count} 次用过的一样。", field="new"
                )
        await self._register.ask(
            SetPassword(
                by=account,
                account=account,
                secret=await self._hashed(new),
                own=True,
                seen=seen,
            ),
            principal=account,
        )
        return await self.log_in(account, new, code)

    async def take_factor(
        self, account: str, password: str, offer: str, code: str
    ) -> Session:
        """The code shows that the offered secret is in somebody's telephone; from now
        on it is asked for. Logs in with it."""
        seen, right = await self._try(account, password)
        if not right:
            return await self.log_in(account, password)
        now = self._clock.now()
        text = factor_offers.taken(self._vault, offer, account, now)
        step = second_factor.step_of(second_factor.from_text(text), code, now)
        if step is None:
            raise BadRequest(
                "验证码不对，请看手机验证器里现在的 6 位数字。", field="code"
            )
        await self._register.ask(
            SetFactor(
                by=account,
                account=account,
                factor=self._vault.seal(text),
                step=step,
                seen=seen,
            ),
            principal=account,
        )
        return await self.log_in(account, password, code)

    async def _step(self, account: str, code: str) -> int | None:
        """The time step of a right code; None when it is wrong, 0 when none counts."""
        state: StaffState = await self._register.read(lambda state: state)
        known = state.accounts.get(account)
        if known is None or known.factor is None:
            return 0
        secret = second_factor.from_text(self._vault.open(known.factor))
        return second_factor.step_of(secret, code, self._clock.now())

    async def log_out(self, who: Principal) -> None:
        """Its token is void from now on, at every open connection too."""
        self._gate.revocations.revoke_token(who.token_id, who.expires)
        await self._register.ask(
            LogOut(by=who.name, account=who.name, token=who.token_id),
            principal=who.name,
        )

    async def leave_board(self, who: Principal, now: Millis) -> Board:
        """As ``log_out``; what comes back shows the masked hall of the same places.
        Whoever may not see it gets nothing. What is taken from the account is taken
        from the board too, for the token is in its name."""
        if _AT_A_DESK.isdisjoint(who.roles):
            raise Forbidden
        await self.log_out(who)
        text = mint(
            self._keys,
            who.name,
            ["screen"],
            who.places,
            now=now,
            lasts_ms=_BOARD_LASTS_MS,
        )
        return Board(text, now + _BOARD_LASTS_MS)

    # -- who gives rights ----------------------------------------------------------

    async def add(
        self,
        by: str,
        account: str,
        name: str,
        roles: tuple[Role, ...],
        places: tuple[str, ...],
        *,
        first: bool = False,
    ) -> str:
        """Returns the temporary password, which is kept nowhere."""
        password = new_password()
        await self._register.ask(
            Add(
                by=by,
                account=account,
                display=self._vault.seal(name),
                roles=roles,
                places=places,
                secret=await self._hashed(password),
                first=first,
            ),
            principal=by,
        )
        return password

    async def change(
        self,
        by: str,
        account: str,
        roles: tuple[Role, ...] | None,
        places: tuple[str, ...] | None,
        name: str | None,
    ) -> None:
        display = None if name is None else self._vault.seal(name)
        await self._register.ask(
            Change(by=by, account=account, roles=roles, places=places, display=display),
            principal=by,
        )

    async def reset_password(self, by: str, account: str) -> str:
        """A new temporary password, which is kept nowhere."""
        password = new_password()
        secret = await self._hashed(password)
        await self._register.ask(
            SetPassword(by=by, account=account, secret=secret, own=False),
            principal=by,
        )
        return password

    async def forget_factor(self, by: str, account: str) -> None:
        """The telephone is lost: what was open is closed, and the next log-in asks for
        another."""
        await self._register.ask(ForgetFactor(by=by, account=account), principal=by)

    async def disable(self, by: str, account: str, reason: str) -> None:
        await self._register.ask(
            Disable(by=by, account=account, reason=reason), principal=by
        )

    async def enable(self, by: str, account: str) -> None:
        await self._register.ask(Enable(by=by, account=account), principal=by)

    # -- what tokens of before are still worth -------------------------------------

    async def void_what_was(self) -> None:
        """At a start: tokens minted before somebody's rights became less."""
        state: StaffState = await self._register.read(lambda state: state)
        for name, account in state.accounts.items():
            if account.rights_at:
                self._gate.revocations.revoke_name(name, account.rights_at)

    # -- passwords -------------------------------------------------------------------

    def _check(self, state: StaffState, account: str, password: str) -> None:
        if wrong := wrong_in_password(state.policy, account, password):
            raise BadRequest(wrong, field="new")

    async def _try(self, account: str, password: str) -> tuple[str, bool]:
        def secret(state: StaffState) -> str:
            known = state.accounts.get(account)
            return known.secret if known is not None else ""

        seen: str = await self._register.read(secret)
        right = await self._verified(seen or self._nobodys, password)
        return seen, right and bool(seen)

    async def _verified(self, secret: str, password: str) -> bool:
        def verify() -> bool:
            try:
                return self._hasher.verify(secret, password)
            except (VerificationError, InvalidHashError):
                return False

        return await trio.to_thread.run_sync(verify, limiter=self._limit)

    async def _hashed(self, password: str) -> str:
        return await trio.to_thread.run_sync(
            self._hasher.hash, password, limiter=self._limit
        )


_LESS = frozenset(
    {
        "staff.changed",
        "staff.password_set",
        "staff.factor_forgotten",
        "staff.disabled",
    }
)


def rights_follower(hospital: str, gate: Gate) -> Follower:
    """Hears of every right that becomes less, and closes what it had opened."""
    stream = staff_stream(hospital)
    read = msgspec.json.Decoder(
        Changed | PasswordSet | FactorForgotten | Disabled
    ).decode

    async def hear(record: Recorded) -> None:
        if record.stream == stream:
            event = read(record.body)
            gate.revocations.revoke_name(event.account, event.at)

    return Follower("staff-rights", hear, names=_LESS)


def new_password() -> str:
    """Twelve characters that can be read out over the telephone, of every class a
    policy may want."""
    letters = [secrets.choice(_ALPHABET) for _ in range(9)]
    for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits):
        of_kind = [c for c in _ALPHABET if c in kind]
        letters.insert(secrets.randbelow(len(letters) + 1), secrets.choice(of_kind))
    return "".join(letters)
