"""A patient index in a test's hand, and the people who come to it."""

from __future__ import annotations

from typing import Any

from actors.kernel.sealed import OwnKey, Sealed, Vault
from actors.patients.actor import index_stream, patients_capability
from actors.patients.messages import NewIdentity, Register
from actors.patients.numbers import Kind, check_character, normal
from actors.patients.state import IndexState
from actors.runtime.testkit import Kit

HOSPITAL = "yunxiu"
STREAM = index_stream(HOSPITAL)
VAULT = Vault("test", bytes(range(16)), bytes(range(32)))
WHY = VAULT.seal("核对过证件")


def citizen(birth: str = "19491231", order: int = 2, region: str = "110101") -> str:
    """An identity number with its check: of nobody, but well formed."""
    seventeen = f"{region}{birth}{order:03d}"
    return seventeen + check_character(seventeen)


def identity(kind: Kind, number: str, own: OwnKey) -> NewIdentity:
    number = normal(kind, number)
    index = VAULT.index(f"{HOSPITAL}/{kind}", number)
    return NewIdentity(kind, index, own.seal("number", number))


def coming(
    name: str = "张友三", *numbers: tuple[Kind, str], by: str = "desk-1", **more: Any
) -> Register:
    own, wrapped = VAULT.new_key()
    return Register(
        by=by,
        key=wrapped,
        display=VAULT.seal(name),
        fields={"name": own.seal("name", name)},
        identities=tuple(identity(kind, number, own) for kind, number in numbers),
        **more,
    )


def sealed(text: str) -> Sealed:
    """A detail under some patient's key."""
    own, _ = VAULT.new_key()
    return own.seal("name", text)


def kit() -> Kit[IndexState]:
    return Kit(patients_capability(), STREAM)
