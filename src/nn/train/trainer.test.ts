import { afterEach, describe, expect, it } from "vitest";
import { createRandom, type Random } from "../../core/random.ts";
import { unet } from "../models/unet.ts";
import { initialWeights } from "../network.ts";
import { mul } from "../ops/mul.ts";
import { sqrt } from "../ops/sqrt.ts";
import { adamW, sgd } from "../optimizers.ts";
import { constantSchedule, cosineSchedule } from "../schedules.ts";
import { createTensor, type Tensor, type Weights } from "../tensor.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import { segmentationObjective } from "./segmentation-objective.ts";
import { type Batch, createTrainer, type Trainer, type TrainerOptions } from "./trainer.ts";

const network = unet({ base: 4, depth: 2 });
const start = initialWeights(network, [1, 1, 16, 16], createRandom(5));
const open: Trainer[] = [];

function trainer(options: Partial<TrainerOptions> = {}): Trainer {
  const made = createTrainer({
    objective: segmentationObjective(network),
    weights: start,
    optimizer: adamW(),
    schedule: cosineSchedule({ peak: 1e-2, warmUpSteps: 2, totalSteps: 20 }),
    seed: 1,
    clipNorm: 1,
    averageDecay: 0.9,
    ...options,
  });
  open.push(made);
  return made;
}

afterEach(async () => {
  for (const made of open.splice(0)) await made.release();
});

/** Noise with a bright disc, and the disc. */
function discs(random: Random, images: number, size: number): { image: Tensor; target: Tensor } {
  const [image, target] = [createTensor([images, 1, size, size]), createTensor([images, 1, size, size])];
  for (let n = 0; n < images; n++) {
    const [x0, y0, radius] = [0.3, 0.3, 0.12].map((low) => size * (low + (0.4 * random.uniform() * low) / 0.3)) as [
      number,
      number,
      number,
    ];
    for (let k = 0; k < size * size; k++) {
      const inside = ((k % size) - x0) ** 2 + (Math.floor(k / size) - y0) ** 2 < radius ** 2;
      image.data[n * size * size + k] = 0.5 * random.normal() + (inside ? 1 : 0);
      target.data[n * size * size + k] = inside ? 1 : 0;
    }
  }
  return { image, target };
}

async function steps(run: Trainer, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await run.train(discs(run.random, 2, 16));
}

function bits(weights: Weights): Map<string, string> {
  return new Map(
    [...weights].map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex"),
    ]),
  );
}

