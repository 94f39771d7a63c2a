import type { Answer } from "../client/asks";
import type { JsonObject } from "../client/frames";
import { tell } from "../page/language";
import { refused } from "../page/refusals";
import type { Effect, EffectGroup } from "./form";
import type { DeskView, Stage } from "./view";
import { stageWord } from "./words";

/** Who moves and how when a half-day ends, as the server says it before it is done. */

interface Unseen {
  ticket: string;
  number: string;
  queue: string;
  state: Stage;
  place?: number;
}

const HALF: Record<string, [string, string]> = {
  am: ["上午", "morning"],
  pm: ["下午", "afternoon"],
  night: ["晚间", "evening"],
  all: ["全天", "day"],
};
export const halfWord = (half: string): string => tell(...(HALF[half] ?? [half, half]));
export const HALVES = Object.keys(HALF);

export function halfGroups(body: JsonObject, view: DeskView): EffectGroup[] {
  const { moved = [], asked = [], to } = body as unknown as { moved?: Unseen[]; asked?: Unseen[]; to?: string };
  const name = ({ ticket }: Unseen): string => view.tickets?.[ticket]?.name ?? "";
  const groups: EffectGroup[] = [];
  if (moved.length)
    groups.push({
      words: tell(
        `${moved.length} 人没看，接着排到${halfWord(to ?? "")}最前面：`,
        `${moved.length} not seen go before the ${halfWord(to ?? "")}'s own:`,
      ),
      rows: moved.map((one) => ({
        number: one.number,
        name: name(one),
        where: tell(
          `${halfWord(to ?? "")} ${one.queue} 第 ${one.place ?? 0} 位`,
          `${one.queue}, ${halfWord(to ?? "")}: place ${one.place ?? 0}`,
        ),
      })),
    });
  if (asked.length)
    groups.push({
      words: tell(
        `${asked.length} 人请分诊台逐个安排，分诊台会一直提醒：`,
        `${asked.length} for the triage desk to arrange; it is reminded until it has:`,
      ),
      rows: asked.map((one) => ({
        number: one.number,
        name: name(one),
        where: `${one.queue} · ${stageWord(one.state)}`,
      })),
    });
  if (!groups.length)
    groups.push({ words: tell("都看完了，没有人要动。", "Everybody was seen: nobody moves."), rows: [] });
  return groups;
}

/** Asked anew whenever the desk shows something new: people come and are called meanwhile. */
export const halfEffect = (
  ask: (name: string, body: JsonObject) => Promise<Answer>,
  whose: (values: Record<string, string>) => JsonObject | undefined,
  view: () => DeskView,
): Effect => ({
  of: view,
  async look(values) {
    const body = whose(values);
    if (body === undefined) return undefined;
    const answer = await ask("preview_half", body);
    return answer.ok ? halfGroups(answer.body, view()) : refused(answer.error);
  },
});
