import type { Answer } from "@shared/client/asks";
import type { JsonObject } from "@shared/client/frames";
import type { Topic } from "@shared/page/live";
import { refused } from "@shared/page/refusals";
import { computed, type ComputedRef, type Ref, ref, type ShallowRef, shallowRef, watch } from "vue";
import { type Checked, type Entry, type Kind, type PlanView, same, sectionOf } from "./plan";

/** What somebody has changed here and not applied yet. Nothing of it is anywhere else. */

export interface Wanted {
  kind: Kind;
  key: string;
  value?: Entry;
}

const CHECK_AFTER_MS = 250;

export interface Draft {
  /** The plan as it would be. */
  section: (kind: Kind) => Record<string, Entry>;
  /** As it is now, before the draft. */
  before: (kind: Kind, key: string) => Entry | undefined;
  put: (kind: Kind, key: string, value: Entry) => void;
  remove: (kind: Kind, key: string) => void;
  changed: (kind: Kind, key: string) => boolean;
  edits: ComputedRef<Wanted[]>;
  checked: Readonly<ShallowRef<Checked | undefined>>;
  trouble: Readonly<Ref<string>>;
  busy: Readonly<Ref<boolean>>;
  discard: () => void;
  apply: (when: "now" | "tomorrow", reason: string) => Promise<Answer>;
  /** Somebody was faster: keep what is written here, on what there is now. */
  rebase: () => void;
}

export function useDraft(topic: Topic<PlanView>): Draft {
  const wanted = shallowRef(new Map<string, Wanted>());
  const seen = ref(0);
  const checked = shallowRef<Checked>();
  const trouble = ref("");
  const busy = ref(false);
  const view = computed<PlanView>(() => topic.view.value ?? {});
  const revision = computed(() => view.value.about?.main.revision ?? 0);

  const before = (kind: Kind, key: string) => sectionOf(view.value, kind)[key];

  function note(next: Wanted): void {
    const now = before(next.kind, next.key);
    const map = new Map(wanted.value);
    const name = `${next.kind} ${next.key}`;
    if (map.size === 0) seen.value = revision.value;
    if (next.value === undefined ? now === undefined : same(now, next.value)) map.delete(name);
    else map.set(name, next);
    wanted.value = map;
  }

  function section(kind: Kind): Record<string, Entry> {
    const found = { ...sectionOf(view.value, kind) };
    for (const each of wanted.value.values()) {
      if (each.kind !== kind) continue;
      if (each.value === undefined) delete found[each.key];
      else found[each.key] = each.value;
    }
    return found;
  }

  const edits = computed(() => [...wanted.value.values()]);
  const body = () => edits.value as unknown as JsonObject[];

  let asking = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  async function check(): Promise<void> {
    const mine = ++asking;
    if (edits.value.length === 0) {
      checked.value = undefined;
      trouble.value = "";
      return;
    }
    const answer = await topic.ask("check", { edits: body() });
    if (mine !== asking) return;
    trouble.value = answer.ok ? "" : refused(answer.error);
    checked.value = answer.ok ? (answer.body as unknown as Checked) : undefined;
  }
  watch([wanted, revision], () => {
    clearTimeout(timer);
    // what others have done meanwhile may be what was wanted here
    const left = [...wanted.value].filter(
      ([, { kind, key, value }]) => !same(before(kind, key), value),
    );
    if (left.length !== wanted.value.size) wanted.value = new Map(left);
    timer = setTimeout(() => void check(), CHECK_AFTER_MS);
  });

  async function apply(when: "now" | "tomorrow", reason: string): Promise<Answer> {
    busy.value = true;
    try {
      const answer = await topic.ask(
        "apply",
        { edits: body(), seen: seen.value, when, reason },
        15_000,
      );
      if (answer.ok) {
        if (answer.seq !== undefined) await topic.shows(answer.seq);
        wanted.value = new Map();
      } else trouble.value = refused(answer.error);
      return answer;
    } finally {
      busy.value = false;
    }
  }

  return {
    section,
    before,
    put: (kind, key, value) => note({ kind, key, value }),
    remove: (kind, key) => note({ kind, key }),
    changed: (kind, key) => wanted.value.has(`${kind} ${key}`),
    edits,
    checked,
    trouble,
    busy,
    discard: () => {
      wanted.value = new Map();
    },
    apply,
    rebase: () => {
      seen.value = revision.value;
      trouble.value = "";
      void check();
    },
  };
}
