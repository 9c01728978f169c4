import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import double from "../../../test/reference/inception-v3-float64.json" with { type: "json" };
import reference from "../../../test/reference/inception-v3-tfjs.json" with { type: "json" };
import { relativeError } from "../../../test/support/operation-check.ts";
import { exportInference } from "../network.ts";
import type { Tensor } from "../tensor.ts";
import { loadBackbone, selfTestBackbone, selfTestImage, shippedBackbone } from "./backbone-folder.ts";
import { openSession } from "./session.ts";

const folder = mkdtempSync(join(tmpdir(), "hemacast-backbone-"));
afterAll(() => rmSync(folder, { recursive: true }));

function channelMeans({ shape, data }: Tensor): number[] {
  const places = data.length / (shape[1] as number);
  return Array.from(
    { length: shape[1] as number },
    (_, c) => data.subarray(c * places, (c + 1) * places).reduce((s, v) => s + v, 0) / places,
  );
}

it("the shipped ResNet-50 gives PyTorch's features, and others with one filter changed", async () => {
  const shipped = shippedBackbone("resnet50-ct");
  const loaded = await loadBackbone(shipped);
  expect(await selfTestBackbone(shipped, loaded)).toBeLessThan(1e-4);
  const weights = new Map(loaded.weights);
  const { shape, data } = weights.get("layer3.2.conv2.weight") as Tensor;
  weights.set("layer3.2.conv2.weight", { shape, data: data.map((value) => 1.01 * value) });
  await expect(selfTestBackbone(shipped, { ...loaded, weights })).rejects.toMatchObject({ code: "SELF_TEST_FAILED" });
});

describe("the shipped Inception-v3", () => {
  it("gives the features of the package that it was made from, at every depth", async () => {
    const { network, weights, description } = await loadBackbone(shippedBackbone("inception-v3"));
    const image = selfTestImage(description);
    const taps = Object.entries(reference.cases);
    const session = await openSession(
      exportInference(network, weights, image.shape, [...taps.map(([name]) => name), "features"]),
    );
    const found = await session.run({ image });
    await session.release();
    // TensorFlow.js adds the products of a filter one by one in float32 and is itself 1.5e-5 of the largest feature (1e-6 root mean square)
    // away from double precision; the next test holds ours to double precision more tightly.
    for (const [name, expected] of taps)
      expect(relativeError(channelMeans(found[name] as Tensor), expected), name).toBeLessThan(3e-5);
    expect(relativeError(found.features?.data ?? [], reference.cases.mixed10)).toBeLessThan(3e-5);
  });

  it("gives the features of double precision, and TensorFlow.js is the side that is off", async () => {
    const { network, weights, description } = await loadBackbone(shippedBackbone("inception-v3"));
    const image = selfTestImage(description);
    const session = await openSession(exportInference(network, weights, image.shape, ["features"]));
    const found = (await session.run({ image })).features?.data ?? [];
    await session.release();
    expect(relativeError(found, double.features)).toBeLessThan(3e-6);
    expect(relativeError(reference.cases.mixed10, double.features)).toBeGreaterThan(1e-5);
  });

  it("passes its self-test, and fails it with other weights", async () => {
    const loaded = await loadBackbone(shippedBackbone("inception-v3"));
    expect(await selfTestBackbone(shippedBackbone("inception-v3"), loaded)).toBeLessThan(1e-4);
    const weights = new Map(loaded.weights);
    const name = "Mixed_6c.branch7x7_2.weight";
    const { shape, data } = weights.get(name) as Tensor;
    weights.set(name, { shape, data: data.map((value) => 1.01 * value) });
    await expect(selfTestBackbone(shippedBackbone("inception-v3"), { ...loaded, weights })).rejects.toMatchObject({
      code: "SELF_TEST_FAILED",
    });
  });

  it("refuses weights that are not the published ones, and descriptions that are not sound", async () => {
    cpSync(shippedBackbone("inception-v3"), folder, { recursive: true });
    const file = join(folder, "weights.safetensors");
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    writeFileSync(file, bytes);
    await expect(loadBackbone(folder)).rejects.toMatchObject({ code: "CHECKSUM_MISMATCH" });
    const path = join(folder, "backbone.json");
    const description = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...description, weights: "../weights.safetensors" }));
    await expect(loadBackbone(folder)).rejects.toMatchObject({ code: "BUNDLE_INVALID" });
    writeFileSync(path, "{");
    await expect(loadBackbone(folder)).rejects.toMatchObject({ code: "BUNDLE_INVALID" });
    await expect(loadBackbone(join(folder, "none"))).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
  });
});
