/** How well one mask reproduces another: overlap, surface distances, volume. Report several of them, by data set and by volume. */
import { HemacastError } from "../core/errors.ts";
import { requireInRange } from "../core/guards.ts";
import { quantileOfSorted } from "../math/statistics.ts";
import { type Box, boundingBox, cropMask } from "../volume/box.ts";
import { squaredDistanceMm } from "../volume/distance.ts";
import { requireSameGrid, voxelMl } from "../volume/geometry.ts";
import { type Mask, maskMl, voxelsPerSlice } from "../volume/volume.ts";

/** Agreement of a found mask with its reference. */
export interface Overlap {
  /** 2 |A and B| / (|A| + |B|), by volume. */
  readonly dice: number;
  /** |A and B| / |A or B|, by volume. */
  readonly jaccard: number;
  readonly referenceMl: number;
  readonly foundMl: number;
  /** found - reference. */
  readonly volumeErrorMl: number;
  /** Distances between the surfaces; null when one of the masks is empty, because there is no surface to measure from. */
  readonly surface: SurfaceAgreement | null;
}

/** Distances between two surfaces, taken at the border voxels of each: inside voxels with a face towards the outside. */
export interface SurfaceAgreement {
  /** The larger of the two directed 95th percentiles. */
  readonly hd95Mm: number;
  /** The larger of the two directed maxima. */
  readonly hausdorffMm: number;
  /** Mean over all border voxels of both. */
  readonly meanMm: number;
  /** Share of border voxels of both within the tolerance of the other surface. */
  readonly surfaceDice: number;
}

/**
 * Compares two masks on one grid. Slices count with their own extent.
 *
 * @param options.surfaceToleranceMm how far a surface may be off and still count in `surfaceDice`, default 2 mm
 * @throws HemacastError GEOMETRY_MISMATCH; METRIC_UNDEFINED when both masks are empty
 * @see Maier-Hein et al. 2024 (Metrics Reloaded), doi:10.1038/s41592-023-02151-z
 */
export function compareMasks(reference: Mask, found: Mask, options: { surfaceToleranceMm?: number } = {}): Overlap {
  requireSameGrid(reference.geometry, found.geometry, "reference and found mask");
  const toleranceMm = requireInRange("surfaceToleranceMm", options.surfaceToleranceMm ?? 2, 0, Number.MAX_VALUE);
  const both = { geometry: found.geometry, inside: found.inside.map((v, i) => v & (reference.inside[i] as number)) };
  const [referenceMl, foundMl, bothMl] = [maskMl(reference), maskMl(found), maskMl(both)];
  if (referenceMl + foundMl === 0) {
    throw new HemacastError(
      "METRIC_UNDEFINED",
      "both masks are empty: their overlap has no value; count it as a true negative",
    );
  }
  return {
    dice: (2 * bothMl) / (referenceMl + foundMl),
    jaccard: bothMl / (referenceMl + foundMl - bothMl),
    referenceMl,
    foundMl,
    volumeErrorMl: foundMl - referenceMl,
    surface: surfaceAgreement(reference, found, toleranceMm),
  };
}

function surfaceAgreement(reference: Mask, found: Mask, toleranceMm: number): SurfaceAgreement | null {
  const [a, b] = [boundingBox(reference), boundingBox(found)];
  if (!a || !b) return null;
  // Nothing outside the common box can be nearest to anything inside it.
  const box = commonBox(a, b);
  const [borderA, borderB] = [borderOf(cropMask(reference, box)), borderOf(cropMask(found, box))];
  const [aToB, bToA] = [directedDistances(borderA, borderB), directedDistances(borderB, borderA)];
  const total = aToB.length + bToA.length;
  const sum = (list: Float64Array, of: (mm: number) => number): number => list.reduce((s, mm) => s + of(mm), 0);
  // A distance that is the tolerance counts as within it, whatever its last bit says.
  const within = (mm: number): number => Number(mm <= toleranceMm * (1 + 1e-6));
  return {
    hd95Mm: Math.max(quantileOfSorted(aToB, 0.95), quantileOfSorted(bToA, 0.95)),
    hausdorffMm: Math.max(aToB[aToB.length - 1] as number, bToA[bToA.length - 1] as number),
    meanMm: (sum(aToB, (mm) => mm) + sum(bToA, (mm) => mm)) / total,
    surfaceDice: (sum(aToB, within) + sum(bToA, within)) / total,
  };
}

function commonBox(a: Box, b: Box): Box {
  const each = (pick: (x: number, y: number) => number, side: "low" | "high") =>
    [0, 1, 2].map((axis) => pick(a[side][axis] as number, b[side][axis] as number)) as [number, number, number];
  return { low: each(Math.min, "low"), high: each(Math.max, "high") };
}

/** Inside voxels with one of their six faces outside; the edge of the box is outside. */
function borderOf({ geometry, inside }: Mask): Mask {
  const [nx, ny, nz] = geometry.size;
  const border = new Uint8Array(inside.length);
  for (let v = 0; v < inside.length; v++) {
    if (inside[v] === 0) continue;
    const i = v % nx;
    const j = Math.floor(v / nx) % ny;
    const k = Math.floor(v / (nx * ny));
    const enclosed =
      i > 0 &&
      i < nx - 1 &&
      inside[v - 1] &&
      inside[v + 1] &&
      j > 0 &&
      j < ny - 1 &&
      inside[v - nx] &&
      inside[v + nx] &&
      k > 0 &&
      k < nz - 1 &&
      inside[v - nx * ny] &&
      inside[v + nx * ny];
    border[v] = enclosed ? 0 : 1;
  }
  return { geometry, inside: border };
}

/** Distances in mm from each inside voxel of one mask to the nearest of another, ascending. */
function directedDistances(from: Mask, to: Mask): Float64Array {
  const squared = squaredDistanceMm(to, "volume");
  const distances: number[] = [];
  for (let v = 0; v < squared.length; v++) if (from.inside[v]) distances.push(Math.sqrt(squared[v] as number));
  return Float64Array.from(distances).sort();
}

/** Volumes found, missed and invented: the detection figures beside the overlap. */
export interface Detection {
  readonly truePositiveMl: number;
  readonly falsePositiveMl: number;
  readonly falseNegativeMl: number;
  readonly sensitivity: number | null;
  readonly precision: number | null;
}

/**
 * Volumes found, missed and invented; each share is null where there is nothing to divide by.
 *
 * @throws HemacastError GEOMETRY_MISMATCH
 */
export function voxelDetection(reference: Mask, found: Mask): Detection {
  requireSameGrid(reference.geometry, found.geometry, "reference and found mask");
  const part = (keep: (r: number, f: number) => boolean): number => {
    const inside = found.inside.map((f, i) => Number(keep(reference.inside[i] as number, f)));
    return voxelsPerSlice({ geometry: found.geometry, inside }).reduce(
      (ml, count, k) => ml + count * voxelMl(found.geometry, k),
      0,
    );
  };
  const truePositiveMl = part((r, f) => r === 1 && f === 1);
  const falsePositiveMl = part((r, f) => r === 0 && f === 1);
  const falseNegativeMl = part((r, f) => r === 1 && f === 0);
  const share = (whole: number): number | null => (whole > 0 ? truePositiveMl / whole : null);
  return {
    ...{ truePositiveMl, falsePositiveMl, falseNegativeMl },
    sensitivity: share(truePositiveMl + falseNegativeMl),
    precision: share(truePositiveMl + falsePositiveMl),
  };
}
