import type { Answer } from "@shared/client/asks";
import type { KioskView } from "@shared/hall/view";
import type { Topic } from "@shared/page/live";
import { type ShallowRef, shallowRef } from "vue";

/** What a checked-in patient is told. Nothing of it outlives the page it stands on. */
export interface Slip {
  number: string;
  name?: string;
  queueName?: string;
  ahead: number;
  rooms: string[];
  /** Checked in before: the number is the old one. */
  already: boolean;
}

export interface Problem {
  code: string;
  message: string;
  /** Of `already_in`: where the patient's ticket stands. */
  state?: string;
}

export type Step =
  | { at: "home" }
  | { at: "typing" }
  | { at: "working" }
  | { at: "done"; slip: Slip }
  | { at: "problem"; problem: Problem };

const DEADLINE_MS = 10_000;
const WAITING = "waiting";

/**
 * The course of one patient's check-in. Leaving a step drops all it held: the step is
 * the only place where anything of the patient's is kept.
 */
export function useCheckIn(kiosk: Topic<KioskView>) {
  const step = shallowRef<Step>({ at: "home" });

  async function present(card: string): Promise<void> {
    if (step.value.at === "working") return;
    const working: Step = { at: "working" };
    step.value = working;
    const answer = await kiosk.ask("check_in", { card }, DEADLINE_MS);
    // the patient has been sent away meanwhile: the answer is nobody's
    if (step.value !== working) return;
    step.value = read(answer);
  }

  return {
    step: step as Readonly<ShallowRef<Step>>,
    present,
    type: () => {
      step.value = { at: "typing" };
    },
    leave: () => {
      step.value = { at: "home" };
    },
  };
}

export function read(answer: Answer): Step {
  if (answer.ok) {
    const { number, name, queue_name, ahead, rooms } = answer.body;
    const slip: Slip = {
      number: String(number),
      ahead: Number(ahead),
      rooms: Array.isArray(rooms) ? rooms.map(String) : [],
      already: false,
    };
    if (typeof name === "string") slip.name = name;
    if (typeof queue_name === "string") slip.queueName = queue_name;
    return { at: "done", slip };
  }
  const { code, message, details } = answer.error;
  // whoever waits already is told the place again; the other states have a message
  if (code === "already_in" && (details?.state ?? WAITING) === WAITING)
    return {
      at: "done",
      slip: {
        number: String(details?.number),
        ahead: Number(details?.ahead ?? 0),
        rooms: [],
        already: true,
      },
    };
  const problem: Problem = { code, message };
  if (typeof details?.state === "string") problem.state = details.state;
  return { at: "problem", problem };
}
