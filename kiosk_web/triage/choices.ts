import type { JsonObject } from "@shared/client/frames";
import { chosenElsewhere, elsewhere, queuesElsewhere } from "@shared/desk/clinics";
import { daysAhead, dayWord } from "@shared/desk/days";
import type { DeskTicket, DeskView } from "@shared/desk/view";
import { byRoom } from "@shared/hall/board";
import { tell } from "@shared/page/language";
import type { Nurse } from "./deeds";
import type { Field, Form, Option, Values } from "./form";
import { className, levelWord } from "./words";

/** What can be done with one ticket now, under which key; the first is the likely one. */

export interface Choice {
  id: string;
  word: string;
  cap: string;
  /** Done at once, or asked for more first. */
  go?: () => void;
  form?: () => Form;
}

const IN_LINE = new Set(["waiting", "at_room"]);
/** How far ahead another day may be chosen. */
const DAYS_AHEAD = 31;
const OVER = new Set(["done", "gave_up", "refunded", "left", "leaving", "in"]);

const reason = (required: boolean): Field => ({
  key: "reason",
  label: required ? tell("理由", "Reason") : tell("说明", "Note"),
  kind: "text",
  required,
});
const given = (values: Values, ...keys: string[]): JsonObject =>
  Object.fromEntries(keys.flatMap((key) => (values[key] ? [[key, values[key]]] : [])));
const whose = ({ number, name }: DeskTicket): string => `${number} ${name}`;

