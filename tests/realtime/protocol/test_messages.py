"""What a client may say, what it may not, and what it is told."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.protocol import messages as m
from realtime.protocol.codes import ErrorCode
from realtime.protocol.errors import BadFrame, BadProtocol, ProtocolError

TOPIC = "yunxiu/clinic/im2/2026-11-23:hall"
CLIENT = {"kind": "screen", "id": "hall-1", "version": "1.0"}
GOOD: list[dict[str, Any]] = [
    {"type": "hello", "ref": "1", "token": "abc", "client": CLIENT},
    {"type": "join", "ref": "2", "topic": TOPIC},
    {"type": "join", "ref": "2", "topic": TOPIC, "since": None},
    {"type": "join", "ref": "2", "topic": TOPIC, "since": {"epoch": "e", "seq": 0}},
    {"type": "leave", "ref": "候", "topic": TOPIC},
    {
        "type": "ask",
        "ref": "3",
        "topic": TOPIC,
        "name": "call_next",
        "key": "k" * 8,
        "body": {"room": "3"},
        "deadline_ms": 100,
    },
    {"type": "pong"},
]


def said(message: dict[str, Any]) -> bytes:
    return msgspec.json.encode(message)


@pytest.mark.parametrize("message", GOOD)
def test_what_a_client_may_say(message: dict[str, Any]) -> None:
    decoded = m.decode_client(said(message))
    again = msgspec.json.decode(m.encode(decoded))
    assert again == {k: v for k, v in message.items() if v is not None}
    assert m.decode_client(said(message | {"unknown": [1, {"x": None}]})) is not None


@pytest.mark.parametrize(
    ("index", "change", "field"),
    [
        (0, {"ref": ""}, "$.ref"),
        (0, {"ref": "x" * 65}, "$.ref"),
        (0, {"ref": 1}, "$.ref"),
        (0, {"token": None}, "$.token"),
        (0, {"token": "x" * 8193}, "$.token"),
        (0, {"client": {"kind": "screen", "id": "x"}}, "$.client"),
        (0, {"client": CLIENT | {"kind": ""}}, "$.client.kind"),
        (1, {"topic": ""}, "$.topic"),
        (1, {"topic": "x" * 257}, "$.topic"),
        (3, {"since": {"epoch": "e", "seq": -1}}, "$.since.seq"),
        (3, {"since": {"epoch": "e", "seq": 2**53}}, "$.since.seq"),
        (3, {"since": {"epoch": "e", "seq": 1.5}}, "$.since.seq"),
        (3, {"since": {"epoch": "", "seq": 1}}, "$.since.epoch"),
        (3, {"since": 5}, "$.since"),
        (5, {"key": "k" * 7}, "$.key"),
        (5, {"key": "k" * 65}, "$.key"),
        (5, {"deadline_ms": 99}, "$.deadline_ms"),
        (5, {"deadline_ms": 60_001}, "$.deadline_ms"),
        (5, {"deadline_ms": "100"}, "$.deadline_ms"),
        (5, {"deadline_ms": True}, "$.deadline_ms"),
        (5, {"name": ""}, "$.name"),
    ],
)
def test_a_wrong_field_is_named(index: int, change: dict[str, Any], field: str) -> None:
    with pytest.raises(BadFrame) as caught:
        m.decode_client(said(GOOD[index] | change))
    assert caught.value.field == field
    assert caught.value.code == 4500


@pytest.mark.parametrize("index", [0, 1, 4, 5])
def test_every_field_is_needed(index: int) -> None:
    for name in GOOD[index]:
        with pytest.raises(BadFrame):
            m.decode_client(said({k: v for k, v in GOOD[index].items() if k != name}))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b'"hello"',
        b"{",
        b'{"type":7}',
        b'{"type":null}',
        b"{}",
        b'{"type":"pong"} {"type":"pong"}',
        b'\xef\xbb\xbf{"type":"pong"}',
        b'{"type":"leave","ref":"\xff","topic":"t"}',
        b'{"type":"leave","ref":"\\ud800","topic":"t"}',
        b"[" * 60_000,
        b'{"type":"pong","x":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"type":"pong","x":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}",
    ],
)
def test_what_is_no_message_is_a_bad_frame(text: bytes) -> None:
    with pytest.raises(BadFrame):
        m.decode_client(text)


@pytest.mark.parametrize("name", ["joined", "ping", "Hello", "", "x" * 5000])
def test_an_unknown_type_breaks_the_protocol(name: str) -> None:
    with pytest.raises(BadProtocol) as caught:
        m.decode_client(said({"type": name, "ref": "1"}))
    assert caught.value.type == name[:64]
    assert caught.value.code == 4502


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "ref", "topic", "since", "seq", "x"]), inner
        )
    ),
    max_leaves=10,
)


def decodes_or_is_refused(text: bytes) -> None:
    for decode in (m.decode_client, m.decode_server):
        try:
            message: Any = decode(text)
        except ProtocolError:
            continue
        # Whatever came in can be said again: no half characters, no odd numbers.
        assert msgspec.json.encode(message)


@given(st.binary(max_size=200))
def test_noise(text: bytes) -> None:
    decodes_or_is_refused(text)


@given(
    st.sampled_from(GOOD),
    st.dictionaries(st.sampled_from("ref topic key".split()), json_values),
    json_values,
)
def test_good_messages_with_wrong_parts(
    message: dict[str, Any], change: dict[str, Any], extra: Any
) -> None:
    decodes_or_is_refused(said(message | change | {"extra": extra}))
    decodes_or_is_refused(said({"type": message["type"], "ref": extra}))


@given(st.sampled_from(GOOD), st.data())
def test_good_messages_with_wrong_bytes(
    message: dict[str, Any], data: st.DataObject
) -> None:
    text = bytearray(said(message))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not text:
            break
    decodes_or_is_refused(bytes(text))


def test_a_body_is_kept_as_it_came() -> None:
    text = b'{"type":"ask","ref":"1","topic":"t","name":"n","key":"kkkkkkkk",' + (
        b'"body": {"a" : [1,2] },"deadline_ms":1000}'
    )
    ask = m.decode_client(text)
    assert isinstance(ask, m.Ask)
    assert bytes(ask.body) == b'{"a" : [1,2] }'


def test_a_token_is_not_shown() -> None:
    hello = m.decode_client(said(GOOD[0] | {"token": "very secret"}))
    assert "very secret" not in repr(hello)


# What the server says, put together here, is what a client decodes.

awkward = 'a"b\\诊\u2028'


def test_patch() -> None:
    text = m.patch_message(awkward, "e1", 3, 7, 1_795_404_120_000, b'{"a":null}')
    assert m.decode_server(text) == m.Patch(
        awkward, "e1", 3, 7, 1_795_404_120_000, {"a": None}
    )


def test_view() -> None:
    text = m.view_message(TOPIC, awkward, 9, "slow", b'{"a":1}')
    assert m.decode_server(text) == m.View(TOPIC, awkward, 9, "slow", {"a": 1})


def test_joined_with_the_view_or_the_patches() -> None:
    text = m.joined_message(awkward, TOPIC, "e1", 9, view=b'{"a":1}')
    assert m.decode_server(text) == m.Joined(
        awkward, TOPIC, "e1", 9, recovered=False, view={"a": 1}
    )
    entries = [m.patch_entry(1, 2, 5, b'{"a":1}'), m.patch_entry(2, 9, 6, b"{}")]
    text = m.joined_message("r", TOPIC, "e1", 9, patches=entries)
    assert m.decode_server(text) == m.Joined(
        "r",
        TOPIC,
        "e1",
        9,
        recovered=True,
        patches=[m.PatchEntry(1, 2, 5, {"a": 1}), m.PatchEntry(2, 9, 6, {})],
    )
    nothing_missed = m.joined_message("r", TOPIC, "e1", 9, patches=[])
    assert b'"recovered":true,"patches":[]' in nothing_missed
    with pytest.raises(ValueError, match="never both"):
        m.joined_message("r", TOPIC, "e1", 9)
    with pytest.raises(ValueError, match="never both"):
        m.joined_message("r", TOPIC, "e1", 9, view=b"{}", patches=[])


def test_replies() -> None:
    done = m.decode_server(m.reply_message(awkward, b'{"ticket":"t1"}', 8))
    assert done == m.Reply(awkward, ok=True, body={"ticket": "t1"}, seq=8)
    assert m.decode_server(m.reply_message("r", b"{}")) == m.Reply("r", True, {})
    text = m.error_message("r", ErrorCode.BUSY, "请稍后再试。", {"waiting": 3})
    error = m.AskError("busy", "请稍后再试。", retry=True, details={"waiting": 3})
    assert m.decode_server(text) == m.Reply("r", ok=False, error=error)
    refusal = msgspec.json.decode(m.error_message("r", "moved_on", "已换患者。"))
    assert refusal["error"] == {
        "code": "moved_on",
        "message": "已换患者。",
        "retry": False,
        "details": {},
    }


def test_welcome_closed_ping() -> None:
    text = m.welcome_message(
        "r", "c-1", "2026-11-23T09:42:00.123+08:00", 15, m.Limits()
    )
    assert msgspec.json.decode(text)["limits"] == {
        "message_bytes": 65_536,
        "asks_open": 64,
        "topics": 64,
        "frames_per_s": 200.0,
        "frames_at_once": 400,
    }
    assert isinstance(m.decode_server(text), m.Welcome)
    assert b"ref" not in m.closed_message(TOPIC, "gone", True)
    answer = m.closed_message(TOPIC, "forbidden", False, "r")
    assert m.decode_server(answer) == m.Closed(TOPIC, "forbidden", False, "r")
    assert m.decode_server(m.ping_message("now", {TOPIC: 7})) == m.Ping(
        "now", {TOPIC: 7}
    )
