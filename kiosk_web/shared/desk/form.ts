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
  kind: "text" | "long" | "choice" | "many" | "number" | "tick";
  /** Of a text they are words at hand, and anything else may be written. */
  options?: Option[];
  required?: boolean;
  unit?: string;
  /** Asked only while this holds. */
  when?: (values: Values) => boolean;
}

export interface Form {
  title: string;
  fields: Field[];
  verb: string;
  send: (values: Values) => void;
}

/** The fields to be asked for, with what has been given so far. */
export const asked = ({ fields }: Form, values: Values): Field[] =>
  fields.filter(({ when }) => when === undefined || when(values));

/** Those that must still be given. */
export const lacking = (form: Form, values: Values): Field[] =>
  asked(form, values).filter(({ key, required }) => required && !values[key]?.trim());
