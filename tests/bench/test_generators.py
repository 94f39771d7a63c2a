"""The load generators notice what they are there to notice.

They are run against a server that can be told to go wrong: a figure is worth as much
as the certainty that nothing was lost on the way to it.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tests.bench.compiler import find_compiler, program
from tests.machine import missing

TOPIC = "yunxiu/clinic/im2/2026-11-23:hall"


class Wall:
    """Speaks as much houzhen.v1 as the generators do; ``fault`` is what goes wrong."""

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        self.asks: list[dict[str, Any]] = []
        self._seq = 0
        self._members: list[ServerConnection] = []
        self._lock = threading.Lock()

    def talk(self, client: ServerConnection) -> None:
        # a generator goes without a close frame
        with suppress(ConnectionClosed):
            for text in client:
                message = json.loads(text)
                with self._lock:
                    answer = getattr(self, f"_{message['type']}")(client, message)
                    client.send(json.dumps(answer))

    def _hello(self, client: ServerConnection, message: Any) -> Any:
        return {"type": "welcome", "ref": message["ref"]}

    def _join(self, client: ServerConnection, message: Any) -> Any:
        assert message["topic"] == TOPIC
        self._members.append(client)
        view = {"calls": {"c1": {"seq": 5}}}
        return {"seq": self._seq, "type": "joined", "topic": TOPIC, "view": view}

    def _ask(self, client: ServerConnection, message: Any) -> Any:
        self.asks.append(message)
        count = len(self.asks)
        if self.fault == "refusal" and count == 5:
            return {"type": "reply", "ref": message["ref"], "ok": False}
        prev, self._seq = self._seq, self._seq + 2
        if self.fault == "gap" and count == 5:
            prev -= 1
        # a merging server shows two commits in the second one's patch
        merging = self.fault == "merged" and count > 10
        merges = merging and count % 2 == 1
        if not merges:
            if merging:
                prev -= 2
            self._show(prev)
        ticket = f"t{count}"
        body = {"ticket": ticket, "number": "A1"}
        return {
            "type": "reply",
            "ref": message["ref"],
            "ok": True,
            "body": body,
            "seq": self._seq,
        }

    def _show(self, prev: int) -> None:
        patch = {"type": "patch", "topic": TOPIC, "prev": prev, "seq": self._seq}
        patch |= {"at": 1_795_404_120_000, "patch": {"note": '"seq": 9, \\" }'}}
        for number, member in enumerate(self._members):
            if self.fault == "loss" and number == 2 and len(self.asks) == 5:
                continue
            member.send(json.dumps(patch, ensure_ascii=False))


@contextmanager
def serving(wall: Wall) -> Iterator[int]:
    protocols = [Subprotocol("houzhen.v1")]
    with serve(
        wall.talk, "127.0.0.1", 0, subprotocols=protocols, compression=None
    ) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.socket.getsockname()[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session", autouse=True)
def compiler() -> None:
    if find_compiler() is None:
        missing("a C compiler", "install gcc (Debian: gcc libc6-dev)")


def generate(
    name: str, wall: Wall, folder: Path, *words: str, lines: list[str]
) -> subprocess.CompletedProcess[str]:
    script = folder / "script"
    script.write_text("".join(f"{line}\n" for line in lines))
    with serving(wall) as port:
        command = [program(name), "--port", str(port), "--server", str(os.getpid())]
        command += ["--asks", str(script), "--topic", TOPIC]
        command += ["--reader-token", "r", "--asker-token", "a", "--at-most-s", "30"]
        command += ["--patience-s", "1"]
        return subprocess.run(
            [*command, *words],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def listen(wall: Wall, folder: Path) -> subprocess.CompletedProcess[str]:
    return generate(
        "load",
        wall,
        folder,
        *("--dialect", "houzhen", "--subscribers", "4", "--messages", "20"),
        *("--gap-us", "0", "--many-seconds", "0.2", "--outstanding", "4"),
        lines=['0\t"topic":"x:desk","name":"call_next","body":{"n":{n}}'],
    )


def test_the_audience_counts_every_patch(tmp_path: Path) -> None:
    wall = Wall()
    ended = listen(wall, tmp_path)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["one"]["commits"] == 20
    assert found["many"]["commits"] > 0
    everything = 10 + 20 + found["many"]["commits"]
    assert len(wall.asks) == everything
    assert found["errors"] == found["merged"] == found["unasked"] == 0
    assert found["one"]["cpu_us"] > 0
    # each patch is one send of that server, and a frame of this length
    assert found["one"]["sends"] == 1.0
    assert 150 < found["one"]["bytes"] < 200


def test_every_ask_has_a_ref_and_a_key_of_its_own(tmp_path: Path) -> None:
    wall = Wall()
    listen(wall, tmp_path)
    assert len({ask["key"] for ask in wall.asks}) == len(wall.asks)
    assert len({ask["ref"] for ask in wall.asks}) == len(wall.asks)
    assert [ask["body"]["n"] for ask in wall.asks[:3]] == [1, 2, 3]
    assert all(8 <= len(ask["key"]) <= 64 for ask in wall.asks)


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [("gap", "a gap"), ("loss", "not everybody has it"), ("refusal", "refused")],
)
def test_the_audience_notices(fault: str, complaint: str, tmp_path: Path) -> None:
    ended = listen(Wall(fault), tmp_path)
    assert ended.returncode != 0
    assert complaint in ended.stderr


def test_commits_merged_into_one_patch_are_noticed(tmp_path: Path) -> None:
    ended = generate(
        "load",
        Wall("merged"),
        tmp_path,
        *("--dialect", "houzhen", "--subscribers", "2", "--messages", "0"),
        # an even number, or the last would never be shown
        *("--many-seconds", "5", "--outstanding", "4", "--rounds", "50"),
        lines=['0\t"topic":"x:desk","name":"call_next","body":{}'],
    )
    assert ended.returncode == 5, ended.stderr
    assert json.loads(ended.stdout)["merged"] == 20


def ask(wall: Wall, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return generate(
        "asks",
        wall,
        folder,
        *("--connections", "2", "--screens", "3", *words),
        lines=[
            '0\t"topic":"x:kiosk","name":"check_in","body":{"card":"k{n}-{p}"}',
            '0\t"topic":"x:desk","name":"start","body":{"ticket":"{t}"}',
            '1\t"topic":"x:desk","name":"finish","body":{"deep":{"er":"{n}"}}',
        ],
    )


def test_each_connection_asks_its_own_script_in_turn(tmp_path: Path) -> None:
    wall = Wall()
    ended = ask(wall, tmp_path, "--rounds", "3", "--seconds", "0")
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["asks"] == len(wall.asks) == 3 * 2 + 3
    assert found["patches_per_ask"] == 1.0
    first = [one for one in wall.asks if one["name"] != "finish"]
    assert [one["name"] for one in first] == ["check_in", "start"] * 3
    cards = [one["body"]["card"] for one in first[::2]]
    assert cards == ["k1-0", "k2-1", "k3-2"]
    # the ticket of the reply before it, on the same connection
    said = [f"t{wall.asks.index(one) + 1}" for one in first[::2]]
    assert [one["body"]["ticket"] for one in first[1::2]] == said
    other = [one for one in wall.asks if one["name"] == "finish"]
    assert [one["body"]["deep"]["er"] for one in other] == ["1", "2", "3"]


def test_a_measured_window_has_a_rate_and_a_latency(tmp_path: Path) -> None:
    ended = ask(Wall(), tmp_path, "--seconds", "0.3", "--warm-up", "0.1")
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["asks"] > 0
    assert found["asks_per_s"] == pytest.approx(found["asks"] / found["seconds"], 0.01)
    assert 0 < found["reply_p50_us"] <= found["reply_p99_us"] <= found["reply_max_us"]
    assert ended.stderr.splitlines() == ["measuring", "measured"]


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [("gap", "a gap"), ("loss", "a gap"), ("refusal", "refused")],
)
def test_the_generator_of_asks_notices(
    fault: str, complaint: str, tmp_path: Path
) -> None:
    ended = ask(Wall(fault), tmp_path, "--rounds", "10", "--seconds", "0")
    assert ended.returncode != 0
    assert complaint in ended.stderr


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    command = [program("asks"), "--port", "1", "--server", str(os.getpid())]
    script = tmp_path / "script"
    script.write_text('0\t"name":"x"\n')
    command += ["--asks", str(script), "--asker-token", "a", "--connections", "1"]
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode != 0
    assert "refused" in ended.stderr
