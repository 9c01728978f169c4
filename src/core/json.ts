/** JSON for files that others read: sorted or given key order, and never NaN or Infinity. */
import { HemacastError } from "./errors.ts";

/**
 * Pretty JSON with a final newline; refuses what JSON cannot say.
 *
 * @throws HemacastError NON_FINITE naming the path of a NaN or infinite number
 * @example toJson({ a: 1 }) // => "{\n  \"a\": 1\n}\n"
 */
export function toJson(value: unknown): string {
  refuseNonFinite(value, "$");
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * One-line JSON with sorted keys: equal values give equal text, fit for hashing.
 *
 * @throws HemacastError NON_FINITE naming the path of a NaN or infinite number
 * @example canonicalJson({ b: 1, a: [2] }) // => "{\"a\":[2],\"b\":1}"
 */
export function canonicalJson(value: unknown): string {
  refuseNonFinite(value, "$");
  return JSON.stringify(value, (_key, v) => (isPlainObject(v) ? sortedByKey(v) : v));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sortedByKey(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function refuseNonFinite(value: unknown, path: string): void {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new HemacastError("NON_FINITE", `${path} is ${value}, which JSON cannot hold`, { details: { path } });
  }
  if (Array.isArray(value)) for (const [i, item] of value.entries()) refuseNonFinite(item, `${path}[${i}]`);
  else if (isPlainObject(value))
    for (const [key, item] of Object.entries(value)) refuseNonFinite(item, `${path}.${key}`);
}
