import type { DeskTicket, DeskView } from "@shared/desk/view";
import { byRoom } from "@shared/hall/board";
import type { Nurse } from "./deeds";

/** What can be done with one ticket now, under which key; the first is the likely one. */

export interface Choice {
  id: string;
  word: string;
  cap: string;
  /** Done at once, or asked for more first. */
  go?: () => void;
  form?: Form;
}

export interface Field {
  key: string;
  label: string;
  kind: "text" | "choice" | "number" | "tick";
  options?: { value: string; word: string }[];
  required?: boolean;
  unit?: string;
}

export interface Form {
  title: string;
  fields: Field[];
  verb: string;
  send: (values: Record<string, string>) => void;
}

const REASON: Field = { key: "reason", label: "理由", kind: "text", required: true };
const WHY: Field = { key: "reason", label: "说明", kind: "text" };
const IN_LINE = new Set(["waiting", "at_room"]);

export function choicesFor(ticket: DeskTicket, view: DeskView, nurse: Nurse): Choice[] {
  const found: Choice[] = [];
  const at = (id: string, word: string, cap: string, go: () => void) =>
    found.push({ id, word, cap, go });
  const ask = (id: string, word: string, cap: string, form: Form) =>
    found.push({ id, word, cap, form });
  const send = (deed: Nurse[keyof Nurse], values: Record<string, unknown>) =>
    void (deed as Nurse["pin"])(ticket, values as never);

  const rooms = Object.entries(view.rooms ?? {})
    .filter(([, room]) => room.queues?.includes(ticket.queue) && room.doctor)
    .sort(([a], [b]) => byRoom.compare(a, b))
    .map(([room, row]) => ({ value: room, word: `${room} 诊室 ${row.doctor ?? ""}` }));

  switch (ticket.state) {
    case "booked":
      at("check_in", "签到", "Enter", () => void nurse.checkIn(ticket));
      break;
    case "missed":
      if (ticket.void) at("revive", "恢复号码", "Enter", () => void nurse.revive(ticket));
      else at("recall", "重新排队", "Enter", () => void nurse.recall(ticket));
      at("undo_missed", "撤销过号", "U", () => void nurse.undoMissed(ticket));
      break;
    case "examination":
      at("come_back", "检查回来了", "Enter", () => void nurse.comeBack(ticket));
      at("report_ready", "报告都到了", "B", () => void nurse.reportReady(ticket));
      break;
    case "gave_up":
      at("revive", "恢复号码", "Enter", () => void nurse.revive(ticket));
      break;
    case "waiting":
      ask("send", "送到诊室门外", "S", {
        title: "送到哪个诊室门外？",
        verb: "送过去",
        fields: [{ key: "room", label: "诊室", kind: "choice", options: rooms, required: true }],
        send: (values) => send(nurse.send, { room: values.room }),
      });
      break;
    case "stopped":
      ask("answer", "记下答复", "Enter", stopForm(ticket, view, nurse));
      break;
    default:
  }
  if (IN_LINE.has(ticket.state)) {
    const ahead = before(ticket, view);
    ask("pin", "换医生", "D", {
      title: "请哪位医生看？",
      verb: "换",
      fields: [
        {
          key: "room",
          label: "医生",
          kind: "choice",
          options: [{ value: "", word: "谁先有空谁看" }, ...rooms],
        },
        WHY,
      ],
      send: ({ room, reason }) =>
        send(nurse.pin, { ...(room ? { room } : {}), ...(reason ? { reason } : {}) }),
    });
    ask("class", "优先（写理由）", "P", {
      title: `${ticket.number} ${ticket.name} 为什么优先？`,
      verb: "设为优先",
      fields: [
        {
          key: "special",
          label: "类别",
          kind: "choice",
          required: true,
          options: CLASSES,
        },
        REASON,
      ],
      send: ({ special, reason }) => send(nurse.setClass, { special, reason }),
    });
    if (ahead)
      ask("move", "往前一位", "F", {
        title: `排到 ${ahead.number} ${ahead.name} 前面？`,
        verb: "往前",
        fields: [REASON],
        send: ({ reason }) => send(nurse.move, { before: ahead.id, reason }),
      });
    at("postpone", "往后排", "L", () => void nurse.postpone(ticket));
  }
  if (IN_LINE.has(ticket.state) || ticket.state === "examination") {
    ask("transfer", "转诊", "T", {
      title: "转到哪里？",
      verb: "转过去",
      fields: [
        {
          key: "queue",
          label: "队列",
          kind: "choice",
          required: true,
          options: Object.entries(view.queues ?? {})
            .filter(([queue]) => queue !== ticket.queue)
            .map(([value, row]) => ({ value, word: `${value} ${row.name ?? ""}` })),
        },
        { key: "and_return", label: "看完再回来", kind: "tick" },
        WHY,
      ],
      send: ({ queue, and_return, reason }) =>
        send(nurse.transfer, {
          to: { queue },
          and_return: and_return === "yes",
          ...(reason ? { reason } : {}),
        }),
    });
  }
  if (!["done", "gave_up", "refunded", "left", "in"].includes(ticket.state)) {
    ask("vitals", "生命体征", "V", {
      title: `${ticket.number} ${ticket.name} 生命体征`,
      verb: "记下",
      fields: VITALS,
      send: (values) => {
        const numbers = Object.entries(values)
          .filter(([, value]) => value !== "")
          .map(([key, value]) => [key, Number(value)] as const);
        if (numbers.length) send(nurse.vitals, { values: Object.fromEntries(numbers) });
      },
    });
    if (ticket.level !== undefined)
      ask("triage", "急诊分级", "E", {
        title: "急诊分级",
        verb: "定级",
        fields: [
          {
            key: "level",
            label: "级别",
            kind: "choice",
            required: true,
            options: ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"].map((word, n) => ({
              value: String(n + 1),
              word: `${word} 级`,
            })),
          },
          WHY,
        ],
        send: ({ level, reason }) =>
          send(nurse.triage, { level: Number(level), ...(reason ? { reason } : {}) }),
      });
    ask("give_up", "弃号", "G", {
      title: `${ticket.number} ${ticket.name} 不看了？`,
      verb: "弃号",
      fields: [WHY],
      send: ({ reason }) => send(nurse.giveUp, reason ? { reason } : {}),
    });
  }
  return found;
}

