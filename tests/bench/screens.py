"""screens: from the press of "next" to the last of 500 walls, and to the first sound.

The server as it is served; 498 screens that speak the protocol and two pages at 1080p
in Chromium, each in processes of their own. One loudspeaker takes its turns as
docs/protocol.md says, and fetches what it is to say. What a zone does with twelve calls
a minute is played in virtual time, with sounds as long as those that were fetched.
"""

from __future__ import annotations

import contextlib
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import msgspec
import trio

from actors.kernel.times import WallClock, day_of
from actors.runtime.shape import Accepted, Wake
from queue_displays.announcements.actor import area_capability, wake_at
from queue_displays.announcements.commands import Announce, Attend, Speak, Told
from queue_displays.announcements.state import AreaState
from realtime.client import Client, open_client
from realtime.config import Settings
from tests.actors.clinic.day import VAULT
from tests.bench.bars import bar
from tests.bench.figures import median, percentile
from tests.bench.hospital import Hospital, serving_hospital
from tests.bench.processes import BenchFailed
from tests.bench.report import Report, report, tell
from tests.e2e.hospital import build_pages
from tests.machine.chromium import find_chromium

SCREENS = 498
PAGES = 2
PATIENCE_S = 20.0
CALLS_A_MINUTE = 12
BETWEEN_S = 0.3
"""From the end of one announcement to the beginning of the next, all told."""
USUAL_S = (1.2, 3.6, 2.2)
"""Chime, announcement, and that without its name, where there is no voice to ask."""
PAUSE_S = 4.0
"""Between two presses: a wall shows each call for a while before the next one."""

Heard = dict[str, float]


class Pressed(msgspec.Struct):
    """What was seen of each press, in seconds from it: when the last protocol client
    had the call, when each page had heard of it, drawn it and painted it, when the
    announcement was told (``carried``: from the clinic's event on), and when there was
    sound."""

    walls: list[float] = []
    heard: list[float] = []
    drawn: list[float] = []
    painted: list[float] = []
    told: list[float] = []
    carried: list[float] = []
    cold: list[float] = []
    warm: list[float] = []
    lengths: tuple[float, float, float] = (0.0, 0.0, 0.0)
    cpu_s: float = 0.0
    carried_ms: float | None = None

    def last(self) -> list[float]:
        """When the last of all had it on its glass."""
        if not self.painted:
            return self.walls
        return [max(pair) for pair in zip(self.walls, self.painted, strict=True)]


def run(*, quick: bool) -> Report:
    if find_chromium() is not None:
        build_pages()
    presses = 12 if quick else 60
    with tempfile.TemporaryDirectory(prefix="houzhen-bench-") as folder:
        found = _measured(Path(folder), presses)
    tell("an hour of calls in one zone, in virtual time ...")
    waits = waits_in_a_zone(*found.lengths, hours=2 if quick else 10)
    everybody = found.last()
    figures = {
        "screens": SCREENS,
        "pages in Chromium": PAGES if found.painted else 0,
        "from the press, ms": {
            "the last of 498 screens has it": _spread(found.walls),
            "the last page has heard of it": _spread(found.heard),
            "the last page has drawn it": _spread(found.drawn),
            "the last page has painted it": _spread(found.painted),
            "the last of all": _spread(everybody),
            "a loudspeaker is told of the announcement": _spread(found.told),
            "the same from the clinic's event on": _spread(found.carried),
            "first sound, never said before": _spread(found.cold),
            "first sound, said before": _spread(found.warm),
        },
        "server CPU a press, everything that follows from it (ms)": (
            found.cpu_s / presses * 1e3
        ),
        "by the server's own histogram, until it is on disk, p99 under, ms": (
            found.carried_ms
        ),
        "first words at 12 calls a minute, s": {
            "median": median(waits),
            "p95": percentile(waits, 0.95),
            "max": max(waits),
        },
    }
    bars = [
        bar("the last of 500 screens, p99", _p(everybody, 0.99), "≤", 250, "ms"),
        bar("event to devices, p99", _p(found.carried, 0.99), "≤", 20, "ms"),
        bar("first sound, warm, p95", _p(found.warm, 0.95), "≤", 700, "ms"),
        bar("first sound, cold, p95", _p(found.cold, 0.95), "≤", 1500, "ms"),
        bar("first words, p95", percentile(waits, 0.95), "≤", 15, "s"),
    ]
    return report("screens", figures, bars)


