/** How dark a sign is drawn so that, after partial volume on this scan's slices, it measures what it was meant to. */
import type { SignRegion } from "../hematoma/sign-regions.ts";
import type { SignName } from "../simulated-case.ts";
import type { SliceCoverage } from "./blood-coverage.ts";

/** A region must keep at least this part of its contrast, on average over its voxels, to be shown at all. */
const LEAST_CONTRAST = 0.45;
/** And it must cover at least this many pixels of a slice to be seen there. */
export const LEAST_PIXELS = 6;

/** HU to take from a voxel that a sign fills wholly; signs that these slices cannot show are missing. */
export type SignGaps = ReadonlyMap<SignName, number>;

/** The HU to subtract for each region, such that the mean over its voxels lies `gapHu` below the mean of the clot's core. */
export function signGaps(regions: readonly SignRegion[], coverages: readonly SliceCoverage[]): SignGaps {
  const gaps = new Map<SignName, number>();
  const core = coreHu(coverages);
  for (const { sign, gapHu } of regions) {
    let [pixels, contrast, plain, widest] = [0, 0, 0, 0];
    for (const box of coverages) {
      const values = box.signs[sign];
      if (!values) continue;
      let here = 0;
      for (let p = 0; p < values.length; p++) {
        if ((values[p] as number) < 0.5) continue;
        here++;
        contrast += values[p] as number;
        plain += (box.clotHu[p] as number) / (box.clot[p] as number);
      }
      pixels += here;
      widest = Math.max(widest, here);
    }
    if (widest < LEAST_PIXELS || contrast / pixels < LEAST_CONTRAST) continue;
    gaps.set(sign, (gapHu + plain / pixels - core) / (contrast / pixels));
  }
  return gaps;
}

/** Mean HU of voxels that are all clot and no sign. */
function coreHu(coverages: readonly SliceCoverage[]): number {
  let [sum, count] = [0, 0];
  for (const box of coverages) {
    const signs = Object.values(box.signs);
    for (let p = 0; p < box.clot.length; p++) {
      if ((box.clot[p] as number) < 0.99 || signs.some((values) => (values[p] as number) > 0.02)) continue;
      sum += box.clotHu[p] as number;
      count++;
    }
  }
  return count > 0 ? sum / count : 60;
}
