"""What a terminal's session says to each command. Pure.

One patient at a time: from the moment somebody is shown, no other card is taken until
this session has ended. What other actors must do is begun here as an intent, and
settled here when its outcome is known; a place that nobody is left to want is given
back.
"""

from __future__ import annotations

from typing import assert_never

from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision, Nothing, Wake
from actors.session import begin, who
from actors.session.answers import ending, not_now, unknown_row, yes
from actors.session.findings import Place
from actors.session.messages import (
    AddKin,
    AskedFor,
    AskFor,
    Book,
    Cancel,
    CheckIn,
    ChooseFor,
    Command,
    Confirm,
    Confirmed,
    Drop,
    End,
    Expected,
    Foresee,
    Hold,
    Identify,
    More,
    PlaceShown,
    Reprint,
    Second,
    Set,
    Settle,
    Settled,
    Start,
    Stay,
    Stayed,
    Take,
    WasSet,
    WentBack,
    What,
)
from actors.session.state import GONE, Session, SessionState, in_line

CAN: dict[str, tuple[str, ...]] = {
    "idle": ("start", "identify"),
    "identifying": ("identify",),
    "second": ("second", "identify"),
    "unknown": ("identify",),
    "whose": ("choose_for",),
    "confirm": ("confirm",),
    "choose": ("check_in", "hold", "take", "cancel", "reprint"),
    "held": ("book", "drop"),
    "doing": (),
    "done": ("more",),
}
"""What is taken at each step, besides ``set``, ``stay`` and ``end``."""


def may(session: Session | None) -> tuple[str, ...]:
    """The asks that this session would take now."""
    if session is None:
        return CAN["idle"]
    asks = [ask for ask in CAN[session.step] if session.tickets or ask not in _TICKETS]
    if session.step == "choose":
        whom = session.whom
        if whom is None or not whom.person:
            asks = [ask for ask in asks if ask != "hold"]
        if not any("take" in row.does for row in session.bookings.values()):
            asks = [ask for ask in asks if ask != "take"]
        if not any("cancel" in row.does for row in session.bookings.values()):
            asks = [ask for ask in asks if ask != "cancel"]
    if session.step == "unknown" and session.can_make:
        asks.append("first_visit")
    if who.may_ask_for(session):
        asks.append("ask_for")
    if who.may_add_kin(session):
        asks.append("first_child")
    if session.step != "doing":
        asks += ["set", "stay"]
    return (*asks, "end")


_TICKETS = ("check_in", "reprint")


def decide(state: SessionState, command: Command, now: Millis) -> Decision:
    match command:
        case Settle():
            return _settle(state, command, now)
        case Foresee():
            return _foresee(state, command, now)
        case Wake():
            return _wake(state, now)
        case Start():
            return who.start(state, command, now)
        case Identify():
            return who.identify(state, command, now)
        case _:
            pass
    session = state.session
    if session is None:
        if isinstance(command, End):
            return Accepted((), Nothing())  # it is over already
        return Refused("no_session", "请先刷卡，或点一下屏幕重新开始。")
    if isinstance(command, End):
        return yes(session, *ending(state, session, command.why, now))
    if session.step == "doing":
        return not_now(session)
    match command:
        case Set():
            was_set = WasSet(
                at=now,
                language=command.language or session.language,
                large=session.large if command.large is None else command.large,
            )
            return yes(session, was_set)
        case Stay():
            return yes(session, Stayed(at=now))
        case Second():
            return who.second(state, session, command, now)
        case ChooseFor():
            return who.choose_for(session, command, now)
        case AddKin():
            return who.add_kin(session, command, now)
        case AskFor():
            if not who.may_ask_for(session):
                return yes(session) if session.step == "whose" else not_now(session)
            return yes(session, AskedFor(at=now))
        case Confirm():
            if session.step == "choose":
                return yes(session)
            if session.step != "confirm":
                return not_now(session)
            return yes(session, Confirmed(at=now))
        case More():
            if session.step != "done" or command.session != session.id:
                return not_now(session)
            return yes(session, WentBack(at=now, found=command.found))
        case CheckIn() | Reprint():
            return _with_ticket(state, session, command, now)
        case Hold() | Book() | Drop() | Take() | Cancel():
            return _with_numbers(state, session, command, now)
        case _:
            assert_never(command)


# What they want


