"""Who speaks when: one at a time in a zone, once, and otherwise it is reported."""

import pytest

from actors.kernel.errors import Refusal
from queue_displays.announcements.commands import (
    Announce,
    Attend,
    LayOut,
    Told,
    Withdraw,
)
from queue_displays.announcements.layout import Layout
from tests.queue_displays.announcements.area import TWO_ZONES, Area, frozen


@pytest.fixture
def area() -> Area:
    area = Area()
    area.attends("t1")
    return area


def refused(area: Area, device: str, n: int, zone: str = "main", nth: int = 1) -> str:
    before = frozen(area.state)
    with pytest.raises(Refusal) as refusal:
        area.speaks(device, n, zone, nth)
    assert frozen(area.state) == before
    return refusal.value.code


def test_a_call_is_offered_taken_and_spoken(area: Area) -> None:
    n = area.call()
    assert area.view["zones"]["main"]["next"] == {
        "announcement": "a1",
        "nth": 1,
        "device": "t1",
    }
    turn = area.speaks("t1", n)
    assert (turn.short, turn.languages) == (False, ("zh",))
    assert area.view["zones"]["main"]["speaking"]["turn"] == turn.turn
    area.later(4)
    area.said("t1", turn)
    heard = {"main": {"device": "t1", "at": area.now, "times": 1}}
    assert area.row(n)["spoken"] == heard
    assert area.alarms == {}


def test_the_words_are_what_is_shown_with_the_name_masked(area: Area) -> None:
    row = area.row(area.call())
    assert row["words"] == {"zh": "请 A012号 张*三 到 3号诊室 就诊"}
    assert row["short"] == {"zh": "请 A012号 到 3号诊室"}
    assert row["audio"] == {"zh": "zh:请 A012号 {name} 到 3号诊室 就诊:张*三"}
    assert row["name"] == "张*三"
    assert row["target"] == {"zones": ["main"], "rooms": ["im2/3"]}


def test_it_is_said_as_the_plan_says(area: Area) -> None:
    """What is up already, too: its sound is another one from then on."""
    n = area.call(gain=0.4)
    area.run(LayOut(layout=Layout(pace=80, voice="f3")))
    said = "zh:请 A012号 {name} 到 3号诊室 就诊:张*三:0.4/80/f3"
    assert area.row(n)["audio"] == {"zh": said}
    assert area.row(n)["audio_short"] == {"zh": "zh:请 A012号 到 3号诊室::0.4/80/f3"}


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("number", "请 A012号 到 3号诊室 就诊"),
        ("full", "请 A012号 张友三 到 3号诊室 就诊"),
    ],
)
def test_a_clinic_may_show_more_or_less(area: Area, names: str, words: str) -> None:
    row = area.row(area.call(names=names))
    assert row["words"] == {"zh": words}
    assert ("name" in row) == (names == "full")


def test_nobody_speaks_while_somebody_does(area: Area) -> None:
    area.attends("t2")
    first, second = area.call(), area.call("A013")
    area.speaks("t1", first)
    assert refused(area, "t2", second) == "zone_busy"
    assert refused(area, "t2", first) == "taken"
    assert area.offered() is None


def test_only_who_is_offered_it_speaks(area: Area) -> None:
    area.attends("t2")
    n = area.call()
    assert refused(area, "t2", n) == "not_yours"
    assert refused(area, "t2", n, "nowhere") == "unknown_zone"
    turn = area.speaks("t1", n)
    area.said("t1", turn)
    assert refused(area, "t1", n) == "taken"
    area.later(61)
    assert refused(area, "t1", n) == "over"


def test_five_calls_at_once_are_five_announcements(area: Area) -> None:
    numbers = [f"A01{i}" for i in range(5)]
    calls = [area.call(number, repeat=1) for number in numbers]
    spoken = []
    for n in calls:
        assert area.offered() == (n, 1, "t1")
        turn = area.speaks("t1", n)
        spoken.append(area.row(n)["words"]["zh"])
        area.said("t1", turn)
    assert [words.split()[1] for words in spoken] == [f"{n}号" for n in numbers]
    assert area.offered() is None


