/**
 * Makes models/hematoma-unet and the record beside its results from finished training runs, each started from the one before.
 * Usage: node scripts/segmentation/ship-segmenter.mjs RUN...
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readBundle } from "../../dist/pipeline/bundle.js";
import { segmenterParts, writeSegmenterBundle } from "../../dist/pipeline/segmenter-bundle.js";
import { resultsMarkdown } from "../../dist/pipeline/train-segmenter-finish.js";
import { groupsOf } from "../../dist/pipeline/train-segmenter-report.js";

const runs = process.argv.slice(2);
const last = runs.at(-1);
if (!last) throw new Error("usage: ship-segmenter.mjs RUN...");
const root = fileURLToPath(new URL("../..", import.meta.url));
const json = (path) => JSON.parse(readFileSync(path, "utf8"));
const name = "hematoma-unet";
const { plan, weights, interval } = segmenterParts(await readBundle(`${last}/bundle`));
const results = json(`${last}/results.json`).results.map((result) =>
  result.segmenter === "threshold" ? result : { ...result, segmenter: name },
);
const groups = groupsOf(results.filter(({ segmenter }) => segmenter === name));
const licence =
  "Weights for research use only, non-commercial, share-alike, with attribution: trained on PHE-SICH-CT-IDS (non-commercial; a copy is listed as CC BY-SA 4.0), on masks of RSNA 2019 scans (HemSeg-500; RSNA terms: non-commercial, cite), on the scct template (BSD-2), and on simulated heads. The program's own licence does not apply to the weights.";
const card = readFileSync(`${root}/scripts/segmentation/card.md`, "utf8")
  .replace("{{licence}}", licence)
  .replace("{{interval}}", intervalText())
  .replace("{{results}}", resultsMarkdown(results).trim());
await writeSegmenterBundle(
  `${root}/models/${name}`,
  {
    name,
    version: "4.0.0",
    title: "Hematoma segmentation on non-contrast head CT by a 2.5D U-Net",
    intendedUse:
      "Non-contrast head CT of an adult with a suspected spontaneous intracerebral hemorrhage, skull intact. Research use only, not for clinical decisions.",
    outcome: "Voxels of blood in the brain and its ventricles, as one class.",
    development: {
      stages: runs.map((run) => ({ config: json(`${run}/config.json`), seconds: secondsOf(run) })),
    },
    evaluation: Object.fromEntries(groups.map(({ source, stratum, summary }) => [`${source} (${stratum})`, summary])),
    licence,
    source:
      "scripts/segmentation/build-training-set.mjs, experiments/hematoma-unet.json and hematoma-unet-stage-2.json to hematoma-unet-stage-5.json",
  },
  { plan, weights, interval, card },
);
const record = `${root}/docs/results/segmentation`;
mkdirSync(record, { recursive: true });
for (const [n, run] of runs.entries()) {
  for (const file of ["log.jsonl", "config.json"]) copyFileSync(`${run}/${file}`, `${record}/stage-${n + 1}-${file}`);
}
copyFileSync(`${last}/run.json`, `${record}/run.json`);
copyFileSync(`${last}/fingerprint.json`, `${record}/fingerprint.json`);
writeFileSync(`${record}/results.json`, `${JSON.stringify({ results }, null, 1)}\n`);

function secondsOf(run) {
  const lines = readFileSync(`${run}/log.jsonl`, "utf8").trim().split("\n");
  return JSON.parse(lines[lines.length - 1]).seconds;
}

function intervalText() {
  if (!interval) return "None: the tuning cases did not show a coverage.";
  return `The outline is moved in and out by ${interval.outlineMm} mm and probabilities from ${interval.uncertainFrom} count, which held the labelled volume in ${Math.round(100 * interval.coverage)} % of the tuning stacks and simulated heads (split conformal; few cases, so a rough figure).`;
}
