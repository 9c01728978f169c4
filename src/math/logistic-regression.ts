/** Penalised logistic regression: L1, L2, elastic net or none, by proximal Newton steps with coordinate descent inside. */
import { HemacastError } from "../core/errors.ts";
import { requireInRange, requireSameLength } from "../core/guards.ts";
import {
  choleskySolver,
  type DenseMatrix,
  invertSymmetric,
  positiveDefiniteSolver,
  weightedGram,
} from "./dense-matrix.ts";
import { logistic } from "./statistics.ts";

/**
 * The penalty added to the weighted mean of the log loss: l1 * sum |b| + l2 / 2 * sum b^2; the intercept is free.
 * In glmnet's words l1 = lambda * alpha and l2 = lambda * (1 - alpha); in scikit-learn's, lambda = 1 / (n * C).
 */
export interface Penalty {
  readonly l1: number;
  readonly l2: number;
}

/** What a fit may be given besides the data. */
export interface LogisticOptions {
  readonly penalty?: Penalty;
  /** One per row, >= 0, not all 0; only their proportions matter. */
  readonly weights?: ArrayLike<number>;
  /** Added to the linear predictor of each row. */
  readonly offset?: ArrayLike<number>;
  /** Largest violation of the optimality conditions, on the scale of the mean gradient. */
  readonly tolerance?: number;
}

/** A fitted linear predictor: intercept + row . coefficients, in log odds. */
export interface LogisticFit {
  readonly intercept: number;
  readonly coefficients: Float64Array;
  readonly iterations: number;
  /** Weighted mean of the log loss, without the penalty. */
  readonly meanLogLoss: number;
}

/** A problem whose penalty may change: warm starts and the curvature are kept from one solve to the next. */
export interface LogisticSolver {
  solve(penalty: Penalty): LogisticFit;
  /** Largest |mean gradient| of a coefficient where all are 0: the smallest l1 that keeps all of them at 0. */
  readonly largestUsefulL1: number;
}

/**
 * Fits one penalised logistic regression.
 *
 * @param x rows x columns, finite
 * @param outcome length of rows, each in [0, 1] (fractions allowed, as Platt's targets are)
 * @throws HemacastError METRIC_UNDEFINED when only one class is present or all weights are zero; NOT_CONVERGED when no finite optimum exists (separation, collinearity) or it is not reached; NON_FINITE on NaN
 * @see Friedman, Hastie & Tibshirani 2010, doi:10.18637/jss.v033.i01
 */
export function fitLogistic(x: DenseMatrix, outcome: ArrayLike<number>, options: LogisticOptions = {}): LogisticFit {
  return createLogisticSolver(x, outcome, options).solve(options.penalty ?? { l1: 0, l2: 0 });
}

/**
 * Prepares a problem to be solved for several penalties, best from strong to weak.
 *
 * @throws HemacastError METRIC_UNDEFINED, NON_FINITE, ARGUMENT_INVALID as `fitLogistic`
 */
export function createLogisticSolver(
  x: DenseMatrix,
  outcome: ArrayLike<number>,
  options: Omit<LogisticOptions, "penalty"> = {},
): LogisticSolver {
  const problem = prepare(x, outcome, options);
  const beta = new Float64Array(problem.design.columns);
  beta[0] = startIntercept(problem);
  let curvature: Curvature | null = null;
  const largestUsefulL1 = options.offset
    ? Number.NaN
    : evaluate(problem, beta).gradient.reduce((most, g, j) => (j === 0 ? most : Math.max(most, Math.abs(g))), 0);
  return {
    largestUsefulL1,
    solve(penalty) {
      requireInRange("penalty.l1", penalty.l1, 0, Number.MAX_VALUE);
      requireInRange("penalty.l2", penalty.l2, 0, Number.MAX_VALUE);
      const result = minimise(problem, beta, penalty, options.tolerance ?? 1e-10, curvature);
      curvature = result.curvature;
      return result.fit;
    },
  };
}

interface Problem {
  /** The predictors with a leading column of ones. */
  readonly design: DenseMatrix;
  readonly outcome: Float64Array;
  /** Sum to 1. */
  readonly weights: Float64Array;
  readonly offset: Float64Array | null;
}

interface State {
  readonly loss: number;
  readonly gradient: Float64Array;
  /** weight * risk * (1 - risk) per row. */
  readonly curvatureWeights: Float64Array;
}