def _spread(values: list[float]) -> dict[str, float | None]:
    return {
        "median": median(values) * 1e3 if values else None,
        "p99": _p(values, 0.99),
        "max": max(values) * 1e3 if values else None,
    }


def _p(values: list[float], fraction: float) -> float | None:
    return percentile(values, fraction) * 1e3 if values else None


# -- what is pressed ---------------------------------------------------------------


def _measured(folder: Path, presses: int) -> Pressed:
    with serving_hospital(folder) as hospital:
        now = WallClock().now()
        day = day_of(now, Settings().hospital.zone)
        clinic = f"{Settings().hospital.id}/clinic/wall/{day}"
        area = f"{Settings().hospital.id}/area/wall/{day}:announcements"
        trio.run(_prepare, hospital, clinic, presses + 1)
        port = hospital.server.port
        wall = [sys.executable, "-m", "tests.bench.wall", str(port), str(SCREENS)]
        tell(f"{SCREENS} screens sit down ...")
        with contextlib.ExitStack() as stack:
            heard = stack.enter_context(
                _telling([*wall, f"{clinic}:hall", area], hospital.screen, _of_wall)
            )
            painted: Heard | None = None
            if find_chromium() is not None:
                tell(f"{PAGES} pages open ...")
                words = [sys.executable, "-m", "tests.bench.pages"]
                words += [f"http://127.0.0.1:{port}", str(PAGES), "wall"]
                painted = stack.enter_context(
                    _telling(words, hospital.screen, _of_pages)
                )
            found: Pressed = trio.run(
                _press, hospital, clinic, area, presses, heard, painted
            )
        found.carried_ms = _announcer_ms(hospital, 0.99)
        return found


def _cpu_s(hospital: Hospital) -> float:
    """What the server's process has used so far, by its own clock."""
    return time.clock_gettime(_clock_of(hospital.server.pid))


def _clock_of(pid: int) -> int:
    """Its CPU clock, as clock_getcpuclockid(3) makes it."""
    return (~pid << 3) | 2


def _announcer_ms(hospital: Hospital, fraction: float) -> float | None:
    """From the clinic's event to what devices are told: the bound of the server's own
    histogram that so many do not exceed."""
    text = httpx.get(f"http://127.0.0.1:{hospital.server.port}/metrics").text
    found = re.findall(r'announcement_seconds_bucket\{le="([^"]+)"\} ([\d.]+)', text)
    if not found:
        return None
    counts = [(float(bound), float(count)) for bound, count in found]
    enough = counts[-1][1] * fraction
    return next(bound for bound, count in counts if count >= enough) * 1e3


def _of_wall(line: str) -> Iterator[tuple[str, float]]:
    seq, _, at = line.split()
    yield seq, float(at)


def _of_pages(line: str) -> Iterator[tuple[str, float]]:
    which, number, heard, drawn, painted = line.split()
    # their clock is the day's, ours only goes on
    ahead = time.time() - time.monotonic()
    yield f"heard {which} {number}", float(heard) / 1e3 - ahead
    yield f"drawn {which} {number}", float(drawn) / 1e3 - ahead
    yield f"{which} {number}", float(painted) / 1e3 - ahead


@contextlib.contextmanager
def _telling(
    words: list[str], token: str, read: Callable[[str], Iterator[tuple[str, float]]]
) -> Iterator[Heard]:
    """A program of ours that says what it saw, line by line, once it is ready."""
    heard: Heard = {}
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(token + "\n")
            process.stdin.flush()
            for line in process.stdout:
                if line == "ready\n":
                    break
            else:
                raise BenchFailed(f"{words[2]} did not begin")
            stdout = process.stdout

            def listen() -> None:
                for line in stdout:
                    for name, at in read(line):
                        heard.setdefault(name, at)

            threading.Thread(target=listen, daemon=True).start()
            yield heard
        finally:
            process.kill()


async def _prepare(hospital: Hospital, clinic: str, patients: int) -> None:
    async with _client(hospital, hospital.staff) as staff:
        opening = {
            "clinic": {"name": "内科", "hospital": "云岫市中心医院"},
            "queues": {"A": {"name": "内科"}},
            "rooms": {"3": {"doctor": "许安禾", "queues": ["A"]}},
        }
        await staff.ask(f"{clinic}:setup", "open", opening)
        for number in range(patients):
            card = f"card-{number}"
            body = {"queue": "A", "name": "张友三", "card": card}
            await staff.ask(f"{clinic}:desk", "register", body)
            await staff.ask(f"{clinic}:desk", "check_in", {"card": card})


