"""What a session's decisions share: how they say yes and no, and how it ends."""

from __future__ import annotations

from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted
from actors.session import begin
from actors.session.messages import Begun, Ended, Event, ThisSession
from actors.session.state import Session, SessionState


def yes(session: Session, *events: Event) -> Accepted:
    return Accepted(events, ThisSession(session.id))


def not_now(session: Session) -> Refused:
    return Refused("not_now", "现在不能这样做，请看屏幕上的提示。", step=session.step)


def unknown_row() -> Refused:
    return Refused("unknown_row", "没有这一项，请看屏幕重新选。")


def ending(
    state: SessionState, session: Session, why: str, now: Millis
) -> tuple[Event, ...]:
    """It ends; the place it held goes back, unless it is being booked: then that is
    finished first, and the number is the patient's."""
    ended = Ended(at=now, session=session.id, why=why)
    under_way: Begun | None = state.open.get(session.deed)
    if session.held is None or under_way is not None:
        return (ended,)
    return ended, begin.drop(state, session, session.held, now)
