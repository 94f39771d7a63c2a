"""What a session is asked, what has happened in it, and its one reply.

``Begun`` is the intent of something that another actor does: it carries all that this
other one must be told, so that it can be told again after a crash and is told the very
same. Its outcome comes back as ``Settle``.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from actors.booker.messages import Standing
from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis
from actors.runtime.shape import Wake
from actors.session.findings import (
    Finding,
    Foreseen,
    Given,
    Held,
    Kin,
    Place,
    Whom,
)

How: TypeAlias = Literal["card", "scan", "typed", "slip", "first_visit"]
Language: TypeAlias = Literal["zh", "en"]
Purpose: TypeAlias = Literal[
    "", "check_in", "book", "take", "reprint", "first_visit", "place"
]
Why: TypeAlias = Literal["done", "cancelled", "card_gone"]
What: TypeAlias = Literal[
    "check_in", "rejoin", "return", "hold", "book", "drop", "take", "cancel"
]
RowKey = Annotated[str, Meta(pattern=r"^[0-9]{1,3}\Z")]


# Commands


class _Command(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    by: str


class Start(_Command, frozen=True, tag="session.start"):
    """Somebody has touched the screen."""

    purpose: Purpose = ""
    language: Language = "zh"
    large: bool = False


class Set(_Command, frozen=True, tag="session.set"):
    language: Language | None = None
    large: bool | None = None


class Identify(_Command, frozen=True, tag="session.identify"):
    """A card was read, or a code, or a number typed: whose it is (``whom``, or for a
    typed number only ``person``), what they have here, and of which clinics the kiosk
    is. ``mark`` is the blind index of what was read. ``code``: it could be nobody's,
    and why. ``can_make``: a file can be made from it. ``family``: the holder and those
    for whom they may come, where there are such."""

    how: How
    mark: str
    kind: str = ""
    whom: Whom | None = None
    person: str = ""
    found: Finding = Finding()
    places: tuple[str, ...] = ()
    code: str = ""
    can_make: bool = False
    family: tuple[Kin, ...] = ()


class ChooseFor(_Command, frozen=True, tag="session.choose_for"):
    """This one of the family is the patient. ``found`` is theirs, for ``session``."""

    session: str
    row: RowKey
    found: Finding = Finding()


class AddKin(_Command, frozen=True, tag="session.add_kin"):
    """A child of ``guardian``, the holder of the card, has a file now: it is for them.
    ``holder`` is that guardian, as the session shows them."""

    session: str
    guardian: str
    kin: Kin
    found: Finding = Finding()


class AskFor(_Command, frozen=True, tag="session.ask_for"):
    """It is for somebody else of the family."""


class Second(_Command, frozen=True, tag="session.second"):
    """What only the holder of the typed number knows. ``session`` and ``mark`` are
    those it was compared for."""

    session: str
    mark: str
    right: bool
    whom: Whom | None = None
    found: Finding = Finding()
    places: tuple[str, ...] = ()


class Confirm(_Command, frozen=True, tag="session.confirm"):
    """It is me."""


class CheckIn(_Command, frozen=True, tag="session.check_in"):
    """What the row ``does``. ``place`` is where the ticket stands, if it does.
    ``prepared``: they have read how to prepare, and say that they have."""

    ticket: RowKey
    doctor: str | None = None
    place: Place | None = None
    prepared: bool = False


class Hold(_Command, frozen=True, tag="session.hold"):
    """Hold a place. ``person`` is for whom the facts were gathered."""

    person: str
    held: Held
    slot: str | None = None
    standing: Standing | None = None


class Book(_Command, frozen=True, tag="session.book"):
    """The held place is to become a number."""


class Drop(_Command, frozen=True, tag="session.drop"):
    """The held place is not wanted."""


class Take(_Command, frozen=True, tag="session.take"):
    booking: RowKey


class Cancel(_Command, frozen=True, tag="session.cancel"):
    booking: RowKey


class Reprint(_Command, frozen=True, tag="session.reprint"):
    ticket: RowKey
    place: Place | None = None


class More(_Command, frozen=True, tag="session.more"):
    """Back to what there is to do. ``found`` is for ``session``."""

    session: str
    found: Finding = Finding()


class Stay(_Command, frozen=True, tag="session.stay"):
    """More time."""


class End(_Command, frozen=True, tag="session.end"):
    why: Why


class Settle(_Command, frozen=True, tag="session.settle"):
    """What became of a deed. ``code`` is empty when it was done, else the refusal's,
    with its ``message``; ``minutes`` where one has to wait."""

    deed: str
    code: str = ""
    message: str = ""
    minutes: int = 0
    place: Place | None = None
    held: Held | None = None
    given: Given | None = None
    found: Finding | None = None


class Foresee(_Command, frozen=True, tag="session.foresee"):
    """When this ticket is called, as far as anybody knows now."""

    clinic: str
    ticket: str
    foreseen: Foreseen = Foreseen()


Command: TypeAlias = (
    Start
    | Set
    | Identify
    | ChooseFor
    | AskFor
    | AddKin
    | Second
    | Confirm
    | CheckIn
    | Hold
    | Book
    | Drop
    | Take
    | Cancel
    | Reprint
    | More
    | Stay
    | End
    | Settle
    | Foresee
    | Wake
)


# Events


class _Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    at: Millis


class Started(_Event, frozen=True, tag="session.started"):
    session: str
    purpose: str = ""
    language: str = "zh"
    large: bool = False


class WasSet(_Event, frozen=True, tag="session.was_set"):
    language: str
    large: bool


class Identified(_Event, frozen=True, tag="session.identified"):
    """Somebody is known, and asked whether it is them."""

    how: str
    mark: str
    whom: Whom
    kind: str = ""
    found: Finding = Finding()
    places: tuple[str, ...] = ()
    family: tuple[Kin, ...] = ()


class ChosenFor(_Event, frozen=True, tag="session.chosen_for"):
    """Whose visit it is: this row of the family."""

    row: str
    found: Finding = Finding()


class KinAdded(_Event, frozen=True, tag="session.kin_added"):
    """This child is of the holder's family, and the visit is theirs."""

    kin: Kin
    found: Finding = Finding()


