"""The demo's hospital is one that the clinic takes, and that tries the screens."""

from datetime import date

import msgspec
import pytest

from actors.clinic.actor import clinic_capability, clinic_stream
from actors.hospital.files import from_file, to_file
from actors.hospital.problems import problems
from actors.kernel.masking import mask_name
from actors.kernel.sealed import Vault
from actors.runtime.shape import Accepted
from realtime.config import Hospital
from realtime.demo_hospital import (
    HOSPITAL,
    PLAN,
    check_in_bodies,
    clinic_ids,
    demo_cards,
    demo_patients,
    register_bodies,
)
from realtime.opening import opening

VAULT = Vault("demo", bytes(16), bytes(32))
CLINIC = clinic_capability(VAULT)


@pytest.mark.parametrize("clinic", clinic_ids())
def test_its_day_opens_registers_and_checks_in(clinic: str) -> None:
    state = CLINIC.new(clinic_stream(HOSPITAL, clinic, "2026-11-23"))

    def ask(name: str, body: dict[str, object]) -> None:
        wire = msgspec.json.encode({**body, "type": f"clinic.{name}", "by": "demo"})
        do(CLINIC.read_command(wire))

    def do(command: object) -> None:
        decision = CLINIC.decide(state, command, 1_795_395_600_000)
        assert isinstance(decision, Accepted), (command, decision)
        for event in decision.events:
            CLINIC.evolve(state, event)

    do(opening(PLAN, clinic, date(2026, 11, 23), Hospital()))
    for body in register_bodies(clinic):
        card = VAULT.index("card", body["card"])
        ask("register", {**body, "name": VAULT.seal(body["name"]), "card": card})
    for body in check_in_bodies(clinic):
        ask("check_in", {"card": VAULT.index("card", body["card"])})
    stages = [ticket.state for ticket in state.tickets.values()]
    assert stages.count("waiting") == len(check_in_bodies(clinic)) > 3
    assert stages.count("booked") > 3
    assert all(queue.rooms for queue in state.queues.values())
    assert all(queue.order for queue in state.queues.values())


def test_a_card_belongs_to_one_patient_and_can_be_typed() -> None:
    cards = [patient.card for patient in demo_patients()]
    assert len(set(cards)) == len(cards) >= 40
    assert all(len(card) == 8 and card.isdecimal() for card in cards)


def test_some_can_still_check_in() -> None:
    assert {patient.clinic for patient in demo_cards()} == set(clinic_ids())
    assert not {patient.card for patient in demo_cards()} & {
        body["card"] for clinic in clinic_ids() for body in check_in_bodies(clinic)
    }


def test_its_names_try_every_rule_of_the_mask() -> None:
    names = {patient.name for patient in demo_patients()}
    assert {name[0] for name in names} >= set("单仇解区查曾")
    masked = {mask_name(name) for name in names}
    assert masked >= {"欧阳*", "欧阳*溪", "张*", "张*三", "买*·艾*", "John S*"}


def test_nothing_is_wrong_with_its_plan() -> None:
    assert problems(PLAN) == ()
    assert from_file(to_file(PLAN)) == PLAN
