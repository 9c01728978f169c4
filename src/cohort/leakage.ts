/** The leakage guard: each way in which something of a test fold can reach a training fold, with a check that fires on it. */
import { HemacastError } from "../core/errors.ts";
import { type FeatureTable, tableColumn } from "./feature-table.ts";
import { nearDuplicateRows } from "./near-duplicates.ts";
import { isNearDuplicate, type PerceptualHash } from "./perceptual-hash.ts";
import type { Fold } from "./splits.ts";

/** The leaks that are looked for. */
export type LeakCode =
  | "participant-on-both-sides"
  | "near-duplicate-rows"
  | "near-duplicate-images"
  | "fit-outside-training"
  | "shared-scan"
  | "outcome-in-disguise"
  | "suspicious-name"
  | "split-dependent-missingness"
  | "standardised-before-split";

/** One leak. "refuse": figures would be wrong; "report": look at it. */
export interface Leak {
  readonly code: LeakCode;
  readonly severity: "refuse" | "report";
  /** One sentence with counts; names predictors, never participants. */
  readonly message: string;
}

/** Something that was fitted, and on whom. */
export interface FitRecord {
  readonly what: string;
  readonly fittedOn: readonly string[];
}

/** A scan by its content or its path, and whose it is. */
export interface ScanRecord {
  readonly participantId: string;
  /** Content hash, SeriesInstanceUID or path. */
  readonly identity: string;
  readonly hash?: PerceptualHash;
}

/** What there is to be checked besides table and fold. */
export interface LeakageEvidence {
  readonly fits?: readonly FitRecord[];
  readonly scans?: readonly ScanRecord[];
}

/**
 * Every leak between the two sides of a fold.
 *
 * @see Kapoor & Narayanan 2023, doi:10.1016/j.patter.2023.100804 (taxonomy of leakage)
 */
export function findLeaks(table: FeatureTable, fold: Fold, evidence: LeakageEvidence = {}): Leak[] {
  const sides = {
    training: new Set(fold.training.map((row) => table.participantIds[row] as string)),
    test: new Set(fold.test.map((row) => table.participantIds[row] as string)),
  };
  return [
    ...participantsOnBothSides(sides),
    ...duplicatedRows(table, fold),
    ...fitsOutsideTraining(sides, evidence.fits ?? []),
    ...sharedScans(sides, evidence.scans ?? []),
    ...missingnessBySplit(table, fold),
  ];
}

/**
 * Leaks that sit in the table itself, whatever the split: predictors that are the outcome, and scaling done on everybody.
 */
export function findTableLeaks(table: FeatureTable): Leak[] {
  return [...outcomeInDisguise(table), ...standardisedBeforeSplit(table)];
}

/** A table of thousands of predictors can leak in thousands of places; the first few say what is wrong. */
const MOST_LEAKS_TOLD = 5;

/**
 * Throws when any leak is to be refused.
 *
 * @throws HemacastError SPLIT_LEAKS listing the first few
 */
export function requireNoLeaks(leaks: readonly Leak[]): void {
  const refused = leaks.filter((leak) => leak.severity === "refuse");
  if (refused.length === 0) return;
  const told = refused.slice(0, MOST_LEAKS_TOLD).map((leak) => `${leak.code}: ${leak.message}`);
  const more = refused.length > MOST_LEAKS_TOLD ? [`and ${refused.length - MOST_LEAKS_TOLD} more`] : [];
  throw new HemacastError("SPLIT_LEAKS", [...told, ...more].join("; "), {
    details: { codes: [...new Set(refused.map((leak) => leak.code))] },
  });
}

interface Sides {
  readonly training: ReadonlySet<string>;
  readonly test: ReadonlySet<string>;
}

function participantsOnBothSides({ training, test }: Sides): Leak[] {
  const both = [...test].filter((id) => training.has(id)).length;
  if (both === 0) return [];
  const message = `${both} of ${test.size} test participants are trained on as well; split by participant, not by slice or scan`;
  return [{ code: "participant-on-both-sides", severity: "refuse", message }];
}

function duplicatedRows(table: FeatureTable, fold: Fold): Leak[] {
  const { pairs, exact } = nearDuplicateRows(table, fold.training, fold.test);
  if (pairs === 0) return [];
  const message = `${pairs} rows of the test fold repeat a training row (${exact} exactly); remove copies or give them one participant`;
  return [{ code: "near-duplicate-rows", severity: "refuse", message }];
}

function fitsOutsideTraining({ test }: Sides, fits: readonly FitRecord[]): Leak[] {
  return fits.flatMap(({ what, fittedOn }) => {
    const seen = new Set(fittedOn.filter((id) => test.has(id))).size;
    if (seen === 0) return [];
    const message = `${what} was fitted on ${seen} of ${test.size} test participants; fit it inside the training fold`;
    return [{ code: "fit-outside-training" as const, severity: "refuse" as const, message }];
  });
}

