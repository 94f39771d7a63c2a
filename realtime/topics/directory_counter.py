"""The directory's counter: everybody looks, HIS and administrators tell."""

from __future__ import annotations

import msgspec

from actors.directory.messages import (
    Campus,
    Department,
    Doctor,
    Key,
    Kind,
    Put,
    Retire,
)
from actors.kernel.errors import Forbidden, UnknownAsk, UnknownTarget
from realtime.tokens import EVERYWHERE, Principal
from realtime.topics.counter import Errand, read_body

_TELL = frozenset({"admin", "his"})


class _Put(msgspec.Struct, frozen=True):
    campuses: dict[Key, Campus] = {}
    departments: dict[Key, Department] = {}
    doctors: dict[Key, Doctor] = {}


class _Retire(msgspec.Struct, frozen=True):
    kind: Kind
    key: str


class DirectoryCounter:
    kind = "directory"

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        if view != "public":
            raise UnknownTarget

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand:
        if view != "public" or name not in ("put", "retire"):
            raise UnknownAsk
        if who.roles.isdisjoint(_TELL) or EVERYWHERE not in who.places:
            raise Forbidden
        if name == "put":
            put = read_body(body, _Put)
            return Errand(
                Put(
                    by=who.name,
                    campuses=put.campuses,
                    departments=put.departments,
                    doctors=put.doctors,
                )
            )
        gone = read_body(body, _Retire)
        return Errand(Retire(by=who.name, kind=gone.kind, key=gone.key))
