import type { Column } from "./columns";
import type { Form } from "./choices";
import type { Nurse } from "./deeds";

/** What a nurse does for the whole clinic or a queue, and what it asks for first. */

const MINUTE_MS = 60_000;

export const broadcastForm = (nurse: Nurse, now: number): Form => ({
  title: "广播到大屏和喇叭",
  verb: "播出",
  fields: [
    { key: "text", label: "内容", kind: "text", required: true },
    {
      key: "minutes",
      label: "显示多久",
      kind: "choice",
      required: true,
      options: [5, 15, 60].map((n) => ({ value: String(n), word: `${n} 分钟` })),
    },
  ],
  send: ({ text = "", minutes }) =>
    void nurse.act(
      "broadcast",
      { text, until: now + Number(minutes) * MINUTE_MS },
      `广播：${text}`,
    ),
});

export const helpForm = (nurse: Nurse): Form => ({
  title: "紧急呼叫：本区所有工作台都会看到",
  verb: "马上呼叫",
  fields: [{ key: "reason", label: "什么事（可以不写）", kind: "text" }],
  send: ({ reason }) =>
    void nurse.act("call_help", reason ? { reason } : {}, "已发出紧急呼叫"),
});

export const stopForm = (nurse: Nurse, column: Column): Form => ({
  title: `${column.queue} ${column.name}`,
  verb: "停",
  fields: [
    {
      key: "kind",
      label: "怎么停",
      kind: "choice",
      required: true,
      options: [
        { value: "calling", word: "停叫：在诊室的看完，不再叫新的" },
        { value: "clinic", word: "停诊：全部通知，逐个安排" },
      ],
    },
    { key: "reason", label: "理由", kind: "text", required: true },
  ],
  send: ({ kind, reason = "" }) =>
    void nurse.act(
      kind === "clinic" ? "stop_clinic" : "stop_calling",
      { queue: column.queue, reason },
      `${column.name} ${kind === "clinic" ? "停诊" : "停叫"}`,
    ),
});
