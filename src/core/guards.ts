/** Guards at the entry of functions: each throws a coded error that names the argument, and none of them lets NaN through. */
import { HemacastError } from "./errors.ts";

/**
 * Throws unless the value is a finite number.
 *
 * @throws HemacastError ARGUMENT_INVALID
 * @example requireFinite("thresholdHu", 40) // => 40
 */
export function requireFinite(name: string, value: number): number {
  if (!Number.isFinite(value))
    throw new HemacastError("ARGUMENT_INVALID", `${name} must be a finite number, got ${value}`);
  return value;
}

/**
 * Throws unless the value lies in [low, high].
 *
 * @throws HemacastError ARGUMENT_INVALID
 * @example requireInRange("risk", 0.5, 0, 1) // => 0.5
 */
export function requireInRange(name: string, value: number, low: number, high: number): number {
  if (!(value >= low && value <= high)) {
    throw new HemacastError("ARGUMENT_INVALID", `${name} must be in [${low}, ${high}], got ${value}`);
  }
  return value;
}

/**
 * Throws unless the value is a whole number of at least `least`.
 *
 * @throws HemacastError ARGUMENT_INVALID
 * @example requireWhole("bins", 25, 1) // => 25
 */
export function requireWhole(name: string, value: number, least: number): number {
  if (!(Number.isSafeInteger(value) && value >= least)) {
    throw new HemacastError("ARGUMENT_INVALID", `${name} must be a whole number of at least ${least}, got ${value}`);
  }
  return value;
}

/**
 * Throws unless both lists have the same length.
 *
 * @throws HemacastError ARGUMENT_INVALID
 * @example requireSameLength("outcome", [0, 1], "risk", [0.1, 0.9]) // => 2
 */
export function requireSameLength(nameA: string, a: ArrayLike<unknown>, nameB: string, b: ArrayLike<unknown>): number {
  if (a.length !== b.length) {
    throw new HemacastError(
      "ARGUMENT_INVALID",
      `${nameA} has ${a.length} entries and ${nameB} has ${b.length}; they must match`,
    );
  }
  return a.length;
}

/**
 * Throws INVARIANT_BROKEN when the condition does not hold: our own fault, not the user's.
 *
 * @throws HemacastError INVARIANT_BROKEN
 */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new HemacastError("INVARIANT_BROKEN", message);
}
