"""Invented cards, as bytes: written from the layouts, not by what reads them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from devices.identity import check_character

# Obviously no photograph, and of the right length.
PHOTO = b"WLf\0" + bytes(range(256)) * 4
PHOTO = PHOTO[:1024]


def invented_number(region: str, birth: str, serial: str = "001") -> str:
    first17 = f"{region}{birth}{serial}"
    return first17 + check_character(first17)


@dataclass(frozen=True, repr=False)
class PaperCard:
    """The 256 bytes, the photograph, and what a reader with a finger has besides."""

    text: bytes
    photo: bytes = PHOTO
    fingerprint: bytes = b""
    further: tuple[str, ...] = ()

    def torn(self, at: int) -> PaperCard:
        """The same with noise in its text from `at` on."""
        broken = self.text[:at] + b"\x01" * (len(self.text) - at)
        return replace(self, text=broken)


def _page(fields: dict[int, tuple[int, str]]) -> bytes:
    text = bytearray(" ".encode("utf-16-le") * 128)
    for at, (length, word) in fields.items():
        data = word.encode("utf-16-le")
        if len(data) > length:
            raise ValueError(f"too long for the field at {at}")
        text[at : at + len(data)] = data
    return bytes(text)


def resident(
    name: str = "测试一",
    *,
    sex: str = "2",
    nation: str = "01",
    birth: str = "19500102",
    number: str = "",
    address: str = "云岫市测试区不存在路1号",
    issuer: str = "云岫市公安局测试分局",
    valid: tuple[str, str] = ("20200101", "长期"),
    further: tuple[str, ...] = (),
) -> PaperCard:
    return PaperCard(
        _page(
            {
                0: (30, name),
                30: (2, sex),
                32: (4, nation),
                36: (16, birth),
                52: (70, address),
                122: (36, number or invented_number("990101", birth)),
                158: (30, issuer),
                188: (16, valid[0]),
                204: (16, valid[1]),
            }
        ),
        further=further,
    )


def hmt_permit(
    name: str = "测试二",
    *,
    birth: str = "19880808",
    region: str = "830000",
    pass_number: str = "T00000001",
    issued: str = "01",
) -> PaperCard:
    return PaperCard(
        _page(
            {
                0: (30, name),
                30: (2, "1"),
                36: (16, birth),
                52: (70, "云岫市测试区不存在路2号"),
                122: (36, invented_number(region, birth)),
                158: (30, "云岫市公安局测试分局"),
                188: (16, "20220202"),
                204: (16, "20270202"),
                220: (18, pass_number),
                238: (4, issued),
                248: (2, "J"),
            }
        )
    )


def foreign_2017(
    english: str = "TESTPERSON, THE THIRD OF A VERY LONG NAME INDEED THAT GOES",
    *,
    chinese: str = "测试三",
) -> PaperCard:
    return PaperCard(
        _page(
            {
                0: (120, english),
                120: (2, "1"),
                122: (30, "UTO990199010112"),
                152: (6, "UTO"),
                158: (30, chinese),
                188: (16, "20180303"),
                204: (16, "20280303"),
                220: (16, "19900101"),
                236: (4, "01"),
                240: (8, "9900"),
                248: (2, "I"),
            }
        )
    )


def foreign_2023(
    english: str = "TESTPERSON FOURTH OF A NAME THAT GOES ON",
    *,
    chinese: str = "测试四",
    birth: str = "19910404",
) -> PaperCard:
    return PaperCard(
        _page(
            {
                0: (30, chinese),
                30: (2, "2"),
                32: (4, "02"),
                36: (16, birth),
                52: (70, english[:35]),
                122: (36, invented_number("911999", birth)),
                188: (16, "20240404"),
                204: (16, "20340404"),
                220: (22, english[35:]),
                242: (6, "UTO"),
                248: (2, "Y"),
                250: (6, "1"),
            }
        )
    )
