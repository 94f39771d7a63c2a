"""What the register of staff is asked, what has happened in it, and its answers.

Passwords never come here: whoever asks has hashed them, for a hash takes longer than
an actor may. An event holds the hash, sealed names, and who did it.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis

AccountName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_.\-]{1,31}\Z")]
"""What somebody types to log in: small Latin letters, as on every keyboard."""

Role: TypeAlias = Literal[
    "nurse",
    "doctor",
    "expert",
    "manager",
    "operator",
    "admin",
    "security",
    "auditor",
]

WRONG_PASSWORD: Literal["wrong_password"] = "wrong_password"
WRONG_CODE: Literal["wrong_code"] = "wrong_code"


# Commands


class _Command(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    by: str


class Add(_Command, frozen=True, tag="staff.add"):
    """A new account. Its password is temporary: the first log-in changes it.

    ``first`` is the tool's on a register in which nobody is yet.
    """

    account: AccountName
    display: Sealed
    roles: tuple[Role, ...]
    places: tuple[str, ...]
    secret: str
    first: bool = False


class Change(_Command, frozen=True, tag="staff.change"):
    """Other rights, or another name; what is not given stays."""

    account: str
    roles: tuple[Role, ...] | None = None
    places: tuple[str, ...] | None = None
    display: Sealed | None = None


class SetPassword(_Command, frozen=True, tag="staff.set_password"):
    """``own`` is by its owner, who has shown the old one; else it is temporary.
    ``seen`` is the hash the old password was checked against."""

    account: str
    secret: str
    own: bool
    seen: str = ""


class SetFactor(_Command, frozen=True, tag="staff.set_factor"):
    """Whoever has shown the password has shown a code of this secret too. The ``step``
    before it counts as used: that code may still log in."""

    account: str
    factor: Sealed
    step: int
    seen: str


class ForgetFactor(_Command, frozen=True, tag="staff.forget_factor"):
    """The telephone is lost: the next log-in asks for another."""

    account: str


class Disable(_Command, frozen=True, tag="staff.disable"):
    account: str
    reason: str


class Enable(_Command, frozen=True, tag="staff.enable"):
    account: str


class LogIn(_Command, frozen=True, tag="staff.log_in"):
    """The password was right, or not; the rules say what follows from it. ``step`` is
    the time step of a right code, 0 without one; ``wrong_code`` that one was wrong."""

    account: str
    right: bool
    seen: str
    token: str
    step: int = 0
    wrong_code: bool = False


class LogOut(_Command, frozen=True, tag="staff.log_out"):
    account: str
    token: str


Command: TypeAlias = (
    Add
    | Change
    | SetPassword
    | SetFactor
    | ForgetFactor
    | Disable
    | Enable
    | LogIn
    | LogOut
)


# Events


class _Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    at: Millis
    by: str
    account: str


class Added(_Event, frozen=True, tag="staff.added"):
    display: Sealed
    roles: tuple[str, ...]
    places: tuple[str, ...]
    secret: str


class Changed(_Event, frozen=True, tag="staff.changed"):
    roles: tuple[str, ...]
    places: tuple[str, ...]
    display: Sealed


class PasswordSet(_Event, frozen=True, tag="staff.password_set"):
    secret: str
    temporary: bool


class FactorSet(_Event, frozen=True, tag="staff.factor_set"):
    factor: Sealed
    step: int


class FactorForgotten(_Event, frozen=True, tag="staff.factor_forgotten"):
    pass


class Disabled(_Event, frozen=True, tag="staff.disabled"):
    reason: str


class Enabled(_Event, frozen=True, tag="staff.enabled"):
    pass


class LoggedIn(_Event, frozen=True, tag="staff.logged_in"):
    token: str
    expires: Millis
    step: int = 0


class LogInFailed(_Event, frozen=True, tag="staff.log_in_failed"):
    """``locked_until`` is 0 while further tries are allowed."""

    locked_until: Millis = 0


class LoggedOut(_Event, frozen=True, tag="staff.logged_out"):
    token: str


Event: TypeAlias = (
    Added
    | Changed
    | PasswordSet
    | FactorSet
    | FactorForgotten
    | Disabled
    | Enabled
    | LoggedIn
    | LogInFailed
    | LoggedOut
)


# Replies


class ThisAccount(msgspec.Struct, frozen=True, gc=False):
    account: str


class Admitted(msgspec.Struct, frozen=True, gc=False):
    """What a token may say, minted as of ``since``: after any token of before was
    voided. ``change`` is what comes first, and then nothing else is open yet: a new
    password (``first``, ``old``), or a second factor (``factor``)."""

    account: str
    roles: tuple[str, ...]
    places: tuple[str, ...]
    since: Millis
    expires: Millis
    change: str = ""


class NotAdmitted(msgspec.Struct, frozen=True, gc=False):
    """A try that was counted. It is a reply, for the count must be on disk."""

    code: str
    message: str
    left: int = 0
    locked_until: Millis = 0
