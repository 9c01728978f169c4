/**
 * From a CT to the slabs that the network sees, and back. Axes run towards L, P, S (`reorderVolume`). Order: HU clamped; thin slices averaged
 * to slabs; in-plane averaging to the plan's pixels over a patch centred on the head. The inverse runs backwards: slabs to slices, pixels to the scan's
 * grid, both by linear interpolation.
 */
import { type Geometry, sliceExtentMm, sliceOffsetMm } from "../volume/geometry.ts";
import type { CtVolume } from "../volume/volume.ts";
import { applyAlongColumns, applyAlongRows, averagingWeights, interpolationWeights } from "./line-weights.ts";
import type { SegmentationPlan } from "./plan.ts";

/** Beyond these HU nothing matters to the network: air and bone would only bleed into their neighbours. */
const CLAMP_HU: readonly [number, number] = [-100, 300];

/** Where slabs came from: all that is needed to bring values back. */
export interface SlabPlacement {
  /** The grid of the scan. */
  readonly geometry: Geometry;
  /** First slice of each slab, and one past the last slice of all. */
  readonly firstSlices: readonly number[];
  /** The scan's (fractional) column and row of the centre of the patch's first pixel, and pixels of the scan per pixel of the patch. */
  readonly startPixel: readonly [number, number];
  readonly stepPixels: readonly [number, number];
}

/** A CT as the network sees it. */
export interface Slabs {
  readonly count: number;
  /** Columns and rows of each slab. */
  readonly size: readonly [number, number];
  /** HU, `hu[column + columns * (row + rows * slab)]`. */
  readonly hu: Float32Array;
  readonly placement: SlabPlacement;
}

/**
 * The slabs of a volume.
 *
 * @param centerMm distance in mm from the first column and row to the patch's centre; see `patchCentersMm`
 */
export function toSlabs(
  volume: CtVolume,
  plan: Pick<SegmentationPlan, "pixelMm" | "patchPixels" | "slabMm">,
  centerMm: readonly [number, number],
): Slabs {
  const placement = placeSlabs(volume.geometry, plan, centerMm);
  const hu = averagedSlabs(volume.hu, placement, plan.patchPixels);
  return { count: placement.firstSlices.length - 1, size: plan.patchPixels, hu, placement };
}

/**
 * Values of slabs (such as labels or probabilities) made from values on the grid of the volume, by the same averaging as the HU.
 *
 * @param values one per voxel of the volume
 */
export function valuesToSlabs(
  values: Uint8Array,
  { placement, size }: Pick<Slabs, "placement" | "size">,
): Float32Array {
  return averagedSlabs(values, placement, size);
}

/**
 * The inverse: one value per slab pixel, back on the grid of the volume; 0 outside the patch.
 *
 * @param values `values[column + columns * (row + rows * slab)]`
 */
export function fromSlabs(values: Float32Array, { size, placement }: Pick<Slabs, "size" | "placement">): Float32Array {
  const { geometry, firstSlices, startPixel, stepPixels } = placement;
  const [nx, ny, nz] = geometry.size;
  const [columns, rows] = size;
  const across = interpolationWeights(nx, columns, startPixel[0], stepPixels[0]);
  const down = interpolationWeights(ny, rows, startPixel[1], stepPixels[1]);
  const centers = slabCentersMm(geometry, firstSlices);
  const result = new Float32Array(nx * ny * nz);
  const mixed = new Float32Array(columns * rows);
  const wide = new Float32Array(nx * rows);
  for (let k = 0; k < nz; k++) {
    mixSlabs(values, centers, sliceOffsetMm(geometry, k), mixed);
    applyAlongRows(mixed, columns, rows, across, wide);
    applyAlongColumns(wide, nx, down, result.subarray(k * nx * ny, (k + 1) * nx * ny));
  }
  return result;
}

