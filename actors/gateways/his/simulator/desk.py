"""What the simulated HIS does when something is to change.

Each is one transaction. A trade's number is kept with its answer: the same trade
again gets the same answer, and changes nothing.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import Any

from actors.gateways.his.simulator.lists import (
    REGISTRATION,
    Asked,
    patient_row,
    registration_row,
)
from actors.gateways.his.simulator.tables import draw

HELD_S = 300
_LIVE = ("1", "2")


class No(Exception):
    """HIS refuses, with a code of its own and its own words."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


class Desk:
    """Every method that changes something, by its name."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def trade(self, method: str, asked: Asked, now: datetime) -> Any:
        """Does it once for its trade number. Raises No."""
        trade_no = str(asked.get("trade_no") or "")
        if not trade_no:
            raise No(4001, "缺少交易流水号")
        same = json.dumps(
            {k: v for k, v in asked.items() if k not in ("operator_id", "channel_id")},
            sort_keys=True,
        )
        known = self._database.execute(
            "select method, asked, answer from trade where trade_no = ?", (trade_no,)
        ).fetchone()
        if known is not None:
            if (known["method"], known["asked"]) != (method, same):
                raise No(4009, "交易流水号重复")
            return json.loads(known["answer"])
        answer = getattr(self, method)(asked, now)
        self._database.execute(
            "insert into trade values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                trade_no,
                method,
                same,
                json.dumps(answer, ensure_ascii=False),
                round(float(asked.get("amount") or 0) * 100),
                f"{now:%Y-%m-%d %H:%M:%S}",
                answer.get("register_no"),
                answer.get("pre_id"),
            ),
        )
        return answer

    # -- patients ------------------------------------------------------------------

    def patient_create(self, asked: Asked, now: datetime) -> Any:
        there = self._database.execute(
            "select * from patient where id_no = ?", (asked["id_no"],)
        ).fetchone()
        if there is None:
            patient_id = f"P{draw(self._database, 'patient'):07d}"
            self._database.execute(
                "insert into patient values (?, ?, ?, ?, ?, ?, ?)",
                (
                    patient_id,
                    *(asked["patient_name"], asked["id_no"], asked["phone"]),
                    *(asked["sex"], asked["birth"], asked.get("card_no") or ""),
                ),
            )
            return self._patient(patient_id)
        if there["patient_name"] != asked["patient_name"]:
            raise No(4102, "证件号已建档，姓名不一致")
        return patient_row(there)

    def patient_update(self, asked: Asked, now: datetime) -> Any:
        self._patient(asked["patient_id"])
        self._database.execute(
            "update patient set phone = ?, card_no = ? where patient_id = ?",
            (asked["phone"], asked["card_no"], asked["patient_id"]),
        )
        return self._patient(asked["patient_id"])

    def _patient(self, patient_id: str) -> Any:
        row = self._database.execute(
            "select * from patient where patient_id = ?", (patient_id,)
        ).fetchone()
        if row is None:
            raise No(4101, "未找到该患者")
        return patient_row(row)

    # -- registrations -------------------------------------------------------------

    def register_lock(self, asked: Asked, now: datetime) -> Any:
        self._patient(asked["patient_id"])
        session = self._session(asked["schedule_no"])
        self._refuse_second(asked["patient_id"], session)
        self._refuse_full(session, asked["slot_no"], now)
        pre_id = f"Y{draw(self._database, 'pre'):08d}W"
        expires = now.timestamp() + HELD_S
        see_no = self._see_no(session)
        self._database.execute(
            "insert into register values "
            "(?,null,?,'0',?,?,?,?,'1','0','',?,?,?,?,0,null,'',null)",
            (
                *(pre_id, asked["trade_no"], asked["schedule_no"], asked["slot_no"]),
                *(see_no, asked["patient_id"], asked["channel_id"], expires),
                *(draw(self._database, "change"), session["visit_date"]),
            ),
        )
        return {
            "pre_id": pre_id,
            "see_no": see_no,
            "schedule_no": asked["schedule_no"],
            "slot_no": asked["slot_no"],
            "expire_time": f"{datetime.fromtimestamp(expires, now.tzinfo):%F %T}",
        }

    def register_unlock(self, asked: Asked, now: datetime) -> Any:
        row = self._by("pre_id", asked["pre_id"])
        if row["state"] != "0":
            raise No(4203, "该号已确认，请走退号")
        self._set(row["pre_id"], state="3")
        return {"pre_id": row["pre_id"]}

    def register_confirm(self, asked: Asked, now: datetime) -> Any:
        row = self._by("pre_id", asked["pre_id"])
        if row["state"] != "0" or row["expires"] <= now.timestamp():
            raise No(4204, "锁号已过期，请重新挂号")
        register_no = f"R{draw(self._database, 'register'):08d}W"
        self._set(row["pre_id"], state="1", register_no=register_no)
        return self._registration(register_no)

    def register_cancel(self, asked: Asked, now: datetime) -> Any:
        row = self._live(asked["register_no"])
        if row["see_flag"] == "2":
            raise No(4205, "已就诊，不能退号")
        self._set(row["pre_id"], state="3" if row["state"] == "1" else "4")
        return self._registration(asked["register_no"])

    def register_take(self, asked: Asked, now: datetime) -> Any:
        row = self._live(asked["register_no"])
        self._set(row["pre_id"], state="2")
        return self._registration(asked["register_no"])

    def register_change(self, asked: Asked, now: datetime) -> Any:
        row = self._live(asked["register_no"])
        session = self._session(asked["schedule_no"])
        if session["visit_date"] != row["visit_date"]:
            raise No(4210, "只能换当天的号，请退号后重新挂号")
        self._refuse_full(session, asked["slot_no"], now)
        self._set(
            row["pre_id"],
            schedule_no=asked["schedule_no"],
            slot_no=asked["slot_no"],
            visit_date=session["visit_date"],
        )
        return self._registration(asked["register_no"])

    # -- what the front desk tells -------------------------------------------------

    def check_in(self, asked: Asked, now: datetime) -> Any:
        row = self._live(asked["register_no"])
        self._tell(row["pre_id"], checked_in=1, called_at=asked["time"])
        return {"register_no": asked["register_no"]}

    def undo_check_in(self, asked: Asked, now: datetime) -> Any:
        row = self._live(asked["register_no"])
        self._tell(row["pre_id"], checked_in=0, called_at=asked["time"])
        return {"register_no": asked["register_no"]}

    def call_status(self, asked: Asked, now: datetime) -> Any:
        row = self._live(asked["register_no"])
        self._tell(
            row["pre_id"],
            call_state=asked["state"],
            call_room=asked["room_no"],
            called_at=asked["time"],
        )
        return {"register_no": asked["register_no"]}

    # -- what HIS's own people do --------------------------------------------------

    def window_stop(self, asked: Asked, now: datetime) -> Any:
        """A session is stopped (1), opened again (2), moved (3) or taken over (4)."""
        session = self._session(asked["schedule_no"], any_state=True)
        kind = str(asked["kind"])
        change = draw(self._database, "change")
        if kind in ("1", "2", "3"):
            self._database.execute(
                "update schedule set state = ?, change_no = ? where schedule_no = ?",
                ("1" if kind == "2" else "0", change, session["schedule_no"]),
            )
        else:
            self._database.execute(
                "update schedule set doctor_code = ?, change_no = ?"
                " where schedule_no = ?",
                (asked["doctor_code"], change, session["schedule_no"]),
            )
        event_no = draw(self._database, "stop")
        self._database.execute(
            "insert into stop values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(event_no, session["schedule_no"], session["visit_date"], kind),
                *(asked.get("reason", ""), f"{now:%F %T}"),
                *(asked.get("doctor_code", ""), asked.get("to_schedule_no", "")),
            ),
        )
        return {"event_no": event_no}

    def window_see(self, asked: Asked, now: datetime) -> Any:
        """A doctor opens (1) or finishes (2) a patient in HIS, without us."""
        row = self._live(asked["register_no"])
        self._set(row["pre_id"], see_flag=asked["see_flag"], room_no=asked["room_no"])
        return self._registration(asked["register_no"])

    def window_patient(self, asked: Asked, now: datetime) -> Any:
        """Somebody's papers are put right at the window: name, number, telephone.
        Their registrations are told anew."""
        patient_id = asked["patient_id"]
        self._patient(patient_id)
        for column in ("patient_name", "id_no", "phone"):
            if column in asked:
                self._database.execute(
                    f"update patient set {column} = ? where patient_id = ?",
                    (asked[column], patient_id),
                )
        theirs = self._database.execute(
            "select pre_id from register where patient_id = ?", (patient_id,)
        ).fetchall()
        for row in theirs:
            self._set(row["pre_id"])
        return self._patient(patient_id)

    # -- below ---------------------------------------------------------------------

    def _session(self, schedule_no: str, *, any_state: bool = False) -> sqlite3.Row:
        row: sqlite3.Row | None = self._database.execute(
            "select * from schedule where schedule_no = ?", (schedule_no,)
        ).fetchone()
        if row is None:
            raise No(4201, "未找到该排班")
        if row["state"] != "1" and not any_state:
            raise No(4206, "该医生已停诊")
        return row

    def _refuse_full(self, session: sqlite3.Row, slot_no: str, now: datetime) -> None:
        row = self._database.execute(
            "select t.total, (select count(*) from register r"
            " where r.schedule_no = t.schedule_no and r.slot_no = t.slot_no"
            " and (r.state in ('1','2') or (r.state = '0' and r.expires > ?))) as used"
            " from slot t where t.schedule_no = ? and t.slot_no = ?",
            (now.timestamp(), session["schedule_no"], slot_no),
        ).fetchone()
        if row is None:
            raise No(4201, "未找到该号段")
        if row["used"] >= row["total"]:
            raise No(4207, "该号段已约满")

    def _refuse_second(self, patient_id: str, session: sqlite3.Row) -> None:
        if self._database.execute(
            "select 1 from register r join schedule s on s.schedule_no = r.schedule_no"
            " where r.patient_id = ? and s.dept_code = ? and s.visit_date = ?"
            " and s.time_flag = ? and r.state in ('1', '2')",
            (
                *(patient_id, session["dept_code"]),
                *(session["visit_date"], session["time_flag"]),
            ),
        ).fetchone():
            raise No(4208, "同一科室同一午别已有预约")

    def _see_no(self, session: sqlite3.Row) -> str:
        dept = self._database.execute(
            "select prefix, expert_prefix from dept where dept_code = ?",
            (session["dept_code"],),
        ).fetchone()
        own = dept["expert_prefix" if session["reg_type"] == "2" else "prefix"]
        number = draw(self._database, f"see/{session['visit_date']}/{own}")
        return f"{own}{number:03d}"

    def _by(self, column: str, value: str) -> sqlite3.Row:
        row: sqlite3.Row | None = self._database.execute(
            f"select * from register where {column} = ?", (value,)
        ).fetchone()
        if row is None:
            raise No(4202, "未找到该挂号记录")
        return row

    def _live(self, register_no: str) -> sqlite3.Row:
        row = self._by("register_no", register_no)
        if row["state"] not in _LIVE:
            raise No(4209, "该号已退")
        return row

    def _set(self, pre_id: str, **columns: Any) -> None:
        """A change that the feed tells."""
        self._tell(pre_id, **columns, change_no=draw(self._database, "change"))

    def _tell(self, pre_id: str, **columns: Any) -> None:
        named = ", ".join(f"{name} = ?" for name in columns)
        self._database.execute(
            f"update register set {named} where pre_id = ?",
            (*columns.values(), pre_id),
        )

    def _registration(self, register_no: str) -> Any:
        row = self._database.execute(
            REGISTRATION + "where r.register_no = ?", (register_no,)
        ).fetchone()
        return registration_row(row)


CHANGES = frozenset(
    name
    for name in vars(Desk)
    if name.startswith(("patient_", "register_", "window_", "check_", "call_", "undo_"))
)
