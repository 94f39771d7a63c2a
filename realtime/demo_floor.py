"""The demo's machines: kiosks, walls and speakers that beat, and a few that are wrong.

They are enrolled and entered in the ledger like any other; only their beats are made
here. One kiosk is never heard, one tears its paper, one reader is unplugged.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from typing import Any

import trio

from actors.floor.actor import floor_stream
from actors.floor.commands import (
    AnswerTicket,
    Check,
    KeepUnits,
    MoveStock,
    NoteTicket,
    OpenTicket,
    SetStock,
    UnitWords,
)
from actors.kernel.errors import Refusal
from actors.kernel.times import Clock, Millis
from actors.runtime.system import ActorSystem, Ref
from actors.terminal.actor import terminal_stream
from actors.terminal.messages import Enrol, Role
from realtime.beats import DeviceFacts, Facts, Heard
from realtime.floor_health import FloorHealth
from realtime.terminals import Terminals
from realtime.tokens import Principal
from realtime.version import version

BEAT_S = 20.0
UNITS_AT_ONCE = 100
_WHO = "demo-ops"
_VERSION = version()[:16]
_MODELS = {"kiosk": "SST-M-0803", "screen": "SST-L-4300", "speaker": "SST-A-0112"}
_NAMES = {"kiosk": "自助机", "screen": "大屏", "speaker": "喇叭"}
_HALLS = (
    ("门诊一楼大厅", "im2"),
    ("内科二诊区", "im2"),
    ("眼科诊区", "eye1"),
    ("急诊入口", "im2"),
)
_DAY_MS = 86_400_000
_UP_BEFORE_S = 26 * 3600
_CURVE_MS = 300_000
_PORTS = {"id_reader": "COM3", "scanner": "COM4", "social_card": "COM5"}


class Machine:
    """One of them: what it is, and what is wrong with it."""

    def __init__(self, n: int, role: Role) -> None:
        self.n = n
        self.role = role
        self.terminal = f"tdemo{role[:2]}{n:04}"
        self.serial = f"SM0803201115{n:04}"
        self.hall, self.clinic = _HALLS[n % len(_HALLS)]
        self.name = f"{self.hall}{_NAMES[role]} {n}"

    @property
    def silent(self) -> bool:
        return self.role == "kiosk" and self.n == 9

    def facts(self, now: Millis, up_s: int) -> Facts:
        if self.role != "kiosk":
            audio = "on" if self.role == "speaker" or self.n % 3 else "none"
            return Facts(
                version=_VERSION,
                width=1920 if self.role == "screen" else 0,
                height=1080 if self.role == "screen" else 0,
                audio="blocked" if self.n == 16 else audio,  # type: ignore[arg-type]
                clock_off_ms=45_000 if self.n == 14 else 120,
                layout="hall" if self.role == "screen" else "",
            )
        return Facts(
            version=_VERSION,
            edge=True,
            up_s=up_s + _UP_BEFORE_S,
            temperature=self.degrees(now),
            devices={
                **{name: self.reader(name, up_s) for name in _PORTS},
                "printer": self.printer(up_s),
            },
        )

    def degrees(self, now: Millis) -> float:
        """Warmer in the afternoon; one stands by the window."""
        day = now % _DAY_MS / _DAY_MS
        warm = 46 + 7 * math.sin(2 * math.pi * (day - 0.05)) + self.n % 5
        wobble = math.sin(now / 700_000 + self.n) * 1.5
        return round(warm + wobble + (42 if self.n == 11 else 0), 1)

    def reader(self, name: str, up_s: int) -> DeviceFacts:
        done = 40 + self.n * 7 + up_s // 40
        if name == "id_reader" and self.n == 7:
            return _device(name, done, up_s, trouble="unplugged", wrong_s=1500)
        if name == "scanner" and self.n == 4 and up_s // 20 % 12 < 4:
            # it comes and goes: each time for less than anybody's patience
            return DeviceFacts(
                model="",
                port=_PORTS[name],
                trouble="silent" if up_s // 20 % 2 else "",
                for_s=up_s % 20 % 10,
                today=done,
                failed=up_s // 200,
            )
        return _device(name, done, up_s)

    def printer(self, up_s: int) -> DeviceFacts:
        done = 60 + self.n * 11 + up_s // 50
        if self.n == 5:
            return _device("printer", done, up_s, trouble="paper_out", wrong_s=720)
        if self.n in (3, 10):
            return _device("printer", done, up_s, warning="paper_low", wrong_s=2400)
        return _device("printer", done, up_s)


def _device(
    name: str,
    done: int,
    up_s: int,
    *,
    trouble: str = "",
    warning: str = "",
    wrong_s: int = 0,
) -> DeviceFacts:
    return DeviceFacts(
        model="SAM 0501.01-20151028" if name == "id_reader" else "",
        port=_PORTS.get(name, "COM6"),
        trouble=trouble,
        warning=warning,
        for_s=up_s + (wrong_s or 5400),
        last=trouble,
        last_s=up_s + wrong_s if trouble else 0,
        today=done,
        failed=done // 60,
    )


def machines(kiosks: int = 12, screens: int = 8, speakers: int = 2) -> list[Machine]:
    counts: dict[Role, int] = {
        "kiosk": kiosks,
        "screen": screens,
        "speaker": speakers,
    }
    roles = [role for role, count in counts.items() for _ in range(count)]
    return [Machine(n, role) for n, role in enumerate(roles, 1)]


class DemoFloor:
    """Enters them once, and beats until cancelled."""

    def __init__(
        self,
        hospital: str,
        system: ActorSystem,
        terminals: Terminals,
        health: FloorHealth,
        floor: list[Machine] | None = None,
    ) -> None:
        self._hospital = hospital
        self._system = system
        self._terminals = terminals
        self._health = health
        self._floor = machines() if floor is None else floor

    async def run(self) -> None:
        for machine in self._floor:
            await self._enrol(machine)
        clock = self._system.clock
        began = clock.now()
        self._yesterday(clock)
        entered = False
        while True:
            now = clock.now()
            up_s = round((now - began) / 1000)
            for machine in self._floor:
                if not machine.silent:
                    await self._beat(machine, machine.facts(now, up_s))
            if not entered:
                await self._enter()
                entered = True
            await trio.sleep(BEAT_S)

    async def _enrol(self, machine: Machine) -> None:
        stream = terminal_stream(self._hospital, machine.terminal)
        enrol = Enrol(
            by=_WHO,
            role=machine.role,
            name=machine.name,
            number=str(machine.n),
            profile="auto",
            places=(machine.clinic,),
            # nobody knows what this is the hash of: nothing logs in with it
            secret=hashlib.sha256(secrets.token_bytes(32)).hexdigest(),
        )
        await self._try(self._system.ref(stream), enrol)

    def _yesterday(self, clock: Clock) -> None:
        """A day's temperatures, that nobody opens an empty curve."""
        now = clock.now()
        for machine in self._floor:
            if machine.role != "kiosk" or machine.silent:
                continue
            for at in range(now - _DAY_MS, now - _CURVE_MS, _CURVE_MS):
                facts = Facts(edge=True, temperature=machine.degrees(at))
                self._health.beaten(machine.terminal, Heard(at, facts))

    async def _beat(self, machine: Machine, facts: Facts) -> None:
        who = Principal(
            machine.terminal, frozenset({machine.role}), frozenset({machine.clinic}), 0
        )
        for _ in range(100):
            try:
                await self._terminals.beat(who, facts)
            except Refusal as no:
                if no.code != "unknown_terminal":
                    return
                await trio.sleep(0.05)  # the roster has not heard of it yet
            else:
                return

    async def _enter(self) -> None:
        """The ledger, what they use up, and two tickets; once."""
        floor = self._system.ref(floor_stream(self._hospital))
        if await floor.read(lambda state: bool(state.units)):
            return
        units = [
            UnitWords(
                serial=machine.serial,
                model=_MODELS[machine.role],
                name=machine.name,
                place=machine.hall,
                terminal=machine.terminal,
                since="2026-03-01",
                warranty="2029-02-28",
            )
            for machine in self._floor
        ]
        for first in range(0, len(units), UNITS_AT_ONCE):
            part = tuple(units[first : first + UNITS_AT_ONCE])
            await self._try(floor, KeepUnits(by=_WHO, units=part))
        for command in _BEGINNING:
            await self._try(floor, command)
        for machine in self._floor[:5]:
            bad = ("paper",) if machine.n == 3 else ()
            await self._try(floor, Check(by=_WHO, serial=machine.serial, bad=bad))

    async def _try(self, ref: Ref, command: Any) -> None:
        try:
            await ref.ask(command, principal=_WHO)
        except Refusal:
            return  # it is there from the demo before


_BEGINNING: tuple[Any, ...] = (
    SetStock(by=_WHO, kind="paper_80", name="热敏纸 80 mm", unit="卷", low=20),
    MoveStock(by=_WHO, kind="paper_80", change=48, note="本月入库"),
    MoveStock(by=_WHO, kind="paper_80", change=-2, serial="SM08032011150002"),
    SetStock(by=_WHO, kind="cleaning", name="清洁卡", unit="张", low=10),
    MoveStock(by=_WHO, kind="cleaning", change=6),
    OpenTicket(
        by=_WHO,
        target="SM08032011150006",
        device="scanner",
        fault="hardware",
        level="II",
        what="扫码窗有划痕，常常要扫两次",
    ),
    AnswerTicket(by=_WHO, ticket="f1", note="已联系厂家，下午换窗"),
    NoteTicket(by=_WHO, ticket="f1", note="先贴提示，请用刷卡"),
    OpenTicket(
        by=_WHO,
        target="SM08032011150015",
        fault="hardware",
        level="III",
        what="屏幕右下角有一条亮线",
    ),
)
