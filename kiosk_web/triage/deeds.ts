import type { Answer } from "@shared/client/asks";
import type { JsonObject } from "@shared/client/frames";
import { useClinics } from "@shared/desk/clinics";
import type { DeskTicket, DeskView } from "@shared/desk/view";
import { tell } from "@shared/page/language";
import { type Topic, useLive } from "@shared/page/live";
import { clinicStream } from "@shared/page/place";
import { refused } from "@shared/page/refusals";
import { ref } from "vue";
import { type Happened, namesOf, told } from "./history";
import { watchedFrom } from "./watched";

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

/** What takes a deed back, where anything does. */
type Back = (answer: JsonObject) => Omit<Undo, "words"> | undefined;

const DEADLINE_MS = 6000;
const OFFLINE_DEADLINE_MS = 3000;
const STEPS_KEPT = 20;
/** What a deed is written down as having been done at. */
const WHERE = "desk";

export function useNurse(desk: Topic<DeskView>) {
  const live = useLive();
  const clinics = useClinics();
  const said = ref<Said>();
  const busy = ref(0);
  const undone = ref<Undo[]>([]);

  function say(ok: boolean, words: string): void {
    said.value = { ok, words, at: live.wallTime(live.exactNow()) };
  }

  /** Asks, says what came of it, and waits until the page shows it. */
  async function act(
    name: string,
    body: JsonObject,
    words: string | ((answer: JsonObject) => string),
    back?: Back,
  ): Promise<Answer> {
    busy.value += 1;
    try {
      const offline = desk.staleSince.value !== undefined;
      const answer = await desk.ask(
        name,
        { where: WHERE, ...body },
        offline ? OFFLINE_DEADLINE_MS : DEADLINE_MS,
      );
      if (!answer.ok) {
        say(false, refused(answer.error) + (await whoDidWhat(answer.error.code, body)));
        return answer;
      }
      const done = typeof words === "string" ? words : words(answer.body);
      say(true, done);
      const undo = back?.(answer.body);
      if (undo) undone.value = [...undone.value, { ...undo, words: done }].slice(-STEPS_KEPT);
      if (answer.seq !== undefined) await desk.shows(answer.seq);
      return answer;
    } finally {
      busy.value -= 1;
    }
  }

  /** Mostly somebody else was quicker: the refusal names who, and when. */
  async function whoDidWhat(code: string, { ticket }: JsonObject): Promise<string> {
    if (typeof ticket !== "string" || NOBODYS_DOING.has(code)) return "";
    const last = (await history(ticket)).at(-1);
    if (last === undefined || desk.view.value === undefined) return "";
    const { at, what, who } = told(last, namesOf(desk.view.value, live.wallTime));
    return tell(
      `（${live.wallTime(at)} ${who}：${what}）`,
      ` (${live.wallTime(at)} ${who}: ${what})`,
    );
  }

  /** The oldest first; empty when it cannot be had now. */
  const history = (ticket: string): Promise<Happened[]> => historyOn(desk, ticket);

  const about =
    (name: string, chinese: string, inEnglish: string, back?: (ticket: DeskTicket) => Back) =>
    (ticket: DeskTicket, more: JsonObject = {}): Promise<Answer> =>
      act(
        name,
        { ticket: ticket.id, ...more },
        `${tell(chinese, inEnglish)} ${ticket.number} ${ticket.name}`,
        back?.(ticket),
      );
  const by =
    (name: string, more: JsonObject = {}) =>
    ({ id }: DeskTicket): Back =>
    () => ({ name, body: { ticket: id, ...more } });
  const atItsRoom = (name: string, chinese: string, inEnglish: string) => {
    const deed = about(name, chinese, inEnglish);
    return (ticket: DeskTicket) => deed(ticket, { room: ticket.room ?? "" });
  };

  const checkedIn = (answer: JsonObject): string => {
    const { ticket, number, ahead } = answer;
    // the answer's name is masked for a kiosk's eyes
    const name = desk.view.value?.tickets?.[String(ticket)]?.name ?? "";
    const before = Number(ahead ?? 0);
    return tell(
      `已签到 ${number} ${name}，前面 ${before} 位`,
      `Checked in ${number} ${name}, ${before} ahead`,
    );
  };
  const notCheckedIn: Back = ({ ticket }) => ({ name: "undo_check_in", body: { ticket: ticket ?? "" } });

  /** Who has no number here may have one in another clinic of this nurse. */
  async function checkInCard(card: string): Promise<Answer> {
    const answer = await act("check_in", { card }, checkedIn, notCheckedIn);
    if (answer.ok || answer.error.code !== "not_registered") return answer;
    for (const clinic of watchedFrom(live.place)) {
      const topic = `${clinicStream(live.facts.hospital.id, clinic, live.day.value)}:desk`;
      const there = await live.connection.ask(topic, "check_in", { where: WHERE, card }, DEADLINE_MS);
      if (!there.ok && there.error.code === "not_registered") continue;
      const row = clinics.value[clinic];
      const name = row ? tell(row.name, row.name_en || row.name) : clinic;
      if (there.ok) {
        const { number, ahead } = there.body;
        const before = Number(ahead ?? 0);
        say(true, tell(`已在${name}签到 ${number}，前面 ${before} 位`, `Checked in at ${name}: ${number}, ${before} ahead`));
      } else say(false, `${name}：${refused(there.error)}`);
      return there;
    }
    return answer;
  }

  return {
    said,
    busy,
    undone,
    say,
    act,
    history,
    clinics,
    /** Where else a patient of this clinic may be sent today. */
    elsewhere: () => ({ clinic: live.place.clinic, clinics: clinics.value }),
    /** Asks what would be, and does nothing. */
    look: (name: string, body: JsonObject) => desk.ask(name, body, OFFLINE_DEADLINE_MS),
    /** The clinic's day. */
    today: () => live.day.value,
    checkIn: ({ id }: DeskTicket, more: JsonObject = {}) =>
      act("check_in", { ticket: id, ...more }, checkedIn, notCheckedIn),
    checkInCard,
    recall: about("recall", "重新排队", "Back in line"),
    revive: about("revive", "恢复号码", "Number good again"),
    undoMissed: about("undo_missed", "撤销过号", "Miss taken back"),
    callAgain: atItsRoom("call_again", "再叫", "Called again"),
    missed: atItsRoom("missed", "过号", "Missed"),
    undoCall: atItsRoom("undo_call", "撤回叫号", "Call taken back"),
    comeBack: about("come_back", "检查回来", "Back from examination"),
    reportReady: about("report_ready", "报告到了", "Reports ready"),
    postpone: about("postpone", "往后排", "Moved back"),
    giveUp: about("give_up", "弃号", "Gave up", by("revive", { reason: "撤销" })),
    send: about("send", "送到诊室", "Sent to the room"),
    pin: about("pin", "换医生", "Doctor changed", ({ id, doctor, pinned_room }) => () => ({
      name: "pin",
      body: {
        ticket: id,
        ...(doctor ? { doctor } : {}),
        ...(pinned_room ? { room: pinned_room } : {}),
      },
    })),
    setClass: about("set_class", "优先", "Priority", ({ id, classes = [] }) => () =>
      // only the classes as a whole can be taken away
      classes.length > 0
        ? undefined
        : { name: "set_class", body: { ticket: id, special: "", reason: "撤销" } },
    ),
    move: about("move", "往前", "Moved forward", ({ id, reasons = [] }) => () => {
      const moved = reasons.find(({ code }) => code === "moved_before");
      const before = moved?.args?.ticket;
      return {
        name: "move",
        body: { ticket: id, reason: "撤销", ...(before ? { before } : {}) },
      };
    }),
    transfer: about("transfer", "转诊", "Transferred"),
    answerStop: about("answer_stop", "已安排", "Arranged"),
    complaint: about("complaint", "来看什么", "What for", ({ id, complaint }) => () => ({
      name: "complaint",
      body: { ticket: id, text: complaint ?? "" },
    })),
    vitals: about("vitals", "生命体征", "Vital signs"),
    triage: about("triage", "分级", "Triaged", ({ id, level }) => () =>
      level === undefined
        ? undefined
        : { name: "triage", body: { ticket: id, level, reason: "撤销" } },
    ),
    undo(): void {
      const last = undone.value.at(-1);
      if (last === undefined) {
        say(false, tell("没有可以撤销的操作。", "Nothing to undo."));
        return;
      }
      undone.value = undone.value.slice(0, -1);
      void act(last.name, last.body, tell(`已撤销：${last.words}`, `Undone: ${last.words}`));
    },
  };
}

/** What happened to a ticket, asked of its day's desk. */
export async function historyOn(desk: Topic<DeskView>, ticket: string): Promise<Happened[]> {
  const answer = await desk.ask("history", { ticket }, OFFLINE_DEADLINE_MS);
  const found = answer.ok ? answer.body.history : undefined;
  return Array.isArray(found) ? (found as unknown as Happened[]) : [];
}

export type Nurse = ReturnType<typeof useNurse>;

/** Refusals that come of the network or of us, not of what somebody did. */
const NOBODYS_DOING = new Set([
  "offline",
  "deadline",
  "busy",
  "unavailable",
  "too_many_asks",
  "bad_request",
  "unknown_ask",
  "forbidden",
  "internal",
  "key_reused",
  "too_soon",
]);
