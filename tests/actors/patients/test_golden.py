"""Every event of the index that was ever written replays to the same index; what was
sealed then still opens."""

import json

import msgspec

from actors.kernel.sealed import Sealed, WrappedKey
from actors.patients.actor import patients_capability
from actors.patients.state import ERASED, encode, freeze, thaw
from tests.actors.patients.people import STREAM, VAULT
from tests.golden import lines_of, replayed

LINES = lines_of("patients-events")

# the own key of the first patient, as it rested when the lines were written
WRAPPED = WrappedKey(
    "kacceb068d50d354a",
    "test",
    bytes.fromhex(
        "fe815418a089d502dfbb5920fc78aef948744c42971a"
        "2ec1822ff0bfe0ce502d2907bfaee9fb0a5d007e0d85"
    ),
)


def test_the_index_replays_to_what_it_was() -> None:
    state = replayed(patients_capability(), STREAM, LINES)
    assert state.count == 3
    card = VAULT.index("yunxiu/hospital_card", "66010012")
    number = VAULT.index("yunxiu/id_card", "11010519491231002X")
    assert state.whose(card) == "p2"
    assert state.whose(number) == "p1"
    assert state.into == {}
    assert (state.bound, state.guardians) == ({1: {2: "child"}}, {2: {1: "child"}})
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
