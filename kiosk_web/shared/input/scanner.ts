import { onMounted, onUnmounted } from "vue";

/** A scanner types like a keyboard, only faster, and ends with Enter. */
const SLOWEST_KEY_MS = 120;
const SHORTEST_CARD = 4;

/** Takes keystrokes apart into cards; hands and scanners differ in their speed. */
export class Wedge {
  #typed = "";
  #last = Number.NEGATIVE_INFINITY;

  /** How many signs of what may be a card have come so far. */
  get begun(): number {
    return this.#typed.length;
  }

  /** The card, when this key ends one. */
  key(key: string, at: number): string | undefined {
    if (at - this.#last > SLOWEST_KEY_MS) this.#typed = "";
    this.#last = at;
    if (key.length === 1) {
      this.#typed += key;
      return undefined;
    }
    if (key !== "Enter") return undefined;
    const card = this.#typed.trim();
    this.#typed = "";
    return card.length >= SHORTEST_CARD ? card : undefined;
  }
}

export function useScanner(scanned: (card: string) => void): void {
  const wedge = new Wedge();
  const pressed = (event: KeyboardEvent) => {
    const card = wedge.key(event.key, event.timeStamp);
    if (card === undefined) return;
    // this Enter ended a card; it must not also press the focused key
    event.preventDefault();
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    scanned(card);
  };
  onMounted(() => window.addEventListener("keydown", pressed, true));
  onUnmounted(() => window.removeEventListener("keydown", pressed, true));
}

/** Runs a deed of one key when no other key follows at once: then a hand pressed it. */
export type Alone = (deed: () => void) => void;

/**
 * The same on a desk, where somebody may be typing: a scan works in any focus, with an
 * input method on and a dialog open, and leaves the focus and the field as they were.
 * What single keys do must go through `alone`, or the signs of a card would do it too.
 */
export function useDeskScanner(scanned: (card: string) => void): { alone: Alone } {
  const wedge = new Wedge();
  let before: { field: HTMLInputElement | HTMLTextAreaElement; text: string } | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const pressed = (event: KeyboardEvent) => {
    clearTimeout(waiting);
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const field = document.activeElement;
    const typing = takesText(field);
    const kept = typing ? { field, text: field.value } : undefined;
    const card = wedge.key(signOf(event), event.timeStamp);
    if (wedge.begun === 1) before = kept;
    if (card === undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (before && before.field === field) {
      before.field.value = before.text;
      before.field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    scanned(card);
  };
  onMounted(() => window.addEventListener("keydown", pressed, true));
  onUnmounted(() => {
    clearTimeout(waiting);
    window.removeEventListener("keydown", pressed, true);
  });
  return {
    alone(deed) {
      clearTimeout(waiting);
      waiting = setTimeout(deed, SLOWEST_KEY_MS);
    },
  };
}

/** Whether what is typed goes into this field: not so with radios and ticks. */
export function takesText(
  field: EventTarget | null,
): field is HTMLInputElement | HTMLTextAreaElement {
  if (field instanceof HTMLTextAreaElement) return true;
  return field instanceof HTMLInputElement && !["radio", "checkbox"].includes(field.type);
}

/** With a Chinese input method on, a key has no sign of its own, only its place. */
function signOf({ key, code }: KeyboardEvent): string {
  if (key !== "Process" && key !== "Unidentified") return key;
  const named = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(code);
  if (named?.[1]) return named[1];
  if (code === "Enter" || code === "NumpadEnter") return "Enter";
  return code === "Minus" ? "-" : key;
}