interface Curvature {
  readonly gram: Float64Array;
  cholesky: { readonly l2: number; readonly solve: (right: Float64Array) => Float64Array } | null;
}

function prepare(x: DenseMatrix, outcome: ArrayLike<number>, options: LogisticOptions): Problem {
  const n = requireSameLength("outcome", outcome, "rows", { length: x.rows });
  const p = x.columns + 1;
  const values = new Float64Array(n * p);
  for (let i = 0; i < n; i++) {
    values[i * p] = 1;
    values.set(x.values.subarray(i * x.columns, (i + 1) * x.columns), i * p + 1);
  }
  const weights = options.weights ? Float64Array.from(options.weights) : new Float64Array(n).fill(1);
  requireSameLength("weights", weights, "outcome", outcome);
  if (options.offset) requireSameLength("offset", options.offset, "outcome", outcome);
  const offset = options.offset ? Float64Array.from(options.offset) : null;
  for (const list of [values, weights, ...(offset ? [offset] : [])]) {
    if (!list.every(Number.isFinite)) {
      throw new HemacastError("NON_FINITE", "a logistic regression needs finite predictors, weights and offsets");
    }
  }
  const y = Float64Array.from(outcome);
  if (!y.every((value) => value >= 0 && value <= 1)) {
    throw new HemacastError("ARGUMENT_INVALID", "outcomes of a logistic regression must lie in [0, 1]");
  }
  const total = weights.reduce((sum, w) => sum + w, 0);
  if (!(total > 0) || weights.some((w) => w < 0)) {
    throw new HemacastError("METRIC_UNDEFINED", "weights must be at least 0 and not all 0");
  }
  const events = y.reduce((sum, value, i) => sum + value * weights[i]!, 0);
  if (!(events > 0 && events < total)) {
    throw new HemacastError("METRIC_UNDEFINED", `only one class is present (${events} of ${total} are events)`);
  }
  return { design: { rows: n, columns: p, values }, outcome: y, weights: weights.map((w) => w / total), offset };
}

function startIntercept({ outcome, weights }: Problem): number {
  const prevalence = outcome.reduce((sum, y, i) => sum + y * weights[i]!, 0);
  return Math.log(prevalence / (1 - prevalence));
}

/** Loss, gradient and curvature weights in one pass over the rows. */
function evaluate({ design, outcome, weights, offset }: Problem, beta: Float64Array): State {
  const { rows, columns: p, values: x } = design;
  const gradient = new Float64Array(p);
  const curvatureWeights = new Float64Array(rows);
  let loss = 0;
  for (let i = 0; i < rows; i++) {
    const at = i * p;
    let eta = offset === null ? 0 : offset[i]!;
    for (let j = 0; j < p; j++) eta += x[at + j]! * beta[j]!;
    const w = weights[i]!;
    if (w === 0) continue;
    const risk = logistic(eta);
    loss += w * (Math.log1p(Math.exp(-Math.abs(eta))) + Math.max(eta, 0) - outcome[i]! * eta);
    curvatureWeights[i] = w * risk * (1 - risk);
    const residual = w * (risk - outcome[i]!);
    for (let j = 0; j < p; j++) gradient[j]! += residual * x[at + j]!;
  }
  return { loss, gradient, curvatureWeights };
}

function minimise(
  problem: Problem,
  beta: Float64Array,
  penalty: Penalty,
  tolerance: number,
  kept: Curvature | null,
): { fit: LogisticFit; curvature: Curvature } {
  let state = evaluate(problem, beta);
  let curvature = kept ?? freshCurvature(problem, state);
  let isFresh = kept === null;
  let violation = worstViolation(state.gradient, beta, penalty);
  for (let iteration = 0; iteration < 200; iteration++) {
    if (violation <= tolerance) return { fit: describe(beta, state, iteration), curvature };
    // Far from the optimum an exact solution of the quadratic model would be wasted on a model that is about to change.
    const step = proposeStep(state.gradient, beta, penalty, curvature, Math.max(tolerance, violation / 100));
    const next = lineSearch(problem, state, beta, penalty, step);
    if (next === null && isFresh) break;
    const nextViolation =
      next === null ? Number.POSITIVE_INFINITY : worstViolation(next.state.gradient, next.beta, penalty);
    if (next !== null) {
      state = next.state;
      beta.set(next.beta);
    }
    // The curvature is the expensive part (n p^2), so it is kept as long as the steps with it contract well.
    if (nextViolation > 0.2 * violation && nextViolation > tolerance) {
      curvature = freshCurvature(problem, state);
      isFresh = true;
    } else isFresh = false;
    if (next !== null) violation = nextViolation;
  }
  // Rounding limits the attainable gradient; a thousandfold looser bound is still far below the statistical error.
  if (violation <= 1000 * tolerance) return { fit: describe(beta, state, 200), curvature };
  throw new HemacastError(
    "NOT_CONVERGED",
    `logistic regression stopped with a gradient of ${violation.toExponential(2)} (limit ${tolerance}); the classes may be separable: penalise`,
    { details: { violation, tolerance } },
  );
}

