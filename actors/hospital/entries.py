"""A plan as single entries, each put, removed and taken back by itself.

Two who edit different rooms of one clinic are not in each other's way, and a change is
a handful of entries with what each was before and is after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import msgspec
from msgspec.structs import replace

from actors.hospital.plan import (
    MAIN,
    AreaPlan,
    ClinicPlan,
    DoctorPlan,
    Plan,
    QueuePlan,
    RoomPlan,
    RulesPlan,
    ScreenPlan,
    SpeechPlan,
    TemplatePlan,
    ZonePlan,
)

Kind: TypeAlias = Literal[
    "clinic",
    "queue",
    "room",
    "doctor",
    "area",
    "zone",
    "screen",
    "rules",
    "template",
    "speech",
]

STRUCTS: Mapping[str, type[msgspec.Struct]] = {
    "clinic": ClinicPlan,
    "queue": QueuePlan,
    "room": RoomPlan,
    "doctor": DoctorPlan,
    "area": AreaPlan,
    "zone": ZonePlan,
    "screen": ScreenPlan,
    "rules": RulesPlan,
    "template": TemplatePlan,
    "speech": SpeechPlan,
}
SECTION: Mapping[str, str] = {
    "clinic": "clinics",
    "queue": "queues",
    "room": "rooms",
    "doctor": "doctors",
    "area": "areas",
    "zone": "zones",
    "screen": "screens",
    "rules": "rules",
    "template": "templates",
    "speech": "speech",
}
KIND_OF: Mapping[str, str] = {section: kind for kind, section in SECTION.items()}
INSIDE_CLINIC = ("queue", "room", "doctor")
"""Their keys begin with their clinic's: ``im2/A``."""

assert set(STRUCTS) == set(SECTION) == set(get_args(Kind))


class Name(NamedTuple):
    """Which entry."""

    kind: str
    key: str

    @property
    def clinic(self) -> str | None:
        """Whose it is, when it is a clinic's."""
        if self.kind == "clinic":
            return self.key
        if self.kind in INSIDE_CLINIC:
            return self.key.partition("/")[0]
        return None


Entries: TypeAlias = dict[Name, msgspec.Struct]


def entries_of(plan: Plan) -> Entries:
    """A clinic's entry is without its queues, rooms and doctors: they are their own."""
    found: Entries = {}
    for key, clinic in plan.clinics.items():
        found[Name("clinic", key)] = replace(clinic, queues={}, rooms={}, doctors={})
        for kind in INSIDE_CLINIC:
            for inner, entry in getattr(clinic, SECTION[kind]).items():
                found[Name(kind, f"{key}/{inner}")] = entry
    for kind in ("area", "zone", "screen", "rules", "template"):
        for key, entry in getattr(plan, SECTION[kind]).items():
            found[Name(kind, key)] = entry
    if plan.speech != SpeechPlan():
        found[Name("speech", MAIN)] = plan.speech
    return found


def plan_of(entries: Entries) -> Plan:
    """The plan these make, in the order in which they were put. What belongs to a
    clinic that is not there is left out: problems() has named it before."""
    sections: dict[str, dict[str, Any]] = {
        SECTION[kind]: {}
        for kind in ("clinic", "area", "zone", "screen", "rules", "template")
    }
    inside: dict[str, dict[str, dict[str, Any]]] = {}
    speech = SpeechPlan()
    for name, entry in entries.items():
        if name.kind in INSIDE_CLINIC:
            clinic, _, key = name.key.partition("/")
            own = inside.setdefault(clinic, {"queues": {}, "rooms": {}, "doctors": {}})
            own[SECTION[name.kind]][key] = entry
        elif isinstance(entry, SpeechPlan):
            speech = entry
        else:
            sections[SECTION[name.kind]][name.key] = entry
    for key, own in inside.items():
        if key in sections["clinics"]:
            sections["clinics"][key] = replace(sections["clinics"][key], **own)
    return Plan(**sections, speech=speech)


class Edit(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of a change. Absent before: it is new; absent after: it goes."""

    kind: str
    key: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None

    @property
    def name(self) -> Name:
        return Name(self.kind, self.key)

    @property
    def inverse(self) -> Edit:
        return Edit(self.kind, self.key, self.after, self.before)


def document(entry: msgspec.Struct | None) -> dict[str, Any] | None:
    """An entry as it stands in events, views and files."""
    if entry is None:
        return None
    told: dict[str, Any] = as_json(entry)
    return told


def as_json(of: Any) -> Any:
    """As it comes out of the journal: lists, where a struct has tuples."""
    return msgspec.json.decode(msgspec.json.encode(of))


def entry_of(kind: str, told: dict[str, Any]) -> Any:
    """Raises msgspec.ValidationError, naming the field."""
    return msgspec.convert(told, STRUCTS[kind])


def edited(entries: Entries, edits: Iterable[Edit]) -> Entries:
    """What these make of it; what they are about need not be there."""
    after = dict(entries)
    for edit in edits:
        if edit.after is None:
            after.pop(edit.name, None)
        else:
            after[edit.name] = entry_of(edit.kind, edit.after)
    return after


def difference(before: Entries, after: Entries) -> tuple[Edit, ...]:
    """The edits that make the second of the first."""
    return tuple(
        Edit(name.kind, name.key, document(was), document(will))
        for name in dict.fromkeys((*before, *after))
        if (was := before.get(name)) != (will := after.get(name))
    )
