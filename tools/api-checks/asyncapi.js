// Prints what AsyncAPI's own parser finds in the document, and fails for errors and warnings.
import { Parser } from "@asyncapi/parser";
import { readFile } from "node:fs/promises";

const { document, diagnostics } = await new Parser().parse(await readFile(process.argv[2], "utf8"));
for (const { severity, path, message } of diagnostics) {
  console.error(`${["error", "warning", "info", "hint"][severity]} at ${path.join(".")}: ${message}`);
}
process.exitCode = document === undefined || diagnostics.some(({ severity }) => severity <= 1) ? 1 : 0;
