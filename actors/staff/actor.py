"""The register of staff as an actor: one in a hospital, and long-lived."""

from __future__ import annotations

from actors.kernel.errors import UnknownTarget
from actors.kernel.identity import parts_of, stream_name
from actors.kernel.sealed import Vault
from actors.runtime.shape import Capability
from actors.staff.decide import decide
from actors.staff.messages import Command, Event
from actors.staff.policy import Policy
from actors.staff.state import StaffState, evolve
from actors.staff.views import AccountsView

KIND = "staff"


def staff_stream(hospital: str) -> str:
    return stream_name(hospital, KIND, "accounts")


def staff_capability(
    vault: Vault, policy: Policy | None = None
) -> Capability[StaffState]:
    def new(stream: str) -> StaffState:
        _, kind, rest = parts_of(stream)
        if kind != KIND or rest != ("accounts",):
            raise UnknownTarget
        return StaffState(stream, policy or Policy())

    return Capability(
        KIND,
        commands=Command,
        events=Event,
        new=new,
        decide=decide,
        evolve=evolve,
        views=(AccountsView(vault),),
    )
