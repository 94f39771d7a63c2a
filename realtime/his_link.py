"""The link to HIS as a part of the server: adapter, sync and teller, put together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, timedelta

import trio

from actors.gateways.his.adapter import HttpHis
from actors.gateways.his.line import Terms
from actors.his.persons import Persons
from actors.his.places import Places
from actors.his.sync import Pace, Sync
from actors.his.telling import FOLLOWER, TELLS, Teller, lane_of
from actors.journal.records import Recorded
from actors.kernel.sealed import Vault
from actors.kernel.times import day_of
from actors.patients.desk import PatientsDesk
from actors.runtime.followers import Follower, Lanes
from actors.runtime.system import ActorSystem
from realtime.config import Settings
from realtime.config_his import His
from realtime.http.metrics import Metrics

log = logging.getLogger("houzhen.his")


def terms_of(his: His) -> Terms:
    return Terms(
        base_url=his.base_url,
        success_code=his.success_code,
        operator_id=his.operator_id,
        channel_id=his.channel_id,
        connect_s=his.connect_s,
        answer_s=his.answer_s,
        at_once=his.at_once,
        tries=his.tries,
        rest_after=his.rest_after,
        rest_s=his.rest_s,
    )


def pace_of(his: His) -> Pace:
    return Pace(
        registrations_s=his.registrations_s,
        schedules_s=his.schedules_s,
        later_days_s=his.schedules_s,
        sweep_s=his.sweep_s,
        days=his.days,
    )


class HisLink:
    """``follower`` goes into the actor system; then ``run`` in a nursery."""

    def __init__(self, settings: Settings, vault: Vault, places: Places) -> None:
        self._settings = settings
        self._vault = vault
        self._places = places
        self._adapter = HttpHis(terms_of(settings.his), settings.hospital.zone)
        self._teller: Teller | None = None
        self._ready = trio.Event()
        self.follower: Follower = Lanes(
            FOLLOWER, self._handle, lane_of, settings.his.at_once, names=TELLS
        )
        self.sync: Sync | None = None

    async def _handle(self, record: Recorded) -> None:
        if self._teller is None:
            await self._ready.wait()
            assert self._teller is not None
        await self._teller.handle(record)

    async def run(self, system: ActorSystem, desk: PatientsDesk) -> None:
        """Until cancelled; HIS being away ends nothing."""
        hospital, zone = self._settings.hospital.id, self._settings.hospital.zone
        today = date.fromisoformat(day_of(system.clock.now(), zone))
        since = (today - timedelta(days=1)).isoformat()
        his = self._adapter
        self.sync = Sync(
            his,
            system,
            self._vault,
            hospital,
            zone,
            self._places,
            pace_of(self._settings.his),
            Persons(his, system, desk),
        )
        self._teller = Teller(his, system, self._vault, hospital, since)
        self._ready.set()
        if not self._places.clinics():
            file = self._settings.his.places
            log.warning("%s places no department: HIS is heard, nobody placed", file)
        try:
            await self.sync.run()
        finally:
            with trio.CancelScope(shield=True), trio.move_on_after(1):
                await his.aclose()

    def tell(self, metrics: Metrics) -> None:
        figures, breaker = self._adapter.figures, self._adapter.breaker
        gauges: tuple[tuple[str, str, Callable[[], float]], ...] = (
            ("his_left_alone", "1 while HIS is left alone", lambda: breaker.is_open),
            ("his_telling_stuck", "Tries in a row", lambda: self.follower.stuck),
        )
        counters: tuple[tuple[str, str, Callable[[], float]], ...] = (
            ("his_asked", "Requests to HIS", lambda: figures.asked),
            ("his_refused", "HIS said no", lambda: figures.refused),
            ("his_away", "No answer, nothing happened", lambda: figures.away),
            ("his_unknown", "No answer, outcome unknown", lambda: figures.unknown),
            ("his_lies", "Answers not believed", lambda: figures.not_believed),
        )
        for name, meaning, read in gauges:
            metrics.gauge(f"houzhen_{name}", meaning, read)
        for name, meaning, read in counters:
            metrics.counter(f"houzhen_{name}", meaning, read)
