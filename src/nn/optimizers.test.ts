import { describe, expect, it } from "vitest";
import { adamW, averageWeights, globalNorm, type Optimizer, sgd } from "./optimizers.ts";
import { cosineSchedule } from "./schedules.ts";
import { afterEvaluation, notStarted } from "./train/early-stopping.ts";

function run(optimizer: Optimizer, steps: number): number[] {
  const parameter = new Float32Array([1, -2, 3]);
  const slots = optimizer.slots.map(() => new Float32Array(3));
  for (let step = 1; step <= steps; step++) {
    const gradient = parameter.map((value, i) => value * (i + 1));
    optimizer.update(step, 0.1, parameter, gradient, slots, true);
  }
  return [...parameter];
}

describe("optimisers", () => {
  // PyTorch 1.13.1 (Debian python3-torch), /usr/bin/python3 test/reference/nn-optimizers.py
  it.each([
    ["adamW", adamW({ weightDecay: 0.05 }), "adamW"],
    ["sgd with momentum", sgd({ momentum: 0.9, weightDecay: 0.05 }), "sgd"],
    ["sgd with Nesterov momentum", sgd({ momentum: 0.9, weightDecay: 0.05, nesterov: true }), "nesterov"],
  ] as const)("%s follows PyTorch", async (_, optimizer, key) => {
    const { default: reference } = await import("../../test/reference/nn-optimizers.json", { with: { type: "json" } });
    // Ten steps of float32 arithmetic in another order.
    expect(run(optimizer, 10)).toBeAllClose(reference.cases[key], { relative: 1e-5, absolute: 1e-6 });
  });

  it("weight decay leaves parameters alone that do not decay", () => {
    const parameter = new Float32Array([1]);
    adamW({ weightDecay: 1 }).update(
      1,
      0.1,
      parameter,
      new Float32Array(1),
      [new Float32Array(1), new Float32Array(1)],
      false,
    );
    expect(parameter[0]).toBe(1);
  });

  it("refuses rates outside their range", () => {
    expect(() => adamW({ beta1: 1 })).toThrowCode("ARGUMENT_INVALID");
    expect(() => sgd({ momentum: -0.1 })).toThrowCode("ARGUMENT_INVALID");
    expect(() => cosineSchedule({ peak: 1, warmUpSteps: 5, totalSteps: 5 })).toThrowCode("ARGUMENT_INVALID");
  });

  it("the global norm refuses what is not finite", () => {
    expect(() => globalNorm([new Float32Array([1]), new Float32Array([Number.NaN])])).toThrowCode("NON_FINITE");
    expect(() => globalNorm([new Float32Array([Number.POSITIVE_INFINITY])])).toThrowCode("NON_FINITE");
  });

  it("an average of weights forgets its start and then follows slowly", () => {
    const average = new Float32Array([0]);
    for (let step = 1; step <= 1000; step++) averageWeights(average, new Float32Array([1]), 0.99, step);
    expect(average[0]).toBeGreaterThan(0.999);
    averageWeights(average, new Float32Array([2]), 0.99, 1001);
    expect(average[0]).toBeLessThan(1.011);
  });
});

describe("schedules", () => {
  it("rises, peaks, falls and stays", () => {
    const rate = cosineSchedule({ peak: 1, warmUpSteps: 4, totalSteps: 14, floor: 0.1 });
    expect([1, 2, 4, 9, 14, 20].map(rate)).toBeAllClose([0.25, 0.5, 1, 0.55, 0.1, 0.1], { absolute: 1e-12 });
  });
});

describe("early stopping", () => {
  it("keeps the best and stops after its patience", () => {
    let state = notStarted;
    const seen = [0.5, 0.7, 0.6, 0.7, 0.65].map((score, i) => {
      state = afterEvaluation(state, { step: i + 1, score, patience: 3 });
      return [state.improved, state.stop];
    });
    expect(seen).toEqual([
      [true, false],
      [true, false],
      [false, false],
      [false, false],
      [false, true],
    ]);
    expect(state).toMatchObject({ best: 0.7, bestStep: 2, stale: 3 });
  });

  it("refuses a score that is no number", () => {
    expect(() => afterEvaluation(notStarted, { step: 1, score: Number.NaN, patience: 3 })).toThrowCode(
      "ARGUMENT_INVALID",
    );
  });
});
