"""The rules' numbers of a clinic's day, and what a nurse manager may not set.

They are written into the day, so it replays alike. Every default is how a clinic
behaved before the field was there, so old days decode and keep their order. A length of
time is in milliseconds; 0 switches a bound off where it says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

import msgspec

from actors.kernel.times import Millis

HOUR: Millis = 3_600_000
MINUTE: Millis = 60_000

Base: TypeAlias = Literal["registration", "check_in", "slot"]


class Order(msgspec.Struct, frozen=True, gc=False):
    """Rules 1 and 2: what a patient on time is ordered by.

    ``inside`` orders those of one slot who are alike; ``unseen_first``: who was not
    seen in the morning goes before the same doctor's afternoon.
    """

    base: Base = "check_in"
    booked_first: bool = False
    inside: Literal["check_in", "registration"] = "check_in"
    unseen_first: bool = True


class CheckInRules(msgspec.Struct, frozen=True, gc=False):
    """Rule 3. ``cut_off_ms`` counts from the end of the half-day; after it a kiosk
    refuses. ``kiosk_for``: a kiosk checks in for every clinic (通签), or its own."""

    early: Literal["any", "never", "minutes"] = "any"
    early_ms: Millis = 30 * MINUTE
    desk_may_early: bool = True
    kiosk_for: Literal["own", "all"] = "own"
    kiosk_other_half: bool = False
    cut_off_ms: Millis = 0


class Late(msgspec.Struct, frozen=True, gc=False):
    """Rule 4: who checks in later than ``grace_ms`` after the end of their slot."""

    mode: Literal[
        "normal", "interleave", "half_end", "slot_end_checkin", "slot_end_registered"
    ] = "normal"
    every: int = 3
    grace_ms: Millis = 0
    keeps_class: bool = True


class Recall(msgspec.Struct, frozen=True, gc=False):
    """Rule 5: who was missed and has come after all. ``anew``: as if they had checked
    in now. After ``misses_void`` misses only a nurse revives the ticket; 0: no bound.
    ``keeps_class``: a class set before the miss still counts after it."""

    mode: Literal["anew", "interleave", "slot_end", "half_end"] = "anew"
    every: int = 3
    per: Literal["queue", "doctor"] = "queue"
    misses_void: int = 0
    keeps_class: bool = False


class Returns(msgspec.Struct, frozen=True, gc=False):
    """Rule 6: ``back`` from examination after every ``first`` patients; one to one
    while returns outnumber, if ``even_out``. ``mode`` "recall": they follow rule 5."""

    mode: Literal["interleave", "recall"] = "interleave"
    first: int = 2
    back: int = 1
    even_out: bool = True
    keeps_class: bool = True
    automatic: bool = True
    days: int = 3


class SpecialClass(msgspec.Struct, frozen=True, gc=False):
    """Rule 7. A lower level goes first; ``interleave``: one after ``every`` others."""

    key: str
    name: str
    name_en: str = ""
    level: int = 5
    mode: Literal["absolute", "interleave"] = "absolute"
    every: int = 3


class Fairness(msgspec.Struct, frozen=True, gc=False):
    """Nobody is overtaken more often, nobody waits longer, unless by emergency.
    0: no bound."""

    overtaken: int = 0
    longest_ms: Millis = 0


class Emergency(msgspec.Struct, frozen=True, gc=False):
    """Rule 8: the targets of levels I to IV. Who has not been triaged yet stands as
    ``untriaged_as`` in a clinic that triages (``on``)."""

    on: bool = False
    targets_ms: tuple[Millis, Millis, Millis, Millis] = (
        0,
        10 * MINUTE,
        30 * MINUTE,
        240 * MINUTE,
    )
    untriaged_as: int = 4


class CrossRule(msgspec.Struct, frozen=True, gc=False):
    """When somebody in this queue has waited longer, this queue goes first."""

    queue: str
    over_ms: Millis


class Cross(msgspec.Struct, frozen=True, gc=False):
    """Rule 9: from which of several queues a doctor takes. ``longest``: whose head has
    waited longest; ``in_turn``: as many in a row as ``turns`` says, else one;
    ``listed``: the queue named first as long as it has somebody. Before these come the
    rules, then (``own_expert_first``) this doctor's own queue."""

    mode: Literal["longest", "in_turn", "listed"] = "longest"
    own_expert_first: bool = True
    rules: tuple[CrossRule, ...] = ()
    turns: dict[str, int] = {}


