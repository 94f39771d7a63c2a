"""The one place that puts the program together, and takes it down again."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

import trio

from actors.clinic.actor import KIND as CLINIC
from actors.clinic.courier import Courier
from actors.floor.actor import KIND as FLOOR
from actors.forecast.forecasts import VIEW as TIMES
from actors.forecast.forecasts import Forecasts
from actors.forecast.process import worker_command
from actors.his.actor import his_capability
from actors.his.places import read_places
from actors.journal.journal import Journal
from actors.kernel.sealed import Vault
from actors.kernel.times import WallClock, day_of, iso
from actors.patients.book import Book
from actors.patients.desk import PatientsDesk
from actors.patients.rewrapping import rewrap_keys
from actors.runtime.system import ActorSystem
from queue_displays.announcements.actor import KIND as AREA
from queue_displays.announcements.receipts import VIEW as RECEIPTS
from realtime import demo_hospital, demo_house, quiet
from realtime.accounts import Accounts, rights_follower
from realtime.announcer import Announcing, sounding
from realtime.appointments import Appointments
from realtime.capabilities import Wing, capabilities
from realtime.clinics import Clinics
from realtime.config import Settings
from realtime.deeds import Deeds
from realtime.demo_floor import DemoFloor
from realtime.floor_health import VIEW as HEALTH
from realtime.floor_health import FloorHealth
from realtime.foreseeing import Foreseeing
from realtime.his_link import HisLink
from realtime.house import House
from realtime.http.app import Site, create_app
from realtime.http.audio import AudioRoutes
from realtime.http.clinics import ClinicRoutes
from realtime.http.demo import Demo
from realtime.http.metrics import Metrics
from realtime.http.plan import PlanFile
from realtime.http.rooms import Rooms
from realtime.http.server import HttpServer
from realtime.http.staff import Staff
from realtime.http.terminals import TerminalRoutes
from realtime.keys import Keys, open_keys
from realtime.measures import tell, tell_speech
from realtime.one_person import OnePerson
from realtime.opening import Openings
from realtime.patient_news import PatientNews
from realtime.planning import Planning
from realtime.protocol.conversation import Terms
from realtime.protocol.messages import Limits
from realtime.room_keys import RoomKeys
from realtime.sockets.edge import Edge, EdgeSettings
from realtime.sockets.front_door import DoorSettings, FrontDoor
from realtime.terminals import Terminals
from realtime.tokens import Gate
from realtime.topics.clinic_counter import ClinicCounter
from realtime.topics.hub import Hub
from realtime.topics.patients_counter import PatientsCounter
from realtime.topics.schedule_counter import ScheduleCounter
from realtime.topics.session_counter import SessionCounter
from realtime.version import CHECKOUT, version
from realtime.visits import Visits
from realtime.voices import speech_of

log = logging.getLogger("houzhen")

PAGES = CHECKOUT / "kiosk_web" / "dist"


@asynccontextmanager
async def serving(
    settings: Settings, *, demo: bool = False, wings: Iterable[Wing] = ()
) -> AsyncIterator[House]:
    """A running server. Raises CannotStart with a message for an operator, OSError
    when the address is not to be had, and JournalLost when nothing can be promised
    any more; the latter two perhaps in the groups of nurseries."""
    clock = WallClock()
    places = read_places(settings.his.places) if settings.his.base_url else None
    journal = Journal(
        settings.journal.url, release=version(), busy_s=settings.journal.busy_s
    )
    keys = await _keys_of(journal, settings)
    vault = Vault(
        keys.data.id, keys.data.cipher, keys.data.index, older=keys.data.older
    )
    forecasts = Forecasts(worker_command(settings.data_dir / "forecast" / "learnt"))
    patients, schedules = PatientsCounter(), ScheduleCounter(vault)
    book = Book(journal, vault)
    news = PatientNews(journal, vault, book)
    gate = Gate(keys.tokens)
    hospital = settings.hospital.id
    terminals = Terminals(hospital, gate, clock)
    health = FloorHealth(hospital, terminals, clock, settings.hospital.zone)
    planning = Planning(settings.hospital, clock)
    openings = Openings(settings.hospital)
    announcing = Announcing(hospital, settings.hospital.zone)
    terminals.plan = lambda: announcing.plan
    sessions = SessionCounter(vault)
    visits = Visits(
        hospital,
        lambda at: day_of(at, settings.hospital.zone),
        lambda at: iso(at, settings.hospital.zone)[11:16],
    )
    deeds = Deeds(hospital, visits)
    foreseeing = Foreseeing(
        hospital,
        forecasts,
        lambda at: iso(at, settings.hospital.zone)[11:16],
    )

    def today() -> str:
        return day_of(clock.now(), settings.hospital.zone)

    built = [
        *capabilities(
            *(vault, settings.hospital.zone, patients, terminals, planning),
            *(announcing, sessions, today, health, schedules),
        ),
        *(wing(vault) for wing in wings),
    ]
    appointments = Appointments(hospital, journal)
    one_person = OnePerson(hospital)
    courier = Courier()
    followers = [
        *(courier.follower, openings.follower),
        *(rights_follower(hospital, gate), forecasts.follower),
        *(appointments.follower, book, news, terminals.follower),
        *announcing.followers,
        *(deeds.follower, one_person.follower, foreseeing.follower),
    ]
    voices, speech, took = speech_of(settings, vault)
    announcing.sound = sounding(voices, speech)
    his = None if places is None else HisLink(settings, vault, places)
    if his is not None:
        followers.append(his.follower)
    system = ActorSystem(
        journal,
        [*(capability for capability, _ in built), his_capability()],
        clock=clock,
        followers=followers,
        mailbox_size=settings.actors.mailbox,
        idle_s=settings.actors.idle_s,
    )
    appointments.system = one_person.system = system
    visits.system = deeds.system = foreseeing.system = system
    deeds.registered = appointments.follower.reached
    courier.system = system
    planning.system = openings.system = system
    terminals.system = system
    announcing.speak_through(system)
    accounts = Accounts(hospital, system, vault, gate)
    hub = Hub(
        hospital,
        system,
        gate,
        vault,
        [counter for _, counter in built],
        clock,
        settings.live.topics,
        {
            (CLINIC, TIMES): forecasts,
            (AREA, RECEIPTS): announcing.receipts,
            (FLOOR, HEALTH): health,
        },
    )
    hub.departed = announcing.receipts.gone
    zone = settings.hospital.zone
    news.speak_through(system)
    desk = PatientsDesk(hospital, system, vault, book)
    patients.staff(desk, today)
    schedules.staff(desk, system)
    sessions.staff(hospital, system, desk, visits)
    edge = Edge(
        hub, _edge_settings(settings), server_time=lambda: iso(clock.now(), zone)
    )
    hub.new_audience = edge.audience
    metrics = Metrics()
    tell(metrics, system, hub, edge.traffic)
    announcing.tell(metrics)
    tell_speech(metrics, speech, took)
    if his is not None:
        his.tell(metrics)

    async def journal_answers() -> str | None:
        return None if journal.healthy else "the journal cannot be written"

    async def speech_works() -> str | None:
        return speech.fault

    bench = (
        demo_house.bench_of(keys.tokens, clock, lambda: house.address) if demo else None
    )
    site = Site(
        hospital=settings.hospital,
        version=version(),
        clock=clock,
        pages=PAGES,
        metrics=metrics,
        checks={"journal": journal_answers},
        demo=(Demo(keys.tokens, clock, demo_house.cards, bench) if demo else None),
        staff=Staff(accounts, gate, clock),
        rooms=Rooms(
            RoomKeys(settings.hospital, system, ClinicCounter(vault), vault, clock),
            gate,
            clock,
        ),
        clinics=ClinicRoutes(
            Clinics(settings.hospital, system, clock, announcing.areas_of).today,
            *(gate, clock),
        ),
        plan=PlanFile(planning, gate, clock),
        terminals=TerminalRoutes(terminals, gate, clock),
        audio=AudioRoutes(speech, gate, clock),
        notes={"speech": speech_works},
        body_bytes=settings.http.body_bytes,
    )
    http = HttpServer(create_app(site), settings.http)
    door = FrontDoor(edge, http.serve, _door_settings(settings))
    house = House(
        *(settings, keys, gate, system, hub, edge, door, http, desk, openings),
        *(voices, speech, health, terminals),
    )
    async with system.running(), trio.open_nursery() as nursery:
        await accounts.void_what_was()
        await terminals.void_what_was()
        await nursery.start(announcing.run)
        await door.listen(settings.http.host, settings.http.port)
        await nursery.start(edge.run)
        nursery.start_soon(hub.run)
        nursery.start_soon(rewrap_keys, journal, vault)
        nursery.start_soon(terminals.run)
        nursery.start_soon(health.run, system)
        await nursery.start(forecasts.run, system)
        nursery.start_soon(foreseeing.run)
        await nursery.start(speech.run)
        if demo:
            await demo_hospital.enter_the_plan(system, settings.hospital)
        await openings.open_today()
        nursery.start_soon(openings.run)
        if demo:
            await demo_house.fill(house, vault)
            machines = DemoFloor(hospital, system, terminals, health)
            nursery.start_soon(machines.run)
        if bench is not None:
            nursery.start_soon(bench.run)
        if his is not None:
            nursery.start_soon(his.run, system, desk)
        quiet.settle_down()
        nursery.start_soon(
            quiet.collect_in_quiet_moments,
            lambda: system.counters.committed + edge.traffic.frames_in,
        )
        await nursery.start(door.run)
        yield house
        with trio.CancelScope(shield=True):
            await house.shut()
        nursery.cancel_scope.cancel()


async def _keys_of(journal: Journal, settings: Settings) -> Keys:
    """New keys only for a journal in which nothing was ever written."""
    try:
        may_create = await journal.is_new()
        return open_keys(settings.secrets.file, may_create=may_create)
    except BaseException:
        journal.database.close()
        raise


def _edge_settings(settings: Settings) -> EdgeSettings:
    live = settings.live
    limits = Limits(
        live.message_bytes,
        live.asks_open,
        live.topics,
        live.frames_per_s,
        live.frames_at_once,
    )
    terms = Terms(live.hello_s, live.heartbeat_s, limits)
    return EdgeSettings(terms, live.send_buffer, live.stall_s)


def _door_settings(settings: Settings) -> DoorSettings:
    return DoorSettings(
        head_s=settings.http.header_timeout_s,
        connections=settings.http.connections_max,
        peer_silent_s=settings.http.stalled_s,
    )


def write_log(level: str) -> None:
    """To stderr, for whoever keeps logs on this machine. Never a name or a card."""
    logging.basicConfig(
        level=level.upper(),
        format="%(asctime)s %(levelname)-7s %(name)s  %(message)s",
        stream=sys.stderr,
    )
    for noisy in ("alembic", "hypercorn", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


_STOPS = (signal.SIGINT, signal.SIGTERM)


def run(
    settings: Settings,
    *,
    demo: bool = False,
    wings: Iterable[Wing] = (),
    ready: Callable[[House], None] = lambda house: None,
    beside: Callable[[House], Awaitable[None]] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; the process is to end then, and hears neither any
    more. ``ready`` is called when the door is open, and
    ``beside`` runs from then on, until the server stops."""

    early: list[int] = []
    for one in _STOPS:
        signal.signal(one, lambda number, _: early.append(number))

    async def until_told() -> None:
        with trio.open_signal_receiver(*_STOPS) as told:
            if early:
                return
            async with (
                serving(settings, demo=demo, wings=wings) as house,
                trio.open_nursery() as nursery,
            ):
                ready(house)
                if beside is not None:
                    nursery.start_soon(beside, house)
                async for number in told:
                    log.info("%s: shutting down", signal.Signals(number).name)
                    break
                nursery.cancel_scope.cancel()

    try:
        trio.run(until_told, strict_exception_groups=True)
    finally:
        for one in _STOPS:  # told again while it ends, it is not to end half way
            signal.signal(one, signal.SIG_IGN)
