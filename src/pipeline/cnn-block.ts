/** A backbone on disk as a block of predictors. */
import type { PredictorBlock } from "../expansion/blocks.ts";
import { cnnFeatureNames } from "../expansion/blocks.ts";
import { acrossSlices, type CnnConfig, pooledMaps } from "../expansion/cnn-features.ts";
import {
  type LinearHead,
  placeContributions,
  type SeenImage,
  type SliceContribution,
} from "../expansion/place-contributions.ts";
import { type SliceImage, sliceImages } from "../expansion/slices.ts";
import { exportInference } from "../nn/network.ts";
import { type LoadedBackbone, loadBackbone, shippedBackbone } from "../nn/session/backbone-folder.ts";
import { openSession, type Session } from "../nn/session/session.ts";
import { createTensor, type Tensor } from "../nn/tensor.ts";
import type { CtVolume, Mask } from "../volume/volume.ts";

/** A block that owns memory outside the garbage collector: release it when done. */
export interface CnnBlock extends PredictorBlock {
  /** SHA-256 of the weights: the predictors mean nothing with others. */
  readonly weightsSha256: string;
  /** Measures one scan, and keeps what was seen for an explanation. */
  look(volume: CtVolume, mask: Mask): Promise<CnnLook>;
  release(): Promise<void>;
}

/** One scan as a network saw it. */
export interface CnnLook {
  readonly row: Float64Array;
  /** Where in the images the part of the log odds comes from that a linear head gives this block. */
  explain(head: LinearHead): SliceContribution[];
}

/**
 * Opens a backbone as a block: its maps at the taps of the configuration, averaged over the clot and the image, then over slices.
 *
 * @param backbone default: the one that the configuration names
 * @throws HemacastError what `loadBackbone` throws; ARGUMENT_INVALID when the backbone has no such tap
 */
export async function openCnnBlock(config: CnnConfig, backbone?: LoadedBackbone): Promise<CnnBlock> {
  const { description, network, weights } = backbone ?? (await loadBackbone(backboneFolder(config.backbone)));
  const side = config.images.pixels;
  const session = await openSession(exportInference(network, weights, [1, 3, side, side], config.taps));
  const channels = config.taps.map((tap) => session.outputs.get(tap)?.[1] as number);
  const look = async (volume: CtVolume, mask: Mask): Promise<SeenImage[]> => {
    const seen: SeenImage[] = [];
    for (const image of sliceImages(volume, mask, config.images)) {
      if (image.clot.some((share) => share > 0)) seen.push(await seenBy(session, image, description.input, config));
    }
    return seen;
  };
  return {
    name: description.name,
    names: cnnFeatureNames(description.name, config, channels),
    weightsSha256: description.sha256,
    measure: async (volume, mask) => rowOf(await look(volume, mask), config),
    async look(volume, mask) {
      const seen = await look(volume, mask);
      return { row: rowOf(seen, config), explain: (head) => placeContributions(seen, config, head) };
    },
    release: () => session.release(),
  };
}

function rowOf(seen: readonly SeenImage[], config: CnnConfig): Float64Array {
  const rows = seen.map(({ image, maps }) => joined(maps.map((map) => pooledMaps(map, image, config))));
  const areas = seen.map(({ image }) => image.areaMm2);
  return Float64Array.from(acrossSlices(rows, areas, config.acrossSlices));
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

async function seenBy(
  session: Session,
  image: SliceImage,
  { low, high, mean }: LoadedBackbone["description"]["input"],
  { taps, images: { pixels } }: CnnConfig,
): Promise<SeenImage> {
  const maps = await session.run({ image: asInput(image, pixels, low, high, mean) });
  return { image, maps: taps.map((tap) => maps[tap] as Tensor) };
}

/** Gray values in [0, 1] in the range that the network was trained on. */
function asInput({ channels }: SliceImage, side: number, low: number, high: number, mean: readonly number[]): Tensor {
  const plane = side * side;
  const data = channels.map((value, i) => low + (high - low) * value - (mean[Math.floor(i / plane)] as number));
  return createTensor([1, 3, side, side], data);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const row = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    row.set(part, at);
    at += part.length;
  }
  return row;
}
