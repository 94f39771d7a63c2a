"""What the plan is asked, what has happened to it, and its answers.

Who edits says which revision they saw. An event holds every entry before and after, so
history can be read, and taken back, without going through what was before it.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta

from actors.hospital.entries import Edit, Kind
from actors.hospital.plan import Plan
from actors.hospital.problem import Problem
from actors.kernel.times import Millis
from actors.runtime.shape import Wake

EntryKey = Annotated[
    str, Meta(pattern=r"^[0-9A-Za-z_.\-]{1,32}(/[0-9A-Za-z_.\-]{1,32})?\Z")
]
Reason = Annotated[str, Meta(max_length=200)]
Places: TypeAlias = tuple[str, ...] | None


class Wanted(msgspec.Struct, frozen=True):
    """How an entry shall be; no ``value``: it goes."""

    kind: Kind
    key: EntryKey
    value: dict[str, Any] | None = None


# Commands


class _Command(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """``within`` are the clinics that whoever asks may change; None: everything."""

    by: str
    within: Places = None


class Check(_Command, frozen=True, tag="plan.check"):
    """What this would change, and what is wrong with it. Nothing happens."""

    edits: Annotated[tuple[Wanted, ...], Meta(max_length=2000)]


class Apply(_Command, frozen=True, tag="plan.apply"):
    """Put and remove entries, all or none. ``takes_effect`` is when; None: now."""

    edits: Annotated[tuple[Wanted, ...], Meta(min_length=1, max_length=2000)]
    seen: int
    reason: Reason = ""
    takes_effect: Millis | None = None


class Replace(_Command, frozen=True, tag="plan.replace"):
    """This plan instead, whole. ``seen`` None: whatever is there. ``dry``: only say
    what would change. ``first``: only where there is no plan yet."""

    plan: Plan
    seen: int | None = None
    reason: Reason = ""
    dry: bool = False
    first: bool = False


class Revert(_Command, frozen=True, tag="plan.revert"):
    """As before this change, if nobody has changed the same since."""

    change: str
    reason: Reason = ""


class Withdraw(_Command, frozen=True, tag="plan.withdraw"):
    """What was to take effect later shall not."""

    change: str
    reason: Reason = ""


Command: TypeAlias = Check | Apply | Replace | Revert | Withdraw | Wake


# Events


class _Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    at: Millis
    by: str
    change: str


class Changed(_Event, frozen=True, tag="plan.changed"):
    """``change`` is its name, also when it had been planned under it. ``reverts`` is
    the change it takes back."""

    edits: tuple[Edit, ...]
    reason: str = ""
    reverts: str = ""


class Planned(_Event, frozen=True, tag="plan.planned"):
    """It is checked now, and once more when it takes effect."""

    edits: tuple[Edit, ...]
    takes_effect: Millis
    reason: str = ""


class Withdrawn(_Event, frozen=True, tag="plan.withdrawn"):
    reason: str = ""


class NotChanged(_Event, frozen=True, tag="plan.not_changed"):
    """What was planned could not be when its time had come; why, for people."""

    code: str
    message: str


Event: TypeAlias = Changed | Planned | Withdrawn | NotChanged


# Replies


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """``problems`` are those of the plan as it would be; those that keep it from being
    so are ``grave`` and not there yet today."""

    revision: int
    edits: tuple[Edit, ...]
    problems: tuple[Problem, ...] = ()


class ThisChange(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """No ``change``: it is so already."""

    change: str = ""
    revision: int = 0
