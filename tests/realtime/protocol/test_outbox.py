"""The backlog: replies always, patches while they are few, frames always whole."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from realtime.protocol.outbox import BYTES_PENDING, Outbox

TOPICS = ["hall", "desk"]


def blob(name: str, number: int, size: int) -> bytes:
    """A frame that can be told from others, and found whole or cut."""
    body = f"<{name}:{number}".encode()
    return body + b"." * max(0, size - len(body) - 1) + b">"


def test_patches_over_the_count_are_let_go_and_replies_stay() -> None:
    outbox = Outbox()
    outbox.put_begun(blob("hall", 0, 20), 5, "hall")
    outbox.put_reply(b"<reply>")
    for number in range(1, 64):
        assert outbox.put_patches("hall", blob("hall", number, 20), 1, 0) == 0
    assert outbox.put_patches("desk", b"<desk>", 1, 0) == 0
    assert outbox.put_patches("hall", b"<hall:64>", 1, 0) == 64
    assert outbox.behind == {"hall"}
    left = b"".join(outbox.buffers())
    assert left == blob("hall", 0, 20)[5:] + b"<reply><desk>"
    assert outbox.size == len(left)


def test_a_blob_counts_all_its_patches() -> None:
    outbox = Outbox()
    assert outbox.put_patches("hall", b"<32>", 32, 0) == 0
    assert outbox.put_patches("hall", b"<32>", 32, 0) == 0
    assert outbox.put_patches("hall", b"<1>", 1, 0) == 65
    assert not outbox
    assert outbox.buffers() == []


def test_bytes_count_by_the_view() -> None:
    outbox = Outbox()
    half = b"x" * (BYTES_PENDING // 2)
    assert outbox.put_patches("hall", half, 1, 0) == 0
    assert outbox.put_patches("hall", half, 1, 0) == 0
    assert outbox.put_patches("hall", b"x", 1, BYTES_PENDING) == 0  # 2 × the view
    assert outbox.put_patches("hall", b"x", 1, 0) == 4
    assert outbox.size == 0


def test_when_the_connection_ends_only_replies_wait() -> None:
    outbox = Outbox()
    outbox.put_patches("hall", b"<hall>", 1, 0)
    outbox.put_reply(b"<reply>")
    outbox.put_patches("desk", b"<desk>", 3, 0)
    assert outbox.drop_patches() == 4
    assert outbox.buffers() == [b"<reply>"]
    assert outbox.reply_bytes == 7
    outbox.written(7)
    assert (outbox.size, outbox.reply_bytes, bool(outbox)) == (0, 0, False)


class Backlog(RuleBasedStateMachine):
    """Against a network that takes what it likes: what it was given is whole frames;
    replies come all and in order; a topic's patches in order, and whole stretches of
    them are missing only where it was said."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox = Outbox()
        self.network = b""
        self.frames: dict[bytes, tuple[str | None, int]] = {}
        self.number = 0
        self.dropped = 0
        self.queued = 0

    def frame(self, topic: str | None, size: int) -> bytes:
        self.number += 1
        made = blob(topic or "reply", self.number, size)
        self.frames[made] = (topic, self.number)
        return made

    @rule(size=st.integers(8, 60))
    def reply(self, size: int) -> None:
        self.outbox.put_reply(self.frame(None, size))

    @rule(
        topic=st.sampled_from(TOPICS),
        count=st.integers(1, 30),
        size=st.sampled_from([10, 50, 40_000]),
        view=st.sampled_from([0, 300_000]),
    )
    def patches(self, topic: str, count: int, size: int, view: int) -> None:
        made = b"".join(self.frame(topic, size) for _ in range(count))
        self.queued += count
        self.dropped += self.outbox.put_patches(topic, made, count, view)

    @precondition(lambda self: not self.outbox)
    @rule(
        sent=st.integers(0, 40),
        topic=st.sampled_from([None, *TOPICS]),
    )
    def write_short(self, sent: int, topic: str | None) -> None:
        made = self.frame(topic, 50)
        self.network += made[:sent]
        self.queued += topic is not None
        self.outbox.put_begun(made, sent, topic)

    @rule(share=st.floats(0, 1))
    def take(self, share: float) -> None:
        offered = b"".join(self.outbox.buffers())
        taken = int(len(offered) * share)
        self.network += offered[:taken]
        self.outbox.written(taken)

    @rule()
    def end_of_patches(self) -> None:
        self.dropped += self.outbox.drop_patches()

    @invariant()
    def size_is_what_waits(self) -> None:
        if len(self.outbox.buffers()) < 64:
            assert self.outbox.size == sum(map(len, self.outbox.buffers()))

    def teardown(self) -> None:
        while self.outbox:
            self.take(1.0)
        assert (self.outbox.size, self.outbox.reply_bytes) == (0, 0)
        whole = [part + b">" for part in self.network.split(b">")[:-1]]
        assert b"".join(whole) == self.network
        got = [self.frames[frame] for frame in whole]  # KeyError: a frame was cut
        replies = [number for topic, number in got if topic is None]
        assert replies == sorted(
            number for topic, number in self.frames.values() if topic is None
        )
        for topic in TOPICS:
            numbers = [number for name, number in got if name == topic]
            assert numbers == sorted(numbers)
        patches = sum(topic is not None for topic, _ in got)
        assert patches == self.queued - self.dropped


TestBacklog = Backlog.TestCase
TestBacklog.settings = settings(max_examples=60, stateful_step_count=40)