def test_the_speakers_of_a_zone_take_turns(area: Area) -> None:
    area.attends("t2")
    said_by = []
    for number in ("A1", "A2", "A3", "A4"):
        n = area.call(number)
        offered = area.offered()
        assert offered is not None
        area.said(offered[2], area.speaks(offered[2], n))
        said_by.append(offered[2])
    assert said_by == ["t1", "t2", "t1", "t2"]


def test_repeats_come_when_no_first_words_wait(area: Area) -> None:
    first, second = area.call(repeat=2), area.call("A013", repeat=2)
    order = []
    while (offered := area.offered()) is not None:
        n, nth, device = offered
        area.said(device, area.speaks(device, n, nth=nth))
        order.append((n, nth))
    assert order == [(first, 1), (second, 1), (first, 2), (second, 2)]
    assert area.row(first)["spoken"]["main"]["times"] == 2


def test_under_load_names_are_left_out(area: Area) -> None:
    calls = [area.call(f"A{i}") for i in range(3)]
    turn = area.speaks("t1", calls[0])
    assert turn.short
    area.said("t1", turn)
    turn = area.speaks("t1", calls[1])
    area.said("t1", turn)
    assert not area.speaks("t1", calls[2]).short


def test_a_chime_comes_after_a_silence_only(area: Area) -> None:
    first, second = area.call(repeat=2), area.call("A013")
    turn = area.speaks("t1", first)
    assert turn.chime
    area.said("t1", turn)
    turn = area.speaks("t1", second)
    assert not turn.chime
    area.said("t1", turn)
    area.later(1.6)
    assert area.speaks("t1", first, nth=2).chime


def test_a_busy_zone_repeats_nothing(area: Area) -> None:
    for number in range(8):
        area.said("t1", area.speaks("t1", area.call(f"A{number}")))
    assert area.offered() is None


def test_who_comes_late_is_said_in_few_words(area: Area) -> None:
    area.run(Attend(device="t1", ready=False, why="blocked"))
    n = area.call()
    area.later(7)
    area.attends("t1")
    assert area.speaks("t1", n).short


def test_who_does_not_take_its_offer_is_passed_over(area: Area) -> None:
    area.attends("t2")
    n = area.call()
    area.later(2)
    assert area.offered() == (n, 1, "t2")
    assert area.alarms["speaker.t1"]["why"] == "gone"
    area.said("t2", area.speaks("t2", n))
    assert "spoken" in area.row(n)
    area.attends("t1")
    assert area.alarms == {}


def test_the_fallback_zone_takes_over_and_the_desk_sees_it() -> None:
    area = Area(TWO_ZONES)
    area.attends("t1", "t2", "t3")
    n = area.call("A012", "north", repeat=1)
    area.failed("t1", area.speaks("t1", n, "north"), "blocked")
    assert area.offered("north") == (n, 1, "t2")
    area.run(Attend(device="t2", ready=False, why="gone"))
    assert area.offered("north") == (n, 1, "t3")
    area.said("t3", area.speaks("t3", n, "north"))
    assert area.row(n)["spoken"]["north"]["device"] == "t3"
    assert set(area.alarms) == {"speaker.t1", "speaker.t2"}
    assert area.alarms["speaker.t1"]["why"] == "blocked"


def test_one_device_speaks_in_one_zone_at_a_time() -> None:
    area = Area(TWO_ZONES)
    area.attends("t3")
    north, south = area.call("A1", "north"), area.call("A2", "south")
    assert area.offered("north") == (north, 1, "t3")
    assert area.offered("south") == (south, 1, "t3")
    turn = area.speaks("t3", north, "north")
    assert area.offered("south") is None
    area.later(3)  # it is not gone: it has only one mouth
    assert area.state.speakers["t3"].ready
    area.said("t3", turn)
    assert area.offered("south") == (south, 1, "t3")


