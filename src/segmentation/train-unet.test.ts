import { beforeAll, describe, expect, it } from "vitest";
import { headPhantom } from "../../test/support/phantoms.ts";
import { createRandom } from "../core/random.ts";
import { compareMasks } from "../evaluation/overlap.ts";
import type { Weights } from "../nn/tensor.ts";
import { createMask } from "../volume/volume.ts";
import { parseSegmentationPlan } from "./plan.ts";
import { openSlabNetwork, type SlabNetwork } from "./slab-network.ts";
import { type Evaluation, trainUnet } from "./train-unet.ts";
import { batchDrawer } from "./training-batch.ts";
import { type LabelledVolume, type TrainingCase, toTrainingCase } from "./training-case.ts";
import { parseTrainingConfig } from "./training-config.ts";
import { scoreTuning } from "./tuning-score.ts";
import { unetSegmenter } from "./unet-segmenter.ts";

/** Pixels of 4 mm and a network of a few thousand weights: learns the phantoms in seconds. */
const plan = parseSegmentationPlan({
  schema: "hemacast-segmentation-plan-1",
  pixelMm: 4,
  patchPixels: [40, 52],
  slabMm: 5,
  windowsHu: [
    [0, 80],
    [-50, 200],
  ],
  threshold: 0.5,
  leastRegionMl: 0.5,
  leastRegionMm2: 30,
  network: { base: 8, depth: 2 },
});
const config = parseTrainingConfig({
  ...{ seed: 3, steps: 80, batch: 4, evaluateEvery: 40, warmUpSteps: 5, peakLearningRate: 5e-3, averageDecay: 0.9 },
  network: plan.network,
  space: { rotationDegrees: 10, shiftPixels: 2, elasticPixels: 0.5 },
});

function labelled(seed: number, hematomaMl: number, center: readonly [number, number, number]): LabelledVolume {
  const { volume, hematoma } = headPhantom({ seed, hematomaMl, hematomaCenterMm: center });
  return { participantId: `p${seed}`, source: "phantoms", volume, hematoma };
}

const training = [
  labelled(1, 30, [26, 5, 0]),
  labelled(2, 15, [-24, -10, 5]),
  labelled(3, 40, [28, 20, -5]),
  labelled(4, 0, [0, 0, 0]),
].map((one) => toTrainingCase(one, plan) as TrainingCase);
const tuning = [toTrainingCase(labelled(9, 25, [-26, 5, 0]), plan) as TrainingCase];

it("draws batches with blood in about the share asked for, the same for the same seed", () => {
  const draw = batchDrawer(training, plan, config);
  const random = createRandom(1);
  const [a, b] = [draw(createRandom(5)), draw(createRandom(5))];
  expect(a.image.data).toEqual(b.image.data);
  expect(a.image.shape).toEqual([4, 6, 52, 40]);
  let withBlood = 0;
  for (let n = 0; n < 50; n++) {
    const { target, weight } = draw(random);
    expect(target.data.every((value) => value === 0 || value === 1)).toBe(true);
    expect(weight.data.every((value) => value >= 0 && value <= 1)).toBe(true);
    for (let s = 0; s < 4; s++)
      if (target.data.subarray(s * 2080, (s + 1) * 2080).some((value) => value === 1)) withBlood++;
  }
  // .55 of three in four cases, plus a quarter of the others by chance: about half of 200; 4 standard deviations are 28
  expect(withBlood).toBeGreaterThan(72);
  expect(withBlood).toBeLessThan(145);
});

it("a case whose boundary is not judged has weight 0 there", () => {
  const one = labelled(5, 30, [26, 5, 0]);
  const whole = createMask(one.volume.geometry, new Uint8Array(one.volume.hu.length).fill(1));
  const nothingJudged = toTrainingCase({ ...one, unjudged: whole }, plan) as TrainingCase;
  const { weight } = batchDrawer([nothingJudged], plan, config)(createRandom(1));
  expect(weight.data.every((value) => value === 0)).toBe(true);
});

it("refuses to draw from nothing", () => {
  expect(() => batchDrawer([], plan, config)).toThrowCode("ARGUMENT_INVALID");
  expect(() => batchDrawer(training, plan, { ...config, sourceWeights: { phantoms: 0 } })).toThrowCode(
    "ARGUMENT_INVALID",
  );
});

describe("a small network trained on phantoms", () => {
  let weights: Weights;
  let network: SlabNetwork;
  const evaluations: Evaluation[] = [];
  beforeAll(async () => {
    weights = await trainUnet({
      ...{ training, tuning, plan, config },
      onEvaluation: async (evaluation) => {
        evaluations.push(evaluation);
      },
    });
    network = await openSlabNetwork(plan, weights);
  });

  it("finds the hematoma of an unseen head, and none where there is none", async () => {
    const segment = unetSegmenter({ plan, networks: [network], model: { name: "test", version: "1.0.0" } });
    const unseen = headPhantom({ seed: 11, hematomaMl: 30, hematomaCenterMm: [-27, 8, 2] });
    const { mask, probability } = await segment(unseen.volume);
    // pixels of 4 mm: half a pixel of boundary on a clot of 39 mm is 20 % of its volume
    expect(compareMasks(unseen.hematoma, mask).dice).toBeGreaterThan(0.75);
    expect(probability?.length).toBe(mask.inside.length);
    const bloodless = await segment(headPhantom({ seed: 12 }).volume);
    expect(bloodless.findings.map(({ code }) => code)).toEqual(["NO_HEMATOMA_FOUND"]);
  });

  it("averages networks, and mirrored heads", async () => {
    const unseen = headPhantom({ seed: 11, hematomaMl: 30 });
    const model = { name: "test", version: "1.0.0" };
    const one = await unetSegmenter({ plan, networks: [network], model })(unseen.volume);
    const two = await unetSegmenter({ plan, networks: [network, network], model })(unseen.volume);
    const flipped = await unetSegmenter({ plan, networks: [network], model, mirrored: true })(unseen.volume);
    expect(two.mask.inside.every((value, v) => value === one.mask.inside[v])).toBe(true);
    expect(compareMasks(one.mask, flipped.mask).dice).toBeGreaterThan(0.9);
    expect(flipped.probability?.some((value, v) => value !== one.probability?.[v])).toBe(true);
  });

  it("tells the score of the averaged weights, and improves it", async () => {
    expect(evaluations.map(({ step }) => step)).toEqual([40, 80]);
    expect(evaluations[1].score.overall ?? 0).toBeGreaterThan(0.7);
    expect(await scoreTuning(tuning, plan, weights)).toEqual(evaluations[1].score);
    await network.release();
  });

  it("continues from a checkpoint to the same weights", async () => {
    const continued = await trainUnet({ training, tuning, plan, config, resume: evaluations[0].checkpoint });
    for (const [name, { data }] of weights) {
      expect(continued.get(name)?.data.every((value, i) => value === data[i])).toBe(true);
    }
  });
});
