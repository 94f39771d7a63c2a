import { expect, test, vi } from "vitest";
import type { Answer } from "../client/asks";
import { halfEffect, halfGroups } from "./halfEnd";
import type { DeskView } from "./view";

const VIEW = { tickets: { t1: { name: "张三" }, t2: { name: "李秀芳" } } } as unknown as DeskView;
const row = (ticket: string, number: string, state: string, place = 0) => ({
  ticket,
  number,
  queue: "A",
  state,
  place,
});

test("says who goes where, and who is for the nurse", () => {
  const [moved, asked] = halfGroups(
    { to: "pm", moved: [row("t1", "A001", "waiting", 1)], asked: [row("t2", "A002", "missed")] },
    VIEW,
  );
  expect(moved?.words).toContain("1 人没看，接着排到下午最前面");
  expect(moved?.rows).toEqual([{ number: "A001", name: "张三", where: "下午 A 第 1 位" }]);
  expect(asked?.rows).toEqual([{ number: "A002", name: "李秀芳", where: "A · 过号" }]);
});

test("says that nobody moves", () => {
  expect(halfGroups({}, VIEW).map(({ words }) => words)).toEqual(["都看完了，没有人要动。"]);
});

test("is asked once it is known whose it is; a refusal is told", async () => {
  const ask = vi.fn(
    async (): Promise<Answer> => ({ ok: false, error: { code: "unknown_doctor", message: "没有这位医生" } }) as Answer,
  );
  const effect = halfEffect(ask, ({ half }) => (half ? { half } : undefined), () => VIEW);
  expect(await effect.look({})).toBeUndefined();
  expect(ask).not.toHaveBeenCalled();
  expect(await effect.look({ half: "am" })).toBe("没有这位医生");
  expect(ask).toHaveBeenCalledWith("preview_half", { half: "am" });
});
