/** What the server tells of the floor, and how it is said to people. Pure. */

export type Level = "I" | "II" | "III";
export const LEVELS: Level[] = ["I", "II", "III"];
type Tell = (chinese: string, english: string) => string;

export interface Alarm {
  terminal: string;
  device: string;
  fault: string;
  level: Level;
  since: number;
  at: number;
  name?: string;
  places?: string[];
  detail?: string;
  acked_at?: number;
  acked_by?: string;
  note?: string;
  ended_at?: number;
  ticket?: string;
}
export interface Noted {
  at: number;
  by: string;
  what: string;
  note?: string;
}
export interface Ticket {
  target: string;
  device: string;
  fault: string;
  level: Level;
  what: string;
  state: "open" | "answered" | "repaired" | "closed";
  opened_at: number;
  opened_by: string;
  respond_by: number;
  repair_by: number;
  alarm?: string;
  name?: string;
  answered_at?: number;
  answered_by?: string;
  repaired_at?: number;
  closed_at?: number;
  cause?: string;
  measure?: string;
  late?: string[];
  history?: Noted[];
}
export interface Seen {
  at: number;
  by: string;
  bad?: string[];
  note?: string;
  late?: boolean;
}
export interface Round {
  key: string;
  seen?: Record<string, Seen>;
  over?: number;
  missed?: string[];
}
export interface Stock {
  name: string;
  unit?: string;
  low?: number;
  left?: number;
}
export interface Settings {
  clocks: Record<Level, { respond_min: number; repair_min: number }>;
  levels: Record<string, Level>;
  patience: Record<string, number>;
  hot_c: number;
  unsteady: number;
  clock_off_s: number;
  quiet_from: string;
  quiet_to: string;
  rounds: Record<string, { begins: string; due: string }>;
  items: Record<string, { name: string; name_en?: string }>;
}
export interface BoardView {
  settings?: { main: Settings };
  alarms?: Record<string, Alarm>;
  tickets?: Record<string, Ticket>;
  rounds?: Record<string, Round>;
  stock?: Record<string, Stock>;
}
export interface Unit {
  serial: string;
  model: string;
  name?: string;
  place?: string;
  terminal?: string;
  since?: string;
  warranty?: string;
  note?: string;
}
export interface Move {
  at: number;
  by: string;
  kind: string;
  change: number;
  left: number;
  serial?: string;
  note?: string;
}
export interface LedgerView {
  units?: Record<string, Unit>;
  moves?: Record<string, Move>;
}
export interface DeviceHealth {
  since: number;
  today: number;
  failed?: number;
  model?: string;
  port?: string;
  trouble?: string;
  warning?: string;
  last?: string;
  last_at?: number;
  trips?: number;
}
export interface Health {
  version?: string;
  edge?: boolean;
  begun?: number;
  size?: [number, number];
  temperature?: number;
  stale_since?: number;
  clock_off_s?: number;
  layout?: string;
  can_shoot?: boolean;
  devices?: Record<string, DeviceHealth>;
}
export interface HealthView {
  terminals?: Record<string, Health>;
}
export interface Terminal {
  role: string;
  name: string;
  number?: string;
  profile: string;
  places: string[];
  online?: boolean;
  audio?: string;
  version?: string;
  since?: number;
  revoked?: string;
}

