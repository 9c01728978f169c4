/**
 * Makes models/hematoma-unet and the record beside its results from two finished training runs (the second started from the first).
 * Usage: node scripts/segmentation/ship-segmenter.mjs FIRST_RUN SECOND_RUN
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readBundle } from "../../dist/pipeline/bundle.js";
import { segmenterParts, writeSegmenterBundle } from "../../dist/pipeline/segmenter-bundle.js";
import { resultsMarkdown } from "../../dist/pipeline/train-segmenter-finish.js";
import { groupsOf } from "../../dist/pipeline/train-segmenter-report.js";

const [first, second] = process.argv.slice(2);
if (!first || !second) throw new Error("usage: ship-segmenter.mjs FIRST_RUN SECOND_RUN");
const root = fileURLToPath(new URL("../..", import.meta.url));
const json = (path) => JSON.parse(readFileSync(path, "utf8"));
const name = "hematoma-unet";
const { plan, weights, interval } = segmenterParts(await readBundle(`${second}/bundle`));
const results = json(`${second}/results.json`).results.map((result) =>
  result.segmenter === "threshold" ? result : { ...result, segmenter: name },
);
const groups = groupsOf(results.filter(({ segmenter }) => segmenter === name));
const licence =
  "Weights for research use only, non-commercial, share-alike, with attribution: trained on PHE-SICH-CT-IDS (non-commercial; a copy is listed as CC BY-SA 4.0), on masks of RSNA 2019 scans (HemSeg-500; RSNA terms: non-commercial, cite), and on the scct template (BSD-2). The program's own licence does not apply to the weights.";
const card = readFileSync(`${root}/scripts/segmentation/card.md`, "utf8")
  .replace("{{licence}}", licence)
  .replace("{{interval}}", intervalText())
  .replace("{{results}}", resultsMarkdown(results).trim());
await writeSegmenterBundle(
  `${root}/models/${name}`,
  {
    name,
    version: "1.0.0",
    title: "Hematoma segmentation on non-contrast head CT by a 2.5D U-Net",
    intendedUse:
      "Non-contrast head CT of an adult with a suspected spontaneous intracerebral hemorrhage, skull intact. Research use only, not for clinical decisions.",
    outcome: "Voxels of blood in the brain and its ventricles, as one class.",
    development: {
      stages: [first, second].map((run) => ({ config: json(`${run}/config.json`), seconds: secondsOf(run) })),
    },
    evaluation: Object.fromEntries(groups.map(({ source, stratum, summary }) => [`${source} (${stratum})`, summary])),
    licence,
    source:
      "scripts/segmentation/build-training-set.mjs, experiments/hematoma-unet.json, experiments/hematoma-unet-stage-2.json",
  },
  { plan, weights, interval, card },
);
const record = `${root}/docs/results/segmentation`;
mkdirSync(record, { recursive: true });
for (const [run, stage] of [
  [first, "stage-1"],
  [second, "stage-2"],
]) {
  copyFileSync(`${run}/log.jsonl`, `${record}/${stage}-log.jsonl`);
  copyFileSync(`${run}/config.json`, `${record}/${stage}-config.json`);
}
copyFileSync(`${second}/run.json`, `${record}/run.json`);
copyFileSync(`${second}/fingerprint.json`, `${record}/fingerprint.json`);
writeFileSync(`${record}/results.json`, `${JSON.stringify({ results }, null, 1)}\n`);

function secondsOf(run) {
  const lines = readFileSync(`${run}/log.jsonl`, "utf8").trim().split("\n");
  return JSON.parse(lines[lines.length - 1]).seconds;
}

function intervalText() {
  if (!interval) return "None: the tuning cases did not show a coverage.";
  return `The outline is moved in and out by ${interval.outlineMm} mm and probabilities from ${interval.uncertainFrom} count, which held the labelled volume in ${Math.round(100 * interval.coverage)} % of the tuning stacks (split conformal; few cases, so a rough figure).`;
}
