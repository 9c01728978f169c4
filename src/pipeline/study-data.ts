/** A manifest or a feature table on disk -> the table that a study works on, with the flow of participants. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type EligibilityFlow, selectEligible } from "../cohort/eligibility.ts";
import { type FeatureTable, requireFeatureTable } from "../cohort/feature-table.ts";
import type { ScanRecord } from "../cohort/leakage.ts";
import {
  type Manifest,
  type ManifestParticipant,
  manifestFromTable,
  parseManifest,
  requireOneKind,
} from "../cohort/manifest.ts";
import { type OutcomeId, outcomeDefinitions, withWindow } from "../cohort/outcome.ts";
import type { Fold } from "../cohort/splits.ts";
import { givenSplit, leaveOneSiteOut, repeatedFolds, temporalSplit } from "../cohort/splits.ts";
import { HemacastError } from "../core/errors.ts";
import { groupByCuts } from "../evaluation/subgroups.ts";
import type { ScoreInput, ScoreInputs } from "../markers/score.ts";
import { type CsvTable, columnIndex, isMissing, parseNumber, readCsv } from "./csv-table.ts";
import { type LabelRecord, labelRecords } from "./label-certainty.ts";
import { type ManifestScan, type MeasuredManifest, measureManifest } from "./manifest-volumes.ts";
import { type MeasuredCohort, type MeasuringOptions, measureBaselines } from "./measure-cohort.ts";
import { measuredBlocksOf, type StudyConfig } from "./study-config.ts";
import { scoreInputsOf } from "./study-scores.ts";

/** How often one definition of the outcome occurs. */
export interface OutcomeCount {
  readonly id: string;
  readonly label: string;
  readonly known: number;
  readonly events: number;
}

/** All that a study needs of its cohort. */
export interface StudyData {
  readonly table: FeatureTable;
  readonly flow: EligibilityFlow;
  readonly folds: readonly Fold[];
  /** Group label of each row, by subgroup column. */
  readonly subgroups: ReadonlyMap<string, readonly string[]>;
  /** Several definitions side by side; only a manifest can tell. */
  readonly outcomes: readonly OutcomeCount[];
  /** Scans that a manifest names. */
  readonly scans: readonly ScanRecord[];
  /** Labels whose volumes were measured here, with how sure they are. */
  readonly labels: readonly LabelRecord[];
  readonly unmeasured: MeasuredManifest["unmeasured"];
  /** Participants whose hematoma was drawn although the segmenter warned of something, with the codes. */
  readonly warned: MeasuredManifest["warned"];
  /** Inputs of published scores, one per row. */
  readonly scoreInputs: readonly ScoreInputs[];
  readonly inputSha256: string;
  /** True when no row is of a patient. */
  readonly simulated: boolean;
  /** What the blocks of predictors were measured with; null without blocks. */
  readonly measured: MeasuredCohort | null;
}

/**
 * Reads `manifest.csv`, `manifest.json` or `features.csv`, whichever the file is: a table with the outcome column of the
 * configuration is a feature table, any other is a manifest.
 *
 * @throws HemacastError INPUT_NOT_FOUND, MANIFEST_INVALID, SPLIT_LEAKS, METRIC_UNDEFINED when nobody is left
 */
export async function readStudyData(
  path: string,
  config: StudyConfig,
  measuring: MeasuringOptions | null = null,
): Promise<StudyData> {
  if (path.endsWith(".json")) return fromManifest(await readJsonManifest(path), path, config, measuring);
  const csv = await readCsv(path);
  if (csv.columns.includes(config.data.outcome)) {
    if (config.blocks)
      throw new HemacastError(
        "CONFIG_INVALID",
        "blocks are measured on the scans of a manifest; this is a feature table",
      );
    return fromFeatures(csv, config, await sha256(path));
  }
  if (!csv.columns.some((name) => name.startsWith("baseline"))) columnIndex(csv, config.data.outcome);
  return fromManifest(manifestFromTable(csv.columns, csv.rows), path, config, measuring);
}

