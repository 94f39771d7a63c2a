import type { Answer } from "@shared/client/asks";
import type { JsonObject } from "@shared/client/frames";
import { useLive, useTopicOf } from "@shared/page/live";
import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import { doctorsOf, type Offers } from "./booking";
import { back, filled, FRESH, onlyTicket, type Page, pageOf, type Problem, type Read, type Trail } from "./pages";
import type { ClinicQueues, DepartmentPage, Looking } from "./lookups";
import type { Department, Offer, Purpose, SessionView } from "./view";

/** Kiosks never spin longer. */
const DEADLINE_MS = 10_000;
/** Days ahead whose numbers are looked through. */
const DAYS_SHOWN = 5;
/** The server ends a session by itself; where it does not say so in time, we do. */
const LATE_MS = 1500;

const UNANSWERED: Problem = {
  code: "deadline",
  zh: "没有等到回音，可能已经办成。请再放一次卡看看，或到分诊台。",
  en: "No answer came; it may be done already. Place your card again, or see the nurse.",
};

/**
 * One patient's course through this kiosk: the server's session, and the way the
 * patient takes through it here. Nothing of it outlives the session.
 */
export function useVisit(terminal: string) {
  const { facts, day, now, exactNow } = useLive();
  const topic = useTopicOf<SessionView>(
    computed(() => `${facts.hospital.id}/session/${terminal}/${day.value}:kiosk`),
  );
  const trail = shallowRef<Trail>(FRESH);
  /** The card this session began with, for a first visit's file. */
  const read = shallowRef<Read>();
  /** The session that is over on this glass, though the server has not said so yet. */
  const gone = ref<string>();

  const offline = computed(() => topic.staleSince.value !== undefined);
  const view = computed<SessionView | undefined>(() => {
    const { value } = topic.view;
    const over = gone.value !== undefined && value?.session?.id === gone.value;
    return over ? { session: { step: "idle" } } : value && filled(value);
  });
  const page = computed<Page>(() => pageOf(view.value, trail.value, offline.value));
  const session = computed(() => view.value?.session?.id);
  const step = computed(() => view.value?.session?.step ?? "idle");
  const left = computed(() => {
    const deadline = view.value?.session?.deadline;
    return deadline === undefined ? undefined : Math.max(0, (deadline - now.value) / 1000);
  });

  const watchdog = setInterval(() => {
    const { id, deadline } = topic.view.value?.session ?? {};
    if (deadline !== undefined && exactNow() > deadline + LATE_MS) gone.value = id;
  }, 250);
  onScopeDispose(() => clearInterval(watchdog));

  watch(session, (is, was) => {
    if (was === undefined) {
      const { looking: _, ...rest } = trail.value;
      trail.value = rest;
      resume();
    }
    if (was === undefined || is === was) return;
    // who has left it to look something up is still here
    const { looking } = trail.value;
    trail.value = looking ? { ...FRESH, looking } : FRESH;
    read.value = undefined;
  });

  /** A page loaded anew in the middle: what they came for, the server still knows. */
  function resume(): void {
    const { purpose = "" } = view.value?.session ?? {};
    if (purpose === "" || trail.value.aim !== "") return;
    go({ aim: purpose });
    if (purpose === "book" && step.value === "choose") void departments();
  }

  const go = (more: Partial<Trail>) => {
    trail.value = { ...trail.value, ...more };
  };

  /** A card that is being read: the edge tells anew of the one that lies there. */
  let reading: Promise<boolean> | undefined;

  /** A key pressed while a card is read counts, where the card has changed nothing. */
  async function press(name: string, body: JsonObject = {}): Promise<boolean> {
    const [mine, at] = [session.value, step.value];
    await reading;
    return mine === session.value && at === step.value && ask(name, body);
  }

  /** Whether it was taken. What is refused is said on a page of its own. */
  async function ask(name: string, body: JsonObject = {}): Promise<boolean> {
    if (trail.value.asking) return false;
    const mine = session.value;
    go({ asking: true });
    const answer = await topic.ask(name, body, DEADLINE_MS);
    // the view that shows it comes with it, or a moment later
    if (answer.ok && answer.seq !== undefined) await topic.shows(answer.seq);
    go({ asking: false });
    // whoever asked has gone meanwhile: the answer is nobody's
    if (mine !== undefined && mine !== session.value) return false;
    if (!answer.ok) go({ problem: problemOf(answer) });
    return answer.ok;
  }

  function problemOf(answer: Answer & { ok: false }): Problem {
    const { code, message } = answer.error;
    return code === "deadline" || code === "offline" ? UNANSWERED : { code, zh: message };
  }

  async function identify(how: "card" | "scan" | "typed", found: Read): Promise<void> {
    if (offline.value || trail.value.asking) return;
    const { value, kind } = found;
    // who has their number is done: the next one's card may come
    if (step.value === "done") await end("done");
    dropProblem();
    read.value = found;
    reading = ask("identify", { how, value, ...(kind && { kind }) });
    await reading;
    reading = undefined;
    go({ typing: false });
  }

  function dropProblem(): void {
    const { problem: _, ...rest } = trail.value;
    trail.value = rest;
  }

  async function start(purpose: Purpose, english: boolean, large: boolean): Promise<void> {
    const language = english ? "en" : "zh";
    if (await ask("start", { purpose, language, large })) go({ aim: purpose });
  }

  async function confirm(): Promise<void> {
    if (await press("confirm")) await goOn();
  }

  /** Who it is for is said; for oneself that is also that it is them. */
  async function chooseFor(row: string): Promise<void> {
    if ((await press("choose_for", { row })) && step.value === "choose") await goOn();
  }

  /** Whether it was made or not: what comes next is the server's to show. */
  async function makeChild(body: JsonObject): Promise<void> {
    await ask("first_child", body);
    go({ child: false });
  }

  /** Known and confirmed: what they came for is done, where that is one thing. */
  async function goOn(): Promise<void> {
    if (trail.value.aim === "book") return departments();
    const only = view.value && onlyTicket(view.value, trail.value.aim);
    if (only && step.value === "choose") await checkIn(only);
  }

  /** For an examination they read first how to prepare. */
  async function checkIn(ticket: string): Promise<void> {
    const row = view.value?.tickets?.[ticket];
    if (row?.prepare && row.does === "check_in") go({ preparing: ticket });
    else await press("check_in", { ticket });
  }

  /** They have read it: it is done, or not yet. */
  async function prepared(yes: boolean): Promise<void> {
    const { preparing: ticket, ...rest } = trail.value;
    trail.value = rest;
    if (yes && ticket) await ask("check_in", { ticket, prepared: true });
  }

  /** A key of a row. */
  async function act(name: string, body: Record<string, string>): Promise<void> {
    if (name === "check_in" && body.ticket) await checkIn(body.ticket);
    else await press(name, body);
  }

  /** Whoever touches the glass is still here; that stands in no other ask's way. */
  function stay(): void {
    if (view.value?.session?.can?.includes("stay")) void topic.ask("stay", {}, DEADLINE_MS);
  }

  /** How they like to read. A key pressed meanwhile counts all the same. */
  function set(english: boolean, large: boolean): void {
    void topic.ask("set", { language: english ? "en" : "zh", large }, DEADLINE_MS);
  }

  /** The number just taken: its patient is here already. */
  async function checkInNow(ticket: string): Promise<void> {
    if ((await ask("more")) && step.value === "choose") await checkIn(ticket);
  }

  const options = (body: JsonObject) => inquire("options", body);

  async function inquire(name: string, body: JsonObject): Promise<JsonObject | undefined> {
    const answer = await topic.ask(name, body, DEADLINE_MS);
    if (answer.ok) return answer.body;
    go({ problem: problemOf(answer) });
    return undefined;
  }

  async function departments(): Promise<void> {
    go({ aim: "book" });
    const mine = session.value;
    const found = await options({});
    if (!found || mine !== session.value) return;
    const all = (found.departments ?? []) as unknown as Department[];
    const open = all.filter(({ days }) => days.length > 0);
    go({ departments: open });
    await toWanted(open);
  }

  /** Whom they have looked up before is chosen for them. */
  async function toWanted(open: Department[]): Promise<void> {
    const { wanted, ...rest } = trail.value;
    const department = open.find(({ key }) => key === wanted?.department);
    if (!wanted || !department) return;
    trail.value = rest;
    await choose(department);
    const doctor = doctorsOf(trail.value.offers ?? {}).find((row) => row.doctor === wanted.doctor);
    if (doctor?.first !== undefined) go({ doctor: doctor.doctor });
  }

  // -- what anybody may look up

  /** The answer to what is not looked at any more is nobody's. */
  function found(page: Looking["page"], looking: Looking): void {
    if (trail.value.looking?.page === page) go({ looking });
  }

  async function lookAtQueues(): Promise<void> {
    if (session.value !== undefined) void end("cancelled");
    if (trail.value.looking?.page !== "queues") go({ looking: { page: "queues" } });
    const told = await inquire("queues", {});
    if (told) found("queues", { page: "queues", clinics: told.clinics as unknown as ClinicQueues[] });
  }

  async function lookAtDepartments(): Promise<void> {
    go({ looking: { page: "departments" } });
    const told = await options({});
    if (told && trail.value.looking?.page === "departments")
      go({ departments: told.departments as unknown as Department[] });
  }

  async function lookAtDepartment({ key }: Department): Promise<void> {
    go({ looking: { page: "experts" } });
    const told = await inquire("department", { department: key });
    if (told) found("experts", { page: "experts", department: told as unknown as DepartmentPage });
  }

  function lookNoMore(): void {
    const { looking, departments: _, ...rest } = trail.value;
    if (looking?.page === "experts") void lookAtDepartments();
    else trail.value = rest as Trail;
  }

  async function bookWith(doctor: string | undefined, english: boolean, large: boolean): Promise<void> {
    const { looking, departments: _, ...rest } = trail.value;
    if (looking?.page !== "experts" || !looking.department) return;
    const department = looking.department.key;
    trail.value = { ...rest, wanted: { department, ...(doctor && { doctor }) } };
    await start("book", english, large);
  }

  async function choose(department: Department): Promise<void> {
    const mine = session.value;
    const days = department.days.slice(0, DAYS_SHOWN);
    const found = await Promise.all(
      days.map((each) => options({ department: department.key, day: each })),
    );
    if (mine !== session.value || trail.value.problem) return;
    const offers: Offers = {};
    days.forEach((each, index) => {
      offers[each] = (found[index]?.sessions ?? []) as unknown as Offer[];
    });
    go({ department, offers });
  }

  async function hold(of: { day: string; session: string; slot: string }): Promise<void> {
    const { department } = trail.value;
    if (!department) return;
    await ask("hold", { department: department.key, ...of });
    // what became of it is the server's to show; a new choice begins with new numbers
    const { offers: _, doctor: __, department: ___, departments: ____, ...rest } = trail.value;
    trail.value = { ...rest, aim: "" };
  }

  /** What was chosen before is chosen again. */
  function again(from: "department" | "doctor"): void {
    const { doctor: _, ...noDoctor } = trail.value;
    const { offers: __, department: ___, ...noOffers } = noDoctor;
    trail.value = from === "doctor" ? noDoctor : noOffers;
  }

  function goBack(): void {
    const to = back(page.value, trail.value);
    if (to) trail.value = to;
    else void end("cancelled");
  }

  async function end(why: "done" | "cancelled" | "card_gone"): Promise<void> {
    trail.value = FRESH;
    read.value = undefined;
    if (session.value === undefined) return;
    // the glass is empty at once, even where the server hears of it later
    gone.value = session.value;
    await topic.ask("end", { why }, DEADLINE_MS);
  }

  return {
    ...{ view, page, step, session, left, trail, offline, read },
    ...{ identify, start, confirm, chooseFor, makeChild, ask: press, act, prepared, go, departments, choose, hold, again, goBack, end, checkInNow, stay, set },
    ...{ lookAtQueues, lookAtDepartments, lookAtDepartment, lookNoMore, bookWith },
    readProblem: dropProblem,
  };
}

export type Visit = ReturnType<typeof useVisit>;
