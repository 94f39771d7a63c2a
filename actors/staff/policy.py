"""The policy of accounts: pure answers, with the numbers a hospital may set."""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec

from actors.kernel.times import Millis

MINUTE: Millis = 60_000
DAY: Millis = 24 * 60 * MINUTE

# Three offices that no one person may hold two of, nor beside work at a desk: who
# gives rights, who runs the system, and who reads what both have done.
OFFICES = frozenset({"security", "admin", "auditor"})

_PLACE = re.compile(r"(\*|[0-9A-Za-z_.\-]{1,64}(/[0-9A-Za-z_.\-]{1,64})?)\Z")
_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^0-9A-Za-z]")


class Policy(msgspec.Struct, frozen=True):
    """The usual numbers of level 3; a hospital may be stricter."""

    tries: int = 5
    locked_ms: Millis = 30 * MINUTE
    password_lasts_ms: Millis = 90 * DAY
    password_length: int = 8
    password_classes: int = 3
    passwords_remembered: int = 5
    session_ms: Millis = 12 * 60 * MINUTE
    second_factor: bool = True


def needs_factor(policy: Policy, roles: Collection[str]) -> bool:
    """Whoever sees to rights, the system or the trail shows two things: one they know,
    and one they have."""
    return policy.second_factor and not OFFICES.isdisjoint(roles)


def wrong_in_rights(roles: Collection[str], places: Collection[str]) -> str | None:
    """Why nobody may have these rights together, in words for who gives them."""
    if not roles:
        return "请至少选一个角色。"
    if not places:
        return "请至少选一个诊区或诊室。"
    for place in places:
        if not _PLACE.match(place):
            return f"“{place}”不是诊区或诊室，请写成 im2 或 im2/3。"
    offices = OFFICES.intersection(roles)
    if len(offices) > 1:
        return "系统管理、安全管理和审计不能由同一个人担任，请分给不同的账号。"
    if offices and len(roles) > 1:
        return "管理和审计账号不能兼看诊、分诊，请为这个人另开一个账号。"
    return None


def wrong_in_password(policy: Policy, account: str, password: str) -> str | None:
    """Why this password is not taken."""
    if len(password) < policy.password_length:
        return f"密码至少要 {policy.password_length} 位。"
    if len(password) > 128:
        return "密码太长，最多 128 位。"
    kinds = sum(bool(re.search(kind, password)) for kind in _CLASSES)
    if kinds < policy.password_classes:
        return (
            f"密码要有大写字母、小写字母、数字、符号中的 {policy.password_classes} 种。"
        )
    if account in password.lower():
        return "密码里不能有账号名。"
    return None
