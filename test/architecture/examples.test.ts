import { join } from "node:path";
import { expect, it } from "vitest";
import { root, sourceFiles } from "./source-files.ts";

/** `@example expression // => value` in a doc comment: the expression sees what its file and src/index.ts export. */
const pattern = /@example ([^\n]+?) \/\/ => ([^\n]+?)(?: \*\/)?\n/g;

const examples = sourceFiles().flatMap((file) =>
  [...file.text.matchAll(pattern)].map((match) => ({
    path: file.path,
    expression: match[1] as string,
    value: match[2] as string,
  })),
);

it.each(examples)("$path: $expression", async ({ path, expression, value }) => {
  const scope = { ...(await import(join(root, "src/index.ts"))), ...(await import(join(root, "src", path))) };
  const names = Object.keys(scope);
  const evaluate = (text: string): unknown =>
    new Function(...names, `return (async () => (${text}))()`)(...names.map((n) => scope[n]));
  expect(await evaluate(expression)).toEqual(await evaluate(value));
});

it("there are examples to run", () => {
  expect(examples.length).toBeGreaterThan(10);
});
