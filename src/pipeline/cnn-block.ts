/** A backbone on disk as a block of predictors. */
import type { PredictorBlock } from "../expansion/blocks.ts";
import { cnnFeatureNames } from "../expansion/blocks.ts";
import { acrossSlices, type CnnConfig, pooledMaps } from "../expansion/cnn-features.ts";
import { type SliceImage, sliceImages } from "../expansion/slices.ts";
import { exportInference } from "../nn/network.ts";
import { loadBackbone, shippedBackbone } from "../nn/session/backbone-folder.ts";
import { openSession, type Session } from "../nn/session/session.ts";
import { createTensor, type Tensor } from "../nn/tensor.ts";

/** A block that owns memory outside the garbage collector: release it when done. */
export interface CnnBlock extends PredictorBlock {
  /** SHA-256 of the weights: the predictors mean nothing with others. */
  readonly weightsSha256: string;
  release(): Promise<void>;
}

/**
 * Opens a backbone as a block: its maps at the taps of the configuration, averaged over the clot and the image, then over slices.
 *
 * @throws HemacastError what `loadBackbone` throws; ARGUMENT_INVALID when the backbone has no such tap
 */
export async function openCnnBlock(config: CnnConfig): Promise<CnnBlock> {
  const { description, network, weights } = await loadBackbone(backboneFolder(config.backbone));
  const side = config.images.pixels;
  const session = await openSession(exportInference(network, weights, [1, 3, side, side], config.taps));
  const channels = config.taps.map((tap) => session.outputs.get(tap)?.[1] as number);
  const { low, high, mean } = description.input;
  return {
    name: description.name,
    names: cnnFeatureNames(description.name, config, channels),
    weightsSha256: description.sha256,
    async measure(volume, mask) {
      const images = sliceImages(volume, mask, config.images).filter(({ clot }) => clot.some((share) => share > 0));
      const rows: Float32Array[] = [];
      for (const image of images) {
        const tensor = asInput(image, side, low, high, mean);
        rows.push(await pooledTaps(session, tensor, image, config));
      }
      const areas = images.map(({ areaMm2 }) => areaMm2);
      return Float64Array.from(acrossSlices(rows, areas, config.acrossSlices));
    },
    release: () => session.release(),
  };
}

/** The folder of a backbone: a shipped one by its name, any other by its path. */
function backboneFolder(nameOrPath: string): string {
  return isShippedName(nameOrPath) ? shippedBackbone(nameOrPath) : nameOrPath;
}

/**
 * Whether a backbone is meant by its name, and not by a path.
 *
 * @example isShippedName("inception-v3") // => true
 */
export function isShippedName(nameOrPath: string): boolean {
  return /^[a-z0-9][a-z0-9-]*$/.test(nameOrPath);
}

/** Gray values in [0, 1] in the range that the network was trained on. */
function asInput({ channels }: SliceImage, side: number, low: number, high: number, mean: readonly number[]): Tensor {
  const plane = side * side;
  const data = channels.map((value, i) => low + (high - low) * value - (mean[Math.floor(i / plane)] as number));
  return createTensor([1, 3, side, side], data);
}

async function pooledTaps(
  session: Session,
  tensor: Tensor,
  image: SliceImage,
  config: CnnConfig,
): Promise<Float32Array> {
  const maps = await session.run({ image: tensor });
  const parts = config.taps.map((tap) => pooledMaps(maps[tap] as Tensor, image, config));
  const row = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    row.set(part, at);
    at += part.length;
  }
  return row;
}
