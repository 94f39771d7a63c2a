import type { JsonObject } from "@shared/client/frames";
import { onScopeDispose, ref, type Ref, watch } from "vue";
import { useSide } from "./boards";
import { takeShot } from "./shot";
import type { Hung } from "./place";
import type { Wall } from "./wall";

/** This device as the set-up page sees it: how it is, and what it is told to do. */

const BEAT_MS = 25_000;

export interface OrderRow {
  what: string;
  at: number;
  until: number;
  done_at?: number;
}

export interface DeviceView {
  terminal?: { name?: string; number?: string; profile?: string };
  orders?: Record<string, OrderRow>;
}

export interface Condition {
  audio: () => "on" | "blocked" | "none";
  staleAt: () => number;
  paintedAt: () => number;
  /** Between two calls: the screen may go dark for a second. */
  quiet: () => boolean;
  /** What the plan says of it by now. */
  hung: (now: Hung) => void;
}

export interface Device {
  /** Until when it shows who it is. */
  identifyUntil: Readonly<Ref<number>>;
  name: Readonly<Ref<DeviceView["terminal"]>>;
  /** The beat now, not only every half minute: something has changed. */
  beat: () => void;
}

export function useDevice(wall: Wall, condition: Condition): Device {
  const { connection, facts, terminal } = wall;
  const topic =
    terminal === undefined ? undefined : `${facts.hospital.id}/terminal/${terminal}:device`;
  const identifyUntil = ref(0);
  const name = ref<DeviceView["terminal"]>();
  if (topic === undefined) return { identifyUntil, name, beat: () => {} };

  const { view, live } = useSide<DeviceView>(connection, () => topic);
  const begun = new Set<string>();

  const beat = () => {
    if (!live.value) return;
    void connection
      .ask(topic, "beat", measured(wall, condition), 5_000)
      .then((answer) => {
        const screen = answer.ok ? answer.body.screen : undefined;
        if (screen) condition.hung(screen as unknown as Hung);
      });
  };
  const timer = setInterval(beat, BEAT_MS);
  watch(live, beat);

  const done = (order: string, trouble = "") =>
    connection.ask(topic, "obeyed", trouble ? { order, trouble } : { order }, 10_000);

  async function obey(id: string, order: OrderRow): Promise<void> {
    begun.add(id);
    if (order.what === "identify") {
      identifyUntil.value = order.until;
      await done(id);
    } else if (order.what === "reload") {
      await until(condition.quiet);
      await done(id);
      location.reload();
    } else {
      await done(id, await shoot());
    }
  }

  async function shoot(): Promise<string> {
    try {
      const image = await takeShot();
      const token = await connection.options.token(false);
      const answer = await fetch(`/api/v1/terminals/${terminal}/screenshot`, {
        method: "POST",
        headers: { "Content-Type": image.type, Authorization: `Bearer ${token}` },
        body: image,
      });
      return answer.ok ? "" : `服务器没有收下截图（${answer.status}）`;
    } catch (error) {
      return `这台设备画不出自己的画面（${error instanceof Error ? error.name : "?"}）`;
    }
  }

  watch(view, (shown) => {
    name.value = shown?.terminal;
    for (const [id, order] of Object.entries(shown?.orders ?? {}))
      if (!order.done_at && order.until > wall.exactNow() && !begun.has(id))
        void obey(id, order);
  });
  onScopeDispose(() => clearInterval(timer));
  return { identifyUntil, name, beat };
}

function measured(wall: Wall, condition: Condition): JsonObject {
  const memory = (performance as { memory?: { usedJSHeapSize: number } }).memory;
  return {
    version: wall.facts.version.slice(0, 16),
    width: wall.size.value.width,
    height: wall.size.value.height,
    layout: wall.layout.value,
    audio: condition.audio(),
    clock_off_ms: Math.round(Date.now() - wall.exactNow()),
    painted_at: Math.round(condition.paintedAt()),
    stale_since: Math.round(condition.staleAt()),
    heap_mb: Math.round((memory?.usedJSHeapSize ?? 0) / 1_000_000),
    nodes: document.getElementsByTagName("*").length,
    can_shoot: true,
  };
}

/** Looks every second; a full hall may let it wait for minutes. */
export async function until(true_: () => boolean): Promise<void> {
  while (!true_()) await new Promise((next) => setTimeout(next, 1_000));
}