function sharedScans({ training, test }: Sides, scans: readonly ScanRecord[]): Leak[] {
  const trainingScans = scans.filter((scan) => training.has(scan.participantId));
  const testScans = scans.filter((scan) => test.has(scan.participantId) && !training.has(scan.participantId));
  const identities = new Set(trainingScans.map((scan) => scan.identity));
  const shared = testScans.filter((scan) => identities.has(scan.identity)).length;
  const alike = testScans.filter(
    (scan) =>
      !identities.has(scan.identity) &&
      scan.hash !== undefined &&
      trainingScans.some(
        (other) => other.hash !== undefined && isNearDuplicate(scan.hash as PerceptualHash, other.hash),
      ),
  ).length;
  const leaks: Leak[] = [];
  if (shared > 0) {
    const message = `${shared} scans of test participants are scans (e.g. follow-ups) of training participants under another name`;
    leaks.push({ code: "shared-scan", severity: "refuse", message });
  }
  if (alike > 0) {
    const message = `${alike} scans of test participants look the same as a training scan; they may be one patient twice`;
    leaks.push({ code: "near-duplicate-images", severity: "refuse", message });
  }
  return leaks;
}

/** A predictor missing far more often on one side than chance allows carries the split, and often the site or the label. */
function missingnessBySplit(table: FeatureTable, fold: Fold): Leak[] {
  return table.names.flatMap((name, column) => {
    const values = tableColumn(table, column);
    const share = (rows: readonly number[]): number =>
      rows.filter((row) => Number.isNaN(values[row])).length / rows.length;
    const [a, b] = [share(fold.training), share(fold.test)];
    const pooled = (a * fold.training.length + b * fold.test.length) / values.length;
    const error = Math.sqrt(pooled * (1 - pooled) * (1 / fold.training.length + 1 / fold.test.length));
    if (!(Math.abs(a - b) > 0.2 && Math.abs(a - b) > 4 * error)) return [];
    const percent = (x: number): string => `${Math.round(100 * x)} %`;
    const message = `${name} is missing in ${percent(a)} of the training and ${percent(b)} of the test rows; drop it or mend the data`;
    return [{ code: "split-dependent-missingness" as const, severity: "report" as const, message }];
  });
}

const outcomeWords = /follow.?up|growth|expan|outcome|label|(^|[_.-])(he|fu|target|mrs|death|mortality)([_.-]|\d|$)/i;

function outcomeInDisguise(table: FeatureTable): Leak[] {
  return table.names.flatMap((name, column) => {
    const leaks: Leak[] = [];
    const separation = separationOf(tableColumn(table, column), table.outcome);
    if (separation !== null && separation.auc > 0.98) {
      const message = `${name} alone has an AUC of ${separation.auc.toFixed(3)} (${separation.by}); it is the outcome or was made after it`;
      leaks.push({ code: "outcome-in-disguise", severity: "refuse", message });
    } else if (outcomeWords.test(name)) {
      const message = `${name} sounds like something known only after the baseline scan; make sure that it is not`;
      leaks.push({ code: "suspicious-name", severity: "report", message });
    }
    return leaks;
  });
}

/** The AUC of a predictor's values, or of its being missing, whichever separates better; in [0.5, 1]. */
function separationOf(values: Float64Array, outcome: Uint8Array): { auc: number; by: string } | null {
  const known = Array.from(values, (_, i) => i).filter((i) => !Number.isNaN(values[i]));
  const byValue = pairwiseAuc(
    known.map((i) => values[i] as number),
    known.map((i) => outcome[i] as number),
  );
  const byMissing = pairwiseAuc(
    Array.from(values, (v) => Number(Number.isNaN(v))),
    Array.from(outcome),
  );
  const best = Math.max(byValue ?? 0, byMissing ?? 0);
  return best === 0 ? null : { auc: best, by: best === byValue ? "by its value" : "by being missing" };
}

/** Needs five participants of each class, or a perfect AUC means nothing. */
function pairwiseAuc(values: readonly number[], outcome: readonly number[]): number | null {
  const events = outcome.reduce((sum, y) => sum + y, 0);
  const others = outcome.length - events;
  if (events < 5 || others < 5) return null;
  const order = values.map((_, i) => i).sort((i, j) => (values[i] as number) - (values[j] as number));
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) end++;
    for (let k = start; k < end; k++) if (outcome[order[k] as number] === 1) rankSum += (start + end + 1) / 2;
    start = end;
  }
  const auc = (rankSum - (events * (events + 1)) / 2) / (events * others);
  return Math.max(auc, 1 - auc);
}

/** Columns whose mean is 0 and standard deviation 1 over everybody were scaled with the test rows included. */
function standardisedBeforeSplit(table: FeatureTable): Leak[] {
  const scaled = table.names.filter((_, column) => {
    const values = tableColumn(table, column).filter((value) => !Number.isNaN(value));
    if (values.length < 20) return false;
    const center = values.reduce((sum, v) => sum + v, 0) / values.length;
    const squares = values.reduce((sum, v) => sum + (v - center) ** 2, 0);
    const isOne = (variance: number): boolean => Math.abs(variance - 1) < 1e-4;
    return Math.abs(center) < 1e-4 && (isOne(squares / values.length) || isOne(squares / (values.length - 1)));
  });
  if (scaled.length === 0) return [];
  const message = `${scaled.length} predictors have mean 0 and SD 1 over all rows (${scaled.slice(0, 3).join(", ")}): scaled before the split; give raw values`;
  return [{ code: "standardised-before-split", severity: "report", message }];
}