@contextlib.asynccontextmanager
async def _client(hospital: Hospital, token: str) -> Any:
    url = f"ws://127.0.0.1:{hospital.server.port}/live"
    async with open_client(url, token, kind="bench", id="bench") as client:
        yield client


async def _press(
    hospital: Hospital,
    clinic: str,
    area: str,
    presses: int,
    heard: Heard,
    painted: Heard | None,
) -> Pressed:
    found = Pressed()
    desk = f"{clinic}:desk"
    async with (
        _client(hospital, hospital.staff) as staff,
        _client(hospital, hospital.screen) as speaker,
        trio.open_nursery() as nursery,
    ):
        voice = Loudspeaker(hospital, speaker, area)
        await voice.attend()
        nursery.start_soon(voice.run)
        nursery.start_soon(voice.watch, f"{clinic}:hall")
        last: str | None = None
        cpu_s = _cpu_s(hospital)
        for press in range(presses):
            if press % 25 == 0:
                tell(f"  press {press} of {presses} ...")
            body = {"room": "3"} | ({"after": last} if last else {})
            began = time.monotonic()
            answer = await staff.answer(desk, "call_next", body, deadline=10)
            last, number = answer.body["ticket"], answer.body["number"]
            found.walls.append(await _when(heard, str(answer.seq)) - began)
            if painted is not None:
                for leg, moments in (
                    ("", found.painted),
                    ("heard ", found.heard),
                    ("drawn ", found.drawn),
                ):
                    names = [f"{leg}{which} {number}" for which in range(PAGES)]
                    seen = [await _when(painted, name) for name in names]
                    moments.append(max(seen) - began)
            sound = await voice.sounded(number)
            found.told.append(voice.told[number] - began)
            # the event's moment is the day's, ours only goes on
            ahead = time.time() - time.monotonic()
            event = await _when(voice.called, number) / 1e3 - ahead
            found.carried.append(voice.told[number] - event)
            if sound is not None:
                found.cold.append(sound.at - began)
                # the words are the same ones again: this time they are there
                again = await voice.fetched_again(sound)
                found.warm.append(again + sound.offered - began)
            await trio.sleep(PAUSE_S)
        found.cpu_s = _cpu_s(hospital) - cpu_s
        found.lengths = await voice.lengths()
        nursery.cancel_scope.cancel()
    return found


async def _when(heard: Heard, name: str) -> float:
    with trio.move_on_after(PATIENCE_S):
        while True:
            if name in heard:
                return heard[name]
            await trio.sleep(0.002)
    raise BenchFailed(f"{name} was never seen; last: {list(heard)[-3:]}")


class Sounded(msgspec.Struct, frozen=True):
    """A turn's sound: when the turn was there, and when its first sound."""

    key: str
    offered: float
    at: float