class AskedFor(_Event, frozen=True, tag="session.asked_for"):
    pass


class NumberTyped(_Event, frozen=True, tag="session.number_typed"):
    """Nobody is told whether it is somebody's (``person``)."""

    mark: str
    kind: str = ""
    person: str = ""


class NotKnown(_Event, frozen=True, tag="session.not_known"):
    """``code`` says why. ``can_make``: a file can be made from this card."""

    how: str
    mark: str
    code: str
    kind: str = ""
    can_make: bool = False


class SecondWrong(_Event, frozen=True, tag="session.second_wrong"):
    mark: str


class Confirmed(_Event, frozen=True, tag="session.confirmed"):
    pass


class Begun(_Event, frozen=True, tag="session.begun"):
    """Another actor is to do this. ``about`` is the row it is about, ``behalf`` whose
    card it was where the patient came with somebody of the family."""

    by: str
    deed: str
    session: str
    what: What
    day: str
    about: str = ""
    clinic: str = ""
    ticket: str = ""
    doctor: str | None = None
    own: bool = True
    department: str = ""
    booking: str = ""
    slot: str | None = None
    held: Held | None = None
    person: str = ""
    name: Sealed | None = None
    card: str = ""
    standing: Standing | None = None
    places: tuple[str, ...] = ()
    behalf: str = ""
    prepared: bool = False


class Settled(_Event, frozen=True, tag="session.settled"):
    """See Settle."""

    deed: str
    what: str
    code: str = ""
    message: str = ""
    minutes: int = 0
    place: Place | None = None
    held: Held | None = None
    given: Given | None = None
    found: Finding | None = None


class PlaceShown(_Event, frozen=True, tag="session.place_shown"):
    """Of a ticket that stands in line already, or whose slip is wanted again."""

    about: str
    place: Place
    slip: bool = False


class Expected(_Event, frozen=True, tag="session.expected"):
    """What the patient is told of when this ticket is called."""

    clinic: str
    ticket: str
    foreseen: Foreseen = Foreseen()


class WentBack(_Event, frozen=True, tag="session.went_back"):
    found: Finding = Finding()


class Stayed(_Event, frozen=True, tag="session.stayed"):
    pass


class Ended(_Event, frozen=True, tag="session.ended"):
    """Everything of this patient is forgotten."""

    session: str
    why: str


Event: TypeAlias = (
    Started
    | WasSet
    | Identified
    | ChosenFor
    | AskedFor
    | KinAdded
    | NumberTyped
    | NotKnown
    | SecondWrong
    | Confirmed
    | Begun
    | Settled
    | PlaceShown
    | Expected
    | WentBack
    | Stayed
    | Ended
)


# The reply


class ThisSession(msgspec.Struct, frozen=True, gc=False):
    session: str
