"""A whole hospital for the simulated HIS, invented from a seed.

Names are drawn from lists; identity numbers have a region that does not exist, and
telephone numbers an area nobody has, so that none of them can be somebody's.
"""

from __future__ import annotations

import random
import sqlite3
from datetime import date, timedelta

from actors.gateways.his.simulator.tables import draw

CAMPUSES = (("1", "本部院区"), ("2", "东湖院区"))

# code, name, English, campus, prefix, expert prefix, ordinary doctors, experts
DEPARTMENTS = (
    ("0101", "心血管内科", "Cardiology", "1", "A", "Z", 3, 2),
    ("0102", "呼吸内科", "Respiratory Medicine", "1", "B", "ZB", 2, 1),
    ("0103", "消化内科", "Gastroenterology", "1", "C", "ZC", 2, 1),
    ("0201", "眼科", "Ophthalmology", "1", "E", "ZE", 2, 1),
    ("0301", "儿科", "Paediatrics", "1", "P", "ZP", 4, 1),
    ("0401", "骨科", "Orthopaedics", "1", "O", "ZO", 2, 1),
    ("0501", "口腔科", "Dentistry", "2", "D", "ZD", 4, 1),
    ("0601", "皮肤科", "Dermatology", "2", "S", "ZS", 2, 0),
    ("0701", "耳鼻喉科", "Otolaryngology", "2", "N", "ZN", 2, 0),
    ("0801", "妇科", "Gynaecology", "2", "G", "ZG", 2, 1),
)
HALVES = {"1": (8, 12), "2": (14, 17)}  # time_flag: from, to
TITLES = ("主治医师", "副主任医师", "主任医师")
PRICES = (("GH01", "普通门诊诊查费", 1500), ("GH02", "专家门诊诊查费", 5000))

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章"
    "单仇解区查曾"
)
_COMPOUND = ("欧阳", "上官", "司马", "诸葛", "令狐")
_GIVEN = "子涵雨桐浩然思远若溪安禾知行云舒乐山清和景明予墨言蹊望舒南乔北辰星野一舟"
_OTHERS = ("买买提·艾力", "古丽娜·热合曼", "扎西多吉", "Anna Lindqvist", "John Carter")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def seed_hospital(
    database: sqlite3.Connection,
    *,
    seed: int,
    first_day: date,
    days: int,
    patients: int,
    booked: float,
    slot_size: int = 5,
) -> None:
    """Fills an empty database; one that holds a hospital already gets only the days
    it does not have yet. ``booked`` is the share of numbers taken from the start."""
    with database:
        database.execute("begin immediate")
        if not database.execute("select count(*) from dept").fetchone()[0]:
            _base(database, random.Random(seed))
            _patients(database, random.Random(seed + 1), patients)
        for offset in range(days):
            day = (first_day + timedelta(days=offset)).isoformat()
            known = database.execute(
                "select 1 from schedule where visit_date = ?", (day,)
            ).fetchone()
            if known is None:
                # a day is the same whenever it is seeded
                chance = random.Random(f"{seed}/{day}")
                _schedules(database, day, slot_size)
                _registrations(database, chance, day, booked)


def _base(database: sqlite3.Connection, chance: random.Random) -> None:
    database.executemany("insert into campus values (?, ?)", CAMPUSES)
    database.executemany("insert into price values (?, ?, ?)", PRICES)
    number = 0
    for code, name, english, campus, prefix, expert, ordinary, experts in DEPARTMENTS:
        database.execute(
            "insert into dept values (?, ?, ?, ?, ?, ?)",
            (code, name, english, campus, prefix, expert),
        )
        for place in range(ordinary + experts):
            number += 1
            title = TITLES[2] if place >= ordinary else chance.choice(TITLES[:2])
            database.execute(
                "insert into doctor values (?, ?, ?, ?, ?)",
                (
                    f"D{number:03d}",
                    _name(chance, plain=True),
                    title,
                    code,
                    f"/photos/D{number:03d}.jpg",
                ),
            )


