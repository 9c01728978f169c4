/** The two nouns that hold voxels: a CT in Hounsfield units and a mask on the same grid. Operations on them are in the other files here. */
import { HemacastError } from "../core/errors.ts";
import { checkedGeometry, type Geometry, voxelCount, voxelMl } from "./geometry.ts";

/** Where one slice of a volume came from, so that results can point back to it. */
export interface SliceSource {
  /** DICOM SOPInstanceUID; absent for NIfTI and simulated input. */
  readonly sopInstanceUID?: string;
  /** Frame number in a multi-frame object, from 1. */
  readonly frameNumber?: number;
  /** Voxel (i, j) of this slice is pixel (i + columnShift, j + rowShift) of the source image; whole numbers, not 0 where tilt was removed. */
  readonly columnShift: number;
  readonly rowShift: number;
  /** Set where the source has its columns (rows) the other way round, as of a prone patient: the pixel is then columnShift - i (rowShift - j). */
  readonly columnsReversed?: boolean;
  readonly rowsReversed?: boolean;
}

/**
 * The [column, row] of the source image's pixel that became voxel (i, j) of a slice. It may lie outside of the image: such voxels hold AIR_HU.
 *
 * @example sourcePixel({ columnShift: 0, rowShift: -3 }, 10, 20) // => [10, 17]
 */
export function sourcePixel(source: SliceSource, i: number, j: number): readonly [number, number] {
  return [source.columnShift + (source.columnsReversed ? -i : i), source.rowShift + (source.rowsReversed ? -j : j)];
}

/** A CT volume in Hounsfield units. */
export interface CtVolume {
  readonly geometry: Geometry;
  /** `hu[i + nx * (j + ny * k)]`; voxels that no source image covers hold `AIR_HU`. */
  readonly hu: Int16Array | Float32Array;
  /** One entry per slice k. */
  readonly sources: readonly SliceSource[];
}

/** A region on a grid: 1 inside, 0 outside. */
export interface Mask {
  readonly geometry: Geometry;
  readonly inside: Uint8Array;
}

/** What fills voxels that no source image covers. */
export const AIR_HU = -1024;

/**
 * Makes a volume, checking that grid and values belong together.
 *
 * @param sources where each slice came from; by default unknown
 * @throws HemacastError GEOMETRY_INVALID on a bad grid or a wrong number of values
 */
export function createCtVolume(
  geometry: Geometry,
  hu: Int16Array | Float32Array,
  sources?: readonly SliceSource[],
): CtVolume {
  checkedGeometry(geometry);
  requireLength(geometry, hu.length, "HU values");
  const nz = geometry.size[2];
  if (sources && sources.length !== nz) {
    throw new HemacastError("GEOMETRY_INVALID", `${sources.length} slice sources for ${nz} slices`);
  }
  return { geometry, hu, sources: sources ?? Array.from({ length: nz }, () => ({ columnShift: 0, rowShift: 0 })) };
}

/**
 * Makes a mask, checking that grid and values belong together; all zero unless values are given.
 *
 * @throws HemacastError GEOMETRY_INVALID on a bad grid, a wrong number of values, or a value other than 0 and 1
 */
export function createMask(geometry: Geometry, inside: Uint8Array = new Uint8Array(voxelCount(geometry))): Mask {
  checkedGeometry(geometry);
  requireLength(geometry, inside.length, "mask values");
  for (let v = 0; v < inside.length; v++) {
    if ((inside[v] as number) > 1)
      throw new HemacastError("GEOMETRY_INVALID", `mask values must be 0 or 1, found ${inside[v]}`);
  }
  return { geometry, inside };
}

function requireLength(geometry: Geometry, found: number, what: string): void {
  const expected = voxelCount(geometry);
  if (found !== expected) {
    throw new HemacastError(
      "GEOMETRY_INVALID",
      `${found} ${what} for a grid of [${geometry.size}] = ${expected} voxels`,
    );
  }
}

/** Number of inside voxels on each slice, length nz. */
export function voxelsPerSlice(mask: Mask): Int32Array {
  const [nx, ny, nz] = mask.geometry.size;
  const counts = new Int32Array(nz);
  const last = mask.inside.lastIndexOf(1);
  // Most slices are empty: the first and last voxel inside are found faster than they are looked through.
  for (let k = Math.floor(Math.max(0, mask.inside.indexOf(1)) / (nx * ny)); k * nx * ny <= last; k++) {
    let count = 0;
    for (let v = k * nx * ny; v < (k + 1) * nx * ny; v++) count += mask.inside[v] as number;
    counts[k] = count;
  }
  return counts;
}

/** Volume of a mask in mL, each slice counted with its own extent. */
export function maskMl(mask: Mask): number {
  let ml = 0;
  voxelsPerSlice(mask).forEach((count, k) => {
    ml += count * voxelMl(mask.geometry, k);
  });
  return ml;
}
