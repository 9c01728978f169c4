/** What the density around a place would be without blood: edema and infarct lower it, so that a faint clot inside them still stands out. */
import { blockMean } from "../volume/resample.ts";
import { gaussianSmooth } from "../volume/smooth.ts";
import type { CtVolume } from "../volume/volume.ts";

/** Wide enough to look past a clot of some cm, narrow enough to follow an infarct. */
const WIDTH_MM = 10;
/** The background varies slowly: blocks of this size are enough. */
const BLOCK_MM = 4;
/** Where tissue fills less than about this share of the neighbourhood, the usual density of the slice takes over. */
const PRIOR_SHARE = 0.05;

/**
 * The mean HU of the tissue around each voxel, Gaussian-weighted within the slice.
 *
 * @param smoothed HU on the grid of the brain
 * @param isTissue whether a voxel is brain without blood, fluid and mineral
 * @param referenceHu what to fall back on, per slice
 */
export function localBackgroundHu(
  smoothed: CtVolume,
  isTissue: (voxel: number) => boolean,
  referenceHu: Float32Array,
): Float32Array {
  const { geometry, hu } = smoothed;
  const [nx, ny, nz] = geometry.size;
  const block = Math.max(1, Math.min(nx, ny, Math.round(BLOCK_MM / geometry.spacing[0])));
  const weight = new Float32Array(hu.length);
  const weighted = new Float32Array(hu.length);
  for (let v = 0; v < hu.length; v++) {
    if (!isTissue(v)) continue;
    weight[v] = 1;
    weighted[v] = hu[v] - referenceHu[Math.floor(v / (nx * ny))];
  }
  const wide = (values: Float32Array): CtVolume =>
    gaussianSmooth(blockMean({ ...smoothed, hu: values }, [block, block, 1]), { inPlane: WIDTH_MM, throughPlane: 0 });
  const weights = wide(weight);
  const sums = wide(weighted).hu;
  const [mx, my] = weights.geometry.size;
  const result = new Float32Array(hu.length);
  let v = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const row = mx * (Math.min(my - 1, Math.floor(j / block)) + my * k);
      for (let i = 0; i < nx; i++) {
        const at = row + Math.min(mx - 1, Math.floor(i / block));
        result[v++] = referenceHu[k] + sums[at] / (weights.hu[at] + PRIOR_SHARE);
      }
    }
  }
  return result;
}