function describe(beta: Float64Array, state: State, iterations: number): LogisticFit {
  if (beta.some((b) => Math.abs(b) > 1e6) || state.loss < 1e-9) {
    throw new HemacastError("NOT_CONVERGED", "the coefficients run away: the classes are separable; penalise");
  }
  return { intercept: beta[0]!, coefficients: beta.slice(1), iterations, meanLogLoss: state.loss };
}

function freshCurvature({ design }: Problem, state: State): Curvature {
  const gram = new Float64Array(design.columns * design.columns);
  weightedGram(design, state.curvatureWeights, gram);
  return { gram, cholesky: null };
}

/** How far the optimality (KKT) conditions are from holding. */
function worstViolation(gradient: Float64Array, beta: Float64Array, { l1, l2 }: Penalty): number {
  let worst = Math.abs(gradient[0]!);
  for (let j = 1; j < beta.length; j++) {
    const b = beta[j]!;
    const g = gradient[j]! + l2 * b;
    worst = Math.max(worst, b !== 0 ? Math.abs(g + l1 * Math.sign(b)) : Math.max(0, Math.abs(g) - l1));
  }
  if (Number.isNaN(worst)) throw new HemacastError("NON_FINITE", "the gradient of a logistic regression became NaN");
  return worst;
}

function proposeStep(
  gradient: Float64Array,
  beta: Float64Array,
  { l1, l2 }: Penalty,
  curvature: Curvature,
  tolerance: number,
): Float64Array {
  if (l1 > 0) return coordinateDescentStep(gradient, beta, { l1, l2 }, curvature.gram, tolerance);
  if (curvature.cholesky?.l2 !== l2) {
    const p = beta.length;
    const shifted = curvature.gram.slice();
    for (let j = 1; j < p; j++) shifted[j * p + j]! += l2;
    curvature.cholesky = { l2, solve: choleskySolver(shifted, p) };
  }
  return curvature.cholesky.solve(gradient.map((g, j) => -(g + (j > 0 ? l2 * beta[j]! : 0))));
}

/** Minimises the quadratic model plus the penalty over the step, one coordinate at a time, sweeping mostly over non-zero ones. */
function coordinateDescentStep(
  gradient: Float64Array,
  beta: Float64Array,
  { l1, l2 }: Penalty,
  gram: Float64Array,
  tolerance: number,
): Float64Array {
  const p = beta.length;
  const step = new Float64Array(p);
  const slope = gradient.slice();
  const update = (j: number): number => {
    const curve = gram[j * p + j]! + (j > 0 ? l2 : 0);
    if (!(curve > 0)) return 0;
    const now = beta[j]! + step[j]!;
    const target = gram[j * p + j]! * now - slope[j]!;
    const wanted = j === 0 ? target / curve : (Math.sign(target) * Math.max(Math.abs(target) - l1, 0)) / curve;
    const change = wanted - now;
    if (change === 0) return 0;
    step[j]! += change;
    const at = j * p;
    for (let k = 0; k < p; k++) slope[k]! += change * gram[at + k]!;
    return Math.abs(change) * curve;
  };
  const limit = tolerance / 10;
  for (let sweep = 0; sweep < 100; sweep++) {
    let moved = 0;
    for (let j = 0; j < p; j++) moved = Math.max(moved, update(j));
    if (moved <= limit) break;
    const active = Array.from({ length: p }, (_, j) => j).filter((j) => beta[j]! + step[j]! !== 0);
    for (let inner = 0; inner < 10; inner++) {
      let most = 0;
      for (const j of active) most = Math.max(most, update(j));
      if (most <= limit) break;
    }
    const exact = solveOnActive(gradient, beta, { l1, l2 }, gram, step);
    if (exact !== null) {
      step.set(exact);
      slope.set(gradient);
      for (let j = 0; j < p; j++) {
        if (step[j] === 0) continue;
        for (let k = 0; k < p; k++) slope[k]! += step[j]! * gram[j * p + k]!;
      }
    }
  }
  return step;
}

