/** Bright regions of the brain and what speaks against blood: density, shape and place, measured, then judged by named rules. */
import { type Component, connectedComponents } from "../volume/components.ts";
import { squaredDistanceMm } from "../volume/distance.ts";
import { complement, dilate, open } from "../volume/morphology.ts";
import type { Mask } from "../volume/volume.ts";
import type { BrainTissue } from "./brain-tissue.ts";

/** Why a bright region is not hematoma. */
export type Exclusion = "small" | "calcified" | "superficial" | "sheet" | "faint";

/** A connected bright region with its measurements. */
export interface BrightRegion extends Component {
  /** 90th percentile of the HU above the usual density. */
  readonly peakExcessHu: number;
  /** Share of voxels above 100 HU. */
  readonly calcifiedShare: number;
  /** Median distance in mm to the edge of the cavity. */
  readonly medianDepthMm: number;
  /** Least distance in mm to the edge of the cavity. */
  readonly leastDepthMm: number;
  /** Share of voxels within 7 mm of the edge of the cavity. */
  readonly shallowShare: number;
  /** Radius in mm of the largest disc that fits in, in the slice. */
  readonly inscribedRadiusMm: number;
}

/** The bright regions of a brain: the label image of their cores, and the regions. */
export interface BrightRegions {
  readonly labels: Int32Array;
  readonly regions: readonly BrightRegion[];
}

/** Fresh blood is at least so much denser than the usual of its slice; grey matter is 5 to 10 denser. */
const LEAST_EXCESS_HU = 14;
/** Smoothed densities above this are mineral: blood without contrast stays below, hematocrit permitting. */
const MINERAL_HU = 95;
/** Partial volume around mineral looks like blood for about this far. */
const MINERAL_HALO_MM = 2;
/** The rim of the cavity is brightened by the skull (partial volume, beam hardening). */
const RIM_MM = 4;
/** Opening by this radius parts regions that touch by a bridge, and removes vessels and thin sheets. */
const OPENING_MM = 1.5;

/** Nearer to the edge of the cavity than this is shallow. */
const SHALLOW_MM = 7;

/** What makes a region hematoma; each limit lies between what was seen on real heads with and without blood. */
export const limits = {
  /** Smaller regions cannot be told from noise by density alone. */
  leastMl: 0.25,
  mostCalcifiedShare: 0.08,
  /** Venous sinuses, dura, extra-axial blood and partial volume with bone lie nearer to the edge. */
  leastMedianDepthMm: 8,
  /** Extra-axial blood lies along the skull in a layer; a hematoma that reaches the cortex is thick, or does so with a small part. */
  mostShallowShare: 0.3,
  layerRadiusMm: 7,
  /** What touches the rim of the cavity and is thinner than twice this is a sinus or dura at its attachment. */
  touchingMm: 5.5,
  touchingRadiusMm: 5.5,
  /** Falx and tentorium are thinner. */
  leastRadiusMm: 2.5,
  leastPeakHu: 20,
} as const;

/** Finds the regions that are brighter than brain, calcification left out. */
export function findBrightRegions(brain: BrainTissue): BrightRegions {
  const { depthMm, excessHu, referenceHu } = brain;
  const { geometry } = brain.cavity;
  const perSlice = geometry.size[0] * geometry.size[1];
  const mineral = new Uint8Array(excessHu.length);
  for (let v = 0; v < excessHu.length; v++) {
    mineral[v] = depthMm[v] > 0 && excessHu[v] + referenceHu[Math.floor(v / perSlice)] > MINERAL_HU ? 1 : 0;
  }
  const halo = dilate({ geometry, inside: mineral }, MINERAL_HALO_MM, "slice").inside;
  const bright = new Uint8Array(excessHu.length);
  for (let v = 0; v < excessHu.length; v++) {
    bright[v] = excessHu[v] > LEAST_EXCESS_HU && depthMm[v] > RIM_MM && !halo[v] ? 1 : 0;
  }
  const cores = open({ geometry, inside: bright }, OPENING_MM, "slice");
  const { labels, components } = connectedComponents(cores, 18);
  return { labels, regions: measure(brain, cores, labels, components) };
}

/**
 * The first rule that a region breaks, or null when it is hematoma.
 *
 * @example exclusionOf({ label: 1, voxels: 9, ml: 12, peakExcessHu: 35, calcifiedShare: 0, medianDepthMm: 40, leastDepthMm: 20, shallowShare: 0, inscribedRadiusMm: 9 }) // => null
 */
export function exclusionOf(region: BrightRegion): Exclusion | null {
  if (region.ml < limits.leastMl) return "small";
  if (region.calcifiedShare > limits.mostCalcifiedShare) return "calcified";
  if (region.medianDepthMm < limits.leastMedianDepthMm) return "superficial";
  const isLayer = region.inscribedRadiusMm < limits.layerRadiusMm;
  if (isLayer && region.shallowShare > limits.mostShallowShare) return "superficial";
  if (region.leastDepthMm < limits.touchingMm && region.inscribedRadiusMm < limits.touchingRadiusMm)
    return "superficial";
  if (region.inscribedRadiusMm < limits.leastRadiusMm) return "sheet";
  if (region.peakExcessHu < limits.leastPeakHu) return "faint";
  return null;
}

function measure(
  { volume, depthMm, excessHu }: BrainTissue,
  cores: Mask,
  labels: Int32Array,
  components: readonly Component[],
): BrightRegion[] {
  const toEdge = squaredDistanceMm(complement(cores), "slice");
  const voxelsOf = components.map((component) => new Int32Array(component.voxels));
  const filled = new Int32Array(components.length);
  for (let v = 0; v < labels.length; v++) {
    const at = labels[v] - 1;
    if (at >= 0) voxelsOf[at][filled[at]++] = v;
  }
  return components.map((component, at) => {
    const voxels = voxelsOf[at];
    const values = (of: ArrayLike<number>): Float32Array => Float32Array.from(voxels, (v) => of[v]).sort();
    const hu = values(volume.hu);
    const depth = values(depthMm);
    return {
      ...component,
      peakExcessHu: quantileOfSorted(values(excessHu), 0.9),
      calcifiedShare: hu.filter((value) => value > 100).length / hu.length,
      medianDepthMm: quantileOfSorted(depth, 0.5),
      leastDepthMm: depth[0],
      shallowShare: depth.filter((mm) => mm < SHALLOW_MM).length / depth.length,
      inscribedRadiusMm: Math.sqrt(quantileOfSorted(values(toEdge), 1)),
    };
  });
}

function quantileOfSorted(sorted: Float32Array, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}
