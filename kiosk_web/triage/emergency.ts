import type { DeskView } from "@shared/desk/view";
import { keepList, listOf } from "@shared/emergency/list";
import {
  askOf,
  type Entry,
  inOrder,
  isThere,
  keepEntries,
  keptEntries,
} from "@shared/emergency/paper";
import { canSeal } from "@shared/emergency/safe";
import { type Topic, useLive } from "@shared/page/live";
import { onMounted, onUnmounted, ref, watch } from "vue";

/** The desk's emergency list, kept current while the server is there, and what was
 *  written on paper while it was not. */

const EVERY_MS = 30_000;
const FIRST_MS = 2_000;
const WORKER = "/emergency-worker.js";
const SCOPE = "/emergency";

export function useEmergency(desk: Topic<DeskView>) {
  const live = useLive();
  const { clinic } = live.place;
  /** When the list on this desk is of; undefined while there is none. */
  const keptAt = ref<number>();
  const entries = ref<Entry[]>([]);
  const entering = ref(false);
  let keeping: ReturnType<typeof setTimeout> | undefined;
  let gone = false;

  async function keep(): Promise<void> {
    const view = desk.view.value;
    if (view && desk.staleSince.value === undefined) {
      const at = live.exactNow();
      if ((await keepList(listOf(view, clinic, live.day.value, at, live.connection.session.clock.zoneMs))) && !gone)
        keptAt.value = at;
    }
    if (!gone) keeping = setTimeout(() => void keep(), view ? EVERY_MS : FIRST_MS);
  }
  const look = async () => {
    if (!entering.value) entries.value = await keptEntries(clinic);
  };

  async function prepare(): Promise<void> {
    try {
      const worker = await navigator.serviceWorker?.register(WORKER, { scope: SCOPE });
      worker?.active?.postMessage("renew");
    } catch {
      // no https: the page opens as long as the server is there
    }
  }
  onMounted(() => {
    if (!canSeal()) return;
    keeping = setTimeout(() => void keep(), FIRST_MS);
    void prepare();
    void look();
    window.addEventListener("focus", look);
    window.addEventListener("storage", look);
  });
  onUnmounted(() => {
    gone = true;
    clearTimeout(keeping);
    window.removeEventListener("focus", look);
    window.removeEventListener("storage", look);
  });
  watch(desk.staleSince, () => void look());

  /** Each in its turn, with the key it has had since it was written: the line may go
   *  down at any moment, and what was entered already is not entered again. */
  async function enter(): Promise<{ entered: number; refused: number }> {
    if (entering.value) return { entered: 0, refused: 0 };
    entering.value = true;
    let entered = 0;
    const open: Entry[] = [];
    try {
      const all = inOrder(await keptEntries(clinic));
      for (const [at, entry] of all.entries()) {
        const { name, body } = askOf(entry);
        const answer = await desk.ask(name, { where: "desk", ...body }, undefined, entry.id);
        if (answer.ok || isThere(answer.error.code)) entered += 1;
        else open.push({ ...entry, refused: answer.error.message });
        entries.value = [...open, ...all.slice(at + 1)];
        await keepEntries(clinic, entries.value);
        // nothing more will arrive now: what is left waits as it is
        if (!answer.ok && answer.error.code === "offline") break;
      }
      return { entered, refused: open.length };
    } finally {
      entering.value = false;
    }
  }

  return {
    keptAt,
    entries,
    entering,
    enter,
    strike: async (id: string) => {
      entries.value = entries.value.filter((entry) => entry.id !== id);
      await keepEntries(clinic, entries.value);
    },
    open: () => void window.open(`${SCOPE}?clinic=${encodeURIComponent(clinic)}`, "_blank"),
  };
}

export type Emergency = ReturnType<typeof useEmergency>;
