/**
 * Fits and writes models/markers-794 from the table of 794 patients (not part of this repository; its rows may not be redistributed).
 *
 *   node scripts/build.mjs && node scripts/fit-markers-794.mjs <yufei_794.csv>
 *
 * Split 1 (555 patients) trains, split 2 (239) evaluates. Only coefficients, covariances, ranges and figures are written.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { repeatedFolds } from "../dist/cohort/splits.js";
import { createRandom } from "../dist/core/random.js";
import {
  brierScore,
  calibrationLine,
  flexibleCalibration,
  logLoss,
  scaledBrier,
} from "../dist/evaluation/calibration.js";
import { aucInterval, compareAuc } from "../dist/evaluation/delong.js";
import { netBenefit } from "../dist/evaluation/net-benefit.js";
import { averagePrecision } from "../dist/evaluation/precision-recall.js";
import { predictRisk } from "../dist/expansion/risk-model.js";
import { matrixOf, selectRows } from "../dist/math/dense-matrix.js";
import { fitLogistic, logisticRisks } from "../dist/math/logistic-regression.js";
import { covariance, mean, standardDeviation } from "../dist/math/statistics.js";
import { writeRiskBundle } from "../dist/pipeline/risk-bundle.js";

const seed = 20_240_794;
const definitions = [
  {
    name: "volumeMl",
    column: "Volume",
    label: "Hematoma volume",
    unit: "mL",
    kind: "continuous",
    plausible: { low: 0, high: 500 },
  },
  {
    name: "irregular",
    column: "Irregular",
    label: "Irregular shape",
    unit: "1",
    kind: "binary",
    plausible: { low: 0, high: 1 },
  },
  {
    name: "blendSign",
    column: "BlendSign",
    label: "Blend sign",
    unit: "1",
    kind: "binary",
    plausible: { low: 0, high: 1 },
  },
  {
    name: "hoursFromOnset",
    column: "Time",
    label: "Hours from onset to CT",
    unit: "h",
    kind: "continuous",
    plausible: { low: 0, high: 168 },
  },
  // The table holds a few scores below 3, the least that the scale has; they count as 3.
  {
    name: "gcs",
    column: "GCS",
    label: "Glasgow Coma Scale",
    unit: "1",
    kind: "continuous",
    plausible: { low: 3, high: 15 },
  },
];

const path = process.argv[2];
if (!path) {
  console.error("usage: node scripts/fit-markers-794.mjs <yufei_794.csv>");
  process.exit(2);
}
const rows = parse(readFileSync(path, "utf8"), {
  columns: true,
  bom: true,
  cast: (value, { header }) => (header ? value : Number(value)),
});
const inputOf = (row, { column, plausible }) => Math.max(plausible.low, row[column]);
const side = (split) => {
  const chosen = rows.filter((row) => row["train_validation-test"] === split);
  return {
    x: matrixOf(chosen.map((row) => definitions.map((d) => inputOf(row, d)))),
    y: chosen.map((row) => row.HE),
    ids: chosen.map((_, i) => `${split}-${i}`),
  };
};
const [training, evaluation] = [side(1), side(2)];
const columns = definitions.map((_, j) => Array.from(training.y, (_, i) => training.x.values[i * 5 + j]));
const means = columns.map(mean);
const deviations = columns.map(standardDeviation);

const standardized = (x) => ({ ...x, values: x.values.map((v, i) => (v - means[i % 5]) / deviations[i % 5]) });
const zTraining = standardized(training.x);

/** The penalty with the least log loss in 20 x 5-fold cross-validation on split 1. */
const folds = repeatedFolds(
  { participantIds: training.ids, outcome: training.y, sites: null },
  { folds: 5, repeats: 20, seed },
);
const candidates = [0, 0.001, 0.003, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2];
const tuning = candidates.map((l2) => {
  const losses = folds.map((fold) => {
    const pick = (list) => fold.training.map((i) => list[i]);
    const fit = fitLogistic(selectRows(zTraining, fold.training), pick(training.y), { penalty: { l1: 0, l2 } });
    return logLoss(
      fold.test.map((i) => training.y[i]),
      logisticRisks(selectRows(zTraining, fold.test), fit),
    );
  });
  return { l2, logLoss: mean(losses) };
});
const { l2 } = tuning.reduce((best, candidate) => (candidate.logLoss < best.logLoss ? candidate : best));

