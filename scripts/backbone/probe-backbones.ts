/**
 * Compares features of backbones by linear probes on simulated studies that no backbone has seen:
 * `npx jiti scripts/backbone/probe-backbones.ts CONFIG VIEWS RUN OUT.json [TRUNK_FOLDER]`. The trunk is for comparison only and never shipped.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HemacastError } from "../../src/core/errors.ts";
import { createRandom } from "../../src/core/random.ts";
import { resnet50 } from "../../src/nn/models/resnet50.ts";
import { exportInference, initialWeights, type Network, parametersOf } from "../../src/nn/network.ts";
import { loadBackbone, shippedBackbone } from "../../src/nn/session/backbone-folder.ts";
import { openSession } from "../../src/nn/session/session.ts";
import { loadCheckpoint, readWeights } from "../../src/nn/session/weights-file.ts";
import { foldStandardized, standardizedConvLayer } from "../../src/nn/standardized-conv.ts";
import type { Tensor, Weights } from "../../src/nn/tensor.ts";
import { measuredStart } from "../../src/nn/train/measured-start.ts";
import { importConvolutions } from "../../src/nn/weights/import.ts";
import { torchResnet50 } from "../../src/nn/weights/layouts.ts";
import { readBackboneConfig } from "./config.ts";
import { type ProbeReport, probe } from "./linear-probe.ts";
import { resized } from "./teacher.ts";
import { measureNames, plainImages, plainLook, readViews, targetsOf, type View, yesNoNames } from "./views.ts";

const [configPath, viewsFolder, run, out, trunkFolder] = process.argv.slice(2);
if (!configPath || !viewsFolder || !run || !out)
  throw new Error("usage: probe-backbones.ts CONFIG VIEWS RUN OUT [TRUNK]");
const config = readBackboneConfig(configPath);
const { windowsHu, slices, training } = config;
const views = readViews(viewsFolder, "probe", slices, training.viewPixels);

/** A network to probe: what it is shown is a view at `pixels`, after `prepare`. */
interface Candidate {
  readonly name: string;
  readonly network: Network;
  readonly weights: Weights;
  readonly pixels: number;
  readonly prepare?: (image: Tensor) => Tensor;
}

const candidates: Candidate[] = [
  { name: "resnet50, random start", network: resnet50(), weights: await randomStart(), pixels: training.viewPixels },
  { name: "resnet50-ct", network: resnet50(), weights: await ownWeights(), pixels: training.viewPixels },
  { name: "inception-v3 (photographs)", ...(await loadBackbone(shippedBackbone("inception-v3"))), pixels: 299 },
  ...(trunkFolder ? [await trunk(trunkFolder)] : []),
];
const plain = plainLook(training.viewPixels);
const truths = views.map((view) => targetsOf(view, plain));
const isClotView = views.map(({ truth }) => truth.kind === "clot");
const rows: ProbeReport["rows"][number][] = [];
for (const candidate of candidates) {
  const data = { features: await featuresOf(candidate, views), studies: views.map(({ study }) => study) };
  const tasks = [
    ...yesNoNames.map((name, i) => {
      // Signs are asked of views of the clot: whether there is a clot at all is a task of its own.
      const asked = truths.map(({ yesNo }, v) => (i < 2 || isClotView[v] ? (yesNo[i] as number | null) : null));
      return [name, asked, "auc"] as const;
    }),
    ...measureNames.map((name, i) => {
      const asked = truths.map(({ measures }, v) => (isClotView[v] ? (measures[i] as number | null) : null));
      return [name, asked, "r2"] as const;
    }),
  ];
  for (const [task, asked, kind] of tasks) {
    const score = probe(data, asked, kind);
    if (score) rows.push({ task, ...score, backbone: candidate.name });
  }
  writeReport();
  console.table(tableOf());
}

/** After each backbone: the slow ones come last, and what is known so far is kept. */
function writeReport(): void {
  const report: ProbeReport = {
    studies: new Set(views.map(({ study }) => study)).size,
    trainViews: readViews(viewsFolder as string, "train", slices, training.viewPixels).length,
    rows,
  };
  writeFileSync(out as string, `${JSON.stringify(report, null, 1)}\n`);
}

function tableOf() {
  const names = [...new Set(rows.map(({ task }) => task))];
  return names.map((task) => {
    const ofTask = rows.filter((row) => row.task === task);
    return {
      task,
      kind: ofTask[0]?.kind,
      ...Object.fromEntries(ofTask.map((row) => [row.backbone, row.value.toFixed(3)])),
    };
  });
}

async function featuresOf(
  { network, weights, pixels, prepare = (x) => x }: Candidate,
  shown: readonly View[],
): Promise<Float32Array[]> {
  const session = await openSession(exportInference(network, weights, [1, 3, pixels, pixels], ["features"]));
  const found: Float32Array[] = [];
  for (const view of shown) {
    const image = prepare(resized(plainImages([view], training.viewPixels, windowsHu), pixels));
    found.push(((await session.run({ image })).features as Tensor).data);
  }
  await session.release();
  return found;
}

/** The network as it is before the first step: random filters at the right scale. */
async function randomStart(): Promise<Weights> {
  const shape = [32, windowsHu.length, training.viewPixels, training.viewPixels];
  const start = initialWeights(resnet50({}, standardizedConvLayer), shape, createRandom(config.seed));
  const images = plainImages(
    readViews(viewsFolder as string, "train", slices, training.viewPixels).slice(0, 32),
    training.viewPixels,
    windowsHu,
  );
  const deviation = (name: string): number => (/layer\d\.\d+\.conv3$/.test(name) ? training.branchDeviation : 1);
  return foldStandardized(await measuredStart((layer) => resnet50({}, layer), start, images, deviation));
}

async function ownWeights(): Promise<Weights> {
  const { weights, average } = await loadCheckpoint(join(run as string, "checkpoint.safetensors"));
  return foldStandardized(average ?? weights);
}

/** ImageNet weights of Caffe, three stages: blue, green, red, 0 to 255, minus the mean of photographs. */
async function trunk(folder: string): Promise<Candidate> {
  const path = join(folder, "resnet50_conv1_to_layer3.fp16.safetensors");
  if (!existsSync(path)) throw new HemacastError("INPUT_NOT_FOUND", `there is no ${path}`);
  const network = resnet50({ stages: 3, strideOn: "1x1", poolBorder: "behind" });
  const shapes = new Map([...parametersOf(network, [1, 3, 224, 224])].map(([name, { value }]) => [name, value.shape]));
  const means = [103.94, 116.78, 123.68];
  return {
    ...{ name: "resnet50 trunk (ImageNet, experiment only)", network, pixels: 224 },
    weights: importConvolutions(shapes, await readWeights(path), torchResnet50(shapes)).weights,
    prepare: ({ shape, data }) => ({
      shape,
      data: data.map((v, i) => 255 * v - (means[Math.floor(i / 224 ** 2)] as number)),
    }),
  };
}
