/** The brain as the threshold segmenter looks at it: smoothed, cut to the cavity, and measured against its own usual density. */
import type { Vec3 } from "../math/vec3.ts";
import { boundingBox, cropMask, cropVolume, grownBox } from "../volume/box.ts";
import { type Cranium, findCranium } from "../volume/brain-mask.ts";
import { squaredDistanceMm } from "../volume/distance.ts";
import { complement } from "../volume/morphology.ts";
import { blockMean, resampleMask } from "../volume/resample.ts";
import { gaussianSmooth } from "../volume/smooth.ts";
import type { CtVolume, Mask } from "../volume/volume.ts";
import { localBackgroundHu } from "./local-background.ts";

/** What the steps after it need, all on one grid: the box around the cavity, slices of at most 3 mm averaged to slabs. */
export interface BrainTissue {
  /** The unsmoothed HU. */
  readonly volume: CtVolume;
  readonly cavity: Mask;
  /** Distance in mm to the edge of the cavity, 0 outside; beyond the first and last slice of a scan nothing is known, so they are no edge. */
  readonly depthMm: Float32Array;
  /** Smoothed HU above the usual density of the slice. */
  readonly excessHu: Float32Array;
  /** Smoothed HU above the local surroundings. */
  readonly aboveSurroundingsHu: Float32Array;
  /** The usual density of each slice in HU. */
  readonly referenceHu: Float32Array;
}

/** Removes the noise of a 5 mm slice (3 to 5 HU) and blurs the edge of a clot by less than 1 mm. */
const SMOOTHING_MM = 0.8;
/** Finer pixels than this show nothing more of a clot's edge. */
const FINEST_PIXEL_MM = 0.3;
/** Enough to tell calcification from blood after smoothing. */
const BONE_CAP_HU = 150;
/** Slabs as thick as this have the noise that the thresholds are made for. */
const SLAB_MM = 3;
/** Room around the cavity, so that its edge is inside the box: at least one slice. */
const MARGIN_MM = 8;
/** Grey and white matter lie between; fluid and fresh blood do not. */
const PARENCHYMA_HU: readonly [number, number] = [18, 48];
/** Edema and infarct are denser, cerebrospinal fluid is not. */
const FLUID_HU = 12;
/** Grey matter exceeds the usual density by less, blood by more. */
const GREY_MATTER_HU = 9;
/** The rim of the cavity is brightened by the skull, so it does not count for the reference. */
const RIM_MM = 5;
/** A slice with fewer voxels of parenchyma leans on the whole brain: half and half at this number. */
const HALF_TRUST_VOXELS = 2000;

/**
 * Prepares a head CT, or null when no brain is found.
 *
 * @param volume with axes towards L, P, S
 * @param cranium where it is known already, e.g. when the volume is a part of a scan
 */
export function prepareBrainTissue(
  volume: CtVolume,
  cranium: Cranium | null = findCranium(volume),
): BrainTissue | null {
  if (!cranium) return null;
  const slabs = workingVolume(volume);
  const wholeCavity = resampleMask(cranium.cavity, slabs.geometry);
  const around = boundingBox(wholeCavity);
  if (!around) return null;
  const box = grownBox(around, slabs.geometry, MARGIN_MM, true);
  const cropped = cropVolume(slabs, box);
  const cavity = cropMask(wholeCavity, box);
  const depthMm = squaredDistanceMm(complement(cavity), "volume");
  for (let v = 0; v < depthMm.length; v++) depthMm[v] = Math.sqrt(depthMm[v]);
  const smoothed = gaussianSmooth(withoutBone(cropped), { inPlane: SMOOTHING_MM, throughPlane: 0 });
  const { hu } = smoothed;
  const referenceHu = referencePerSlice(cropped, hu, depthMm);
  const perSlice = cropped.geometry.size[0] * cropped.geometry.size[1];
  const excessHu = new Float32Array(hu);
  for (let v = 0; v < excessHu.length; v++) excessHu[v] -= referenceHu[Math.floor(v / perSlice)];
  const isTissue = (v: number): boolean => depthMm[v] >= RIM_MM && hu[v] >= FLUID_HU && excessHu[v] <= GREY_MATTER_HU;
  const surroundingsHu = localBackgroundHu(smoothed, isTissue, referenceHu);
  const aboveSurroundingsHu = new Float32Array(hu);
  for (let v = 0; v < hu.length; v++) aboveSurroundingsHu[v] -= surroundingsHu[v];
  return { volume: cropped, cavity, depthMm, excessHu, aboveSurroundingsHu, referenceHu };
}

/** The volume on the grid that the work is done on: thin slices and very fine pixels averaged, anything else as it is. */
function workingVolume(volume: CtVolume): CtVolume {
  const { size, spacing } = volume.geometry;
  const factor = (axis: 0 | 1 | 2, mm: number): number =>
    Math.min(size[axis], Math.max(1, Math.floor(mm / spacing[axis] + 1e-6)));
  const factors: Vec3 = [factor(0, FINEST_PIXEL_MM), factor(1, FINEST_PIXEL_MM), factor(2, SLAB_MM)];
  return factors.every((n) => n === 1) ? volume : blockMean(volume, factors);
}

/** Bone is lowered to the density of calcification, so that smoothing does not carry it far into the brain. */
function withoutBone(volume: CtVolume): CtVolume {
  const hu = volume.hu.slice();
  for (let v = 0; v < hu.length; v++) if (hu[v] > BONE_CAP_HU) hu[v] = BONE_CAP_HU;
  return { ...volume, hu };
}

/** The median of the parenchyma, per slice, drawn towards the median of all where a slice shows little. */
function referencePerSlice(volume: CtVolume, smoothed: ArrayLike<number>, depthMm: Float32Array): Float32Array {
  const [nx, ny, nz] = volume.geometry.size;
  const all = new Histogram();
  const slices = Array.from({ length: nz }, () => new Histogram());
  for (let v = 0; v < smoothed.length; v++) {
    const hu = smoothed[v];
    if (depthMm[v] < RIM_MM || hu < PARENCHYMA_HU[0] || hu > PARENCHYMA_HU[1]) continue;
    all.add(hu);
    slices[Math.floor(v / (nx * ny))].add(hu);
  }
  const whole = all.median();
  return Float32Array.from(slices, (slice) => {
    const trust = slice.count / (slice.count + HALF_TRUST_VOXELS);
    return slice.count === 0 ? whole : trust * slice.median() + (1 - trust) * whole;
  });
}

/** Counts parenchyma in bins of a tenth of a HU: a median without sorting millions. */
class Histogram {
  readonly bins = new Int32Array(10 * (PARENCHYMA_HU[1] - PARENCHYMA_HU[0]) + 1);
  count = 0;

  add(hu: number): void {
    this.bins[Math.round(10 * (hu - PARENCHYMA_HU[0]))]++;
    this.count++;
  }

  median(): number {
    let below = 0;
    let bin = 0;
    while (bin < this.bins.length && 2 * (below + this.bins[bin]) < this.count) below += this.bins[bin++];
    return PARENCHYMA_HU[0] + bin / 10;
  }
}
