"""Reasons in words: for a nurse, who wants the rule, and for a patient, who wants to
understand; in Chinese and in English.

A sentence is a template over the reason's args. ``{start}`` and ``{end}`` are shown as
times of the hospital's clock; ``{ticket}``, ``{doctor}`` and ``{queue}`` as ``Names``
has them, so that a person reads a number or a name where one is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Literal, TypeAlias

import msgspec

from actors.clinic.order.facts import Waiting
from actors.clinic.order.reason import Reason

Language: TypeAlias = Literal["zh", "en"]
Audience: TypeAlias = Literal["nurse", "patient"]

_LEVELS = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ"}


class Names(msgspec.Struct, frozen=True):
    """What keys are called: tickets by number, doctors and queues by name. Another
    patient's number is no secret; a name is, and never stands here."""

    tickets: Mapping[str, str] = {}
    doctors: Mapping[str, str] = {}
    queues: Mapping[str, str] = {}


_NO_NAMES = Names()


def said(
    reason: Reason,
    zone: tzinfo,
    *,
    language: Language = "zh",
    audience: Audience = "nurse",
    names: Names | None = None,
) -> str:
    """One reason as a short sentence. A code from a newer release is said as itself."""
    sentences = _WORDS.get(reason.code)
    if sentences is None:
        return reason.code
    chinese, english, to_patient, to_patient_en = sentences
    if language == "zh":
        template = to_patient if audience == "patient" and to_patient else chinese
    else:
        template = to_patient_en if audience == "patient" and to_patient_en else english
    return template.format_map(_shown(reason.args, zone, language, names or _NO_NAMES))


def templates() -> dict[str, dict[str, str]]:
    """Every sentence as a nurse reads it, for pages that fill in its args."""
    return {
        code: {"zh": chinese, "en": english}
        for code, (chinese, english, _, _) in _WORDS.items()
    }


def _shown(
    args: Mapping[str, str | int], zone: tzinfo, language: Language, names: Names
) -> dict[str, str | int]:
    shown = dict(args)
    for field in ("start", "end"):
        if field in shown:
            at = datetime.fromtimestamp(int(shown[field]) / 1000, zone)
            shown[field] = at.strftime("%H:%M")
    if "level" in shown:
        shown["level"] = _LEVELS.get(int(shown["level"]), shown["level"])
    for field, known in (
        ("ticket", names.tickets),
        ("doctor", names.doctors),
        ("queue", names.queues),
    ):
        if field in shown:
            shown[field] = known.get(str(shown[field]), shown[field])
    if language == "en" and "name_en" in shown:
        shown["name"] = shown["name_en"]
    return shown


def marks(who: Waiting) -> tuple[str, ...]:
    """What a board writes beside the number: 预 booked or 现 walk-in, 复 back, 过
    recalled, 优 with precedence."""
    found = ["预" if who.booked else "现"]
    if who.origin == "return":
        found.append("复")
    if who.origin == "recall":
        found.append("过")
    if who.classes or who.emergency:
        found.append("优")
    return tuple(found)