const DEVICES: Record<string, [string, string]> = {
  id_reader: ["身份证读卡器", "ID reader"],
  scanner: ["扫码器", "Scanner"],
  social_card: ["社保读卡器", "Insurance reader"],
  printer: ["打印机", "Printer"],
  led_strip: ["灯带", "LED strip"],
  camera: ["摄像头", "Camera"],
  speaker: ["喇叭", "Loudspeaker"],
};
/** As grave as the server takes them, where nothing else is set. */
export const USUAL_LEVELS: Record<string, Level> = {
  lost: "I",
  stale: "II",
  down: "II",
  paper_out: "II",
  cover_open: "II",
  hot: "II",
  mute: "II",
  paper_low: "III",
  unsteady: "III",
  clock_off: "III",
  stock_low: "III",
};
const FAULTS: Record<string, [string, string]> = {
  lost: ["失联", "Lost"],
  stale: ["画面不动", "Frozen"],
  down: ["不能用", "Down"],
  paper_out: ["缺纸", "Paper out"],
  paper_low: ["纸快完", "Paper low"],
  cover_open: ["盖子开着", "Cover open"],
  hot: ["过热", "Too hot"],
  unsteady: ["时好时坏", "Unsteady"],
  clock_off: ["时钟不准", "Clock is off"],
  mute: ["没有声音", "No sound"],
  stock_low: ["库存不足", "Stock is low"],
  hardware: ["硬件", "Hardware"],
  software: ["软件", "Software"],
  network: ["网络", "Network"],
  power: ["电源", "Power"],
  other: ["其他", "Other"],
};
/** What a device says of itself, in a word or two. */
const TROUBLES: Record<string, [string, string]> = {
  starting: ["正在启动", "starting"],
  untried: ["还没用过", "not tried yet"],
  unplugged: ["线断开", "unplugged"],
  not_there: ["找不到串口", "no such port"],
  no_permission: ["没有权限", "no permission"],
  taken: ["串口被占用", "port is taken"],
  silent: ["没有应答", "does not answer"],
  garbled: ["应答听不懂", "garbled answers"],
  stuck: ["不收数据", "takes no data"],
  paper_out: ["缺纸", "paper out"],
  paper_low: ["纸快完", "paper low"],
  cover_open: ["盖子开着", "cover open"],
  cutter: ["切刀卡住", "cutter jammed"],
  printer_broken: ["打印机故障", "printer fault"],
  offline: ["没有准备好", "not ready"],
};
const STEPS: Record<string, [string, string]> = {
  opened: ["报修", "opened"],
  answered: ["接单", "answered"],
  noted: ["备注", "note"],
  level_I: ["改为 I 级", "now level I"],
  level_II: ["改为 II 级", "now level II"],
  level_III: ["改为 III 级", "now level III"],
  late_respond: ["响应超时", "late to respond"],
  late_repair: ["修复超时", "late to repair"],
  repaired: ["修好", "repaired"],
  reopened: ["退回", "sent back"],
  closed: ["结单", "closed"],
};
const ROUNDS: Record<string, [string, string]> = {
  morning: ["早巡", "Morning round"],
  noon: ["午巡", "Noon round"],
  evening: ["晚巡", "Evening round"],
};
const ROLES: Record<string, [string, string]> = {
  kiosk: ["自助机", "Kiosk"],
  screen: ["大屏", "Screen"],
  speaker: ["喇叭", "Speaker"],
};
const said = (table: Record<string, [string, string]>, key: string, tell: Tell): string => {
  const words = table[key];
  return words ? tell(words[0], words[1]) : key;
};
export const deviceName = (key: string, tell: Tell) => said(DEVICES, key, tell);
export const faultName = (key: string, tell: Tell) => said(FAULTS, key, tell);
export const troubleName = (key: string, tell: Tell) => said(TROUBLES, key, tell);
export const stepName = (key: string, tell: Tell) => said(STEPS, key, tell);
export const roleName = (key: string, tell: Tell) => said(ROLES, key, tell);
export const roundName = (key: string, tell: Tell) => said(ROUNDS, key.split("/")[1] ?? key, tell);
export const HAND_FAULTS = ["hardware", "software", "network", "power", "paper_out", "other"];

/** What is wrong, as a sentence's worth: the device, the fault, its detail. */
export function alarmWords({ device, fault, detail, terminal, name }: Alarm, tell: Tell): string {
  if (terminal === "stock") return `${name} ${faultName(fault, tell)}`;
  if (fault === "down" && detail) return `${deviceName(device, tell)} ${troubleName(detail, tell)}`;
  const what = [device ? deviceName(device, tell) : "", faultName(fault, tell)].filter(Boolean).join(" ");
  if (fault === "unsteady") return `${what} ${tell(`一小时 ${detail} 次`, `${detail} times an hour`)}`;
  return fault === "hot" || fault === "clock_off" ? `${what} ${detail}` : what;
}

export type Grade = "lost" | "wrong" | "soon" | "fine" | "unheard";
export const GRADES: Grade[] = ["lost", "wrong", "soon", "unheard", "fine"];
export interface Tile {
  key: string;
  terminal: Terminal;
  unit: Unit | undefined;
  place: string;
  name: string;
  grade: Grade;
  words: string;
  alarms: [string, Alarm][];
}

export const openAlarms = (view: BoardView | undefined): [string, Alarm][] =>
  Object.entries(view?.alarms ?? {})
    .filter(([, { ended_at }]) => !ended_at)
    .sort(([, a], [, b]) => a.level.length - b.level.length || b.since - a.since);

