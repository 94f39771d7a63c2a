"""What patients are told, in Chinese and English: what happened, what to do now.

Whoever cannot read well has it read aloud, so sentences are short and name one thing to
do. No word here is about who somebody is.
"""

from __future__ import annotations

from typing import NamedTuple

from actors.session.findings import BookingRow, Foreseen, Given, Place, TicketRow
from actors.session.state import Said


class Words(NamedTuple):
    zh: str
    en: str


_DESK = "请到分诊台，护士会帮您。"
_DESK_EN = "Please go to the nurse's desk."

_FIXED: dict[str, Words] = {
    "unknown_person": Words(
        "没有查到档案。第一次来请先建档。",
        "No file was found. If this is your first visit, make a file first.",
    ),
    "bad_number": Words(
        "没有认出这个号码，请再刷一次，或核对后再输。",
        "The number was not recognised. Please try again.",
    ),
    "several_people": Words(
        "这个号码对应不止一份档案，请换一张卡，或到窗口。",
        "This number belongs to several files. Use another card, or go to the window.",
    ),
    "bad_slip": Words(
        "这张小票不是今天的，请刷卡，或到分诊台。",
        "This slip is not of today. Use your card, or go to the nurse's desk.",
    ),
    "second_wrong": Words(
        "核对不上，请再试一次。",
        "That does not match. Please try again.",
    ),
    "dropped": Words(
        "号已经放回，没有挂号。", "The place was given back. Nothing is booked."
    ),
    "reprinted": Words("请取走小票。", "Please take your slip."),
    "cancelled": Words(
        "预约已经取消。付过的钱请到窗口退。",
        "The appointment is cancelled. What was paid is refunded at the window.",
    ),
    "cut_off": Words(
        "您挂的时段已经过了，请到分诊台签到。",
        "Your time has passed. Please check in at the nurse's desk.",
    ),
    "other_clinic": Words(
        "这张号不在这里签到，请到您的诊区签到。",
        "This ticket is checked in at its own clinic.",
    ),
    "void": Words(
        "这张号多次过号已经作废，请到分诊台，护士可以恢复。",
        "This number was missed too often. The nurse's desk can revive it.",
    ),
    "none_left": Words(
        "这个时段的号刚刚约完了，请换一个时段。",
        "This time has just been taken. Please choose another one.",
    ),
    "already_held": Words(
        "您在这个班次已经有号，不用再挂。",
        "You already have a number in this session.",
    ),
    "limit_reached": Words(
        "您的号已经到上限，不能再挂。", "You have as many numbers as are allowed."
    ),
    "booking_closed": Words(
        "您多次预约没有来，现在不能预约，请当天到窗口挂号。",
        "Booking is closed after missed appointments. Register at the window.",
    ),
    "sale_over": Words(
        "这个时段已经停止挂号，请换一个时段或到窗口。",
        "This time is no longer sold. Choose another, or go to the window.",
    ),
    "not_on_sale": Words(
        "还没有到放号时间，请到时再来。", "Booking has not opened yet."
    ),
    "session_stopped": Words(
        "这位医生停诊了，请换一位医生或改天。",
        "This doctor's session is cancelled. Choose another doctor or day.",
    ),
    "clinic_stopped": Words(
        "这位医生或队列已经停诊，请到分诊台改约或退号。",
        "This clinic is cancelled today. The nurse's desk will rebook or refund.",
    ),
    "not_held": Words(
        "留号的时间过了，请重新选。", "The held place has expired. Please choose again."
    ),
    "too_late": Words(
        "已经过了可以办的时间，请到窗口。", "It is too late for that. Go to the window."
    ),
    "already_taken": Words(
        "号已经取了，要退请到窗口。",
        "It has been collected already. Refunds are at the window.",
    ),
}


def said(
    told: Said, place: Place | None, given: Given | None, when: Foreseen | None = None
) -> Words:
    """Whatever it is, there are words in both languages."""
    match told.code:
        case "checked_in" | "rejoined" | "returned" | "in_line" if place is not None:
            return _stands(told.code, place, when)
        case "booked" | "taken" if given is not None:
            return _given(told.code, given)
        case "too_early":
            m = told.minutes
            if not m:
                return Words(
                    "还没有到时间，请到时再来。",
                    "It is too early. Please come back later.",
                )
            return Words(
                f"还没有到签到时间，请过 {m} 分钟再来签到。",
                f"It is too early to check in. Please come back in {m} minutes.",
            )
        case code if code in _FIXED:
            return _FIXED[code]
        case _:
            return Words(told.message or _DESK, _DESK_EN)


def expected(when: Foreseen) -> Words:
    """In half of all cases it is sooner: whoever comes back at the hour may be too
    late."""
    if when.about_time == when.by_time:
        return Words(
            f"大约 {when.about_time} 叫您，也可能早些，请别走远。",
            f"We expect to call you about {when.about_time}. "
            "It may be sooner: please stay near.",
        )
    return Words(
        f"大约 {when.about_time} 叫您，多半不晚于 {when.by_time}；"
        "也可能早些，请别走远。",
        f"We expect to call you about {when.about_time}, most likely by "
        f"{when.by_time}. It may be sooner: please stay near.",
    )


