"""What a wall may have to show, made up: every layout, from a hall with nobody in it to
one that is full to the last line. Views as docs/protocol.md writes them; all names are
invented, and masked as the server masks them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

NOW = 1_795_398_120_000
"""A Monday, 09:42 in China."""
DAY = "2026-11-23"
MINUTE = 60_000

View: TypeAlias = dict[str, Any]
Trouble: TypeAlias = Literal["", "stale", "locked", "flash"]

NAMES = (
    "张*三 欧阳*龙 王*芳 李* 刘*英 仇*生 区*欢 单* 解*民 查* 曾* 尉迟*德 赵*兰 孙*华 "
    "陈*明 吴* 冯* 唐*龙 沈* 高*琴 何* 马*兰 阿*** A*** P*********"
).split()
DOCTORS = "周文澜 林知远 许安禾 单雅宁 何叙 罗一舟 欧阳静宜 叶青 尉迟恭 陆平".split()
TITLES = ("主任", "副主任", "主治")


@dataclass(frozen=True)
class Scene:
    """One picture: where the wall hangs, what is so there, and what is wrong."""

    name: str
    layout: str
    address: str
    views: dict[str, View]
    area: View = field(default_factory=dict)
    trouble: Trouble = ""
    calls: bool = True
    """Somebody is being called, and the number must be read from afar."""


class Day:
    """One clinic's view, filled step by step."""

    def __init__(self, name: str, english: str = "", floor: str = "") -> None:
        self._count = 0
        clinic = {"name": name, "hospital": "云岫市中心医院", "day": DAY}
        if english:
            clinic["name_en"] = english
        if floor:
            clinic["floor"] = floor
        self.view: View = {
            **{"clinic": clinic, "queues": {}, "rooms": {}, "tickets": {}},
            **{"orders": {}, "calls": {}, "missed": {}, "notices": {}},
        }

    def queue(self, letter: str, name: str) -> None:
        self.view["queues"][letter] = {"name": name}
        self.view["orders"][letter] = []

    def room(self, room: str, *queues: str, doctor: bool = True, **more: Any) -> None:
        row = {"queues": list(queues), **more}
        if doctor:
            place = len(self.view["rooms"])
            row["doctor"] = DOCTORS[place % len(DOCTORS)]
            row["title"] = TITLES[place % len(TITLES)]
        self.view["rooms"][room] = row

    def ticket(self, letter: str, state: str, **more: Any) -> str:
        self._count += 1
        key = f"t{self._count}"
        self.view["tickets"][key] = {
            "number": f"{letter}{self._count:03}",
            "name": NAMES[self._count % len(NAMES)],
            "queue": letter,
            "state": state,
            "since": NOW - 30 * MINUTE + self._count,
            **more,
        }
        return key

    def wait(self, letter: str, count: int, **more: Any) -> None:
        for _ in range(count):
            key = self.ticket(letter, "waiting", **more)
            self.view["orders"][letter].append(key)

    def inside(self, room: str) -> str:
        letter = self.view["rooms"][room]["queues"][0]
        called = NOW - 5 * MINUTE - self._count
        key = self.ticket(letter, "in", room=room, called_at=called)
        self.view["rooms"][room]["current"] = key
        return key

    def call(self, room: str, times: int = 1, at: int = NOW) -> None:
        letter = self.view["rooms"][room]["queues"][0]
        key = self.ticket(letter, "called", room=room, called_at=at)
        self.view["rooms"][room]["current"] = key
        row = self.view["tickets"][key]
        self.view["calls"][f"c{len(self.view['calls']) + 1}"] = {
            **{"ticket": key, "number": row["number"], "name": row["name"]},
            **{"room": room, "at": at, "expires": NOW + 90 * MINUTE, "times": times},
        }

    def miss(self, letter: str, count: int) -> None:
        for _ in range(count):
            self.view["missed"][self.ticket(letter, "missed")] = NOW - MINUTE

    def broadcast(self, text: str) -> None:
        until = NOW + 90 * MINUTE
        self.view["notices"]["n1"] = {"text": text, "at": NOW, "until": until}


BROADCAST = (
    "请注意：二楼东侧电梯正在检修，行动不便的患者请走西侧电梯，或请分诊台护士帮忙。"
)
STOPPED = {"kind": "clinic_stopped", "half": "am"}


