"""The simulated HIS's own database."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_TABLES = """
create table if not exists counter (name text primary key, value integer not null);
create table if not exists campus (campus_code text primary key, campus_name text);
create table if not exists dept (
  dept_code text primary key, dept_name text, name_en text, campus_code text,
  prefix text, expert_prefix text);
create table if not exists doctor (
  doctor_code text primary key, doctor_name text, title text, dept_code text,
  photo_url text);
create table if not exists price (
  item_code text primary key, item_name text, fen integer);
create table if not exists schedule (
  schedule_no text primary key, dept_code text, doctor_code text, visit_date text,
  time_flag text, reg_type text, state text, fen integer, change_no integer);
create index if not exists schedule_by_day on schedule (visit_date);
create table if not exists slot (
  schedule_no text, slot_no text, begin_time text, end_time text, total integer,
  primary key (schedule_no, slot_no));
create table if not exists stop (
  event_no integer primary key, schedule_no text, visit_date text, kind text,
  reason text, at text, doctor_code text, to_schedule_no text);
create table if not exists patient (
  patient_id text primary key, patient_name text, id_no text unique, phone text,
  sex text, birth text, card_no text);
create index if not exists patient_by_card on patient (card_no);
create table if not exists register (
  pre_id text primary key, register_no text unique, trade_no text, state text,
  schedule_no text, slot_no text, see_no text, patient_id text, order_flag text,
  see_flag text, room_no text, channel_id text, expires integer, change_no integer,
  visit_date text, checked_in integer, call_state text, call_room text, called_at text);
create index if not exists register_by_day on register (visit_date, change_no);
create index if not exists register_by_slot on register (schedule_no, slot_no);
create table if not exists trade (
  trade_no text primary key, method text, asked text, answer text, fen integer,
  at text, register_no text, pre_id text);
"""


def open_database(file: Path | str) -> sqlite3.Connection:
    """One connection, for any thread that holds the store's lock."""
    if file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    database.row_factory = sqlite3.Row
    database.execute("pragma journal_mode=wal")
    database.execute("pragma synchronous=normal")
    database.executescript(_TABLES)
    return database


def draw(database: sqlite3.Connection, name: str) -> int:
    """The next of a counter, inside whatever transaction there is."""
    row = database.execute(
        "insert into counter values (?, 1) "
        "on conflict (name) do update set value = value + 1 returning value",
        (name,),
    ).fetchone()
    return int(row[0])
