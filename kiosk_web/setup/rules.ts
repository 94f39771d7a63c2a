/** The rules of a queue as sentences with blanks; a blank is a field of the settings. */

export type Blank =
  | { field: string; type: "count"; least: number; most: number; unit: string }
  | { field: string; type: "minutes" | "seconds"; least: number; most: number; unit: string }
  | { field: string; type: "choice"; options: [string, string][] }
  | { field: string; type: "yes"; says: [string, string] };

export interface Sentence {
  title: string;
  parts: (string | Blank)[];
  note?: string;
}

type Tell = (chinese: string, english: string) => string;
type Settings = Record<string, unknown>;

const mode = (settings: Settings, of: string): string =>
  String((settings[of] as Settings | undefined)?.mode ?? "");

export function sentences(settings: Settings, t: Tell): Sentence[] {
  const people = t("位", "");
  const minutes = t("分钟", "min");
  const order = (settings.order ?? {}) as Settings;
  const bySlot = order.base === "slot";
  const ends: [string, string][] = bySlot
    ? [["slot_end_checkin", t("排到签到时段的最后", "go to the end of the slot they come in")],
       ["slot_end_registered", t("排到原时段的最后", "go to the end of their own slot")]]
    : [];
  const late = mode(settings, "late") === "interleave";
  const recall = mode(settings, "recall") === "interleave";
  const returns = mode(settings, "returns") === "interleave";
  const early = ((settings.check_in ?? {}) as Settings).early === "minutes";
  return [
    {
      title: t("先后", "Order"),
      parts: [
        t("按", "By"),
        { field: "order.base", type: "choice", options: [["check_in", t("签到先后", "check-in")], ["registration", t("挂号顺序", "registration number")], ["slot", t("预约时段", "booked slot")]] },
        t("排，预约和现场", ", booked and walk-in"),
        { field: "order.booked_first", type: "yes", says: [t("预约在前", "booked first"), t("不分先后", "alike")] },
      ],
    },
    {
      title: t("签到", "Check-in"),
      parts: [
        { field: "sign_in", type: "yes", says: [t("要签到", "Needed"), t("不用签到", "Not needed")] },
        t("，提前", ", early:"),
        { field: "check_in.early", type: "choice", options: [["any", t("多早都可以", "at any time")], ["minutes", t("限时可以", "within a limit")], ["never", t("不可以", "not at all")]] },
        ...(early ? [t("，最多提前", ", at most"), { field: "check_in.early_ms", type: "minutes", least: 0, most: 1440, unit: minutes } as Blank] : []),
        t("，自助机能办", ", kiosks serve"),
        { field: "check_in.kiosk_for", type: "choice", options: [["own", t("本诊区", "their own clinic")], ["all", t("所有诊区", "all clinics")]] },
      ],
    },
    {
      title: t("迟到", "Late"),
      parts: [
        { field: "late.mode", type: "choice", options: [["normal", t("和准时的一样", "Like everybody")], ["interleave", t("穿插着看", "One in so many")], ["half_end", t("排到半天最后", "At the end of the half-day")], ...ends] },
        ...(late ? [t("：每看", ": one after every"), { field: "late.every", type: "count", least: 1, most: 50, unit: people } as Blank, t("准时的，插 1 位迟到的", "on time")] : []),
      ],
    },
    {
      title: t("过号", "Missed"),
      parts: [
        { field: "recall.mode", type: "choice", options: [["anew", t("像刚签到一样", "As if checked in anew")], ["interleave", t("穿插着看", "One in so many")], ["half_end", t("排到半天最后", "At the end of the half-day")], ...(bySlot ? ([["slot_end", t("排到时段最后", "At the end of the slot")]] as [string, string][]) : [])] },
        ...(recall ? [t("：每看", ": one after every"), { field: "recall.every", type: "count", least: 1, most: 50, unit: people } as Blank, t("，叫回 1 位", "")] : []),
        t("；过号", "; void after"),
        { field: "recall.misses_void", type: "count", least: 0, most: 20, unit: t("次", "misses") },
        t("作废", ""),
      ],
      note: t("0 次就是不作废", "0: never"),
    },
    {
      title: t("回诊", "Returns"),
      parts: [
        { field: "returns.mode", type: "choice", options: [["interleave", t("穿插着看", "In turn")], ["recall", t("和过号的一样", "Like missed ones")]] },
        ...(returns ? [t("：每看", ": after every"), { field: "returns.first", type: "count", least: 0, most: 50, unit: people } as Blank, t("初诊，插入", "first visits,"), { field: "returns.back", type: "count", least: 1, most: 5, unit: people } as Blank, t("检查回来的", "back from examination")] : []),
        t("；报告齐了", "; with all reports ready"),
        { field: "returns.automatic", type: "yes", says: [t("自动回诊", "they return by themselves"), t("等护士办", "the nurse brings them back")] },
      ],
    },
    {
      title: t("叫号", "Calling"),
      parts: [
        t("叫", "After"),
        { field: "missed_after_calls", type: "count", least: 1, most: 9, unit: t("次", "calls") },
        t("、过", "and"),
        { field: "missed_after_ms", type: "seconds", least: 0, most: 3600, unit: t("秒", "s") },
        t("后才能按过号；叫“下一位”时上一位", "one may be missed; “next”"),
        { field: "doctors.next_finishes", type: "yes", says: [t("自动看完", "finishes the one before"), t("要先按看完", "needs “finish” first")] },
      ],
    },
    {
      title: t("公平", "Fairness"),
      parts: [
        t("每人最多被插", "Overtaken at most"),
        { field: "fairness.overtaken", type: "count", least: 0, most: 99, unit: t("次", "times") },
        t("，最多等", ", waits at most"),
        { field: "fairness.longest_ms", type: "minutes", least: 0, most: 1440, unit: minutes },
        t("，急诊除外", ", except for emergencies"),
      ],
      note: t("0 就是不限", "0: no bound"),
    },
    {
      title: t("诊室门外", "At the door"),
      parts: [
        { field: "second_stage.mode", type: "choice", options: [["off", t("不在门外等", "Nobody waits there")], ["auto", t("自动安排", "By itself")], ["manual", t("护士送", "The nurse sends")]] },
        ...(mode(settings, "second_stage") !== "off" ? [t("，每位医生最多", ", for each doctor at most"), { field: "second_stage.at_most", type: "count", least: 1, most: 20, unit: people } as Blank] : []),
      ],
    },
    {
      title: t("加号", "Extra"),
      parts: [
        t("排在", "Go to"),
        { field: "extra.where", type: "choice", options: [["half_end", t("半天最后", "the end of the half-day")], ...(bySlot ? ([["slot_end", t("时段最后", "the end of the slot")]] as [string, string][]) : [])] },
        t("，每天最多", ", a day at most"),
        { field: "extra.daily_limit", type: "count", least: 0, most: 500, unit: t("个", "") },
      ],
      note: t("0 就是不限", "0: any number"),
    },
  ];
}

const PER: Record<"count" | "minutes" | "seconds", number> = { count: 1, minutes: 60_000, seconds: 1_000 };

export const shownNumber = (blank: Blank, value: unknown): number =>
  Math.round(Number(value ?? 0) / (blank.type in PER ? PER[blank.type as "count"] : 1));
export const keptNumber = (blank: Blank, typed: number): number =>
  Math.round(typed * (blank.type in PER ? PER[blank.type as "count"] : 1));

/** What it said before, in words, for who looks what was changed. */
export function words(blank: Blank, value: unknown): string {
  if (blank.type === "choice")
    return blank.options.find(([key]) => key === value)?.[1] ?? String(value ?? "");
  if (blank.type === "yes") return value ? blank.says[0] : blank.says[1];
  return `${shownNumber(blank, value)} ${blank.unit}`.trim();
}

export interface SpecialClass {
  key: string;
  name: string;
  name_en?: string;
  level: number;
  mode: "absolute" | "interleave";
  every: number;
}
