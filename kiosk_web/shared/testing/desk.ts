import { vi } from "vitest";
import { createApp, type EffectScope, effectScope } from "vue";
import { Connection } from "../client/connection";
import type { JsonObject } from "../client/frames";
import type { DeskView } from "../desk/view";
import { createLive, LIVE, type Topic, useTopic } from "../page/live";
import type { ModelServer } from "./model";
import { FakeSocket, fakeBrowser, newest, realBrowser } from "./socket";

const FACTS = {
  name: "houzhen",
  version: "1",
  hospital: { id: "yunxiu", name: "云岫市中心医院" },
  day: "2026-11-23",
  demo: false,
};
export const DESK = "yunxiu/clinic/im2/2026-11-23:desk";

/** Where a line may be cut while a deed is under way. */
export const CUTS = ["on the way there", "on the way back", "before it was pressed"] as const;
export type Cut = (typeof CUTS)[number];

/** A desk on a model server, its line in the test's hand. */
export class TestDesk<Deeds> {
  readonly server: ModelServer;
  readonly deeds: Deeds;
  readonly #connection: Connection;
  readonly #scope: EffectScope;
  #sockets = 0;

  constructor(role: "nurse" | "doctor", view: JsonObject, use: (desk: Topic<DeskView>) => Deeds) {
    ({ server: this.server } = fakeBrowser());
    vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => {} });
    this.server.topic(DESK).commit(view);
    this.#connection = new Connection({
      url: "ws://house/live",
      token: async () => "t",
      client: { kind: "test", id: "t1", version: "1" },
    });
    this.#scope = effectScope();
    let deeds: Deeds | undefined;
    this.#scope.run(() => {
      const live = createLive({ role, clinic: "im2", room: "3" }, FACTS, this.#connection);
      const app = createApp({});
      app.provide(LIVE, live);
      deeds = app.runWithContext(() => use(useTopic("desk")));
    });
    this.deeds = deeds as Deeds;
    this.#connection.open();
  }

  async connected(): Promise<void> {
    await vi.advanceTimersByTimeAsync(0);
    newest().onopen?.();
    newest().settle();
    await vi.advanceTimersByTimeAsync(0);
  }

  /** Presses, and cuts the line there; what had gone out is lost with it. */
  async cut(when: Cut, press: () => void): Promise<void> {
    if (when === "before it was pressed") await this.lose();
    press();
    await vi.advanceTimersByTimeAsync(0);
    // it has been done, and nobody was told
    if (when === "on the way back") while (newest().line.toServer.length > 0) newest().line.serve();
    if (when !== "before it was pressed") await this.lose();
  }

  async lose(): Promise<void> {
    this.#sockets = FakeSocket.all.length;
    newest().fail(1006);
    await vi.advanceTimersByTimeAsync(0);
  }

  /** The line is back, and everything on it comes through. */
  async mended(): Promise<void> {
    // whenever it tries again, which is not always after the same time
    for (let ms = 0; FakeSocket.all.length === this.#sockets && ms < 60_000; ms += 10)
      await vi.advanceTimersByTimeAsync(10);
    await this.connected();
    for (let turns = 0; turns < 5; turns += 1) {
      newest().settle();
      await vi.advanceTimersByTimeAsync(10);
    }
  }

  /** What was done, by name, each as often as it was. */
  get done(): string[] {
    const rows = (this.server.topic(DESK).view as { rows?: Record<string, string> }).rows ?? {};
    return this.server.applied.map(({ key }) => rows[key] ?? "?");
  }

  close(): void {
    this.#connection.close();
    this.#scope.stop();
    realBrowser();
  }
}
