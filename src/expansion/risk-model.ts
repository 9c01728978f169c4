/** A fitted, frozen risk model: named inputs in raw units -> risk with its interval, honest about what is missing or unusual. */
import { HemacastError } from "../core/errors.ts";
import { normalQuantile } from "../math/special.ts";
import { logistic } from "../math/statistics.ts";
import { conditionalMean } from "./imputation-normal.ts";

/** One input: what it means, what it may be, and what the development cohort held. */
export interface RiskModelInput {
  readonly name: string;
  readonly label: string;
  /** "mL", "h", or "1" for a pure number. */
  readonly unit: string;
  readonly kind: "continuous" | "binary";
  /** Values outside are refused: they cannot be. */
  readonly plausible: { readonly low: number; readonly high: number };
  /** Values outside are flagged and the nearest end is used: the model knows nothing about them. */
  readonly seen: { readonly low: number; readonly high: number };
  /** Mean of the development cohort. */
  readonly mean: number;
}

/** A logistic risk model as plain data; a row is in raw units, in the order of `inputs`. */
export interface LogisticRiskModel {
  readonly inputs: readonly RiskModelInput[];
  /** Log odds at a row of zeros. */
  readonly intercept: number;
  /** Log odds per unit of each input. */
  readonly coefficients: readonly number[];
  /** Of intercept and coefficients: row-major, (inputs + 1) squared. */
  readonly covariance: readonly number[];
  /** Of the inputs in the development cohort: row-major, inputs squared; what known inputs say about missing ones. */
  readonly inputCovariance: readonly number[];
}

/** The contract of every risk model: a complete row in, a risk out. */
export interface RiskModel {
  /** Inputs in the order of a row. */
  readonly names: readonly string[];
  /** Risk in [0, 1] of a complete row in raw units. */
  risk(row: Float64Array): number;
}

/** How much one input moves the risk. */
export interface InputContribution {
  readonly name: string;
  /** The value used: given, moved to the nearest end of the range seen, or imputed. */
  readonly value: number;
  readonly source: "given" | "clamped" | "imputed";
  /** Log odds relative to the development cohort's mean; positive raises the risk. */
  readonly logOdds: number;
}

/** A risk with all that is uncertain about it. */
export interface RiskEstimate {
  /** Risk at the values given; each missing one is set to its expectation given the others (development cohort). */
  readonly value: number;
  /** 95 % interval of the risk; when inputs are missing, the envelope of the intervals over all that they could be. */
  readonly low: number;
  readonly high: number;
  /** Smallest and largest point risk over the range seen of the missing inputs; null when nothing is missing. */
  readonly missingRange: { readonly low: number; readonly high: number } | null;
  readonly missing: readonly string[];
  /** Inputs whose value lies outside what the development cohort held. */
  readonly outOfRange: readonly string[];
  readonly perInput: readonly InputContribution[];
}

/**
 * The contract over the plain data.
 *
 * @throws HemacastError BUNDLE_INVALID when sizes disagree or a number is not finite
 */
export function createRiskModel(model: LogisticRiskModel): RiskModel {
  requireConsistent(model);
  return Object.freeze({
    names: model.inputs.map((input) => input.name),
    risk: (row: Float64Array) => logistic(logOdds(model, row)),
  });
}

/**
 * Risk of one participant from whatever inputs are known.
 *
 * @param values by input name, in the unit of the input; leave out what is not known
 * @throws HemacastError CLINICAL_INVALID for an unknown name, a value that cannot be, or a binary input that is not 0 or 1; BUNDLE_INVALID as `createRiskModel`
 */
