/** Opens images and masks for radiomics: NIfTI and NRRD on the axes on which they are stored, anything else as a CT. */
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { HemacastError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import { looksLikeNifti } from "../nifti/header.ts";
import { readStoredNifti } from "../nifti/read-stored.ts";
import { looksLikeNrrd, readNrrd } from "../nrrd/read.ts";
import type { ScalarImage } from "../radiomics/region.ts";
import { evenSlices, takeSlicesBack } from "../volume/even-slices.ts";
import { type Geometry, requireSameGrid } from "../volume/geometry.ts";
import { canonicalOrder, inverseOrder, reorderedGeometry, reorderedValues } from "../volume/orient.ts";
import { resampleMask } from "../volume/resample.ts";
import { AIR_HU, createMask, type Mask } from "../volume/volume.ts";
import { openInput } from "./input-files.ts";
import { inNamedFile, unpackedNifti } from "./nifti-files.ts";

/** An image, and what is worth knowing about how it was read. */
export interface OpenedImage {
  readonly image: ScalarImage;
  readonly findings: readonly Finding[];
}

/**
 * Reads an image for radiomics.
 *
 * @param path NIfTI, NRRD, or whatever `readCt` reads
 * @throws HemacastError what the readers throw
 */
export async function readRadiomicsImage(path: string): Promise<OpenedImage> {
  const stored = await readStored(path, AIR_HU);
  if (stored) return { image: { geometry: stored.geometry, values: stored.values }, findings: stored.findings };
  // Reading DICOM needs large libraries; features of a NIfTI or NRRD image should not wait for them.
  const { readCt } = await import("./read-input.ts");
  const { volume, findings } = await readCt(path);
  return { image: { geometry: volume.geometry, values: volume.hu }, findings };
}

/** How a mask is brought to its image. */
export interface MaskOptions {
  /** Value that counts as inside; of DICOM masks the number or name of the segment. */
  readonly label: number | string;
  readonly image: Geometry;
  /** Whether a mask on another grid takes the nearest voxel of its own; without it another grid is refused. */
  readonly resample: boolean;
}

/**
 * Reads a mask on the grid of its image. Axes in another order or direction are turned, since that loses nothing.
 *
 * @throws HemacastError GEOMETRY_MISMATCH with the numbers that differ; MASK_EMPTY naming the values that the file holds; what the readers throw
 */
export async function readRadiomicsMask(
  path: string,
  { label, image, resample }: MaskOptions,
): Promise<{ mask: Mask; findings: readonly Finding[] }> {
  const stored = await readStored(path, 0);
  if (!stored) return otherMask(path, { label, image, resample });
  if (typeof label === "string") {
    throw new HemacastError("ARGUMENT_INVALID", `${basename(path)} holds numbers; the label "${label}" is none`);
  }
  const inside = new Uint8Array(stored.values.length);
  for (let v = 0; v < inside.length; v++) if (stored.values[v] === label) inside[v] = 1;
  if (!inside.includes(1)) throw labelMissing(path, stored.values, label);
  const mask = turnedTo(createMask(stored.geometry, inside), image);
  return { mask: onGridOf(image, mask, resample), findings: stored.findings };
}

async function otherMask(path: string, options: MaskOptions): Promise<{ mask: Mask; findings: readonly Finding[] }> {
  const opened = await openInput(path);
  if (opened.kind === "file") {
    const { looksLikeDicom } = await import("../dicom/read-dataset.ts");
    const { readDicomMask } = await import("./radiomics-dicom-mask.ts");
    if (looksLikeDicom(opened.start)) return readDicomMask(opened.file, options);
  }
  throw new HemacastError(
    "INPUT_UNREADABLE",
    `${basename(path)} is no mask that is read: NIfTI, NRRD, DICOM Segmentation or RT Structure Set`,
  );
}

function onGridOf(image: Geometry, mask: Mask, resample: boolean): Mask {
  const { frameOfReferenceUID: _, ...grid } = image;
  if (image.sliceOffsetsMm && mask.geometry.size[2] !== image.size[2]) {
    const even = evenSlices(image);
    const { frameOfReferenceUID: __, ...evenGrid } = even.geometry;
    if (sameGrid(mask.geometry, evenGrid)) return createMask(image, takeSlicesBack(mask.inside, image, even));
  }
  if (resample && !sameGrid(mask.geometry, grid)) return resampled(mask, image);
  try {
    requireSameGrid(mask.geometry, grid, "mask and image");
  } catch (thrown) {
    if (!(thrown instanceof HemacastError)) throw thrown;
    throw new HemacastError(thrown.code, `${thrown.message}; --resample-mask puts the mask on the image's grid`, {
      cause: thrown,
    });
  }
  return createMask(image, mask.inside);
}

function resampled(mask: Mask, image: Geometry): Mask {
  const found = createMask(image, resampleMask(mask, image).inside);
  if (found.inside.includes(1)) return found;
  throw new HemacastError("GEOMETRY_MISMATCH", "the mask lies outside of the image; they do not belong together");
}

function sameGrid(a: Geometry, b: Geometry): boolean {
  try {
    requireSameGrid(a, b, "");
    return true;
  } catch {
    return false;
  }
}

/** The mask with its axes in the order and directions of a grid; nothing is interpolated. */
function turnedTo(mask: Mask, grid: Geometry): Mask {
  if (mask.geometry.sliceOffsetsMm || sameGrid(mask.geometry, grid)) return mask;
  const toPatient = canonicalOrder(mask.geometry);
  const patient = reorderedGeometry(mask.geometry, toPatient);
  const inside = reorderedValues(mask.inside, mask.geometry.size, toPatient);
  const toGrid = inverseOrder(canonicalOrder(grid));
  return createMask(reorderedGeometry(patient, toGrid), reorderedValues(inside, patient.size, toGrid));
}

function labelMissing(path: string, values: ArrayLike<number>, label: number): HemacastError {
  const found = new Set<number>();
  for (let v = 0; v < values.length && found.size < 10; v++) if (values[v] !== 0) found.add(values[v] as number);
  const listed = [...found].sort((a, b) => a - b).join(", ") || "nothing but 0";
  return new HemacastError("MASK_EMPTY", `${basename(path)} has no voxel of value ${label}; it has ${listed}`);
}

/** Bytes that are unpacked at a time: most images in one piece. */
const LARGEST_CHUNK = 64 * 1024 ** 2;

interface StoredImage {
  readonly geometry: Geometry;
  readonly values: ScalarImage["values"];
  readonly findings: readonly Finding[];
}

/** Reads NIfTI or NRRD; null for anything else. */
async function readStored(path: string, outside: number): Promise<StoredImage | null> {
  const opened = await openInput(path);
  if (opened.kind === "folder") return null;
  if (looksLikeNrrd(opened.start)) {
    const bytes = await opened.file.read();
    const image = inNamedFile(path, () =>
      readNrrd(bytes, (packed, maximum) =>
        gunzipSync(packed, { maxOutputLength: maximum, chunkSize: Math.min(maximum + 64, LARGEST_CHUNK) }),
      ),
    );
    return { ...image, findings: [] };
  }
  const packed = opened.start[0] === 0x1f && opened.start[1] === 0x8b;
  if (!packed && !looksLikeNifti(opened.start)) return null;
  const bytes = await unpackedNifti(opened.file);
  return inNamedFile(path, () => readStoredNifti(bytes, outside));
}
