import type { JsonObject } from "@shared/client/frames";
import type { Form, Option } from "@shared/desk/form";
import { HALVES, halfEffect, halfWord } from "@shared/desk/halfEnd";
import type { DeskTicket, DeskView, Stage } from "@shared/desk/view";
import { tell } from "@shared/page/language";
import type { Nurse } from "./deeds";

/** The end of a half and of the day: who is still there, and how each one ends. Nothing
 * is closed silently: the clinic proposes, the nurse says. */

export type End = "done" | "gave_up" | "missed" | "no_show" | "refunded";

export interface Left {
  ticket: string;
  number: string;
  state: Stage;
  since: number;
  proposed: End;
}

const END: Record<End, [string, string]> = {
  done: ["看完了", "Was seen"],
  gave_up: ["没看，走了", "Left unseen"],
  missed: ["过号没回来", "Missed, never came back"],
  no_show: ["没来", "Never came"],
  refunded: ["退号", "Refunded"],
};
export const endWord = (end: End): string => tell(...END[end]);
export const ENDS = Object.keys(END) as End[];

const OPEN: Stage[] = [
  ...(["waiting", "at_room", "called", "in", "examination"] as const),
  ...(["held", "missed", "stopped", "leaving"] as const),
];

/** The halves people have numbers for, in their order. */
export function halvesOf(tickets: Iterable<DeskTicket>): string[] {
  const found = new Set<string>();
  for (const { half } of tickets) if (half !== undefined) found.add(half);
  return HALVES.filter((half) => found.has(half));
}

/** Each doctor with the halves they have not finished, as a choice. */
export const openHalves = (view: DeskView, halves: string[]): Option[] =>
  Object.entries(view.doctors ?? {}).flatMap(([doctor, { name, ended = [] }]) =>
    halves
      .filter((half) => !ended.includes(half))
      .map((half) => ({ value: `${half}:${doctor}`, word: `${name} ${halfWord(half)}` })),
  );

/** One doctor has finished a half: whom they did not see goes on to their next, or the
 * nurse is asked, by an alarm that stays. */
export const halfForm = (nurse: Nurse, options: Option[], view: () => DeskView): Form => ({
  title: tell("结束半天门诊", "End a half-day"),
  verb: tell("结束", "End it"),
  effect: halfEffect(nurse.look, ({ which }) => halfOf(which), view),
  fields: [
    { key: "which", label: tell("谁的、哪个半天", "Whose, and which"), kind: "choice", required: true, options },
  ],
  send: ({ which = "" }) => {
    const word = options.find(({ value }) => value === which)?.word ?? "";
    void nurse.act("end_half", halfOf(which) ?? {}, ({ moved, asked }) => {
      const on = list(moved);
      const open = list(asked).map((id) => view().tickets?.[id]?.number ?? id);
      return tell(
        `${word}结束：${on.length} 人接着排到下一个半天` +
          (open.length ? `，${open.length} 人请您安排：${open.join("、")}` : ""),
        `${word} ended: ${on.length} go on to the next half` +
          (open.length ? `, ${open.length} for you to arrange: ${open.join(", ")}` : ""),
      );
    });
  },
});
const halfOf = (which: string | undefined): JsonObject | undefined => {
  if (!which) return undefined;
  const [half = "", doctor = ""] = which.split(":");
  return { half, doctor };
};
const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** How many the day's end would find, and how many never came. */
export function stillOpen(tickets: Iterable<DeskTicket>): { open: number; booked: number } {
  let open = 0;
  let booked = 0;
  for (const { state } of tickets) {
    if (OPEN.includes(state)) open += 1;
    else if (state === "booked") booked += 1;
  }
  return { open, booked };
}

/** Of those the clinic has found, who is to end and how; an empty end lets one be. */
export const toSettle = (left: Left[], ends: Record<string, string>): [Left, End][] =>
  left.flatMap((one) => {
    const end = ends[one.ticket] ?? one.proposed;
    return end === "" ? [] : [[one, end as End] as [Left, End]];
  });