/**
 * The step that is exact as long as no coefficient changes its sign: one linear system over the coefficients that are not 0.
 * Coordinates alone creep along correlated predictors; null when a sign does change or the system is singular.
 */
function solveOnActive(
  gradient: Float64Array,
  beta: Float64Array,
  { l1, l2 }: Penalty,
  gram: Float64Array,
  step: Float64Array,
): Float64Array | null {
  const p = beta.length;
  const active = Array.from(beta, (_, j) => j).filter((j) => j === 0 || beta[j]! + step[j]! !== 0);
  const sign = (j: number): number => (j === 0 ? 0 : Math.sign(beta[j]! + step[j]!));
  const system = new Float64Array(active.length ** 2);
  for (const [a, j] of active.entries()) {
    for (const [b, k] of active.entries())
      system[a * active.length + b] = gram[j * p + k]! + (j === k && j > 0 ? l2 : 0);
  }
  const right = Float64Array.from(active, (j) => -(gradient[j]! + (j > 0 ? l2 * beta[j]! : 0) + l1 * sign(j)));
  // Coefficients that became 0 stay there: their step is known and moves to the right-hand side.
  const gone = Array.from(beta, (_, j) => j).filter((j) => j > 0 && beta[j] !== 0 && beta[j]! + step[j]! === 0);
  for (const [a, j] of active.entries()) for (const k of gone) right[a]! += gram[j * p + k]! * beta[k]!;
  const solution = positiveDefiniteSolver(system, active.length)?.(right);
  if (!solution) return null;
  const exact = new Float64Array(p);
  for (const k of gone) exact[k] = -beta[k]!;
  for (const [a, j] of active.entries()) {
    if (j > 0 && Math.sign(beta[j]! + solution[a]!) !== sign(j)) return null;
    exact[j] = solution[a]!;
  }
  return exact;
}

function lineSearch(
  problem: Problem,
  from: State,
  beta: Float64Array,
  penalty: Penalty,
  step: Float64Array,
): { state: State; beta: Float64Array } | null {
  const before = from.loss + penaltyOf(beta, penalty);
  const violation = worstViolation(from.gradient, beta, penalty);
  for (let size = 1; size > 1e-4; size /= 2) {
    const candidate = beta.map((b, j) => b + size * step[j]!);
    const state = evaluate(problem, candidate);
    const after = state.loss + penaltyOf(candidate, penalty);
    // Near the optimum the loss no longer changes in double precision, but the gradient still does.
    if (after < before || (after <= before + 1e-14 && worstViolation(state.gradient, candidate, penalty) < violation)) {
      return { state, beta: candidate };
    }
  }
  return null;
}

function penaltyOf(beta: Float64Array, { l1, l2 }: Penalty): number {
  let sum = 0;
  for (let j = 1; j < beta.length; j++) sum += l1 * Math.abs(beta[j]!) + (l2 / 2) * beta[j]! * beta[j]!;
  return sum;
}

/**
 * Covariance of intercept and coefficients of an unpenalised fit: the inverse of the Fisher information.
 *
 * @returns row-major, (columns + 1) squared, intercept first
 * @throws HemacastError NOT_CONVERGED when the information is singular
 */
export function logisticCovariance(x: DenseMatrix, fit: LogisticFit, options: LogisticOptions = {}): Float64Array {
  const problem = prepare(x, new Float64Array(x.rows).fill(0.5), options);
  const state = evaluate(problem, Float64Array.of(fit.intercept, ...fit.coefficients));
  const total = options.weights ? Array.from(options.weights).reduce((sum, w) => sum + w, 0) : x.rows;
  const information = freshCurvature(problem, state).gram.map((value) => value * total);
  return invertSymmetric(information, x.columns + 1);
}

/**
 * Risk of each row by a fitted model.
 *
 * @returns length of rows, in [0, 1]
 */
export function logisticRisks(x: DenseMatrix, fit: Pick<LogisticFit, "intercept" | "coefficients">): Float64Array {
  return Float64Array.from({ length: x.rows }, (_, i) => {
    let eta = fit.intercept;
    for (let j = 0; j < x.columns; j++) eta += x.values[i * x.columns + j]! * fit.coefficients[j]!;
    return logistic(eta);
  });
}