def expected_on_slip(when: Foreseen) -> tuple[str, str]:
    """In lines that fit on the paper."""
    later = f"，多半不晚于 {when.by_time}" if when.by_time != when.about_time else ""
    return f"大约 {when.about_time}{later or ' 叫您'}", "也可能早些，请别走远。"


def _stands(code: str, place: Place, when: Foreseen | None) -> Words:
    first = {
        "checked_in": ("签到好了。", "You are checked in. "),
        "rejoined": ("重新排上队了。", "You are in line again. "),
        "returned": ("回诊排上队了。", "You are in line to see the doctor again. "),
        "in_line": ("您已经在排队了。", "You are in line already. "),
    }[code]
    number = f"您是 {place.number} 号，" if place.number else ""
    ahead = f"前面还有 {place.ahead} 位。" if place.ahead else "马上就到您。"
    where = f"请到{_floor(place.floor)}{place.clinic_name}坐下等叫号。"
    number_en = f"Your number is {place.number}. " if place.number else ""
    ahead_en = f"{place.ahead} before you. " if place.ahead else "You are next. "
    name_en = place.clinic_name_en or place.clinic_name
    floor_en = f", floor {place.floor}" if place.floor else ""
    where_en = f"Please wait in {name_en}{floor_en} until you are called."
    then = Words("", "") if when is None else expected(when)
    return Words(
        first[0] + number + ahead + then.zh + where,
        first[1] + number_en + ahead_en + then.en + (" " * bool(then.en)) + where_en,
    )


def _given(code: str, given: Given) -> Words:
    number, number_en = f"您是 {given.number} 号。", f"Your number is {given.number}. "
    if code == "taken":
        return Words(
            f"取号成功，{number}就诊前请签到。",
            f"{number_en}Please check in before your visit.",
        )
    return Words(
        f"挂号成功，{number}费用在窗口或取号时付，就诊当天请签到。",
        f"Booked. {number_en}Pay at the window. Check in on the day of your visit.",
    )


def _floor(floor: str) -> str:
    return f" {floor} 楼" if floor else ""


def ticket_note(row: TicketRow) -> Words | None:
    """Why the kiosk can do nothing with it, and where to go."""
    name, name_en = row.clinic_name, row.clinic_name_en or row.clinic_name
    at = f"{_floor(row.floor).lstrip()}{name}"
    at_en = f"{name_en}, floor {row.floor}" if row.floor else name_en
    match row.note:
        case "":
            return None
        case "other_clinic":
            return Words(
                f"请到{at}签到，这里办不了。",
                f"Please check in at {at_en}, not here.",
            )
        case "go_first":
            return Words(
                f"请先到{row.go_first}，做完再来签到。",
                f"Please go to {row.go_first_en or row.go_first} first, "
                "then check in here.",
            )
        case "other_day":
            day = _day(row.day)
            return Words(
                f"这是 {day} 的号，请那天再来签到。",
                f"This is for {row.day}. Please check in on that day.",
            )
        case "void":
            return _FIXED["void"]
        case "stopped":
            return _FIXED["clinic_stopped"]
        case "called":
            return Words(
                f"正在叫您，请现在就到 {row.room} 诊室。",
                f"You are being called: please go to room {row.room} now.",
            )
        case "in_room":
            return Words(
                f"您正在 {row.room} 诊室就诊。", f"You are being seen in {row.room}."
            )
        case "leaving":
            return Words(
                "您的号正在转往别的诊区，请到分诊台问一问。",
                "Your number is moving to another clinic. Ask at the nurse's desk.",
            )
        case "held":
            return Words(
                "医生请您稍等，请到诊室门口等候。",
                "The doctor has asked you to wait. Please wait at the door.",
            )
        case "reports":
            return Words(
                "检查结果还没有到齐，到齐后会自动排队，请在附近等候。",
                "Some results are missing. You join the line when they are here.",
            )
        case "refunded":
            return Words(
                "这个号已经退了，要看病请重新挂号。",
                "This number was given back. Please register again to be seen.",
            )
        case "over":
            return Words(
                "这张号已经看完了，还要看请重新挂号。",
                "This visit is over. Please register again to be seen.",
            )
        case _:
            return Words(_DESK, _DESK_EN)


def booking_note(row: BookingRow) -> Words | None:
    if row.overdue:
        day = _day(row.day)
        return Words(
            f"{day} 的号已经过了取号时间，请到窗口处理，或重新挂号。",
            f"The time to collect the number of {row.day} has passed. "
            "Go to the window, or book again.",
        )
    match row.note:
        case "stopped":
            return Words(
                "这位医生停诊，请到窗口改约或退号。",
                "This session is cancelled. The window will rebook or refund.",
            )
        case "other_day":
            day = _day(row.day)
            return Words(
                f"请 {day} 当天来签到。", f"Please come and check in on {row.day}."
            )
        case _:
            return None


def _day(day: str) -> str:
    _, month, date = day.split("-")
    return f"{int(month)} 月 {int(date)} 日"