function placeSlabs(
  geometry: Geometry,
  plan: Pick<SegmentationPlan, "pixelMm" | "patchPixels" | "slabMm">,
  centerMm: readonly [number, number],
): SlabPlacement {
  const stepPixels = [plan.pixelMm / geometry.spacing[0], plan.pixelMm / geometry.spacing[1]] as const;
  const startPixel = [0, 1].map(
    (axis) => centerMm[axis] / geometry.spacing[axis] - ((plan.patchPixels[axis] - 1) / 2) * stepPixels[axis],
  ) as unknown as readonly [number, number];
  return { geometry, firstSlices: slabStarts(geometry, plan.slabMm), startPixel, stepPixels };
}

/**
 * The first slice of each slab, then the number of slices. Slices join while the slab stays nearer to its thickness than without them.
 *
 * @example slabStarts({ size: [1, 1, 5], spacing: [1, 1, 2.5], origin: [0, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }, 5) // => [0, 2, 4, 5]
 */
export function slabStarts(geometry: Geometry, slabMm: number): number[] {
  const starts = [0];
  let thickness = 0;
  for (let k = 0; k < geometry.size[2]; k++) {
    const extent = sliceExtentMm(geometry, k);
    if (thickness > 0 && Math.abs(thickness + extent - slabMm) > Math.abs(thickness - slabMm)) {
      starts.push(k);
      thickness = 0;
    }
    thickness += extent;
  }
  starts.push(geometry.size[2]);
  return starts;
}

function slabCentersMm(geometry: Geometry, firstSlices: readonly number[]): number[] {
  return firstSlices.slice(0, -1).map((first, slab) => {
    const last = firstSlices[slab + 1] - 1;
    return (sliceOffsetMm(geometry, first) + sliceOffsetMm(geometry, last)) / 2;
  });
}

function averagedSlabs(
  values: CtVolume["hu"] | Uint8Array,
  placement: SlabPlacement,
  [columns, rows]: readonly [number, number],
): Float32Array {
  const { geometry, firstSlices, startPixel, stepPixels } = placement;
  const [nx, ny] = geometry.size;
  const across = averagingWeights(columns, nx, startPixel[0], stepPixels[0]);
  const down = averagingWeights(rows, ny, startPixel[1], stepPixels[1]);
  const count = firstSlices.length - 1;
  const result = new Float32Array(columns * rows * count);
  const mean = new Float32Array(nx * ny);
  const narrow = new Float32Array(columns * ny);
  for (let slab = 0; slab < count; slab++) {
    meanOfSlices(values, nx * ny, firstSlices[slab], firstSlices[slab + 1], mean);
    applyAlongRows(mean, nx, ny, across, narrow);
    applyAlongColumns(narrow, columns, down, result.subarray(slab * columns * rows, (slab + 1) * columns * rows));
  }
  return result;
}

function meanOfSlices(
  hu: CtVolume["hu"] | Uint8Array,
  pixels: number,
  first: number,
  end: number,
  mean: Float32Array,
): void {
  mean.fill(0);
  const share = 1 / (end - first);
  for (let k = first; k < end; k++) {
    const base = k * pixels;
    for (let p = 0; p < pixels; p++) {
      mean[p] += share * Math.min(CLAMP_HU[1], Math.max(CLAMP_HU[0], hu[base + p]));
    }
  }
}

/** Linear between the two slabs on either side of a position; beyond the outer slabs their values hold. */
function mixSlabs(values: Float32Array, centersMm: readonly number[], atMm: number, mixed: Float32Array): void {
  const above = centersMm.findIndex((center) => center >= atMm);
  const high = above < 0 ? centersMm.length - 1 : above;
  const low = above <= 0 ? high : above - 1;
  const share = high === low ? 0 : (atMm - centersMm[low]) / (centersMm[high] - centersMm[low]);
  const pixels = mixed.length;
  for (let p = 0; p < pixels; p++) {
    const from = values[low * pixels + p];
    mixed[p] = from + share * (values[high * pixels + p] - from);
  }
}
