/** Real heads and real shapes for the simulator, from files. Each head is prepared once and kept, because many hemorrhages are put into it. */
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { HemacastError } from "../core/errors.ts";
import { findHeadFrame } from "../markers/head-frame.ts";
import { type RealHead, realHead } from "../simulation/head/real-head.ts";
import { type RealShape, shapeOfMask } from "../simulation/hematoma/real-shape.ts";
import { boundingBox } from "../volume/box.ts";
import { findCranium } from "../volume/brain-mask.ts";
import { largestComponent } from "../volume/components.ts";
import { indexToLps } from "../volume/geometry.ts";
import { fillHoles } from "../volume/morphology.ts";
import { canonicalOrder, reorderMask, reorderVolume } from "../volume/orient.ts";
import { type CtVolume, type Mask, maskMl } from "../volume/volume.ts";
import { readMask } from "./nifti-files.ts";
import { readCt } from "./read-input.ts";

/** A brain is at least this large, mL; denser than this, HU; and whoever has less bone than this, mL, has no skull in the image. */
const LEAST_BRAIN_ML = 600;
const TISSUE_HU = 2;
const LEAST_SKULL_ML = 50;

const heads = new Map<string, Promise<RealHead>>();

/**
 * Prepares a head CT as a background: one with a skull, or a template without one.
 *
 * @param input as `readCt`
 * @throws HemacastError SERIES_NOT_HEAD_CT when no brain is found, and what `readCt` throws
 */
export function openBackground(input: string): Promise<RealHead> {
  const known = heads.get(input) ?? prepareHead(input);
  heads.set(input, known);
  return known;
}

async function prepareHead(input: string): Promise<RealHead> {
  const name = fileName(input);
  const read = (await readCt(input)).volume;
  const volume = reorderVolume(read, canonicalOrder(read.geometry));
  const frame = findHeadFrame(volume);
  if (frame) {
    const { coarse, cavity, pointMm, left } = frame;
    return realHead({ name, volume: coarse, cavity, pointMm, left, skullStripped: false });
  }
  const cranium = findCranium(volume);
  const skullStripped = cranium === null;
  const cavity = cranium?.cavity ?? strippedBrain(volume, input);
  const box = boundingBox(cavity);
  if (!box) throw notAHead(input);
  const middle = [0, 1, 2].map((a) => ((box.low[a] as number) + (box.high[a] as number) - 1) / 2);
  return realHead({
    ...{ name, cavity, skullStripped, volume: cranium?.coarse ?? volume, left: [1, 0, 0] },
    pointMm: indexToLps(cavity.geometry, [middle[0] as number, middle[1] as number, middle[2] as number]),
  });
}

/** The brain of an image from which everything else has been removed. */
function strippedBrain({ geometry, hu }: CtVolume, input: string): Mask {
  const where = (holds: (value: number) => boolean): Mask => {
    const inside = new Uint8Array(hu.length);
    for (let v = 0; v < hu.length; v++) if (holds(hu[v] as number)) inside[v] = 1;
    return { geometry, inside };
  };
  const brain = fillHoles(
    largestComponent(
      where((value) => value > TISSUE_HU),
      6,
    ),
    "slice",
  );
  if (maskMl(brain) < LEAST_BRAIN_ML || maskMl(where((value) => value > 300)) > LEAST_SKULL_ML) throw notAHead(input);
  return brain;
}

function notAHead(input: string): HemacastError {
  return new HemacastError(
    "SERIES_NOT_HEAD_CT",
    `${basename(input)} shows no brain, in a skull or without one; a background must be a head CT or a brain template in HU`,
  );
}

/**
 * The masks that a path stands for: itself, or the NIfTI files of a folder in the order of their names.
 *
 * @throws HemacastError INPUT_NOT_FOUND
 */
export async function listShapes(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile()) return [path];
  const names = found ? (await readdir(path)).filter((name) => /\.nii(\.gz)?$/i.test(name)).sort() : [];
  if (names.length === 0)
    throw new HemacastError("INPUT_NOT_FOUND", `${path}: no mask, nor a folder of .nii or .nii.gz`);
  return names.map((name) => join(path, name));
}

/**
 * Takes the shape of a hematoma from its mask.
 *
 * @throws HemacastError MASK_EMPTY when the mask is smaller than a shape, and what `readMask` throws
 */
export async function openShape(path: string): Promise<RealShape> {
  const { mask } = await readMask(path);
  return shapeOfMask(reorderMask(mask, canonicalOrder(mask.geometry)), fileName(path));
}

/** The last part of a path without its ending: what tables call it, so nothing else of where it lies is told. */
function fileName(path: string): string {
  return basename(path).replace(/\.nii(\.gz)?$|\.zip$|\.dcm$/i, "");
}
