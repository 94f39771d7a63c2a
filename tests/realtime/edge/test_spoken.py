"""What a loudspeaker has spoken is on disk before it is heard, and outlives it."""

from pathlib import Path

import pytest

from realtime.edge.spoken import KEPT, Spoken


def test_what_was_begun_is_known_to_its_next_life(tmp_path: Path) -> None:
    file = tmp_path / "edge" / "spoken.json"
    first = Spoken(file)
    first.begin("im2", "u1", "2026-11-23/a1/main/1")
    first.begin("im2", "u2", "2026-11-23/a2/main/1")
    first.begin("eye1", "u1", "2026-11-23/a1/main/1")
    first.told("im2", {"u1"})
    first.take_back("eye1", "u1")
    reborn = Spoken(file)
    assert reborn.has("im2", "2026-11-23/a1/main/1")
    assert not reborn.has("eye1", "2026-11-23/a1/main/1"), "nothing of it was heard"
    assert reborn.untold("im2") == ["u2"]
    assert reborn.untold("im2", but="u2") == []
    reborn.nobody_knows("im2", "u2")
    assert Spoken(file).untold("im2") == []
    assert Spoken(file).has("im2", "2026-11-23/a2/main/1")


@pytest.mark.parametrize("kept", [b"", b"[{", b'{"turns":1}'])
def test_a_damaged_file_keeps_nobody_silent(tmp_path: Path, kept: bytes) -> None:
    file = tmp_path / "spoken.json"
    file.write_bytes(kept)
    spoken = Spoken(file)
    spoken.begin("im2", "u1", "x")
    assert Spoken(file).has("im2", "x")


def test_it_grows_to_a_bound(tmp_path: Path) -> None:
    spoken = Spoken(tmp_path / "spoken.json")
    for turn in range(KEPT + 50):
        spoken.begin("im2", f"u{turn}", f"a{turn}")
    assert not spoken.has("im2", "a0")
    assert len(spoken.untold("im2")) == KEPT


def test_where_it_cannot_be_kept_nothing_may_be_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        Spoken(tmp_path / "file" / "spoken.json").begin("im2", "u1", "x")
