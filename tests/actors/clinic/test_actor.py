"""A clinic's day as the runtime meets it: by name, by bytes, by the clock."""

import msgspec
import pytest

from actors.clinic.actor import clinic_stream, new, wake_at
from actors.clinic.commands import CallNext, CheckIn
from actors.kernel.errors import UnknownTarget
from actors.runtime.shape import Wake
from tests.actors.clinic.day import CLINIC, STREAM, Day


def test_a_day_knows_its_name_and_date() -> None:
    state = new(STREAM)
    assert (state.stream, state.day) == ("yunxiu/clinic/im2/2026-11-23", "2026-11-23")


@pytest.mark.parametrize(
    "stream",
    [
        "yunxiu/clinic/im2",
        "yunxiu/clinic/im2/2026-11-23/am",
        "yunxiu/clinic/im2/today",
        "yunxiu/clinic/im2/2026-02-30",
        "yunxiu/clinic/im2/20261123",
        "yunxiu/clinic/im2/2026-W48-1",
        "yunxiu/staff/im2/2026-11-23",
    ],
)
def test_what_is_no_clinics_day_is_no_target(stream: str) -> None:
    with pytest.raises(UnknownTarget):
        new(stream)


def test_a_stream_has_no_part_that_breaks_its_name() -> None:
    with pytest.raises(ValueError):
        clinic_stream("yunxiu", "im2/x", "2026-11-23")


def test_it_wakes_when_the_first_announcement_expires() -> None:
    day = Day()
    assert wake_at(day.state) is None
    day.waiting("A001", "A002")
    day.ok(CallNext(by="xu", room="3"))
    first = day.now + 60_000
    assert wake_at(day.state) == first
    day.later(5)
    day.ok(CallNext(by="xu", room="3", after="t1"))
    assert wake_at(day.state) == first
    day.now = first
    day.ask(Wake(due=first))
    assert wake_at(day.state) == first + 5_000
    day.now = first + 5_000
    day.ask(Wake(due=day.now))
    assert wake_at(day.state) is None


def test_commands_are_read_from_the_wire_by_their_names() -> None:
    assert CLINIC.read_command(
        b'{"type":"clinic.call_next","by":"xu","room":"3","after":"t1","new":1}'
    ) == CallNext(by="xu", room="3", after="t1")
    assert CLINIC.read_command(
        b'{"type":"clinic.call_next","by":"xu","room":"3"}'
    ) == CallNext(by="xu", room="3")
    assert CLINIC.read_command(b'{"type":"wake","due":7}') == Wake(due=7)


@pytest.mark.parametrize(
    "body",
    [
        b'{"type":"clinic.call_next","by":"xu"}',
        b'{"type":"clinic.call_next","by":"xu","room":3}',
        b'{"type":"clinic.check_in","by":"kiosk","card":""}',
        b'{"type":"clinic.shut","by":"xu"}',
        b'{"by":"xu","room":"3"}',
        b'{"type":"clinic.register","by":"h","queue":"A","card":"c","number":"A 1\\n",'
        b'"name":{"key":"k","box":""}}',
        b'{"type":"clinic.open","by":"a","clinic":{"name":"n","hospital":"h"},'
        b'"queues":{"A/B":{"name":"q"}},"rooms":{}}',
    ],
)
def test_a_command_of_the_wrong_form_is_not_read(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        CLINIC.read_command(body)


def test_every_event_has_the_clinics_name() -> None:
    assert all(name.startswith("clinic.") for name in CLINIC.event_names)


def test_a_reply_is_kept_with_its_key_and_tells_nothing_personal() -> None:
    day = Day()
    day.registered("A001", name="张友三")
    reply = day.ok(CheckIn(by="kiosk", card=next(iter(day.state.cards))))
    assert msgspec.to_builtins(reply).keys() == {
        "ticket",
        "number",
        "queue",
        "queue_name",
        "ahead",
        "rooms",
    }
