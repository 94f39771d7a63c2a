"""Every event an area ever wrote replays to the same day."""

from queue_displays.announcements.actor import area_capability
from tests.actors.clinic.day import VAULT
from tests.golden import lines_of, replayed
from tests.queue_displays.announcements.area import STREAM


def test_the_day_replays_to_what_it_was() -> None:
    state = replayed(area_capability(VAULT), STREAM, lines_of("area-events"))
    assert state.made == 5
    assert list(state.announcements) == [4]
    last = state.announcements[4]
    assert last.unspoken == {"north": "expired"}
    assert last.name is not None
    assert VAULT.open(last.name) == "张友三"
    assert {key: s.ready for key, s in state.speakers.items()} == {
        "t1": True,
        "t2": False,
    }
    assert state.turns_made == 2
    assert state.opening == "8:00 开始叫号"
    assert [slide.title for slide in state.slides] == ["测血压前"]