export function choicesFor(ticket: DeskTicket, view: DeskView, nurse: Nurse): Choice[] {
  const found: Choice[] = [];
  const at = (id: string, word: string, cap: string, go: () => unknown) =>
    found.push({ id, word, cap, go: () => void go() });
  const ask = (id: string, word: string, cap: string, form: () => Form) =>
    found.push({ id, word, cap, form });
  const inLine = IN_LINE.has(ticket.state);

  switch (ticket.state) {
    case "booked":
      at("check_in", tell("签到", "Check in"), "Enter", () => nurse.checkIn(ticket));
      ask("check_in_with", tell("签到，选医生", "Check in to…"), "D", () =>
        doctorForm(ticket, view, tell("签到", "Check in"), (values) =>
          nurse.checkIn(ticket, given(values, "doctor")),
        ),
      );
      break;
    case "missed":
      if (ticket.void) at("revive", tell("恢复号码", "Make good"), "Enter", () => nurse.revive(ticket));
      else at("recall", tell("重新排队", "Back in line"), "Enter", () => nurse.recall(ticket));
      at("undo_missed", tell("撤销过号", "Not missed"), "U", () => nurse.undoMissed(ticket));
      break;
    case "called":
      at("call_again", tell("再叫一次", "Call again"), "Enter", () => nurse.callAgain(ticket));
      at("missed", tell("过号", "Missed"), "M", () => nurse.missed(ticket));
      at("undo_call", tell("撤回叫号", "Take the call back"), "U", () => nurse.undoCall(ticket));
      break;
    case "examination":
      at("come_back", tell("检查回来了", "Is back"), "Enter", () => nurse.comeBack(ticket));
      at("report_ready", tell("报告都到了", "Reports ready"), "B", () => nurse.reportReady(ticket));
      break;
    case "gave_up":
      at("revive", tell("恢复号码", "Make good"), "Enter", () => nurse.revive(ticket));
      break;
    case "waiting":
      if ((view.clinic?.rules?.second_stage?.mode ?? "off") !== "off")
        ask("send", tell("送到诊室门外", "To the room's door"), "S", () => ({
          title: tell("送到哪个诊室门外？", "To which room's door?"),
          verb: tell("送过去", "Send"),
          fields: [{ ...choice("room", tell("诊室", "Room"), roomsOf(ticket, view)), required: true }],
          send: ({ room = "" }) => void nurse.send(ticket, { room }),
        }));
      break;
    case "stopped":
      ask("answer", tell("记下答复", "Note the answer"), "Enter", () =>
        answerForm(ticket, view, nurse),
      );
      break;
    default:
  }
  if (inLine) {
    ask("pin", tell("换医生", "Doctor"), "D", () =>
      doctorForm(ticket, view, tell("换", "Change"), (values) =>
        nurse.pin(ticket, given(values, "doctor", "reason")),
      ),
    );
    const classes = view.clinic?.rules?.classes ?? [];
    if (classes.length > 0)
      ask("class", tell("优先", "Priority"), "P", () => ({
        title: tell(`${whose(ticket)} 为什么优先？`, `Why does ${whose(ticket)} go first?`),
        verb: tell("设好", "Set"),
        fields: [
          {
            ...choice("special", tell("类别", "Class"), [
              ...classes.map(({ key }) => ({ value: key, word: className(key, view.clinic?.rules) })),
              ...(ticket.classes?.length
                ? [{ value: NONE, word: tell("取消优先", "No priority") }]
                : []),
            ]),
            required: true,
          },
          reason(true),
        ],
        send: (values) =>
          void nurse.setClass(ticket, {
            special: values.special === NONE ? "" : (values.special ?? ""),
            reason: values.reason ?? "",
          }),
      }));
    const ahead = before(ticket, view);
    if (ahead)
      ask("move", tell("往前一位", "One forward"), "F", () => ({
        title: tell(`排到 ${whose(ahead)} 前面？`, `Before ${whose(ahead)}?`),
        verb: tell("往前", "Forward"),
        fields: [reason(true)],
        send: (values) =>
          void nurse.move(ticket, { before: ahead.id, reason: values.reason ?? "" }),
      }));
    at("postpone", tell("往后排", "Later"), "L", () => nurse.postpone(ticket));
  }
  if (inLine || ticket.state === "examination")
    ask("transfer", tell("转诊", "Transfer"), "T", () => transferForm(ticket, view, nurse));
  if (OVER.has(ticket.state)) return found;
  ask("vitals", tell("生命体征", "Vital signs"), "V", () => ({
    title: `${whose(ticket)} ${tell("生命体征", "vital signs")}`,
    verb: tell("记下", "Write down"),
    fields: VITALS.map(([key, chinese, inEnglish, unit]) => ({
      key,
      label: tell(chinese, inEnglish),
      unit,
      kind: "number",
    })),
    send: (values) => {
      const numbers = Object.entries(values)
        .filter(([, value]) => value !== "")
        .map(([key, value]) => [key, Number(value)] as const);
      if (numbers.length) void nurse.vitals(ticket, { values: Object.fromEntries(numbers) });
    },
  }));
  ask("complaint", tell("来看什么", "What for"), "C", () => ({
    title: tell(`${whose(ticket)} 来看什么？`, `What does ${whose(ticket)} come for?`),
    verb: tell("记下", "Write down"),
    fields: [{ key: "text", label: tell("主诉", "Complaint"), kind: "text", required: true }],
    send: ({ text = "" }) => void nurse.complaint(ticket, { text }),
  }));
  if (ticket.level !== undefined || view.clinic?.rules?.emergency?.on)
    ask("triage", tell("急诊分级", "Triage"), "E", () => ({
      title: tell(`${whose(ticket)} 急诊分级`, `Triage level of ${whose(ticket)}`),
      verb: tell("定级", "Set"),
      fields: [
        {
          ...choice(
            "level",
            tell("级别", "Level"),
            [1, 2, 3, 4].map((level) => ({ value: String(level), word: levelWord(level) })),
          ),
          required: true,
        },
        reason(false),
      ],
      send: (values) =>
        void nurse.triage(ticket, { level: Number(values.level), ...given(values, "reason") }),
    }));
  if (ticket.state !== "called")
    ask("give_up", tell("弃号", "Gives up"), "G", () => ({
      title: tell(`${whose(ticket)} 不看了？`, `${whose(ticket)} does not wait?`),
      verb: tell("弃号", "Gives up"),
      fields: [reason(false)],
      send: (values) => void nurse.giveUp(ticket, given(values, "reason")),
    }));
  return found;
}

/** A choice that stands for "none", where an empty one would be no choice yet. */
const NONE = "-";

const VITALS: [string, string, string, string][] = [
  ["systolic", "收缩压", "Systolic", "mmHg"],
  ["diastolic", "舒张压", "Diastolic", "mmHg"],
  ["temperature", "体温", "Temperature", "℃"],
  ["pulse", "脉搏", "Pulse", "/min"],
  ["oxygen", "血氧", "Oxygen", "%"],
  ["breaths", "呼吸", "Breaths", "/min"],
  ["pain", "疼痛", "Pain", "0–10"],
];

const choice = (key: string, label: string, options: Option[]): Field => ({
  key,
  label,
  kind: "choice",
  options,
});

