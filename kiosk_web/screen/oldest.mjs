/**
 * Whether the wall's bundle can be read by the oldest browser it is for: Chromium 69
 * knows ES2019's syntax. `node screen/oldest.mjs`, after a build; prints what is wrong.
 */
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "acorn";

const assets = new URL("../dist/assets/", import.meta.url);
const shell = readFileSync(new URL("../dist/screen/index.html", import.meta.url), "utf8");
const wrong = [];
let read = 0;

for (const name of readdirSync(assets)) {
  if (!shell.includes(name)) continue;
  const text = readFileSync(new URL(name, assets), "utf8");
  read += 1;
  if (name.endsWith(".js")) {
    try {
      parse(text, { ecmaVersion: 2019, sourceType: "script" });
    } catch (error) {
      wrong.push(`${name}: ${error.message}`);
    }
  } else {
    // what it would not understand, and nothing else says the same beside it
    for (const found of text.match(/[;{](inset|aspect-ratio|translate|scale):[^;}]*/g) ?? [])
      wrong.push(`${name}: ${found.slice(1)}`);
    for (const rule of text.match(/{[^{}]*}/g) ?? [])
      if (/display:(inline-)?flex/.test(rule) && /[;{](row-|column-)?gap:/.test(rule))
        wrong.push(`${name}: gap in flex: ${rule.slice(0, 60)}`);
  }
}
if (/type="module"|nomodule/.test(shell)) wrong.push("index.html: a script for new browsers only");
if (read < 3) wrong.push(`only ${read} files are loaded by the page`);
for (const each of wrong) console.log(each);
process.exitCode = wrong.length > 0 ? 1 : 0;