/** Every terminal as the wall shows it: what is wrong first, then by number. */
export function tiles(
  roster: Record<string, Terminal>,
  units: Record<string, Unit>,
  alarms: [string, Alarm][],
  clinics: Record<string, string>,
  tell: Tell,
): Tile[] {
  const unitOf = new Map(Object.values(units).map((unit) => [unit.terminal ?? "", unit]));
  const byTerminal = new Map<string, [string, Alarm][]>();
  for (const one of alarms) byTerminal.set(one[1].terminal, [...(byTerminal.get(one[1].terminal) ?? []), one]);
  return Object.entries(roster)
    .filter(([, { revoked }]) => !revoked)
    .map(([key, terminal]) => {
      const unit = unitOf.get(key);
      const mine = byTerminal.get(key) ?? [];
      const clinic = (terminal.places[0] ?? "").split("/")[0] ?? "";
      const place = unit?.place || clinics[clinic] || clinic || tell("没有位置", "No place");
      const name = terminal.name.startsWith(place) ? terminal.name.slice(place.length).trim() : terminal.name;
      return { key, terminal, unit, place, name: name || terminal.name, alarms: mine, ...graded(terminal, mine, tell) };
    })
    .sort((a, b) => GRADES.indexOf(a.grade) - GRADES.indexOf(b.grade) || byNumber(a, b));
}

export const byNumber = (a: Tile, b: Tile): number =>
  (a.terminal.number ?? "").localeCompare(b.terminal.number ?? "", "zh", { numeric: true }) ||
  a.name.localeCompare(b.name, "zh");

function graded(terminal: Terminal, alarms: [string, Alarm][], tell: Tell): { grade: Grade; words: string } {
  const worst = alarms[0]?.[1];
  if (worst) {
    const more = alarms.length > 1 ? ` +${alarms.length - 1}` : "";
    const grade = worst.fault === "lost" ? "lost" : worst.level === "III" ? "soon" : "wrong";
    return { grade, words: alarmWords(worst, tell) + more };
  }
  if (terminal.online) return { grade: "fine", words: tell("正常", "Fine") };
  return terminal.since
    ? { grade: "lost", words: tell("没有消息", "Silent") }
    : { grade: "unheard", words: tell("还没来过", "Not heard yet") };
}

/** How long, to the minute, or to the hour when that is long. */
export function span(ms: number, tell: Tell): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 60) return tell(`${minutes} 分钟`, `${minutes} min`);
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return tell(`${hours} 小时 ${minutes % 60} 分`, `${hours} h ${minutes % 60} min`);
  return tell(`${Math.floor(hours / 24)} 天`, `${Math.floor(hours / 24)} days`);
}

export interface Clock {
  kind: "respond" | "repair";
  words: string;
  /** 0 at the opening, 1 when it has run out. */
  used: number;
  late: boolean;
}

/** The clock that runs for a ticket; none when it is repaired. */
export function clockOf(ticket: Ticket, now: number, tell: Tell): Clock | undefined {
  if (ticket.state !== "open" && ticket.state !== "answered") return undefined;
  const kind = ticket.state === "open" ? "respond" : "repair";
  const until = kind === "respond" ? ticket.respond_by : ticket.repair_by;
  const left = until - now;
  const name = kind === "respond" ? tell("响应", "respond") : tell("修复", "repair");
  const words =
    left >= 0
      ? tell(`${name}还剩 ${span(left, tell)}`, `${span(left, tell)} left to ${name}`)
      : tell(`${name}超时 ${span(-left, tell)}`, `${span(-left, tell)} late to ${name}`);
  const used = Math.min(1, Math.max(0, (now - ticket.opened_at) / (until - ticket.opened_at)));
  return { kind, words, used, late: left < 0 };
}

/** Open ones first, the gravest and the most pressing first; then the newest. */
export function ticketOrder([, a]: [string, Ticket], [, b]: [string, Ticket]): number {
  const open = (one: Ticket) => (one.state === "closed" ? 1 : 0);
  if (open(a) !== open(b)) return open(a) - open(b);
  if (open(a)) return (b.closed_at ?? 0) - (a.closed_at ?? 0);
  const until = (one: Ticket) => (one.state === "open" ? one.respond_by : one.repair_by);
  return a.level.length - b.level.length || until(a) - until(b);
}
