import type { HallView } from "@shared/hall/view";
import type { Connection } from "@shared/client/connection";
import { clinicStream } from "@shared/page/place";
import { computed, type ComputedRef, onScopeDispose, type Ref, ref, shallowRef, watch } from "vue";
import { keepPicture, lastPicture } from "./lastpicture";
import { pictureOf, type Views } from "./picture";
import type { Wall } from "./wall";

/** A look of under this at the old picture is a rejoin, not an outage. */
const GRACE_MS = 400;
const KEEP_MS = 5_000;

export interface Boards {
  views: Readonly<Ref<Views>>;
  picture: ComputedRef<HallView | undefined>;
  /** Set while the picture may be old: the hospital's time of it, `10:32`. */
  since: Readonly<Ref<string | undefined>>;
  /** The same as a moment, for the set-up page; 0 while it is live. */
  staleAt: Readonly<Ref<number>>;
  refused: Readonly<Ref<boolean>>;
}

/**
 * The boards of this screen's clinics, kept current over days and outages. Before the
 * server's first word it is the last picture from before the power was cut, as old.
 */
export function useBoards(wall: Wall): Boards {
  const { connection, facts, day } = wall;
  const clinics = wall.wall.clinics;
  const views = shallowRef<Views>({});
  const since = ref<string>();
  const staleAt = ref(0);
  const refused = ref(false);
  let unfollow = () => {};
  let keeping: ReturnType<typeof setTimeout> | undefined;
  let grace: ReturnType<typeof setTimeout> | undefined;
  let live = false;

  const kept = lastPicture(clinics);
  if (kept)
    grace = setTimeout(() => {
      grace = undefined;
      if (live || Object.keys(views.value).length > 0) return;
      views.value = kept.views;
      since.value = kept.since;
    }, GRACE_MS);

  function keep(): void {
    keeping ??= setTimeout(() => {
      keeping = undefined;
      if (!live) return;
      keepPicture({ day: day.value, since: wall.wallTime(wall.exactNow()), views: views.value });
    }, KEEP_MS);
  }

  function stale(): void {
    if (since.value !== undefined || Object.keys(views.value).length === 0) return;
    grace ??= setTimeout(() => {
      grace = undefined;
      if (live) return;
      const heard = connection.session.heardAt ?? connection.now();
      staleAt.value = wall.exactNow() - (connection.now() - heard);
      since.value = wall.wallTime(staleAt.value);
    }, GRACE_MS);
  }

  function follow(): void {
    unfollow();
    const topics = clinics.map((clinic) => ({
      clinic,
      topic: `${clinicStream(facts.hospital.id, clinic, day.value)}:hall`,
    }));
    const replicas = topics.map(({ topic }) => connection.join(topic));
    const changed = () => {
      const held: Views = {};
      let known = 0;
      for (const [index, { clinic, topic }] of topics.entries()) {
        const replica = replicas[index];
        const settled = connection.session.isLive(topic) || replica?.standing === "refused";
        if (settled) known += 1;
        if (replica?.standing === "refused") continue;
        const view = replica?.view as HallView | undefined;
        const old = view ?? views.value[clinic];
        if (old) held[clinic] = old;
      }
      live = known === topics.length && connection.session.phase === "welcome";
      if (Object.keys(held).length > 0 || live) views.value = held;
      refused.value = live && Object.keys(held).length === 0;
      if (!live) return stale();
      clearTimeout(grace);
      grace = undefined;
      since.value = undefined;
      staleAt.value = 0;
      keep();
    };
    const unwatch = topics.map(({ topic }) => connection.watch(topic, changed));
    unwatch.push(connection.watch(undefined, changed));
    unfollow = () => {
      for (const each of unwatch) each();
      for (const { topic } of topics) connection.leave(topic);
    };
    changed();
  }

  watch(
    day,
    (_, before) => {
      if (before !== undefined) views.value = {};
      follow();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearTimeout(grace);
    clearTimeout(keeping);
    unfollow();
  });
  const picture = computed(() => pictureOf(views.value, wall.wall));
  return { views, picture, since, staleAt, refused };
}

/** A topic beside the boards, whose absence harms nothing: an area, a terminal. */
export function useSide<View>(
  connection: Connection,
  topic: () => string | undefined,
): { view: Readonly<Ref<View | undefined>>; live: Readonly<Ref<boolean>> } {
  const view = shallowRef<View>();
  const live = ref(false);
  let unfollow = () => {};
  watch(
    topic,
    (joined) => {
      unfollow();
      unfollow = () => {};
      view.value = undefined;
      live.value = false;
      if (joined === undefined) return;
      const replica = connection.join(joined);
      const changed = () => {
        live.value = connection.session.isLive(joined);
        view.value = live.value ? (replica.view as View | undefined) : undefined;
      };
      const unwatch = [
        connection.watch(joined, changed),
        connection.watch(undefined, changed),
      ];
      unfollow = () => {
        for (const each of unwatch) each();
        connection.leave(joined);
      };
      changed();
    },
    { immediate: true },
  );
  onScopeDispose(() => unfollow());
  return { view, live };
}
