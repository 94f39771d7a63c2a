"""The patient index of one hospital as an actor: its name, its snapshots."""

from __future__ import annotations

from actors.kernel.errors import UnknownTarget
from actors.kernel.identity import parts_of, stream_name
from actors.patients.decide import decide
from actors.patients.messages import Command, Event
from actors.patients.state import IndexState, encode, evolve, freeze, thaw
from actors.runtime.shape import Capability, Snapshots

KIND = "patients"
INDEX = "index"

# some minutes of a large hospital's first load, some days of its daily work
EVERY = 20_000


def index_stream(hospital: str) -> str:
    """``yunxiu/patients/index``: one for each hospital of an installation."""
    return stream_name(hospital, KIND, INDEX)


def new(stream: str) -> IndexState:
    """An empty index. Raises UnknownTarget when it is none."""
    _, kind, rest = parts_of(stream)
    if kind != KIND or rest != (INDEX,):
        raise UnknownTarget
    return IndexState(stream)


def patients_capability(*, every: int = EVERY) -> Capability[IndexState]:
    """It shows no view: whoever may see a patient asks, and the asking is audited."""
    return Capability(
        KIND,
        commands=Command,
        events=Event,
        new=new,
        decide=decide,
        evolve=evolve,
        snapshots=Snapshots(
            version=1, every=every, freeze=freeze, encode=encode, thaw=thaw
        ),
    )
