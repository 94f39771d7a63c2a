"""What is wrong with a plan, in words for whoever manages a clinic. Pure.

What is ``grave`` cannot be: a day could not be opened with it, or people would be sent
wrong. The rest is worth a look, and may be meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from actors.clinic.settings import problems as rule_problems
from actors.hospital.plan import (
    MAIN_ZONE,
    ClinicPlan,
    Plan,
    TemplatePlan,
    areas_of,
)

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z")
_PREFIX = re.compile(r"[0-9A-Za-z]{1,4}\Z")
_KEY = re.compile(r"[0-9A-Za-z_.\-]{1,32}\Z")
_BLANK = re.compile(r"\{([^{}]*)\}")
BLANKS = frozenset("number name room queue clinic doctor seat text".split())
LONGEST_NAME = 60
LONGEST_WORDS = 200


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """``code`` for programs; which entry and which field of it; ``message`` says what
    to do."""

    code: str
    kind: str
    key: str
    field: str
    message: str
    grave: bool = True

    @property
    def path(self) -> str:
        return ".".join(filter(None, (self.kind, self.key, self.field)))


def problems(plan: Plan) -> tuple[Problem, ...]:
    """All of them, by entry; empty when nothing is wrong or strange."""
    return tuple(_problems(plan))


def _problems(plan: Plan) -> Iterator[Problem]:
    for key, clinic in plan.clinics.items():
        yield from _keys("clinic", key)
        yield from _clinic(plan, key, clinic)
        yield from _queues(key, clinic)
        yield from _rooms(plan, key, clinic)
        yield from _doctors(key, clinic)
    yield from _alike(plan)
    yield from _areas(plan)
    yield from _zones(plan)
    yield from _screens(plan)
    yield from _rules(plan)
    for key, template in plan.templates.items():
        yield from _keys("template", key)
        yield from _words(key, template)
    yield from _speech(plan)


# Clinics


def _clinic(plan: Plan, key: str, clinic: ClinicPlan) -> Iterator[Problem]:
    def wrong(code: str, field: str, message: str, grave: bool = True) -> Problem:
        return Problem(code, "clinic", key, field, message, grave)

    yield from _name("clinic", key, clinic.name)
    if clinic.rules and clinic.rules not in plan.rules:
        yield wrong(
            "unknown_rules",
            "rules",
            f"{clinic.name}用的排队规则“{clinic.rules}”没有了，请另选一套。",
        )
    if any(not 1 <= day <= 7 for day in clinic.days):
        yield wrong("bad_day", "days", f"{clinic.name}的开诊日要用 1 到 7 表示星期。")
    if not clinic.days:
        yield wrong("no_day", "days", f"{clinic.name}一天也不开诊，请选开诊日。", False)
    begun = ""
    for half, times in sorted(clinic.halves.items(), key=lambda item: item[1].begins):
        field = f"halves.{half}"
        if not _TIME.match(times.begins) or not _TIME.match(times.ends):
            yield wrong("bad_time", field, _BAD_TIME.format(f"{clinic.name}的半天"))
        elif times.ends <= times.begins or times.begins < begun:
            yield wrong(
                "bad_half",
                field,
                f"{clinic.name}的半天要先开始后结束，并且不能重叠，请改时间。",
            )
        begun = times.ends
    if not clinic.queues:
        yield wrong(
            "no_queue",
            "queues",
            f"{clinic.name}还没有队列，病人没法签到，请加一个。",
            False,
        )
    elif not clinic.rooms:
        yield wrong(
            "no_room", "rooms", f"{clinic.name}还没有诊室，没法叫号，请加一间。", False
        )


def _queues(clinic_key: str, clinic: ClinicPlan) -> Iterator[Problem]:
    served = {queue for room in clinic.rooms.values() for queue in room.queues}
    first: dict[str, str] = {}
    for key, queue in clinic.queues.items():
        at = f"{clinic_key}/{key}"
        yield from _keys("queue", at)
        yield from _name("queue", at, queue.name)
        prefix = queue.prefix or key
        if not _PREFIX.match(prefix):
            yield Problem(
                "bad_prefix",
                "queue",
                at,
                "prefix",
                f"“{queue.name}”的号码字头“{prefix}”要用 1 到 4 个字母或数字。",
            )
        elif prefix in first:
            yield Problem(
                "same_prefix",
                "queue",
                at,
                "prefix",
                f"“{queue.name}”和“{first[prefix]}”的号码都用 {prefix} 开头，"
                "病人会分不清，请改一个。",
            )
        first.setdefault(prefix, queue.name)
        if queue.doctor and clinic.doctors and queue.doctor not in clinic.doctors:
            yield Problem(
                "unknown_doctor",
                "queue",
                at,
                "doctor",
                f"“{queue.name}”的医生“{queue.doctor}”不在{clinic.name}，请另选一位。",
            )
        if clinic.rooms and key not in served:
            yield Problem(
                "unserved",
                "queue",
                at,
                "",
                f"没有诊室看“{queue.name}”，排进去的病人叫不到，请给它一间诊室。",
                grave=False,
            )


def _rooms(plan: Plan, clinic_key: str, clinic: ClinicPlan) -> Iterator[Problem]:
    zones = {MAIN_ZONE, *plan.zones}
    sits: dict[str, str] = {}
    for key, room in clinic.rooms.items():
        at = f"{clinic_key}/{key}"
        yield from _keys("room", at)
        for queue in room.queues:
            if queue not in clinic.queues:
                yield Problem(
                    "unknown_queue",
                    "room",
                    at,
                    "queues",
                    f"{key} 号诊室要看的队列“{queue}”没有了，请去掉或另选。",
                )
        if not room.queues:
            yield Problem(
                "idle_room",
                "room",
                at,
                "queues",
                f"{key} 号诊室没有队列，叫不到病人，请选一个。",
                grave=False,
            )
        if any(not 1 <= level <= 4 for level in room.levels):
            yield Problem(
                "bad_level",
                "room",
                at,
                "levels",
                f"{key} 号诊室的急诊级别要在 1 到 4 之间。",
            )
        if room.zone and room.zone not in zones:
            yield Problem(
                "unknown_zone",
                "room",
                at,
                "zone",
                f"{key} 号诊室的广播区“{room.zone}”没有了，请另选一个。",
            )
        if bool(room.door) != bool(room.seat):
            yield Problem(
                "half_a_seat",
                "room",
                at,
                "seat",
                f"{key} 是一间里的一个座位时，门和座位都要写，现在只写了一样。",
                grave=False,
            )
        if room.doctor and room.doctor in sits:
            yield Problem(
                "doctor_twice",
                "room",
                at,
                "doctor",
                f"同一位医生一开诊就在 {sits[room.doctor]} 号和 {key} 号两间诊室，"
                "请改一间。",
            )
        sits.setdefault(room.doctor, key)


def _doctors(clinic_key: str, clinic: ClinicPlan) -> Iterator[Problem]:
    busy = {room.doctor for room in clinic.rooms.values()}
    busy |= {queue.doctor for queue in clinic.queues.values()}
    for key, doctor in clinic.doctors.items():
        at = f"{clinic_key}/{key}"
        yield from _keys("doctor", at)
        yield from _name("doctor", at, doctor.name)
        if doctor.starts and not _TIME.match(doctor.starts):
            yield Problem(
                "bad_time",
                "doctor",
                at,
                "starts",
                _BAD_TIME.format(f"{doctor.name}的上班时间"),
            )
        if key not in busy:
            yield Problem(
                "no_place",
                "doctor",
                at,
                "",
                f"{doctor.name}没有固定的诊室，也没有自己的队列：登录诊室才能叫号。",
                grave=False,
            )


def _alike(plan: Plan) -> Iterator[Problem]:
    """Numbers of one prefix, heard in one area from two clinics."""
    for area in areas_of(plan).values():
        seen: dict[str, str] = {}
        for clinic_key in area.clinics:
            clinic = plan.clinics.get(clinic_key)
            if clinic is None:
                continue
            for key, queue in clinic.queues.items():
                prefix = queue.prefix or key
                other = seen.setdefault(prefix, clinic_key)
                if other != clinic_key:
                    yield Problem(
                        "same_prefix_in_area",
                        "queue",
                        f"{clinic_key}/{key}",
                        "prefix",
                        f"“{area.name}”里{plan.clinics[other].name}和{clinic.name}"
                        f"的号码都用 {prefix} 开头，病人会听错，最好改一个。",
                        grave=False,
                    )


# What is seen and heard


def _areas(plan: Plan) -> Iterator[Problem]:
    zones = {MAIN_ZONE, *plan.zones}
    for key, area in plan.areas.items():
        yield from _keys("area", key)
        yield from _name("area", key, area.name)
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
        if not area.zones:
            yield Problem(
                "no_zone",
                "area",
                key,
                "zones",
                f"“{area.name}”没有广播区，叫号只显示不出声。",
                grave=False,
            )


def _zones(plan: Plan) -> Iterator[Problem]:
    for key, zone in plan.zones.items():
        yield from _keys("zone", key)
        yield from _name("zone", key, zone.name)
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
        yield from _keys("screen", key)
        yield from _name("screen", key, screen.name)
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
        yield from _keys("rules", key)
        yield from _name("rules", key, rules.name)
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
    if not speech.languages:
        yield wrong("no_language", "languages", "至少选一种播报语言。")
    for index, volume in enumerate(speech.volumes):
        if not _TIME.match(volume.begins):
            yield wrong("bad_time", f"volumes.{index}", _BAD_TIME.format("音量时段"))
        if not 0 <= volume.volume <= 100:
            yield wrong("bad_volume", f"volumes.{index}", "音量要在 0 到 100 之间。")
    begins = Counter(volume.begins for volume in speech.volumes)
    for moment, count in begins.items():
        if count > 1:
            yield wrong("two_volumes", "volumes", f"{moment} 有两个音量，请删去一个。")


_BAD_TIME = "{}要写成 08:00 这样的时间，请改好。"


def _name(kind: str, key: str, name: str) -> Iterator[Problem]:
    if not name.strip():
        yield Problem("no_name", kind, key, "name", f"“{key}”还没有名称，请填上。")
    elif len(name) > LONGEST_NAME:
        yield Problem(
            "long_name", kind, key, "name", f"名称太长，最多 {LONGEST_NAME} 个字。"
        )


def _keys(kind: str, key: str) -> Iterator[Problem]:
    if not all(_KEY.match(part) for part in key.split("/")):
        yield Problem(
            "bad_key",
            kind,
            key,
            "",
            f"代码“{key}”不对，请只用字母、数字、点和横线，最多 32 个。",
        )