def _name(chance: random.Random, *, plain: bool = False) -> str:
    drawn = chance.random()
    if not plain and drawn < 0.02:
        return chance.choice(_OTHERS)
    surname = chance.choice(_COMPOUND if drawn < 0.05 else _SURNAMES)
    given = chance.choice(_GIVEN)
    if chance.random() < 0.75:
        given += chance.choice(_GIVEN)
    return surname + given


def identity_number(number: int, birth: date, sex: str) -> str:
    """With a right check digit and a region, 990099, that no place has."""
    serial = number % 500 * 2 + (1 if sex == "1" else 0)
    digits = f"990099{birth:%Y%m%d}{serial:03d}"
    total = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


def _patients(database: sqlite3.Connection, chance: random.Random, count: int) -> None:
    rows = []
    for number in range(1, count + 1):
        birth = date(1935, 1, 1) + timedelta(days=chance.randrange(32_000))
        sex = chance.choice("12")
        rows.append(
            (
                f"P{number:07d}",
                _name(chance),
                # the number in the day makes it one of a kind
                identity_number(number, birth + timedelta(days=number // 500), sex),
                f"100{number:08d}",
                sex,
                birth.isoformat(),
                f"66{number:08d}",
            )
        )
    database.executemany("insert or ignore into patient values (?,?,?,?,?,?,?)", rows)
    database.execute("insert or replace into counter values ('patient', ?)", (count,))


def _schedules(database: sqlite3.Connection, day: str, slot_size: int) -> None:
    doctors = database.execute(
        "select doctor_code, title, dept_code from doctor order by doctor_code"
    ).fetchall()
    for doctor_code, title, dept_code in doctors:
        expert = title == TITLES[2]
        for flag, (begin, end) in HALVES.items():
            if expert and flag == "2":
                continue
            schedule_no = f"S{day.replace('-', '')}{doctor_code[1:]}{flag}"
            database.execute(
                "insert into schedule values (?, ?, ?, ?, ?, ?, '1', ?, ?)",
                (
                    schedule_no,
                    dept_code,
                    doctor_code,
                    day,
                    flag,
                    "2" if expert else "1",
                    PRICES[1 if expert else 0][2],
                    draw(database, "change"),
                ),
            )
            for place in range((end - begin) * 2):
                minutes = begin * 60 + place * 30
                database.execute(
                    "insert into slot values (?, ?, ?, ?, ?)",
                    (
                        schedule_no,
                        f"{place + 1:02d}",
                        f"{day} {_clock(minutes)}",
                        f"{day} {_clock(minutes + 30)}",
                        slot_size,
                    ),
                )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


def _registrations(
    database: sqlite3.Connection, chance: random.Random, day: str, share: float
) -> None:
    """Those who have booked before anybody looked."""
    patients = [row[0] for row in database.execute("select patient_id from patient")]
    slots = database.execute(
        "select s.schedule_no, s.dept_code, s.reg_type, d.prefix, d.expert_prefix,"
        " t.slot_no, t.total from schedule s"
        " join dept d on d.dept_code = s.dept_code"
        " join slot t on t.schedule_no = s.schedule_no"
        " where s.visit_date = ? order by s.schedule_no, t.slot_no",
        (day,),
    ).fetchall()
    there: set[tuple[str, str]] = set()
    for schedule_no, dept, kind, prefix, expert, slot_no, total in slots:
        for _ in range(total):
            patient = chance.choice(patients)
            if chance.random() >= share or (dept, patient) in there:
                continue
            there.add((dept, patient))
            own = expert if kind == "2" else prefix
            number = draw(database, f"see/{day}/{own}")
            change = draw(database, "change")
            taken = chance.random() < 0.2
            database.execute(
                "insert into register values "
                "(?,?,?,?,?,?,?,?,?,'0','','window',0,?,?,0,null,'',null)",
                (
                    f"Y{change:08d}",
                    f"R{change:08d}",
                    f"seed-{change}",
                    "2" if taken else "1",
                    schedule_no,
                    slot_no,
                    f"{own}{number:03d}",
                    patient,
                    "1" if chance.random() < 0.8 else "0",
                    change,
                    day,
                ),
            )
