/** What a deed must know before it is done, as a desk asks for it. */

export interface Option {
  value: string;
  word: string;
}

export type Values = Record<string, string>;

export interface Field {
  key: string;
  label: string;
  /** The values of `many` stand in one, with commas between. */
  kind: "text" | "long" | "choice" | "many" | "number" | "tick" | "time" | "day";
  /** Of a text they are words at hand, and anything else may be written; of a day, the
   *  days there are. */
  options?: Option[];
  required?: boolean;
  unit?: string;
  /** A time that is over is not taken. */
  ahead?: boolean;
  /** Asked only while this holds. */
  when?: (values: Values) => boolean;
}

/** What would follow, in groups of people. */
export interface EffectGroup {
  words: string;
  rows: { number: string; name: string; where: string }[];
}

export interface Effect {
  /** Nothing while something is still to be chosen; a sentence when it cannot be said. */
  look: (values: Values) => Promise<EffectGroup[] | string | undefined>;
  /** When this changes it is looked at again. */
  of: () => unknown;
}

export interface Form {
  title: string;
  fields: Field[];
  /** Shown before it can be sent. */
  effect?: Effect;
  verb: string;
  send: (values: Values) => void;
}

/** The fields to be asked for, with what has been given so far. */
export const asked = ({ fields }: Form, values: Values): Field[] =>
  fields.filter(({ when }) => when === undefined || when(values));

/** Those that must still be given. */
export const lacking = (form: Form, values: Values): Field[] =>
  asked(form, values).filter(({ key, required }) => required && !values[key]?.trim());
