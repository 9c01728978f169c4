/** Recalibration: log odds -> risk, fitted on predictions that the model made for participants it was not fitted on. */
import { HemacastError } from "../core/errors.ts";
import { matrixOf } from "../math/dense-matrix.ts";
import { fitLogistic } from "../math/logistic-regression.ts";
import { ascendingOrder, logistic } from "../math/statistics.ts";

/** The ways of recalibrating. */
export type CalibratorKind = "none" | "platt" | "isotonic" | "beta" | "temperature";

/** A fitted, frozen recalibration as plain data. */
export type Calibrator =
  | { readonly kind: "none" }
  /** risk = logistic(slope * logOdds + intercept). */
  | { readonly kind: "platt"; readonly slope: number; readonly intercept: number }
  /** Steps over the risk with straight lines between them. */
  | { readonly kind: "isotonic"; readonly at: readonly number[]; readonly risk: readonly number[] }
  /** risk = logistic(a * ln p - b * ln(1 - p) + c). */
  | { readonly kind: "beta"; readonly a: number; readonly b: number; readonly c: number }
  /** risk = logistic(logOdds / temperature). */
  | { readonly kind: "temperature"; readonly temperature: number };

/**
 * Fits a recalibration.
 *
 * @param logOdds out-of-fold log odds of training participants
 * @param outcome same order, 0 or 1
 * @throws HemacastError METRIC_UNDEFINED when one class is absent; NOT_CONVERGED when the classes are separated or a temperature would have to be negative
 * @see Platt 1999; Zadrozny & Elkan 2002, doi:10.1145/775047.775151; Kull 2017, doi:10.1214/17-EJS1338SI; Guo 2017, arXiv:1706.04599
 */
export function fitCalibrator(
  kind: CalibratorKind,
  logOdds: ArrayLike<number>,
  outcome: ArrayLike<number>,
): Calibrator {
  switch (kind) {
    case "none":
      return { kind };
    case "platt":
      return fitPlatt(logOdds, outcome);
    case "isotonic":
      return fitIsotonic(Float64Array.from(logOdds, logistic), outcome);
    case "beta":
      return fitBeta(logOdds, outcome);
    case "temperature":
      return fitTemperature(logOdds, outcome);
  }
}

/**
 * The recalibrated risk of one participant.
 *
 * @example calibratedRisk({ kind: "platt", slope: 1, intercept: 0 }, 0) // => 0.5
 */
export function calibratedRisk(calibrator: Calibrator, logOdds: number): number {
  switch (calibrator.kind) {
    case "none":
      return logistic(logOdds);
    case "platt":
      return logistic(calibrator.slope * logOdds + calibrator.intercept);
    case "isotonic":
      return interpolate(calibrator.at, calibrator.risk, logistic(logOdds));
    case "beta":
      return logistic(calibrator.a * logRisk(logOdds) - calibrator.b * logRisk(-logOdds) + calibrator.c);
    case "temperature":
      return logistic(logOdds / calibrator.temperature);
  }
}

