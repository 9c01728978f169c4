/** Local intensity peaks: the mean in a ball of 1 cm3 around a voxel, voxels outside of the region included. */
import type { Vec3 } from "../../math/vec3.ts";
import type { Box, Region, ScalarImage } from "../region.ts";

/** Radius in mm of a ball of 1 cm3. */
const RADIUS_MM = 10 * Math.cbrt(3 / (4 * Math.PI));

/** Both peaks, in the unit of the intensities. */
export interface LocalIntensityFeatures {
  readonly LocalIntensityPeak: number;
  readonly GlobalIntensityPeak: number;
}

/**
 * The local and the global intensity peak. Beyond the image there are no voxels to average.
 *
 * @see IBSI VJGA, 0F91
 */
export function localIntensityFeatures(image: ScalarImage, region: Region, box: Box): LocalIntensityFeatures {
  const { size } = image.geometry;
  const { offsets, reach } = ballOffsets(region.spacing);
  const steps = Int32Array.from(offsets, ([i, j, k]) => i + size[0] * (j + size[1] * k));
  const [bx, by] = region.size;
  const highest = region.intensities.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY);
  let [local, global] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  region.voxels.forEach((at, v) => {
    const centre: Vec3 = [
      (at % bx) + box.start[0],
      (Math.floor(at / bx) % by) + box.start[1],
      Math.floor(at / (bx * by)) + box.start[2],
    ];
    const wholeInside = centre.every(
      (c, d) => c >= (reach[d] as number) && c + (reach[d] as number) < (size[d] as number),
    );
    const mean = meanAround(image, centre, steps, wholeInside ? null : offsets);
    global = Math.max(global, mean);
    if (region.intensities[v] === highest) local = Math.max(local, mean);
  });
  return { LocalIntensityPeak: local, GlobalIntensityPeak: global };
}

/** @param checked the offsets of the steps, where some may lead out of the image */
function meanAround(
  { geometry, values }: ScalarImage,
  centre: Vec3,
  steps: Int32Array,
  checked: readonly Vec3[] | null,
): number {
  const [nx, ny] = geometry.size;
  const at = centre[0] + nx * (centre[1] + ny * centre[2]);
  let [sum, count] = [0, 0];
  for (let s = 0; s < steps.length; s++) {
    const offset = checked?.[s];
    if (
      offset &&
      centre.some((c, d) => c + (offset[d] as number) < 0 || c + (offset[d] as number) >= (geometry.size[d] as number))
    )
      continue;
    sum += values[at + (steps[s] as number)] as number;
    count++;
  }
  return sum / count;
}

function ballOffsets(spacing: Vec3): { offsets: Vec3[]; reach: Vec3 } {
  const reach = spacing.map((mm) => Math.floor(RADIUS_MM / mm)) as [number, number, number];
  const offsets: Vec3[] = [];
  for (let k = -reach[2]; k <= reach[2]; k++) {
    for (let j = -reach[1]; j <= reach[1]; j++) {
      for (let i = -reach[0]; i <= reach[0]; i++) {
        if (Math.hypot(i * spacing[0], j * spacing[1], k * spacing[2]) <= RADIUS_MM) offsets.push([i, j, k]);
      }
    }
  }
  return { offsets, reach };
}
