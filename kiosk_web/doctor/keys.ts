import { onMounted, onUnmounted, ref } from "vue";
import type { Deeds } from "./deeds";
import { type Act, actOf, type Change, capOf, changed, keep, kept, USUAL } from "./keymap";

/** The keyboard of this desk: which key does what, and that it does it. */
export function useKeys(deeds: Deeds) {
  const keymap = ref(kept(localStorage));
  /** The act whose new key is waited for: no key does anything else meanwhile. */
  const asking = ref<Act>();
  const refused = ref<Extract<Change, { ok: false }>>();

  function set(act: Act, cap: string): void {
    const change = changed(keymap.value, act, cap);
    refused.value = change.ok ? undefined : change;
    if (!change.ok) return;
    keymap.value = change.keymap;
    keep(localStorage, change.keymap);
    asking.value = undefined;
  }

  function pressed(event: KeyboardEvent): void {
    const cap = capOf(event);
    if (cap === undefined) return;
    if (asking.value !== undefined) {
      event.preventDefault();
      if (event.repeat) return;
      if (event.key === "Escape") asking.value = undefined;
      else set(asking.value, cap);
      return;
    }
    const act = actOf(keymap.value, cap);
    if (act === undefined) {
      if (event.key === "Escape" && deeds.sheet.value) deeds.close();
      return;
    }
    // what is being typed is taken back by the field, not by the desk
    if (act === "undo" && writes(event.target)) return;
    // the browser's own meaning (find, reload, menu) never wins over the doctor's
    event.preventDefault();
    if (!event.repeat) deeds.press(act);
  }
  onMounted(() => window.addEventListener("keydown", pressed));
  onUnmounted(() => window.removeEventListener("keydown", pressed));

  return {
    keymap,
    asking,
    refused,
    ask(act: Act | undefined): void {
      refused.value = undefined;
      asking.value = asking.value === act ? undefined : act;
    },
    usual(): void {
      keymap.value = { ...USUAL };
      keep(localStorage, USUAL);
      asking.value = refused.value = undefined;
    },
  };
}

export type Keys = ReturnType<typeof useKeys>;

const writes = (target: EventTarget | null): boolean =>
  target instanceof HTMLTextAreaElement ||
  (target instanceof HTMLInputElement && !["radio", "checkbox"].includes(target.type));
