/** Which key of the keyboard does what: the doctor's own choice, kept on this desk. */

export const ACTS = [
  "next",
  "again",
  "start",
  "missed",
  "examination",
  "transfer",
  "away",
  "hold",
  "finish",
  "window",
  "help",
  "undo",
] as const;
export type Act = (typeof ACTS)[number];
export type Keymap = Record<Act, string>;

export const USUAL: Keymap = {
  next: "F2",
  again: "F3",
  start: "F4",
  missed: "F5",
  examination: "F6",
  transfer: "F7",
  away: "F8",
  hold: "F9",
  finish: "F10",
  window: "F11",
  help: "F12",
  undo: "Ctrl+Z",
};

const KEPT = "houzhen.doctor.keys";
const ALONE = /^F([1-9]|1\d|2[0-4])$|^(Insert|Pause|ScrollLock|PageUp|PageDown)$|^Numpad/;
const ONLY_HELD = new Set(["Control", "Shift", "Alt", "Meta", "AltGraph"]);

export interface Stroke {
  key: string;
  code: string;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  metaKey: boolean;
}

/** `F2`, `Ctrl+Z`, `Ctrl+Shift+F2`; nothing while only Ctrl and the like are held. */
export function capOf(stroke: Stroke): string | undefined {
  if (ONLY_HELD.has(stroke.key)) return undefined;
  const held = [
    stroke.ctrlKey && "Ctrl",
    stroke.altKey && "Alt",
    stroke.shiftKey && "Shift",
    stroke.metaKey && "Meta",
  ].filter((each) => each !== false);
  const letter = /^(?:Key|Digit)([A-Z0-9])$/.exec(stroke.code)?.[1];
  const named = /^Numpad/.test(stroke.code) ? stroke.code : (letter ?? stroke.key);
  return [...held, named].join("+");
}

/** A key that writes into a field, or moves in a page, is no key of the desk's. */
export function isFit(cap: string): boolean {
  const parts = cap.split("+");
  const name = parts.at(-1) ?? "";
  return ALONE.test(name) || parts.includes("Ctrl") || parts.includes("Alt");
}

export const actOf = (keymap: Keymap, cap: string | undefined): Act | undefined =>
  cap === undefined ? undefined : ACTS.find((act) => keymap[act] === cap);

export type Change =
  | { ok: true; keymap: Keymap }
  | { ok: false; why: "unfit" | "taken"; by?: Act };

/** One key for one act: a key that has another act already is not taken from it. */
export function changed(keymap: Keymap, act: Act, cap: string): Change {
  if (!isFit(cap)) return { ok: false, why: "unfit" };
  const by = actOf(keymap, cap);
  if (by !== undefined && by !== act) return { ok: false, why: "taken", by };
  return { ok: true, keymap: { ...keymap, [act]: cap } };
}

type Storage = Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem">;

/** What is kept, as far as it is still sound; an act without a key has its usual one. */
export function kept(storage: Storage): Keymap {
  let found: Partial<Record<Act, unknown>> = {};
  try {
    found = (JSON.parse(storage.getItem(KEPT) ?? "{}") ?? {}) as typeof found;
  } catch {
    // written by another release, or by hand: the usual keys
  }
  let keymap: Keymap = { ...USUAL };
  const taken = new Set<string>();
  for (const act of ACTS) {
    const cap = found[act];
    if (typeof cap !== "string" || !isFit(cap) || taken.has(cap)) continue;
    keymap = { ...keymap, [act]: cap };
    taken.add(cap);
  }
  return new Set(Object.values(keymap)).size === ACTS.length ? keymap : { ...USUAL };
}

export function keep(storage: Storage, keymap: Keymap): void {
  const own = ACTS.filter((act) => keymap[act] !== USUAL[act]);
  if (own.length === 0) storage.removeItem(KEPT);
  // all of them: who swaps two keys must not find one of them usual again
  else storage.setItem(KEPT, JSON.stringify(keymap));
}

/** On a key of the page there is little room: `Numpad0` is `小0`. */
export const shortCap = (cap: string): string =>
  cap.replace("Numpad", "小").replace("PageUp", "PgUp").replace("PageDown", "PgDn");
