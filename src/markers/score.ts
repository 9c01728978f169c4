/**
 * Clinical scores as data: items that give points, and what the published table says about a total. A score whose inputs are missing is a range over
 * what they could be, never the sum over what happens to be known.
 */
import { requireInRange } from "../core/guards.ts";

/** Where a hematoma lies, as scores divide it. */
export type ScoreLocation = "lobar" | "deep" | "brainstem" | "cerebellum";

/** All that a score can ask for. Absent means unknown. */
export interface ScoreInputs {
  readonly volumeMl?: number;
  readonly hoursFromOnset?: number;
  readonly intraventricularHemorrhage?: boolean;
  readonly blendSign?: boolean;
  readonly hypodensity?: boolean;
  readonly location?: ScoreLocation;
  readonly ageYears?: number;
  readonly gcs?: number;
  readonly nihss?: number;
  readonly glucoseMgDl?: number;
  readonly recurrentHemorrhage?: boolean;
  /** Any oral anticoagulant at onset. */
  readonly anticoagulation?: boolean;
  readonly warfarin?: boolean;
  readonly cognitiveImpairment?: boolean;
  /** The CT angiogram, if one was made. */
  readonly spotSign?: "present" | "absent" | "no-cta";
  readonly spotSigns?: number;
  readonly largestSpotMm?: number;
  readonly densestSpotHu?: number;
}

/** The name of an input. */
export type ScoreInput = keyof ScoreInputs;

/** What a score was made to predict. */
export type ScoreOutcome = "hematoma-expansion" | "death-within-30-days" | "independence-at-90-days";

/** One line of a score. */
export interface ScoreItem<K extends ScoreInput = ScoreInput> {
  readonly input: K;
  /** Every number of points that the item can give. */
  readonly possible: readonly number[];
  readonly points: (value: NonNullable<ScoreInputs[K]>) => number;
}

/** A published score. */
export interface ScoreDefinition {
  readonly id: string;
  readonly outcome: ScoreOutcome;
  /** First author, year, doi. */
  readonly source: string;
  readonly items: readonly ScoreItem[];
  /** The published probability in [0, 1] at a total; null where none was published. */
  readonly risk: (total: number) => number | null;
  /** What a reader must know about the figures, e.g. the size of the cohort. */
  readonly note: string;
}

/** A score of one patient. */
export interface Score {
  readonly id: string;
  readonly outcome: ScoreOutcome;
  readonly source: string;
  readonly note: string;
  /** The total; null while an input is missing. */
  readonly total: number | null;
  /** The smallest and largest total over every value of the missing inputs; both equal `total` when none is missing. */
  readonly low: number;
  readonly high: number;
  /** Points of each item; null where its input is missing. */
  readonly points: Readonly<Partial<Record<ScoreInput, number | null>>>;
  readonly missing: readonly ScoreInput[];
  /** The published probability over the totals that are possible; null where none of them has one. */
  readonly risk: { readonly low: number; readonly high: number } | null;
}

/** The range in which an input makes sense; outside of it the value is a slip of the pen. */
const ranges: Readonly<Partial<Record<ScoreInput, readonly [number, number]>>> = {
  volumeMl: [0, 400],
  hoursFromOnset: [0, 168],
  ageYears: [0, 120],
  gcs: [3, 15],
  nihss: [0, 42],
  glucoseMgDl: [10, 2000],
  spotSigns: [0, 50],
  largestSpotMm: [0, 60],
  densestSpotHu: [0, 1000],
};

/** An item with its input's type checked, for lists of mixed items. */
export function item<K extends ScoreInput>(
  input: K,
  possible: readonly number[],
  points: (value: NonNullable<ScoreInputs[K]>) => number,
): ScoreItem {
  return { input, possible, points } as unknown as ScoreItem;
}

/** An item that gives points when something is there. */
export function itemIf(
  input:
    | "intraventricularHemorrhage"
    | "blendSign"
    | "hypodensity"
    | "recurrentHemorrhage"
    | "anticoagulation"
    | "warfarin",
  points: number,
): ScoreItem {
  return item(input, [0, points], (present) => (present ? points : 0));
}

/**
 * Adds up a score.
 *
 * @throws HemacastError ARGUMENT_INVALID when an input is outside its possible range
 */
export function computeScore(definition: ScoreDefinition, inputs: ScoreInputs): Score {
  const { id, outcome, source, note, items } = definition;
  const points = Object.fromEntries(items.map((line) => [line.input, pointsOf(line, inputs)]));
  const missing = items.filter((line) => points[line.input] === null).map((line) => line.input);
  let totals = new Set([0]);
  for (const line of items) {
    const known = points[line.input];
    const choices = known === null ? line.possible : [known];
    totals = new Set(Array.from(totals, (sum) => choices.map((more) => sum + more)).flat());
  }
  const low = Math.min(...totals);
  const high = Math.max(...totals);
  const risks = [...totals].map(definition.risk);
  return {
    ...{ id, outcome, source, note, low, high, points, missing },
    total: missing.length === 0 ? low : null,
    risk: risks.some((risk) => risk === null)
      ? null
      : { low: Math.min(...(risks as number[])), high: Math.max(...(risks as number[])) },
  };
}

function pointsOf(line: ScoreItem, inputs: ScoreInputs): number | null {
  const value = inputs[line.input];
  if (value === undefined) return null;
  const range = ranges[line.input];
  if (range) requireInRange(line.input, value as unknown as number, range[0], range[1]);
  return line.points(value as never);
}
