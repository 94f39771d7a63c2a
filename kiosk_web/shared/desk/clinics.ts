import { onMounted, onUnmounted, shallowRef } from "vue";
import { tell } from "../page/language";
import { useLive } from "../page/live";
import { pageToken } from "../page/token";
import type { Field, Option } from "./form";

/** The other clinics of today, by name: where a patient may be sent. */
export interface ClinicHere {
  name: string;
  name_en?: string;
  floor?: string;
  /** Where its calls are heard. */
  areas?: string[];
  queues: Record<string, { name: string; department?: string }>;
}
export type Clinics = Record<string, ClinicHere>;

const AGAIN_MS = 60_000;

export function useClinics() {
  const { place, facts } = useLive();
  const clinics = shallowRef<Clinics>({});
  let timer: ReturnType<typeof setTimeout> | undefined;
  let gone = false;
  async function look(): Promise<void> {
    try {
      const token = await pageToken(place, facts, false);
      const headers = { Authorization: `Bearer ${token}` };
      const answer = await fetch("/api/v1/clinics", { headers, cache: "no-store" });
      if (answer.ok) clinics.value = ((await answer.json()) as { clinics: Clinics }).clinics;
    } catch {
      // the server is away: what is known stays
    }
    if (!gone) timer = setTimeout(() => void look(), AGAIN_MS);
  }
  onMounted(() => void look());
  onUnmounted(() => {
    gone = true;
    clearTimeout(timer);
  });
  return clinics;
}

export const clinicWord = ({ name, name_en }: ClinicHere): string =>
  tell(name, name_en || name);

const ELSEWHERE = "clinic:";
const others = (clinics: Clinics, here: string) =>
  Object.entries(clinics).filter(([clinic]) => clinic !== here);

/** For a choice of where to: each other clinic, and then which queue of it. */
export const elsewhere = (clinics: Clinics, here: string): Option[] =>
  others(clinics, here).map(([clinic, row]) => ({
    value: ELSEWHERE + clinic,
    word: clinicWord(row) + (row.floor ? tell(`（${row.floor} 楼）`, ` (floor ${row.floor})`) : ""),
  }));

export const queuesElsewhere = (clinics: Clinics, here: string, asks: string): Field[] =>
  others(clinics, here).map(([clinic, { queues }]) => ({
    key: `queue of ${clinic}`,
    label: tell("那边的哪个队列", "Which queue there"),
    kind: "choice",
    required: true,
    options: Object.entries(queues).map(([value, { name }]) => ({
      value,
      word: `${value} ${name}`,
    })),
    when: (values) => values[asks] === ELSEWHERE + clinic,
  }));

/** The other clinic and its queue that were chosen; undefined when it is none. */
export function chosenElsewhere(
  chosen: string,
  values: Record<string, string>,
): { clinic: string; queue: string } | undefined {
  if (!chosen.startsWith(ELSEWHERE)) return undefined;
  const clinic = chosen.slice(ELSEWHERE.length);
  return { clinic, queue: values[`queue of ${clinic}`] ?? "" };
}
