import type { Hung } from "./place";

/** The server could not be asked, or could not answer now: try again later. */
export class NoServer extends Error {}

export interface Applied {
  terminal: string;
  secret: string;
  code: string;
}

export interface Admitted {
  token: string;
  /** How long from now, whatever the device's clock says. */
  lastsMs: number;
  role: string;
  name: string;
  number: string;
  profile: string;
  places: string[];
  /** As the plan was then; a server of before does not say. */
  screen?: Hung;
}

export type Told = Admitted | "waiting" | "unknown" | "revoked";

/** A day: what a token of a terminal lasts. */
const TOKEN_MS = 24 * 3_600_000;

/** How a device is let in; see docs/protocol.md, "The terminals". */
export class Enrolment {
  constructor(readonly base = "/api/v1/terminals") {}

  async apply(role: string, width: number, height: number): Promise<Applied> {
    const answer = await post(this.base, { role, width, height });
    if (!answer.ok) throw new NoServer(`${answer.status}`);
    return (await answer.json()) as Applied;
  }

  async token(terminal: string, secret: string): Promise<Told> {
    const answer = await post(`${this.base}/${terminal}/token`, { secret });
    if (answer.status === 404) return "unknown";
    if (answer.status === 403) return "revoked";
    if (!answer.ok) throw new NoServer(`${answer.status}`);
    const told = (await answer.json()) as Admitted & { waiting?: boolean };
    return told.waiting ? "waiting" : { ...told, lastsMs: TOKEN_MS };
  }
}

async function post(url: string, body: object): Promise<Response> {
  try {
    return await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new NoServer("unreachable");
  }
}
