import { expect, it } from "vitest";
import { requireHounsfield } from "./hounsfield-check.ts";

const head = Int16Array.from({ length: 1000 }, (_, v) =>
  v < 600 ? -1000 : v < 900 ? 35 : 600 + v - 900 + (v % 7) * 100,
);

it.each([
  ["as they are", 0, true],
  ["1024 too high: no air", 1024, false],
  ["1000 too low: no tissue", -1000, false],
] as const)("values %s", (_, offset, passes) => {
  const check = () => requireHounsfield(head.map((hu) => hu + offset));
  if (passes) expect(check).not.toThrow();
  else expect(check).toThrowCode("HU_IMPLAUSIBLE");
});
