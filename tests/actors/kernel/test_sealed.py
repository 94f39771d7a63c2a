"""Personal values: sealed, opened by one vault, looked up without being kept."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.sealed import CannotOpen, Sealed, Vault

DATA_KEY = bytes(range(16))
INDEX_KEY = bytes(range(32))


@pytest.fixture(scope="module")
def vault() -> Vault:
    return Vault("k1", DATA_KEY, INDEX_KEY)


@given(name=st.text(max_size=200))
def test_what_is_sealed_opens(vault: Vault, name: str) -> None:
    assert vault.open(vault.seal(name)) == name


def test_one_name_sealed_twice_looks_different(vault: Vault) -> None:
    assert vault.seal("张友三") != vault.seal("张友三")


def test_a_sealed_value_tells_nothing(vault: Vault) -> None:
    sealed = vault.seal("张友三")
    assert "张友三".encode() not in sealed.box
    assert repr(sealed) == str(sealed) == "Sealed(…)"


def test_a_sealed_value_survives_the_journal(vault: Vault) -> None:
    sealed = vault.seal("欧阳娜娜")
    again = msgspec.json.decode(msgspec.json.encode(sealed), type=Sealed)
    assert again == sealed
    assert vault.open(again) == "欧阳娜娜"


def test_a_changed_byte_anywhere_is_noticed(vault: Vault) -> None:
    sealed = vault.seal("张友三")
    for place in range(len(sealed.box)):
        box = bytearray(sealed.box)
        box[place] ^= 1
        with pytest.raises(CannotOpen, match="changed"):
            vault.open(Sealed(sealed.key, bytes(box)))


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 27, 28, 30])
def test_a_shortened_value_is_noticed(vault: Vault, length: int) -> None:
    sealed = vault.seal("张友三")
    with pytest.raises(CannotOpen):
        vault.open(Sealed(sealed.key, sealed.box[:length]))


def test_another_key_does_not_open(vault: Vault) -> None:
    sealed = vault.seal("张友三")
    other = Vault("k1", bytes(16), INDEX_KEY)
    with pytest.raises(CannotOpen, match="changed"):
        other.open(sealed)


def test_a_key_of_another_name_is_told_by_name(vault: Vault) -> None:
    other = Vault("k2", DATA_KEY, INDEX_KEY)
    with pytest.raises(CannotOpen, match=r"'k1'.*'k2'"):
        other.open(vault.seal("张友三"))


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_a_data_key_has_sixteen_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="16"):
        Vault("k1", bytes(length), INDEX_KEY)


def test_a_short_index_key_is_no_key() -> None:
    with pytest.raises(ValueError, match="16"):
        Vault("k1", DATA_KEY, bytes(15))


def test_an_index_finds_the_same_and_only_the_same(vault: Vault) -> None:
    mark = vault.index("card", "66010012")
    assert mark == vault.index("card", "66010012")
    assert mark == Vault("k9", bytes(16), INDEX_KEY).index("card", "66010012")
    assert mark != vault.index("card", "66010013")
    assert mark != vault.index("phone", "66010012")
    assert mark != Vault("k1", DATA_KEY, bytes(32)).index("card", "66010012")
    assert "66010012" not in mark


def test_a_purpose_cannot_run_into_the_text(vault: Vault) -> None:
    assert vault.index("card", "12") != vault.index("card1", "2")


@pytest.mark.parametrize(
    "typed",
    [
        " 11010119491231002X\n",
        "11010119491231002x",
        "１１０１０１１９４９１２３１００２Ｘ",
    ],
)
def test_one_card_has_one_index_however_it_was_typed(vault: Vault, typed: str) -> None:
    assert vault.index("card", typed) == vault.index("card", "11010119491231002X")
