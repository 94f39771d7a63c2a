import type { Answer } from "@shared/client/asks";
import type { JsonObject } from "@shared/client/frames";
import { useClinics } from "@shared/desk/clinics";
import type { Form } from "@shared/desk/form";
import { halfEffect } from "@shared/desk/halfEnd";
import type { DeskTicket, DeskView } from "@shared/desk/view";
import { tell } from "@shared/page/language";
import { type Live, type Topic, useLive } from "@shared/page/live";
import { refused } from "@shared/page/refusals";
import { computed, ref, shallowRef } from "vue";
import { againAfter, currentOf, helpOf, missedAfter, ticketOf } from "./desk";
import {
  awayForm,
  changeRoomForm,
  endHalfForm,
  examinationForm,
  LAST_DOCTOR,
  logInForm,
  oneForm,
  transferForm,
} from "./forms";
import type { Act } from "./keymap";
import { enterRoom, openWindow } from "./leaving";

/** What a doctor can do, each one ask of the protocol. */

export interface Said {
  ok: boolean;
  words: string;
  /** The hospital's time, `09:42`. */
  at: string;
}

/** What lies over the lists while it is filled in. */
export type Sheet =
  | { kind: "form"; form: Form; first?: Record<string, string> }
  | { kind: "keys" }
  | { kind: "room" };

interface Undo {
  words: string;
  go: () => void;
}

const DEADLINE_MS = 6000;
/** With the line down: long enough for it to come back, short enough to wait for. */
const OFFLINE_DEADLINE_MS = 3000;
/** A second press sooner than this after the first is no second wish. */
const BOUNCE_MS = 500;