async function sha256(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

async function readJsonManifest(path: string): Promise<Manifest> {
  const text = await readFile(path, "utf8").catch(() => {
    throw new HemacastError("INPUT_NOT_FOUND", `there is no manifest ${path}`);
  });
  try {
    return parseManifest(JSON.parse(text));
  } catch (thrown) {
    if (thrown instanceof HemacastError) throw thrown;
    throw new HemacastError("MANIFEST_INVALID", `${path} is not JSON`);
  }
}

function fromFeatures(csv: CsvTable, config: StudyConfig, inputSha256: string): StudyData {
  const { data } = config;
  const outcomeColumn = columnIndex(csv, data.outcome);
  const rows = csv.rows.filter((row) => !isMissing(row[outcomeColumn] as string));
  const known = { ...csv, rows };
  const text = (name: string): string[] => rows.map((row) => row[columnIndex(known, name)] as string);
  const reserved = new Set([data.participant, data.outcome, data.site, splitColumn(config)]);
  const names = csv.columns.filter(
    (name) => !reserved.has(name) && (data.encode[name] || isNumeric(rows, csv.columns.indexOf(name))),
  );
  const values = new Float64Array(rows.length * names.length);
  for (const [j, name] of names.entries()) {
    const at = csv.columns.indexOf(name);
    for (const [i, row] of rows.entries())
      values[i * names.length + j] = cellValue(row[at] as string, name, i, data.encode[name]);
  }
  const table = requireFeatureTable({
    participantIds: text(data.participant),
    names,
    values,
    outcome: Uint8Array.from(text(data.outcome), (cell, i) => binaryOutcome(cell, i)),
    sites: data.site === null ? null : text(data.site),
  });
  const unknown = csv.rows.length - rows.length;
  const flow: EligibilityFlow = {
    assessed: csv.rows.length,
    exclusions: unknown > 0 ? [{ reason: "outcome-unknown", count: unknown }] : [],
    analysed: rows.length,
    events: table.outcome.reduce((sum, y) => sum + y, 0),
  };
  const folds = foldsFor(table, config, (name) => text(name));
  const simulated = csv.columns.includes("simulated") && text("simulated").every((cell) => cell === "1");
  const subgroups = subgroupsFor(config, text);
  const nothing = { outcomes: [], scans: [], labels: [], unmeasured: [], warned: [], measured: null };
  const scoreInputs = scoreInputsFor(table, config);
  return { table, flow, folds, subgroups, ...nothing, scoreInputs, inputSha256, simulated };
}

function splitColumn({ split }: StudyConfig): string | null {
  return split.kind === "given" || split.kind === "temporal" ? split.column : null;
}

function isNumeric(rows: readonly (readonly string[])[], at: number): boolean {
  return rows.every((row) => isMissing(row[at] as string) || Number.isFinite(Number(row[at])));
}

function cellValue(
  cell: string,
  name: string,
  row: number,
  codes: Readonly<Record<string, number>> | undefined,
): number {
  if (!codes || isMissing(cell)) return parseNumber(cell, `row ${row + 1}, column "${name}"`);
  const code = Object.hasOwn(codes, cell) ? codes[cell] : undefined;
  if (code === undefined) {
    throw new HemacastError(
      "MANIFEST_INVALID",
      `row ${row + 1}, column "${name}": a value that data.encode does not name`,
    );
  }
  return code;
}

function binaryOutcome(cell: string, row: number): number {
  const value = Number(cell);
  if (value === 0 || value === 1) return value;
  throw new HemacastError("MANIFEST_INVALID", `row ${row + 1}: the outcome is neither 0 nor 1`);
}

function numbered<T extends { readonly participant: ManifestParticipant }>(
  eligible: readonly T[],
  { participants }: Manifest,
): (T & { readonly row: number })[] {
  return eligible.map((one) => ({ ...one, row: participants.indexOf(one.participant) + 1 }));
}

async function fromManifest(
  owned: Manifest,
  path: string,
  config: StudyConfig,
  measuring: MeasuringOptions | null,
): Promise<StudyData> {
  const simulated = requireOneKind(owned);
  const { definition, windowHours, latestHoursFromOnset, smallestBaselineMl } = config.outcome;
  const rules = { latestHoursFromOnset, smallestBaselineMl };
  const chosen = withWindow(outcomeDefinitions[definition as OutcomeId], windowHours);
  // Measuring takes an hour or more: a cohort without anybody to analyse, whatever the volumes, is refused before.
  selectEligible(owned.participants.map(withVolumesToCome), { ...rules, smallestBaselineMl: null }, chosen);
  const { manifest, scans, sdMl, unmeasured, warned } = await measureManifest(owned, path, {
    segmenter: config.segmenter,
    cache: measuring?.cache ?? null,
    onProgress: measuring?.onProgress,
  });
  const inputSha256 = await sha256(path);
  const { eligible, flow } = selectEligible(manifest.participants, rules, chosen);
  const described = new Set(manifest.participants.flatMap((p) => Object.keys(p.clinical)));
  const clinical = [...described].filter((name) => name !== splitColumn(config)).sort();
  const blocks = measuredBlocksOf(config);
  const measured = blocks ? await measureBaselines(numbered(eligible, manifest), path, blocks, measuring) : null;
  const told = ["baselineVolumeMl", "hoursFromOnset", ...clinical];
  const names = [...told, ...(measured?.identity.predictors ?? [])];
  const values = new Float64Array(eligible.length * names.length);
  for (const [i, { participant }] of eligible.entries()) {
    const { baseline, clinical: known } = participant;
    const row = [baseline.volumeMl, baseline.hoursFromOnset, ...clinical.map((name) => known[name])];
    values.set(
      row.map((value) => value ?? Number.NaN),
      i * names.length,
    );
    if (measured) values.set(measured.rows[i] as Float64Array, i * names.length + told.length);
  }
  const sites = eligible.map(({ participant }) => participant.site ?? "");
  const table = requireFeatureTable({
    participantIds: eligible.map(({ participant }) => participant.participantId),
    names,
    values,
    outcome: Uint8Array.from(eligible, ({ outcome }) => outcome),
    sites: sites.every((site) => site !== "") ? sites : null,
  });
  const text = (name: string): string[] => {
    const at = names.indexOf(name);
    if (name === "site") return sites;
    if (name === "scanner") return eligible.map(({ participant }) => participant.scanner ?? "");
    if (at >= 0) return eligible.map((_, i) => String(values[i * names.length + at]));
    if (described.has(name)) return eligible.map(({ participant }) => String(participant.clinical[name] ?? Number.NaN));
    throw new HemacastError("CONFIG_INVALID", `the manifest has no characteristic ${name}`);
  };
  const outcomes = Object.values(outcomeDefinitions).map((other) => {
    const counted = (() => {
      try {
        return selectEligible(manifest.participants, rules, withWindow(other, windowHours)).flow;
      } catch (thrown) {
        if (thrown instanceof HemacastError && thrown.code === "METRIC_UNDEFINED") return { analysed: 0, events: 0 };
        throw thrown;
      }
    })();
    return { id: other.id, label: other.label, known: counted.analysed, events: counted.events };
  });
  return {
    table,
    flow,
    folds: foldsFor(table, config, text),
    subgroups: subgroupsFor(config, text),
    outcomes,
    scans,
    labels: labelRecords(eligible, { sdMl }, chosen),
    unmeasured,
    warned: byParticipant([
      ...warned,
      ...(measured?.warnings ?? []).map((codes, i) => ({ participantId: table.participantIds[i] as string, codes })),
    ]),
    scoreInputs: scoreInputsFor(table, config, (row) => eligible[row]?.participant.baseline.ivhMl),
    inputSha256,
    simulated,
    measured,
  };
}

/** Some volume wherever one is given or can be measured. */
function withVolumesToCome(participant: ManifestParticipant): ManifestParticipant {
  const filled = <T extends ManifestScan>(scan: T): T =>
    scan.volumeMl === undefined && (scan.mask ?? scan.scan) !== undefined ? { ...scan, volumeMl: 1 } : scan;
  return { ...participant, baseline: filled(participant.baseline), followUps: participant.followUps.map(filled) };
}

/** Every code of a participant once; those without a code are left out. */
function byParticipant(warned: MeasuredManifest["warned"]): MeasuredManifest["warned"] {
  const codes = new Map<string, Set<string>>();
  for (const one of warned) {
    if (one.codes.length === 0) continue;
    codes.set(one.participantId, new Set([...(codes.get(one.participantId) ?? []), ...one.codes]));
  }
  return [...codes].map(([participantId, found]) => ({ participantId, codes: [...found].sort() }));
}

/** Score inputs by the columns that the configuration names, else by their own names; a manifest calls the volume otherwise. */
function scoreInputsFor(
  { names, values, participantIds }: FeatureTable,
  { scores }: StudyConfig,
  ivhMl: (row: number) => number | undefined = () => undefined,
): ScoreInputs[] {
  const columnOf = (input: ScoreInput): number => {
    const chosen = scores[input];
    if (chosen === undefined)
      return names.indexOf(input === "volumeMl" && !names.includes(input) ? "baselineVolumeMl" : input);
    if (!names.includes(chosen))
      throw new HemacastError("CONFIG_INVALID", `scores.${input}: there is no column ${chosen}`);
    return names.indexOf(chosen);
  };
  return participantIds.map((_, row) =>
    scoreInputsOf((input) => {
      const column = columnOf(input);
      if (column >= 0) return values[row * names.length + column] as number;
      return input === "intraventricularHemorrhage" ? (ivhMl(row) ?? Number.NaN) : Number.NaN;
    }),
  );
}

function foldsFor(table: FeatureTable, { split, seed }: StudyConfig, text: (name: string) => string[]): Fold[] {
  switch (split.kind) {
    case "repeated":
      return repeatedFolds(table, { folds: split.folds, repeats: split.repeats, seed });
    case "leave-one-site-out":
      return leaveOneSiteOut(table);
    case "temporal":
      return [
        temporalSplit(
          table,
          text(split.column).map((cell, i) => parseNumber(cell, `row ${i + 1}, column "${split.column}"`)),
          split.from,
        ),
      ];
    case "given":
      return [
        givenSplit(
          table,
          text(split.column).map((cell) => split.test.includes(cell)),
        ),
      ];
  }
}

function subgroupsFor({ evaluation }: StudyConfig, text: (name: string) => string[]): Map<string, string[]> {
  return new Map(
    evaluation.subgroups.map(({ column, cuts, unit }) => {
      const cells = text(column);
      const labels = cuts
        ? groupByCuts(
            cells.map((cell, i) => parseNumber(cell, `row ${i + 1}, column "${column}"`)),
            cuts,
            unit,
          )
        : cells.map((cell) => (isMissing(cell) ? "unknown" : cell));
      return [column, labels];
    }),
  );
}