describe("a training run", () => {
  it("two runs with one seed are identical, one with another seed is not", async () => {
    const runs = [trainer(), trainer(), trainer({ seed: 2 })] as const;
    for (const run of runs) await steps(run, 4);
    const [a, b, c] = runs.map((run) => bits(run.weights()));
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  it("continues from a checkpoint as if it had never stopped, bit by bit", async () => {
    const whole = trainer();
    await steps(whole, 8);
    const before = trainer();
    await steps(before, 5);
    const saved = decodeCheckpoint(encodeCheckpoint(before.checkpoint({ stale: 2 })));
    expect(saved.notes).toEqual({ stale: 2 });
    const after = trainer({ resume: saved });
    expect(after.step()).toBe(5);
    await steps(after, 3);
    expect(bits(after.weights())).toEqual(bits(whole.weights()));
    expect(bits(after.averagedWeights())).toEqual(bits(whole.averagedWeights()));
    expect(after.random.state()).toEqual(whole.random.state());
  });

  it("a step whose loss is not finite changes nothing", async () => {
    const run = trainer();
    await steps(run, 2);
    const before = run.checkpoint();
    const bad = discs(createRandom(1), 2, 16);
    bad.image.data[7] = Number.NaN;
    await expect(run.train(bad)).rejects.toMatchObject({ code: "NON_FINITE" });
    expect(bits(run.weights())).toEqual(bits(before.weights));
    expect(encodeCheckpoint(run.checkpoint())).toEqual(encodeCheckpoint(before));
    await steps(run, 1);
    expect(run.step()).toBe(3);
  });

  it("a gradient that is not finite changes nothing although the loss is", async () => {
    // The slope of the root at 0 is infinite.
    const run = trainer({
      objective: (graph, batch) => ({ loss: sqrt(mul(segmentationObjective(network)(graph, batch).loss, 0)) }),
    });
    const before = bits(run.weights());
    await expect(run.train(discs(createRandom(1), 2, 16))).rejects.toMatchObject({ code: "NON_FINITE" });
    expect(bits(run.weights())).toEqual(before);
  });

  it("accumulated gradients equal those of the whole batch", async () => {
    // A loss that is a mean over images: cross-entropy. Instance norm keeps images apart.
    const objective: TrainerOptions["objective"] = (graph, batch) =>
      segmentationObjective(network, (l, t) => meanLoss(l, t))(graph, batch);
    const { bceWithLogits: meanLoss } = await import("../losses.ts");
    const { image, target } = discs(createRandom(4), 3, 16);
    const part = (tensor: Tensor, from: number, to: number): Tensor =>
      createTensor([to - from, 1, 16, 16], tensor.data.slice(from * 256, to * 256));
    const parts: Batch[] = [
      [0, 1],
      [1, 3],
    ].map(([from, to]) => ({
      image: part(image, from as number, to as number),
      target: part(target, from as number, to as number),
    }));
    const optimizer = sgd();
    const [whole, split] = [trainer({ objective, optimizer }), trainer({ objective, optimizer })];
    const [a, b] = [await whole.train({ image, target }), await split.train(parts)];
    expect(b.loss).toBeAllClose(a.loss, { relative: 1e-5 });
    expect(b.gradientNorm).toBeAllClose(a.gradientNorm, { relative: 1e-4 });
  });

  it("moves only what is trainable", async () => {
    const run = trainer({ trainable: (name) => name.startsWith("head") });
    await steps(run, 1);
    const moved = [...bits(run.weights())]
      .filter(([name, value]) => value !== bits(start).get(name))
      .map(([name]) => name);
    expect(moved.sort()).toEqual(["head.bias", "head.weight"]);
  });

  it("evaluates without a step", async () => {
    const run = trainer();
    const { loss, reports } = await run.evaluate(discs(createRandom(1), 1, 32));
    expect(loss).toBeGreaterThan(0);
    expect(reports.probability?.shape).toEqual([1, 1, 32, 32]);
    expect(run.step()).toBe(0);
  });

  it("refuses a checkpoint of another network, optimiser or kind of averaging", async () => {
    const saved = trainer().checkpoint();
    const other = initialWeights(unet({ base: 4, depth: 1 }), [1, 1, 16, 16], createRandom(5));
    const resume: Partial<TrainerOptions> = { resume: saved };
    expect(() => trainer({ ...resume, weights: other })).toThrowCode("BUNDLE_INVALID");
    expect(() => trainer({ ...resume, optimizer: sgd() })).toThrowCode("BUNDLE_INVALID");
    expect(() =>
      createTrainer({
        objective: segmentationObjective(network),
        weights: start,
        optimizer: adamW(),
        schedule: constantSchedule(1),
        seed: 1,
        resume: saved,
      }),
    ).toThrowCode("BUNDLE_INVALID");
    expect(() => trainer({ clipNorm: 0 })).toThrowCode("ARGUMENT_INVALID");
  });

  it("refuses bytes that are no checkpoint", () => {
    const saved: Checkpoint = trainer().checkpoint();
    expect(() => decodeCheckpoint(encodeCheckpoint(saved).subarray(0, 100))).toThrowCode("BUNDLE_INVALID");
  });
});

it("overfits eight images to a Dice above 0.98", async () => {
  const small = unet({ base: 8, depth: 2 });
  const run = trainer({
    objective: segmentationObjective(small),
    weights: initialWeights(small, [8, 1, 32, 32], createRandom(2)),
    schedule: cosineSchedule({ peak: 1e-2, warmUpSteps: 5, totalSteps: 120 }),
  });
  const batch = discs(createRandom(9), 8, 32);
  for (let i = 0; i < 120; i++) await run.train(batch);
  const probability = (await run.evaluate(batch)).reports.probability?.data as Float32Array;
  let [both, sum] = [0, 0];
  for (const [k, p] of probability.entries()) {
    const [found, truth] = [p > 0.5 ? 1 : 0, batch.target.data[k] as number];
    both += found * truth;
    sum += found + truth;
  }
  expect((2 * both) / sum).toBeGreaterThan(0.98);
});
