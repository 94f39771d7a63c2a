"""Refusals: a code for programs, a sentence for people."""

import pytest

from actors.kernel import errors
from actors.kernel.errors import Refusal, Refused

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refused
]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_says_in_chinese_what_to_do(kind: type[Refusal]) -> None:
    refusal = kind()
    assert refusal.message == str(refusal) == kind.default
    assert refusal.message.endswith("。")
    assert refusal.details == {}


def test_codes_are_told_apart() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)


def test_only_what_may_pass_by_itself_is_worth_a_retry() -> None:
    assert {kind.code for kind in KINDS if kind.retry} == {"busy", "unavailable"}


def test_a_capability_refuses_under_a_code_of_its_own() -> None:
    refusal = Refused("too_soon", "请等 3 秒再叫。", wait_ms=2400)
    assert (refusal.code, refusal.retry) == ("too_soon", False)
    assert refusal.details == {"wait_ms": 2400}
    assert repr(refusal) == "Refused('too_soon', '请等 3 秒再叫。')"
