"""The demo's kiosk computer: simulated devices, and the edge that speaks for them.

A page of the demo finds the door of that edge at `/demo/bench` and works with it as it
would in a hospital: same driver, same bytes. `/demo/bench` also takes what hands do
there: lay a card down, tear the paper, pull a cable out.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from realtime.demo_hospital import DemoPatient
from realtime.http.demo import BenchDoor, Deed

# the simulators need pseudo-terminals, and most demos never ask for them
if TYPE_CHECKING:
    from devices.simulators.bench import Bench
    from devices.simulators.cards import PaperCard
    from realtime.edge.settings import EdgeSettings

log = logging.getLogger("houzhen.demo")
_SHOWN = 3


class DemoBench:
    """Runs nothing until a page asks for it: most demos never do."""

    def __init__(
        self,
        patients: list[DemoPatient],
        address: Callable[[], str],
        token: Callable[[], str],
    ) -> None:
        self._patients = {patient.card: patient for patient in patients}
        self._address = address
        self._token = token
        self._wanted = trio.Event()
        self._standing = trio.Event()
        self._bench: Bench | None = None
        self._door: BenchDoor | None = None

    async def run(self) -> None:
        """Until cancelled. A bench that cannot stand here (it needs pseudo-terminals)
        is no reason to end the demo: its panel says so."""
        await self._wanted.wait()
        try:
            from devices.simulators.bench import open_bench

            with tempfile.TemporaryDirectory(prefix="houzhen-bench-") as folder:
                async with open_bench(Path(folder), real_time=True) as bench:
                    await self._serve(Path(folder), bench)
        except* (OSError, ImportError, AttributeError):
            log.warning("the bench of simulated devices cannot be set up here")
            self._standing.set()
            await trio.sleep_forever()

    async def _serve(self, folder: Path, bench: Bench) -> None:
        from realtime.edge.agent import Agent

        (folder / "token").write_text(self._token())
        agent = Agent(self._settings(folder))
        async with trio.open_nursery() as nursery:
            port = await nursery.start(agent.run)
            self._bench = bench
            self._door = BenchDoor(f"127.0.0.1:{port}", agent.secret)
            self._standing.set()

    def _settings(self, folder: Path) -> EdgeSettings:
        from realtime.edge import settings as edge

        port = self._address().rpartition(":")[2]
        return edge.EdgeSettings(
            server=f"http://127.0.0.1:{port}",
            data_dir=str(folder / "edge"),
            token_file=str(folder / "token"),
            local=edge.LocalPart(port=0, origins=(f"http://localhost:{port}",)),
            devices=edge.DevicesPart(
                id_reader=edge.IdReaderPart(str(folder / "id_reader")),
                scanner=edge.ScannerPart(str(folder / "scanner")),
                social_card=edge.SocialCardPart(str(folder / "social_card")),
                printer=edge.PrinterPart(str(folder / "printer")),
            ),
        )

    async def door(self) -> BenchDoor | None:
        """Sets it up when it does not stand yet; None where that cannot be."""
        self._wanted.set()
        await self._standing.wait()
        return self._door

    async def do(self, deed: Deed) -> bool:
        """What a hand does there; False where no bench stands."""
        if await self.door() is None or self._bench is None:
            return False
        bench = self._bench
        match deed.what:
            case "lay":
                bench.id_reader.lay(self._card(deed.card))
            case "lift":
                bench.id_reader.lift()
            case "insert":
                bench.social_card.insert(self._social_card(deed.card))
            case "pull":
                bench.social_card.pull()
            case "misread":
                bench.social_card.misread()
            case "scan":
                bench.scanner.scan(deed.text)
            case "tear":
                bench.printer.tear_paper()
            case "load":
                bench.printer.load_paper()
            case "jam":
                bench.printer.jam()
            case "unjam":
                bench.printer.unjam()
            case "unplug":
                bench.unplug(deed.device)
            case "plug":
                bench.plug(deed.device)
        return True

    def slips(self) -> list[str]:
        """The last that came out of the printer, oldest first."""
        if self._bench is None:
            return []
        return [slip.text for slip in self._bench.printer.slips[-_SHOWN:]]

    def _card(self, card: str) -> PaperCard:
        from devices.simulators import cards

        patient = self._patients.get(card)
        if patient is None:
            return cards.resident(
                "闻人晓", number=cards.invented_number("100101", "19500102", "002")
            )
        return cards.resident(
            patient.name[:15],
            sex=patient.sex,
            birth=patient.birth,
            number=patient.id_number,
        )

    def _social_card(self, card: str) -> str:
        from devices.simulators.small import social_card

        patient = self._patients.get(card)
        if patient is None:
            return social_card()
        fields = social_card(patient.name, patient.birth).split("|")
        fields[1], fields[2] = patient.id_number, patient.card
        return "|".join(fields)
