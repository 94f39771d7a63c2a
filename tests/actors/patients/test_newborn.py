"""A child without a name: how it is called, and what a wall shows of that."""

from __future__ import annotations

import pytest

from actors.kernel.masking import mask_name
from actors.patients.newborn import Order, newborn_name


@pytest.mark.parametrize(
    ("mother", "order", "name", "masked"),
    [
        ("王静", "", "王静之女", "王*之女"),
        ("王静", "1", "王静之大女", "王*之大女"),
        ("王静", "2", "王静之二女", "王*之二女"),
        ("欧阳娜娜", "", "欧阳娜娜之女", "欧阳*娜之女"),
        ("买买提·艾力", "3", "买买提·艾力之三女", "买*·艾*之三女"),
        ("Nur Aisyah", "", "Nur Aisyah之女", "Nur A*之女"),
    ],
)
def test_twins_stay_apart_when_masked(
    mother: str, order: Order, name: str, masked: str
) -> None:
    assert newborn_name(mother, "2", order) == name
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [("李之子", "李*子"), ("欧阳之女", "欧阳*女"), ("王静之", "王*之")],
)
def test_somebody_s_own_name_is_masked_as_ever(name: str, masked: str) -> None:
    assert mask_name(name) == masked
