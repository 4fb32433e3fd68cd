// Prints what AsyncAPI's own parser finds in the document, warnings too, and fails if that is anything.
import { Parser } from "@asyncapi/parser";
import { readFile } from "node:fs/promises";

const { document, diagnostics } = await new Parser().parse(await readFile(process.argv[2], "utf8"));
for (const { severity, path, message } of diagnostics) {
  console.error(`${["error", "warning", "info", "hint"][severity]} at ${path.join(".")}: ${message}`);
}
process.exitCode = document === undefined || diagnostics.length > 0 ? 1 : 0;
