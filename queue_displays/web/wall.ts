import { createLive, type Live } from "@shared/page/live";
import type { Connection } from "@shared/client/connection";
import type { ServerFacts } from "@shared/page/place";
import {
  type ComputedRef,
  computed,
  type InjectionKey,
  inject,
  onScopeDispose,
  type Ref,
  ref,
} from "vue";
import { type Layout, layoutFor, remFor, type WallPlace } from "./place";

/** What every part of a screen shares: the page's live state, and where it hangs. */
export interface Wall extends Live {
  wall: WallPlace;
  layout: ComputedRef<Layout>;
  size: Readonly<Ref<{ width: number; height: number }>>;
  /** The hospital's time is known: before that no clock is shown. */
  known: Readonly<Ref<boolean>>;
  /** The enrolled device's own name and number, where it has one. */
  terminal: string | undefined;
}

export const WALL: InjectionKey<Wall> = Symbol("wall");

export function useWall(): Wall {
  const wall = inject(WALL);
  if (wall === undefined) throw new Error("this part needs a screen round it");
  return wall;
}

/** Make a screen's shared state; it stops with the caller's scope. */
export function createWall(
  place: WallPlace,
  facts: ServerFacts,
  connection: Connection,
  terminal: string | undefined,
): Wall {
  const first = place.clinics[0] ?? "";
  const { session } = connection;
  const known = ref(false);
  // over a sleep and a reconnect the last known lead is better than the device's clock
  let lead: number | undefined;
  const exactNow = () => {
    const at = session.clock.at(connection.now());
    if (at !== undefined) {
      lead = at - connection.now();
      known.value = true;
    }
    return lead === undefined ? Date.now() : lead + connection.now();
  };
  const here = { role: "screen" as const, clinic: first, room: "" };
  const live = createLive(here, facts, connection, exactNow);
  const size = ref(measured());
  const layout = computed(() => layoutFor(place, size.value.width, size.value.height));
  const fit = () => {
    size.value = measured();
    const { width, height } = size.value;
    const rem = remFor(layout.value, width, height);
    document.documentElement.style.fontSize = `${rem}px`;
  };
  fit();
  window.addEventListener("resize", fit);
  onScopeDispose(() => {
    window.removeEventListener("resize", fit);
  });
  return { ...live, wall: place, layout, size, known, terminal };
}

const measured = () => ({ width: window.innerWidth, height: window.innerHeight });
