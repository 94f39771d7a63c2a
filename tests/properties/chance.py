"""A clinic's day by chance: rules of all kinds, and whatever anybody may ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeVar

from actors.clinic import commands as c
from actors.clinic import settings as s
from actors.clinic.plan import (
    ClinicPlan,
    DoctorPlan,
    Extra,
    HalfPlan,
    QueuePlan,
    RoomPlan,
    Slot,
    Target,
    Vitals,
)
from actors.clinic.state import ClinicState
from actors.kernel.times import Millis
from actors.runtime.shape import Wake
from tests.actors.clinic.day import NINE, VAULT

T = TypeVar("T")
MINUTE = 60_000
HOUR = 60 * MINUTE

CARDS = [f"card{n}" for n in range(14)]
PERSONS = [f"p{n}" for n in range(6)]
NAME = VAULT.seal("张友三")
OTHER_NAME = VAULT.seal("欧阳娜娜")
CLASSES = (
    s.SpecialClass("military", "军人", level=2),
    s.SpecialClass("aged", "七十岁以上", level=5, mode="interleave", every=2),
)


def some_settings(luck: Random) -> s.Settings:
    """Rules that a hospital could have; now and then quite other ones."""
    base: Any = luck.choice(["registration", "check_in", "check_in", "slot"])
    late: list[Any] = ["normal", "interleave", "half_end"]
    recall: list[Any] = ["anew", "interleave", "half_end"]
    if base == "slot":
        late += ["slot_end_checkin", "slot_end_registered"]
        recall += ["slot_end"]
    sign_in = luck.random() < 0.85
    stages: list[Any] = ["off", "off", "auto"] + ([] if sign_in else ["manual"])
    return s.Settings(
        announcement_ms=luck.choice([1, 60_000]),
        call_again_ms=luck.choice([0, 12_000]),
        missed_after_ms=luck.choice([0, 10_000]),
        missed_after_calls=luck.choice([1, 1, 2]),
        sign_in=sign_in,
        order=s.Order(base=base, booked_first=luck.random() < 0.3),
        check_in=s.CheckInRules(
            early=luck.choice(["any", "any", "never", "minutes"]),
            kiosk_other_half=luck.random() < 0.5,
        ),
        late=s.Late(mode=luck.choice(late), every=luck.randint(1, 3)),
        recall=s.Recall(
            mode=luck.choice(recall),
            every=luck.randint(1, 3),
            per=luck.choice(["queue", "doctor"]),
            misses_void=luck.choice([0, 0, 2]),
        ),
        returns=s.Returns(
            mode=luck.choice(["interleave", "recall"]),
            first=luck.randint(0, 3),
            automatic=luck.random() < 0.7,
        ),
        classes=CLASSES,
        fairness=s.Fairness(
            overtaken=luck.choice([0, 0, 2]), longest_ms=luck.choice([0, 0, HOUR])
        ),
        emergency=s.Emergency(on=luck.random() < 0.2),
        cross=s.Cross(mode=luck.choice(["longest", "in_turn", "listed"])),
        second_stage=s.SecondStage(mode=luck.choice(stages), at_most=2),
        extra=s.Extra(daily_limit=luck.choice([0, 3]), shown=luck.random() < 0.7),
        numbers=s.Numbers(
            given=luck.choice(["registration", "registration", "check_in"]),
            per=luck.choice(["queue", "queue", "doctor"]),
        ),
        doctors=s.Doctors(
            log_in=luck.choice(["planned", "planned", "required"]),
            absent_after_ms=luck.choice([0, 10 * MINUTE]),
            next_finishes=luck.random() < 0.9,
        ),
    )


def an_opening(luck: Random) -> c.Open:
    halves: dict[Any, HalfPlan] = {}
    if luck.random() < 0.5:
        halves = {
            "am": HalfPlan(NINE, NINE + 3 * HOUR),
            "pm": HalfPlan(NINE + 4 * HOUR, NINE + 7 * HOUR),
        }
    return c.Open(
        by="admin",
        clinic=ClinicPlan("内科二诊区", "云岫市中心医院"),
        queues={
            "A": QueuePlan("心血管内科"),
            "B": QueuePlan("呼吸内科"),
            "Z": QueuePlan("专家门诊", "专", doctor="zhou", fee="expert"),
            "C": QueuePlan("消化内科", prefix="A"),
        },
        rooms={
            "1": RoomPlan("zhou", ("Z", "A")),
            "2": RoomPlan("lin", ("A", "B")),
            "3": RoomPlan("xu", ("C", "A", "B"), levels=luck.choice([(), (1, 2)])),
            "4": RoomPlan("", ("B",)),
        },
        doctors={
            "zhou": DoctorPlan("周文澜", "主任"),
            "lin": DoctorPlan("林知远"),
            "xu": DoctorPlan("许安禾"),
            "he": DoctorPlan("何叙"),
        },
        halves=halves,
        settings=some_settings(luck),
        rolls_over=luck.choice([None, NINE + 15 * HOUR]),
    )


class Chance:
    """Somebody in the clinic asks something: mostly what makes sense now, sometimes
    what does not."""

    def __init__(self, luck: Random, other_clinic: str = "eye1") -> None:
        self.luck = luck
        self.other_clinic = other_clinic
        self._deeds: list[tuple[Callable[[ClinicState, Millis], Any], int]] = [
            (self._register, 14),
            (self._check_in, 18),
            (self._call_next, 22),
            (self._in_room, 26),
            (self._line, 12),
            (self._aside, 14),
            (self._seat, 9),
            (self._desk, 5),
            (self._his, 4),
            (self._day, 2),
            (self._wake, 6),
        ]
        self._weights = [weight for _, weight in self._deeds]

    def command(self, state: ClinicState, now: Millis) -> Any:
        deed = self.luck.choices(self._deeds, self._weights)[0][0]
        return deed(state, now)

    def one(self, found: Sequence[T], otherwise: T) -> T:
        return self.luck.choice(found) if found else otherwise

    def ticket(self, state: ClinicState, *stages: str) -> str:
        if self.luck.random() < 0.05 or not stages:
            return self.one(list(state.tickets), "t1")
        found = [k for k, t in state.tickets.items() if t.state in stages]
        return self.one(found, "t1")

    def room(self, state: ClinicState) -> str:
        return self.luck.choice([*state.rooms, "9"] if state.rooms else ["9"])

    def doctor(self) -> str:
        return self.luck.choice(["zhou", "lin", "xu", "he"])

    def queue(self) -> str:
        return self.luck.choice(["A", "A", "B", "Z", "C"])

    # Who asks what

    def _register(self, state: ClinicState, now: Millis) -> Any:
        luck = self.luck
        slot = None
        if luck.random() < 0.5:
            start = NINE + luck.randint(-1, 6) * 30 * MINUTE
            slot = Slot(start, start + 30 * MINUTE)
        extra = None
        if luck.random() < 0.1:
            after = self.ticket(state, "waiting") if luck.random() < 0.5 else None
            extra = Extra("熟人", after=after)
        return c.Register(
            by="his",
            queue=self.queue(),
            name=NAME,
            card=luck.choice(CARDS),
            number=luck.choice([None, None, None, "A001", "B002"]),
            slot=slot,
            booked=luck.random() < 0.6,
            doctor=luck.choice([None, None, None, "zhou", "lin"]),
            special=luck.choice([(), (), (), ("military",), ("aged",)]),
            extra=extra,
            person=luck.choice([None, *PERSONS]),
            level=luck.choice([None, None, None, None, 1, 3]),
            linked=luck.choice([None, None, None, "old1"]),
        )

    def _check_in(self, state: ClinicState, now: Millis) -> Any:
        where: Any = self.luck.choice(["kiosk", "desk", "desk"])
        if self.luck.random() < 0.5:
            return c.CheckIn(by="k", card=self.luck.choice(CARDS), where=where)
        doctor = self.luck.choice([None, None, None, self.doctor()])
        key = self.ticket(state, "booked")
        return c.CheckIn(by="nurse", ticket=key, where=where, doctor=doctor)

    def _seen(self, state: ClinicState, room: str) -> str | None:
        found = state.rooms.get(room)
        if found is None:
            return None
        return self.luck.choice([found.current, found.current, found.last, None])

    def _call_next(self, state: ClinicState, now: Millis) -> Any:
        room = self.room(state)
        return c.CallNext(by="dr", room=room, after=self._seen(state, room))

    def _in_room(self, state: ClinicState, now: Millis) -> Any:
        busy = [(k, r.current) for k, r in state.rooms.items() if r.current]
        if not busy:
            return self._call_next(state, now)
        room, ticket = self.luck.choice(busy)
        assert ticket is not None
        about: dict[str, Any] = {"by": "dr", "room": room, "ticket": ticket}
        if self.luck.random() < 0.04:
            about["ticket"] = self.ticket(state)
        if self.luck.random() < 0.2:
            return c.ToExamination(
                **about,
                reports=self.luck.choice([(), ("ct",), ("ct", "blood")]),
                back_at=self.luck.choice([None, now + 20 * MINUTE]),
                keeps_seat=self.luck.random() < 0.2,
            )
        kinds: list[Any] = [c.Start, c.Start, c.Finish, c.Miss, c.Miss]
        kinds += [c.CallAgain, c.UndoCall, c.Hold]
        return self.luck.choice(kinds)(**about)

    def _line(self, state: ClinicState, now: Millis) -> Any:
        luck, why = self.luck, "护士决定"
        key = self.ticket(state, "waiting", "at_room")
        match luck.randint(0, 7):
            case 0:
                special = luck.choice(["", "military", "aged", "unknown"])
                return c.SetClass(by="n", ticket=key, special=special, reason=why)
            case 1:
                before = luck.choice([None, self.ticket(state, "waiting")])
                return c.Move(by="n", ticket=key, before=before, reason=why)
            case 2:
                doctor = luck.choice([None, self.doctor()])
                room = luck.choice([None, None, self.room(state)])
                return c.Pin(by="n", ticket=key, doctor=doctor, room=room)
            case 3:
                return c.SendToRoom(by="n", ticket=key, room=self.room(state))
            case 4:
                return c.Triage(by="n", ticket=key, level=luck.randint(1, 4))
            case 5:
                return c.Postpone(by="k", ticket=key)
            case 6:
                return c.UndoCheckIn(by="n", ticket=key)
            case _:
                vitals = Vitals(pulse=72)
                return c.TakeVitals(by="n", ticket=key, values=vitals)

    def _aside(self, state: ClinicState, now: Millis) -> Any:
        luck = self.luck
        match luck.randint(0, 10):
            case 0 | 1:
                return c.Recall(by="n", ticket=self.ticket(state, "missed"))
            case 2:
                return c.UndoMissed(by="dr", ticket=self.ticket(state, "missed"))
            case 3:
                return c.Revive(by="n", ticket=self.ticket(state, "gave_up", "missed"))
            case 4:
                return c.GiveUp(by="n", ticket=self.ticket(state, "waiting", "booked"))
            case 5:
                return c.Leave(by="k", ticket=self.ticket(state, "waiting"))
            case 6:
                key = self.ticket(state, "examination")
                report = luck.choice([None, "ct", "blood"])
                return c.ReportReady(by="lis", ticket=key, report=report)
            case 7 | 8:
                return c.ComeBack(by="n", ticket=self.ticket(state, "examination"))
            case 9:
                room = self.room(state)
                key = self.ticket(state, "held")
                after = self._seen(state, room)
                return c.Resume(by="dr", room=room, ticket=key, after=after)
            case _:
                room = self.room(state)
                key = self.ticket(state, "waiting", "at_room", "missed", "examination")
                after = self._seen(state, room)
                return c.CallOne(
                    by="dr", room=room, ticket=key, reason="急", after=after
                )

    def _seat(self, state: ClinicState, now: Millis) -> Any:
        luck, room = self.luck, self.room(state)
        match luck.randint(0, 8):
            case 0 | 1 | 2:
                mode: Any = luck.choice(["ordinary", "ordinary", "expert", "trainee"])
                return c.LogIn(by="dr", room=room, doctor=self.doctor(), mode=mode)
            case 3:
                return c.LogOut(by="dr", room=room)
            case 4:
                return c.ChangeRoom(by="dr", room=room, to=self.room(state))
            case 5:
                on = luck.random() < 0.6
                return c.Serve(by="dr", room=room, queue=self.queue(), on=on)
            case 6:
                return c.GoAway(by="dr", room=room, reason="抢救", back_at=now + HOUR)
            case _:
                return c.GetBack(by="dr", room=room)

    def _desk(self, state: ClinicState, now: Millis) -> Any:
        luck, why = self.luck, "设备检修"
        what: dict[str, Any] = luck.choice(
            [{"doctor": self.doctor()}, {"queue": self.queue()}, {"room": "2"}]
        )
        match luck.randint(0, 9):
            case 0:
                return c.StopCalling(by="n", reason=why, **what)
            case 1 | 2 | 3:
                return c.OpenCalling(by="n", **what)
            case 4 if luck.random() < 0.2 and "room" not in what:
                half: Any = luck.choice(["all", "am"])
                return c.StopClinic(by="n", reason=why, half=half, **what)
            case 5 | 6:
                answer: Any = luck.choice(["doctor", "day", "refund"])
                to = Target(queue=luck.choice([None, self.queue()]), doctor="he")
                key = self.ticket(state, "stopped")
                return c.AnswerStop(
                    by="n", ticket=key, answer=answer, to=to, day="2026-11-24"
                )
            case 7 if state.stops and luck.random() < 0.5:
                return c.LiftStop(by="n", stop=next(iter(state.stops)), reason=why)
            case 7:
                return c.Broadcast(by="n", text="请保持安静", until=now + MINUTE)
            case 8:
                return c.CallHelp(by="n", room="2")
            case _:
                number = luck.randint(1, max(1, state.alarms_raised))
                over = luck.random() < 0.5
                return c.AnswerHelp(by="n", alarm=f"al{number}", over=over)

    def _his(self, state: ClinicState, now: Millis) -> Any:
        luck, key = self.luck, self.ticket(state)
        match luck.randint(0, 6):
            case 0:
                return c.Refund(by="his", ticket=key)
            case 1:
                doctor = luck.choice([None, self.doctor()])
                return c.Exchange(
                    by="his", ticket=key, queue=self.queue(), doctor=doctor
                )
            case 2:
                return c.OpenedElsewhere(by="his", ticket=key, room=self.room(state))
            case 3:
                return c.Rename(by="his", person=luck.choice(PERSONS), name=OTHER_NAME)
            case 4:
                one, two = luck.choice(PERSONS), luck.choice(PERSONS)
                return c.Merge(by="his", person=one, into=two)
            case _:
                clinic = luck.choice([None, None, self.other_clinic])
                to = Target(self.queue(), luck.choice([None, self.doctor()]), clinic)
                stages = ("waiting", "in", "called", "examination")
                return c.Transfer(
                    by="dr",
                    ticket=self.ticket(state, *stages),
                    to=to,
                    and_return=luck.random() < 0.5,
                )

    def _day(self, state: ClinicState, now: Millis) -> Any:
        luck = self.luck
        match luck.randint(0, 6):
            case 0 | 1:
                return c.ChangeRules(by="admin", settings=some_settings(luck))
            case 2:
                return c.PreviewRules(by="admin", settings=some_settings(luck))
            case 3:
                half: Any = luck.choice(["am", "pm", "all"])
                return c.EndHalf(by="dr", half=half, doctor=self.doctor())
            case 4 if luck.random() < 0.05:
                return c.CloseDay(by="n")
            case 5:
                end: Any = luck.choice(["done", "gave_up", "missed", "no_show"])
                key = self.ticket(state, "waiting", "booked", "missed", "held")
                return c.Settle(by="n", ticket=key, end=end)
            case _:
                return c.HandOver(by="n", to="李", note="三号床待复查")

    def _wake(self, state: ClinicState, now: Millis) -> Any:
        return Wake(due=now)


def the_morning(floor: Any, chance: Chance, people: int = 10) -> None:
    """Doctors sit down and people come; what the rules refuse, they refuse."""
    for room, doctor in (("1", "zhou"), ("2", "lin"), ("3", "xu")):
        floor.ask(c.LogIn(by="dr", room=room, doctor=doctor))
    for _ in range(people):
        registered = floor.ask(chance._register(floor.state, floor.now))
        ticket = getattr(getattr(registered, "reply", None), "ticket", None)
        if ticket is not None:
            floor.ask(c.CheckIn(by="n", ticket=ticket, where="desk"))
