"""What the register of staff says to each command. Pure.

Whoever asks has been checked for their right to ask; here is what even they may not
do. Every change leaves an audit record in the commit of its events.
"""

from __future__ import annotations

from typing import assert_never

import msgspec

from actors.kernel.errors import BadRequest, Refused, Stale
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, AuditRecord, Decision, Nothing
from actors.staff import policy as rules
from actors.staff.messages import (
    WRONG_PASSWORD,
    Add,
    Added,
    Admitted,
    Change,
    Changed,
    Command,
    Disable,
    Disabled,
    Enable,
    Enabled,
    Event,
    LoggedIn,
    LoggedOut,
    LogIn,
    LogInFailed,
    LogOut,
    NotAdmitted,
    PasswordSet,
    SetPassword,
    ThisAccount,
)
from actors.staff.state import Account, StaffState


def decide(state: StaffState, command: Command, now: Millis) -> Decision:
    if isinstance(command, Add):
        return _add(state, command, now)
    account = state.accounts.get(command.account)
    match command:
        case LogIn():
            return _log_in(state, account, command, now)
        case LogOut():
            if account is None or command.token not in account.sessions:
                return Accepted((), Nothing())
            return _done(
                LoggedOut(
                    at=now, by=command.by, account=command.account, token=command.token
                ),
                Nothing(),
            )
    if account is None:
        return Refused("unknown_account", "没有这个账号，请检查账号名。")
    match command:
        case Change():
            return _change(account, command, now)
        case SetPassword():
            return _set_password(account, command, now)
        case Disable():
            return _disable(state, account, command, now)
        case Enable():
            if not account.disabled and account.locked_until <= now:
                return Refused("not_disabled", "这个账号没有停用，也没有锁住。")
            return _done(Enabled(at=now, by=command.by, account=command.account))
        case _:
            assert_never(command)


def _done(event: Event, reply: msgspec.Struct | None = None) -> Accepted:
    """The trail holds who did what to whom; secrets and names stay out of it."""
    told = msgspec.to_builtins(event)
    body = {k: v for k, v in told.items() if k not in ("secret", "display", "at")}
    record = AuditRecord(str(told["type"]), event.by, msgspec.json.encode(body))
    return Accepted((event,), reply or ThisAccount(event.account), (record,))


def _add(state: StaffState, command: Add, now: Millis) -> Decision:
    if command.first and state.accounts:
        return Refused(
            "not_first", "已经有账号了，请让安全管理员登录后新增，不用这个工具。"
        )
    if command.account in state.accounts:
        return Refused(
            "account_taken", f"账号 {command.account} 已经有人用，请换一个。"
        )
    if wrong := rules.wrong_in_rights(command.roles, command.places):
        return BadRequest(wrong, field="roles")
    return _done(
        Added(
            at=now,
            by=command.by,
            account=command.account,
            display=command.display,
            roles=command.roles,
            places=command.places,
            secret=command.secret,
        )
    )


def _change(account: Account, command: Change, now: Millis) -> Decision:
    if command.by == command.account and command.roles is not None:
        return Refused("own_rights", "不能改自己的角色，请另一位安全管理员来改。")
    roles = account.roles if command.roles is None else command.roles
    places = account.places if command.places is None else command.places
    if wrong := rules.wrong_in_rights(roles, places):
        return BadRequest(wrong, field="roles")
    return _done(
        Changed(
            at=now,
            by=command.by,
            account=command.account,
            roles=tuple(roles),
            places=places,
            display=command.display or account.display,
        )
    )


def _set_password(account: Account, command: SetPassword, now: Millis) -> Decision:
    if command.own and command.seen != account.secret:
        return Stale("密码刚刚改过，请用新密码登录。")
    return _done(
        PasswordSet(
            at=now,
            by=command.by,
            account=command.account,
            secret=command.secret,
            temporary=not command.own,
        )
    )


def _disable(
    state: StaffState, account: Account, command: Disable, now: Millis
) -> Decision:
    if account.disabled:
        return Refused("already_disabled", "这个账号已经停用了。")
    if "security" in account.roles and not any(
        "security" in other.roles and not other.disabled
        for name, other in state.accounts.items()
        if name != command.account
    ):
        return Refused(
            "last_one", "这是最后一个安全管理员，停用后没人能管账号，请先新增一个。"
        )
    return _done(
        Disabled(at=now, by=command.by, account=command.account, reason=command.reason)
    )


def _log_in(
    state: StaffState, account: Account | None, command: LogIn, now: Millis
) -> Decision:
    wrong = "账号或密码不对，请再试一次。"
    if account is None:
        # No event: else anyone could fill the journal with names of their own.
        return Refused(WRONG_PASSWORD, wrong)
    if account.locked_until > now:
        return Refused(
            "locked",
            _locked(account.locked_until - now),
            locked_until=account.locked_until,
        )
    policy = state.policy
    if command.seen != account.secret:
        return Stale("密码刚刚改过，请用新密码登录。")
    if not command.right:
        left = policy.tries - account.failures - 1
        until = now + policy.locked_ms if left <= 0 else 0
        message = wrong if left > 0 else _locked(policy.locked_ms)
        return _done(
            LogInFailed(
                at=now, by=command.by, account=command.account, locked_until=until
            ),
            NotAdmitted(WRONG_PASSWORD if left > 0 else "locked", message, left, until),
        )
    if account.disabled:
        return Refused("disabled", "这个账号已经停用，请找安全管理员。")
    change = ""
    if account.temporary:
        change = "first"
    elif account.secret_at + policy.password_lasts_ms <= now:
        change = "old"
    since = max(now, account.rights_at + 1)
    expires = since + policy.session_ms
    admitted = Admitted(
        command.account, account.roles, account.places, since, expires, change
    )
    if change:
        return Accepted((), admitted)
    return _done(
        LoggedIn(
            at=now,
            by=command.by,
            account=command.account,
            token=command.token,
            expires=expires,
        ),
        admitted,
    )


def _locked(left: Millis) -> str:
    minutes = -(-left // rules.MINUTE)
    return f"密码错得太多，账号锁住了，请 {minutes} 分钟后再试，或找安全管理员。"
