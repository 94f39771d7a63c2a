import { expect, test } from "vitest";
import { type Answers, nextQuestion, told, withoutLast } from "./firstVisit";

/** Answers every question, in turn, with what `say` has to say. */
function asked(say: Answers): [string[], Answers] {
  let answers: Answers = {};
  const fields: string[] = [];
  for (let open = nextQuestion(answers); open; open = nextQuestion(answers)) {
    fields.push(open.field);
    answers = { ...answers, [open.field]: say[open.field] ?? "" };
  }
  return [fields, answers];
}

test("one thing after the other, and what was skipped is not told", () => {
  const [fields, answers] = asked({ phone: "13800000001", payer: "2", contact_relation: "子女" });
  expect(fields).toEqual(["phone", "marital", "payer", "contact_relation", "contact_phone"]);
  expect(told(answers)).toEqual({ phone: "13800000001", payer: "2", contact_relation: "子女" });
});

test("without a contact there is no number to ask for", () => {
  const [fields] = asked({ phone: "13800000001" });
  expect(fields).not.toContain("contact_phone");
});

test("back is one question back, and from the first there is none", () => {
  const answers: Answers = { phone: "13800000001", marital: "" };
  expect(withoutLast(answers)).toEqual({ phone: "13800000001" });
  expect(withoutLast({})).toBeUndefined();
});
