/** The directions in which textures are counted. */
import type { Vec3 } from "../math/vec3.ts";
import type { LevelGrid } from "./discretise.ts";

/** How distance between two voxels turns into a weight. */
export type WeightingNorm = "manhattan" | "euclidean" | "infinity" | "no_weighting";

/** Which neighbours count. */
export interface Neighbourhood {
  /** Chebyshev distances in voxels, each at least 1. */
  readonly distances: readonly number[];
  /** The axis that neighbours do not differ in: 0 = k (slices), 1 = j, 2 = i, in PyRadiomics' order; absent in three dimensions. */
  readonly flatAxis?: 0 | 1 | 2;
}

/**
 * One of each pair of opposite directions to the neighbours; directions longer than the region's box in some axis are left out.
 *
 * @see PyRadiomics 3.1 cmatrices generate_angles
 * @example directions([5, 5, 5], { distances: [1] }).length // => 13
 */
export function directions(boxSize: Vec3, { distances, flatAxis }: Neighbourhood): Vec3[] {
  const reach = [2, 1, 0].map((axis, d) =>
    axis === flatAxis ? 0 : Math.min(Math.max(...distances), (boxSize[d] as number) - 1),
  ) as [number, number, number];
  const result: Vec3[] = [];
  for (let k = 0; k <= reach[2]; k++) {
    for (let j = k === 0 ? 0 : -reach[1]; j <= reach[1]; j++) {
      for (let i = k === 0 && j === 0 ? 1 : -reach[0]; i <= reach[0]; i++) {
        if (distances.includes(Math.max(k, Math.abs(j), Math.abs(i)))) result.push([i, j, k]);
      }
    }
  }
  return result;
}

/** The step in the grid's memory of a direction. */
export function stepOf(grid: LevelGrid, [i, j, k]: Vec3): number {
  return i + grid.size[0] * (j + grid.size[1] * k);
}

/**
 * Weight of a direction: exp(-d^2) with d in mm by the norm.
 *
 * @see PyRadiomics 3.1 setting weightingNorm
 * @example weightOf([1, 0, 0], [0, 0, 0], "euclidean") // => 1
 */
export function weightOf(direction: Vec3, spacing: Vec3, norm: WeightingNorm): number {
  const mm = direction.map((x, d) => Math.abs(x) * (spacing[d] as number)) as [number, number, number];
  switch (norm) {
    case "no_weighting":
      return 1;
    case "infinity":
      return Math.exp(-(Math.max(...mm) ** 2));
    case "euclidean":
      return Math.exp(-(mm[0] ** 2 + mm[1] ** 2 + mm[2] ** 2));
    case "manhattan":
      return Math.exp(-((mm[0] + mm[1] + mm[2]) ** 2));
  }
}
