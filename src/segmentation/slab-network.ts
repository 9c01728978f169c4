/** The trained network as a function from slabs to probabilities: bounded memory, whatever the number of slices. */
import type { OnProgress } from "../core/progress.ts";
import { unet } from "../nn/models/unet.ts";
import { exportInference, type Network } from "../nn/network.ts";
import { openSession, type SessionOptions } from "../nn/session/session.ts";
import { createTensor, type Weights } from "../nn/tensor.ts";
import { neighboursOf, writeChannels } from "./network-input.ts";
import { channelsOf, type SegmentationPlan, SLICES_SEEN } from "./plan.ts";
import type { Slabs } from "./preprocess.ts";

/** Probabilities of hematoma for slabs. It owns memory outside of the garbage collector: release it. */
export interface SlabNetwork {
  /** One probability per pixel of the slabs, in their order. */
  predict(slabs: Pick<Slabs, "count" | "size" | "hu">, options?: PredictOptions): Promise<Float32Array>;
  release(): Promise<void>;
}

/** How slabs are predicted. */
export interface PredictOptions {
  /** Averages the prediction with that of the mirrored head: twice the time. */
  readonly mirrored?: boolean;
  readonly onProgress?: OnProgress;
}

/** Slices that go through the network at once: more gains no speed and takes memory. */
const SLICES_AT_ONCE = 4;

/** The network of a plan. */
export function networkOf(plan: SegmentationPlan): Network {
  return unet({
    kind: "2.5d",
    channels: plan.windowsHu.length,
    slices: SLICES_SEEN,
    base: plan.network.base,
    depth: plan.network.depth,
    deepSupervision: true,
  });
}

/**
 * Opens a network with its weights.
 *
 * @throws HemacastError BUNDLE_INVALID when the weights do not fit the plan, DEPENDENCY_MISSING without ONNX Runtime
 */
export async function openSlabNetwork(
  plan: SegmentationPlan,
  weights: Weights,
  options: SessionOptions = {},
): Promise<SlabNetwork> {
  const [columns, rows] = plan.patchPixels;
  const channels = channelsOf(plan);
  const shape = [SLICES_AT_ONCE, channels, rows, columns];
  const session = await openSession(exportInference(networkOf(plan), weights, shape, ["probability"]), options);
  const pixels = columns * rows;
  const run = async (slabs: Pick<Slabs, "count" | "hu">, first: number, mirrored: boolean): Promise<Float32Array> => {
    const image = new Float32Array(SLICES_AT_ONCE * channels * pixels);
    for (let n = 0; n < SLICES_AT_ONCE && first + n < slabs.count; n++) {
      const slices = neighboursOf(first + n, slabs.count).map((k) => {
        const hu = slabs.hu.subarray(k * pixels, (k + 1) * pixels);
        return mirrored ? mirroredRows(hu, columns) : hu;
      });
      writeChannels(slices, plan, image.subarray(n * channels * pixels, (n + 1) * channels * pixels));
    }
    const { probability } = await session.run({ image: createTensor(shape, image) });
    return mirrored ? mirroredRows(probability.data, columns) : probability.data;
  };
  return {
    async predict(slabs, { mirrored = false, onProgress } = {}) {
      const result = new Float32Array(slabs.count * pixels);
      for (let first = 0; first < slabs.count; first += SLICES_AT_ONCE) {
        const found = await run(slabs, first, false);
        if (mirrored) {
          const other = await run(slabs, first, true);
          for (let p = 0; p < found.length; p++) found[p] = (found[p] + other[p]) / 2;
        }
        const left = Math.min(SLICES_AT_ONCE, slabs.count - first) * pixels;
        result.set(found.subarray(0, left), first * pixels);
        onProgress?.({ stage: "segment", done: Math.min(first + SLICES_AT_ONCE, slabs.count), total: slabs.count });
      }
      return result;
    },
    release: () => session.release(),
  };
}

function mirroredRows(values: Float32Array, columns: number): Float32Array {
  const result = values.slice();
  for (let row = 0; row < result.length; row += columns) result.subarray(row, row + columns).reverse();
  return result;
}
