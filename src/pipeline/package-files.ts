/** Where the files of this package are, wherever it is installed. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const packageRoot = new URL("../../", import.meta.url);

/** The version in package.json. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(new URL("package.json", packageRoot), "utf8")).version;
}

/** The folder of the bundles that come with the package. */
export function shippedModelsFolder(): string {
  return fileURLToPath(new URL("models", packageRoot));
}
