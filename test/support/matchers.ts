/** Matchers used by all tests. */
import { expect } from "vitest";
import { type ErrorCode, HemacastError } from "../../src/core/errors.ts";

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: the signature must equal vitest's own
  interface Assertion<T = any> {
    /** |found - expected| <= relative * |expected| + absolute; numbers or lists of them. */
    toBeAllClose(expected: T | number | ArrayLike<number>, tolerance: { relative?: number; absolute?: number }): void;
    /** The function throws a HemacastError with this code. */
    toThrowCode(code: ErrorCode): void;
  }
}

expect.extend({
  toBeAllClose(
    found: number | ArrayLike<number>,
    expected: number | ArrayLike<number>,
    tolerance: { relative?: number; absolute?: number },
  ) {
    const a = typeof found === "number" ? [found] : Array.from(found);
    const b = typeof expected === "number" ? [expected] : Array.from(expected);
    const { relative = 0, absolute = 0 } = tolerance;
    const off = a.findIndex(
      (x, i) => !(Math.abs(x - (b[i] as number)) <= relative * Math.abs(b[i] as number) + absolute),
    );
    const pass = a.length === b.length && off < 0;
    return {
      pass,
      message: () =>
        a.length === b.length
          ? `at ${off}: found ${a[off]}, expected ${b[off]} (relative ${relative}, absolute ${absolute})`
          : `found ${a.length} values, expected ${b.length}`,
    };
  },
  toThrowCode(action: () => unknown, code: ErrorCode) {
    try {
      action();
    } catch (thrown) {
      const found = thrown instanceof HemacastError ? thrown.code : `${thrown}`;
      return { pass: found === code, message: () => `threw ${found}, expected ${code}` };
    }
    return { pass: false, message: () => `did not throw, expected ${code}` };
  },
});
