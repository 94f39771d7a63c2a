"""How patients and doctors behave. Each is a coroutine that knows what a person
would: a patient their number and what is called, a doctor the room."""

from __future__ import annotations

from contextlib import suppress

from realtime.simulate.days import Ms
from realtime.simulate.staff import Doctor
from realtime.simulate.world import No, Visit, Where, Work, World

ENDED = frozenset({"done", "gave_up", "refunded", "stopped", "left"})
TO_THE_NURSE: Ms = 60_000
"""For who came to the door too late."""

IN_LINE = frozenset({"waiting", "at_room"})
OVERTIME: Ms = 6 * 3_600_000
"""After closing time a doctor sees who is left, but not all night."""


def people_arrive(world: World) -> None:
    for visit in world.plan.visits:
        world.start_soon(patient(world, visit))


def doctors_come(world: World) -> None:
    for doctor in world.plan.doctors:
        world.start_soon(works(world, doctor))


# The patient


async def patient(world: World, visit: Visit) -> None:
    """From registering to leaving."""
    person = visit.person
    await world.until(person.registers)
    visit.ticket, visit.number = await world.register(person)
    world.plan.of_ticket[visit.ticket] = visit
    if person.arrives is None:
        visit.end = "no_show"
        return
    try:
        await world.until(person.arrives)
        try:
            await _checks_in(world, visit)
        except No as no:
            visit.end = no.code
            return
        await waits_and_is_seen(world, visit)
    finally:
        visit.ended = world.now()
        world.plan.left -= 1
        for room, work in world.plan.works.items():
            if visit.ticket in work.awaits or not world.plan.left:
                work.awaits.discard(visit.ticket)
                world.room_bell(room).ring()


async def _checks_in(world: World, visit: Visit) -> None:
    """At the kiosk; too early, they wait beside it; else the nurse looks at it."""
    try:
        await world.check_in(visit.person)
    except No as no:
        if no.wait:
            await world.until(world.now() + no.wait)
        await world.check_in(visit.person, at_desk=not no.wait)
    visit.checked_in = visit.joined = world.now()
    if visit.person.level is not None:
        await world.triage(visit.ticket, visit.person.level)


async def waits_and_is_seen(world: World, visit: Visit) -> None:
    """From the waiting chair on, whoever checked them in."""
    bell = world.ticket_bell(visit.ticket)
    leaves = visit.person.leaves
    handled: Where | None = None
    while True:
        where = world.where(visit.ticket)
        if where == handled or where is None:
            if not await bell.wait(leaves):
                leaves = None
                await _has_had_enough(world, visit)
            continue
        handled = where
        match where.stage:
            case "called":
                await _hears_a_call(world, visit, where)
            case "in":
                visit.started = visit.started or world.now()
                visit.room = where.room
                world.plan.there.pop(where.room or "", None)
            case "missed":
                if not await _was_missed(world, visit):
                    return
            case "examination":
                await _goes_to_an_examination(world, visit)
            case "waiting" | "at_room":
                visit.joined = visit.joined or world.now()
            case stage if stage in ENDED:
                visit.end = stage
                return
            case _:
                pass


async def _hears_a_call(world: World, visit: Visit, where: Where) -> None:
    visit.called.append(world.now())
    if visit.person.misses and len(visit.called) == 1:
        return  # out of earshot
    if visit.joined is not None:
        visit.waits.append(world.now() - visit.joined)
        visit.joined = None
    await world.until(world.now() + visit.person.walk)
    if world.where(visit.ticket) == where and where.room is not None:
        world.plan.there[where.room] = visit.ticket
        world.room_bell(where.room).ring()


async def _was_missed(world: World, visit: Visit) -> bool:
    """Whether they come back."""
    visit.missed += 1
    visit.joined = None
    heard = not visit.person.misses or len(visit.called) > 1
    back_after = TO_THE_NURSE if heard else visit.person.comes_back
    if back_after is None or visit.missed > 2:
        visit.end = "missed"
        return False
    await world.until(world.now() + back_after)
    try:
        await world.recall(visit.ticket)
    except No as no:
        if no.code != "void":
            return True  # a nurse was quicker
        await world.revive(visit.ticket)
    visit.recalled += 1
    visit.joined = world.now()
    return True


async def _goes_to_an_examination(world: World, visit: Visit) -> None:
    visit.returned += 1
    await world.until(world.now() + visit.person.away)
    try:
        await world.come_back(visit.ticket)
    except No:
        return  # called back already, because the reports are ready
    if not visit.person.held:
        visit.joined = world.now()


async def _has_had_enough(world: World, visit: Visit) -> None:
    where = world.where(visit.ticket)
    if where is not None and where.stage in IN_LINE:
        with suppress(No):  # called at this very moment
            await world.leave(visit.ticket)


