import { onMounted, onUnmounted } from "vue";

/** A scanner types like a keyboard, only faster, and ends with Enter. */
const SLOWEST_KEY_MS = 120;
const SHORTEST_CARD = 4;

/** Takes keystrokes apart into cards; hands and scanners differ in their speed. */
export class Wedge {
  #typed = "";
  #last = Number.NEGATIVE_INFINITY;

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
