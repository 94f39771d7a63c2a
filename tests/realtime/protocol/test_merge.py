"""RFC 7386, by its own table and against our difference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.merge import difference
from realtime.protocol.merge import apply_patch


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_the_rfc(target: Any, patch: Any, result: Any) -> None:
    assert apply_patch(target, patch) == result


values = st.recursive(
    st.integers() | st.text(max_size=3) | st.booleans() | st.lists(st.integers()),
    lambda inner: st.dictionaries(st.text(max_size=2), inner, max_size=4),
    max_leaves=12,
)
documents = st.dictionaries(st.text(max_size=2), values, max_size=5)


@given(documents, documents)
def test_a_difference_applied_gives_the_new_document(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert apply_patch(old, difference(old, new)) == new


def test_untouched_rows_are_shared_and_the_old_document_stays() -> None:
    old = {"tickets": {"t1": {"state": "waiting"}, "t2": {"state": "called"}}}
    new = apply_patch(old, {"tickets": {"t1": {"state": "called"}}})
    assert new["tickets"]["t2"] is old["tickets"]["t2"]
    assert old["tickets"]["t1"] == {"state": "waiting"}
