"""Rule sets to begin with: one for each kind of place that calls numbers.

A hospital takes the nearest and changes what it does otherwise. The numbers are those
most hospitals use; a day that was opened with one keeps it, whatever stands here later.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from actors.clinic.settings import (
    MINUTE,
    CheckInRules,
    Doctors,
    Emergency,
    Late,
    Order,
    Recall,
    Returns,
    SecondStage,
    Settings,
    SpecialClass,
)

CLASSES = (
    SpecialClass("retired_cadre", "离休", "retired cadre", level=1),
    SpecialClass("military", "军人", "military", level=2),
    SpecialClass("disabled", "残疾人", "disabled", level=3),
    SpecialClass("pregnant", "孕妇", "pregnant", level=4),
    SpecialClass("aged", "70 岁以上", "70 and over", level=5),
    SpecialClass("child", "儿童", "child", level=6, mode="interleave", every=3),
)

CLINIC = Settings(
    missed_after_calls=2,
    missed_after_ms=MINUTE,
    late=Late("interleave", every=3),
    recall=Recall("interleave", every=3, misses_void=3),
    classes=CLASSES,
    doctors=Doctors(absent_after_ms=15 * MINUTE),
)
"""Who checks in is called in that order."""

BY_SLOT = Settings(
    missed_after_calls=2,
    missed_after_ms=MINUTE,
    order=Order("slot"),
    check_in=CheckInRules(early="minutes", early_ms=60 * MINUTE),
    late=Late("slot_end_checkin"),
    recall=Recall("interleave", every=3, misses_void=3),
    classes=CLASSES,
    doctors=Doctors(absent_after_ms=15 * MINUTE),
)
"""Slots are kept precisely: 分时段预约."""

WITHOUT_SIGN_IN = Settings(
    missed_after_calls=2,
    missed_after_ms=MINUTE,
    sign_in=False,
    order=Order("registration"),
    recall=Recall("interleave", every=3),
    classes=CLASSES,
    second_stage=SecondStage("manual"),
)
"""Numbers are called as they were drawn; a nurse sends patients to the rooms."""

TWO_STAGES = Settings(
    missed_after_calls=2,
    missed_after_ms=MINUTE,
    late=Late("interleave", every=3),
    recall=Recall("interleave", every=3, misses_void=3),
    classes=CLASSES,
    second_stage=SecondStage("auto", at_most=2),
    doctors=Doctors(absent_after_ms=15 * MINUTE),
)
"""A large clinic: the hall first, then two at each room's door."""

EMERGENCY = Settings(
    missed_after_calls=2,
    missed_after_ms=MINUTE,
    order=Order(unseen_first=False),
    emergency=Emergency(on=True, untriaged_as=3),
    returns=Returns(first=0),
)
"""By level, then by time of triage; it has no half-days."""

EXAMINATION = Settings(
    missed_after_calls=2,
    missed_after_ms=MINUTE,
    order=Order("slot", booked_first=True),
    late=Late("slot_end_checkin"),
    recall=Recall("interleave", every=2),
    classes=CLASSES,
)
"""An examination room: booked by the slot."""

BLOOD = Settings(
    announcement_ms=30_000,
    missed_after_ms=30_000,
    recall=Recall("interleave", every=1),
    classes=CLASSES,
)
"""A blood-drawing hall: walk-in, quick, and who was missed is soon called again."""

PHARMACY = Settings(
    announcement_ms=30_000,
    missed_after_ms=30_000,
    sign_in=False,
    order=Order("registration", unseen_first=False),
    recall=Recall("interleave", every=1),
)
"""A window that hands out what has been made ready."""

RULE_SETS: Mapping[str, Settings] = MappingProxyType(
    {
        "clinic": CLINIC,
        "by_slot": BY_SLOT,
        "without_sign_in": WITHOUT_SIGN_IN,
        "two_stages": TWO_STAGES,
        "emergency": EMERGENCY,
        "examination": EXAMINATION,
        "blood": BLOOD,
        "pharmacy": PHARMACY,
    }
)
