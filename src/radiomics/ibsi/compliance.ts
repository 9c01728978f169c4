/** Comparing features with consensus values: which are within the published tolerance, which are not, and which are not offered. */

/** A published value. */
export interface ReferenceValue {
  readonly tag: string;
  /** Null where there is no consensus. */
  readonly value: number | null;
  readonly tolerance: number;
}

/** What came of a comparison. */
export interface Compliance {
  readonly within: readonly string[];
  readonly outside: readonly {
    readonly tag: string;
    readonly found: number;
    readonly value: number;
    readonly tolerance: number;
  }[];
  /** Published features that were not computed. */
  readonly missing: readonly string[];
  /** Features named in the standard for which it has no value, and which are not computed. */
  readonly withoutReference: readonly string[];
}

/**
 * Compares. Published values have three significant digits, so values are rounded to as many first.
 *
 * @see IBSI 2019 section 5.3 (compliance)
 * @example complianceOf({ a: 1.2345 }, [{ tag: "a", value: 1.23, tolerance: 0 }]).within // => ["a"]
 */
export function complianceOf(
  found: Readonly<Record<string, number>>,
  references: readonly ReferenceValue[],
): Compliance {
  const within: string[] = [];
  const outside: { tag: string; found: number; value: number; tolerance: number }[] = [];
  const missing: string[] = [];
  const withoutReference: string[] = [];
  for (const { tag, value, tolerance } of references) {
    const x = found[tag];
    if (value === null) {
      if (x === undefined) withoutReference.push(tag);
    } else if (x === undefined) missing.push(tag);
    else if (Math.abs(Number(x.toPrecision(3)) - value) <= tolerance + 1e-9 * Math.abs(value)) within.push(tag);
    else outside.push({ tag, found: x, value, tolerance });
  }
  return { within, outside, missing, withoutReference };
}
