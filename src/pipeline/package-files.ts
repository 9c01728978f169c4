/** Where the files of this package are, wherever it is installed. */
import { readFileSync } from "node:fs";

const packageRoot = new URL("../../", import.meta.url);

/** The version in package.json. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(new URL("package.json", packageRoot), "utf8")).version;
}
