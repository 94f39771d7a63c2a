"""What a wall may show of a clinic. Names are masked here, before they leave."""

from __future__ import annotations

from collections.abc import Callable

from actors.clinic.state import LIVE
from actors.clinic.views import PatientsView
from actors.kernel.masking import mask_name
from actors.kernel.sealed import CannotOpen, Sealed, Vault


class HallView(PatientsView):
    """Everyone who has come and is not done, by number and masked name."""

    def __init__(self, vault: Vault, *, mask: Callable[[str], str] = mask_name) -> None:
        def masked_name(name: Sealed) -> str:
            try:
                return mask(vault.open(name))
            except CannotOpen:
                # the desk shows what is wrong; the wall goes on by number
                return mask("")

        super().__init__("hall", 2, shown_name=masked_name, stages=LIVE)
