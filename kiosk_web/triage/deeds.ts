import type { Answer } from "@shared/client/asks";
import type { JsonObject } from "@shared/client/frames";
import type { DeskTicket, DeskView } from "@shared/desk/view";
import { type Topic, useLive } from "@shared/page/live";
import { ref } from "vue";

/** What a nurse does, one ask of the protocol each; and how it is taken back. */

export interface Said {
  ok: boolean;
  words: string;
  at: string;
}

interface Undo {
  words: string;
  name: string;
  body: JsonObject;
}

const DEADLINE_MS = 6000;
const OFFLINE_DEADLINE_MS = 3000;
const STEPS_KEPT = 20;

export function useNurse(desk: Topic<DeskView>) {
  const live = useLive();
  const said = ref<Said>();
  const busy = ref(0);
  const undone = ref<Undo[]>([]);

  /** Asks, says what came of it, and waits until the page shows it. */
  async function act(
    name: string,
    body: JsonObject,
    words: string,
    undo?: Undo,
  ): Promise<Answer> {
    busy.value += 1;
    try {
      const offline = desk.staleSince.value !== undefined;
      const answer = await desk.ask(
        name,
        body,
        offline ? OFFLINE_DEADLINE_MS : DEADLINE_MS,
      );
      const at = live.wallTime(live.exactNow());
      said.value = answer.ok
        ? { ok: true, words, at }
        : { ok: false, words: answer.error.message, at };
      if (answer.ok) {
        if (undo) undone.value = [...undone.value, undo].slice(-STEPS_KEPT);
        if (answer.seq !== undefined) await desk.shows(answer.seq);
      }
      return answer;
    } finally {
      busy.value -= 1;
    }
  }

  const about =
    (name: string, words: string, back?: string) =>
    (ticket: DeskTicket, more: JsonObject = {}): Promise<Answer> =>
      act(
        name,
        { ticket: ticket.id, ...more },
        `${words} ${ticket.number} ${ticket.name}`,
        back === undefined
          ? undefined
          : {
              words: `撤销：${words} ${ticket.number}`,
              name: back,
              body: { ticket: ticket.id },
            },
      );

  return {
    said,
    busy,
    undone,
    act,
    checkIn: (ticket: DeskTicket) =>
      about("check_in", "已签到", "undo_check_in")(ticket, { where: "desk" }),
    checkInCard: (card: string) =>
      act("check_in", { card, where: "desk" }, "已签到"),
    recall: about("recall", "重新排队"),
    revive: about("revive", "恢复号码"),
    undoMissed: about("undo_missed", "撤销过号"),
    comeBack: about("come_back", "检查回来"),
    reportReady: about("report_ready", "报告到了"),
    postpone: about("postpone", "往后排"),
    giveUp: about("give_up", "弃号", "revive"),
    send: about("send", "送到诊室"),
    pin: about("pin", "换医生", "pin"),
    setClass: about("set_class", "优先"),
    move: about("move", "往前"),
    transfer: about("transfer", "转诊"),
    answerStop: about("answer_stop", "已安排"),
    vitals: about("vitals", "生命体征"),
    triage: about("triage", "分级"),
    undo(): void {
      const last = undone.value.at(-1);
      if (last === undefined) {
        const at = live.wallTime(live.exactNow());
        said.value = { ok: false, words: "没有可以撤销的操作。", at };
        return;
      }
      undone.value = undone.value.slice(0, -1);
      void act(last.name, last.body, last.words);
    },
  };
}

export type Nurse = ReturnType<typeof useNurse>;
