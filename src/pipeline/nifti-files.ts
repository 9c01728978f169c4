/** NIfTI files: unpacked within a limit when read, written whole or not at all. */
import { basename } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { constants, createGunzip, gzip } from "node:zlib";
import { HemacastError, messageOf } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import { niftiFileBytes } from "../nifti/header.ts";
import { readNiftiMask } from "../nifti/read-nifti.ts";
import { niftiBytes } from "../nifti/write-nifti.ts";
import { evenSlices, repeatSlices, takeSlicesBack } from "../volume/even-slices.ts";
import { type Geometry, requireSameGrid } from "../volume/geometry.ts";
import { createMask, type Mask } from "../volume/volume.ts";
import { writeFileAtomically } from "./atomic-output.ts";
import { type InputFile, openInputFile } from "./input-files.ts";

/** Bytes that a .nii.gz may unpack to. */
const MAX_UNPACKED_BYTES = 2 * 1024 ** 3 - 1;
/** Bytes that hold the header of either version. */
const START_BYTES = 1024;

/**
 * The bytes of a NIfTI file, unpacked if it is packed: as many as its header asks for, so that a file that grows without end costs nothing.
 *
 * @throws HemacastError INPUT_TOO_LARGE when it asks for 2 GB or more, NIFTI_MALFORMED when the packing or the header is damaged
 */
export async function unpackedNifti(file: InputFile): Promise<Uint8Array> {
  const bytes = await file.read();
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const chunks: Uint8Array[] = [];
  let total = 0;
  let needed: number | null = null;
  try {
    for await (const chunk of Readable.from([bytes]).pipe(createGunzip({ chunkSize: 1024 ** 2 }))) {
      chunks.push(chunk);
      total += chunk.length;
      needed ??= total >= START_BYTES ? neededBytes(file.name, Buffer.concat(chunks)) : null;
      if (needed !== null && total >= needed) break;
    }
  } catch (cause) {
    if (cause instanceof HemacastError) throw cause;
    throw new HemacastError(
      "NIFTI_MALFORMED",
      `${file.name}: the gzip data are damaged or cut off: ${messageOf(cause)}`,
      {
        cause,
      },
    );
  }
  return Buffer.concat(chunks, total);
}

function neededBytes(name: string, start: Uint8Array): number {
  const needed = inNamedFile(name, () => niftiFileBytes(start));
  if (needed <= MAX_UNPACKED_BYTES) return needed;
  throw new HemacastError("INPUT_TOO_LARGE", `${name} unpacks to ${needed} bytes, more than ${MAX_UNPACKED_BYTES}`);
}

/**
 * Reads a mask from a NIfTI file.
 *
 * @param options.onGrid the grid of the image that it belongs to. A mask that `writeMask` wrote for an image with varying slice gaps is taken back
 * to the image's own slices; any other must be on that grid
 * @param options.label value that counts as inside, where the mask holds several
 * @throws HemacastError GEOMETRY_MISMATCH, INPUT_NOT_FOUND, and what reading NIfTI throws
 */
export async function readMask(
  path: string,
  options: { onGrid?: Geometry; label?: number } = {},
): Promise<{ mask: Mask; findings: readonly Finding[] }> {
  const bytes = await unpackedNifti(await openInputFile(path));
  const { mask, findings } = inNamedFile(path, () => readNiftiMask(bytes, options.label));
  const { onGrid } = options;
  if (!onGrid) return { mask, findings };
  if (onGrid.sliceOffsetsMm && mask.geometry.size[2] !== onGrid.size[2]) {
    const even = evenSlices(onGrid);
    requireSameGrid(mask.geometry, withoutFrame(even.geometry), "mask and image");
    return { mask: createMask(onGrid, takeSlicesBack(mask.inside, onGrid, even)), findings };
  }
  requireSameGrid(mask.geometry, onGrid, "mask and image");
  return { mask: createMask(onGrid, mask.inside), findings };
}

/**
 * Writes a mask (`.nii`, or packed as `.nii.gz`). A mask on slices with varying gaps is written on even slices of at most 1 mm, which NIfTI can
 * hold; the finding says so, and `readMask` with `onGrid` takes it back exactly.
 *
 * @throws HemacastError OUTPUT_NOT_WRITABLE
 */
export async function writeMask(path: string, mask: Mask): Promise<readonly Finding[]> {
  return writeNifti(path, mask.geometry, mask.inside);
}

/**
 * Writes values on a grid (uint8, int16 or float32), in the same way as `writeMask`.
 *
 * @throws HemacastError OUTPUT_NOT_WRITABLE
 */
export async function writeNifti(
  path: string,
  geometry: Geometry,
  values: Uint8Array | Int16Array | Float32Array,
): Promise<readonly Finding[]> {
  const even = geometry.sliceOffsetsMm ? evenSlices(geometry) : null;
  const bytes = even ? niftiBytes(even.geometry, repeatSlices(values, geometry, even)) : niftiBytes(geometry, values);
  // Masks are long runs of equal values: coding runs alone is several times faster, and no larger.
  const strategy = values instanceof Uint8Array ? constants.Z_RLE : constants.Z_DEFAULT_STRATEGY;
  const packed = path.endsWith(".gz") ? await promisify(gzip)(bytes, { level: 2, strategy }) : bytes;
  await writeFileAtomically(path, packed);
  if (!even) return [];
  return [
    {
      code: "WRITTEN_ON_EVEN_SLICES",
      severity: "info",
      message: `slice gaps vary, which NIfTI cannot hold; ${basename(path)} repeats the ${geometry.size[2]} slices on ${even.from.length} even ones of ${even.geometry.spacing[2].toFixed(2)} mm`,
    },
  ];
}

/** NIfTI has no frame of reference, so there is nothing to compare. */
function withoutFrame({ frameOfReferenceUID: _, ...geometry }: Geometry): Geometry {
  return geometry;
}

/** Runs a reader; its error says which file it is about. */
export function inNamedFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof HemacastError)) throw thrown;
    throw new HemacastError(thrown.code, `${basename(path)}: ${thrown.message}`, {
      details: thrown.details,
      cause: thrown,
    });
  }
}
