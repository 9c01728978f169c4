/** What follows training: figures at the scans' resolution beside the threshold baseline, a calibrated volume interval, the page, and the bundle. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { toJson } from "../core/json.ts";
import type { OnProgress } from "../core/progress.ts";
import type { Weights } from "../nn/tensor.ts";
import { toStored, toWeights } from "../nn/weights/safetensors.ts";
import type { SegmentationPlan } from "../segmentation/plan.ts";
import { openSlabNetwork } from "../segmentation/slab-network.ts";
import { thresholdSegmenter } from "../segmentation/threshold.ts";
import type { LabelledVolume } from "../segmentation/training-case.ts";
import { unetSegmenter } from "../segmentation/unet-segmenter.ts";
import {
  calibrateVolumeInterval,
  neededOutlineMm,
  type VolumeIntervalSettings,
} from "../segmentation/volume-interval.ts";
import { writeFileAtomically } from "./atomic-output.ts";
import { type SegmenterBundleContent, writeSegmenterBundle } from "./segmenter-bundle.ts";
import { type CaseResult, evaluateSegmenters } from "./train-segmenter-evaluation.ts";
import type { ManifestCase } from "./train-segmenter-manifest.ts";
import {
  type CasePicture,
  caseFigure,
  groupsOf,
  summaryCells,
  summaryHeads,
  trainingReportPage,
} from "./train-segmenter-report.ts";
import type { LogLine, RunRecord } from "./train-segmenter-run.ts";

/** A trained network with the run that made it. */
export interface FinishedTraining {
  readonly out: string;
  readonly plan: SegmentationPlan;
  readonly weights: Weights;
  readonly config: unknown;
  readonly run: RunRecord;
  /** Tuning and test cases. */
  readonly cases: readonly ManifestCase[];
  readonly onProgress?: OnProgress;
}

const model = { name: "trained-unet", version: "1.0.0" };
/** The interval is to hold this share of volumes; with few cases, a smaller one that they can show. */
const COVERAGES = [0.9, 0.8, 0.7, 0.6, 0.5];
const WORST_SHOWN = 12;

/** Evaluates, calibrates, and writes `results.json`, `results.md`, `report.html` and `bundle/` into the run folder. */
export async function finishTraining(training: FinishedTraining): Promise<CaseResult[]> {
  const { out, plan, cases } = training;
  // Weights as they are shipped, so that the figures are those of the shipped network.
  const weights = toWeights(toStored(training.weights, "F16"));
  const network = await openSlabNetwork(plan, weights);
  const needed: number[] = [];
  const pictures: CasePicture[] = [];
  let results: CaseResult[];
  try {
    const segment = unetSegmenter({ plan, networks: [network], model });
    const tuningImages = new Set(cases.filter(({ role }) => role === "tune").map(({ participantId }) => participantId));
    results = await evaluateSegmenters(
      cases,
      [segment, thresholdSegmenter],
      (labelled, segmentation, result) => {
        if (result.segmenter !== model.name) return;
        const { mask, probability } = segmentation;
        const isTuning = tuningImages.has(result.participantId);
        if (isTuning && probability && showsVolumeError(labelled, result)) {
          needed.push(neededOutlineMm({ mask, probability, labelMl: result.labelMl }));
        }
        keepWorst(pictures, { result, figure: caseFigure(labelled, segmentation, `${result.source}`) });
      },
      training.onProgress,
    );
  } finally {
    await network.release();
  }
  const interval = calibrated(needed);
  await writeFileAtomically(join(out, "results.json"), toJson({ results }));
  await writeFileAtomically(join(out, "results.md"), resultsMarkdown(results));
  await writeFileAtomically(join(out, "report.html"), await reportPage(training, results, pictures));
  await writeSegmenterBundle(
    join(out, "bundle"),
    manifestOf(training, results),
    bundleContent(training, interval, results),
  );
  return results;
}

/**
 * Whether a case shows by how much a volume is off: a scan of several slices, with blood in label and mask, whose label judges all blood; blood that it does
 * not judge is in the mask and not in the label.
 */
export function showsVolumeError(
  { hematoma, unjudged }: Pick<LabelledVolume, "hematoma" | "unjudged">,
  { labelMl, foundMl }: Pick<CaseResult, "labelMl" | "foundMl">,
): boolean {
  return hematoma.geometry.size[2] > 1 && labelMl > 0 && foundMl > 0 && !unjudged;
}

function calibrated(needed: readonly number[]): VolumeIntervalSettings | null {
  const coverage = COVERAGES.find((share) => Math.ceil((needed.length + 1) * share) <= needed.length);
  const enough =
    coverage !== undefined && needed.filter(Number.isFinite).length >= Math.ceil((needed.length + 1) * coverage);
  return enough ? calibrateVolumeInterval(needed, coverage) : null;
}

function keepWorst(pictures: CasePicture[], picture: CasePicture): void {
  const { labelMl, foundMl } = picture.result;
  if (labelMl + foundMl === 0) return;
  pictures.push(picture);
  pictures.sort((a, b) => (a.result.dice ?? 0) - (b.result.dice ?? 0));
  pictures.splice(WORST_SHOWN);
}

async function reportPage(
  { out, plan, config, run }: FinishedTraining,
  results: readonly CaseResult[],
  worst: readonly CasePicture[],
): Promise<string> {
  const text = await readFile(join(out, "log.jsonl"), "utf8").catch(() => "");
  const log = text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as LogLine]));
  return trainingReportPage({ config, plan, run, log, results, worst });
}

/** The tables of a list of results as Markdown. */
export function resultsMarkdown(results: readonly CaseResult[]): string {
  const heads = ["source", "segmenter", "volume", ...summaryHeads];
  const rows = groupsOf(results).map(({ source, segmenter, stratum, summary }) => [
    ...[source, segmenter, stratum],
    ...summaryCells(summary),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line), ""].join("\n");
}

function manifestOf({ run, config }: FinishedTraining, results: readonly CaseResult[]) {
  const groups = groupsOf(results.filter(({ segmenter }) => segmenter === model.name));
  return {
    ...model,
    title: "Hematoma segmentation by a 2.5D U-Net, trained by the user",
    intendedUse:
      "Non-contrast head CT with a suspected intracerebral hemorrhage. Research use only, not for clinical decisions.",
    outcome: "Voxels of intracerebral hematoma, blood in the ventricles included.",
    development: { ...run, config },
    evaluation: Object.fromEntries(groups.map(({ source, stratum, summary }) => [`${source} (${stratum})`, summary])),
    licence: "that of the data it was trained on",
    source: "hemacast train-segmenter",
  };
}

function bundleContent(
  { plan, weights }: FinishedTraining,
  interval: VolumeIntervalSettings | null,
  results: readonly CaseResult[],
): SegmenterBundleContent {
  const card = `# ${model.name}\n\nA hematoma segmenter trained with \`hemacast train-segmenter\`. Research use only.\n\n## Figures\n\nThe threshold baseline stands beside it. A case that is refused or in which nothing is found counts with Dice 0.\n\n${resultsMarkdown(results)}`;
  return { plan, weights, interval, card };
}
