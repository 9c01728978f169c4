/** Where a hematoma lies, as scores and studies divide it: deep, lobar, brainstem or cerebellum, and on which side. Rules of anatomy in an average head. */
import type { Mask } from "../volume/volume.ts";
import { forEachCavityVoxel, type HeadFrame } from "./head-frame.ts";
import type { ScoreLocation } from "./score.ts";

/** Where a hematoma lies. */
export interface HematomaLocation {
  /** The region that holds the largest share of it. */
  readonly location: ScoreLocation;
  readonly side: "left" | "right" | "midline";
  /** Share in [0, 1] of the hematoma in each region. */
  readonly shares: Readonly<Record<ScoreLocation, number>>;
  /** Its centre in an average head, mm left, posterior and superior of the anterior commissure. */
  readonly centerMm: readonly [number, number, number];
}

/** A centre nearer to the midplane than this belongs to no side. */
const MIDLINE_MM = 4;

/**
 * Locates a hematoma; null when none of it lies in the cavity.
 *
 * @param onCavityGrid the hematoma on the grid of `frame.cavity`
 */
export function locateHematoma(frame: HeadFrame, onCavityGrid: Mask): HematomaLocation | null {
  const counts: Record<ScoreLocation, number> = { lobar: 0, deep: 0, brainstem: 0, cerebellum: 0 };
  const sum = [0, 0, 0];
  let n = 0;
  forEachCavityVoxel(frame, (voxel, x, y, z) => {
    if (!onCavityGrid.inside[voxel]) return;
    counts[regionAt(x, y, z)]++;
    sum[0] += x;
    sum[1] += y;
    sum[2] += z;
    n++;
  });
  if (n === 0) return null;
  const regions = Object.keys(counts) as ScoreLocation[];
  const location = regions.reduce((best, next) => (counts[next] > counts[best] ? next : best));
  const left = sum[0] / n;
  return {
    location,
    side: Math.abs(left) < MIDLINE_MM ? "midline" : left > 0 ? "left" : "right",
    shares: Object.fromEntries(regions.map((region) => [region, counts[region] / n])) as Record<ScoreLocation, number>,
    centerMm: [left, sum[1] / n, sum[2] / n],
  };
}

/**
 * The region of a place in an average head. The tentorium falls off to both sides; deep is what lies between the insula, the corona radiata and
 * the midbrain.
 *
 * @param x, y, z mm left, posterior and superior of the anterior commissure
 * @example [regionAt(28, 0, 4), regionAt(38, 40, 36), regionAt(20, 64, -34), regionAt(0, 26, -26)] // => ["deep", "lobar", "cerebellum", "brainstem"]
 */
export function regionAt(x: number, y: number, z: number): ScoreLocation {
  const aside = Math.abs(x);
  if (y > 10 && z < -8 - 0.15 * aside) return aside <= 17 && y <= 42 ? "brainstem" : "cerebellum";
  return aside <= 37 && y >= -32 && y <= 36 && z >= -14 && z <= 30 ? "deep" : "lobar";
}
