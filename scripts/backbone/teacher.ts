/** What Inception-v3 says of each view: the direction that the backbone's features are pulled towards. */
import { existsSync } from "node:fs";
import { createRandom } from "../../src/core/random.ts";
import { exportInference } from "../../src/nn/network.ts";
import { loadBackbone, shippedBackbone } from "../../src/nn/session/backbone-folder.ts";
import { openSession } from "../../src/nn/session/session.ts";
import { readWeights, writeWeights } from "../../src/nn/session/weights-file.ts";
import { createTensor, type Tensor } from "../../src/nn/tensor.ts";
import { plainImages, type View } from "./views.ts";

/**
 * Features [views, 2048] of the views, resized to `pixels`; kept in a file.
 *
 * @param path where they are kept; removed by hand when the views change
 */
export async function inceptionFeatures(
  views: readonly View[],
  pixels: number,
  windowsHu: readonly (readonly [number, number])[],
  path: string,
): Promise<Tensor> {
  const known = existsSync(path) ? (await readWeights(path)).get("features") : undefined;
  if (known?.shape[0] === views.length) return known;
  const { network, weights } = await loadBackbone(shippedBackbone("inception-v3"));
  const session = await openSession(exportInference(network, weights, [1, 3, pixels, pixels], ["features"]));
  const features = createTensor([views.length, 2048]);
  for (const [n, view] of views.entries()) {
    const small = plainImages([view], Math.sqrt(view.hu.length), windowsHu);
    const { features: found } = await session.run({ image: resized(small, pixels) });
    features.data.set((found as Tensor).data, n * 2048);
  }
  await session.release();
  await writeWeights(path, new Map([["features", features]]));
  return features;
}

/** An image [1, c, h, h] at another size, bilinear. */
export function resized(image: Tensor, pixels: number): Tensor {
  const [, channels, size] = image.shape as [number, number, number];
  const out = createTensor([1, channels, pixels, pixels]);
  const at = (k: number): { i: number; part: number } => {
    const place = Math.min(size - 1, Math.max(0, ((k + 0.5) * size) / pixels - 0.5));
    const i = Math.min(size - 2, Math.floor(place));
    return { i, part: place - i };
  };
  for (let c = 0; c < channels; c++) {
    for (let v = 0; v < pixels; v++) {
      const { i: y, part: t } = at(v);
      for (let u = 0; u < pixels; u++) {
        const { i: x, part: s } = at(u);
        const k = (c * size + y) * size + x;
        const value = (from: number): number =>
          (image.data[from] as number) * (1 - s) + (image.data[from + 1] as number) * s;
        out.data[(c * pixels + v) * pixels + u] = value(k) * (1 - t) + value(k + size) * t;
      }
    }
  }
  return out;
}

/**
 * Features as directions to learn: each brought to mean 0 and deviation 1 over the views, then mixed by a fixed random matrix into fewer,
 * which keeps the angles between views (Johnson & Lindenstrauss).
 */
export function teacherDirections(features: Tensor, count: number, seed: number): Tensor {
  const [views, width] = features.shape as [number, number];
  const random = createRandom(seed).fork("teacher");
  const mix = Float32Array.from({ length: width * count }, () => random.normal() / Math.sqrt(count));
  const [mean, square] = [new Float64Array(width), new Float64Array(width)];
  for (let n = 0; n < views; n++) {
    for (let i = 0; i < width; i++) {
      const value = features.data[n * width + i] as number;
      mean[i] = (mean[i] as number) + value / views;
      square[i] = (square[i] as number) + value ** 2 / views;
    }
  }
  const directions = createTensor([views, count]);
  for (let n = 0; n < views; n++) {
    for (let i = 0; i < width; i++) {
      // A feature that never fires tells nothing.
      const deviation = Math.sqrt(Math.max(0, (square[i] as number) - (mean[i] as number) ** 2));
      if (deviation < 1e-4) continue;
      const z = ((features.data[n * width + i] as number) - (mean[i] as number)) / deviation;
      for (let j = 0; j < count; j++) {
        directions.data[n * count + j] =
          (directions.data[n * count + j] as number) + z * (mix[i * count + j] as number);
      }
    }
  }
  return directions;
}
