/** What a comparison with the statistics oracle is: one line of docs/reference/statistics.md. */
/** The parts of statistics.json that are compared. */
export interface Oracle {
  readonly input: Readonly<Record<string, number[]>>;
  // biome-ignore lint/suspicious/noExplicitAny: entries have many shapes
  readonly R: { readonly values: Readonly<Record<string, any>> };
  // biome-ignore lint/suspicious/noExplicitAny: entries have many shapes
  readonly python: { readonly values: Readonly<Record<string, any>> };
}

/** A list, never written to. */
export type Numbers = readonly number[];

/** One line of docs/reference/statistics.md. */
export interface Comparison {
  /** "R.auc_A": side and key. */
  readonly entries: readonly string[];
  /** Name of the function here; null = deliberately none. */
  readonly ours: string | null;
  /** Largest absolute difference allowed; "relative" where values are large. */
  readonly within: number;
  readonly note: string;
  /** Ours and theirs, in the same order. */
  readonly values?: (oracle: Oracle) => readonly (readonly [Numbers, Numbers])[];
}

/** Both ends of an interval. */
export const ends = ({ low, high }: { low: number; high: number }): number[] => [low, high];
const cases = ["A", "B"] as const;

/** An entry that exists for scores A and B. */
export const both = (side: string, key: string): string[] => cases.map((s) => `${side}.${key}_${s}`);

/** Half the width of a 95 % interval in standard errors. */
export const z = 1.959963984540054;

/** One of the two scores. */
export function score({ input }: Oracle, which: "A" | "B"): number[] {
  return input[`score${which}`] as number[];
}

/** A comparison made for scores A and B alike. */
export function perScore(
  make: (y: number[], p: number[], entry: never) => readonly [Numbers, Numbers],
  key: string,
  side: "R" | "python",
): NonNullable<Comparison["values"]> {
  return (oracle) =>
    cases.map((s) => make(oracle.input.y!, score(oracle, s), oracle[side].values[`${key}_${s}`] as never));
}
