import type { JsonObject } from "@shared/client/frames";
import {
  chosenElsewhere,
  type Clinics,
  elsewhere,
  queuesElsewhere,
} from "@shared/desk/clinics";
import type { Effect, Field, Form, Option, Values } from "@shared/desk/form";
import type { DeskTicket, DeskView } from "@shared/desk/view";
import { byRoom } from "@shared/hall/board";
import { tell } from "@shared/page/language";
import type { Live } from "@shared/page/live";
import { ORDERS, reportWord } from "./examinations";

/** What a doctor is asked before a deed, and the body of the ask it becomes. */

export type Send = (body: JsonObject, words: string) => void;

const MINUTE_MS = 60_000;
const words = (...all: string[]): Option[] =>
  all.map((word) => ({ value: word, word }));
const whose = ({ number, name }: DeskTicket): string => `${number} ${name}`;
const given = (key: string, value: string | undefined): JsonObject =>
  value?.trim() ? { [key]: value.trim() } : {};

const reason = (required: boolean, ...hand: string[]): Field => ({
  key: "reason",
  label: required ? tell("原因", "Reason") : tell("说明（可以不写）", "Note (optional)"),
  kind: "text",
  required,
  ...(hand.length > 0 ? { options: words(...hand) } : {}),
});

/** What a form knows of the time. */
export type Clock = Pick<Live, "exactNow" | "momentAt">;
const AT = "at";

/** In so many minutes, or at a time of the day. */
const soon = (key: string, label: string, none: string, ...all: number[]): Field[] => [
  {
    key,
    label,
    kind: "choice",
    options: [
      { value: "", word: none },
      ...all.map((n) => ({
        value: String(n),
        word: n < 60 ? tell(`${n} 分钟后`, `in ${n} min`) : tell(`${n / 60} 小时后`, `in ${n / 60} h`),
      })),
      { value: AT, word: tell("几点几分…", "at…") },
    ],
  },
  {
    key: `${key}_time`,
    label: tell("几点几分", "At"),
    kind: "time",
    ahead: true,
    required: true,
    when: (values) => values[key] === AT,
  },
];
function later(as: string, key: string, values: Values, { exactNow, momentAt }: Clock): JsonObject {
  const { [key]: minutes, [`${key}_time`]: time } = values;
  if (!minutes) return {};
  if (minutes === AT) return time ? { [as]: momentAt(time) } : {};
  return { [as]: Math.round(exactNow()) + Number(minutes) * MINUTE_MS };
}

export const oneForm = (ticket: DeskTicket, send: Send): Form => ({
  title: tell(`不按次序叫 ${whose(ticket)}`, `Call ${whose(ticket)} out of turn`),
  verb: tell("叫号", "Call"),
  fields: [
    reason(
      true,
      tell("报告出来了", "Report is ready"),
      tell("病情急", "Urgent"),
      tell("很快看完", "Only a moment"),
      tell("病人有困难", "Cannot wait"),
    ),
  ],
  send: (values) => send(given("reason", values.reason), tell("已叫", "Called")),
});

export const examinationForm = (
  ticket: DeskTicket,
  clock: Clock,
  send: Send,
): Form => ({
  title: tell(`${whose(ticket)} 去检查`, `${whose(ticket)} to examination`),
  verb: tell("去检查", "To examination"),
  fields: [
    {
      key: "reports",
      label: tell("开了哪些检查", "What was ordered"),
      kind: "many",
      options: ORDERS.map((value) => ({ value, word: reportWord(value) })),
    },
    ...soon(
      "back",
      tell("什么时候回来", "When back"),
      tell("报告齐了就回来", "When all reports are ready"),
      30,
      60,
      120,
    ),
    { key: "keeps_seat", label: tell("椅位给他留着", "Keep the chair"), kind: "tick" },
  ],
  send: ({ reports, keeps_seat, ...values }) =>
    send(
      {
        ...(reports ? { reports: reports.split(",") } : {}),
        ...later("back_at", "back", values, clock),
        ...(keeps_seat === "yes" ? { keeps_seat: true } : {}),
      },
      tell("去检查", "To examination:"),
    ),
});

