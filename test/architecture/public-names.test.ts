import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { errorCodes } from "../../src/core/errors.ts";
import { root, sourceFiles } from "./source-files.ts";

it("src/index.ts lists every public name, one by one", () => {
  const text = readFileSync(join(root, "src/index.ts"), "utf8");
  expect(text).toMatch(/^export \{/m);
  expect(text).not.toMatch(/export \*/);
});

it("every exported name has a doc comment", () => {
  const bare = sourceFiles().flatMap((file) =>
    [...file.text.matchAll(/(^|\n)([^\n]*)\nexport (?:async )?(?:function\*?|const|class|interface|type) (\w+)/g)]
      .filter((match) => !/\*\/\s*$/.test(match[2] as string))
      .map((match) => `${file.path}: ${match[3]}`),
  );
  expect(bare).toEqual([]);
});

it("the documentation of errors names each code, with its family, and no other", () => {
  const documented = [
    ...readFileSync(join(root, "docs/reference/errors.md"), "utf8").matchAll(/^\| `([A-Z0-9_]+)` +\| (\w+) +\|/gm),
  ];
  expect(Object.fromEntries(documented.map((match) => [match[1], match[2]]))).toEqual(errorCodes);
});

it("every error code is thrown somewhere", () => {
  const text = sourceFiles()
    .filter((file) => file.path !== "core/errors.ts")
    .map((file) => file.text)
    .join("\n");
  expect(Object.keys(errorCodes).filter((code) => !text.includes(`"${code}"`))).toEqual([]);
});