export function predictRisk(
  model: LogisticRiskModel,
  values: Readonly<Record<string, number | undefined>>,
): RiskEstimate {
  requireConsistent(model);
  const given = checkValues(model, values);
  const used = given.map((value, i) => (value === null ? null : clampToSeen(model.inputs[i] as RiskModelInput, value)));
  const missing = model.inputs.filter((_, i) => given[i] === null).map((input) => input.name);
  const outOfRange = model.inputs
    .filter((_, i) => given[i] !== null && used[i] !== given[i])
    .map((input) => input.name);
  const means = model.inputs.map((input) => input.mean);
  const row = conditionalMean(used, means, model.inputCovariance).map((value, i) =>
    clampToSeen(model.inputs[i] as RiskModelInput, value),
  );
  const extremes = cornersOfMissing(model, used);
  const intervals = (extremes ?? [row]).map((corner) => intervalAt(model, corner));
  const points = extremes?.map((corner) => logistic(logOdds(model, corner)));
  return {
    value: logistic(logOdds(model, row)),
    low: Math.min(...intervals.map((interval) => interval.low)),
    high: Math.max(...intervals.map((interval) => interval.high)),
    missingRange: points ? { low: Math.min(...points), high: Math.max(...points) } : null,
    missing,
    outOfRange,
    perInput: model.inputs.map((input, i) => ({
      name: input.name,
      value: row[i] as number,
      source: given[i] === null ? "imputed" : used[i] === given[i] ? "given" : "clamped",
      logOdds: (model.coefficients[i] as number) * ((row[i] as number) - input.mean),
    })),
  };
}

function logOdds(model: LogisticRiskModel, row: ArrayLike<number>): number {
  return model.coefficients.reduce((sum, b, i) => sum + b * (row[i] as number), model.intercept);
}

/** 95 % interval on the log-odds scale from the covariance of the coefficients. */
function intervalAt(model: LogisticRiskModel, row: ArrayLike<number>): { low: number; high: number } {
  const size = model.inputs.length + 1;
  const x = [1, ...Array.from(row)];
  let variance = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) variance += x[i]! * x[j]! * (model.covariance[i * size + j] as number);
  }
  const half = normalQuantile(0.975) * Math.sqrt(Math.max(0, variance));
  const center = logOdds(model, row);
  return { low: logistic(center - half), high: logistic(center + half) };
}

/**
 * Every combination of the ends of the range seen of the missing inputs. The log odds are linear and the width of the
 * interval is convex in each input, so no point inside gives a smaller or larger bound.
 */
function cornersOfMissing(model: LogisticRiskModel, used: readonly (number | null)[]): number[][] | null {
  if (!used.includes(null)) return null;
  let corners: number[][] = [[]];
  for (const [i, value] of used.entries()) {
    const { low, high } = (model.inputs[i] as RiskModelInput).seen;
    const options = value === null ? [low, high] : [value];
    corners = corners.flatMap((corner) => options.map((option) => [...corner, option]));
  }
  return corners;
}

function clampToSeen({ seen }: RiskModelInput, value: number): number {
  return Math.min(seen.high, Math.max(seen.low, value));
}

function checkValues(
  model: LogisticRiskModel,
  values: Readonly<Record<string, number | undefined>>,
): (number | null)[] {
  const names = model.inputs.map((input) => input.name);
  const unknown = Object.keys(values).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new HemacastError(
      "CLINICAL_INVALID",
      `unknown input ${unknown.join(", ")}; the model knows ${names.join(", ")}`,
    );
  }
  return model.inputs.map(({ name, unit, kind, plausible }) => {
    const value = values[name];
    if (value === undefined) return null;
    if (!(value >= plausible.low && value <= plausible.high) || (kind === "binary" && value !== 0 && value !== 1)) {
      const expected =
        kind === "binary" ? "0 or 1" : `${plausible.low} to ${plausible.high}${unit === "1" ? "" : ` ${unit}`}`;
      throw new HemacastError("CLINICAL_INVALID", `${name} is ${value}, expected ${expected}`);
    }
    return value;
  });
}

function requireConsistent(model: LogisticRiskModel): void {
  const p = model.inputs.length;
  const sizes = [model.coefficients.length === p, model.covariance.length === (p + 1) ** 2];
  if (p === 0 || !sizes.every(Boolean) || model.inputCovariance.length !== p ** 2) {
    throw new HemacastError("BUNDLE_INVALID", `the risk model has ${p} inputs, but its coefficients do not fit them`);
  }
  const numbers = [model.intercept, ...model.coefficients, ...model.covariance, ...model.inputCovariance];
  if (!numbers.every(Number.isFinite))
    throw new HemacastError("BUNDLE_INVALID", "the risk model holds a non-finite number");
  for (const { name, plausible, seen, mean } of model.inputs) {
    if (!(plausible.low <= seen.low && seen.low <= mean && mean <= seen.high && seen.high <= plausible.high)) {
      throw new HemacastError("BUNDLE_INVALID", `the ranges of input ${name} contradict each other`);
    }
  }
}