export function transferForm(
  ticket: DeskTicket,
  view: DeskView,
  { room: here, clinic }: { room: string; clinic: string },
  clinics: Clinics,
  send: Send,
): Form {
  const queues = Object.entries(view.queues ?? {})
    .filter(([queue]) => queue !== ticket.queue)
    .map(([queue, { name }]) => ({
      value: `queue:${queue}`,
      word: tell(`${queue} ${name ?? ""}`, `Queue ${queue} ${name ?? ""}`),
    }));
  const doctors = Object.entries(view.rooms ?? {})
    .filter(
      ([room, row]) =>
        room !== here && row.logged_in && row.logged_in !== ticket.doctor,
    )
    .sort(([a], [b]) => byRoom.compare(a, b))
    .map(([room, row]) => ({
      value: `doctor:${row.logged_in}`,
      word: tell(`${row.doctor ?? ""}（${room} 诊室）`, `${row.doctor ?? ""} (room ${room})`),
    }));
  return {
    title: tell(`${whose(ticket)} 转到哪里？`, `Transfer ${whose(ticket)} to…`),
    verb: tell("转过去", "Transfer"),
    fields: [
      {
        key: "to",
        label: tell("转给", "To"),
        kind: "choice",
        required: true,
        options: [...doctors, ...queues, ...elsewhere(clinics, clinic)],
      },
      ...queuesElsewhere(clinics, clinic, "to"),
      { key: "and_return", label: tell("看完再回到我这里", "And back to me"), kind: "tick" },
      reason(false, tell("请会诊", "For a second opinion"), tell("专科问题", "Another speciality")),
    ],
    send: ({ to = "", and_return, reason: why, ...values }) => {
      const [what = "", key = ""] = to.split(/:(.*)/);
      send(
        {
          to: chosenElsewhere(to, values) ?? { [what]: key },
          and_return: and_return === "yes",
          ...given("reason", why),
        },
        tell("已转走", "Transferred"),
      );
    },
  };
}

export const awayForm = (clock: Clock, send: Send): Form => ({
  title: tell("暂离：大屏和门口会写明，叫号先停", "Away: the screens say so, and no one is called"),
  verb: tell("暂离", "Away"),
  fields: [
    reason(
      true,
      tell("抢救病人", "An emergency"),
      tell("会诊", "A consultation"),
      tell("吃饭", "Lunch"),
      tell("开会", "A meeting"),
    ),
    ...soon("back", tell("大约什么时候回来", "Back in about"), tell("说不准", "Not known"), 5, 10, 15, 30, 60),
  ],
  send: (values) =>
    send(
      { ...given("reason", values.reason), ...later("back_at", "back", values, clock) },
      tell("已经写明：暂离", "Away"),
    ),
});

const HALVES: [key: string, until: number, chinese: string, english: string][] = [
  ["am", 12 * 60 + 30, "上午", "Morning"],
  ["pm", 18 * 60, "下午", "Afternoon"],
  ["night", 24 * 60, "晚间", "Evening"],
];

/** The halves that tickets of this room's queues are of, and those this hour may be. */
export function endHalfForm(
  view: DeskView,
  room: string,
  wall: string,
  effect: Effect,
  send: (body: JsonObject) => void,
): Form {
  const row = view.rooms?.[room];
  const queues = new Set(row?.queues ?? []);
  const ended = new Set(view.doctors?.[row?.logged_in ?? ""]?.ended ?? []);
  const known = new Set(
    Object.values(view.tickets ?? {})
      .filter(({ queue }) => queues.has(queue))
      .map(({ half }) => half ?? "all"),
  );
  const [hours = 0, mins = 0] = wall.split(":").map(Number);
  const current = HALVES.find(([, until]) => hours * 60 + mins < until)?.[0] ?? "night";
  const words: Option[] = [
    ...HALVES.map(([value, , chinese, english]) => ({ value, word: tell(chinese, english) })),
    { value: "all", word: tell("全天", "The whole day") },
  ];
  const open = words.filter(({ value }) => known.has(value) && !ended.has(value));
  const first = ({ value }: Option) => Number(value !== current);
  return {
    title: tell(
      "这半天看完了？没看的排到您下半天前面，否则请护士安排",
      "Done with the half-day? Who was not seen goes before your next one",
    ),
    verb: tell("看完了", "It is over"),
    effect,
    fields: [
      {
        key: "half",
        label: open.length > 0 ? tell("哪半天", "Which") : tell("没有还开着的半天", "None is open"),
        kind: "choice",
        required: true,
        options: open.sort((a, b) => first(a) - first(b)),
      },
    ],
    send: ({ half = "" }) => send({ half }),
  };
}

