import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { unet } from "../models/unet.ts";
import { initialWeights } from "../network.ts";
import { adamW } from "../optimizers.ts";
import { constantSchedule } from "../schedules.ts";
import { createTensor } from "../tensor.ts";
import { segmentationObjective } from "./segmentation-objective.ts";
import { createTrainer } from "./trainer.ts";

it("does not grow in memory: 500 steps, resident size flat within 5 %", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const network = unet({ base: 4, depth: 2 });
  const shape = [2, 1, 16, 16];
  const random = createRandom(1);
  const weights = initialWeights(network, shape, random);
  const run = createTrainer({
    ...{ objective: segmentationObjective(network), weights, optimizer: adamW(), schedule: constantSchedule(1e-3) },
    ...{ seed: 1, clipNorm: 1, averageDecay: 0.9 },
  });
  const memory: { residentMb: number; arraysMb: number }[] = [];
  for (let step = 1; step <= 500; step++) {
    const image = createTensor(
      shape,
      Float32Array.from({ length: 512 }, () => random.normal()),
    );
    await run.train({ image, target: createTensor(shape, new Float32Array(512).fill(1, 100, 160)) });
    if (step % 50 === 0) {
      run.checkpoint();
      collect();
      const { rss, arrayBuffers } = process.memoryUsage();
      memory.push({ residentMb: rss / 2 ** 20, arraysMb: arrayBuffers / 2 ** 20 });
    }
  }
  await run.release();
  // The first hundred steps load the session and fill the allocator's pools.
  const [first, ...later] = memory.slice(1) as [(typeof memory)[0], ...typeof memory];
  for (const { residentMb } of later) {
    expect(residentMb / first.residentMb, JSON.stringify(memory)).toBeLessThan(1.05);
  }
  // One copy of this network's gradients kept per step would be 5 MB in 400 steps at the least. Buffers are freed in the background, so any single
  // measurement, the first one included, may be off by the 2 MB that are on their way out: half of what the smallest leak would leave is the line.
  const kept = Math.min(...later.slice(-4).map(({ arraysMb }) => arraysMb));
  expect(kept - first.arraysMb, JSON.stringify(memory)).toBeLessThan(2.5);
});