const CLASSES = [
  { value: "aged", word: "70 岁以上" },
  { value: "pregnant", word: "孕妇" },
  { value: "military", word: "军人" },
  { value: "disabled", word: "残疾" },
  { value: "child", word: "儿童" },
  { value: "emergency", word: "急" },
];

const number = (key: string, label: string, unit: string): Field => ({
  key,
  label,
  unit,
  kind: "number",
});

const VITALS: Field[] = [
  number("temperature", "体温", "℃"),
  number("pulse", "脉搏", "次/分"),
  number("breaths", "呼吸", "次/分"),
  number("systolic", "收缩压", "mmHg"),
  number("diastolic", "舒张压", "mmHg"),
  number("oxygen", "血氧", "%"),
];

function stopForm(ticket: DeskTicket, view: DeskView, nurse: Nurse): Form {
  return {
    title: `${ticket.number} ${ticket.name} 想怎么办？`,
    verb: "记下",
    fields: [
      {
        key: "answer",
        label: "答复",
        kind: "choice",
        required: true,
        options: [
          { value: "refund", word: "退号" },
          { value: "day", word: "改天再来" },
          ...Object.entries(view.doctors ?? {})
            .filter(([, doctor]) => doctor.stopped === undefined)
            .map(([key, doctor]) => ({ value: `doctor:${key}`, word: `改看 ${doctor.name}` })),
        ],
      },
      { key: "day", label: "改到哪天", kind: "text" },
    ],
    send: ({ answer = "", day }) => {
      const [kind = "", doctor] = answer.split(":");
      void nurse.answerStop(ticket, {
        answer: kind,
        ...(doctor ? { to: { doctor, queue: ticket.queue } } : {}),
        ...(day ? { day } : {}),
      });
    },
  };
}

function before(ticket: DeskTicket, view: DeskView): DeskTicket | undefined {
  const order = view.orders?.[ticket.queue] ?? [];
  const id = order[order.indexOf(ticket.id) - 1];
  const row = id === undefined ? undefined : view.tickets?.[id];
  return id !== undefined && row ? { ...row, id } : undefined;
}