export function changeRoomForm(view: DeskView, room: string, send: Send): Form {
  const free = Object.entries(view.rooms ?? {})
    .filter(([key, row]) => key !== room && !row.logged_in && !row.current)
    .map(([key]) => key)
    .sort(byRoom.compare);
  return {
    title: tell("换到哪个诊室？门口候诊的一起过去", "To which room? Those at the door come along"),
    verb: tell("换诊室", "Change"),
    fields: [
      {
        key: "to",
        label: free.length > 0 ? tell("空着的诊室", "Free rooms") : tell("没有空着的诊室", "No room is free"),
        kind: "choice",
        required: true,
        options: free.map((key) => ({ value: key, word: tell(`${key} 诊室`, `Room ${key}`) })),
      },
    ],
    send: ({ to = "" }) => send({ to }, tell(`换到 ${to} 诊室`, `Changed to room ${to}`)),
  };
}

export const LAST_DOCTOR = "houzhen.doctor.last";

/** Who sits down. `trainee` is somebody beside the doctor who sits there already. */
export function logInForm(
  view: DeskView,
  room: string,
  trainee: boolean,
  last: string | null,
  send: Send,
): Form & { first: Record<string, string> } {
  const row = view.rooms?.[room];
  const busy = new Set(
    Object.values(view.rooms ?? {}).flatMap(({ logged_in, trainees }) => [
      ...(logged_in ? [logged_in] : []),
      ...(trainees ?? []),
    ]),
  );
  const doctors = Object.entries(view.doctors ?? {})
    .filter(([key]) => !busy.has(key))
    .map(([value, { name, title }]) => ({ value, word: title ? `${name} ${title}` : name }));
  const whom: Field = {
    key: "doctor",
    label: tell("医生", "Doctor"),
    kind: "choice",
    required: true,
    options: doctors,
  };
  const isKnown = doctors.some(({ value }) => value === last);
  const asTrainee: Form = {
    title: tell("谁跟诊？共用队列和当前病人", "Who sits beside? Shares queue and patient"),
    verb: tell("加上", "Add"),
    fields: [whom],
    send: ({ doctor = "" }) =>
      send({ doctor, mode: "trainee" }, tell("已加跟诊", "Sits beside:")),
  };
  if (trainee) return { ...asTrainee, first: {} };
  return {
    title: tell(`登录 ${room} 诊室`, `Log in to room ${room}`),
    verb: tell("登录，开始叫号", "Log in"),
    first: {
      mode: "ordinary",
      queues: (row?.queues ?? []).join(","),
      ...(last && isKnown ? { doctor: last } : {}),
    },
    fields: [
      whom,
      {
        key: "mode",
        label: tell("怎么看", "As"),
        kind: "choice",
        required: true,
        options: [
          { value: "ordinary", word: tell("普通号，也看自己的专家号", "Ordinary numbers and own expert ones") },
          { value: "expert", word: tell("只看专家号", "Expert numbers only") },
        ],
      },
      {
        key: "queues",
        label: tell("叫哪些队列", "Queues"),
        kind: "many",
        required: true,
        options: Object.entries(view.queues ?? {}).map(([value, { name }]) => ({
          value,
          word: `${value} ${name ?? ""}`,
        })),
      },
    ],
    send: ({ doctor = "", mode = "ordinary", queues = "" }) =>
      send(
        { doctor, mode, queues: queues.split(",").filter(Boolean) },
        tell(`已登录 ${room} 诊室`, `Logged in to room ${room}`),
      ),
  };
}