class Loudspeaker:
    """A device that speaks, in no time: what it would play it has fetched."""

    def __init__(self, hospital: Hospital, client: Client, area: str) -> None:
        self._client = client
        self._area = area
        self._http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{hospital.server.port}",
            headers={"Authorization": f"Bearer {hospital.screen}"},
        )
        self._sounded: dict[str, Sounded | None] = {}
        self._keys = ["none", "none"]
        self.told: dict[str, float] = {}
        """When it was told of each number's announcement."""
        self.called: dict[str, float] = {}
        """When the clinic decided to call it, by the server's clock, in ms."""

    async def attend(self) -> None:
        await self._client.join(self._area)
        body = {"shows": True, "speaks": {"ready": True}, "unit": "speaker"}
        self._device = (await self._client.ask(self._area, "attend", body))["device"]

    async def run(self) -> None:
        topic = await self._client.join(self._area)
        taken: set[tuple[str, int]] = set()
        async for change in topic.changes():
            for row in change.view.get("announcements", {}).values():
                self.told.setdefault(row.get("number", ""), time.monotonic())
            offer = change.view["zones"]["main"].get("next")
            if offer is None or offer["device"] != self._device:
                continue
            what = offer["announcement"], offer["nth"]
            if what in taken:
                continue
            taken.add(what)
            await self._take(change.view["announcements"][what[0]], offer)

    async def watch(self, hall: str) -> None:
        """The calls on the clinic's wall: each says when it was made."""
        topic = await self._client.join(hall)
        async for change in topic.changes():
            for call in change.view.get("calls", {}).values():
                self.called.setdefault(call["number"], call["at"])

    async def _take(self, row: dict[str, Any], offer: dict[str, Any]) -> None:
        body = {
            "announcement": offer["announcement"],
            "zone": "main",
            "nth": offer["nth"],
            "unit": "speaker",
        }
        turn = await self._client.ask(self._area, "speak", body, deadline=2)
        offered = time.monotonic()
        audio = (turn["short"] and row.get("audio_short")) or row.get("audio", {})
        if "audio_short" in row:
            self._keys = [row["audio"]["zh"], row["audio_short"]["zh"]]
        if (number := row["number"]) not in self._sounded:
            self._sounded[number] = (
                await self._sound(audio["zh"], offered) if "zh" in audio else None
            )
        told = {"shown_to": row["n"], "spoken": [turn["turn"]], "unit": "speaker"}
        await self._client.ask(self._area, "receipt", told)

    async def _sound(self, key: str, offered: float) -> Sounded | None:
        answer = await self._http.get(f"/api/v1/audio/{key}.wav")
        at = time.monotonic()
        if answer.status_code != 200:
            return None
        return Sounded(key, offered, at)

    async def lengths(self) -> tuple[float, float, float]:
        """Seconds of the chime, of an announcement, and of that without its name."""
        chime = await self._seconds("chime")
        full, short = [await self._seconds(key) for key in self._keys[:2]]
        if chime is None or full is None or short is None:
            return USUAL_S
        return chime, full, short

    async def _seconds(self, key: str) -> float | None:
        answer = await self._http.get(f"/api/v1/audio/{key}.wav")
        if answer.status_code != 200:
            return None
        with wave.open(BytesIO(answer.content)) as sound:
            frames: int = sound.getnframes()
            return frames / float(sound.getframerate())

    async def sounded(self, number: str) -> Sounded | None:
        """None where nothing can speak."""
        with trio.move_on_after(PATIENCE_S):
            while True:
                if number in self._sounded:
                    return self._sounded[number]
                await trio.sleep(0.002)
        raise BenchFailed(f"{number} was offered to nobody")

    async def fetched_again(self, sound: Sounded) -> float:
        """Seconds from the turn to the sound, when it has been said before."""
        began = time.monotonic()
        await self._http.get(f"/api/v1/audio/{sound.key}.wav")
        return time.monotonic() - began


# -- what a zone does in an hour ---------------------------------------------------


def waits_in_a_zone(
    chime: float, full: float, short: float, *, hours: int, seed: int = 1
) -> list[float]:
    """Seconds from each call to its first words, where calls come at random twelve a
    minute, and each is to be said twice; with its name and without it takes so long,
    and the chime comes where the announcer wants one."""
    chance = random.Random(seed)
    zone = area_capability(VAULT)
    state: AreaState = zone.new("bench/area/wall/2026-11-23")
    now = 1_795_395_600_000
    waits: list[float] = []

    def ask(command: Any) -> Any:
        decision = zone.decide(state, command, now)
        if not isinstance(decision, Accepted):
            raise BenchFailed(f"{command}: {decision}")
        for event in decision.events:
            zone.evolve(state, event)
        return decision.reply

    ask(Attend(device="t1", ready=True))
    end = now + hours * 3_600_000
    call, over, turn = now, now, 0
    while now < end:
        lane = state.lanes.get("main")
        if lane is not None and lane.offer is not None:
            offer = lane.offer
            taken = ask(
                Speak(
                    device="t1",
                    announcement=offer.announcement,
                    zone="main",
                    nth=offer.nth,
                )
            )
            if offer.nth == 1:
                called = state.announcements[offer.announcement].at
                waits.append((now - called) / 1e3)
            turn = int(taken.turn[1:])
            length = short if taken.short else full
            length += chime if taken.chime else 0.0
            over = now + round((length + BETWEEN_S) * 1e3)
            continue
        moments = [call]
        if lane is not None and lane.speaking is not None:
            moments.append(over)
        if (due := wake_at(state)) is not None:
            moments.append(due)
        now = max(now, min(moments))
        if lane is not None and lane.speaking is not None and over <= now:
            ask(Told(device="t1", spoken=(turn,)))
        elif call <= now:
            ask(
                Announce(
                    kind="called",
                    words={"zh": "请 A012号 {name} 到 3号诊室 就诊"},
                    short={"zh": "请 A012号 到 3号诊室 就诊"},
                    expires=now + 60_000,
                    repeat=2,
                )
            )
            call = now + round(chance.expovariate(CALLS_A_MINUTE / 60) * 1e3)
        else:
            ask(Wake(now))
    return waits
