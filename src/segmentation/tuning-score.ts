/** How good weights are on the tuning cases: Dice on the network's own grid, cheap enough to look often. Final figures are measured on the scans' grids. */
import type { Weights } from "../nn/tensor.ts";
import type { SegmentationPlan } from "./plan.ts";
import { openSlabNetwork } from "./slab-network.ts";
import type { TrainingCase } from "./training-case.ts";

/** Dice of one case. */
export interface CaseScore {
  readonly participantId: string;
  readonly source: string;
  /** Null when neither label nor network has hematoma. */
  readonly dice: number | null;
  readonly labelPixels: number;
  readonly foundPixels: number;
}

/** Dice of one source. */
export interface SourceScore {
  /** Mean over the cases that have hematoma in the label. */
  readonly meanDice: number | null;
  /** All pixels of all cases as if they were one. */
  readonly pooledDice: number | null;
}

/** Dice of all tuning cases. */
export interface TuningScore {
  readonly cases: readonly CaseScore[];
  readonly bySource: Readonly<Record<string, SourceScore>>;
  /** What a run is judged by: mean and pooled Dice averaged over sources; null without a labelled case. */
  readonly overall: number | null;
}

/** Scores weights. */
export async function scoreTuning(
  cases: readonly TrainingCase[],
  plan: SegmentationPlan,
  weights: Weights,
): Promise<TuningScore> {
  const network = await openSlabNetwork(plan, weights);
  const overlaps: (CaseScore & { readonly shared: number })[] = [];
  try {
    for (const one of cases) {
      const { hu, hematoma, unjudged } = middleOf(one, plan.patchPixels);
      const probability = await network.predict({ count: one.slabs, size: plan.patchPixels, hu });
      overlaps.push({ ...overlapOf(probability, hematoma, unjudged, plan.threshold), ...namesOf(one) });
    }
  } finally {
    await network.release();
  }
  const sources = [...new Set(overlaps.map(({ source }) => source))].sort();
  const bySource = Object.fromEntries(
    sources.map((source) => [source, sourceScore(overlaps.filter((overlap) => overlap.source === source))]),
  );
  const figures = Object.values(bySource).flatMap(({ meanDice, pooledDice }) => [meanDice, pooledDice]);
  const known = figures.filter((figure) => figure !== null);
  return {
    cases: overlaps.map(({ shared: _, ...score }) => score),
    bySource,
    overall: known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : null,
  };
}

function namesOf({ participantId, source }: TrainingCase): Pick<CaseScore, "participantId" | "source"> {
  return { participantId, source };
}

function overlapOf(
  probability: Float32Array,
  hematoma: Uint8Array,
  unjudged: Uint8Array,
  threshold: number,
): Omit<CaseScore, "participantId" | "source"> & { readonly shared: number } {
  let [shared, labelPixels, foundPixels] = [0, 0, 0];
  for (let p = 0; p < probability.length; p++) {
    if (unjudged[p] > 127) continue;
    const found = probability[p] >= threshold ? 1 : 0;
    const label = hematoma[p] > 127 ? 1 : 0;
    shared += found & label;
    labelPixels += label;
    foundPixels += found;
  }
  return { shared, labelPixels, foundPixels, dice: diceOf(shared, labelPixels + foundPixels) };
}

function sourceScore(overlaps: readonly (CaseScore & { readonly shared: number })[]): SourceScore {
  const labelled = overlaps.filter(({ labelPixels }) => labelPixels > 0);
  const sum = (of: (overlap: CaseScore & { readonly shared: number }) => number): number =>
    overlaps.reduce((total, overlap) => total + of(overlap), 0);
  return {
    meanDice:
      labelled.length > 0 ? labelled.reduce((total, { dice }) => total + (dice ?? 0), 0) / labelled.length : null,
    pooledDice: diceOf(
      sum(({ shared }) => shared),
      sum(({ labelPixels, foundPixels }) => labelPixels + foundPixels),
    ),
  };
}

function diceOf(shared: number, total: number): number | null {
  return total > 0 ? (2 * shared) / total : null;
}

/** The patch in the middle of the larger slabs that training keeps. */
function middleOf(
  one: TrainingCase,
  [columns, rows]: readonly [number, number],
): { hu: Float32Array; hematoma: Uint8Array; unjudged: Uint8Array } {
  const [wide, high] = one.size;
  const [left, top] = [(wide - columns) / 2, (high - rows) / 2];
  const cut = <T extends Float32Array | Uint8Array>(from: ArrayLike<number>, to: T): T => {
    for (let k = 0, at = 0; k < one.slabs; k++) {
      for (let j = 0; j < rows; j++) {
        const start = left + wide * (top + j + high * k);
        for (let i = 0; i < columns; i++) to[at++] = from[start + i];
      }
    }
    return to;
  };
  const count = one.slabs * columns * rows;
  return {
    hu: cut(one.hu, new Float32Array(count)),
    hematoma: cut(one.hematoma, new Uint8Array(count)),
    unjudged: cut(one.unjudged, new Uint8Array(count)),
  };
}
