/** Predictors that an L1 model keeps choosing when it sees only half of the training participants. */
import type { TrainingSet } from "../cohort/splits.ts";
import { HemacastError } from "../core/errors.ts";
import { type Random, shuffled } from "../core/random.ts";
import { selectRows } from "../math/dense-matrix.ts";
import { createLogisticSolver } from "../math/logistic-regression.ts";
import { selection, type Transform } from "./transform.ts";

/** How predictors are selected. */
export interface StabilityPlan {
  readonly subsamples: number;
  /** Predictors that each L1 path may let in before it stops. */
  readonly perSubsample: number;
  /** Smallest share of subsamples that must choose a predictor, in (0.5, 1]. */
  readonly leastFrequency: number;
}

/**
 * Stability selection; where no predictor reaches the frequency, the most frequent one is kept and the facts say so.
 * Predictors must be scaled and complete.
 *
 * @throws HemacastError ARGUMENT_INVALID for a frequency outside (0.5, 1]; METRIC_UNDEFINED when no half holds both classes
 * @see Meinshausen & Buehlmann 2010, doi:10.1111/j.1467-9868.2010.00740.x
 */
export function fitStabilitySelection(set: TrainingSet, plan: StabilityPlan, random: Random): Transform {
  if (!(plan.leastFrequency > 0.5 && plan.leastFrequency <= 1)) {
    throw new HemacastError("ARGUMENT_INVALID", `leastFrequency lies in (0.5, 1], got ${plan.leastFrequency}`);
  }
  const { table } = set;
  const p = table.names.length;
  const x = { rows: table.participantIds.length, columns: p, values: table.values };
  const ids = [...new Set(table.participantIds)];
  const chosen = new Float64Array(p);
  let used = 0;
  for (let b = 0; b < plan.subsamples; b++) {
    const half = new Set(shuffled(ids, random).slice(0, Math.ceil(ids.length / 2)));
    const rows = table.participantIds.flatMap((id, i) => (half.has(id) ? [i] : []));
    const outcome = rows.map((row) => table.outcome[row] as number);
    if (new Set(outcome).size < 2) continue;
    used++;
    for (const j of firstOnPath(selectRows(x, rows), outcome, plan.perSubsample)) chosen[j]!++;
  }
  if (used === 0)
    throw new HemacastError("METRIC_UNDEFINED", "no half of the training participants holds both classes");
  const frequency = chosen.map((count) => count / used);
  const best = frequency.reduce((top, f) => Math.max(top, f), 0);
  const limit = Math.min(plan.leastFrequency, best);
  const names = table.names.filter((_, j) => (frequency[j] as number) >= limit);
  const facts = {
    ...plan,
    reachedFrequency: best >= plan.leastFrequency,
    frequency: Object.fromEntries(table.names.map((name, j) => [name, frequency[j]])),
  };
  return selection("stability selection", set, names, facts);
}

/** The predictors that are in when the L1 path first holds as many as allowed. */
function firstOnPath(
  x: { rows: number; columns: number; values: Float64Array },
  outcome: number[],
  most: number,
): number[] {
  const solver = createLogisticSolver(x, outcome, { tolerance: 1e-6 });
  let inside: number[] = [];
  for (let l1 = solver.largestUsefulL1 * 0.9; l1 > solver.largestUsefulL1 * 0.01; l1 *= 0.9) {
    const { coefficients } = solver.solve({ l1, l2: 1e-6 });
    const now = Array.from(coefficients, (b, j) => (b !== 0 ? j : -1)).filter((j) => j >= 0);
    if (now.length > most) break;
    inside = now;
    if (now.length === most) break;
  }
  return inside;
}
