/** Resampling of an image and its mask to another spacing, on the grid and with the cropping of PyRadiomics. */
import { HemacastError } from "../core/errors.ts";
import type { Vec3 } from "../math/vec3.ts";
import { type Geometry, indexToLps } from "../volume/geometry.ts";
import { boundingBox } from "../volume/mesh.ts";
import { createMask, type Mask } from "../volume/volume.ts";
import { type GridIndices, type Interpolator, interpolate } from "./interpolate.ts";
import type { ScalarImage, ScalarValues } from "./region.ts";

/** What is resampled to. */
export interface Resampling {
  /** Wanted spacing in mm along i, j, k; 0 keeps the mask's. */
  readonly spacingMm: Vec3;
  readonly interpolator: Interpolator;
  /** Voxels of the new grid that are kept around the mask, for filters to look at. */
  readonly padDistance: number;
}

/**
 * Resamples. The new grid starts at the corner of the image's first voxel; only the part around the mask is made. Directions in which the mask is one
 * voxel thick keep their spacing. The mask takes the nearest voxel; integer images are cut towards zero, as ITK casts.
 *
 * @throws HemacastError RADIOMICS_UNDEFINED for a B-spline across unevenly spaced slices, MASK_EMPTY
 * @see PyRadiomics 3.1 imageoperations.resampleImage
 */
export function resample(image: ScalarImage, mask: Mask, to: Resampling): { image: ScalarImage; mask: Mask } {
  const source = image.geometry;
  const box = boundingBox(mask);
  const axes = ([0, 1, 2] as const).map((axis) => {
    const old = source.spacing[axis];
    const wanted = to.spacingMm[axis] === 0 || box.size[axis] === 1 ? old : to.spacingMm[axis];
    return newAxis(old, wanted, source.size[axis], box.start[axis], box.size[axis], to.padDistance);
  }) as [NewAxis, NewAxis, NewAxis];
  if (axes.every(({ old, spacing }) => Math.abs(old - spacing) <= 1e-8 + 1e-5 * Math.abs(spacing))) {
    return cropAround(image, mask, to.padDistance);
  }
  requireEvenSlices(source, to.interpolator);
  const at: GridIndices = [axes[0].at, axes[1].at, axes[2].at];
  const { sliceOffsetsMm: _, ...even } = source;
  const geometry: Geometry = {
    ...even,
    size: [axes[0].at.length, axes[1].at.length, axes[2].at.length],
    spacing: [axes[0].spacing, axes[1].spacing, axes[2].spacing],
    origin: indexToLps(source, [axes[0].at[0] as number, axes[1].at[0] as number, axes[2].at[0] as number]),
  };
  const values = castLike(image.values, interpolate(image.values, source.size, at, to.interpolator, 0));
  const inside = Uint8Array.from(interpolate(mask.inside, source.size, at, "nearest", 0));
  return { image: { geometry, values }, mask: createMask(geometry, inside) };
}

interface NewAxis {
  readonly old: number;
  readonly spacing: number;
  readonly at: Float64Array;
}

function newAxis(
  old: number,
  spacing: number,
  size: number,
  boxStart: number,
  boxSize: number,
  padDistance: number,
): NewAxis {
  const ratio = old / spacing;
  const low = Math.max(Math.floor((boxStart - 0.5) * ratio - padDistance), 0);
  const last = Math.ceil(size * ratio) - 1;
  const high = Math.min(Math.ceil((boxStart + boxSize - 0.5) * ratio + padDistance), last);
  const first = (0.5 * (spacing - old)) / old + low / ratio;
  return { old, spacing, at: Float64Array.from({ length: high - low + 1 }, (_, n) => first + n / ratio) };
}

/**
 * Cuts image and mask out around the mask's bounding box, not beyond the image.
 *
 * @throws HemacastError MASK_EMPTY
 */
export function cropAround(image: ScalarImage, mask: Mask, padding: number): { image: ScalarImage; mask: Mask } {
  const box = boundingBox(mask);
  const low = box.start.map((x) => Math.max(x - padding, 0)) as [number, number, number];
  const high = box.start.map((x, d) =>
    Math.min(x + (box.size[d] as number) + padding, image.geometry.size[d] as number),
  ) as [number, number, number];
  const size: Vec3 = [high[0] - low[0], high[1] - low[1], high[2] - low[2]];
  const { sliceOffsetsMm } = image.geometry;
  const firstMm = sliceOffsetsMm?.[low[2]] ?? 0;
  const geometry: Geometry = {
    ...image.geometry,
    size,
    origin: indexToLps(image.geometry, low),
    ...(sliceOffsetsMm && { sliceOffsetsMm: sliceOffsetsMm.slice(low[2], high[2]).map((mm) => mm - firstMm) }),
  };
  const cut = <T extends ScalarValues>(from: T, into: T): T => {
    const [nx, ny] = image.geometry.size;
    for (let k = 0; k < size[2]; k++) {
      for (let j = 0; j < size[1]; j++) {
        const row = low[0] + nx * (low[1] + j + ny * (low[2] + k));
        into.set(from.subarray(row, row + size[0]), size[0] * (j + size[1] * k));
      }
    }
    return into;
  };
  const voxels = size[0] * size[1] * size[2];
  return {
    image: { geometry, values: cut(image.values, emptyLike(image.values, voxels)) },
    mask: createMask(geometry, cut(mask.inside, new Uint8Array(voxels))),
  };
}

function emptyLike(values: ScalarValues, length: number): ScalarValues {
  return new (values.constructor as new (n: number) => ScalarValues)(length);
}

/** Puts numbers into an array of the same kind; integers are cut towards zero and kept within their range. */
function castLike(like: ScalarValues, values: Float64Array): ScalarValues {
  if (like instanceof Float64Array) return values;
  const result = emptyLike(like, values.length);
  if (like instanceof Float32Array) {
    result.set(values);
    return result;
  }
  const [low, high] = integerRange(like);
  for (let v = 0; v < values.length; v++) result[v] = Math.min(Math.max(Math.trunc(values[v] as number), low), high);
  return result;
}

function integerRange(values: ScalarValues): [number, number] {
  const bits = 8 * values.BYTES_PER_ELEMENT;
  const signed = values instanceof Int8Array || values instanceof Int16Array || values instanceof Int32Array;
  return signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

function requireEvenSlices(geometry: Geometry, interpolator: Interpolator): void {
  if (!geometry.sliceOffsetsMm) return;
  throw new HemacastError(
    "RADIOMICS_UNDEFINED",
    `slices are unevenly spaced, and ${interpolator} resampling needs an even grid; make the series even first or leave resampledPixelSpacing out`,
  );
}
