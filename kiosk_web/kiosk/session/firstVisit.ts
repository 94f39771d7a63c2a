/** What a first visit's file asks besides what the card says: one thing a page. */
export interface Choice {
  value: string;
  zh: string;
  en: string;
}

/** GB/T 2261.2. */
const MARITAL: Choice[] = [
  { value: "10", zh: "未婚", en: "Single" },
  { value: "20", zh: "已婚", en: "Married" },
  { value: "30", zh: "丧偶", en: "Widowed" },
  { value: "40", zh: "离婚", en: "Divorced" },
];
/** As the front page of a medical record has them. */
const PAYER: Choice[] = [
  { value: "1", zh: "职工医保", en: "Employee insurance" },
  { value: "2", zh: "居民医保", en: "Resident insurance" },
  { value: "6", zh: "公费", en: "Public" },
  { value: "5", zh: "商业保险", en: "Private insurance" },
  { value: "7", zh: "自费", en: "I pay myself" },
  { value: "9", zh: "其他", en: "Other" },
];
const RELATION: Choice[] = [
  { value: "配偶", zh: "配偶", en: "Spouse" },
  { value: "子女", zh: "子女", en: "Child" },
  { value: "父母", zh: "父母", en: "Parent" },
  { value: "兄弟姐妹", zh: "兄弟姐妹", en: "Sibling" },
  { value: "亲友", zh: "亲友", en: "Relative or friend" },
];

export type Field = "phone" | "marital" | "payer" | "contact_relation" | "contact_phone";
export type Answers = Partial<Record<Field, string>>;

export interface Question {
  field: Field;
  title: "first_phone" | "first_marital" | "first_payer" | "first_contact" | "first_contact_phone";
  /** Absent: a number is typed. */
  choices?: Choice[];
  /** May be left open. */
  skips: boolean;
}

const QUESTIONS: Question[] = [
  { field: "phone", title: "first_phone", skips: false },
  { field: "marital", title: "first_marital", choices: MARITAL, skips: true },
  { field: "payer", title: "first_payer", choices: PAYER, skips: true },
  { field: "contact_relation", title: "first_contact", choices: RELATION, skips: true },
  { field: "contact_phone", title: "first_contact_phone", skips: false },
];

/** Those that are asked of whoever has answered so: without a contact, no number. */
export const questionsFor = (answers: Answers): Question[] =>
  QUESTIONS.filter(
    ({ field }) => field !== "contact_phone" || answers.contact_relation !== "",
  );

/** The next one that is open; nothing when all are answered. A skipped one is "". */
export const nextQuestion = (answers: Answers): Question | undefined =>
  questionsFor(answers).find(({ field }) => answers[field] === undefined);

/** One answer less: the last that was given. */
export function withoutLast(answers: Answers): Answers | undefined {
  const given = questionsFor(answers).filter(({ field }) => answers[field] !== undefined);
  const last = given.at(-1);
  if (last === undefined) return undefined;
  const { [last.field]: _, ...rest } = answers;
  return rest;
}

/** What is told the server: nothing of what was skipped. */
export const told = (answers: Answers): Record<string, string> =>
  Object.fromEntries(Object.entries(answers).filter(([, value]) => value !== ""));
