/** Runs a frozen network once per image: what it gave is kept on disk under the hash of what went in. */
import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { HemacastError } from "../../core/errors.ts";
import { exportInference, type Network } from "../network.ts";
import type { Shape, Tensor, Weights } from "../tensor.ts";
import { toStored, toWeights, writeSafetensors } from "../weights/safetensors.ts";
import { openSession, type Session, type SessionOptions } from "./session.ts";
import { readSafetensorsFile, replaceFile } from "./weights-file.ts";

/** A frozen network with its weights baked in. Release it when done. */
export interface FeatureExtractor {
  /** Shape of the image that it takes, one image at a time. */
  readonly imageShape: Shape;
  /** The output for an image: read from the cache, or computed and kept. */
  extract(image: Tensor): Promise<Tensor>;
  /** How many outputs were computed, and how many came from the cache. */
  counts(): { readonly computed: number; readonly cached: number };
  release(): Promise<void>;
}

/**
 * A frozen network, e.g. the trunk of a backbone.
 *
 * The key of the cache is the SHA-256 of the model, weights included, and of the image: another weight, output, shape or pixel is another key.
 * The model is loaded only when something has to be computed.
 *
 * @param output name of the tap to return
 * @param options.cacheFolder where outputs are kept. @default nothing is kept
 * @throws HemacastError BUNDLE_INVALID when weights do not fit, ARGUMENT_INVALID when there is no such output
 */
export function createFeatureExtractor(
  network: Network,
  weights: Weights,
  output: string,
  options: { imageShape: Shape; cacheFolder?: string; session?: SessionOptions },
): FeatureExtractor {
  const { imageShape, cacheFolder } = options;
  const model = exportInference(network, weights, imageShape, [output]);
  const modelHash = createHash("sha256").update(model).digest();
  let session: Promise<Session> | null = null;
  let [computed, cached] = [0, 0];

  async function compute(image: Tensor): Promise<Tensor> {
    session ??= openSession(model, options.session);
    computed += 1;
    return (await (await session).run({ image }))[output] as Tensor;
  }

  return {
    imageShape,
    async extract(image) {
      if (image.shape.join() !== imageShape.join()) {
        throw new HemacastError("ARGUMENT_INVALID", `the image must be [${imageShape}], got [${image.shape}]`);
      }
      if (cacheFolder === undefined) return compute(image);
      const path = join(cacheFolder, `${keyOf(modelHash, image)}.safetensors`);
      const kept = await readKept(path, output);
      if (kept !== null) {
        cached += 1;
        return kept;
      }
      const found = await compute(image);
      await mkdir(cacheFolder, { recursive: true });
      await replaceFile(path, writeSafetensors(toStored(new Map([[output, found]]), "F32")));
      return found;
    },
    counts: () => ({ computed, cached }),
    async release() {
      if (session !== null) await (await session).release();
      session = null;
    },
  };
}

function keyOf(modelHash: Uint8Array, { shape, data }: Tensor): string {
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return createHash("sha256").update(modelHash).update(shape.join()).update(pixels).digest("hex");
}

/** What is kept under a path, or null. A file that is not sound is removed: it can be computed again. */
async function readKept(path: string, output: string): Promise<Tensor | null> {
  try {
    return toWeights((await readSafetensorsFile(path)).tensors).get(output) ?? null;
  } catch (thrown) {
    if (!(thrown instanceof HemacastError)) throw thrown;
    if (thrown.code === "BUNDLE_INVALID") await rm(path, { force: true });
    else if (thrown.code !== "INPUT_NOT_FOUND") throw thrown;
    return null;
  }
}
