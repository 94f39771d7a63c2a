"""Personal values: sealed, opened by one vault, looked up without being kept."""

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.sealed import CannotOpen, MissingKey, Sealed, Vault, WrappedKey

DATA_KEY = bytes(range(16))
INDEX_KEY = bytes(range(32))
FIRST_RELEASE = "S8iJ47FUa1lALe3h/mkPMtXwDyIZWJZfPIk8uA8PhEQ+h+WD6A=="


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


# Data keys change


def test_an_older_data_key_still_opens_and_seals_no_more(vault: Vault) -> None:
    before = vault.seal("张友三")
    later = Vault("k2", bytes(16), INDEX_KEY, older={"k1": DATA_KEY})
    assert later.open(before) == "张友三"
    assert later.seal("张友三").key == "k2"


def test_a_key_that_was_taken_out_is_named(vault: Vault) -> None:
    later = Vault("k2", bytes(16), INDEX_KEY)
    with pytest.raises(MissingKey, match=r"'k1'.*older"):
        later.open(vault.seal("张友三"))


def test_what_was_sealed_in_the_first_release_opens(vault: Vault) -> None:
    """Written down once: a change of the form would close the journals there are."""
    box = base64.b64decode(FIRST_RELEASE)
    assert vault.open(Sealed("k1", box)) == "张友三"


@pytest.mark.parametrize("length", [0, 15, 17])
def test_an_older_key_has_sixteen_bytes_too(length: int) -> None:
    with pytest.raises(ValueError, match="16"):
        Vault("k1", DATA_KEY, INDEX_KEY, older={"k0": bytes(length)})


# Keys of one's own


@given(name=st.text(max_size=200))
def test_what_a_patients_key_seals_it_opens(vault: Vault, name: str) -> None:
    own, wrapped = vault.new_key()
    sealed = own.seal("name", name)
    assert vault.unwrap(wrapped).open("name", sealed) == name


def test_every_patient_has_another_key(vault: Vault) -> None:
    one, _ = vault.new_key()
    other, _ = vault.new_key()
    assert one.id != other.id
    with pytest.raises(CannotOpen):
        other.open("name", one.seal("name", "张友三"))
    forged = Sealed(other.id, one.seal("name", "张友三").box)
    with pytest.raises(CannotOpen, match="changed"):
        other.open("name", forged)


def test_a_value_does_not_open_as_another_field(vault: Vault) -> None:
    own, _ = vault.new_key()
    with pytest.raises(CannotOpen, match="changed"):
        own.open("name", own.seal("phone", "13800000000"))


def test_a_key_shows_itself_to_nobody(vault: Vault) -> None:
    own, wrapped = vault.new_key()
    assert own._key not in wrapped.box
    assert repr(own._key) not in repr(own)
    assert repr(wrapped.box) not in repr(wrapped)


def test_a_destroyed_key_is_told_apart_from_a_damaged_one(vault: Vault) -> None:
    own, wrapped = vault.new_key()
    with pytest.raises(MissingKey, match="destroyed"):
        vault.unwrap(WrappedKey(own.id))
    box = bytearray(wrapped.box)
    box[-1] ^= 1
    with pytest.raises(CannotOpen, match="changed"):
        vault.unwrap(WrappedKey(own.id, wrapped.under, bytes(box)))


def test_a_wrapped_key_stands_for_no_other(vault: Vault) -> None:
    own, _ = vault.new_key()
    _, other = vault.new_key()
    with pytest.raises(CannotOpen, match="changed"):
        vault.unwrap(WrappedKey(own.id, other.under, other.box))


def test_rewrapped_it_needs_the_older_data_key_no_more(vault: Vault) -> None:
    own, wrapped = vault.new_key()
    sealed = own.seal("name", "张友三")
    both = Vault("k2", bytes(16), INDEX_KEY, older={"k1": DATA_KEY})
    again = both.rewrap(wrapped)
    assert (again.id, again.under) == (own.id, "k2")
    alone = Vault("k2", bytes(16), INDEX_KEY)
    assert alone.unwrap(again).open("name", sealed) == "张友三"
    with pytest.raises(MissingKey, match=r"'k1'.*older"):
        alone.unwrap(wrapped)


def test_the_wrapping_key_is_not_the_data_key(vault: Vault) -> None:
    _, wrapped = vault.new_key()
    with pytest.raises(CannotOpen):
        vault.open(Sealed("k1", wrapped.box))
