import type { Answer } from "@shared/client/asks";
import type { JsonObject } from "@shared/client/frames";
import type { HallView } from "@shared/hall/view";
import { type Live, type Topic, useLive } from "@shared/page/live";
import { computed, ref } from "vue";
import { CALL_AGAIN_MS, type Current, currentOf, MISSED_AFTER_MS } from "./desk";

/** What a doctor can do, each one ask of the protocol under one key of the keyboard. */
export type Deed =
  | "call_next"
  | "call_again"
  | "start"
  | "missed"
  | "finish"
  | "recall";

export interface Said {
  ok: boolean;
  words: string;
  /** The hospital's time, `09:42`. */
  at: string;
}

const DEADLINE_MS = 6000;
/** With the line down: long enough for it to come back, short enough to wait for. */
const OFFLINE_DEADLINE_MS = 3000;

export function useDeeds(desk: Topic<HallView>) {
  const live = useLive();
  const { room } = live.place;
  /** The deed under way; until it is answered and shown, no other begins. */
  const busy = ref<Deed>();
  const said = ref<Said>();
  const current = computed(() =>
    desk.view.value ? currentOf(desk.view.value, room, live.now.value) : undefined,
  );

  async function doIt(deed: Deed, body: JsonObject, words: string): Promise<void> {
    // pressed twice calls one: the second press meets the first under way
    if (busy.value !== undefined) return;
    busy.value = deed;
    const offline = desk.staleSince.value !== undefined;
    const patience = offline ? OFFLINE_DEADLINE_MS : DEADLINE_MS;
    const answer = await desk.ask(deed, body, patience);
    said.value = sentence(live, answer, words);
    if (answer.ok && answer.seq !== undefined) await desk.shows(answer.seq);
    busy.value = undefined;
  }

  const ticketDeed = (deed: Deed, words: string) => () => {
    const ticket = current.value?.ticket;
    if (ticket && may.value[deed])
      void doIt(deed, { room, ticket: ticket.id }, `${words} ${ticket.number}`);
  };

  const may = computed(() => allowed(current.value));

  return {
    busy,
    said,
    current,
    may,
    callNext: () => {
      const after = current.value?.ticket.id;
      void doIt("call_next", after === undefined ? { room } : { room, after }, "已叫");
    },
    callAgain: ticketDeed("call_again", "又叫了一次"),
    start: ticketDeed("start", "开始就诊"),
    missed: ticketDeed("missed", "记为过号"),
    finish: ticketDeed("finish", "看完了"),
    recall: (ticket: string, number: string) =>
      void doIt("recall", { ticket }, `叫回队尾 ${number}`),
  };
}

export type Deeds = ReturnType<typeof useDeeds>;

function sentence(live: Live, answer: Answer, words: string): Said {
  const at = live.wallTime(live.exactNow());
  if (!answer.ok) return { ok: false, words: answer.error.message, at };
  const { number } = answer.body;
  return {
    ok: true,
    words: typeof number === "string" ? `${words} ${number}` : words,
    at,
  };
}

function allowed(current: Current | undefined): Record<Deed, boolean> {
  const called = current?.ticket.state === "called";
  return {
    call_next: true,
    recall: true,
    call_again: called && current.calledMs >= CALL_AGAIN_MS,
    start: called,
    missed: called && current.calledMs >= MISSED_AFTER_MS,
    finish: current !== undefined,
  };
}
