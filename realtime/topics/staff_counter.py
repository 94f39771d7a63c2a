"""The register's counter: who gives rights may look; changes go over HTTP."""

from __future__ import annotations

import msgspec

from actors.kernel.errors import Forbidden, UnknownAsk, UnknownTarget
from realtime.tokens import Principal
from realtime.topics.counter import Errand


class StaffCounter:
    """See Counter."""

    kind = "staff"

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        if view != "accounts" or parts != ("accounts",):
            raise UnknownTarget
        if not who.may("security", "*"):
            raise Forbidden

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand:
        raise UnknownAsk
