/**
 * Pre-trains ResNet-50 on the simulated views: `npx jiti scripts/backbone/train-backbone.ts CONFIG VIEWS RUN`.
 * Stops and continues: RUN holds the last checkpoint and a line of log per step.
 */
import { appendFileSync, copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "../../src/core/random.ts";
import { denseLayer } from "../../src/nn/layers.ts";
import { resnet50 } from "../../src/nn/models/resnet50.ts";
import { initialWeights, type Network } from "../../src/nn/network.ts";
import { adamW } from "../../src/nn/optimizers.ts";
import { cosineSchedule } from "../../src/nn/schedules.ts";
import { loadCheckpoint, saveCheckpoint } from "../../src/nn/session/weights-file.ts";
import { standardizedConvLayer } from "../../src/nn/standardized-conv.ts";
import type { Weights } from "../../src/nn/tensor.ts";
import { measuredStart } from "../../src/nn/train/measured-start.ts";
import { createTrainer } from "../../src/nn/train/trainer.ts";
import { readBackboneConfig } from "./config.ts";
import { answerCount, type BatchSource, backboneObjective, makeBatch, measureScales } from "./objective.ts";
import { inceptionFeatures, teacherDirections } from "./teacher.ts";
import { plainLook, randomLook, readViews } from "./views.ts";

const [configPath, viewsFolder, run] = process.argv.slice(2);
if (!configPath || !viewsFolder || !run) throw new Error("usage: train-backbone.ts CONFIG VIEWS RUN");
const config = readBackboneConfig(configPath);
const { training, windowsHu, teacher, slices } = config;
mkdirSync(run, { recursive: true });
copyFileSync(configPath, join(run, "config.json"));

const views = readViews(viewsFolder, "train", slices, training.viewPixels);
const features = await inceptionFeatures(views, teacher.pixels, windowsHu, join(run, "teacher.safetensors"));
const source: BatchSource = {
  ...{ views, windowsHu, directions: teacher.directions },
  teacher: teacherDirections(features, teacher.directions, config.seed).data,
  scales: measureScales(views, plainLook(training.viewPixels)),
};
const look = (random: ReturnType<typeof createRandom>) => randomLook(training.viewPixels, training.pixels, random);
const network = resnet50({}, standardizedConvLayer);
const checkpointPath = join(run, "checkpoint.safetensors");
const resume = existsSync(checkpointPath) ? await loadCheckpoint(checkpointPath) : undefined;
const { steps, learningRate, warmUpSteps, clipNorm, averageDecay } = training;
const trainer = createTrainer({
  objective: backboneObjective(network, training.loss),
  weights: resume?.weights ?? (await startWeights()),
  optimizer: adamW({ weightDecay: 0 }),
  schedule: cosineSchedule({ peak: learningRate, warmUpSteps, totalSteps: steps, floor: learningRate / 100 }),
  ...{ seed: config.seed, clipNorm, averageDecay },
  ...(resume && { resume }),
});
console.log(`${views.length} views, from step ${trainer.step()}`);
let since = process.cpuUsage();
while (trainer.step() < steps) {
  const { step, loss, gradientNorm } = await trainer.train(makeBatch(source, training.batch, look, trainer.random));
  const used = process.cpuUsage(since);
  since = process.cpuUsage();
  const line = { step, loss, gradientNorm, cpuSeconds: Math.round((used.user + used.system) / 1e5) / 10 };
  appendFileSync(join(run, "log.jsonl"), `${JSON.stringify(line)}\n`);
  if (step % training.saveEvery === 0 || step === steps) await saveCheckpoint(checkpointPath, trainer.checkpoint());
}
await trainer.release();

async function startWeights(): Promise<Weights> {
  const random = createRandom(config.seed);
  const shape = [training.batch, windowsHu.length, training.pixels, training.pixels];
  const heads: Network = {
    ...{ name: "heads", config: {} },
    forward(image) {
      denseLayer(image, "answers", answerCount);
      return denseLayer(image, "teacher", teacher.directions);
    },
  };
  const { image } = makeBatch(source, training.batch * 2, look, random.fork("start"));
  const isLastOfBranch = (name: string): boolean => /layer\d\.\d+\.conv3$/.test(name);
  const body = await measuredStart(
    (layer) => resnet50({}, layer),
    initialWeights(network, shape, random),
    image as NonNullable<typeof image>,
    (name) => (isLastOfBranch(name) ? training.branchDeviation : 1),
  );
  return new Map([...body, ...initialWeights(heads, [1, 2048], random)]);
}
