/** What is asked for a child's first file, one thing a page. */
export interface ChildAnswers {
  /** Whether the household register has a number for it. */
  has?: "number" | "nothing_yet";
  number?: string;
  name?: string;
  sex?: "1" | "2";
  order?: string;
  /** `YYYYMMDD`, as it is typed. */
  birth?: string;
}

export type ChildQuestion = keyof ChildAnswers;

const WITH_NUMBER: ChildQuestion[] = ["has", "number", "name"];
const NEWBORN: ChildQuestion[] = ["has", "sex", "order", "birth"];

const asked = (answers: ChildAnswers): ChildQuestion[] =>
  answers.has === "nothing_yet" ? NEWBORN : WITH_NUMBER;

/** The next one that is open; nothing when all are answered. */
export const nextOfChild = (answers: ChildAnswers): ChildQuestion | undefined =>
  asked(answers).find((question) => answers[question] === undefined);

/** One answer less: the last that was given; nothing before the first. */
export function withoutLastOfChild(answers: ChildAnswers): ChildAnswers | undefined {
  const last = asked(answers)
    .filter((question) => answers[question] !== undefined)
    .at(-1);
  if (last === undefined) return undefined;
  const { [last]: _, ...rest } = answers;
  return rest;
}

/** What the server is told. */
export function toldOfChild(answers: ChildAnswers): Record<string, string> {
  if (answers.has === "number")
    return { number: answers.number ?? "", name: answers.name ?? "" };
  const { sex = "1", order = "", birth = "" } = answers;
  const day = `${birth.slice(0, 4)}-${birth.slice(4, 6)}-${birth.slice(6)}`;
  return { sex, order, birth: day };
}
