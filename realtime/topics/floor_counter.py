"""The floor's counter: who looks after machines, and who may say that one is broken.

Operations sees the whole hospital, and so do administrators; a nurse sees what is
wrong, reports, and acknowledges. Settings are the administrator's. Nothing here is
about a patient.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from actors.floor.actor import KIND
from actors.floor.commands import (
    Ack,
    AnswerTicket,
    ChangeSettings,
    Check,
    CloseTicket,
    KeepUnits,
    LevelTicket,
    MoveStock,
    NoteTicket,
    OpenTicket,
    ReopenTicket,
    RepairTicket,
    RetireUnit,
    SetStock,
)
from actors.floor.views import MAIN
from actors.kernel.errors import BadRequest, Forbidden, UnknownAsk
from actors.kernel.times import Millis
from realtime.beats import Tail
from realtime.bodies import read_body
from realtime.tokens import Principal
from realtime.topics.counter import Errand, Inquiry, must_see

VIEWS = ("board", "ledger", "health")
_OPERATE = frozenset({"admin", "operator"})
_REPORT = _OPERATE | {"nurse", "manager"}
_LOOK = _REPORT | {"auditor"}

_COMMANDS: dict[str, tuple[type[msgspec.Struct], frozenset[str]]] = {
    "ack": (Ack, _REPORT),
    "open_ticket": (OpenTicket, _REPORT),
    "note_ticket": (NoteTicket, _REPORT),
    "answer_ticket": (AnswerTicket, _OPERATE),
    "level_ticket": (LevelTicket, _OPERATE),
    "repair_ticket": (RepairTicket, _OPERATE),
    "reopen_ticket": (ReopenTicket, _REPORT),
    "close_ticket": (CloseTicket, _REPORT),
    "check": (Check, _OPERATE),
    "keep_units": (KeepUnits, _OPERATE),
    "retire_unit": (RetireUnit, _OPERATE),
    "set_stock": (SetStock, _OPERATE),
    "move_stock": (MoveStock, _OPERATE),
    "change_settings": (ChangeSettings, frozenset({"admin"})),
}


class Health(Protocol):
    """What of realtime.floor_health is asked here."""

    def curve(self, terminal: str) -> list[tuple[Millis, float]]: ...


class Logs(Protocol):
    """What of realtime.terminals is asked here."""

    def log(self, terminal: str) -> Tail: ...


class _Of(msgspec.Struct, frozen=True):
    terminal: str


class FloorCounter:
    """See Counter: ``{hospital}/floor/main`` with ``board``, ``ledger``, ``health``.
    Without ``health`` and ``logs`` what needs them is not answered."""

    kind = KIND

    def __init__(self, health: Health | None = None, logs: Logs | None = None) -> None:
        self._health = health
        self._logs = logs

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        must_see(who, parts, view, only=MAIN, views=VIEWS, roles=_LOOK)

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand | Inquiry:
        self.may_look(who, parts, view)
        if name in ("curve", "log"):
            return self._look(name, read_body(body, _Of).terminal)
        found = _COMMANDS.get(name)
        if found is None:
            raise UnknownAsk
        kind, may = found
        if who.roles.isdisjoint(may):
            raise Forbidden
        return Errand(_command(kind, who, body))

    def _look(self, name: str, terminal: str) -> Inquiry:
        health, logs = self._health, self._logs
        if health is None or logs is None:
            raise UnknownAsk
        if name == "curve":
            return _answer(lambda: {"curve": health.curve(terminal)})
        return _answer(lambda: logs.log(terminal))


_HINTS = {
    "serial": "设备编号请用字母、数字和短横，最多 32 位，如 SM08032011150001。",
    "model": "请写型号，最多 40 个字，如 SST-M-0803。",
    "since": "启用日期请写成 2026-11-23，或者不写。",
    "warranty": "保修到期请写成 2026-11-23，或者不写。",
    "level": "级别请选 I、II 或 III。",
    "note": "备注最多 300 个字，请写短一些。",
    "what": "请写短一些，最多 300 个字。",
    "reason": "请写理由，最多 300 个字。",
    "change": "数量请写整数：入库为正，领用为负。",
    "low": "下限请写 0 或以上的整数。",
    "kind": "耗材代码请用小写字母开头，如 paper_80。",
    "name": "请写名称，最多 40 个字。",
    "target": "请选是哪台设备。",
    "fault": "请选是什么故障。",
    "units": "一次最多导入 100 台，请分几次。",
    "clocks": "时限请写分钟数，1 到 43200。",
    "rounds": "时间请写成 07:30。",
    "patience": "请写秒数，0 到 86400。",
    "items": "检查项请写名称，最多 40 个字。",
    "quiet_from": "时间请写成 22:00。",
    "quiet_to": "时间请写成 06:00。",
}
_PLACE = re.compile(r"[a-z_]+")
_LINE = re.compile(r"units\[(\d+)\]|units\.(\d+)")


def _command(kind: type[msgspec.Struct], who: Principal, body: msgspec.Raw) -> Any:
    """The command as the client wrote it, by whoever asks and nobody else."""
    fields: Any = read_body(body, dict[str, Any])
    fields |= {"by": who.name, "type": kind.__struct_config__.tag}
    try:
        return read_body(msgspec.Raw(msgspec.json.encode(fields)), kind)
    except BadRequest as bad:
        raise _told(bad) from None


def _told(bad: BadRequest) -> BadRequest:
    """The same, in words that say what to do."""
    where = str(bad.details.get("field", ""))
    named = [each for each in _PLACE.findall(where) if each in _HINTS]
    if not named:
        return bad
    told = _HINTS[named[-1]]
    if line := _LINE.match(where):
        told = f"第 {int(line[1] or line[2]) + 1} 行：{told}"
    return BadRequest(told, **bad.details)


def _answer(of: Callable[[], Any]) -> Inquiry:
    async def answer() -> tuple[bytes, int]:
        return msgspec.json.encode(of()), 0

    return Inquiry(answer)