def test_who_never_says_what_became_of_it_is_not_repeated(area: Area) -> None:
    """It may have been heard. Nobody says it again; that nobody knows is reported."""
    area.attends("t2")
    n = area.call(repeat=1)
    turn = area.speaks("t1", n)
    area.later(30)
    assert area.offered() is None
    assert area.row(n)["outcome"]["unspoken"] == {"main": "no_answer"}
    assert area.alarms["unspoken.a1"]["number"] == "A012"
    assert refused(area, "t2", n) == "taken"
    # its line was cut, and now it is back: it was heard after all
    area.said("t1", turn)
    assert "outcome" not in area.row(n)
    assert "unspoken.a1" not in area.alarms
    area.said("t1", turn)
    assert area.row(n)["spoken"]["main"]["times"] == 1


def test_nobody_tells_of_anothers_turn(area: Area) -> None:
    n = area.call()
    turn = int(area.speaks("t1", n).turn[1:])
    for told in (
        Told(device="t2", spoken=(turn,)),
        Told(device="t2", failed=((turn, "error"),)),
        Told(device="t1", spoken=(turn + 1,)),
    ):
        assert area.run(told).events == ()
    assert area.state.lanes["main"].speaking is not None


def test_what_nobody_can_render_is_not_tried_again(area: Area) -> None:
    area.attends("t2")
    n = area.call()
    area.failed("t1", area.speaks("t1", n), "no_audio")
    assert area.row(n)["outcome"] == {"unspoken": {"main": "no_audio"}}
    assert area.offered() is None
    assert area.state.speakers["t1"].ready


def test_after_its_expiry_nothing_is_spoken_and_it_stays_in_sight(area: Area) -> None:
    area.run(Attend(device="t1", ready=False, why="blocked"))
    n = area.call()
    assert area.alarms["silent.main"] == {"kind": "zone_silent", "zone": "main"}
    area.later(61)
    area.attends("t1")
    assert area.offered() is None
    assert refused(area, "t1", n) == "over"
    assert area.row(n)["outcome"]["unspoken"] == {"main": "expired"}
    assert area.alarms["unspoken.a1"]["zones"] == {"main": "expired"}
    area.later(500)
    assert area.row(n)["outcome"]["unheard"] is True
    area.later(120)
    assert "announcements" not in area.view or not area.view["announcements"]
    assert area.alarms == {}


def test_a_call_that_came_over_is_reported_and_not_spoken(area: Area) -> None:
    n = area.call(expires=area.now - 1)
    assert area.offered() is None
    assert area.row(n)["outcome"]["unspoken"] == {"main": "expired"}


def test_a_repeat_that_expires_was_spoken_all_the_same(area: Area) -> None:
    n = area.call(repeat=3)
    area.said("t1", area.speaks("t1", n))
    area.run(Attend(device="t1", ready=False, why="muted"))
    area.later(61)
    assert "unspoken" not in area.row(n).get("outcome", {})
    area.later(20)
    assert not area.view.get("announcements")


def test_an_undone_call_is_called_back(area: Area) -> None:
    n = area.call()
    area.run(Withdraw(ticket="im2/t1", why="undone"))
    assert area.offered() is None
    assert refused(area, "t1", n) == "over"
    assert not area.view.get("announcements")


def test_what_is_withdrawn_while_it_is_spoken_ends_as_it_ends(area: Area) -> None:
    first, second = area.call(), area.call("A013")
    turn = area.speaks("t1", first)
    area.run(Withdraw(announcement=first))
    assert refused(area, "t1", second) == "zone_busy"
    area.failed("t1", turn, "withdrawn")
    assert area.offered() == (second, 1, "t1")
    assert area.run(Withdraw(announcement=99)).refusal is not None


def test_once_is_once(area: Area) -> None:
    command = Announce(
        kind="called",
        words={"zh": "请 A012号 到 3号诊室"},
        expires=area.now + 60_000,
        source="im2/c7",
    )
    assert area.run(command).reply.announcement == "a1"
    assert area.run(command).events == ()


def test_the_outcome_says_who_showed_it(area: Area) -> None:
    n = area.call()
    area.said("t1", area.speaks("t1", n))
    area.settles(n, 11, ("t9",))
    outcome = area.row(n)["outcome"]
    assert (outcome["shown"], outcome["not_shown"]) == (11, ["t9"])
    assert area.alarms["unshown.a1"]["devices"] == ["t9"]
    area.settles(n, 12)
    assert area.row(n)["outcome"] == outcome
    area.later(61)
    assert area.alarms == {}
