/** Which voxels bone surrounds within their slice, gaps tolerated: the one property that tells brain from scalp, orbit and neck. */
import type { Mask } from "./volume.ts";

/** A ray: the voxel steps that lie on it before it repeats; bone on any of them stops it. */
type Ray = readonly (readonly [number, number])[];

/** Sixteen directions, 22.5 degrees apart but for the rounding to whole steps. */
const rays: readonly Ray[] = [
  [[1, 0]],
  [
    [1, 0],
    [2, 1],
  ],
  [[1, 1]],
  [
    [0, 1],
    [1, 2],
  ],
].flatMap((ray) => [0, 1, 2, 3].map((quarters) => ray.map(([x, y]) => turned(x, y, quarters))));

/** How many of the sixteen rays from each voxel, in its slice, meet bone before they leave the grid; 16 in bone itself. Linear time. */
export function raysThatMeetBone(bone: Mask): Uint8Array {
  const [nx, ny, nz] = bone.geometry.size;
  const hits = new Uint8Array(bone.inside.length);
  const blocked = new Uint8Array(nx * ny);
  for (let k = 0; k < nz; k++) {
    const slice = [k * nx * ny, (k + 1) * nx * ny] as const;
    for (const ray of rays) castRay(bone.inside.subarray(...slice), nx, ny, ray, blocked, hits.subarray(...slice));
  }
  return hits;
}

/** From each voxel the ray is blocked when the voxel or one on its first step is bone, or when it is blocked from there on. */
function castRay(bone: Uint8Array, nx: number, ny: number, ray: Ray, blocked: Uint8Array, hits: Uint8Array): void {
  const [stepI, stepJ] = ray[ray.length - 1];
  const near = ray[0][0] + nx * ray[0][1];
  const far = stepI + nx * stepJ;
  const [lowI, highI] = [Math.max(0, -stepI), nx - Math.max(0, stepI)];
  const [lowJ, highJ] = [Math.max(0, -stepJ), ny - Math.max(0, stepJ)];
  for (let b = 0; b < ny; b++) {
    const j = stepJ > 0 ? ny - 1 - b : b;
    for (let a = 0; a < nx; a++) {
      const i = stepI > 0 ? nx - 1 - a : a;
      const v = i + nx * j;
      const steps = i >= lowI && i < highI && j >= lowJ && j < highJ;
      const stop = bone[v] | (steps ? bone[v + near] | bone[v + far] | blocked[v + far] : 0);
      blocked[v] = stop;
      hits[v] += stop;
    }
  }
}

function turned(x: number, y: number, quarters: number): readonly [number, number] {
  let [a, b] = [x, y];
  for (let n = 0; n < quarters; n++) [a, b] = [-b, a];
  return [a, b];
}
