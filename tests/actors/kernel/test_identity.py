"""Names of actors and of topics."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.identity import parts_of, split_topic, stream_name


def test_a_stream_is_named_by_hospital_kind_and_parts() -> None:
    name = stream_name("yunxiu", "clinic", "im2", "2026-11-23")
    assert name == "yunxiu/clinic/im2/2026-11-23"
    assert parts_of(name) == ("yunxiu", "clinic", ("im2", "2026-11-23"))


def test_a_stream_may_be_one_per_hospital() -> None:
    assert parts_of(stream_name("yunxiu", "staff")) == ("yunxiu", "staff", ())


PARTS = st.text("abzAZ059_.-", min_size=1, max_size=64)


@given(PARTS, PARTS, st.lists(PARTS, max_size=3))
def test_names_come_apart_as_they_were_put_together(
    hospital: str, kind: str, rest: list[str]
) -> None:
    assert parts_of(stream_name(hospital, kind, *rest)) == (hospital, kind, tuple(rest))


@pytest.mark.parametrize(
    "part", ["", "a/b", "a:b", "a b", "内科", "a\n", "a" * 65, "a\0", "%2e", "é", "１"]
)
def test_a_part_that_would_mean_something_elsewhere_is_refused(part: str) -> None:
    with pytest.raises(ValueError, match="not a part"):
        stream_name("yunxiu", "clinic", part)


def test_a_topic_is_a_stream_and_a_view() -> None:
    assert split_topic("yunxiu/clinic/im2/2026-11-23:hall") == (
        "yunxiu/clinic/im2/2026-11-23",
        "hall",
    )


@pytest.mark.parametrize(
    "topic",
    [
        "",
        ":",
        "hall",
        ":hall",
        "yunxiu/clinic/im2:",
        "yunxiu/clinic/im2",
        "yunxiu/clinic:hall",
        "yunxiu//im2:hall",
        "/clinic/im2:hall",
        "yunxiu/clinic/im2/:hall",
        "yunxiu/clinic/im2:hall:desk",
        "yunxiu/clinic/im2:hall\n",
        "yunxiu/clinic/内科:hall",
    ],
)
def test_what_is_no_topic_is_refused(topic: str) -> None:
    with pytest.raises(ValueError, match="not a topic"):
        split_topic(topic)
