/**
 * Fits and writes models/shape-contest-100 from the contest's folder (not part of this repository; its rows may not be redistributed).
 *
 *   node scripts/build.mjs && node scripts/fit-shape-contest-100.mjs <ich_contest2023>
 *
 * Only coefficients, covariances, ranges and figures are written.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { repeatedFolds } from "../dist/cohort/splits.js";
import { createRandom } from "../dist/core/random.js";
import { brierScore, calibrationLine, logLoss } from "../dist/evaluation/calibration.js";
import { aucInterval } from "../dist/evaluation/delong.js";
import { averagePrecision } from "../dist/evaluation/precision-recall.js";
import { matrixOf } from "../dist/math/dense-matrix.js";
import { fitLogistic, logisticRisks } from "../dist/math/logistic-regression.js";
import { covariance, mean, standardDeviation } from "../dist/math/statistics.js";
import { writeRiskBundle } from "../dist/pipeline/risk-bundle.js";

const seed = 20_230_100;
const penalties = [0.03, 0.1, 0.3, 1, 3, 10];
const units = {
  Elongation: "1",
  Flatness: "1",
  LeastAxisLength: "mm",
  MajorAxisLength: "mm",
  Maximum2DDiameterColumn: "mm",
  Maximum2DDiameterRow: "mm",
  Maximum2DDiameterSlice: "mm",
  Maximum3DDiameter: "mm",
  MeshVolume: "mm3",
  MinorAxisLength: "mm",
  Sphericity: "1",
  SurfaceArea: "mm2",
  SurfaceVolumeRatio: "1/mm",
  VoxelVolume: "mm3",
};
const names = Object.keys(units);
const width = names.length;

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node scripts/fit-shape-contest-100.mjs <ich_contest2023>");
  process.exit(2);
}
const table = (name) => parse(readFileSync(join(folder, name), "utf8"), { columns: true, bom: true });
const first = new Map(
  table("radiomics_hematoma.csv")
    .filter((row) => row.visit === "0")
    .map((row) => [row.id, row]),
);
const labels = table("he_labels.csv");
// Without a second scan within 48 hours the outcome is unknown, not negative.
const known = labels.filter((row) => Number(row.n_followup_48h) > 0 && first.has(row.id));
const rows = known.map((row) => names.map((name) => Number(first.get(row.id)[`original_shape_${name}`])));
const y = known.map((row) => Number(row.he48));
const ids = known.map((row) => row.id);
const events = y.reduce((sum, value) => sum + value, 0);

/** Standardises on the rows given, fits, and returns risks for other rows: nothing of the test fold enters. */
function fitOn(training, l2) {
  const columns = names.map((_, j) => training.map((i) => rows[i][j]));
  const [means, deviations] = [columns.map(mean), columns.map(standardDeviation)];
  const z = (indices) => matrixOf(indices.map((i) => rows[i].map((value, j) => (value - means[j]) / deviations[j])));
  const fit = fitLogistic(
    z(training),
    training.map((i) => y[i]),
    { penalty: { l1: 0, l2 } },
  );
  return { fit, means, deviations, risks: (indices) => logisticRisks(z(indices), fit) };
}

function choosePenalty(indices, draw) {
  const folds = repeatedFolds(
    { participantIds: indices.map((i) => ids[i]), outcome: indices.map((i) => y[i]), sites: null },
    { folds: 5, repeats: 2, seed: draw },
  );
  const losses = penalties.map((l2) =>
    mean(
      folds.map(({ training, test }) => {
        const held = test.map((t) => indices[t]);
        const { risks } = fitOn(
          training.map((t) => indices[t]),
          l2,
        );
        return logLoss(
          held.map((i) => y[i]),
          risks(held),
        );
      }),
    ),
  );
  return penalties[losses.indexOf(Math.min(...losses))];
}

const everyone = y.map((_, i) => i);
const repeats = 20;
const outer = repeatedFolds({ participantIds: ids, outcome: y, sites: null }, { folds: 5, repeats, seed });
const sums = new Float64Array(y.length);
const withinFolds = [];
outer.forEach(({ training, test }, n) => {
  const risks = fitOn(training, choosePenalty(training, seed + n)).risks(test);
  test.forEach((i, t) => {
    sums[i] += risks[t] / repeats;
  });
  // Risks of different folds have different levels, which a pooled AUC would take for discrimination in the wrong direction.
  withinFolds.push(
    aucInterval(
      test.map((i) => y[i]),
      risks,
    ).value,
  );
});
const line = calibrationLine(y, sums);
const evaluation = {
  crossValidation: "20 x 5-fold, penalty chosen inside each training fold",
  n: y.length,
  events,
  auc: aucInterval(y, sums),
  aucWithinFolds: { mean: mean(withinFolds), sd: standardDeviation(withinFolds), folds: withinFolds.length },
  averagePrecision: averagePrecision(y, sums),
  calibration: { intercept: line.intercept, slope: line.slope },
  brier: brierScore(y, sums),
  brierOfPrevalence: (events / y.length) * (1 - events / y.length),
};

