import { onScopeDispose } from "vue";
import { until } from "./device";
import type { Wall } from "./wall";

const LOOK_MS = 10 * 60_000;
/** After a reconnect the server may be another; not all walls ask in one moment. */
const SPREAD_MS = 8_000;

/** Reloads the page for a new build or version, between two calls. */
export function useUpdates(wall: Wall, quiet: () => boolean): void {
  const { connection } = wall;
  let mine: string | undefined;
  let phase = connection.session.phase;
  let due: ReturnType<typeof setTimeout> | undefined;
  let over = false;

  async function look(): Promise<void> {
    const built = await stamp().catch(() => undefined);
    if (built === undefined || over) return;
    mine ??= built;
    if (built === mine) return;
    await until(() => over || quiet());
    if (!over) location.reload();
  }
  const unwatch = connection.watch(undefined, () => {
    const before = phase;
    phase = connection.session.phase;
    if (phase !== "welcome" || before === "welcome") return;
    clearTimeout(due);
    due = setTimeout(look, mine === undefined ? 0 : Math.random() * SPREAD_MS);
  });
  const timer = setInterval(look, LOOK_MS);
  onScopeDispose(() => {
    over = true;
    clearInterval(timer);
    clearTimeout(due);
    unwatch();
  });
}

/** What changes with a build: the page's own shell names its scripts by content. */
async function stamp(): Promise<string> {
  const answer = await fetch(location.pathname, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.text();
}
