import {
  computed,
  type InjectionKey,
  inject,
  onScopeDispose,
  type Ref,
  ref,
  type ShallowRef,
  shallowRef,
  watch,
} from "vue";
import type { Answer } from "../client/asks";
import type { Connection } from "../client/connection";
import type { JsonObject } from "../client/frames";
import type { Stop } from "../client/session";
import { momentOf } from "../desk/hours";
import { clinicStream, type Place, type ServerFacts } from "./place";

/** What every part of a page shares once the page knows where it is. */
export interface Live {
  place: Place;
  facts: ServerFacts;
  connection: Connection;
  /** The hospital's day: it names the topics, and turns at the hospital's midnight. */
  day: Readonly<Ref<string>>;
  stop: Readonly<Ref<Stop | undefined>>;
  /** Milliseconds since 1970 at the hospital, moving on every second. */
  now: Readonly<Ref<number>>;
  /** The hospital's time now, to the millisecond. */
  exactNow: () => number;
  wallTime: (ms: number) => string;
  /** The moment of a time of the hospital's day, `10:40`. */
  momentAt: (time: string) => number;
}

export const LIVE: InjectionKey<Live> = Symbol("live");

export function useLive(): Live {
  const live = inject(LIVE);
  if (live === undefined) throw new Error("this part needs a page round it");
  return live;
}

/** Make a page's shared state from its connection; it stops with the caller's scope. */
export function createLive(
  place: Place,
  facts: ServerFacts,
  connection: Connection,
  // before the first word of the server's, the device's clock must do
  exactNow = () => connection.session.clock.at(connection.now()) ?? Date.now(),
): Live {
  const { session } = connection;
  const day = ref(facts.day);
  const stop = shallowRef<Stop>();
  const now = ref(exactNow());
  const timer = setInterval(() => {
    now.value = exactNow();
  }, 1000);
  const unwatch = connection.watch(undefined, () => {
    stop.value = session.stop;
    now.value = exactNow();
    if (session.clock.day) day.value = session.clock.day;
  });
  onScopeDispose(() => {
    clearInterval(timer);
    unwatch();
  });
  const wallTime = (ms: number) => session.clock.wallTime(ms);
  const momentAt = (time: string) => momentOf(time, exactNow(), session.clock.zoneMs);
  return { place, facts, connection, day, stop, now, exactNow, wallTime, momentAt };
}

/** A look of under this at the old view is a rejoin, not an outage. */
const GRACE_MS = 400;

export interface Topic<View> {
  /** The newest view; kept while stale, undefined before the first. */
  view: Readonly<ShallowRef<View | undefined>>;
  /** Set while the view may be old: the hospital's time of the last word heard. */
  staleSince: Readonly<Ref<number | undefined>>;
  refusal: Readonly<Ref<string | undefined>>;
  ask: (
    name: string,
    body: JsonObject,
    deadlineMs?: number,
    key?: string,
  ) => Promise<Answer>;
  /** Resolves when the view shows what `seq` brought, or cannot soon. */
  shows: (seq: number) => Promise<void>;
}

/** Keep a view of this page's clinic, or of another one that whoever sits here may see
 *  too; it follows the hospital's day. */
export function useTopic<View>(name: string, clinic?: string): Topic<View> {
  const { place, facts, day } = useLive();
  return useTopicOf(
    computed(() => `${clinicStream(facts.hospital.id, clinic ?? place.clinic, day.value)}:${name}`),
  );
}

/** Keep whichever view this names. Outside of a part's set-up it must be told which
 *  page it is of. */
export function useTopicOf<View>(
  topic: Readonly<Ref<string>>,
  live: Live = useLive(),
): Topic<View> {
  const { connection } = live;
  const { session } = connection;
  const view = shallowRef<View>();
  const staleSince = ref<number>();
  const refusal = ref<string>();
  let unfollow = () => {};
  let grace: ReturnType<typeof setTimeout> | undefined;

  function follow(joined: string): void {
    unfollow();
    view.value = undefined;
    const replica = connection.join(joined);
    const changed = () => {
      view.value = replica.view as View | undefined;
      refusal.value = replica.refusal;
      if (session.isLive(joined)) {
        clearTimeout(grace);
        grace = undefined;
        staleSince.value = undefined;
      } else if (replica.view !== undefined && staleSince.value === undefined) {
        grace ??= setTimeout(() => {
          const last = session.heardAt ?? connection.now();
          staleSince.value = live.exactNow() - (connection.now() - last);
        }, GRACE_MS);
      }
    };
    const unwatch = connection.watch(joined, changed);
    unfollow = () => {
      unwatch();
      connection.leave(joined);
    };
    changed();
  }

  function shows(seq: number): Promise<void> {
    return new Promise((resolve) => {
      const mine = topic.value;
      const replica = connection.join(mine);
      const done = () => {
        clearTimeout(patience);
        unwatch();
        connection.leave(mine);
        resolve();
      };
      const look = () => {
        if ((replica.seq ?? -1) >= seq || !session.isLive(mine)) done();
      };
      const unwatch = connection.watch(mine, look);
      const patience = setTimeout(done, 2000);
      look();
    });
  }

  watch(topic, follow, { immediate: true });
  onScopeDispose(() => {
    clearTimeout(grace);
    unfollow();
  });
  return {
    view,
    staleSince,
    refusal,
    ask: (asked, body, deadlineMs = 6000, key) =>
      connection.ask(topic.value, asked, body, deadlineMs, key),
    shows,
  };
}