const l2 = choosePenalty(everyone, seed);
const raw = (training) => {
  const { fit, means, deviations } = fitOn(training, l2);
  const slopes = Array.from(fit.coefficients, (b, j) => b / deviations[j]);
  return [fit.intercept - slopes.reduce((sum, b, j) => sum + b * means[j], 0), ...slopes];
};
const [intercept, ...coefficients] = raw(everyone);
const replicates = 2000;
const random = createRandom(seed).fork("bootstrap");
const resampled = [];
while (resampled.length < replicates) {
  const picked = everyone.map(() => random.integer(y.length));
  if (new Set(picked.map((i) => y[i])).size === 2) resampled.push(raw(picked));
}
const columns = names.map((_, j) => rows.map((row) => row[j]));
const parameter = resampled[0].map((_, k) => resampled.map((replicate) => replicate[k]));
const grid = (n, f) => Array.from({ length: n * n }, (_, i) => f(Math.floor(i / n), i % n));
const model = {
  inputs: names.map((name, j) => ({
    name,
    label: `Shape: ${name}`,
    unit: units[name],
    kind: "continuous",
    plausible: { low: 0, high: units[name] === "1" ? 1 : 1e6 },
    seen: { low: Math.min(...columns[j]), high: Math.max(...columns[j]) },
    mean: mean(columns[j]),
  })),
  intercept,
  coefficients,
  covariance: grid(width + 1, (i, j) => covariance(parameter[i], parameter[j])),
  inputCovariance: grid(width, (i, j) => covariance(columns[i], columns[j])),
};

const f = (value, digits = 3) => value.toFixed(digits);
const interval = ({ value, low, high }, digits = 3) => `${f(value, digits)} (${f(low, digits)} to ${f(high, digits)})`;
const source =
  "2023 China graduate mathematical modelling contest, problem E, as published in the repository artdillon/AI_CDM_for_ICH (no licence stated: coefficients and figures only, no rows).";
const outcome =
  "Hematoma expansion as the contest defines it: on a scan within 48 hours of onset the volume is at least 6 mL or 33 % above the first one. The contest's volumes are about twice the volumes of its own masks, so its 6 mL are about 3 mL.";
const intendedUse = "Research use only, not for clinical decisions.";
const chance = evaluation.auc.low <= 0.5;
const card = `# shape-contest-100

${intendedUse}

**How little this model knows.** It has seen ${y.length} patients and ${events} expansions, for ${width} shape features of the hematoma: ${f(events / width, 1)} events per feature, where 10 is
the least that is usually asked for. In cross-validation its AUC is ${interval(evaluation.auc)}${chance ? ", an interval that contains 0.5: these data do not show that it is better than chance" : ""}; its Brier score is
${f(evaluation.brier)}, and always answering the prevalence gives ${f(evaluation.brierOfPrevalence)}. It is shipped because its outcomes happened to real patients and because shape alone is what
the paper that this program implements started from (AUC .58 there), not because it helps anybody decide anything.

- Outcome: ${outcome}
- Development: ${labels.length} labelled patients; ${labels.length - y.length} without a second scan within 48 hours are unknown and left out. No independent evaluation exists.
- Model: L2-penalised logistic regression on the 14 PyRadiomics 3D shape features, standardised; l2 = ${l2}, chosen by cross-validation.
- Intervals of a risk: covariance of the coefficients over ${replicates} bootstrap samples.
- Source: ${source}
- Made by \`scripts/fit-shape-contest-100.mjs\`, seed ${seed}.

| figure (${evaluation.crossValidation}) | value |
|---|---|
| AUC of the mean risk (DeLong 95 %) | ${interval(evaluation.auc)} |
| AUC inside the ${evaluation.aucWithinFolds.folds} test folds, mean and SD | ${f(evaluation.aucWithinFolds.mean)} ± ${f(evaluation.aucWithinFolds.sd)} |
| average precision (prevalence ${f(events / y.length)}) | ${f(evaluation.averagePrecision)} |
| calibration slope (1 is perfect) | ${interval(evaluation.calibration.slope, 2)} |
| Brier / Brier of the prevalence | ${f(evaluation.brier)} / ${f(evaluation.brierOfPrevalence)} |

## Limits

- Masks were made by the contest, on its images; a mask by another hand or another segmenter has other features.
- One source; scanner, slice thickness and the way of measuring are unknown.
- The features depend on each other and all grow with volume; single coefficients mean nothing.
`;
const selfTest = [0, 1].map((event) => {
  const members = everyone.filter((i) => y[i] === event);
  return Object.fromEntries(names.map((name, j) => [name, mean(members.map((i) => rows[i][j]))]));
});
await writeRiskBundle(
  join(fileURLToPath(new URL("..", import.meta.url)), "models", "shape-contest-100"),
  {
    name: "shape-contest-100",
    version: "1.0.0",
    title: "Hematoma expansion from the shape of the hematoma alone",
    intendedUse,
    outcome,
    development: {
      cohort: source,
      training: { n: y.length, events },
      penalty: { l2, candidates: penalties },
      replicates,
      seed,
    },
    evaluation,
    licence: "Apache-2.0 (coefficients and figures)",
    source,
  },
  model,
  card,
  selfTest,
);
console.log(card);