# The doctor


async def works(world: World, doctor: Doctor) -> None:
    """From the first call to the last patient, or until overtime ends."""
    work = world.plan.works[doctor.room]
    bell = world.room_bell(doctor.room)
    breaks = list(doctor.breaks)
    pauses = iter(doctor.pauses)
    last = doctor.ends + OVERTIME
    await world.until(doctor.begins)
    work.began = world.now()
    while world.now() < last and not _is_over(world, work):
        try:
            if breaks and breaks[0][0] <= world.now():
                await _takes_a_break(world, work, breaks.pop(0)[1])
                continue
            if not world.waiting_for(doctor.room):
                await bell.wait(_next(doctor, breaks, world.now()))
                continue
            await world.until(world.now() + next(pauses, 0))
            ticket = await world.call_next(doctor.room)
        except No as no:
            pause = world.now() + no.wait if no.wait else last
            await bell.wait(min(pause, _next(doctor, breaks, world.now())))
            continue
        work.calls += 1
        try:
            if await _comes_in(world, work, ticket):
                await _is_treated(world, work, ticket)
        except No:
            continue  # somebody else dealt with them
        finally:
            if world.plan.there.get(doctor.room) == ticket:
                del world.plan.there[doctor.room]
    work.stopped = world.now()


def _is_over(world: World, work: Work) -> bool:
    """A shift that ends before the day hands on, but sees again whom it has sent to
    an examination; the last one sees everybody."""
    doctor = work.doctor
    if world.now() < doctor.ends or work.awaits:
        return False
    goes_on = any(other.ends > doctor.ends for other in world.plan.doctors)
    return goes_on or not world.plan.left


def _next(doctor: Doctor, breaks: list[tuple[Ms, Ms]], now: Ms) -> Ms:
    """When an idle doctor looks up, though nobody has come."""
    moments = (*(at for at, _ in breaks[:1]), doctor.ends, doctor.ends + OVERTIME)
    return min(at for at in moments if at > now)


async def _takes_a_break(world: World, work: Work, lasts: Ms) -> None:
    room = work.doctor.room
    began = world.now()
    await world.away(room, began + lasts)
    await world.until(began + lasts)
    await world.back(room)
    work.away += world.now() - began


async def _comes_in(world: World, work: Work, ticket: str) -> bool:
    """Whether who was called comes, after being called again if need be."""
    doctor = work.doctor
    bell = world.room_bell(doctor.room)
    give_up = world.now() + doctor.patience
    again = True
    while world.plan.there.get(doctor.room) != ticket:
        if await bell.wait(give_up):
            where = world.where(ticket)
            if where is None or where.stage != "called":
                raise No("moved_on")
            continue
        try:
            if again:
                again = False
                await world.at_room("call_again", doctor.room, ticket)
                work.calls_again += 1
                give_up = world.now() + doctor.patience
            else:
                await world.at_room("missed", doctor.room, ticket)
                work.missed += 1
                return False
        except No as no:
            if no.code == "call_again_first":
                again = True
            elif not no.wait:
                raise
            give_up = world.now() + no.wait
    return True


async def _is_treated(world: World, work: Work, ticket: str) -> None:
    doctor, room = work.doctor, work.doctor.room
    began = world.now()
    visit = world.plan.of_ticket.get(ticket)
    await world.at_room("start", room, ticket)
    person = visit.person if visit else None
    second = visit is not None and visit.returned > 0
    if person is None:
        needs = doctor.patience
    else:
        needs = person.again if second else person.service
    takes = doctor.takes(needs, began)
    if person is not None and person.held:
        await world.until(began + takes // 2)
        await _is_awaited_in_the_chair(world, work, ticket)
        takes -= takes // 2
    await world.until(world.now() + takes)
    _must_be_in(world, room, ticket)
    if person is not None and person.returns and not second:
        work.awaits.add(ticket)
        await world.to_examination(room, ticket)
    else:
        await world.at_room("finish", room, ticket)
    work.seen += 1
    work.busy += world.now() - began


async def _is_awaited_in_the_chair(world: World, work: Work, ticket: str) -> None:
    """An X-ray: the chair stays theirs, and nobody else is called to it."""
    room = work.doctor.room
    _must_be_in(world, room, ticket)
    await world.to_examination(room, ticket, keeps_seat=True)
    while (where := world.where(ticket)) is not None and where.stage == "examination":
        await world.room_bell(room).wait()
    _must_be_in(world, room, ticket)


def _must_be_in(world: World, room: str, ticket: str) -> None:
    where = world.where(ticket)
    if where is None or where.stage != "in" or where.room != room:
        raise No("moved_on")
