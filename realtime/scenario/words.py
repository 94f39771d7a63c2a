"""The words a step may use: every deed with its names, what it is done to, and what
more may be said of it. Whoever writes a rule as an example writes with these."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Iterable
from typing import Any

import msgspec

from actors.clinic.plan import CheckedInAt, End, ExtraWhere, Half, Mode
from realtime.scenario.story import Kind

FILLERS = frozenset(
    "到 给 在 于 前 之前 前面 后 从 的 为 是 至 去 进 往 由 → -> "
    "to into in at before from for of by as the room queue 诊室 队列 医生".split()
)
"""Words that make a step read well and change nothing."""

NOBODY = frozenset({"", "无人", "没有人", "空", "nobody", "none", "-"})

ANY = 99


class Verb(msgspec.Struct, frozen=True):
    """A deed. ``words`` are what it may be called, the first being the engine's.
    ``takes`` says how many of each kind belong to it; ``sets`` what the word says
    without saying it."""

    words: tuple[str, ...]
    by: str = "nurse"
    takes: dict[Kind, tuple[int, int]] = {}
    options: tuple[str, ...] = ()
    sets: dict[str, Any] = {}

    @property
    def name(self) -> str:
        return self.words[0]

    @property
    def called(self) -> str:
        """For a person: the first of its Chinese words."""
        return self.words[1]


def _verb(
    words: str,
    by: str = "nurse",
    options: str = "",
    *,
    sets: dict[str, Any] | None = None,
    patient: tuple[int, int] | None = None,
    room: tuple[int, int] | None = None,
    queue: tuple[int, int] | None = None,
    doctor: tuple[int, int] | None = None,
) -> Verb:
    kinds: dict[Kind, tuple[int, int] | None] = {
        "patient": patient,
        "room": room,
        "queue": queue,
        "doctor": doctor,
    }
    takes = {kind: many for kind, many in kinds.items() if many is not None}
    return Verb(tuple(words.split("|")), by, takes, tuple(options.split()), sets or {})


_ONE, _MAY, _SOME = (1, 1), (0, 1), (1, ANY)
_REGISTER = (
    "queue doctor slot half booked special level extra linked linked_day number person "
    "registered"
)

VERBS: tuple[Verb, ...] = (
    # registrations
    _verb(
        "register|挂号|预约", "his", _REGISTER, patient=_SOME, queue=_MAY, doctor=_MAY
    ),
    _verb("refund|退号", "his", "reason", patient=_SOME),
    _verb(
        *("exchange|换号", "his", "reason slot"),
        patient=_ONE,
        queue=_MAY,
        doctor=_MAY,
    ),
    _verb(
        *("opened_elsewhere|HIS 接诊|HIS接诊|opened in HIS", "his"),
        patient=_ONE,
        room=_MAY,
    ),
    # the patient
    _verb(
        *("check_in|签到|报到", "kiosk", "where own_clinic"),
        patient=_SOME,
        doctor=_MAY,
    ),
    _verb(
        *("check_in|分诊台签到|护士签到|desk check in", "nurse", "where"),
        sets={"where": "desk"},
        patient=_SOME,
        doctor=_MAY,
    ),
    _verb("undo_check_in|取消签到|撤销签到", options="reason", patient=_SOME),
    _verb("postpone|延后|推迟", "kiosk", patient=_SOME),
    _verb("leave|离开|不等了", "kiosk", patient=_SOME),
    # the doctor
    _verb(
        *("log_in|登录|上线", "doctor", "mode queues"),
        room=_ONE,
        doctor=_ONE,
        queue=(0, ANY),
    ),
    _verb("log_out|退出|下线", "doctor", room=_ONE, doctor=_MAY),
    _verb("change_room|换诊室", "doctor", room=(2, 2)),
    _verb("serve|勾选", "doctor", sets={"on": True}, room=_ONE, queue=_ONE),
    _verb(
        *("serve|取消勾选|不接|untick", "doctor"),
        sets={"on": False},
        room=_ONE,
        queue=_ONE,
    ),
    _verb("call_next|叫号|下一位|call|next", "doctor", "after", room=(0, ANY)),
    _verb(
        *("call_one|指定叫号|点名叫号", "doctor", "reason after"),
        patient=_ONE,
        room=_MAY,
    ),
    _verb("call_again|复呼", "doctor", patient=_ONE, room=_MAY),
    _verb("start|开始|接诊", "doctor", patient=_ONE, room=_MAY),
    _verb("finish|完成|结束", "doctor", patient=_ONE, room=_MAY),
    _verb("missed|过号", "doctor", patient=_ONE, room=_MAY),
    _verb(
        *("undo_call|撤销叫号|叫错了", "doctor", "reason"),
        patient=_ONE,
        room=_MAY,
    ),
    _verb("hold|暂放|挂起", "doctor", "reason", patient=_ONE, room=_MAY),
    _verb("resume|继续|恢复就诊", "doctor", "after", patient=_ONE, room=_MAY),
    _verb(
        *("to_examination|去检查|送检查", "doctor", "reports back_at keeps_seat"),
        patient=_ONE,
        room=_MAY,
    ),
    _verb("report_ready|报告已出|报告出了", "his", "report", patient=_SOME),
    _verb("come_back|回诊|检查回来", "nurse", patient=_SOME),
    _verb(
        *("transfer|转诊|转", "doctor", "and_return clinic reason"),
        patient=_ONE,
        room=_MAY,
        queue=_MAY,
        doctor=_MAY,
    ),
    _verb("away|暂离", "doctor", "reason back_at", room=_ONE),
    _verb("back|回来了|暂离回来", "doctor", room=_ONE),
    # between clinics
    _verb("arrive|转入", "clinic", "origin queue", patient=_ONE, queue=_MAY),
    _verb("left|对方已收", "clinic", "leaving", patient=_ONE),
    _verb("not_taken|对方退回", "clinic", "leaving code reason", patient=_ONE),
    # the nurse
    _verb("set_class|优先|设优先", options="special level reason", patient=_SOME),
    _verb(
        "set_class|取消优先|clear class",
        options="reason",
        sets={"special": ""},
        patient=_SOME,
    ),
    _verb("move|前移|移动", options="reason", patient=(1, 2)),
    _verb(
        "pin|指定|指定医生",
        options="reason",
        patient=_ONE,
        doctor=_MAY,
        room=_MAY,
    ),
    _verb(
        "pin|取消指定|不指定医生|unpin",
        options="reason",
        sets={"doctor": None},
        patient=_ONE,
    ),
    _verb("give_up|弃号", options="reason", patient=_SOME),
    _verb("recall|召回|过号召回", patient=_SOME),
    _verb("revive|恢复|激活", options="reason", patient=_SOME),
    _verb("undo_missed|撤销过号|取消过号", options="reason", patient=_ONE),
    _verb("send|送诊|请到诊室", patient=_SOME, room=_ONE),
    _verb(
        "stop_calling|停叫",
        options="reason",
        room=_MAY,
        doctor=_MAY,
        queue=_MAY,
    ),
    _verb("open_calling|开叫|恢复叫号", room=_MAY, doctor=_MAY, queue=_MAY),
    _verb("stop_clinic|停诊", options="reason half", doctor=_MAY, queue=_MAY),
    _verb(
        "lift_stop|恢复出诊|恢复开诊", options="reason half", doctor=_MAY, queue=_MAY
    ),
    _verb(
        "answer_stop|答复|停诊答复",
        options="answer day",
        patient=_SOME,
        queue=_MAY,
        doctor=_MAY,
    ),
    _verb("broadcast|广播", options="text until zones"),
    _verb("triage|分级|复评", options="level reason", patient=_ONE),
    _verb("vitals|体征|量体征", options="values", patient=_ONE),
    _verb("call_help|求助", "doctor", "reason", room=_MAY),
    _verb("answer_help|应答|应答求助", room=_MAY),
    _verb("answer_help|求助结束|help is over", sets={"over": True}, room=_MAY),
    _verb("hand_over|交班", options="to note"),
    # patients of the index
    _verb("rename|改名", "his", "name", patient=_ONE),
    _verb("merge|合并", "his", patient=(2, 2)),
    # the day
    _verb("change_rules|改规则", options="settings reason"),
    _verb("preview_rules|试规则|预览规则", options="settings"),
    _verb("end_half|结束半天|结束半日", options="half", room=_MAY, doctor=_MAY),
    _verb("preview_half|试结束半天|预览半天", options="half", room=_MAY, doctor=_MAY),
    _verb("close_day|关诊|结束当天"),
    _verb("settle|结清", options="end reason", patient=_SOME),
)

OPTIONS: dict[str, str] = {
    "reason": "text",
    "queue": "queue",
    "doctor": "doctor",
    "slot": "slot",
    "half": "half",
    "booked": "flag",
    "special": "words",
    "level": "count",
    "extra": "extra",
    "linked": "text",
    "linked_day": "text",
    "number": "text",
    "person": "text",
    "registered": "flag",
    "where": "where",
    "own_clinic": "flag",
    "mode": "mode",
    "queues": "queues",
    "after": "person",
    "reports": "words",
    "report": "text",
    "back_at": "time",
    "keeps_seat": "flag",
    "and_return": "flag",
    "clinic": "text",
    "origin": "text",
    "leaving": "text",
    "code": "text",
    "answer": "answer",
    "day": "text",
    "text": "text",
    "until": "time",
    "zones": "words",
    "values": "table",
    "to": "text",
    "note": "text",
    "name": "text",
    "settings": "settings",
    "end": "end",
}
"""What may be said of a deed beside whom it is about, and how it is written."""

CHOICES: dict[str, tuple[str, ...]] = {
    "half": typing.get_args(Half),
    "where": typing.get_args(CheckedInAt),
    "mode": typing.get_args(Mode),
    "answer": ("doctor", "day", "refund"),
    "end": typing.get_args(End),
    "extra.where": typing.get_args(ExtraWhere),
}
"""Where only these may be written."""

EXPECTS: dict[str, str] = {
    "called": "people",
    "order": "orders",
    "place": "places",
    "ahead": "pairs",
    "number": "pairs",
    "marks": "marks",
    "reasons": "reasons",
    "refused": "refusal",
    "rooms": "rooms",
    "at_room": "rooms",
    "notes": "notes",
    "missed": "people",
    "alarms": "alarms",
    "hall": "hall",
    "left": "left",
    "reply": "table",
}
"""What a step may expect, and how it is written."""

MARKS = {
    "预": "booked",
    "现": "walk_in",
    "复": "return",
    "过": "recall",
    "优": "priority",
    "急": "emergency",
    "加": "extra",
}
"""What stands beside a number on a board, and the code it has in a view."""

NOTES = {
    "暂离": "away",
    "停叫": "stopped",
    "停诊": "clinic_stopped",
    "未到": "absent",
    "医生未到": "absent",
}
"""What may stand on a room's door."""