function roomsOf(ticket: DeskTicket, view: DeskView): Option[] {
  return Object.entries(view.rooms ?? {})
    .filter(([, room]) => room.queues?.includes(ticket.queue) && room.doctor)
    .sort(([a], [b]) => byRoom.compare(a, b))
    .map(([room, row]) => ({
      value: room,
      word: tell(`${room} 诊室 ${row.doctor}`, `Room ${room} ${row.doctor}`),
    }));
}

/** Those who see this queue now; a pin is to the doctor, who may change rooms. */
function doctorsOf(ticket: DeskTicket, view: DeskView): Option[] {
  const found = new Map<string, string>();
  for (const { value: room, word } of roomsOf(ticket, view)) {
    const doctor = view.rooms?.[room]?.logged_in;
    if (doctor && !found.has(doctor)) found.set(doctor, word);
  }
  return [...found].map(([value, word]) => ({ value, word }));
}

function doctorForm(
  ticket: DeskTicket,
  view: DeskView,
  verb: string,
  send: (values: Values) => unknown,
): Form {
  return {
    title: tell(`${whose(ticket)} 请哪位医生看？`, `Which doctor for ${whose(ticket)}?`),
    verb,
    fields: [
      {
        ...choice("doctor", tell("医生", "Doctor"), [
          { value: NONE, word: tell("谁先有空谁看", "Whoever is free") },
          ...doctorsOf(ticket, view),
        ]),
        required: true,
      },
      reason(false),
    ],
    send: ({ doctor = NONE, ...values }) =>
      void send({ ...values, doctor: doctor === NONE ? "" : doctor }),
  };
}

/** Another queue of this clinic, or one of another clinic. */
function transferForm(ticket: DeskTicket, view: DeskView, nurse: Nurse): Form {
  const { clinic, clinics } = nurse.elsewhere();
  return {
    title: tell(`${whose(ticket)} 转到哪里？`, `Where does ${whose(ticket)} go?`),
    verb: tell("转过去", "Transfer"),
    fields: [
      {
        ...choice("queue", tell("队列", "Queue"), [
          ...Object.entries(view.queues ?? {})
            .filter(([queue]) => queue !== ticket.queue)
            .map(([value, row]) => ({ value, word: `${value} ${row.name ?? ""}` })),
          ...elsewhere(clinics, clinic),
        ]),
        required: true,
      },
      ...queuesElsewhere(clinics, clinic, "queue"),
      { key: "and_return", label: tell("看完再回来", "And comes back"), kind: "tick" },
      reason(false),
    ],
    send: ({ queue = "", ...values }) => {
      const away = chosenElsewhere(queue, values);
      void nurse.transfer(ticket, {
        to: away ?? { queue },
        and_return: values.and_return === "yes",
        ...given(values, "reason"),
      });
    },
  };
}

function answerForm(ticket: DeskTicket, view: DeskView, nurse: Nurse): Form {
  const others = Object.entries(view.rooms ?? {}).flatMap(([, room]) =>
    room.logged_in && room.note?.kind !== "clinic_stopped"
      ? (room.queues ?? []).map((queue) => ({ queue, doctor: room.logged_in ?? "", name: room.doctor }))
      : [],
  );
  const open = others.filter(({ queue }) => !view.queues?.[queue]?.frozen);
  return {
    title: tell(`${whose(ticket)} 想怎么办？`, `What does ${whose(ticket)} want?`),
    verb: tell("记下", "Write down"),
    fields: [
      {
        ...choice("answer", tell("答复", "Answer"), [
          { value: "refund", word: tell("退号", "The money back") },
          { value: "day", word: tell("改天再来", "Another day") },
          ...open.map(({ queue, doctor, name }) => ({
            value: `doctor:${queue}:${doctor}`,
            word: tell(`改看 ${queue} ${name}`, `${queue} ${name} instead`),
          })),
        ]),
        required: true,
      },
      {
        key: "day",
        label: tell("改到哪天", "Which day"),
        kind: "day",
        options: daysAhead(nurse.today(), DAYS_AHEAD)
          .slice(1)
          .map((value) => ({ value, word: dayWord(value, nurse.today()) })),
        when: ({ answer }) => answer === "day",
        required: true,
      },
    ],
    send: ({ answer = "", day }) => {
      const [kind = "", queue, doctor] = answer.split(":");
      void nurse.answerStop(ticket, {
        answer: kind,
        ...(queue && doctor ? { to: { queue, doctor } } : {}),
        ...(kind === "day" && day ? { day } : {}),
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
