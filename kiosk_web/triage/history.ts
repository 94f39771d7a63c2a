import type { DeskView } from "@shared/desk/view";
import { tell } from "@shared/page/language";
import { className, levelWord } from "./words";

/** What has happened to one ticket, as its history tells it: who, when, where, why. */

export interface Happened {
  type: string;
  at: number;
  by?: string;
  where?: string;
  reason?: string;
  [field: string]: unknown;
}

export interface Told {
  at: number;
  what: string;
  who: string;
  why: string;
}

type Word = (event: Happened, names: Names) => string;

export interface Names {
  number: (ticket: string) => string;
  doctor: (key: string) => string;
  queue: (key: string) => string;
  special: (key: string) => string;
  time: (ms: number) => string;
}

export function namesOf(view: DeskView, time: (ms: number) => string): Names {
  return {
    number: (ticket) => view.tickets?.[ticket]?.number ?? ticket,
    doctor: (key) => view.doctors?.[key]?.name ?? key,
    queue: (key) => view.queues?.[key]?.name ?? key,
    special: (key) => className(key, view.clinic?.rules),
    time,
  };
}

const text = (value: unknown): string => (value === undefined ? "" : String(value));
const roomOf = ({ room }: Happened): string =>
  room === undefined ? "" : tell(` ${text(room)} 诊室`, ` room ${text(room)}`);
const plain =
  (chinese: string, inEnglish: string): Word =>
  (event) =>
    tell(chinese, inEnglish) + roomOf(event);

const SAID: Record<string, Word> = {
  registered: (event, names) =>
    Array.isArray(event.slot) || event.slot
      ? tell("预约", "Booked") + slotOf(event.slot, names)
      : event.extra
        ? tell("加号", "Extra number")
        : tell("挂号", "Registered"),
  refunded: plain("退号", "Refunded"),
  exchanged: plain("换号", "Exchanged"),
  checked_in: (event, names) =>
    tell("签到", "Checked in") + (event.doctor ? ` ${names.doctor(text(event.doctor))}` : ""),
  check_in_undone: plain("撤回签到", "Check-in taken back"),
  postponed: plain("往后排", "Moved back as asked"),
  gave_up: plain("弃号", "Gave up"),
  settled: plain("日终了结", "Settled at the day's end"),
  called: (event) =>
    (event.out_of_turn ? tell("点名叫", "Called out of turn") : tell("叫号", "Called")) +
    roomOf(event),
  called_again: plain("再叫一次", "Called again"),
  started: plain("开始就诊", "Went in"),
  finished: plain("看完", "Finished"),
  missed: (event) =>
    (event.void ? tell("过号，号码作废", "Missed, number void") : tell("过号", "Missed")) +
    roomOf(event),
  call_undone: plain("撤回叫号", "Call taken back"),
  held: plain("暂挂", "Put on hold"),
  resumed: plain("继续就诊", "Gone on with"),
  went_to_examination: plain("去检查", "To examination"),
  report_arrived: (event) =>
    event.report
      ? tell(`报告到了：${text(event.report)}`, `Report ready: ${text(event.report)}`)
      : tell("报告都到了", "All reports ready"),
  came_back: plain("检查回来", "Back from examination"),
  transferred: (event, names) =>
    tell("转到 ", "Transferred to ") +
    names.queue(text(event.queue)) +
    (event.doctor ? ` ${names.doctor(text(event.doctor))}` : ""),
  leaving: plain("转往别的诊区", "On the way to another clinic"),
  has_left: plain("已转走", "Arrived at the other clinic"),
  turned_back: plain("那边没有收，转回来了", "Not taken there, back here"),
  arrived: plain("从别的诊区转来", "Came from another clinic"),
  carried_over: plain("从前一天接着", "Carried over from the day before"),
  class_set: (event, names) =>
    event.special
      ? tell(
          `设为优先：${names.special(text(event.special))}`,
          `Priority: ${names.special(text(event.special))}`,
        )
      : tell("取消优先", "Priority taken away"),
  moved: (event, names) =>
    event.before
      ? tell(
          `移到 ${names.number(text(event.before))} 前面`,
          `Moved before ${names.number(text(event.before))}`,
        )
      : tell("移回原来的位置", "Moved back by the rules"),
  pinned: (event, names) =>
    event.doctor
      ? tell("指定医生 ", "Doctor chosen: ") + names.doctor(text(event.doctor))
      : event.room
        ? tell("指定", "Chosen:") + roomOf(event)
        : tell("谁先有空谁看", "Whoever is free"),
  recalled: plain("过号回来，重新排队", "Back after a miss, in line again"),
  revived: plain("恢复号码", "Number good again"),
  miss_undone: plain("撤销过号", "Miss taken back"),
  sent_to_room: plain("送到诊室门外", "Sent to the door of"),
  stopped: plain("停诊，等答复", "Clinic closed, to be asked"),
  stop_answered: (event, names) => {
    const doctor = (event.to as { doctor?: string } | undefined)?.doctor;
    if (event.answer === "doctor")
      return tell("答复：改看 ", "Answer: to ") + (doctor ? names.doctor(doctor) : "");
    if (event.answer === "day") return tell("答复：改约 ", "Answer: on ") + text(event.day);
    return tell("答复：退号", "Answer: refund");
  },
  waited_long: plain("等得太久，请再看一次", "Has waited long, look again"),
  triaged: (event) =>
    tell("急诊分级 ", "Triaged: ") + levelWord(Number(event.level)),
  complaint_noted: plain("记下来看什么", "Complaint written down"),
  vitals_taken: plain("测量生命体征", "Vital signs taken"),
};

function slotOf(slot: unknown, names: Names): string {
  const { start, end } = slot as { start?: number; end?: number };
  return start && end ? ` ${names.time(start)}–${names.time(end)}` : "";
}

const WHO: Record<string, [string, string]> = {
  demo: ["演示", "demo"],
  "demo-nurse": ["护士（演示）", "nurse (demo)"],
  "demo-doctor": ["医生（演示）", "doctor (demo)"],
  "demo-kiosk": ["自助机（演示）", "kiosk (demo)"],
  his: ["HIS", "HIS"],
};
const WHERE: Record<string, [string, string]> = {
  desk: ["分诊台", "triage desk"],
  phone: ["手机", "phone"],
  kiosk: ["自助机", "kiosk"],
};
const known = (words: Record<string, [string, string]>, key: string): string => {
  const word = words[key];
  return word ? tell(...word) : key;
};
export const whoWord = (by: string): string => known(WHO, by);

export function told(event: Happened, names: Names): Told {
  const code = event.type.replace(/^clinic\./, "");
  const say = SAID[code];
  return {
    at: event.at,
    // a newer server's deed stands for itself
    what: say ? say(event, names) : code,
    who: [
      event.by ? whoWord(event.by) : tell("系统", "system"),
      event.where ? known(WHERE, event.where) : "",
    ]
      .filter(Boolean)
      .join(" · "),
    why: event.reason ?? "",
  };
}

/** The newest first. */
export const toldAll = (events: Happened[], names: Names): Told[] =>
  events.map((event) => told(event, names)).reverse();
