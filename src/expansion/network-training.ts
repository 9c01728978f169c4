/** Trains several small networks at once, each on its own rows, and keeps each where it was best on rows that it does not learn from. */
import type { Random } from "../core/random.ts";
import type { DenseMatrix } from "../math/dense-matrix.ts";
import { initialWeights } from "../nn/network.ts";
import { adamW } from "../nn/optimizers.ts";
import { createTensor } from "../nn/tensor.ts";
import { afterEvaluation, notStarted } from "../nn/train/early-stopping.ts";
import { type Batch, createTrainer } from "../nn/train/trainer.ts";
import { type DenseNetwork, denseLogOdds } from "./dense-network.ts";
import { meanLogLoss } from "./fitted-model.ts";
import type { NetworkConfig } from "./learner-config.ts";
import { type StackPlaces, stackedNetwork, stackedObjective, unstacked } from "./stacked-network.ts";

/** What one network is trained on. */
export interface NetworkTask {
  /** Standardised predictors. */
  readonly x: DenseMatrix;
  readonly outcome: ArrayLike<number>;
  /** One per row, >= 0. */
  readonly weights: ArrayLike<number>;
  /** Rows to learn from, and rows to stop by. */
  readonly learning: readonly number[];
  readonly stopping: readonly number[];
  /** Gated: the group of each predictor, 0 first; null where nothing is gated. The same number of groups in all tasks. */
  readonly groups: readonly number[] | null;
}

/** A trained network, and the step at which it had the least loss on the rows to stop by. */
export interface TrainedNetwork {
  readonly network: DenseNetwork;
  readonly steps: number;
  readonly tuningLoss: number;
}

/** The loss on the rows to stop by is looked at once in so many steps. */
const stepsPerLook = 5;

/**
 * Full-batch steps for all networks together until each has stopped.
 *
 * @returns one per task, same order
 * @throws HemacastError NON_FINITE when training runs away
 */
export async function trainNetworks(
  tasks: readonly NetworkTask[],
  settings: NetworkConfig,
  weightDecay: number,
  random: Random,
): Promise<TrainedNetwork[]> {
  const { hidden, patience, steps, learningRate } = settings;
  const { places, groupWidths, width } = layOut(tasks);
  const network = stackedNetwork({ hidden, groupWidths });
  const batch = stackedBatch(tasks, places, width);
  const trainer = createTrainer({
    objective: stackedObjective(network),
    weights: initialWeights(network, batch.rows!.shape, random),
    optimizer: adamW({ weightDecay }),
    schedule: () => learningRate,
    seed: random.integer(2 ** 31),
  });
  const held = tasks.map(({ x, outcome, weights, stopping }) => ({
    x: rowsOf(x, stopping),
    outcome: stopping.map((row) => outcome[row] as number),
    weights: stopping.map((row) => weights[row] as number),
  }));
  const states = tasks.map(() => notStarted);
  const best: DenseNetwork[] = [];
  const look = (): void => {
    const current = trainer.weights();
    for (const [k, { x, outcome, weights }] of held.entries()) {
      if (states[k]!.stop) continue;
      const found = unstacked(current, hidden, k, places[k] as StackPlaces);
      const score = -meanLogLoss(denseLogOdds(found, x), outcome, weights);
      states[k] = afterEvaluation(states[k]!, { step: trainer.step(), score, patience });
      if (states[k]!.improved) best[k] = found;
    }
  };
  try {
    look();
    while (trainer.step() < steps && states.some((state) => !state.stop)) {
      for (let i = 0; i < stepsPerLook; i++) await trainer.train(batch);
      look();
    }
  } finally {
    await trainer.release();
  }
  return tasks.map((_, k) => ({
    network: best[k] as DenseNetwork,
    steps: states[k]!.bestStep,
    tuningLoss: -(states[k]!.best as number),
  }));
}

/** Where each task's predictors go: one after the other, or, gated, each group in a place that is wide enough for it in every task. */
function layOut(tasks: readonly NetworkTask[]): {
  places: StackPlaces[];
  groupWidths: number[] | null;
  width: number;
} {
  if (tasks[0]?.groups === null) {
    const places = tasks.map(({ x }) => ({ columns: Array.from({ length: x.columns }, (_, j) => j), groups: null }));
    return { places, groupWidths: null, width: Math.max(...tasks.map(({ x }) => x.columns)) };
  }
  const groupsOf = tasks.map(({ groups }) => groups as readonly number[]);
  const count = Math.max(...groupsOf.flat()) + 1;
  const groupWidths = Array.from({ length: count }, (_, g) =>
    Math.max(...groupsOf.map((groups) => groups.filter((group) => group === g).length)),
  );
  const begins = groupWidths.map((_, g) => groupWidths.slice(0, g).reduce((sum, w) => sum + w, 0));
  const places = groupsOf.map((groups) => {
    const used = groupWidths.map(() => 0);
    return { columns: groups.map((g) => begins[g]! + used[g]!++), groups };
  });
  return { places, groupWidths, width: groupWidths.reduce((sum, w) => sum + w, 0) };
}

/** Tasks differ in rows and predictors: the shorter ones are filled up with rows of weight 0 and predictors that are 0. */
function stackedBatch(tasks: readonly NetworkTask[], places: readonly StackPlaces[], width: number): Batch {
  const n = Math.max(...tasks.map(({ learning }) => learning.length));
  const rows = createTensor([tasks.length, n, width]);
  const target = createTensor([tasks.length, n, 1]);
  const weight = createTensor([tasks.length, n, 1]);
  for (const [k, { x, outcome, weights, learning }] of tasks.entries()) {
    const total = learning.reduce((sum, row) => sum + (weights[row] as number), 0);
    const { columns } = places[k] as StackPlaces;
    for (const [i, row] of learning.entries()) {
      const base = (k * n + i) * width;
      for (const [j, column] of columns.entries()) rows.data[base + column] = x.values[row * x.columns + j] as number;
      target.data[k * n + i] = outcome[row] as number;
      weight.data[k * n + i] = (weights[row] as number) / total;
    }
  }
  return { rows, target, weight };
}

function rowsOf(x: DenseMatrix, rows: readonly number[]): DenseMatrix {
  const values = new Float64Array(rows.length * x.columns);
  for (const [i, row] of rows.entries()) {
    values.set(x.values.subarray(row * x.columns, (row + 1) * x.columns), i * x.columns);
  }
  return { rows: rows.length, columns: x.columns, values };
}
