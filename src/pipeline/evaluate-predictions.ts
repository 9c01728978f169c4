/** `predictions.csv` from any tool -> figures; two of them -> a comparison on the same participants. */
import { HemacastError } from "../core/errors.ts";
import {
  compareModels,
  defaultEvaluationPlan,
  type Evaluation,
  type EvaluationPlan,
  evaluatePredictions,
  type ModelComparison,
  type PredictionTable,
} from "../evaluation/evaluate.ts";
import { columnIndex, isMissing, parseNumber, readCsv } from "./csv-table.ts";

/** Predictions as read, and how many rows had no outcome. */
export interface PredictionFile extends PredictionTable {
  readonly participantIds: readonly string[];
  readonly outcome: Uint8Array;
  readonly risk: Float64Array;
  /** Rows without an outcome: left out, never counted as negative. */
  readonly unknownOutcome: number;
}

/**
 * Reads `participantId,outcome,risk`; more columns are allowed.
 *
 * @throws HemacastError MANIFEST_INVALID when a column is missing, a participant is there twice, an outcome is not 0 or 1, or a risk is missing or outside [0, 1]; INPUT_NOT_FOUND
 */
export async function readPredictions(path: string): Promise<PredictionFile> {
  const table = await readCsv(path);
  const [id, y, p] = ["participantId", "outcome", "risk"].map((name) => columnIndex(table, name)) as [
    number,
    number,
    number,
  ];
  const known = table.rows.filter((row) => !isMissing(row[y] as string));
  const participantIds = known.map((row) => row[id] as string);
  const twice = participantIds.length - new Set(participantIds).size;
  if (twice > 0) {
    throw new HemacastError(
      "MANIFEST_INVALID",
      `${path}: ${twice} rows repeat a participant; give one risk per participant (e.g. the mean over repeats or slices)`,
    );
  }
  const cell = (
    row: readonly string[],
    column: number,
    i: number,
    name: string,
    ok: (value: number) => boolean,
  ): number => {
    const value = parseNumber(row[column] as string, `${path}, row ${i + 1}, column "${name}"`);
    if (ok(value)) return value;
    throw new HemacastError(
      "MANIFEST_INVALID",
      `${path}, row ${i + 1}: ${name} is ${value}, expected ${name === "risk" ? "[0, 1]" : "0 or 1"}`,
    );
  };
  return {
    participantIds,
    outcome: Uint8Array.from(known, (row, i) => cell(row, y, i, "outcome", (v) => v === 0 || v === 1)),
    risk: Float64Array.from(known, (row, i) => cell(row, p, i, "risk", (v) => v >= 0 && v <= 1)),
    unknownOutcome: table.rows.length - known.length,
  };
}

/** What `hemacast evaluate` reports. */
export interface EvaluationReport extends Evaluation, Partial<ModelComparison> {
  readonly unknownOutcome: number;
}

/**
 * Evaluates a file of predictions, alone or against another of the same participants.
 *
 * @throws HemacastError MANIFEST_INVALID when the files differ in participants or outcomes; METRIC_UNDEFINED as `evaluatePredictions`
 */
export async function evaluateFiles(path: string, comparePath?: string): Promise<EvaluationReport> {
  const first = await readPredictions(path);
  const evaluation = evaluatePredictions(first, planFor(first.risk.length));
  const report = { ...evaluation, unknownOutcome: first.unknownOutcome };
  if (comparePath === undefined) return report;
  const other = await readPredictions(comparePath);
  return { ...report, ...compareModels(first.outcome, first.risk, alignTo(first, other)) };
}

/** Resampling costs rows x replicates; where rows abound, fewer replicates give the same digits. */
function planFor(n: number): EvaluationPlan {
  const affordable = Math.max(200, Math.min(defaultEvaluationPlan.replicates, Math.floor(1e8 / n)));
  return { ...defaultEvaluationPlan, replicates: affordable, permutations: affordable };
}

function alignTo(first: PredictionFile, other: PredictionFile): Float64Array {
  const place = new Map(other.participantIds.map((id, i) => [id, i]));
  const absent = first.participantIds.filter((id) => !place.has(id)).length;
  const extra = other.participantIds.length - (first.participantIds.length - absent);
  if (absent + extra > 0) {
    throw new HemacastError(
      "MANIFEST_INVALID",
      `the files hold different participants: ${absent} only in the first, ${extra} only in the second; compare the same ones`,
    );
  }
  const order = first.participantIds.map((id) => place.get(id) as number);
  const disagree = order.filter((row, i) => other.outcome[row] !== first.outcome[i]).length;
  if (disagree > 0) {
    throw new HemacastError("MANIFEST_INVALID", `the files disagree about the outcome of ${disagree} participants`);
  }
  return Float64Array.from(order, (row) => other.risk[row] as number);
}
