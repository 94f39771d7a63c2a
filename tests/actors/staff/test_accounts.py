"""Who may have which account, and what wrong passwords lead to."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from actors.kernel.errors import BadRequest, Refused, Stale
from actors.kernel.sealed import Vault
from actors.runtime.testkit import Kit
from actors.staff.actor import staff_capability
from actors.staff.messages import (
    Add,
    Admitted,
    Change,
    Disable,
    Enable,
    ForgetFactor,
    LogIn,
    LogOut,
    NotAdmitted,
    SetFactor,
    SetPassword,
)
from actors.staff.policy import DAY, MINUTE, Policy, wrong_in_password
from actors.staff.state import StaffState
from tests.golden import lines_of, replayed

VAULT = Vault("t1", b"0" * 16, b"1" * 32)


@pytest.fixture
def kit() -> Kit[StaffState]:
    kit = Kit(staff_capability(VAULT), "yunxiu/staff/accounts")
    kit.run(add("root", "security", first=True))
    settle(kit, "root")
    return kit


def add(
    account: str, *roles: Any, places: tuple[str, ...] = ("*",), **more: Any
) -> Add:
    return Add(
        by="root",
        account=account,
        display=VAULT.seal("张三"),
        roles=roles,
        places=places,
        secret=f"hash of {account}",
        **more,
    )


def settle(kit: Kit[StaffState], account: str) -> None:
    """They have chosen a password of their own."""
    seen = kit.state.accounts[account].secret
    own = SetPassword(
        by=account, account=account, secret=f"{seen}, own", own=True, seen=seen
    )
    assert kit.run(own).refusal is None


def log_in(
    kit: Kit[StaffState], account: str, *, right: bool = True, **code: Any
) -> Any:
    known = kit.state.accounts.get(account)
    command = LogIn(
        by=account,
        account=account,
        right=right,
        seen=known.secret if known else "",
        token=f"t{len(kit.history)}",
        **code,
    )
    return kit.run(command).reply


def test_the_first_account_is_made_once(kit: Kit[StaffState]) -> None:
    assert kit.run(add("eve", "security", first=True)).refusal
    assert kit.run(add("nurse1", "nurse")).refusal is None
    taken = kit.run(add("nurse1", "nurse")).refusal
    assert taken
    assert taken.code == "account_taken"


@pytest.mark.parametrize(
    ("roles", "why"),
    [
        ((), "至少选一个角色"),
        (("security", "auditor"), "不能由同一个人"),
        (("admin", "security"), "不能由同一个人"),
        (("admin", "nurse"), "不能兼看诊"),
        (("auditor", "doctor"), "不能兼看诊"),
    ],
)
def test_offices_are_separate(
    kit: Kit[StaffState], roles: tuple[str, ...], why: str
) -> None:
    refusal = kit.run(add("li", *roles)).refusal
    assert isinstance(refusal, BadRequest)
    assert why in refusal.message
    kit.run(add("li", "nurse"))
    later = kit.run(Change(by="root", account="li", roles=roles)).refusal  # type: ignore[arg-type]
    assert later
    assert why in later.message


def test_a_place_is_a_clinic_or_a_room(kit: Kit[StaffState]) -> None:
    assert kit.run(add("li", "doctor", places=("im2/3", "eye1"))).refusal is None
    refusal = kit.run(add("wu", "doctor", places=("二楼",))).refusal
    assert refusal
    assert "二楼" in refusal.message


def test_nobody_raises_their_own_rights(kit: Kit[StaffState]) -> None:
    own = Change(by="root", account="root", roles=("admin",))
    refusal = kit.run(own).refusal
    assert refusal
    assert refusal.code == "own_rights"


def test_a_given_password_only_opens_the_way_to_ones_own(kit: Kit[StaffState]) -> None:
    kit.run(add("li", "nurse", places=("im2",)))
    first: Admitted = log_in(kit, "li")
    assert first.change == "first"
    assert not kit.state.accounts["li"].sessions
    settle(kit, "li")
    kit.clock.pass_s(1)
    then: Admitted = log_in(kit, "li")
    assert (then.change, then.roles, then.places) == ("", ("nurse",), ("im2",))
    assert then.expires == kit.clock.at + Policy().session_ms
    kit.clock.at += 90 * DAY
    assert log_in(kit, "li").change == "old"


def test_a_token_is_younger_than_what_was_voided(kit: Kit[StaffState]) -> None:
    """In the same millisecond, too: it would be void before it was used."""
    kit.run(add("li", "nurse"))
    settle(kit, "li")
    assert log_in(kit, "li").since > kit.state.accounts["li"].rights_at


def test_five_wrong_passwords_lock_for_half_an_hour(kit: Kit[StaffState]) -> None:
    kit.run(add("li", "nurse"))
    settle(kit, "li")
    for left in (4, 3, 2, 1):
        refused: NotAdmitted = log_in(kit, "li", right=False)
        assert (refused.code, refused.left) == ("wrong_password", left)
    locked: NotAdmitted = log_in(kit, "li", right=False)
    assert (locked.code, locked.locked_until) == ("locked", kit.clock.at + 30 * MINUTE)
    with pytest.raises(Refused, match="30 分钟") as caught:
        log_in(kit, "li")
    assert caught.value.code == "locked"
    kit.clock.at += 30 * MINUTE
    assert log_in(kit, "li").change == ""
    assert kit.state.accounts["li"].failures == 0


def test_a_right_password_forgets_wrong_ones_and_so_does_the_security_desk(
    kit: Kit[StaffState],
) -> None:
    kit.run(add("li", "nurse"))
    settle(kit, "li")
    for _ in range(4):
        log_in(kit, "li", right=False)
    log_in(kit, "li")
    assert log_in(kit, "li", right=False).left == 4
    for _ in range(4):
        log_in(kit, "li", right=False)
    assert kit.run(Enable(by="root", account="li")).refusal is None
    assert log_in(kit, "li").change == ""


def test_who_is_unknown_hears_what_a_wrong_password_hears(kit: Kit[StaffState]) -> None:
    events = len(kit.history)
    with pytest.raises(Refused) as caught:
        log_in(kit, "nobody", right=False)
    assert caught.value.code == "wrong_password"
    assert len(kit.history) == events


def test_a_check_against_a_password_of_before_does_not_count(
    kit: Kit[StaffState],
) -> None:
    """Between the check and the command somebody has changed it."""
    late = LogIn(by="root", account="root", right=True, seen="hash of root", token="t")
    assert isinstance(kit.run(late).refusal, Stale)
    own = SetPassword(by="root", account="root", secret="x", own=True, seen="gone")
    assert isinstance(kit.run(own).refusal, Stale)


def test_disabled_is_out_at_once_and_the_last_guard_stays(
    kit: Kit[StaffState],
) -> None:
    kit.run(add("li", "nurse"))
    settle(kit, "li")
    log_in(kit, "li")
    kit.run(Disable(by="root", account="li", reason="离职"))
    account = kit.state.accounts["li"]
    assert (account.disabled, account.sessions) == ("离职", {})
    assert account.rights_at == kit.clock.at
    with pytest.raises(Refused) as caught:
        log_in(kit, "li")
    assert caught.value.code == "disabled"
    last = kit.run(Disable(by="x", account="root", reason="走了")).refusal
    assert last
    assert last.code == "last_one"


def test_log_out_ends_that_session_and_can_be_said_twice(kit: Kit[StaffState]) -> None:
    kit.run(add("li", "nurse"))
    settle(kit, "li")
    log_in(kit, "li")
    (token,) = kit.state.accounts["li"].sessions
    out = LogOut(by="li", account="li", token=token)
    assert len(kit.run(out).events) == 1
    assert kit.run(out).events == ()


def bind(kit: Kit[StaffState], account: str, step: int) -> Any:
    seen = kit.state.accounts[account].secret
    factor = VAULT.seal("JBSWY3DPEHPK3PXP")
    command = SetFactor(
        by=account, account=account, factor=factor, step=step, seen=seen
    )
    return kit.run(command)


def test_an_office_is_entered_with_two_things(kit: Kit[StaffState]) -> None:
    assert log_in(kit, "root").change == "factor"
    assert not kit.state.accounts["root"].sessions
    assert bind(kit, "root", 7).refusal is None
    again = bind(kit, "root", 8).refusal
    assert again
    assert again.code == "has_factor"
    with pytest.raises(Refused) as caught:
        log_in(kit, "root")
    assert caught.value.code == "second_factor"
    # the code that bound it also logs in, and none is good twice
    assert log_in(kit, "root", step=7).change == ""
    used: NotAdmitted = log_in(kit, "root", step=7)
    assert (used.code, used.left) == ("wrong_code", 4)
    assert log_in(kit, "root", step=6).code == "wrong_code"
    assert log_in(kit, "root", step=8).change == ""


def test_wrong_codes_lock_as_wrong_passwords_do(kit: Kit[StaffState]) -> None:
    bind(kit, "root", 7)
    for left in (4, 3, 2, 1):
        assert log_in(kit, "root", wrong_code=True).left == left
    assert log_in(kit, "root", wrong_code=True).code == "locked"
    with pytest.raises(Refused) as caught:
        log_in(kit, "root", step=9)
    assert caught.value.code == "locked"


def test_who_works_at_a_desk_needs_no_code(kit: Kit[StaffState]) -> None:
    kit.run(add("li", "nurse"))
    settle(kit, "li")
    assert log_in(kit, "li").change == ""


def test_a_lost_telephone_is_another_persons_to_forget(kit: Kit[StaffState]) -> None:
    bind(kit, "root", 7)
    log_in(kit, "root", step=7)
    own = kit.run(ForgetFactor(by="root", account="root")).refusal
    assert own
    assert own.code == "own_rights"
    kit.clock.pass_s(1)
    assert kit.run(ForgetFactor(by="houzhen-staff", account="root")).refusal is None
    account = kit.state.accounts["root"]
    assert (account.sessions, account.rights_at) == ({}, kit.clock.at)
    assert log_in(kit, "root").change == "factor"
    gone = kit.run(ForgetFactor(by="houzhen-staff", account="root")).refusal
    assert gone
    assert gone.code == "no_factor"


def test_the_trail_tells_who_did_what_and_no_secret(kit: Kit[StaffState]) -> None:
    decision = kit.capability.decide(kit.state, add("li", "nurse"), kit.clock.at)
    (record,) = decision.audit  # type: ignore[union-attr]
    assert (record.action, record.principal) == ("staff.added", "root")
    told = msgspec.json.decode(record.body)
    assert told["account"] == "li"
    assert "secret" not in told
    assert "display" not in told
    bound = SetFactor(
        by="root",
        account="root",
        factor=VAULT.seal("x"),
        step=7,
        seen="hash of root, own",
    )
    decision = kit.capability.decide(kit.state, bound, kit.clock.at)
    (record,) = decision.audit  # type: ignore[union-attr]
    assert msgspec.json.decode(record.body) == {
        "type": "staff.factor_set",
        "by": "root",
        "account": "root",
        "step": 6,
    }


def test_the_view_shows_names_and_never_a_hash(kit: Kit[StaffState]) -> None:
    row = kit.view("accounts")["accounts"]["root"]
    assert row["name"] == "张三"
    assert "hash" not in msgspec.json.encode(kit.view("accounts")).decode()
    bind(kit, "root", 7)
    assert kit.view("accounts")["accounts"]["root"]["second_factor"] is True


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("Sunny-8day", True),
        ("Ab1cdefg", True),
        ("Ab1cdef", False),
        ("abcdefg1", False),
        ("nurse1-Abc", False),
        ("A1b" * 50, False),
    ],
)
def test_what_a_password_must_be(password: str, fine: bool) -> None:
    assert (wrong_in_password(Policy(), "nurse1", password) is None) is fine


def test_what_was_written_once_can_be_read_and_replayed() -> None:
    lines = lines_of("staff-events")
    state = replayed(staff_capability(VAULT), "yunxiu/staff/accounts", lines)
    assert state.accounts["nurse1"].disabled == ""
