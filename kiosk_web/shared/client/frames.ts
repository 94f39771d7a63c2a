/**
 * The frames of `houzhen.v1` (docs/protocol.md), as this client reads and writes them.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface Since {
  epoch: string;
  seq: number;
}

export interface PatchStep {
  prev: number;
  seq: number;
  at: number;
  patch: Json;
}

export interface Refusal {
  code: string;
  message: string;
  retry: boolean;
  details?: JsonObject;
}

export interface Welcome {
  type: "welcome";
  ref: string;
  conn_id: string;
  server_time: string;
  heartbeat_s: number;
  limits: {
    message_bytes: number;
    asks_open: number;
    topics: number;
    frames_per_s?: number;
    frames_at_once?: number;
  };
}

export interface Joined {
  type: "joined";
  ref: string;
  topic: string;
  epoch: string;
  seq: number;
  recovered: boolean;
  patches?: PatchStep[];
  view?: Json;
}

export interface Patch extends PatchStep {
  type: "patch";
  topic: string;
  epoch: string;
}

export interface WholeView {
  type: "view";
  topic: string;
  epoch: string;
  seq: number;
  reason: string;
  view: Json;
}

export type Reply = { type: "reply"; ref: string } & (
  | { ok: true; body: JsonObject; seq?: number }
  | { ok: false; error: Refusal }
);

export interface Closed {
  type: "closed";
  topic: string;
  reason: string;
  rejoin: boolean;
  ref?: string;
}

export interface Ping {
  type: "ping";
  server_time: string;
  tops: Record<string, number>;
}

export type FromServer = Welcome | Joined | Patch | WholeView | Reply | Closed | Ping;

export interface ClientName {
  kind: string;
  id: string;
  version: string;
}

export type ToServer =
  | { type: "hello"; ref: string; token: string; client: ClientName }
  | { type: "join"; ref: string; topic: string; since?: Since }
  | { type: "leave"; ref: string; topic: string }
  | {
      type: "ask";
      ref: string;
      topic: string;
      name: string;
      key: string;
      body: JsonObject;
      deadline_ms: number;
    }
  | { type: "pong" };

const KNOWN: ReadonlySet<string> = new Set<FromServer["type"]>([
  "welcome",
  "joined",
  "patch",
  "view",
  "reply",
  "closed",
  "ping",
]);

/** A frame of the server's, or undefined where it is none this client knows. */
export function readFrame(text: string): FromServer | undefined {
  try {
    const frame: unknown = JSON.parse(text);
    if (typeof frame !== "object" || frame === null) return undefined;
    const { type } = frame as { type?: unknown };
    return typeof type === "string" && KNOWN.has(type)
      ? (frame as FromServer)
      : undefined;
  } catch {
    return undefined;
  }
}