/** ln of logistic(x), without overflow. */
function logRisk(x: number): number {
  return -Math.max(-x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
}

/** Platt's targets, (N+ + 1) / (N+ + 2) and 1 / (N- + 2), keep the slope finite when classes are separated. */
function fitPlatt(logOdds: ArrayLike<number>, outcome: ArrayLike<number>): Calibrator {
  const events = Array.from(outcome).reduce((sum, y) => sum + y, 0);
  const others = outcome.length - events;
  if (events === 0 || others === 0)
    throw new HemacastError("METRIC_UNDEFINED", "Platt's calibration needs both classes");
  const targets = Array.from(outcome, (y) => (y === 1 ? (events + 1) / (events + 2) : 1 / (others + 2)));
  const fit = fitLogistic(matrixOf(Array.from(logOdds, (x) => [x])), targets);
  return { kind: "platt", slope: fit.coefficients[0] as number, intercept: fit.intercept };
}

/** Pool adjacent violators; equal risks are one point. The ends are flat. */
function fitIsotonic(risk: Float64Array, outcome: ArrayLike<number>): Calibrator {
  const blocks: { sum: number; n: number; from: number; to: number }[] = [];
  for (const i of ascendingOrder(risk)) {
    const [x, y] = [risk[i] as number, outcome[i] as number];
    const last = blocks.at(-1);
    if (last && last.to === x && last.from === x) {
      last.sum += y;
      last.n++;
    } else blocks.push({ sum: y, n: 1, from: x, to: x });
  }
  if (blocks.length === 0) throw new HemacastError("METRIC_UNDEFINED", "isotonic calibration needs participants");
  const pooled: typeof blocks = [];
  for (const block of blocks) {
    pooled.push({ ...block });
    while (pooled.length > 1) {
      const [a, b] = [pooled.at(-2)!, pooled.at(-1)!];
      if (a.sum / a.n < b.sum / b.n) break;
      pooled.splice(-2, 2, { sum: a.sum + b.sum, n: a.n + b.n, from: a.from, to: b.to });
    }
  }
  const ends = pooled.flatMap((block) =>
    (block.from === block.to ? [block.from] : [block.from, block.to]).map((at) => ({ at, risk: block.sum / block.n })),
  );
  return { kind: "isotonic", at: ends.map((e) => e.at), risk: ends.map((e) => e.risk) };
}

function interpolate(at: readonly number[], values: readonly number[], x: number): number {
  const last = at.length - 1;
  if (x <= (at[0] as number)) return values[0] as number;
  if (x >= (at[last] as number)) return values[last] as number;
  const k = at.findIndex((edge) => edge >= x);
  const [x0, x1] = [at[k - 1] as number, at[k] as number];
  const [y0, y1] = [values[k - 1] as number, values[k] as number];
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

/** Negative exponents would make the map fall; the one that is negative is set to 0, as the authors do. */
function fitBeta(logOdds: ArrayLike<number>, outcome: ArrayLike<number>): Calibrator {
  const features = Array.from(logOdds, (x) => [logRisk(x), -logRisk(-x)]);
  const pick = (columns: number[]) =>
    fitLogistic(matrixOf(features.map((row) => columns.map((c) => row[c] as number))), outcome);
  const both = pick([0, 1]);
  const [a, b] = both.coefficients as unknown as [number, number];
  if (a >= 0 && b >= 0) return { kind: "beta", a, b, c: both.intercept };
  const single = pick([a < 0 ? 1 : 0]);
  const value = Math.max(0, single.coefficients[0] as number);
  return { kind: "beta", a: a < 0 ? 0 : value, b: a < 0 ? value : 0, c: single.intercept };
}

/** One slope without intercept, by Newton steps. */
function fitTemperature(logOdds: ArrayLike<number>, outcome: ArrayLike<number>): Calibrator {
  let slope = 1;
  for (let step = 0; step < 100; step++) {
    let [gradient, curvature] = [0, 0];
    for (let i = 0; i < logOdds.length; i++) {
      const x = logOdds[i] as number;
      const p = logistic(slope * x);
      gradient += (p - (outcome[i] as number)) * x;
      curvature += p * (1 - p) * x * x;
    }
    if (!(curvature > 0)) break;
    const change = Math.max(-1, Math.min(1, gradient / curvature));
    slope -= change;
    if (Math.abs(change) < 1e-12 * Math.max(1, Math.abs(slope))) {
      if (slope > 1e-6) return { kind: "temperature", temperature: 1 / slope };
      throw new HemacastError(
        "NOT_CONVERGED",
        "no positive temperature fits: the log odds rank the outcome the wrong way round",
      );
    }
  }
  throw new HemacastError("NOT_CONVERGED", "the temperature runs away: the classes are separated");
}
