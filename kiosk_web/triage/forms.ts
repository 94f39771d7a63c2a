import type { DeskView } from "@shared/desk/view";
import { tell } from "@shared/page/language";
import type { Live } from "@shared/page/live";
import type { Column } from "./columns";
import type { Nurse } from "./deeds";
import type { Form, Option } from "./form";

/** What a nurse does for the whole clinic or a queue, and what it asks for first. */

const MINUTE_MS = 60_000;

export const broadcastForm = (
  nurse: Nurse,
  { exactNow, momentAt }: Pick<Live, "exactNow" | "momentAt">,
): Form => ({
  title: tell("广播到大屏和喇叭", "To all screens and speakers"),
  verb: tell("播出", "Broadcast"),
  fields: [
    { key: "text", label: tell("内容", "Text"), kind: "text", required: true },
    {
      key: "minutes",
      label: tell("显示多久", "How long"),
      kind: "choice",
      required: true,
      options: [
        ...[5, 15, 60].map((n) => ({
          value: String(n),
          word: tell(`${n} 分钟`, `${n} minutes`),
        })),
        { value: "till", word: tell("到几点几分…", "Till…") },
      ],
    },
    {
      key: "till",
      label: tell("到几点", "Till"),
      kind: "time",
      ahead: true,
      required: true,
      when: ({ minutes }) => minutes === "till",
    },
  ],
  send: ({ text = "", minutes, till = "" }) =>
    void nurse.act(
      "broadcast",
      {
        text,
        until:
          minutes === "till" ? momentAt(till) : Math.round(exactNow()) + Number(minutes) * MINUTE_MS,
      },
      tell(`广播：${text}`, `Broadcast: ${text}`),
    ),
});

export const helpForm = (nurse: Nurse): Form => ({
  title: tell("紧急呼叫：本区所有工作台都会看到", "Emergency: every desk here will see it"),
  verb: tell("马上呼叫", "Call now"),
  fields: [
    { key: "reason", label: tell("什么事（可以不写）", "What (may be empty)"), kind: "text" },
  ],
  send: ({ reason }) =>
    void nurse.act(
      "call_help",
      reason ? { reason } : {},
      tell("已发出紧急呼叫", "Help has been called"),
      ({ alarm }) =>
        alarm ? { name: "answer_help", body: { alarm, over: true } } : undefined,
    ),
});

export const handOverForm = (nurse: Nurse, done: () => void): Form => ({
  title: tell("交班", "Hand the desk over"),
  verb: tell("交班并锁屏", "Hand over and lock"),
  fields: [
    { key: "to", label: tell("交给谁", "To whom"), kind: "text", required: true },
    { key: "note", label: tell("要留意的事", "What to watch"), kind: "long" },
  ],
  send: ({ to = "", note }) =>
    void nurse
      .act(
        "hand_over",
        { to, ...(note ? { note } : {}) },
        tell(`已交班给 ${to}`, `Handed over to ${to}`),
      )
      .then(({ ok }) => ok && done()),
});

/** 停叫, 停诊 and the end of 停叫: of a queue as a whole, or of one of its doctors. */
export function stopForm(nurse: Nurse, column: Column, view: DeskView): Form {
  const doctors: Option[] = column.seats.flatMap(({ room, doctor }) => {
    const key = view.rooms?.[room]?.logged_in;
    return key
      ? [{ value: `doctor:${key}`, word: tell(`只是 ${doctor}（${room} 诊室）`, `Only ${doctor} (room ${room})`) }]
      : [];
  });
  const isStopped =
    column.stopped !== undefined || column.seats.some(({ note }) => note?.kind === "stopped");
  return {
    title: `${column.queue} ${column.name}`,
    verb: tell("就这样", "Do it"),
    fields: [
      {
        key: "kind",
        label: tell("怎么办", "What"),
        kind: "choice",
        required: true,
        options: [
          ...(isStopped ? [{ value: "open", word: tell("恢复叫号", "Open calling again") }] : []),
          {
            value: "calling",
            word: tell("停叫：在诊室的看完，不再叫新的", "Stop calling: who is in finishes"),
          },
          {
            value: "clinic",
            word: tell("停诊：全部通知，逐个安排", "Close: everybody is asked what they want"),
          },
        ],
      },
      {
        key: "whom",
        label: tell("停谁", "Whom"),
        kind: "choice",
        required: true,
        options: [
          { value: `queue:${column.queue}`, word: tell("整个队列", "The whole queue") },
          ...doctors,
        ],
      },
      {
        key: "reason",
        label: tell("理由", "Reason"),
        kind: "text",
        required: true,
        when: ({ kind }) => kind !== "open",
      },
    ],
    send: ({ kind = "", whom = "", reason = "" }) => {
      const [what = "", key = ""] = whom.split(":");
      const name = what === "doctor" ? (view.doctors?.[key]?.name ?? key) : column.name;
      const body = { [what]: key };
      if (kind === "open")
        void nurse.act("open_calling", body, tell(`${name} 恢复叫号`, `${name}: calling again`));
      else if (kind === "calling")
        void nurse.act(
          "stop_calling",
          { ...body, reason },
          tell(`${name} 停叫`, `${name}: calling stopped`),
          () => ({ name: "open_calling", body }),
        );
      else
        void nurse.act("stop_clinic", { ...body, reason }, ({ tickets }) => {
          const many = Array.isArray(tickets) ? tickets.length : 0;
          return tell(
            `${name} 停诊，${many} 人等答复`,
            `${name} closed, ${many} to be asked`,
          );
        });
    },
  };
}
