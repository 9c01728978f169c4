/** Class-conditional conformal prediction: which of the two outcomes cannot be excluded at a stated coverage. Needs no belief in the calibration. */

/** Of those who expand, the coverage has "expands" in its set, and likewise for the others. */
export interface ConformalLimits {
  /** Share in (0, 1). */
  readonly coverage: number;
  /** "Expands" is in the set from this risk on. */
  readonly leastIfExpands: number;
  /** "Does not" is in the set up to this risk. */
  readonly mostIfNot: number;
}

/** What cannot be excluded: both = no decision can be based on it, none = unlike either class. */
export type ConformalSet = readonly ("expands" | "does-not")[];

/**
 * Limits from risks of participants by models that were not fitted on them.
 *
 * @param coverage in (0, 1)
 * @see Vovk, Gammerman & Shafer 2005, Algorithmic Learning in a Random World, section 4.5 (Mondrian)
 * @example conformalLimits(Float64Array.of(0.2, 0.6, 0.1, 0.8), Uint8Array.of(0, 1, 0, 1), 0.5) // => { coverage: 0.5, leastIfExpands: 0.6, mostIfNot: 0.2 }
 */
export function conformalLimits(risks: Float64Array, outcome: Uint8Array, coverage: number): ConformalLimits {
  const sorted = (y: number): Float64Array => risks.filter((_, i) => outcome[i] === y).sort();
  const [without, having] = [sorted(0), sorted(1)];
  const allowed = Math.floor((1 - coverage) * (having.length + 1));
  const needed = Math.ceil(coverage * (without.length + 1));
  return {
    coverage,
    leastIfExpands: allowed < 1 ? 0 : (having[allowed - 1] as number),
    mostIfNot: needed > without.length ? 1 : (without[needed - 1] as number),
  };
}

/**
 * The set of one risk.
 *
 * @example conformalSet({ coverage: 0.9, leastIfExpands: 0.2, mostIfNot: 0.6 }, 0.3) // => ["expands", "does-not"]
 */
export function conformalSet({ leastIfExpands, mostIfNot }: ConformalLimits, risk: number): ConformalSet {
  return [
    ...(risk >= leastIfExpands ? (["expands"] as const) : []),
    ...(risk <= mostIfNot ? (["does-not"] as const) : []),
  ];
}
