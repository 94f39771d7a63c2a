"""A recorded day under its own rules is the same day; under others, another."""

import json
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
import trio

from actors.clinic.settings import Order, Settings
from actors.kernel.times import day_of
from realtime import cli
from realtime.simulate import comparing, drawing, recorded, virtual
from realtime.simulate.comparing import BadRules, compare, read_rules
from realtime.simulate.days import DAYS
from realtime.simulate.page import page
from realtime.simulate.recorded import NotADay, Recording
from realtime.simulate.running import live_day
from realtime.simulate.staff import EVEN, LIFELIKE, Habits
from tests.realtime.house import a_house
from tests.realtime.simulate.test_live import FAST, SHORT, server

BOOKED_FIRST = Settings(order=Order(booked_first=True))


def recording_of(name: str, seed: int = 2, habits: Habits = EVEN) -> Recording:
    events: list[bytes] = []

    def watch(clinic: virtual.VirtualClinic, done: tuple[object, ...]) -> None:
        events.extend(msgspec.json.encode(event) for event in done)

    virtual.day(DAYS[name], seed, habits=habits, watch=watch)
    return recorded.read_events("yunxiu/clinic/im2/2026-11-23", events)


@pytest.mark.parametrize("name", ["internal", "expert", "flu"])
def test_the_same_rules_give_the_same_day(name: str) -> None:
    recording = recording_of(name)
    difference = compare(recording, Settings())
    assert len(difference.turns) > 20
    assert {turn.change for turn in difference.turns} == {0.0}
    assert difference.rules == ()
    # the model is the day, with what the doctors' breaks held up as pauses
    assert difference.fidelity < 0.5


def test_interruptions_are_found_again_as_pauses() -> None:
    recording = recording_of("internal", habits=LIFELIKE)
    difference = compare(recording, Settings())
    assert difference.fidelity < 2


def test_other_rules_change_who_waits() -> None:
    difference = compare(recording_of("flu"), BOOKED_FIRST)
    assert difference.rules == ("order.booked_first: False → True",)
    before = {row.kind: row.mean for row in difference.before.waits}
    after = {row.kind: row.mean for row in difference.after.waits}
    assert after["booked 预"] < before["booked 预"] - 5
    assert after["walk-in 现"] > before["walk-in 现"] + 5
    # nobody comes or goes by it
    assert difference.before.seen == difference.after.seen
    for turns in ("turn_before", "turn_after"):
        places = sorted(getattr(turn, turns) for turn in difference.turns)
        assert places == list(range(1, len(places) + 1))


def test_it_is_kept_in_a_file_without_anything_personal(tmp_path: Path) -> None:
    events: list[bytes] = []
    run = virtual.day(
        DAYS["expert"],
        1,
        watch=lambda clinic, done: events.extend(map(msgspec.json.encode, done)),
    )
    recording = recorded.read_events("yunxiu/clinic/im2/2026-11-23", events)
    body = msgspec.json.encode(recording)
    assert msgspec.json.encode(recorded.read_file(body)) == body
    text = body.decode()
    for person in run.plan.people:
        assert person.name not in text
        assert person.card not in text
    for doctor in run.plan.doctors:
        assert doctor.name not in text


def test_what_is_not_a_day_says_so() -> None:
    with pytest.raises(NotADay, match="no recorded day"):
        recorded.read_events("yunxiu/clinic/im2/2026-11-23", [])
    with pytest.raises(NotADay, match="not a clinic's day"):
        recorded.read_events("yunxiu/clinic/im2/monday", [])
    with pytest.raises(NotADay, match="not a recorded day"):
        recorded.read_file(b"[1]")


def test_rules_that_are_not_named_stay_as_they_were() -> None:
    day = msgspec.to_builtins(BOOKED_FIRST)
    rules = read_rules("[recall]\nmode = 'interleave'\n", day)
    assert rules.order.booked_first
    assert rules.recall.mode == "interleave"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[lates]\nmode = 'normal'", "lates: there is no such rule"),
        ("[late]\nmod = 'normal'", "late.mod: there is no such rule"),
        ("[late]\nmode = 'sometimes'", "late.mode"),
        ("[late]\nmode = 'slot_end_checkin'", "late.mode: .*按时段排队"),
        ("[late\n", "not TOML"),
    ],
)
def test_wrong_rules_are_named(text: str, said: str) -> None:
    with pytest.raises(BadRules, match=said):
        read_rules(text, msgspec.to_builtins(Settings()))


def test_the_drawings_name_tickets_only() -> None:
    recording = recording_of("expert")
    difference = compare(recording, read_rules("[order]\nbase='slot'", {}))
    text = drawing.drawn(difference)
    assert "order.base: check_in → slot" in text
    for turn in difference.turns:
        assert text.count(turn.number) >= 2  # on the left and on the right
    html = page(difference)
    tags = _Balanced()
    tags.feed(html)
    assert tags.open == []
    assert html.count("<path d=") >= len(difference.turns)
    assert "http" not in html
    assert comparing.gained_and_lost(difference.turns)


class _Balanced(HTMLParser):
    """Whatever is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        pass


def test_a_long_day_is_drawn_by_every_so_manyth() -> None:
    difference = compare(recording_of("internal"), BOOKED_FIRST)
    rows = [line for line in drawing.drawn(difference).splitlines() if "⠤" in line]
    assert 20 <= len(rows) <= drawing.ROWS


async def a_day_on_a_server(folder: Path) -> str:
    """Its date."""
    async with a_house(folder) as house:
        await live_day(server(house), SHORT, 3, speed=FAST, say=lambda line: None)
        return day_of(house.system.clock.now(), house.settings.hospital.zone)


def test_a_day_of_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    today = trio.run(a_day_on_a_server, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOUZHEN_DATA_DIR", str(tmp_path))
    Path("rules.toml").write_text("[order]\nbooked_first = true\n")
    asked = ["replay", today, "--clinic", "sim-internal"]
    assert cli.main([*asked, "--export", "day.json"]) == 0
    tickets = json.loads(Path("day.json").read_bytes())["tickets"]
    assert len(tickets) == 24
    assert cli.main(["replay", "day.json", "--rules", "rules.toml"]) == 0
    assert "waits, minutes" in capsys.readouterr().out
    assert "<svg" in Path("replay.html").read_text()
    assert cli.main(["replay", today, "--clinic", "none", "--rules", "rules.toml"]) == 1
    assert cli.main(["replay", today, "--rules", "rules.toml"]) == 1
    assert cli.main(asked) == 2
    Path("rules.toml").write_text("[lates]\n")
    assert cli.main(["replay", "day.json", "--rules", "rules.toml"]) == 2
    assert "lates: there is no such rule" in capsys.readouterr().err
