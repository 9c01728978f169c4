import fc from "fast-check";
import { expect, it } from "vitest";
import { HemacastError } from "../../core/errors.ts";
import { conv } from "../ops/conv.ts";
import { relu } from "../ops/relu.ts";
import { describeOnnx, dumpModel, operatorCounts } from "./describe.ts";
import { createGraph, input } from "./graph.ts";
import { encodeOnnx } from "./onnx.ts";
import { createMessageWriter, readMessage } from "./protobuf.ts";

function smallModel(): Uint8Array {
  const graph = createGraph();
  const weight = input(graph, "weight", [2, 1, 3, 3]);
  const y = relu(conv(input(graph, "image", [1, 1, 8, 8]), weight, null, { padding: [1, 1] }));
  return encodeOnnx(graph, { y }, { network: "small" });
}

it("reads back what was written", () => {
  const model = describeOnnx(smallModel());
  expect(model.inputs.map(({ name, shape }) => [name, shape])).toEqual([
    ["weight", [2, 1, 3, 3]],
    ["image", [1, 1, 8, 8]],
  ]);
  expect(model.outputs).toEqual([{ name: "y", type: "float32", shape: [1, 2, 8, 8] }]);
  expect(model.metadata).toEqual({ network: "small" });
  expect(operatorCounts(model)).toEqual([
    ["Conv", 1],
    ["Relu", 1],
    ["Identity", 1],
  ]);
  expect(model.nodes[0]?.attributes).toEqual({ kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] });
});

it("dumps a model as assignments with shapes", () => {
  const lines = dumpModel(describeOnnx(smallModel())).split("\n");
  expect(lines).toContain("input image: float32 [1, 1, 8, 8]");
  expect(lines).toContain("relu_1 [1, 2, 8, 8] = Relu(conv_0)");
  expect(lines.at(-1)).toBe("output y: float32 [1, 2, 8, 8]");
});

it("refuses what is not a model with a code, whatever the bytes", () => {
  expect(() => describeOnnx(new Uint8Array(0))).toThrowCode("BUNDLE_INVALID");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        describeOnnx(bytes);
      } catch (thrown) {
        expect(thrown instanceof HemacastError && thrown.code).toBe("BUNDLE_INVALID");
      }
    }),
  );
  const sound = smallModel();
  for (let cut = 1; cut < sound.length; cut += 7) {
    try {
      describeOnnx(sound.subarray(0, cut));
    } catch (thrown) {
      expect(thrown instanceof HemacastError && thrown.code).toBe("BUNDLE_INVALID");
    }
  }
});

it("numbers survive the wire, negative ones too", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const writer = createMessageWriter();
      writer.integer(3, value);
      const [field] = readMessage(writer.finish());
      expect(BigInt.asIntN(64, field?.value as bigint)).toBe(BigInt(value));
    }),
  );
});