class SecondStage(msgspec.Struct, frozen=True, gc=False):
    """Rule 10: who waits at the room itself, at most so many for each doctor."""

    mode: Literal["off", "auto", "manual"] = "off"
    at_most: int = 2


class Extra(msgspec.Struct, frozen=True, gc=False):
    """Rule 11: where 加号 stand if nothing else is said; 0: as many as there are."""

    where: Literal["half_end", "slot_end"] = "half_end"
    daily_limit: int = 0
    shown: bool = True


class Numbers(msgspec.Struct, frozen=True, gc=False):
    """When a number is given: ``check_in`` gives a new one then. A printed number never
    changes, and boards list the calling order."""

    given: Literal["registration", "check_in"] = "registration"
    per: Literal["queue", "doctor"] = "queue"


class Doctors(msgspec.Struct, frozen=True, gc=False):
    """``log_in`` "planned": who is planned in a room counts as logged in there.
    Nobody there ``absent_after_ms`` after the start: 医生未到; 0: no alarm."""

    log_in: Literal["planned", "required"] = "planned"
    absent_after_ms: Millis = 0
    next_finishes: bool = True


class Settings(msgspec.Struct, frozen=True, gc=False):
    """A hospital's rule set, or the clinic's own, which then replaces it whole."""

    announcement_ms: Millis = 60_000
    call_again_ms: Millis = 12_000
    missed_after_ms: Millis = 10_000
    missed_after_calls: int = 1
    sign_in: bool = True
    order: Order = Order()
    check_in: CheckInRules = CheckInRules()
    late: Late = Late()
    recall: Recall = Recall()
    returns: Returns = Returns()
    classes: tuple[SpecialClass, ...] = ()
    fairness: Fairness = Fairness()
    emergency: Emergency = Emergency()
    cross: Cross = Cross()
    second_stage: SecondStage = SecondStage()
    extra: Extra = Extra()
    numbers: Numbers = Numbers()
    doctors: Doctors = Doctors()


class Problem(msgspec.Struct, frozen=True, gc=False):
    """``field`` as a path (``late.every``); ``message`` for whoever set it."""

    field: str
    message: str


def problems(settings: Settings) -> tuple[Problem, ...]:
    """All that cannot be, in the order of the fields; empty when it may be used."""
    return tuple(_problems(settings))


def _problems(settings: Settings) -> Iterator[Problem]:
    yield from _times(settings)
    yield from _counts(settings)
    yield from _together(settings)
    yield from _classes(settings.classes)


def _times(settings: Settings) -> Iterator[Problem]:
    day = 24 * HOUR
    doctors = settings.doctors
    for field, value, most, name in (
        ("announcement_ms", settings.announcement_ms, HOUR, "一次叫号的显示时间"),
        ("call_again_ms", settings.call_again_ms, HOUR, "复呼的间隔"),
        ("missed_after_ms", settings.missed_after_ms, HOUR, "叫号后多久可以过号"),
        ("check_in.early_ms", settings.check_in.early_ms, day, "提前签到的时间"),
        ("check_in.cut_off_ms", settings.check_in.cut_off_ms, day, "签到截止的宽限"),
        ("late.grace_ms", settings.late.grace_ms, day, "迟到的宽限"),
        ("fairness.longest_ms", settings.fairness.longest_ms, day, "最长候诊时间"),
        ("doctors.absent_after_ms", doctors.absent_after_ms, day, "医生未到的时限"),
        *(
            (f"emergency.targets_ms.{level}", target, day, f"急诊 {level} 级的目标时间")
            for level, target in enumerate(settings.emergency.targets_ms, 1)
        ),
        *(
            (f"cross.rules.{i}.over_ms", rule.over_ms, day, "交叉叫号的等候时间")
            for i, rule in enumerate(settings.cross.rules)
        ),
    ):  # fmt: skip
        if not 0 <= value <= most:
            limit = f"{most // HOUR} 小时"
            yield Problem(field, f"{name}要在 0 到 {limit}之间，请改好再保存。")


