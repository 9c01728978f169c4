/** The source files as the architecture tests see them. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A TypeScript file of src: its path from src, its text, and what it imports. */
export interface SourceFile {
  readonly path: string;
  /** The first folder, or "(root)" for src/index.ts. */
  readonly folder: string;
  readonly text: string;
  /** Paths from src of the files that it imports. */
  readonly locals: readonly string[];
  /** Packages and node: modules that it imports. */
  readonly packages: readonly string[];
}

const importPattern = /^(?:import|export)\s[^;]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm;

export function sourceFiles(options: { tests: boolean } = { tests: false }): SourceFile[] {
  return readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts") && (options.tests || !path.endsWith(".test.ts")))
    .sort()
    .map(readSource);
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, "src", path), "utf8");
  const targets = [...text.matchAll(importPattern)].map((match) => (match[1] ?? match[2] ?? match[3]) as string);
  return {
    path,
    folder: path.includes("/") ? (path.split("/")[0] as string) : "(root)",
    text,
    locals: targets
      .filter((t) => t.startsWith("."))
      .map((t) => normalize(join(dirname(path), t)).replaceAll("\\", "/")),
    packages: targets.filter((t) => !t.startsWith(".")),
  };
}
