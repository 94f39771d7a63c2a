"""Who stands at the kiosk, and whose visit it is. Pure.

From the moment somebody is shown, no other card is taken until this session has ended.
"""

from __future__ import annotations

from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision
from actors.session.answers import ending, not_now, unknown_row, yes
from actors.session.messages import (
    AddKin,
    ChooseFor,
    ChosenFor,
    Event,
    Identified,
    Identify,
    KinAdded,
    NotKnown,
    NumberTyped,
    Second,
    SecondWrong,
    Start,
    Started,
    ThisSession,
)
from actors.session.state import Session, SessionState

TRIES = 3
WRONG_A_DAY = 5
"""So often may a number's second factor be wrong at one terminal in a day."""

NOBODY_YET = frozenset({"identifying", "second", "unknown"})


def start(state: SessionState, command: Start, now: Millis) -> Decision:
    if state.session is not None:
        if state.session.step == "identifying":
            return yes(state.session)
        return _busy(state.session)
    started = Started(
        at=now,
        session=_new_id(state),
        purpose=command.purpose,
        language=command.language,
        large=command.large,
    )
    return Accepted((started,), ThisSession(started.session))


def _busy(session: Session) -> Refused:
    return Refused(
        "session_busy",
        "上一位还没有办完，请先点“结束”，再刷卡。",
        session=session.id,
    )


def _new_id(state: SessionState) -> str:
    return f"k{state.sessions + 1}"


def identify(state: SessionState, command: Identify, now: Millis) -> Decision:
    session = state.session
    if session is not None and session.step not in NOBODY_YET:
        if session.mark == command.mark and session.how == command.how:
            return yes(session)  # the same card, laid again
        return _busy(session)
    if command.how == "first_visit" and (
        session is None or not session.can_make or session.mark != command.mark
    ):
        return Refused("other_card", "建档要用刚才刷的那张卡，请再刷一次。")
    events: list[Event] = []
    name = _new_id(state) if session is None else session.id
    if session is None:
        events.append(Started(at=now, session=name))
    if command.how == "typed" and not command.code:
        if state.wrong.get(command.mark, 0) >= WRONG_A_DAY:
            return Refused(
                "too_often", "这个号码今天核对错的次数太多，请带证件到窗口。"
            )
        typed = NumberTyped(
            at=now, mark=command.mark, kind=command.kind, person=command.person
        )
        events.append(typed)
    elif command.whom is None:
        events.append(
            NotKnown(
                at=now,
                how=command.how,
                mark=command.mark,
                kind=command.kind,
                code=command.code or "unknown_person",
                can_make=command.can_make,
            )
        )
    else:
        events.append(
            Identified(
                at=now,
                how=command.how,
                mark=command.mark,
                kind=command.kind,
                whom=command.whom,
                found=command.found,
                places=command.places,
                family=command.family,
            )
        )
    return Accepted(tuple(events), ThisSession(name))


def may_ask_for(session: Session) -> bool:
    """While nothing is held or under way."""
    steps = ("confirm", "choose", "done")
    return bool(session.family) and session.step in steps and session.held is None


def choose_for(session: Session, command: ChooseFor, now: Millis) -> Decision:
    if session.step != "whose" or command.session != session.id:
        return not_now(session)
    if command.row not in session.family:
        return unknown_row()
    return yes(session, ChosenFor(at=now, row=command.row, found=command.found))


def second(
    state: SessionState, session: Session, command: Second, now: Millis
) -> Decision:
    if session.step != "second" or command.session != session.id:
        return not_now(session)
    if command.mark != session.mark:
        return not_now(session)
    if state.wrong.get(session.mark, 0) >= WRONG_A_DAY:
        return yes(session, *ending(state, session, "not_matched", now))
    if command.right and command.whom is not None:
        known = Identified(
            at=now,
            how="typed",
            mark=session.mark,
            kind=session.kind,
            whom=command.whom,
            found=command.found,
            places=command.places,
        )
        return yes(session, known)
    wrong = SecondWrong(at=now, mark=session.mark)
    if session.tries + 1 < TRIES:
        return yes(session, wrong)
    return yes(session, wrong, *ending(state, session, "not_matched", now))


def may_add_kin(session: Session) -> bool:
    """Whoever has laid a card of their own may have a file made for a child."""
    by_card = session.how in ("card", "first_visit")
    known = session.holder is not None and bool(session.holder.person)
    return by_card and known and session.step in ("whose", "choose")


def add_kin(session: Session, command: AddKin, now: Millis) -> Decision:
    if command.session != session.id or not may_add_kin(session):
        return not_now(session)
    if session.holder is None or session.holder.person != command.guardian:
        return not_now(session)
    return yes(session, KinAdded(at=now, kin=command.kin, found=command.found))