ANSWERED = "已应答"
"""What stands with an alarm that somebody has answered."""

STEP_KEYS = ("at", "do", "by", "every", "expect", "note")


def _spoken(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


_BY_WORD: dict[str, Verb] = {
    _spoken(word): verb
    for verb in VERBS
    for word in (verb.words[1:] if verb.sets else verb.words)
}
_LONGEST = 3


def find_verb(tokens: list[str]) -> tuple[Verb, list[str]] | None:
    """The deed in these words and the words without it. It may stand anywhere:
    "签到 甲" and "甲 签到" say the same."""
    for start in range(len(tokens)):
        for length in range(min(_LONGEST, len(tokens) - start), 0, -1):
            said = _spoken(" ".join(tokens[start : start + length]))
            if verb := _BY_WORD.get(said):
                return verb, tokens[:start] + tokens[start + length :]
    return None


def words_of(text: str) -> list[str]:
    """Split at spaces and at the commas of either script."""
    for mark in "、，,；;":
        text = text.replace(mark, " ")
    return text.split()


def known_words() -> list[str]:
    return [word for verb in VERBS for word in verb.words]


_SHORT = 3
_MOST = 16


def meant(word: str, among: Iterable[str]) -> str:
    """ "，是不是想写「签到」？" when something is like it; else what there is."""
    names = list(dict.fromkeys(among))
    # two words of two Han characters are alike when they share one
    cutoff = 0.5 if len(word) <= _SHORT else 0.6
    like = difflib.get_close_matches(word, names, 1, cutoff)
    if like:
        return f"，是不是想写「{like[0]}」？"
    if not names:
        return "。"
    more = "……" if len(names) > _MOST else "。"
    return f"；可以写：{'、'.join(names[:_MOST])}{more}"
