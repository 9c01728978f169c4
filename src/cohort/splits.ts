/** Who is trained on and who is tested on, by participant. The two get different types, so that fitting on a test fold does not compile. */
import { HemacastError } from "../core/errors.ts";
import { requireWhole } from "../core/guards.ts";
import { createRandom, shuffled } from "../core/random.ts";
import { type FeatureTable, selectTableRows } from "./feature-table.ts";

declare const madeBySplits: unique symbol;

/** Rows that anything may be fitted on. Only the functions of this file make one. */
export interface TrainingSet {
  readonly role: "training";
  readonly table: FeatureTable;
  readonly [madeBySplits]: true;
}

/** Rows that are scored once and never fitted on. */
export interface TestSet {
  readonly role: "test";
  readonly table: FeatureTable;
  readonly [madeBySplits]: true;
}

/** Row indices of one split. */
export interface Fold {
  /** e.g. "repeat-1-fold-3", "site-B", "after-2020-01-01". */
  readonly name: string;
  readonly training: readonly number[];
  readonly test: readonly number[];
}

/** How participants are dealt into folds. */
export interface FoldPlan {
  readonly folds: number;
  readonly repeats: number;
  readonly seed: number;
}

type Grouped = Pick<FeatureTable, "participantIds" | "outcome" | "sites">;

/**
 * Repeated k-fold splits: all rows of a participant on one side; folds alike in outcome and site; seeded.
 *
 * @throws HemacastError METRIC_UNDEFINED when a class has fewer participants than folds
 */
export function repeatedFolds(rows: Grouped, plan: FoldPlan): Fold[] {
  requireWhole("folds", plan.folds, 2);
  requireWhole("repeats", plan.repeats, 1);
  const participants = groupByParticipant(rows);
  for (const outcome of [0, 1]) {
    const count = participants.filter((p) => p.outcome === outcome).length;
    if (count < plan.folds) {
      throw new HemacastError(
        "METRIC_UNDEFINED",
        `${plan.folds} folds need as many participants of each class, found ${count} with outcome ${outcome}`,
      );
    }
  }
  const random = createRandom(plan.seed);
  return Array.from({ length: plan.repeats }, (_, repeat) => {
    const strata = new Map<string, number[]>();
    for (const [i, p] of participants.entries()) {
      const key = `${p.outcome}|${p.site}`;
      strata.set(key, [...(strata.get(key) ?? []), i]);
    }
    const foldOf = new Int32Array(participants.length);
    let next = 0;
    // Dealing on from where the last stratum stopped keeps the folds equal in size.
    for (const key of [...strata.keys()].sort()) {
      const stream = random.fork(`repeat ${repeat} stratum ${key}`);
      for (const i of shuffled(strata.get(key) as number[], stream)) foldOf[i] = next++ % plan.folds;
    }
    return Array.from({ length: plan.folds }, (_, fold) =>
      makeFold(`repeat-${repeat + 1}-fold-${fold + 1}`, participants, (i) => foldOf[i] === fold),
    );
  }).flat();
}

/**
 * One split per site: trained on all others, tested on it.
 *
 * @throws HemacastError MANIFEST_INVALID without sites, with one site, or when a participant is at two sites
 */
export function leaveOneSiteOut(rows: Grouped): Fold[] {
  const sites = rows.sites;
  if (!sites) throw new HemacastError("MANIFEST_INVALID", "leave-one-site-out needs a site for each row");
  const names = [...new Set(sites)].sort();
  if (names.length < 2) throw new HemacastError("MANIFEST_INVALID", "leave-one-site-out needs at least two sites");
  const participants = groupByParticipant(rows);
  const torn = participants.find((p) => new Set(p.rows.map((row) => sites[row])).size > 1);
  if (torn) throw new HemacastError("MANIFEST_INVALID", "a participant was scanned at two sites; give each one site");
  return names.map((site) => makeFold(`site-${site}`, participants, (i) => participants[i]?.site === site));
}

/**
 * One split in time: trained before the moment, tested from it on; a participant with scans on both sides counts by the first.
 *
 * @param times one per row, any increasing number (e.g. epoch days)
 * @throws HemacastError METRIC_UNDEFINED when a side stays empty
 */
export function temporalSplit(rows: Grouped, times: ArrayLike<number>, from: number): Fold {
  const participants = groupByParticipant(rows);
  const first = participants.map((p) => Math.min(...p.rows.map((row) => times[row] as number)));
  return makeFold(`from-${from}`, participants, (i) => (first[i] as number) >= from);
}

/**
 * A split that was decided elsewhere.
 *
 * @param isTest one per row
 * @throws HemacastError SPLIT_LEAKS when a participant is on both sides; METRIC_UNDEFINED when a side stays empty
 */
export function givenSplit(rows: Grouped, isTest: readonly boolean[], name = "given"): Fold {
  const participants = groupByParticipant(rows);
  const torn = participants.filter((p) => new Set(p.rows.map((row) => isTest[row])).size > 1).length;
  if (torn > 0) {
    throw new HemacastError(
      "SPLIT_LEAKS",
      `${torn} participants have rows on both sides of the split; split by participant, not by slice or scan`,
    );
  }
  return makeFold(name, participants, (i) => isTest[(participants[i] as Participant).rows[0] as number] === true);
}

/** The two sides of a fold, with their roles. */
export function applyFold(table: FeatureTable, fold: Fold): { training: TrainingSet; test: TestSet } {
  return {
    training: { role: "training", table: selectTableRows(table, fold.training) } as TrainingSet,
    test: { role: "test", table: selectTableRows(table, fold.test) } as TestSet,
  };
}

/**
 * Splits a training set once more, for tuning: both sides are part of the training set and may be fitted on.
 * The second is what a choice (penalty, calibration, cut-off) is judged on.
 */
export function applyInnerFold(set: TrainingSet, fold: Fold): { training: TrainingSet; tuning: TrainingSet } {
  return {
    training: { role: "training", table: selectTableRows(set.table, fold.training) } as TrainingSet,
    tuning: { role: "training", table: selectTableRows(set.table, fold.test) } as TrainingSet,
  };
}

/** Every row as a training set: for the final refit, after all evaluation is done. */
export function wholeCohort(table: FeatureTable): TrainingSet {
  return { role: "training", table } as TrainingSet;
}

interface Participant {
  readonly rows: readonly number[];
  /** 1 when any row has the event. */
  readonly outcome: number;
  readonly site: string;
}

function groupByParticipant({ participantIds, outcome, sites }: Grouped): Participant[] {
  const rowsOf = new Map<string, number[]>();
  for (const [row, id] of participantIds.entries()) {
    const list = rowsOf.get(id);
    if (list) list.push(row);
    else rowsOf.set(id, [row]);
  }
  return [...rowsOf.values()].map((rows) => ({
    rows,
    outcome: rows.some((row) => outcome[row] === 1) ? 1 : 0,
    site: sites?.[rows[0] as number] ?? "",
  }));
}

function makeFold(name: string, participants: readonly Participant[], isTest: (i: number) => boolean): Fold {
  const training: number[] = [];
  const test: number[] = [];
  for (const [i, p] of participants.entries()) (isTest(i) ? test : training).push(...p.rows);
  if (training.length === 0 || test.length === 0) {
    throw new HemacastError(
      "METRIC_UNDEFINED",
      `split ${name} leaves ${training.length} training and ${test.length} test rows`,
    );
  }
  return { name, training: training.sort((a, b) => a - b), test: test.sort((a, b) => a - b) };
}
