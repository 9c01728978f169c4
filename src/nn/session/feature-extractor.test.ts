import { mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { relativeError } from "../../../test/support/operation-check.ts";
import { createRandom } from "../../core/random.ts";
import { createGraph, input } from "../graph/graph.ts";
import { denseLayer } from "../layers.ts";
import { bceWithLogits } from "../losses.ts";
import { freezeUntil } from "../models/backbone.ts";
import { resnet50 } from "../models/resnet50.ts";
import { exportInference, initialWeights, parametersOf } from "../network.ts";
import { adamW } from "../optimizers.ts";
import { constantSchedule } from "../schedules.ts";
import { createTensor, type Shape, type Tensor, type Weights } from "../tensor.ts";
import { createTrainer } from "../train/trainer.ts";
import { createFeatureExtractor } from "./feature-extractor.ts";
import { openSession } from "./session.ts";

const folder = mkdtempSync(join(tmpdir(), "hemacast-features-"));
afterAll(() => rmSync(folder, { recursive: true }));

const imageShape: Shape = [1, 3, 32, 32];
const network = resnet50({ stages: 2 });
const weights = initialWeights(network, imageShape, createRandom(1));
const { trunk, head } = freezeUntil(network, "layer1");

function image(seed: number): Tensor {
  const random = createRandom(seed);
  return createTensor(
    imageShape,
    Float32Array.from({ length: 3072 }, () => random.normal()),
  );
}

it("trunk and head one after the other are the whole", async () => {
  const extractor = createFeatureExtractor(trunk, weights, "layer1", { imageShape });
  const maps = await extractor.extract(image(1));
  await extractor.release();
  const run = async (part: typeof head, x: Tensor): Promise<Float32Array> => {
    const session = await openSession(exportInference(part, weights, x.shape, ["features"]));
    const { features } = await session.run({ image: x });
    await session.release();
    return features?.data ?? new Float32Array(0);
  };
  expect(relativeError(await run(head, maps), await run(network, image(1)))).toBeLessThan(1e-5);
});

it("computes an image once, and again only when image or weights change", async () => {
  const open = (from: Weights) => createFeatureExtractor(trunk, from, "layer1", { imageShape, cacheFolder: folder });
  const first = open(weights);
  const found = await first.extract(image(1));
  expect(await first.extract(image(1))).toEqual(found);
  await first.extract(image(2));
  expect(first.counts()).toEqual({ computed: 2, cached: 1 });
  await first.release();

  const second = open(weights);
  expect(await second.extract(image(1))).toEqual(found);
  expect(second.counts()).toEqual({ computed: 0, cached: 1 });
  await second.release();

  const other = open(initialWeights(network, imageShape, createRandom(2)));
  await other.extract(image(1));
  expect(other.counts()).toEqual({ computed: 1, cached: 0 });
  await other.release();
});

it("computes again what is broken on disk, and refuses another shape", async () => {
  const extractor = createFeatureExtractor(trunk, weights, "layer1", { imageShape, cacheFolder: folder });
  const found = await extractor.extract(image(3));
  for (const name of readdirSync(folder)) truncateSync(join(folder, name), 40);
  expect(await extractor.extract(image(3))).toEqual(found);
  expect(extractor.counts()).toEqual({ computed: 2, cached: 0 });
  await expect(extractor.extract(createTensor([1, 3, 16, 16]))).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
  await extractor.release();
});

it("a head trains on the outputs of the trunk and leaves the trunk alone", async () => {
  const names = new Set(parametersOf(head, [1, 256, 8, 8]).keys());
  const graph = createGraph();
  denseLayer(input(graph, "x", [1, 512]), "risk", 1);
  const risk = new Map([...graph.parameters].map(([name, { value }]) => [name, createTensor(value.shape)]));
  const trainer = createTrainer({
    objective: (_, { image: maps, target }) => {
      const logits = denseLayer(head.forward(maps as NonNullable<typeof maps>), "risk", 1);
      return { loss: bceWithLogits(logits, target as NonNullable<typeof target>) };
    },
    weights: new Map([...[...weights].filter(([name]) => names.has(name)), ...risk]),
    optimizer: adamW({ weightDecay: 0 }),
    schedule: constantSchedule(2e-3),
    seed: 1,
  });
  const maps = createTensor([2, 256, 8, 8]);
  const extractor = createFeatureExtractor(trunk, weights, "layer1", { imageShape, cacheFolder: folder });
  for (const n of [0, 1]) maps.data.set((await extractor.extract(image(n + 1))).data, n * 256 * 64);
  await extractor.release();
  const batch = { image: maps, target: createTensor([2, 1], new Float32Array([0, 1])) };
  const first = (await trainer.train(batch)).loss;
  for (let i = 0; i < 30; i++) await trainer.train(batch);
  expect((await trainer.train(batch)).loss).toBeLessThan(0.5 * first);
  expect([...trainer.weights().keys()].some((name) => name.startsWith("layer1"))).toBe(false);
  await trainer.release();
});

it("refuses to cut where there is no stage", () => {
  expect(() => freezeUntil(network, "layer9")).toThrowCode("ARGUMENT_INVALID");
});
