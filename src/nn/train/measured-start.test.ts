import { expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { resnet50 } from "../models/resnet50.ts";
import { exportInference, initialWeights } from "../network.ts";
import { openSession } from "../session/session.ts";
import { foldStandardized, standardizedConvLayer } from "../standardized-conv.ts";
import { createTensor } from "../tensor.ts";
import { measuredStart } from "./measured-start.ts";

it("a standardised network starts at the scale asked for and folds into the plain one", async () => {
  const shape = [2, 3, 32, 32];
  const random = createRandom(1);
  const images = createTensor(
    shape,
    Float32Array.from({ length: 2 * 3 * 32 * 32 }, () => random.normal()),
  );
  const trained = resnet50({ stages: 2 }, standardizedConvLayer);
  const drawn = initialWeights(trained, shape, random);
  const weights = await measuredStart((layer) => resnet50({ stages: 2 }, layer), drawn, images);
  expect([...weights.keys()]).toEqual([...drawn.keys()]);

  const features = async (network: typeof trained, values: typeof weights): Promise<Float32Array> => {
    const session = await openSession(exportInference(network, values, shape, ["conv1", "features"]));
    const found = await session.run({ image: images }).finally(() => session.release());
    // conv1 is behind its ReLU: half of a distribution with deviation 1 has a mean square of about 1 / 2.
    const conv1 = found.conv1?.data ?? new Float32Array();
    expect(conv1.reduce((sum, value) => sum + value ** 2, 0) / conv1.length).toBeAllClose(0.5, { absolute: 0.05 });
    return found.features?.data ?? new Float32Array();
  };
  const [before, after] = [
    await features(trained, weights),
    await features(resnet50({ stages: 2 }), foldStandardized(weights)),
  ];
  expect(after).toBeAllClose(before, { relative: 1e-4, absolute: 1e-5 });
});

it("refuses a gain without its filters", () => {
  expect(() => foldStandardized(new Map([["conv1.gain", createTensor([1])]]))).toThrowCode("ARGUMENT_INVALID");
});
