import { describe, expect, it } from "vitest";
import { relativeError } from "../../../test/support/operation-check.ts";
import { dataPath, sharedData } from "../../../test/support/shared-data.ts";
import { HemacastError } from "../../core/errors.ts";
import { createRandom } from "../../core/random.ts";
import { constant } from "../graph/emit.ts";
import { createGraph, input } from "../graph/graph.ts";
import { encodeOnnx } from "../graph/onnx.ts";
import { inceptionV3 } from "../models/inception-v3.ts";
import { resnet50 } from "../models/resnet50.ts";
import { exportInference, parametersOf } from "../network.ts";
import { conv } from "../ops/conv.ts";
import { frozenBatchNorm } from "../ops/frozen-batch-norm.ts";
import { openSession } from "../session/session.ts";
import { readSafetensorsFile } from "../session/weights-file.ts";
import { createTensor, type Shape, type Tensor } from "../tensor.ts";
import { type ForeignLayout, type ImportRow, importConvolutions } from "./import.ts";
import { kerasInceptionV3, kerasName, kerasResnet50, torchInceptionV3, torchResnet50 } from "./layouts.ts";
import { toWeights } from "./safetensors.ts";

function shapesOf(network: ReturnType<typeof resnet50>, size: number): Map<string, Shape> {
  return new Map([...parametersOf(network, [1, 3, size, size])].map(([name, { value }]) => [name, value.shape]));
}

/** A foreign file of the right names and shapes, with values of both signs and variances above 0.5. */
function foreign(expected: ReadonlyMap<string, Shape>, layout: ForeignLayout): Map<string, Tensor> {
  const drawn = (shape: Shape, least: number): Tensor => {
    const tensor = createTensor(shape);
    for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = least > 0 ? least + (i % 7) / 7 : ((i % 11) - 5) / 50;
    return tensor;
  };
  const tensors = new Map<string, Tensor>();
  for (const { name, weight, norm } of layout.sources) {
    const [filters, inputs, height, width] = expected.get(`${name}.weight`) as [number, number, number, number];
    tensors.set(
      weight,
      drawn(layout.filters === "oihw" ? [filters, inputs, height, width] : [height, width, inputs, filters], 0),
    );
    for (const part of [norm.gain, norm.shift, norm.mean]) tensors.set(part, drawn([filters], 0));
    tensors.set(norm.variance, drawn([filters], 0.5));
  }
  return tensors;
}

function rowsOf(action: () => unknown): readonly ImportRow[] {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof HemacastError && thrown.code === "BUNDLE_INVALID") return thrown.details.rows as ImportRow[];
    throw thrown;
  }
  throw new Error("nothing was refused");
}

const resnetShapes = shapesOf(resnet50(), 64);
const inceptionShapes = shapesOf(inceptionV3(), 299);
const layouts: [string, ReadonlyMap<string, Shape>, ForeignLayout][] = [
  ["ResNet-50 of torchvision", resnetShapes, torchResnet50(resnetShapes)],
  ["ResNet-50 of Keras", resnetShapes, kerasResnet50(resnetShapes)],
  ["Inception-v3 of torchvision", inceptionShapes, torchInceptionV3(inceptionShapes)],
  ["Inception-v3 of Keras", inceptionShapes, kerasInceptionV3(inceptionShapes, 0)],
];

describe.each(layouts)("importing %s", (_, expected, layout) => {
  it("matches every name, and says so in the table", () => {
    const { weights, rows } = importConvolutions(expected, foreign(expected, layout), layout);
    expect([...weights.keys()].sort()).toEqual([...expected.keys()].sort());
    expect(rows.every((row) => row.state === "matched")).toBe(true);
  });
});

