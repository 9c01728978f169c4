import { describe, expect, it } from "vitest";
import { relativeError } from "../../../test/support/operation-check.ts";
import { createRandom } from "../../core/random.ts";
import { createGraph, input } from "../graph/graph.ts";
import { encodeOnnx } from "../graph/onnx.ts";
import { unet } from "../models/unet.ts";
import { exportInference, initialWeights } from "../network.ts";
import { relu } from "../ops/relu.ts";
import { createTensor, type Tensor } from "../tensor.ts";
import { loadRuntime, openSession } from "./session.ts";

function reluModel(): Uint8Array {
  const graph = createGraph();
  return encodeOnnx(graph, { y: relu(input(graph, "x", [2, 2])) });
}

describe.each(["node", "web"] as const)("the session contract, runtime %s", (runtime) => {
  it("says what goes in and out, and runs", async () => {
    const session = await openSession(reluModel(), { runtime });
    expect([...session.inputs]).toEqual([["x", [2, 2]]]);
    expect([...session.outputs]).toEqual([["y", [2, 2]]]);
    const { y } = await session.run({ x: createTensor([2, 2], new Float32Array([-1, 2, -3, 4])) });
    expect(y).toEqual({ shape: [2, 2], data: new Float32Array([0, 2, 0, 4]) });
    await session.release();
  });

  it("reads a part of a larger array as what it is", async () => {
    const session = await openSession(reluModel(), { runtime });
    const all = new Float32Array([9, 9, 1, 2, 3, 4, 9]);
    const { y } = await session.run({ x: createTensor([2, 2], all.subarray(2, 6)) });
    expect([...(y?.data ?? [])]).toEqual([1, 2, 3, 4]);
    await session.release();
  });

  it("refuses inputs that are missing, unknown or of another shape", async () => {
    const session = await openSession(reluModel(), { runtime });
    const x = createTensor([2, 2]);
    const wrong: Record<string, Tensor>[] = [{}, { x, z: x }, { x: createTensor([4]) }, { x: createTensor([1, 4]) }];
    for (const feeds of wrong) {
      await expect(session.run(feeds)).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
    }
    await session.release();
  });

  it("refuses bytes that are no model", async () => {
    await expect(openSession(new Uint8Array([1, 2, 3]), { runtime })).rejects.toMatchObject({ code: "BUNDLE_INVALID" });
  });
});

it("both runtimes give the same U-Net", async () => {
  const network = unet({ base: 4, depth: 2 });
  const shape = [1, 1, 32, 32];
  const random = createRandom(1);
  const model = exportInference(network, initialWeights(network, shape, random), shape, ["logits"]);
  const image = createTensor(
    shape,
    Float32Array.from({ length: 1024 }, () => random.normal()),
  );
  const [native, web] = await Promise.all(
    (["node", "web"] as const).map(async (runtime) => {
      const session = await openSession(model, { runtime });
      const { logits } = await session.run({ image });
      await session.release();
      return logits?.data ?? [];
    }),
  );
  // Float32 sums in another order, over a dozen layers.
  expect(relativeError(web ?? [], native ?? [1])).toBeLessThan(1e-4);
});

it("says which line installs a runtime that is missing", async () => {
  const missing = loadRuntime(() => Promise.reject(new Error("not found")), "onnxruntime-node", " --flag");
  await expect(missing).rejects.toMatchObject({ code: "DEPENDENCY_MISSING" });
  await expect(missing).rejects.toThrow("npm install onnxruntime-node --flag");
});
