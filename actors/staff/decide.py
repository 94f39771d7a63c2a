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
    WRONG_CODE,
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
    FactorForgotten,
    FactorSet,
    ForgetFactor,
    LoggedIn,
    LoggedOut,
    LogIn,
    LogInFailed,
    LogOut,
    NotAdmitted,
    PasswordSet,
    SetFactor,
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
        case SetFactor():
            return _set_factor(account, command, now)
        case ForgetFactor():
            return _forget_factor(account, command, now)
        case Disable():
            return _disable(state, account, command, now)
        case Enable():
            if not account.disabled and account.locked_until <= now:
                return Refused("not_disabled", "这个账号没有停用，也没有锁住。")
            return _done(Enabled(at=now, by=command.by, account=command.account))
        case _:
            assert_never(command)


_NOT_TOLD = ("secret", "display", "factor", "at")


def _done(event: Event, reply: msgspec.Struct | None = None) -> Accepted:
    """The trail holds who did what to whom; secrets and names stay out of it."""
    told = msgspec.to_builtins(event)
    body = {k: v for k, v in told.items() if k not in _NOT_TOLD}
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


def _set_factor(account: Account, command: SetFactor, now: Millis) -> Decision:
    if command.seen != account.secret:
        return Stale("密码刚刚改过，请用新密码登录。")
    if account.factor is not None:
        return Refused(
            "has_factor", "这个账号已经绑定了验证器；手机丢了请找另一位安全管理员。"
        )
    return _done(
        FactorSet(
            at=now,
            by=command.by,
            account=command.account,
            factor=command.factor,
            step=command.step - 1,
        )
    )


def _forget_factor(account: Account, command: ForgetFactor, now: Millis) -> Decision:
    if command.by == command.account:
        return Refused("own_rights", "不能解绑自己的验证器，请另一位安全管理员来办。")
    if account.factor is None:
        return Refused("no_factor", "这个账号没有绑定验证器。")
    return _done(FactorForgotten(at=now, by=command.by, account=command.account))


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
        return _counted(policy, account, command, now, WRONG_PASSWORD, wrong)
    if account.disabled:
        return Refused("disabled", "这个账号已经停用，请找安全管理员。")
    change = ""
    if account.temporary:
        change = "first"
    elif account.secret_at + policy.password_lasts_ms <= now:
        change = "old"
    elif account.factor is None and rules.needs_factor(policy, account.roles):
        change = "factor"
    if account.factor is not None and not change:
        if command.wrong_code or 0 < command.step <= account.step:
            used = "验证码不对，或已经用过，请等下一个。"
            return _counted(policy, account, command, now, WRONG_CODE, used)
        if command.step == 0:
            return Refused("second_factor", "请输入手机验证器里的 6 位数字。")
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
            step=command.step,
        ),
        admitted,
    )


def _counted(
    policy: rules.Policy,
    account: Account,
    command: LogIn,
    now: Millis,
    code: str,
    wrong: str,
) -> Decision:
    """A try that failed: so many more, and the account is locked."""
    left = policy.tries - account.failures - 1
    until = now + policy.locked_ms if left <= 0 else 0
    return _done(
        LogInFailed(at=now, by=command.by, account=command.account, locked_until=until),
        NotAdmitted(
            code if left > 0 else "locked",
            wrong if left > 0 else _locked(policy.locked_ms),
            left,
            until,
        ),
    )


def _locked(left: Millis) -> str:
    minutes = -(-left // rules.MINUTE)
    return f"密码错得太多，账号锁住了，请 {minutes} 分钟后再试，或找安全管理员。"
