/** The last step of a study on scans: the chosen model fitted on everyone, as a bundle that `predict --model` takes. */
import { join } from "node:path";
import { outcomeDefinitions } from "../cohort/outcome.ts";
import { wholeCohort } from "../cohort/splits.ts";
import type { OnProgress } from "../core/progress.ts";
import { createRandom } from "../core/random.ts";
import { fitHybridModel } from "../expansion/hybrid-fit.ts";
import { completeRow, type HybridModel } from "../expansion/hybrid-model.ts";
import type { ModelConfig } from "../expansion/learner-config.ts";
import { intendedUse } from "../report/prediction.ts";
import { writeHybridBundle } from "./hybrid-bundle.ts";
import { ensembleInThreads } from "./hybrid-ensemble.ts";
import { phantomContributions } from "./hybrid-phantom.ts";
import type { MeasuredCohort } from "./measure-cohort.ts";
import { blockTools } from "./measure-scan.ts";
import { measuredBlocksOf, type StudyConfig } from "./study-config.ts";
import type { StudyData } from "./study-data.ts";
import type { ModelMetrics, StudyMetrics } from "./study-metrics.ts";

/** Rows that the self-test keeps: enough to touch both ends of the risk, and no participant's own row. */
const SELF_TEST_ROWS = 4;

/**
 * Fits and writes the bundle that the configuration asks for.
 *
 * @throws HemacastError as the learners and `writeBundle` do
 */
export async function writeStudyBundle(
  out: string,
  { data, config, metrics }: { data: StudyData; config: StudyConfig; metrics: StudyMetrics },
  running: { readonly threads: number; readonly onProgress: OnProgress },
): Promise<void> {
  const { bundle } = config;
  const blocks = measuredBlocksOf(config);
  const { measured } = data;
  if (!bundle || !blocks || !measured) return;
  const chosen = config.models.find(({ name }) => name === bundle.model) as ModelConfig;
  const figures = metrics.models.find(({ name }) => name === bundle.model) as ModelMetrics;
  const random = createRandom(config.seed).fork("bundle");
  const fitting = { ...bundle, namesCases: data.simulated };
  const fitEnsemble = ensembleInThreads(bundle.members, running);
  const model = await fitHybridModel(wholeCohort(data.table), chosen, random, fitting, fitEnsemble);
  const tools = await blockTools(blocks);
  const phantom = await phantomContributions(model, tools).finally(tools.release);
  const definition = outcomeDefinitions[config.outcome.definition as keyof typeof outcomeDefinitions];
  const development = { participants: data.flow.analysed, events: data.flow.events, seed: config.seed };
  const { auc, calibration, brier } = figures.evaluation;
  const evaluation = {
    ...{ how: `out of fold, ${config.split.kind} split`, n: data.flow.analysed },
    auc: { value: auc.value, low: auc.low, high: auc.high },
    ...{ calibrationSlope: calibration.slope, brier },
  };
  const { segmenterId, backbones } = measured.identity;
  const manifest = {
    ...{ name: bundle.name, version: "1.0.0", title: titleOf(data, bundle.model), intendedUse },
    outcome: `${definition.label} within ${config.outcome.windowHours} h${data.simulated ? ", SIMULATED" : ""}.`,
    ...{ development, evaluation, licence: "of its owner", source: config.title || config.name },
  };
  await writeHybridBundle(
    join(out, "bundle"),
    manifest,
    { outcomes: data.simulated ? "simulated" : "real", blocks, segmenterId, backbones, model, phantom },
    modelCard(manifest, data, measured, figures),
    selfTestRows(model),
  );
}

function titleOf({ simulated }: StudyData, name: string): string {
  return `Hematoma expansion: ${name}${simulated ? " (trained on SIMULATED outcomes: demonstrates the method, says nothing about a patient)" : ""}`;
}

/** About the mean, not a participant's: a bundle that is passed on gives nobody's measurements away. */
function selfTestRows(model: HybridModel): Float64Array[] {
  return Array.from({ length: SELF_TEST_ROWS }, (_, k) =>
    completeRow(
      model,
      model.means.map((value, j) => value + model.deviations[j]! * Math.sin((k + 1) * (j + 1))),
    ),
  );
}

function modelCard(
  manifest: { name: string; title: string; outcome: string; evaluation: unknown },
  data: StudyData,
  { volumesMl }: MeasuredCohort,
  { evaluation, predictors }: ModelMetrics,
): string {
  const { auc, calibration, brier } = evaluation;
  const shown = (value: number | null, digits: number): string => (value === null ? "no value" : value.toFixed(digits));
  const warning = data.simulated
    ? "**Trained on simulated outcomes: it demonstrates the method and says nothing about a patient.**"
    : "Trained on the outcomes of the cohort below; not evaluated anywhere else.";
  return [
    `# ${manifest.name}`,
    "",
    intendedUse,
    "",
    warning,
    "",
    manifest.title,
    "",
    `- Outcome: ${manifest.outcome}`,
    `- Development: ${data.flow.analysed} participants, ${data.flow.events} with expansion; no hematoma was found on ${volumesMl.filter((ml) => ml === 0).length} of the scans.`,
    `- Events per candidate predictor: ${predictors.eventsPerCandidate.toPrecision(2)}.`,
    "- Figures are out of fold; the bundle itself was fitted on everyone afterwards.",
    "",
    "| figure | value |",
    "|---|---|",
    `| AUC (95 %) | ${auc.value.toFixed(3)} (${auc.low.toFixed(3)} to ${auc.high.toFixed(3)}) |`,
    `| calibration slope | ${shown(calibration.slope, 2)} |`,
    `| Brier | ${brier.toFixed(3)} |`,
    "",
  ].join("\n");
}
