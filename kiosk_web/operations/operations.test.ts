import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromCsv, toCsv } from "./csv";
import { type Alarm, alarmWords, clockOf, openAlarms, span, type Terminal, type Ticket, ticketOrder, tiles } from "./floor";

const tell = (chinese: string) => chinese;
const alarm = (changed: Partial<Alarm> = {}): Alarm => ({
  terminal: "t1",
  device: "printer",
  fault: "paper_out",
  level: "II",
  since: 1_000,
  at: 2_000,
  ...changed,
});
const ticket = (changed: Partial<Ticket> = {}): Ticket => ({
  target: "SM1",
  device: "",
  fault: "hardware",
  level: "II",
  what: "坏",
  state: "open",
  opened_at: 0,
  opened_by: "ops",
  respond_by: 30 * 60_000,
  repair_by: 480 * 60_000,
  ...changed,
});

describe("the wall", () => {
  const terminal = (changed: Partial<Terminal> = {}): Terminal => ({
    role: "kiosk",
    name: "一楼自助机 1",
    number: "1",
    profile: "auto",
    places: ["im2/3"],
    online: true,
    ...changed,
  });
  it("shows what is wrong first, and the worst of it", () => {
    const roster = { t0: terminal({ number: "0" }), t1: terminal(), t2: terminal({ online: false, since: 5 }), t3: terminal({ revoked: "坏" }) };
    const alarms = openAlarms({ alarms: { a1: alarm({ level: "III", fault: "paper_low" }), a2: alarm(), a3: alarm({ ended_at: 9 }) } });
    const shown = tiles(roster, { SM1: { serial: "SM1", model: "x", terminal: "t1", place: "一楼" } }, alarms, { im2: "内科二" }, tell);
    expect(shown.map(({ key, grade }) => [key, grade])).toEqual([["t2", "lost"], ["t1", "wrong"], ["t0", "fine"]]);
    expect(shown[1]).toMatchObject({ words: "打印机 缺纸 +1", place: "一楼", name: "自助机 1" });
    expect(shown[2]?.place).toBe("内科二");
  });
  it("says an alarm in words", () => {
    expect(alarmWords(alarm({ device: "scanner", fault: "down", detail: "silent" }), tell)).toBe("扫码器 没有应答");
    expect(alarmWords(alarm({ device: "", fault: "lost" }), tell)).toBe("失联");
    expect(alarmWords(alarm({ terminal: "stock", device: "paper", fault: "stock_low", name: "热敏纸" }), tell)).toBe("热敏纸 库存不足");
  });
});

describe("a ticket's clocks", () => {
  it("run to the answer, then to the repair, then not", () => {
    expect(clockOf(ticket(), 10 * 60_000, tell)).toMatchObject({ kind: "respond", words: "响应还剩 20 分钟", late: false });
    expect(clockOf(ticket({ state: "answered" }), 500 * 60_000, tell)).toMatchObject({ kind: "repair", late: true, used: 1 });
    expect(clockOf(ticket({ state: "repaired" }), 0, tell)).toBeUndefined();
  });
  it("order them: graver and more pressing first, closed last", () => {
    const rows: [string, Ticket][] = [
      ["closed", ticket({ state: "closed", level: "I" })],
      ["late", ticket({ respond_by: 1 })],
      ["grave", ticket({ level: "I" })],
      ["slow", ticket()],
    ];
    expect(rows.sort(ticketOrder).map(([key]) => key)).toEqual(["grave", "late", "slow", "closed"]);
  });
  it("are said in a span one can read", () => {
    expect(span(59 * 60_000, tell)).toBe("59 分钟");
    expect(span(150 * 60_000, tell)).toBe("2 小时 30 分");
    expect(span(72 * 3_600_000, tell)).toBe("3 天");
  });
});

describe("the ledger's file", () => {
  it("comes back as it went out", () => {
    const word = fc.string({ maxLength: 20 }).map((text) => text.replace(/[\r\t]/g, "").trim().replace(/^'(?=[=+\-@])/, ""));
    const unit = fc.record({ serial: fc.stringMatching(/^SM\d{4}$/), model: fc.constant("SST-M-0803"), name: word, note: word });
    fc.assert(
      fc.property(fc.array(unit), (units) => {
        const wanted = units.map((each) => Object.fromEntries(Object.entries(each).filter(([, value]) => value)));
        expect(fromCsv(toCsv(units)).units).toEqual(wanted);
      }),
    );
  });
  it("runs nothing in a spreadsheet", () => {
    expect(toCsv([{ serial: "S", model: "M", name: "=1+1" }])).toContain("'=1+1");
  });
  it("takes what a spreadsheet makes of it, and says what is wrong", () => {
    expect(fromCsv("型号,设备编号,启用日期\nSST-M-0803,SM1,2026/3/1\n").units).toEqual([{ serial: "SM1", model: "SST-M-0803", since: "2026-03-01" }]);
    expect(fromCsv("型号\nx\n").wrong?.[0]).toContain("编号");
    expect(fromCsv("编号,型号\nSM1,x\n,x\n").wrong?.[0]).toContain("第 3 行");
    expect(fromCsv("").wrong?.[0]).toContain("空");
  });
});
