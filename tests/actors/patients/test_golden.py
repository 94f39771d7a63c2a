"""Every event of the index that was ever written still reads, and replays to the same
index; what was sealed then still opens."""

import json
from pathlib import Path

import msgspec
import pytest

from actors.kernel.sealed import Sealed, WrappedKey
from actors.patients.actor import patients_capability
from actors.patients.state import ERASED, IndexState, encode, freeze, thaw
from tests.actors.patients.people import STREAM, VAULT

FOLDER = Path(__file__).parents[2] / "golden"
LINES = (FOLDER / "patients-events.jsonl").read_bytes().splitlines()
PATIENTS = patients_capability()

# the own key of the first patient, as it rested when the lines were written
WRAPPED = WrappedKey(
    "kacceb068d50d354a",
    "test",
    bytes.fromhex(
        "fe815418a089d502dfbb5920fc78aef948744c42971a"
        "2ec1822ff0bfe0ce502d2907bfaee9fb0a5d007e0d85"
    ),
)


def test_every_event_there_is_has_been_written_down() -> None:
    assert {json.loads(line)["type"] for line in LINES} >= PATIENTS.event_names


@pytest.mark.parametrize("line", LINES, ids=[str(n) for n in range(len(LINES))])
def test_it_reads_with_all_that_was_written(line: bytes) -> None:
    """Read and written again it holds every old field; new ones may join them."""
    again = json.loads(msgspec.json.encode(PATIENTS.read_event(line)))
    assert _within(json.loads(line), again)


def _within(old: object, new: object) -> bool:
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and _within(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_within, old, new))
    return old == new


def replayed() -> IndexState:
    state = PATIENTS.new(STREAM)
    for line in LINES:
        PATIENTS.evolve(state, PATIENTS.read_event(line))
    return state


def test_the_index_replays_to_what_it_was() -> None:
    state = replayed()
    assert state.count == 3
    card = VAULT.index("yunxiu/hospital_card", "66010012")
    number = VAULT.index("yunxiu/id_card", "11010519491231002X")
    assert state.whose(card) == "p2"
    assert state.whose(number) == "p1"
    assert state.into == {}
    assert state.flags[3] & ERASED
    assert encode(freeze(thaw(STREAM, encode(freeze(state))))) == encode(freeze(state))


def test_what_was_sealed_then_still_opens() -> None:
    first = json.loads(LINES[0])
    own = VAULT.unwrap(WRAPPED)
    name = msgspec.convert(first["fields"]["name"], Sealed)
    assert own.open("name", name) == "张友三"
    kept = msgspec.convert(first["identities"][0]["number"], Sealed)
    assert own.open("number", kept) == "11010519491231002X"
    assert VAULT.open(msgspec.convert(first["display"], Sealed)) == "张友三"