/** Coefficients per raw unit. */
const rawFit = (x, y) => {
  const fit = fitLogistic(x, y, { penalty: { l1: 0, l2 } });
  const slopes = Array.from(fit.coefficients, (b, j) => b / deviations[j]);
  return [fit.intercept - slopes.reduce((sum, b, j) => sum + b * means[j], 0), ...slopes];
};
const [intercept, ...coefficients] = rawFit(zTraining, training.y);
const replicates = 2000;
const random = createRandom(seed).fork("bootstrap");
const resampled = Array.from({ length: replicates }, () => {
  const picked = training.y.map(() => random.integer(training.y.length));
  return rawFit(
    selectRows(zTraining, picked),
    picked.map((i) => training.y[i]),
  );
});
const parameter = (k) => resampled.map((replicate) => replicate[k]);
const size = definitions.length + 1;
const grid = (n, f) => Array.from({ length: n * n }, (_, i) => f(Math.floor(i / n), i % n));

const model = {
  inputs: definitions.map(({ column: _, ...rest }, j) => ({
    ...rest,
    seen: { low: Math.min(...columns[j]), high: Math.max(...columns[j]) },
    mean: means[j],
  })),
  intercept,
  coefficients,
  covariance: grid(size, (i, j) => covariance(parameter(i), parameter(j))),
  inputCovariance: grid(5, (i, j) => covariance(columns[i], columns[j])),
};

const namesOf = (known) => definitions.filter((d) => known.includes(d.name)).map((d) => d.name);
const risksWith = (set, known) =>
  set.y.map((_, i) => {
    const entries = definitions.map((d, j) => [d.name, set.x.values[i * 5 + j]]);
    return predictRisk(model, Object.fromEntries(entries.filter(([name]) => known.includes(name)))).value;
  });
const all = definitions.map((d) => d.name);
const ctOnly = namesOf(["volumeMl", "irregular", "blendSign"]);
const figures = (risk) => {
  const line = calibrationLine(evaluation.y, risk);
  const { ici, e50, e90 } = flexibleCalibration(evaluation.y, risk);
  return {
    n: evaluation.y.length,
    events: evaluation.y.reduce((sum, y) => sum + y, 0),
    auc: aucInterval(evaluation.y, risk),
    averagePrecision: averagePrecision(evaluation.y, risk),
    calibration: { intercept: line.intercept, slope: line.slope, ici, e50, e90 },
    brier: brierScore(evaluation.y, risk),
    scaledBrier: scaledBrier(evaluation.y, risk),
    netBenefit: netBenefit(evaluation.y, risk, [0.1, 0.15, 0.2, 0.25, 0.3, 0.4]),
  };
};
const fullRisk = risksWith(evaluation, all);
const ctRisk = risksWith(evaluation, ctOnly);
const ctFit = (() => {
  const pick = (x) => matrixOf(Array.from({ length: x.rows }, (_, i) => [0, 1, 2].map((j) => x.values[i * 5 + j])));
  const fit = fitLogistic(pick(zTraining), training.y, { penalty: { l1: 0, l2 } });
  return logisticRisks(pick(standardized(evaluation.x)), fit);
})();
const evaluated = {
  allInputs: figures(fullRisk),
  ctInputsOnly: figures(ctRisk),
  threeMarkerModelAuc: aucInterval(evaluation.y, ctFit),
  allAgainstCtOnly: compareAuc(evaluation.y, fullRisk, ctRisk),
};

const round = (value, digits = 3) => value.toFixed(digits);
const interval = ({ value, low, high }, digits) =>
  `${round(value, digits)} (${round(low, digits)} to ${round(high, digits)})`;
const oddsRatio = (j, step) => {
  const error = Math.sqrt(model.covariance[(j + 1) * size + j + 1]);
  const at = (z) => round(Math.exp(step * coefficients[j] + z * Math.abs(step) * error), 2);
  return `${at(0)} (${at(-1.96)} to ${at(1.96)})`;
};
const steps = [10, 1, 1, 1, -1];
const perStep = ["per 10 mL more", "present", "present", "per hour later", "per point lower"];
const figureRows = (f) => [
  `| AUC (DeLong 95 %) | ${interval(f.auc)} |`,
  `| average precision (prevalence ${round(f.events / f.n)}) | ${round(f.averagePrecision)} |`,
  `| calibration in the large (0 is perfect) | ${interval(f.calibration.intercept, 2)} |`,
  `| calibration slope (1 is perfect) | ${interval(f.calibration.slope, 2)} |`,
  `| ICI / E50 / E90 | ${round(f.calibration.ici)} / ${round(f.calibration.e50)} / ${round(f.calibration.e90)} |`,
  `| Brier / scaled Brier | ${round(f.brier)} / ${round(f.scaledBrier)} |`,
  ...f.netBenefit.map(
    (p) => `| net benefit at ${p.threshold} (treat all) | ${round(p.value)} (${round(p.treatAll)}) |`,
  ),
];
const counts = (set) => `${set.y.length} participants, ${set.y.reduce((a, b) => a + b, 0)} with expansion`;
const belowScale = rows.filter((row) => row.GCS < 3).length;
const source =
  "Public table of 794 patients, repository yufei891019/hematoma-expansion-code (no licence stated: coefficients and figures only, no rows).";