def hall(rooms: int = 6, waiting: int = 4) -> Day:
    day = Day("内科二诊区", "Internal Medicine Area 2", "2")
    letters = {"A": "心血管内科", "B": "呼吸内科", "C": "消化内科"}
    for letter, name in letters.items():
        day.queue(letter, name)
    for number in range(1, rooms + 1):
        side, place = ("右", number) if number <= rooms / 2 else ("左", number)
        day.room(
            str(number),
            list(letters)[number * 3 // (rooms + 1)],
            way=f"{side}边第 {place} 个门",
            way_en=f"Room {number}, {'right' if side == '右' else 'left'}",
        )
    for letter in letters:
        day.wait(letter, waiting)
    return day


def busy(day: Day, called: str = "3", times: int = 1) -> Day:
    for room in day.view["rooms"]:
        if room == called:
            day.call(room, times)
        elif day.view["rooms"][room].get("doctor"):
            day.inside(room)
    return day


def full_hall() -> Day:
    day = busy(hall(rooms=12, waiting=40), "7", times=2)
    for room in ("2", "9"):
        day.call(room, at=NOW - 1_000)
    day.miss("A", 9)
    return day


def dental(chairs: int = 8, waiting: int = 12) -> Day:
    day = Day("口腔科", "Dentistry", "3")
    day.queue("D", "口腔综合")
    for number in range(1, chairs + 1):
        day.room(f"{number}", "D", way="前台左转", way_en="Left of the desk")
    day.wait("D", waiting)
    return day


def examination(rooms: tuple[str, ...], waiting: int) -> Day:
    day = Day("医学影像科", "Imaging", "1")
    lines = {"U": "腹部彩超", "T": "CT", "M": "核磁共振", "X": "胸部X线摄影（DR）"}
    for letter, name in lines.items():
        day.queue(letter, name)
    for place, room in enumerate(rooms):
        day.room(room, list(lines)[place % len(lines)], way="走廊尽头")
    for letter in lines:
        day.wait(letter, waiting, marks=["booked"])
    return day


def pharmacy(windows: int = 4, waiting: int = 8) -> Day:
    day = Day("门诊药房", "Pharmacy", "1")
    day.queue("P", "西药房")
    for number in range(1, windows + 1):
        day.room(f"{number}", "P")
    day.wait("P", waiting)
    return day


HOUSE = (
    ("im2", "内科二诊区", "2"), ("eye1", "眼科诊区", "3"),
    ("ent", "耳鼻咽喉头颈外科", "3"), ("ped", "儿科", "1"),
    ("obs", "妇产科门诊", "4"), ("tcm", "中医科", "5"),
    ("ort", "骨科与运动医学诊区", "2"), ("der", "皮肤科", "5"),
)  # fmt: skip


def house(clinics: int, *, called: int, waiting: int = 7) -> dict[str, View]:
    found = {}
    for place, (clinic, name, floor) in enumerate(HOUSE[:clinics]):
        day = Day(name, "", floor)
        day.queue("A", name)
        day.room("3", "A")
        day.room("12", "A")
        day.wait("A", waiting * (place + 1))
        if place < called:
            day.call("12")
        found[clinic] = day.view
    return found


def _stopped(day: Day, room: str) -> Day:
    rooms = day.view["rooms"]
    rooms[room] = {"queues": rooms[room]["queues"], "note": STOPPED}
    return day


def _noted(day: Day, room: str, note: dict[str, Any]) -> Day:
    row = day.view["rooms"][room]
    if (key := row.pop("current", None)) is not None:
        del day.view["tickets"][key]
    row["note"] = note
    return day


def _told(day: Day) -> Day:
    day.broadcast(BROADCAST)
    return day


def _scenes() -> list[Scene]:
    scenes: list[Scene] = []
    away = {"kind": "away", "since": NOW, "back_at": NOW + 20 * MINUTE}

    def of(layout: str, query: str, makes: dict[str, Day], full: Day) -> None:
        def add(name: str, day: Day, **more: Any) -> None:
            scenes.append(
                Scene(f"{layout}-{name}", layout, query, {"im2": day.view}, **more)
            )

        add("live", makes["busy"])
        add("stale", makes["busy"], trouble="stale")
        add("locked", makes["busy"], trouble="locked")
        add("flash", makes["busy"], trouble="flash")
        add("broadcast", _told(makes["busy_too"]))
        add("stopped", makes["stopped"], calls=bool(makes["stopped"].view["calls"]))
        add("empty", makes["empty"], calls=False)
        add("quiet", makes["quiet"], calls=False)
        add("full", full)
        add("full-locked", full, trouble="locked")
        add("full-stale", full, trouble="stale")

    missed = hall()
    missed.miss("A", 2)
    for room in ("1", "2", "4"):
        missed.inside(room)
    of(
        "hall",
        "clinic=im2",
        {
            "busy": busy(hall()),
            "busy_too": busy(hall(), times=2),
            "stopped": _noted(_stopped(busy(hall()), "5"), "2", away),
            "empty": hall(waiting=0),
            "quiet": missed,
        },
        full_hall(),
    )
    closed = _stopped(hall(), "3")
    door_full = hall(waiting=0)
    door_full.wait("A", 2, marks=["priority"])
    door_full.wait("A", 9, marks=["return"])
    door_full.view["rooms"]["2"].update(doctor="尉迟恭德", title="主任")
    inside = hall()
    inside.inside("2")
    of(
        "door",
        "clinic=im2&room=2",
        {
            "busy": busy(hall(), "2"),
            "busy_too": busy(hall(), "2", times=3),
            "stopped": _stopped(closed, "2"),
            "empty": hall(waiting=0),
            "quiet": inside,
        },
        busy(door_full, "2"),
    )
    scenes.append(
        Scene(
            "door-away",
            "door",
            "clinic=im2&room=2",
            {"im2": _noted(busy(hall()), "2", away).view},
            calls=False,
        )
    )
    dental_quiet = dental()
    for room in ("1", "2", "5"):
        dental_quiet.inside(room)
    of(
        "dental",
        "clinic=im2&layout=dental",
        {
            "busy": busy(dental()),
            "busy_too": busy(dental()),
            "stopped": _stopped(busy(dental()), "5"),
            "empty": dental(waiting=0),
            "quiet": dental_quiet,
        },
        busy(dental(24, 60), "14"),
    )
    of(
        "examination",
        "clinic=im2&layout=examination",
        {
            "busy": busy(examination(("B1", "CT1", "M1", "DR2"), 5), "CT1"),
            "busy_too": busy(examination(("B1", "CT1", "M1", "DR2"), 5), "CT1"),
            "stopped": _stopped(
                busy(examination(("B1", "CT1", "M1", "DR2"), 5), "CT1"), "M1"
            ),
            "empty": examination(("B1", "CT1", "M1", "DR2"), 0),
            "quiet": examination(("B1", "CT1", "M1", "DR2"), 3),
        },
        busy(
            examination(("B1", "B2", "B3", "CT1", "CT2", "M1", "DR1", "DR2"), 40),
            "CT2",
        ),
    )
    of(
        "pharmacy",
        "clinic=im2&layout=pharmacy",
        {
            "busy": busy(pharmacy()),
            "busy_too": busy(pharmacy(2), "2"),
            "stopped": _stopped(busy(pharmacy()), "4"),
            "empty": pharmacy(waiting=0),
            "quiet": pharmacy(),
        },
        busy(pharmacy(6, 60), "5"),
    )
    for name, views, trouble in (
        ("live", house(3, called=2), ""),
        ("stale", house(3, called=2), "stale"),
        ("locked", house(3, called=2), "locked"),
        ("empty", house(3, called=0, waiting=0), ""),
        ("full", house(8, called=7, waiting=25), ""),
        ("full-locked", house(8, called=7, waiting=25), "locked"),
        ("full-stale", house(8, called=7, waiting=25), "stale"),
        ("six", house(6, called=5), ""),
        ("six-locked", house(6, called=5), "locked"),
        ("six-stale", house(6, called=5), "stale"),
    ):
        query = f"clinic={','.join(views)}"
        troubles: Trouble = trouble  # type: ignore[assignment]
        scenes.append(
            Scene(
                f"overview-{name}",
                "overview",
                query,
                views,
                trouble=troubles,
                calls=name != "empty",
            )
        )
    for name, day, trouble in (
        ("live", busy(hall()), ""),
        ("stale", busy(hall()), "stale"),
        ("locked", hall(), "locked"),
        ("empty", hall(waiting=0), ""),
        ("full", busy(hall(rooms=12), "12"), ""),
    ):
        scenes.append(
            Scene(
                f"led-{name}",
                "led",
                "clinic=im2",
                {"im2": day.view},
                trouble=trouble,  # type: ignore[arg-type]
                calls=name in ("live", "full"),
            )
        )
    slides = {
        "s1": {
            "title": "量血压前",
            "text": "安静坐五分钟，不说话，脚放平，卷起袖子。",
        }
    }
    quiet = hall()
    area = {"area": {"name": "二楼大厅"}, "slides": slides}
    scenes.append(
        Scene(
            "hall-slide", "hall", "clinic=im2", {"im2": quiet.view}, area, calls=False
        )
    )
    return scenes


SCENES = {scene.name: scene for scene in _scenes()}
SIZES = ((1920, 1080), (3840, 2160), (1024, 600), (1080, 1920))
LAMPS = ((384, 96), (512, 128))


def sizes_of(scene: Scene) -> tuple[tuple[int, int], ...]:
    return LAMPS if scene.layout == "led" else SIZES
