"""A kiosk and whoever stands before it, with simulated devices behind the real drivers.

The devices are the demo's: one kiosk's, so one page has them at a time. What is looked
for after each journey stands here too: nothing of anybody on the glass, in what the
browser keeps, at the edge; and nothing done twice.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

from playwright.sync_api import Locator, Page, WebSocket, expect

from realtime.demo_hospital import DemoPatient
from realtime.demo_people import bookers, everybody, phone_of
from tests.e2e.floor import KIOSK_SIZE, Floor, Kiosk
from tests.e2e.hospital import Hospital

PATIENCE_S = 20
SPOOLS = "tmp"
"""Where in a hospital's folder its demo's bench keeps what an edge keeps."""

KEPT = """async () => {
  const kept = [{...localStorage}, {...sessionStorage}, document.cookie];
  for (const {name} of await indexedDB.databases()) kept.push(name);
  for (const name of await caches.keys()) kept.push(name);
  return JSON.stringify(kept) + document.documentElement.outerHTML;
}"""
"""All that a browser keeps for this page, and the page."""


def with_devices(folder: Path, **more: str) -> Hospital:
    """A demo hospital; what the edge writes can be looked at."""
    (folder / SPOOLS).mkdir()
    return Hospital(folder, settings={"TMPDIR": str(folder / SPOOLS), **more})


def named(name: str) -> DemoPatient:
    """The demo's patient of this name."""
    return next(each for each in everybody() if each.name == name)


def booker(place: int) -> DemoPatient:
    return bookers()[place]


def words_of(patient: DemoPatient) -> tuple[str, ...]:
    """All that is personal about somebody, as it may be written."""
    birth = patient.birth
    return tuple(
        filter(
            None,
            (
                patient.name,
                patient.card,
                patient.id_number,
                patient.number,
                phone_of(patient),
                birth,
                f"{birth[:4]}-{birth[4:6]}-{birth[6:]}",
            ),
        )
    )


class Stand(Kiosk):
    """A kiosk with its devices, and hands at them."""

    def __init__(
        self,
        floor: Floor,
        *,
        clinic: str = "im2",
        size: tuple[int, int] = KIOSK_SIZE,
        hurried: bool = False,
    ) -> None:
        page: Page = floor.page(size)
        if hurried:
            page.clock.install()
        self._sent: list[str] = []
        page.on("websocket", self._overhear)
        super().__init__(page)
        self._spools = floor.hospital.folder / SPOOLS
        self._bench = f"{floor.hospital.address}/demo/bench"
        page.route("**/demo/cards", lambda route: route.fulfill(json={"cards": []}))
        # whatever somebody else's test has left there
        for each in ("lift", "pull", "load", "unjam"):
            self.hand(each)
        door = page.request.get(self._bench).json()
        inside = f"bench=inside#edge={door['edge']}&pair={door['pair']}"
        page.goto(f"{floor.hospital.address}/kiosk?clinic={clinic}&{inside}")
        expect(self.home).to_be_visible()
        self.news = page.locator("p.news")
        self.said = page.get_by_role("alert")
        self.rows = page.locator(".rows li")
        self.no_network = page.get_by_role("heading", name="网络断了")

    def _overhear(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self._sent.append(str(frame)))

    def asked(self, name: str) -> bool:
        """Whether the page has asked this, since it was last looked for."""
        sent = [frame for frame in self._sent if f'"{name}"' in frame]
        self._sent.clear()
        return bool(sent)

    # -- hands ------------------------------------------------------------------------

    def hand(self, what: str, **more: str) -> list[str]:
        answer = self.page.request.post(self._bench, data={"what": what, **more})
        assert answer.ok, answer.text()
        slips: list[str] = answer.json()["slips"]
        return slips

    def slips(self) -> list[str]:
        """What came out of the printer last, oldest first."""
        slips: list[str] = self.page.request.get(f"{self._bench}/slips").json()["slips"]
        return slips

    def lays(self, patient: DemoPatient) -> None:
        self.hand("lay", card=patient.card)

    def lifts(self) -> None:
        """Takes the card away; the reader has noticed."""
        self._until("lift", '"card_removed"')

    def pulls(self) -> None:
        self._until("pull", '"social_card_out"')

    def _until(self, hand: str, told: str) -> None:
        """Nobody is faster than a reader looks."""
        before = self._times(told)
        self.hand(hand)
        late = time.monotonic() + PATIENCE_S
        while self._times(told) == before:
            assert time.monotonic() < late, f"not told: {told}"
            self.page.wait_for_timeout(20)

    def _times(self, told: str) -> int:
        return sum(told in frame for frame in self.heard)

    def cut(self) -> None:
        self.page.evaluate("window.postMessage('cable:cut', location.origin)")

    def mend(self) -> None:
        self.page.evaluate("window.postMessage('cable:whole', location.origin)")

    # -- fingers ----------------------------------------------------------------------

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name).first

    def press(self, *names: str | re.Pattern[str]) -> None:
        for name in names:
            self.button(name).click()

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name)

    def stands(self, name: str) -> None:
        """The page with this heading is there."""
        expect(self.heading(name)).to_be_visible()

    def types(self, digits: str) -> None:
        for digit in digits:
            self.page.get_by_role("button", name=digit, exact=True).click()

    def known(self, patient: DemoPatient) -> None:
        """Their card is on the reader, and they say it is them."""
        self.lays(patient)
        self.confirm()

    def number(self) -> str:
        """The one on the glass."""
        return self.page.locator(".ticket .num").first.inner_text()

    def gets_a_slip(self, *words: str) -> None:
        """It came out of the printer, with these on it."""
        expect(self.news).to_contain_text("请取走小票")
        slip = self.slips()[-1]
        assert [word for word in words if word not in slip] == []

    def goes(self, patient: DemoPatient, *words: str) -> None:
        """Finishes, takes the card along, and leaves nothing behind."""
        self.page.get_by_role("button", name=re.compile("退出|^结束$")).click()
        expect(self.home).to_be_visible()
        self.lifts()
        self.forgot(*words_of(patient), *words)

    # -- afterwards -------------------------------------------------------------------

    def kept(self) -> str:
        return str(self.page.evaluate(KEPT))

    def forgot(self, *words: str) -> None:
        """The next one finds the home page, and nothing of whoever was here."""
        expect(self.home).to_be_visible()
        kept = self.kept()
        assert [word for word in words if word in kept] == []
        # a slip that is in the printer when its patient leaves still comes out
        late = time.monotonic() + PATIENCE_S
        while found := self._in_the_spool(words):
            assert time.monotonic() < late, f"in the spool: {found}"
            self.page.wait_for_timeout(20)

    def _in_the_spool(self, words: tuple[str, ...]) -> list[str]:
        spooled = self.spooled()
        codes = ("utf-8", "gb18030")
        return [
            word
            for word in words
            if any(word.encode(code) in spooled for code in codes)
        ]

    def spooled(self) -> bytes:
        """All that the edge has on its disk."""
        files = [path for path in self._spools.rglob("*") if path.is_file()]
        assert any(path.name == "spool.db" for path in files)
        return b"".join(path.read_bytes() for path in files)

    def code(self) -> str:
        """What a scanner reads off the slip."""
        found = re.findall(r'HZ:[^"\\\\]+', "".join(self.heard))
        return str(found[-1])
