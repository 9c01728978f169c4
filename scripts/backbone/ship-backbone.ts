/**
 * Makes models/backbones/resnet50-ct from a run and its probe (docs/results/resnet50-ct/probe.json):
 * `npx jiti scripts/backbone/ship-backbone.ts CONFIG RUN`, then
 * `python3 scripts/backbone/resnet50_reference.py models/backbones/resnet50-ct` for its self-test.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { resnet50 } from "../../src/nn/models/resnet50.ts";
import { parametersOf } from "../../src/nn/network.ts";
import { fileChecksum, loadCheckpoint } from "../../src/nn/session/weights-file.ts";
import { foldStandardized } from "../../src/nn/standardized-conv.ts";
import type { Tensor } from "../../src/nn/tensor.ts";
import { type StoredTensor, storedCodes, toStored, writeSafetensors } from "../../src/nn/weights/safetensors.ts";
import { readBackboneConfig, roleOf } from "./config.ts";
import type { ProbeReport } from "./linear-probe.ts";

const [configPath, run] = process.argv.slice(2);
if (!configPath || !run) throw new Error("usage: ship-backbone.ts CONFIG RUN");
const config = readBackboneConfig(configPath);
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "models/backbones/resnet50-ct");
const record = join(root, "docs/results/resnet50-ct");
const { weights, average, step } = await loadCheckpoint(join(run, "checkpoint.safetensors"));
const folded = foldStandardized(average ?? weights);
const network = resnet50();
const pixels = config.training.viewPixels;

const stored = new Map<string, StoredTensor>();
for (const name of parametersOf(network, [1, 3, pixels, pixels]).keys()) {
  const tensor = folded.get(name) as Tensor;
  const parts = name.endsWith(".bias") ? toStored(new Map([[name, tensor]]), "F32") : filterCodes(name, tensor);
  for (const [key, part] of parts) stored.set(key, part);
}
mkdirSync(folder, { recursive: true });
mkdirSync(record, { recursive: true });
const path = join(folder, "weights.safetensors");
writeFileSync(path, writeSafetensors(stored, { source: "scripts/backbone", steps: String(step) }));
const description = {
  schemaVersion: 1,
  name: "resnet50-ct",
  network: "resnet50",
  config: network.config,
  weights: "weights.safetensors",
  sha256: await fileChecksum(path),
  input: {
    width: pixels,
    height: pixels,
    channels: "RGB",
    low: 0,
    high: 1,
    mean: [0, 0, 0],
    windowsHu: config.windowsHu,
  },
  featureCount: 2048,
  license: "Apache-2.0",
  source: `scripts/backbone with experiments/resnet50-ct.json, ${step} steps`,
};
writeFileSync(join(folder, "backbone.json"), `${JSON.stringify(description, null, 2)}\n`);
writeFileSync(join(folder, "MODEL_CARD.md"), cardText());
copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
copyFileSync(join(run, "log.jsonl"), join(record, "log.jsonl"));
copyFileSync(join(run, "config.json"), join(record, "config.json"));

/** 8-bit codes with the range of each filter: 0 and 255 are its extremes. */
function filterCodes(name: string, { shape, data }: Tensor): [string, StoredTensor][] {
  const filters = shape[0] as number;
  const length = data.length / filters;
  const [scale, minimum] = [new Float32Array(filters), new Float32Array(filters)];
  const codes = new Uint8Array(data.length);
  for (let k = 0; k < filters; k++) {
    const filter = data.subarray(k * length, (k + 1) * length);
    const [low, high] = [Math.min(...filter), Math.max(...filter)];
    scale[k] = (high - low) / 255;
    minimum[k] = low;
    for (let i = 0; i < length; i++) {
      codes[k * length + i] = high > low ? Math.round(((filter[i] as number) - low) / ((high - low) / 255)) : 0;
    }
  }
  return storedCodes(name, shape, codes, scale, minimum);
}

/** The card, its numbers taken from the run and the probe. */
function cardText(): string {
  const probe = JSON.parse(readFileSync(join(record, "probe.json"), "utf8")) as ProbeReport;
  const backbones = [...new Set(probe.rows.map(({ backbone }) => backbone))];
  const tasks = [...new Set(probe.rows.map(({ task }) => task))];
  const lines = tasks.map((task) => {
    const ofTask = probe.rows.filter((row) => row.task === task);
    const { kind, views, positives } = ofTask[0] as ProbeReport["rows"][number];
    const values = backbones.map((name) =>
      (ofTask.find((row) => row.backbone === name)?.value ?? Number.NaN).toFixed(2),
    );
    const asked = kind === "auc" ? `AUC, ${positives} of ${views}` : `R2, ${views}`;
    return `| ${[task, asked, ...values].join(" | ")} |`;
  });
  const table = [
    `| ${["", "views", ...backbones].join(" | ")} |`,
    `|${" --- |".repeat(backbones.length + 2)}`,
    ...lines,
  ];
  const { trainBefore } = config.slices;
  const trainStudies = Array.from({ length: trainBefore }, (_, i) => roleOf(i, config.slices)).filter(
    (role) => role === "train",
  ).length;
  const numbers: Record<string, string | number> = {
    ...{ steps: step, pixels, trainPixels: config.training.pixels, studies: trainStudies, views: probe.trainViews },
    ...{ probeStudies: probe.studies, table: table.join("\n"), keptOut: config.slices.cohortSeedsKeptOut.join(", ") },
    windows: config.windowsHu.map(([low, high]) => `${low} to ${high}`).join(", "),
  };
  const template = readFileSync(new URL("./card.md", import.meta.url), "utf8");
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(numbers[name]));
}
