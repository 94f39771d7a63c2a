"""The compact map: held equal to a dict, frozen while it goes on."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.compact import CompactMap


def key(number: int) -> bytes:
    return hashlib.blake2b(b"%d" % number, digest_size=12).digest()


# few parts of the key differ, so that slots and parts collide
CLOSE = st.integers(0, 60).map(
    lambda n: b"\0\0" + bytes([n % 3]) + b"\0" * 8 + bytes([n])
)
DEEDS = st.lists(st.tuples(CLOSE, st.integers(0, 9)), max_size=200)


@given(deeds=DEEDS)
def test_it_is_a_dict(deeds: list[tuple[bytes, int]]) -> None:
    table, model = CompactMap(), dict[bytes, int]()
    for where, value in deeds:
        if value:
            table.put(where, value)
            model[where] = value
        else:
            table.remove(where)
            model.pop(where, None)
        assert table.get(where) == model.get(where, 0)
    assert len(table) == len(model)
    assert dict(table.items()) == model
    again = CompactMap.decode(CompactMap.encode(table.freeze()))
    assert dict(again.items()) == model
    assert len(again) == len(model)


@given(before=DEEDS, after=DEEDS)
def test_what_is_frozen_stays(
    before: list[tuple[bytes, int]], after: list[tuple[bytes, int]]
) -> None:
    table = CompactMap()
    for where, value in before:
        table.put(where, value + 1)
    then = dict(table.items())
    frozen = table.freeze()
    for where, value in after:
        if value:
            table.put(where, value + 20)
        else:
            table.remove(where)
    assert dict(CompactMap.decode(CompactMap.encode(frozen)).items()) == then


def test_many_are_found_and_a_decoded_one_goes_on() -> None:
    table = CompactMap()
    for number in range(1, 50_001):
        table.put(key(number), number)
    table = CompactMap.decode(CompactMap.encode(table.freeze()))
    for number in range(50_001, 60_001):
        table.put(key(number), number)
    assert all(table.get(key(number)) == number for number in range(1, 60_001))
    assert table.get(key(60_001)) == 0
    assert len(table) == 60_000


def test_put_and_removed_for_ever_it_does_not_grow() -> None:
    table = CompactMap()
    for number in range(20_000):
        same_part = b"\0\0" + key(number)[:10]
        table.put(same_part, 1)
        table.remove(same_part)
    assert len(table) == 0
    assert len(CompactMap.encode(table.freeze())) < 8_192


@pytest.mark.parametrize("value", [0, 2**32 - 1, -1])
def test_a_value_that_would_not_be_found_is_refused(value: int) -> None:
    with pytest.raises(ValueError):
        CompactMap().put(key(1), value)


@pytest.mark.parametrize("cut", [0, 3, 100, -1])
def test_something_else_is_not_decoded(cut: int) -> None:
    table = CompactMap()
    table.put(key(1), 1)
    with pytest.raises(ValueError):
        CompactMap.decode(CompactMap.encode(table.freeze())[:cut])
