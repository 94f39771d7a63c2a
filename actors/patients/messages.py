"""What the patient index is asked, what has happened in it, and what it answers.

Nothing personal stands open in any of it: details are sealed under the patient's own
key, the display name under the data key, so that a clinic opens it without asking; a
number is a blind index and a sealed value. Limits stand on commands, not on events.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from actors.kernel.sealed import Sealed, WrappedKey
from actors.kernel.times import Millis
from actors.patients.numbers import Kind
from actors.runtime.shape import Wake

PersonId = Annotated[str, Meta(max_length=16, pattern=r"^p[1-9][0-9]*\Z")]
Index = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
Field: TypeAlias = Literal[
    "name",
    "sex",
    "birth",
    "phone",
    "address",
    "guardian_name",
    "guardian_phone",
    "guardian_relation",
    "nationality",
    "nation",
    "marital",
    "payer",
    "contact_name",
    "contact_phone",
    "contact_relation",
]
Relation: TypeAlias = Literal["child", "parent", "spouse", "sibling", "other"]
"""What whoever is bound is to their guardian."""

NUMBER = "number"
"""The field that a sealed number is bound to."""


class Identity(msgspec.Struct, frozen=True, gc=False):
    """One number by which somebody is known."""

    kind: str
    index: str
    number: Sealed


class NewIdentity(msgspec.Struct, frozen=True, gc=False):
    """The same with its limits, as commands hold it."""

    kind: Kind
    index: Index
    number: Sealed


# Commands


class _Command(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    by: str
    where: str = ""


class Register(_Command, frozen=True, tag="patients.register"):
    """Somebody is here for the first time. ``key`` is what ``fields`` and the numbers
    are sealed with; ``guarded`` says that a guardian stands for a child without
    papers; ``unnamed``, that nobody knows yet who this is."""

    key: WrappedKey
    display: Sealed
    fields: dict[Field, Sealed]
    identities: Annotated[tuple[NewIdentity, ...], Meta(max_length=12)] = ()
    guarded: bool = False
    unnamed: bool = False


class Update(_Command, frozen=True, tag="patients.update"):
    """Details other than the name. A field sealed empty is one that is no more."""

    person: PersonId
    fields: Annotated[dict[Field, Sealed], Meta(min_length=1)]


class Rename(_Command, frozen=True, tag="patients.rename"):
    """The name is another, or is known at last."""

    person: PersonId
    name: Sealed
    display: Sealed
    reason: Sealed


class AddIdentity(_Command, frozen=True, tag="patients.add_identity"):
    """This card is theirs too."""

    person: PersonId
    identity: NewIdentity


class DropIdentity(_Command, frozen=True, tag="patients.drop_identity"):
    """This card is not, or no longer, theirs."""

    person: PersonId
    kind: Kind
    index: Index
    reason: Sealed


class Merge(_Command, frozen=True, tag="patients.merge"):
    """``person`` and ``into`` are one: from now on, ``into``."""

    person: PersonId
    into: PersonId
    reason: Sealed


class Unmerge(_Command, frozen=True, tag="patients.unmerge"):
    """``person`` was merged by mistake, and is one of their own again."""

    person: PersonId
    reason: Sealed


class Erase(_Command, frozen=True, tag="patients.erase"):
    """Destroy the key of this patient's details. There is no way back."""

    person: PersonId
    reason: Sealed


class Bind(_Command, frozen=True, tag="patients.bind"):
    """``guardian`` may come for ``person``, who is their ``relation``."""

    person: PersonId
    guardian: PersonId
    relation: Relation


class Unbind(_Command, frozen=True, tag="patients.unbind"):
    """``guardian`` may come for ``person`` no longer."""

    person: PersonId
    guardian: PersonId
    reason: Sealed


class NoteViewing(_Command, frozen=True, tag="patients.note_viewing"):
    """Somebody is about to be shown these patients: ``asked`` is what they typed.
    Nothing happens in the index; the record is on disk before they see it."""

    how: str
    persons: tuple[PersonId, ...]
    asked: Sealed | None = None


Command: TypeAlias = (
    Register
    | Update
    | Rename
    | AddIdentity
    | DropIdentity
    | Merge
    | Unmerge
    | Erase
    | Bind
    | Unbind
    | NoteViewing
    | Wake
)


# Events


class _Deed(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    at: Millis
    by: str
    person: str
    where: str = ""


class Registered(_Deed, frozen=True, tag="patients.registered"):
    """``key`` names the patient's own key."""

    key: str
    display: Sealed
    fields: dict[str, Sealed]
    identities: tuple[Identity, ...] = ()
    unnamed: bool = False


class Updated(_Deed, frozen=True, tag="patients.updated"):
    fields: dict[str, Sealed]


class Renamed(_Deed, frozen=True, tag="patients.renamed"):
    name: Sealed
    display: Sealed
    reason: Sealed


class IdentityAdded(_Deed, frozen=True, tag="patients.identity_added"):
    identity: Identity


class IdentityDropped(_Deed, frozen=True, tag="patients.identity_dropped"):
    """``of`` is whose it was: the person, or one who was merged into them."""

    kind: str
    index: str
    of: str
    reason: Sealed


class Merged(_Deed, frozen=True, tag="patients.merged"):
    into: str
    reason: Sealed


class Unmerged(_Deed, frozen=True, tag="patients.unmerged"):
    """``out_of`` is whom the person had been merged into."""

    out_of: str
    reason: Sealed


class Erased(_Deed, frozen=True, tag="patients.erased"):
    """The key was destroyed in the commit of this event."""

    key: str
    reason: Sealed


class BoundTo(_Deed, frozen=True, tag="patients.bound"):
    guardian: str
    relation: Relation


class Unbound(_Deed, frozen=True, tag="patients.unbound"):
    guardian: str
    reason: Sealed


Event: TypeAlias = (
    Registered
    | Updated
    | Renamed
    | IdentityAdded
    | IdentityDropped
    | Merged
    | Unmerged
    | Erased
    | BoundTo
    | Unbound
)


# Replies: ids only, for they are kept with the key


class PersonGiven(msgspec.Struct, frozen=True, gc=False):
    person: str


class MergedInto(msgspec.Struct, frozen=True, gc=False):
    person: str
    into: str