describe("an import that does not match", () => {
  const layout = torchResnet50(resnetShapes);
  const change = (edit: (tensors: Map<string, Tensor>) => void): readonly ImportRow[] => {
    const tensors = foreign(resnetShapes, layout);
    edit(tensors);
    return rowsOf(() => importConvolutions(resnetShapes, tensors, layout)).filter((row) => row.state !== "matched");
  };

  it("names what is missing", () => {
    const [row] = change((tensors) => tensors.delete("layer3.2.bn1.running_var"));
    expect(row).toEqual({ state: "missing", name: "layer3.2.conv1", from: ["layer3.2.bn1.running_var"] });
  });

  it("names what is unexpected, but leaves out the classifier", () => {
    const extra = createTensor([1]);
    expect(change((tensors) => tensors.set("layer5.weight", extra).set("fc.weight", extra))).toEqual([
      { state: "unexpected", name: "layer5.weight", from: [] },
    ]);
  });

  it("refuses another shape", () => {
    expect(() => {
      const tensors = foreign(resnetShapes, layout);
      tensors.set("conv1.weight", createTensor([64, 1, 7, 7]));
      importConvolutions(resnetShapes, tensors, layout);
    }).toThrowCode("BUNDLE_INVALID");
  });

  it("knows Keras's spellings", () => {
    expect(["conv1_conv/kernel", "conv1_conv/conv1_conv/kernel:0"].map(kerasName)).toEqual([
      "conv1_conv/kernel",
      "conv1_conv/kernel",
    ]);
  });
});

it("folding gives what convolution and normalisation give one after the other", async () => {
  const expected = new Map([
    ["conv1.weight", [4, 3, 3, 3]],
    ["conv1.bias", [4]],
  ]);
  const layout = torchResnet50(expected);
  const tensors = foreign(expected, layout).set("conv1.bias", createTensor([4], new Float32Array([1, -1, 0.5, 2])));
  const { weights } = importConvolutions(expected, tensors, layout);
  const graph = createGraph();
  const x = input(graph, "x", [1, 3, 6, 6]);
  const known = (source: ReadonlyMap<string, Tensor>, name: string) => {
    const { shape, data } = source.get(name) as Tensor;
    return constant(graph, data, shape);
  };
  const statistics = {
    gain: known(tensors, "bn1.weight"),
    shift: known(tensors, "bn1.bias"),
    mean: known(tensors, "bn1.running_mean"),
    variance: known(tensors, "bn1.running_var"),
  };
  const apart = frozenBatchNorm(
    conv(x, known(tensors, "conv1.weight"), known(tensors, "conv1.bias")),
    statistics,
    1e-5,
  );
  const folded = conv(x, known(weights, "conv1.weight"), known(weights, "conv1.bias"));
  const session = await openSession(encodeOnnx(graph, { apart, folded }));
  const random = createRandom(2);
  const found = await session.run({
    x: createTensor(
      [1, 3, 6, 6],
      Float32Array.from({ length: 108 }, () => random.normal()),
    ),
  });
  await session.release();
  expect(relativeError(found.folded?.data ?? [], found.apart?.data ?? [1])).toBeLessThan(1e-5);
});

describe.skipIf(!sharedData)("a real ResNet-50 trunk", () => {
  it("imports by name and turns an image into features that differ from each other and from zero", async () => {
    const network = resnet50({ stages: 3, strideOn: "1x1", poolBorder: "behind" });
    const expected = shapesOf(network, 224);
    const file = await readSafetensorsFile(dataPath("resnet50_trunk/resnet50_conv1_to_layer3.fp16.safetensors"));
    const { weights, rows } = importConvolutions(expected, toWeights(file.tensors), torchResnet50(expected));
    expect(rows.filter((row) => row.state === "matched")).toHaveLength(43);
    const image = createTensor([1, 3, 224, 224]);
    for (let i = 0; i < image.data.length; i++) image.data[i] = 60 * Math.sin(i / 37) * Math.cos(i / 5003);
    const session = await openSession(exportInference(network, weights, image.shape, ["features"]));
    const { features } = await session.run({ image });
    await session.release();
    const values = [...(features?.data ?? [])];
    expect(values).toHaveLength(1024);
    expect(values.filter((value) => value > 1e-3).length).toBeGreaterThan(300);
    expect(Math.max(...values)).toBeLessThan(100);
  });
});
