import { describe, expect, it } from "vitest";
import { relativeError } from "../../../test/support/operation-check.ts";
import { createRandom } from "../../core/random.ts";
import { exportInference, initialWeights, parametersOf, weightCount } from "../network.ts";
import { adamW } from "../optimizers.ts";
import { constantSchedule } from "../schedules.ts";
import { openSession } from "../session/session.ts";
import { createTensor, elementCount, type Shape, type Tensor } from "../tensor.ts";
import { segmentationObjective } from "../train/segmentation-objective.ts";
import { createTrainer } from "../train/trainer.ts";
import { unet } from "./unet.ts";

function noise(shape: Shape, seed: number): Tensor {
  const random = createRandom(seed);
  return createTensor(
    shape,
    Float32Array.from({ length: elementCount(shape) }, () => random.normal()),
  );
}

describe("U-Net", () => {
  it("has the parameters that its plan says", () => {
    const shapes = new Map(
      [...parametersOf(unet({ base: 16, depth: 4 }), [1, 1, 32, 32])].map(([name, { value }]) => [name, value.shape]),
    );
    expect(shapes.get("encoder.0.conv1.weight")).toEqual([16, 1, 3, 3]);
    expect(shapes.get("bottleneck.conv2.weight")).toEqual([256, 256, 3, 3]);
    expect(shapes.get("up.3.weight")).toEqual([256, 128, 2, 2]);
    expect(shapes.get("decoder.0.conv1.weight")).toEqual([16, 32, 3, 3]);
    expect(shapes.get("head.weight")).toEqual([1, 16, 1, 1]);
  });

  it.each([
    ["2D", { kind: "2d", channels: 3, base: 4, depth: 2 }, [2, 3, 16, 24]],
    ["2.5D", { kind: "2.5d", slices: 5, base: 4, depth: 2 }, [2, 5, 16, 16]],
    ["3D", { kind: "3d", base: 4, depth: 2 }, [1, 1, 8, 8, 12]],
    ["3D with flat first levels", { kind: "3d", base: 4, depth: 3, flatLevels: 2 }, [1, 1, 4, 16, 16]],
    [
      "residual, group norm, several classes",
      { base: 8, depth: 2, residual: true, norm: "group", classes: 3 },
      [1, 1, 16, 16],
    ],
    ["without norm, deeply supervised", { base: 4, depth: 3, norm: "none", deepSupervision: true }, [2, 1, 16, 16]],
  ] as const)("%s trains a step and infers what it was trained to", async (_, config, shape) => {
    const network = unet(config as Parameters<typeof unet>[0]);
    const weights = initialWeights(network, shape, createRandom(1));
    const objective = segmentationObjective(network);
    const trainer = createTrainer({
      objective,
      weights,
      optimizer: adamW(),
      schedule: constantSchedule(1e-3),
      seed: 1,
    });
    const classes = "classes" in config ? config.classes : 1;
    const target = createTensor([shape[0], classes, ...shape.slice(2)]);
    target.data.fill(1, 0, 40);
    const image = noise(shape, 2);
    const first = await trainer.train({ image, target });
    expect(first.gradientNorm).toBeGreaterThan(0);
    const again = await trainer.evaluate({ image, target });
    expect(again.loss).toBeLessThan(first.loss);

    const session = await openSession(exportInference(network, trainer.weights(), shape, ["probability"]));
    const { probability } = await session.run({ image });
    expect(relativeError(probability?.data ?? [], again.reports.probability?.data ?? [])).toBeLessThan(1e-5);
    await session.release();
    await trainer.release();
  });

  it("starts each parameter from its name and the seed alone", () => {
    const [narrow, wide] = [unet({ base: 4, depth: 1 }), unet({ base: 4, depth: 2 })].map((n) =>
      initialWeights(n, [1, 1, 8, 8], createRandom(3)),
    );
    expect(narrow?.get("encoder.0.conv2.weight")).toEqual(wide?.get("encoder.0.conv2.weight"));
    expect(weightCount(narrow ?? new Map())).toBeLessThan(weightCount(wide ?? new Map()));
  });

  it("refuses configurations and images that do not fit", () => {
    expect(() => unet({ base: 0 })).toThrowCode("CONFIG_INVALID");
    expect(() => unet({ filters: 3 } as object)).toThrowCode("CONFIG_INVALID");
    expect(() => unet({ kind: "2d", slices: 3 })).toThrowCode("CONFIG_INVALID");
    expect(() => unet({ kind: "2.5d", slices: 4 })).toThrowCode("CONFIG_INVALID");
    expect(() => unet({ flatLevels: 1 })).toThrowCode("CONFIG_INVALID");
    expect(() => parametersOf(unet({ depth: 3 }), [1, 1, 20, 16])).toThrowCode("ARGUMENT_INVALID");
    expect(() => parametersOf(unet(), [1, 2, 16, 16])).toThrowCode("ARGUMENT_INVALID");
    expect(() => parametersOf(unet({ kind: "3d" }), [1, 1, 16, 16])).toThrowCode("ARGUMENT_INVALID");
    expect(() => exportInference(unet(), new Map(), [1, 1, 16, 16], ["probability"])).toThrowCode("BUNDLE_INVALID");
    const weights = initialWeights(unet(), [1, 1, 16, 16], createRandom(1));
    expect(() => exportInference(unet(), weights, [1, 1, 16, 16], ["mask"])).toThrowCode("ARGUMENT_INVALID");
  });
});
