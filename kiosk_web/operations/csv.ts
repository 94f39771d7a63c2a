/** The ledger as a file that every spreadsheet opens. */
import type { Unit } from "./floor";

type Field = Exclude<keyof Unit, never>;
const COLUMNS: [Field, string, string[]][] = [
  ["serial", "编号", ["serial", "序列号", "设备编号"]],
  ["model", "型号", ["model", "设备型号"]],
  ["name", "名称", ["name", "设备名称"]],
  ["place", "位置", ["place", "安装位置"]],
  ["terminal", "终端", ["terminal", "终端号"]],
  ["since", "启用日期", ["since", "启用"]],
  ["warranty", "保修到期", ["warranty", "保修"]],
  ["note", "备注", ["note"]],
];
// a cell that begins so is a formula to a spreadsheet, and may do things
const FORMULA = /^[=+\-@\t\r]/;

export function toCsv(units: Unit[]): string {
  const cell = (text: string) => {
    const safe = FORMULA.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = units.map((unit) => COLUMNS.map(([field]) => cell(unit[field] ?? "")).join(","));
  // the mark at the front tells Excel that this is UTF-8
  return `\uFEFF${[COLUMNS.map(([, title]) => title).join(","), ...lines].join("\r\n")}\r\n`;
}

export interface Read {
  units: Unit[];
  /** Why it cannot be read, with the line; nothing is taken then. */
  wrong?: [string, string];
}

export function fromCsv(text: string): Read {
  const rows = cells(text.replace(/^\uFEFF/, "")).filter((row) => row.some((cell) => cell.trim()));
  const [head, ...lines] = rows;
  if (!head) return { units: [], wrong: ["文件是空的。", "The file is empty."] };
  const fields = head.map((title) => {
    const wanted = title.trim().toLowerCase();
    return COLUMNS.find(([field, name, others]) => [field, name, ...others].includes(wanted))?.[0];
  });
  for (const [field, title] of COLUMNS.slice(0, 2))
    if (!fields.includes(field))
      return { units: [], wrong: [`第一行要有“${title}”这一列。`, `The first line needs a column “${field}”.`] };
  const units: Unit[] = [];
  for (const [at, line] of lines.entries()) {
    const unit: Unit = { serial: "", model: "" };
    line.forEach((cell, column) => {
      const field = fields[column];
      const plain = cell.trim().replace(/^'(?=[=+\-@])/, "");
      if (field && plain) unit[field] = field === "since" || field === "warranty" ? day(plain) : plain;
    });
    if (!unit.serial || !unit.model)
      return {
        units: [],
        wrong: [`第 ${at + 2} 行没有编号或型号，请补上。`, `Line ${at + 2} lacks its serial or model.`],
      };
    units.push(unit);
  }
  return { units };
}

/** What spreadsheets make of a day: 2026/3/1. */
const day = (text: string): string => {
  const found = /^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})$/.exec(text);
  return found ? `${found[1]}-${found[2]?.padStart(2, "0")}-${found[3]?.padStart(2, "0")}` : text;
};

function cells(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? "";
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === "," || sign === "\t") {
      row.push(cell);
      cell = "";
    } else if (sign === "\n" || sign === "\r") {
      if (sign === "\r" && text[at + 1] === "\n") at += 1;
      rows.push([...row, cell]);
      row = [];
      cell = "";
    } else cell += sign;
  }
  if (cell || row.length) rows.push([...row, cell]);
  return rows;
}