const outcome =
  "Hematoma expansion as labelled by the source (column HE); the files do not state the definition. The conventional one is growth of at least 6 mL or 33 %.";
const intendedUse = "Research use only, not for clinical decisions.";
const card = `# markers-794

${intendedUse}

Risk of hematoma expansion in spontaneous intracerebral hemorrhage from five markers: hematoma volume, irregular shape, blend sign, hours from
onset to CT, and Glasgow Coma Scale. L2-penalised logistic regression on standardised inputs (l2 = ${l2} of the mean log loss, least log loss in 20 x 5-fold
cross-validation on the training split); volume and time enter linearly, which had a lower cross-validated log loss than their logarithms.

- Outcome: ${outcome}
- Development: split 1, ${counts(training)}. Evaluation: split 2, ${counts(evaluation)}. Both come from the same source: this is no external evaluation.
- Split 2 was looked at before this model was chosen: its AUC for these five markers and for the three CT markers was known when they were settled on. The figures
  below are therefore not a single look at unseen data and may lean to the favourable side; by how much cannot be told. Only the penalty was chosen without split 2.
- Source: ${source}
- Intervals of a risk: covariance of the coefficients over ${replicates} bootstrap samples of the training participants.
- Missing inputs: the risk is given as a range over everything seen in development; its central value sets each missing input to its expectation given the
  known ones. Values beyond the range seen are moved to its end and flagged.
- Made by \`scripts/fit-markers-794.mjs\`, seed ${seed}.

## Inputs

| input | unit | seen in development | mean | odds ratio (95 %) |
|---|---|---|---|---|
${model.inputs.map((i, j) => `| ${i.label} (\`${i.name}\`) | ${i.unit} | ${i.seen.low} to ${i.seen.high} | ${round(i.mean, 2)} | ${oddsRatio(j, steps[j])} ${perStep[j]} |`).join("\n")}

## Figures on split 2

All five inputs:

| figure | value |
|---|---|
${figureRows(evaluated.allInputs).join("\n")}

CT inputs only (GCS and time unknown, set to their expectation given the CT inputs):

| figure | value |
|---|---|
${figureRows(evaluated.ctInputsOnly).join("\n")}

A model fitted on the three CT markers alone has an AUC of ${interval(evaluated.threeMarkerModelAuc)}. All inputs against CT inputs only: difference ${round(evaluated.allAgainstCtOnly.deltaAuc)}
(${round(evaluated.allAgainstCtOnly.low)} to ${round(evaluated.allAgainstCtOnly.high)}), p = ${round(evaluated.allAgainstCtOnly.p, 4)} (paired DeLong).

## Limits

- One source, unknown scanner mix, unknown outcome window; markers were read by its authors, not by Hemacast.
- ${belowScale} of the 794 scores on the Glasgow Coma Scale lies below 3, the scale's least, and counts as 3.
- The table carries irregular shape and blend sign and no other sign, so black hole, swirl, hypodensity, island, satellite, fluid level, location and blood in the
  ventricles are not inputs, however well they are measured here. A second public table (618 rows) has more signs, but its rows were resampled to one event in
  two and repeated: it can rank signs and cannot give a risk, and was not used.
- Nothing is known outside the ranges above; anticoagulation, blood pressure and the spot sign are not inputs.
`;
const development = {
  cohort: source,
  training: { n: training.y.length, events: training.y.reduce((a, b) => a + b, 0) },
  penalty: { l2, tuning: "20 x 5-fold cross-validation, least log loss", candidates: tuning },
  intervals: { method: "bootstrap covariance of the coefficients", replicates },
  seed,
};
const selfTest = [
  { volumeMl: 10, irregular: 0, blendSign: 0, hoursFromOnset: 3, gcs: 14 },
  { volumeMl: 45, irregular: 1, blendSign: 1, hoursFromOnset: 1.5, gcs: 8 },
  { volumeMl: 30, irregular: 1, blendSign: 0 },
];
const folder = join(fileURLToPath(new URL("..", import.meta.url)), "models", "markers-794");
await writeRiskBundle(
  folder,
  {
    name: "markers-794",
    version: "1.0.0",
    title: "Hematoma expansion from five markers",
    intendedUse,
    outcome,
    development,
    evaluation: evaluated,
    licence: "Apache-2.0 (coefficients and figures)",
    source,
  },
  model,
  card,
  selfTest,
);
console.log(card);
