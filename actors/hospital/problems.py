"""What is wrong with a plan, in words for whoever manages a clinic. Pure.

What is ``grave`` cannot be: a day could not be opened with it, or people would be sent
wrong. The rest is worth a look, and may be meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from actors.clinic.settings import problems as rule_problems
from actors.hospital.clinic_problems import of_clinics
from actors.hospital.plan import (
    MAIN_ZONE,
    Plan,
    TemplatePlan,
    areas_of,
)
from actors.hospital.problem import BAD_TIME, TIME, Problem, keyed, named

_BLANK = re.compile(r"\{([^{}]*)\}")
BLANKS = frozenset("number name room queue clinic doctor seat text".split())
LONGEST_WORDS = 200
VOICE = re.compile(r"(?:f[1-5]|m[1-8])?\Z")
"""Variants that every installation of espeak-ng has. Another name has no sound."""


def problems(plan: Plan) -> tuple[Problem, ...]:
    """All of them, by entry; empty when nothing is wrong or strange."""
    return tuple(_problems(plan))


def _problems(plan: Plan) -> Iterator[Problem]:
    yield from of_clinics(plan)
    yield from _areas(plan)
    yield from _zones(plan)
    yield from _screens(plan)
    yield from _rules(plan)
    for key, template in plan.templates.items():
        yield from keyed("template", key)
        yield from _words(key, template)
    yield from _speech(plan)


# What is seen and heard


def _areas(plan: Plan) -> Iterator[Problem]:
    zones = {MAIN_ZONE, *plan.zones}
    shared = _sharing(plan)
    for key, area in plan.areas.items():
        yield from keyed("area", key)
        yield from named("area", key, area.name)
        yield from _places(plan, "area", key, area.name, area.clinics, area.rooms)
        for zone in area.zones:
            if zone not in zones:
                yield Problem(
                    "unknown_zone",
                    "area",
                    key,
                    "zones",
                    f"“{area.name}”的广播区“{zone}”没有了，请另选一个。",
                )
            elif len(sharing := shared[zone]) > 1 and key == sharing[-1]:
                first = plan.areas[sharing[0]].name
                yield Problem(
                    "shared_zone",
                    "area",
                    key,
                    "zones",
                    f"广播区“{plan.zones[zone].name}”已经归“{first}”用："
                    "两个候诊区会在同一个喇叭里互相打断，请另选或新建一个。",
                )
        if not area.zones:
            yield Problem(
                "no_zone",
                "area",
                key,
                "zones",
                f"“{area.name}”没有广播区，叫号只显示不出声。",
                grave=False,
            )


def _sharing(plan: Plan) -> dict[str, list[str]]:
    """Which areas name each planned zone. Each area has an announcer of its own, so
    in a zone of two of them two would speak at once."""
    found: dict[str, list[str]] = {key: [] for key in (MAIN_ZONE, *plan.zones)}
    for key, area in plan.areas.items():
        for zone in dict.fromkeys(area.zones):
            if zone in plan.zones:
                found[zone].append(key)
    return found


def _zones(plan: Plan) -> Iterator[Problem]:
    for key, zone in plan.zones.items():
        yield from keyed("zone", key)
        yield from named("zone", key, zone.name)
        if zone.fallback and zone.fallback not in plan.zones:
            yield Problem(
                "unknown_zone",
                "zone",
                key,
                "fallback",
                f"“{zone.name}”的备用广播区“{zone.fallback}”没有了，请另选一个。",
            )
        elif _in_a_ring(plan, key):
            yield Problem(
                "ring",
                "zone",
                key,
                "fallback",
                f"“{zone.name}”的备用绕了一圈又回到自己，请另选一个。",
            )
        if not zone.speakers:
            yield Problem(
                "no_speaker",
                "zone",
                key,
                "speakers",
                f"“{zone.name}”还没有喇叭，"
                + ("由备用的来播。" if zone.fallback else "叫号没有声音，请接一个。"),
                grave=False,
            )


def _in_a_ring(plan: Plan, key: str) -> bool:
    seen, at = set(), key
    while at in plan.zones and at not in seen:
        seen.add(at)
        at = plan.zones[at].fallback
    return at == key


def _screens(plan: Plan) -> Iterator[Problem]:
    areas = areas_of(plan)
    for key, screen in plan.screens.items():
        yield from keyed("screen", key)
        yield from named("screen", key, screen.name)
        yield from _places(
            plan, "screen", key, screen.name, screen.clinics, screen.rooms
        )
        if screen.area and screen.area not in areas:
            yield Problem(
                "unknown_area",
                "screen",
                key,
                "area",
                f"“{screen.name}”要显示的候诊区“{screen.area}”没有了，请另选一个。",
            )
        if not (screen.area or screen.clinics or screen.rooms):
            yield Problem(
                "empty_screen",
                "screen",
                key,
                "area",
                f"“{screen.name}”还没说显示哪里，会是空的，请选一个候诊区。",
                grave=False,
            )


def _places(
    plan: Plan,
    kind: str,
    key: str,
    name: str,
    clinics: tuple[str, ...],
    rooms: tuple[str, ...],
) -> Iterator[Problem]:
    for clinic in clinics:
        if clinic not in plan.clinics:
            yield Problem(
                "unknown_clinic",
                kind,
                key,
                "clinics",
                f"“{name}”里的诊区“{clinic}”没有了，请去掉或另选。",
            )
    for room in rooms:
        clinic, _, inner = room.partition("/")
        known = plan.clinics.get(clinic)
        if known is None or inner not in known.rooms:
            yield Problem(
                "unknown_room",
                kind,
                key,
                "rooms",
                f"“{name}”里的诊室“{room}”没有了，请去掉或另选。",
            )


# Rules and words


def _rules(plan: Plan) -> Iterator[Problem]:
    for key, rules in plan.rules.items():
        yield from keyed("rules", key)
        yield from named("rules", key, rules.name)
        for wrong in rule_problems(rules.settings):
            yield Problem(
                "bad_rules", "rules", key, f"settings.{wrong.field}", wrong.message
            )


def _words(key: str, template: TemplatePlan) -> Iterator[Problem]:
    said = {"zh": template.zh, "en": template.en, "yue": template.yue}
    if not any(words.strip() for words in said.values()):
        yield Problem(
            "no_words", "template", key, "zh", "这条播报词是空的，请写上要说的话。"
        )
    for language, words in said.items():
        if len(words) > LONGEST_WORDS:
            yield Problem(
                "long_words",
                "template",
                key,
                language,
                f"播报词太长，最多 {LONGEST_WORDS} 个字。",
            )
        unknown = set(_BLANK.findall(words)) - BLANKS
        if unknown:
            yield Problem(
                "unknown_blank",
                "template",
                key,
                language,
                f"播报词里的 {{{min(unknown)}}} 不认识，"
                "请用“号码、姓名、诊室”这些按钮插入。",
            )
        elif set("{}") & set(_BLANK.sub("", words)):
            yield Problem(
                "open_brace", "template", key, language, "播报词里的大括号要成对。"
            )


def _speech(plan: Plan) -> Iterator[Problem]:
    speech = plan.speech

    def wrong(code: str, field: str, message: str) -> Problem:
        return Problem(code, "speech", "main", field, message)

    if not 1 <= speech.times <= 3:
        yield wrong("bad_times", "times", "一次叫号播 1 到 3 遍。")
    if not 50 <= speech.rate <= 200:
        yield wrong("bad_rate", "rate", "语速要在 50 到 200 之间，100 是平常的速度。")
    if not VOICE.match(speech.voice):
        yield wrong(
            "bad_voice", "voice", "没有这种嗓音：女声 f1 到 f5，男声 m1 到 m8。"
        )
    if not speech.languages:
        yield wrong("no_language", "languages", "至少选一种播报语言。")
    for index, volume in enumerate(speech.volumes):
        if not TIME.match(volume.begins):
            yield wrong("bad_time", f"volumes.{index}", BAD_TIME.format("音量时段"))
        if not 0 <= volume.volume <= 100:
            yield wrong("bad_volume", f"volumes.{index}", "音量要在 0 到 100 之间。")
    begins = Counter(volume.begins for volume in speech.volumes)
    for moment, count in begins.items():
        if count > 1:
            yield wrong("two_volumes", "volumes", f"{moment} 有两个音量，请删去一个。")