def _counts(settings: Settings) -> Iterator[Problem]:
    emergency = settings.emergency
    for field, value, least, most, name in (
        ("missed_after_calls", settings.missed_after_calls, 1, 9, "过号前的叫号次数"),
        ("late.every", settings.late.every, 1, 50, "迟到穿插的间隔"),
        ("recall.every", settings.recall.every, 1, 50, "过号穿插的间隔"),
        ("recall.misses_void", settings.recall.misses_void, 0, 20, "过号作废的次数"),
        ("returns.first", settings.returns.first, 0, 50, "回诊比例里的初诊人数"),
        ("returns.back", settings.returns.back, 1, 5, "回诊比例里的回诊人数"),
        ("returns.days", settings.returns.days, 0, 30, "复诊免挂号的天数"),
        ("fairness.overtaken", settings.fairness.overtaken, 0, 99, "最多被插队的次数"),
        ("emergency.untriaged_as", emergency.untriaged_as, 1, 4, "未分级者的级别"),
        ("second_stage.at_most", settings.second_stage.at_most, 1, 20, "门口候诊人数"),
        ("extra.daily_limit", settings.extra.daily_limit, 0, 500, "每天加号的上限"),
        *(
            (f"cross.turns.{queue}", turn, 1, 50, f"队列 {queue} 连续叫号的人数")
            for queue, turn in settings.cross.turns.items()
        ),
    ):  # fmt: skip
        if not least <= value <= most:
            yield Problem(field, f"{name}要在 {least} 到 {most} 之间，请改好再保存。")


def _together(settings: Settings) -> Iterator[Problem]:
    """Choices that contradict each other."""
    by_slot = settings.order.base == "slot"
    if settings.late.mode.startswith("slot_end") and not by_slot:
        yield Problem("late.mode", _ONLY_BY_SLOT.format("迟到排到时段末"))
    if settings.recall.mode == "slot_end" and not by_slot:
        yield Problem("recall.mode", _ONLY_BY_SLOT.format("过号排到时段末"))
    if settings.extra.where == "slot_end" and not by_slot:
        yield Problem("extra.where", _ONLY_BY_SLOT.format("加号排到时段末"))
    if settings.second_stage.mode == "manual" and settings.sign_in:
        yield Problem(
            "second_stage.mode",
            "护士手动送诊只用于不签到的诊区：请关掉签到，或改为自动。",
        )
    targets = settings.emergency.targets_ms
    if list(targets) != sorted(targets):
        yield Problem(
            "emergency.targets_ms", "病情越重目标时间要越短：Ⅰ级不能长于Ⅱ级，依此类推。"
        )
    seen = set()
    for i, rule in enumerate(settings.cross.rules):
        if rule.queue in seen:
            yield Problem(
                f"cross.rules.{i}.queue",
                f"队列 {rule.queue} 的规则有两条，请删去一条。",
            )
        seen.add(rule.queue)


_ONLY_BY_SLOT = "“{}”只能和“按时段排队”一起用，请换一种排法。"


def _classes(classes: tuple[SpecialClass, ...]) -> Iterator[Problem]:
    seen: set[str] = set()
    for i, special in enumerate(classes):
        field = f"classes.{i}"
        if not special.key or not special.name:
            yield Problem(f"{field}.key", f"第 {i + 1} 类优先没有代码或名称，请填上。")
        elif special.key in seen:
            yield Problem(
                f"{field}.key", f"优先代码 {special.key} 用了两次，请改一个。"
            )
        seen.add(special.key)
        if not 0 <= special.level <= 99:
            yield Problem(
                f"{field}.level", f"“{special.name}”的级别要在 0 到 99 之间。"
            )
        if not 1 <= special.every <= 50:
            yield Problem(
                f"{field}.every", f"“{special.name}”穿插的间隔要在 1 到 50 之间。"
            )