export function useDeeds(desk: Topic<DeskView>) {
  const live = useLive();
  const { room } = live.place;
  const clinics = useClinics();
  /** The ask under way; until it is answered and shown, no other begins. */
  const busy = ref<string>();
  let nextAt = Number.NEGATIVE_INFINITY;
  const said = ref<Said>();
  const sheet = shallowRef<Sheet>();
  /** The last deed that is not the room's own to show: a miss, a hold. */
  const last = shallowRef<{ name: "missed" | "hold"; ticket: string }>();

  const view = computed<DeskView>(() => desk.view.value ?? {});
  const row = computed(() => view.value.rooms?.[room]);
  const current = computed(() => currentOf(view.value, room, live.now.value));
  const isAway = computed(() => row.value?.note?.kind === "away");

  function say(ok: boolean, words: string): void {
    said.value = { ok, words, at: live.wallTime(live.exactNow()) };
  }

  async function ask(
    name: string,
    body: JsonObject,
    words: string | ((answer: JsonObject) => string),
    done?: () => void,
  ): Promise<void> {
    // pressed twice calls one: the second press meets the first under way
    if (busy.value !== undefined) return;
    busy.value = name;
    const offline = desk.staleSince.value !== undefined;
    const patience = offline ? OFFLINE_DEADLINE_MS : DEADLINE_MS;
    const answer = await desk.ask(name, body, patience);
    said.value = sentence(live, answer, words);
    if (answer.ok) done?.();
    if (answer.ok && answer.seq !== undefined) await desk.shows(answer.seq);
    busy.value = undefined;
  }

  const after = (): JsonObject =>
    current.value ? { after: current.value.ticket.id } : {};
  const about = (name: string, ticket: DeskTicket, words: string, more: JsonObject = {}) =>
    ask(name, { room, ticket: ticket.id, ...more }, `${words} ${ticket.number}`);

  /** Opens a sheet; when it is sent, it is gone, and what was filled in becomes an ask. */
  function fill(form: Form, first?: Record<string, string>): void {
    sheet.value = {
      kind: "form",
      form: {
        ...form,
        send: (values) => {
          sheet.value = undefined;
          form.send(values);
        },
      },
      ...(first ? { first } : {}),
    };
  }

  /** Why a key does nothing now, in words for who presses it all the same. */
  const whyNot = computed<Partial<Record<Act, string>>>(() => {
    const { ticket, calledMs = 0 } = current.value ?? {};
    const found: Partial<Record<Act, string>> = {};
    if (undo.value === undefined)
      found.undo = tell("没有可以撤销的一步。", "There is nothing to take back.");
    if (ticket === undefined) {
      const nobody = tell("诊室里没有病人。", "Nobody is in the room.");
      for (const act of ["again", "start", "missed", "examination", "transfer", "hold", "finish"] as const)
        found[act] = nobody;
      return found;
    }
    if (ticket.state !== "called") {
      const inside = tell(
        "这一位已经进来了，看完请按“看完了”。",
        "This patient is in already.",
      );
      for (const act of ["again", "start", "missed"] as const) found[act] = inside;
      return found;
    }
    const rules = view.value.clinic?.rules;
    const left = (wait: number) => Math.ceil((wait - calledMs) / 1000);
    if (left(againAfter(rules)) > 0)
      found.again = tell(
        `刚刚叫过，请等 ${left(againAfter(rules))} 秒再叫。`,
        `Called just now: again in ${left(againAfter(rules))} s.`,
      );
    if (left(missedAfter(rules)) > 0)
      found.missed = tell(
        `刚刚叫过，请再等 ${left(missedAfter(rules))} 秒，人没来再按过号。`,
        `Called just now: missed in ${left(missedAfter(rules))} s.`,
      );
    return found;
  });

  const undo = computed<Undo | undefined>(() => {
    const ticket = current.value?.ticket;
    if (ticket?.state === "called")
      return {
        words: tell(`撤销叫号 ${ticket.number}`, `Take back the call of ${ticket.number}`),
        go: () => void about("undo_call", ticket, tell("已撤销叫号", "Call taken back:")),
      };
    const done = last.value;
    const whom = done && ticketOf(view.value, done.ticket);
    if (done?.name === "missed" && whom?.state === "missed")
      return {
        words: tell(`撤销过号 ${whom.number}`, `${whom.number} was not missed`),
        go: () => undoMissed(whom),
      };
    if (done?.name === "hold" && whom?.state === "held")
      return {
        words: tell(`接着看 ${whom.number}`, `Go on with ${whom.number}`),
        go: () => resume(whom),
      };
    return undefined;
  });

  const undoMissed = (ticket: DeskTicket): void =>
    void ask(
      "undo_missed",
      { ticket: ticket.id },
      tell(`已撤销过号 ${ticket.number}`, `Not missed: ${ticket.number}`),
    );
  const resume = (ticket: DeskTicket): void =>
    void about("resume", ticket, tell("接着看", "Going on with"), after());

  function withCurrent(act: (ticket: DeskTicket) => void): void {
    const ticket = current.value?.ticket;
    if (ticket) act(ticket);
  }
  const aside = (name: "missed" | "hold", words: string) =>
    withCurrent((ticket) => {
      void ask(name, { room, ticket: ticket.id }, `${words} ${ticket.number}`, () => {
        last.value = { name, ticket: ticket.id };
      });
    });

  const ACTS: Record<Act, () => void> = {
    next: () => {
      // a hand that presses twice wants one, however quick the first answer was
      const now = live.connection.now();
      if (now - nextAt < BOUNCE_MS && current.value?.ticket.state === "called") return;
      if (busy.value === undefined) nextAt = now;
      void ask("call_next", { room, ...after() }, tell("已叫", "Called"));
    },
    again: () =>
      withCurrent((ticket) => void about("call_again", ticket, tell("又叫了一次", "Called again:"))),
    start: () =>
      withCurrent((ticket) => void about("start", ticket, tell("开始就诊", "Started:"))),
    finish: () =>
      withCurrent((ticket) => void about("finish", ticket, tell("看完了", "Finished:"))),
    missed: () => aside("missed", tell("记为过号", "Missed:")),
    hold: () => aside("hold", tell("先挂起", "On hold:")),
    examination: () =>
      withCurrent((ticket) =>
        fill(
          examinationForm(ticket, live, (body, words) =>
            void about("to_examination", ticket, words, body),
          ),
        ),
      ),
    transfer: () =>
      withCurrent((ticket) =>
        fill(
          transferForm(ticket, view.value, live.place, clinics.value, (body, words) =>
            void about("transfer", ticket, words, body),
          ),
        ),
      ),
    away: () => {
      if (isAway.value) void ask("back", { room }, tell("回来了，可以叫号", "Back"));
      else
        fill(awayForm(live, (body, words) => void ask("away", { room, ...body }, words)));
    },
    window: openWindow,
    undo: () => undo.value?.go(),
    help: () => {
      if (helpOf(view.value, room).some((alarm) => alarm.room === room))
        say(true, tell("已经在呼叫支援。", "Help is being called already."));
      else
        void ask("call_help", { room }, tell("已呼叫支援，本区工作台都看到了", "Help is called"));
    },
  };

  /** A key of the keyboard, or the same key of the page. */
  function press(act: Act): void {
    const why = whyNot.value[act];
    if (why !== undefined && busy.value === undefined) say(false, why);
    else if (why === undefined) ACTS[act]();
  }

  return {
    busy,
    said,
    sheet,
    view,
    row,
    current,
    isAway,
    whyNot,
    undo,
    press,
    close: () => {
      sheet.value = undefined;
    },
    callOne: (ticket: DeskTicket) =>
      fill(
        oneForm(ticket, (body, words) =>
          void ask("call_one", { room, ticket: ticket.id, ...after(), ...body }, words),
        ),
      ),
    resume,
    undoMissed,
    recall: ({ id, number }: DeskTicket) =>
      void ask("recall", { ticket: id }, tell(`叫回队尾 ${number}`, `Back in line: ${number}`)),
    comeBack: ({ id, number }: DeskTicket) =>
      void ask("come_back", { ticket: id }, tell(`检查回来了 ${number}`, `Is back: ${number}`)),
    reportReady: ({ id, number }: DeskTicket, report: string) =>
      void ask("report_ready", { ticket: id, report }, tell(`报告到了 ${number}`, `Report ready: ${number}`)),
    serve: (queue: string, on: boolean) =>
      void ask(
        "serve",
        { room, queue, on },
        on ? tell(`开始叫 ${queue}`, `Calling ${queue}`) : tell(`先不叫 ${queue}`, `Not calling ${queue}`),
      ),
    logIn: (trainee: boolean) => {
      const form = logInForm(view.value, room, trainee, localStorage.getItem(LAST_DOCTOR), (body, words) =>
        void ask("log_in", { room, ...body }, words, () => {
          if (!trainee) localStorage.setItem(LAST_DOCTOR, String(body.doctor));
        }),
      );
      fill(form, form.first);
    },
    logOut: (doctor?: string) =>
      void ask(
        "log_out",
        doctor === undefined ? { room } : { room, doctor },
        tell("已退出", "Logged out"),
      ),
    changeRoom: () =>
      fill(
        changeRoomForm(view.value, room, (body, words) =>
          void ask("change_room", { room, ...body }, words, () =>
            enterRoom(live.place, String(body.to)),
          ),
        ),
      ),
    /** Who of it was not seen goes before the next half, or the nurse is asked. */
    endHalf: () =>
      fill(
        endHalfForm(
          view.value,
          room,
          live.wallTime(live.exactNow()),
          halfEffect(
            (name, body) => desk.ask(name, body, DEADLINE_MS),
            ({ half }) => (half ? { room, half } : undefined),
            () => view.value,
          ),
          (body) => void ask("end_half", { room, ...body }, endedWords),
        ),
      ),
    answerHelp: (alarm: string, over: boolean) =>
      void ask(
        "answer_help",
        { alarm, over },
        over ? tell("已解除呼叫", "The call is over") : tell("已应答，请马上过去", "Answered: go there"),
      ),
    history: (ticket: string) => desk.ask("history", { ticket }, DEADLINE_MS),
  };
}

export type Deeds = ReturnType<typeof useDeeds>;

function endedWords({ moved, asked }: JsonObject): string {
  const [on, open] = [moved, asked].map((each) => (Array.isArray(each) ? each.length : 0));
  if (!on && !open) return tell("这半天看完了，没有人落下", "Ended: everybody was seen");
  return tell(
    `这半天结束了：${on} 位排到下半天前面，${open} 位请分诊台安排`,
    `Ended: ${on} go on in the next half, ${open} for the triage desk`,
  );
}

function sentence(
  live: Live,
  answer: Answer,
  words: string | ((answer: JsonObject) => string),
): Said {
  const at = live.wallTime(live.exactNow());
  if (!answer.ok) return { ok: false, words: refused(answer.error), at };
  const { number } = answer.body;
  return {
    ok: true,
    words:
      typeof words !== "string"
        ? words(answer.body)
        : typeof number === "string"
          ? `${words} ${number}`
          : words,
    at,
  };
}