# code: Chinese, English, and to the patient where that is said otherwise
_WORDS: dict[str, tuple[str, str, str, str]] = {
    "emergency": (
        "急诊{level}级，按级别和分诊时间",
        "emergency level {level}, by level and time of triage",
        "急诊优先",
        "emergencies go first",
    ),
    "awaits_triage": (
        "还没有分级，暂按{level}级",
        "not triaged yet, stands as level {level}",
        "等待护士分诊",
        "a nurse will see you first",
    ),
    "at_room": (
        "已在 {room} 诊室门口候诊",
        "waits at room {room}",
        "已轮到在 {room} 诊室门口等候",
        "your place is kept at room {room}",
    ),
    "waited_too_long": (
        "候诊超过 {minutes} 分钟，不再让人",
        "has waited over {minutes} min, nobody goes before",
        "您已等候较久，为您优先",
        "you have waited long, so you go first",
    ),
    "overtaken": (
        "已被 {times} 人插到前面，不再让人",
        "overtaken {times} times, nobody goes before any more",
        "已有几位优先的患者先看，为您优先",
        "several went before you, so you go first",
    ),
    "moved_before": (
        "护士移到 {ticket} 之前",
        "moved before {ticket} by a nurse",
        "护士为您调整了顺序",
        "a nurse has moved you forward",
    ),
    "extra_after": (
        "加号，排在 {ticket} 之后",
        "extra number, after {ticket}",
        "",
        "",
    ),
    "class_first": (
        "{name}优先（{level}级）",
        "{name} first (level {level})",
        "{name}优先",
        "{name} first",
    ),
    "class_interleaved": (
        "{name}优先，每 {every} 位后 1 位",
        "{name}, one after every {every}",
        "",
        "",
    ),
    "slot": (
        "预约时段 {start}–{end}",
        "slot {start}–{end}",
        "",
        "",
    ),
    "by_number": ("按挂号顺序", "in order of registration", "", ""),
    "by_check_in": ("按签到顺序", "in order of check-in", "", ""),
    "booked": ("预约在现场号之前", "booked before walk-in", "", ""),
    "walk_in": ("现场号，在预约之后", "walk-in, behind who has booked", "", ""),
    "postponed": (
        "患者要求往后排",
        "asked to wait longer",
        "按您的要求往后排",
        "moved back as you asked",
    ),
    "late_interleaved": (
        "迟到，每 {every} 位准时的后 1 位",
        "late, one after every {every} on time",
        "晚于预约时段签到，每 {every} 位后轮到 1 位",
        "checked in after your slot: one after every {every}",
    ),
    "late_half_end": (
        "迟到，排在本半天最后",
        "late, at the end of the half-day",
        "晚于预约时段签到，排在本半天最后",
        "checked in after your slot: at the end of the half-day",
    ),
    "late_slot_end_checkin": (
        "迟到，排在签到时段的最后",
        "late, at the end of the slot of check-in",
        "晚于预约时段签到，排在现在这个时段的最后",
        "checked in after your slot: at the end of the present one",
    ),
    "late_slot_end_registered": (
        "迟到，排在原时段的最后",
        "late, at the end of their own slot",
        "晚于预约时段签到，排在您的时段最后",
        "checked in after your slot: at its end",
    ),
    "recalled_interleaved": (
        "过号回来，每 {every} 位后 1 位",
        "missed and back, one after every {every}",
        "过号后重新排队，每 {every} 位后轮到 1 位",
        "back after a missed call: one after every {every}",
    ),
    "recalled_anew": (
        "过号回来，重新排队",
        "missed and back, joined anew",
        "过号后重新排队",
        "back after a missed call, joined anew",
    ),
    "recalled_slot_end": (
        "过号回来，排在当时时段的最后",
        "missed and back, at the end of that slot",
        "",
        "",
    ),
    "recalled_half_end": (
        "过号回来，排在本半天最后",
        "missed and back, at the end of the half-day",
        "",
        "",
    ),
    "returned": (
        "检查回来，每 {first} 位初诊后 {back} 位",
        "back from examination, {back} after every {first} first visits",
        "检查回来，每 {first} 位初诊后轮到 {back} 位",
        "back from examination: {back} after every {first} others",
    ),
    "returned_at_once": (
        "检查回来，直接就诊",
        "back from examination, at once",
        "",
        "",
    ),
    "returned_interleaved": (
        "检查回来，每 {every} 位后 1 位",
        "back from examination, one after every {every}",
        "",
        "",
    ),
    "returned_anew": (
        "检查回来，重新排队",
        "back from examination, joined anew",
        "",
        "",
    ),
    "returned_slot_end": (
        "检查回来，排在当时时段的最后",
        "back from examination, at the end of that slot",
        "",
        "",
    ),
    "returned_half_end": (
        "检查回来，排在本半天最后",
        "back from examination, at the end of the half-day",
        "",
        "",
    ),
    "extra_half_end": (
        "加号，排在本半天最后",
        "extra number, at the end of the half-day",
        "",
        "",
    ),
    "extra_slot_end": (
        "加号，排在时段最后",
        "extra number, at the end of the slot",
        "",
        "",
    ),
    "pinned_doctor": (
        "指定 {doctor} 医生",
        "only for Dr {doctor}",
        "由 {doctor} 医生看",
        "you will see Dr {doctor}",
    ),
    "pinned_room": ("指定 {room} 诊室", "only for room {room}", "", ""),
    "queue_waits_long": (
        "{queue} 等候超过 {minutes} 分钟，先叫",
        "the wait in {queue} is over {minutes} min",
        "",
        "",
    ),
    "own_expert_first": ("本人专家号优先", "own expert numbers first", "", ""),
    "queue_listed": ("按队列次序，先叫 {queue}", "{queue} is named first", "", ""),
    "queue_in_turn": ("轮到 {queue}", "{queue} has its turn", "", ""),
    "queue_waits_longest": (
        "{queue} 的第一位等得最久",
        "whose head has waited longest: {queue}",
        "",
        "",
    ),
}