def _with_ticket(
    state: SessionState, session: Session, command: CheckIn | Reprint, now: Millis
) -> Decision:
    if session.step != "choose":
        return not_now(session)
    row = session.tickets.get(command.ticket)
    if row is None:
        return unknown_row()
    reprint = isinstance(command, Reprint)
    if reprint or row.does == "place":
        place = _this_place(command.place, row.ticket)
        if place is None or (reprint and not place.number):
            return Refused("no_slip", "这张号还没有号码，请先签到或到分诊台。")
        shown = PlaceShown(at=now, about=command.ticket, place=place, slip=reprint)
        return yes(session, shown)
    assert isinstance(command, CheckIn)
    if not row.does:
        return Refused("not_here", "这张号在这里办不了，请看屏幕上的提示。")
    if row.prepare and row.does == "check_in" and not command.prepared:
        return Refused("not_prepared", "请先看一看检查前的准备，做好了再签到。")
    begun = begin.with_ticket(state, session, command, row, now)
    return yes(session, begun)


def _this_place(place: Place | None, ticket: str) -> Place | None:
    return place if place is not None and place.ticket == ticket else None


def _with_numbers(
    state: SessionState,
    session: Session,
    command: Hold | Book | Drop | Take | Cancel,
    now: Millis,
) -> Decision:
    whom = session.whom
    if isinstance(command, Book | Drop):
        if session.step != "held" or session.held is None:
            return not_now(session)
        what = begin.book if isinstance(command, Book) else begin.drop
        return yes(session, what(state, session, session.held, now))
    if session.step != "choose" or whom is None:
        return not_now(session)
    if not whom.person:
        return Refused("no_file", "挂号要先有档案，请用身份证建档，或到窗口。")
    if isinstance(command, Hold):
        if command.person != whom.person:
            return not_now(session)
        return yes(session, begin.hold(state, session, whom, command, now))
    row = session.bookings.get(command.booking)
    if row is None:
        return unknown_row()
    verb: What = "take" if isinstance(command, Take) else "cancel"
    if verb not in row.does:
        return Refused("not_here", "这个号在这里办不了，请看屏幕上的提示。")
    about = command.booking
    return yes(session, begin.with_booking(state, session, verb, about, row, now))


# What became of it


def _settle(state: SessionState, command: Settle, now: Millis) -> Decision:
    begun = state.open.get(command.deed)
    if begun is None:
        return Accepted((), Nothing())  # told before a crash
    fields = {f: getattr(command, f) for f in Settle.__struct_fields__ if f != "by"}
    if begun.what == "drop":
        fields |= {"code": "", "message": ""}  # gone is gone, however
    settled = Settled(at=now, what=begun.what, **fields)
    session = state.session
    wanted = session is not None and session.deed == command.deed
    if wanted:
        return Accepted((settled,), Nothing())
    # its patient has left: nobody else must wait for the place to expire
    booking = ""
    if begun.what == "hold" and command.held is not None:
        booking = command.held.booking
    elif begun.what == "book" and command.code and command.code not in GONE:
        booking = begun.booking
    if not booking:
        return Accepted((settled,), Nothing())
    back = begin.give_back(state, begun, booking, now)
    return Accepted((settled, back), Nothing())


def _foresee(state: SessionState, command: Foresee, now: Millis) -> Decision:
    """For whoever has this ticket in line here; anybody else has left."""
    session = state.session
    key = in_line(command.clinic, command.ticket)
    if session is None or session.foreseen.get(key) == command.foreseen:
        return Accepted((), Nothing())
    place = session.place
    shown = place is not None and key == in_line(place.clinic, place.ticket)
    listed = any(
        row.does == "place" and key == in_line(row.clinic, row.ticket)
        for row in session.tickets.values()
    )
    if not shown and not listed:
        return Accepted((), Nothing())
    expected = Expected(
        at=now,
        clinic=command.clinic,
        ticket=command.ticket,
        foreseen=command.foreseen,
    )
    return Accepted((expected,), Nothing())


def _wake(state: SessionState, now: Millis) -> Decision:
    session = state.session
    if session is None or now < session.deadline:
        return Accepted((), Nothing())
    if session.step == "doing":
        why = "unfinished"
    elif session.step == "done":
        why = "done"
    else:
        why = "timeout"
    return Accepted(ending(state, session, why, now), Nothing())


def wake_at(state: SessionState) -> Millis | None:
    return None if state.session is None else state.session.deadline
