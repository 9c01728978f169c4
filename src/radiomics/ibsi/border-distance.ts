/** How many steps a voxel of a region is from its border. */
import type { Neighbourhood } from "../direction.ts";
import type { LevelGrid } from "../discretise.ts";

/**
 * Steps through faces from each voxel of the morphological mask to the nearest voxel outside: 1 on the border.
 *
 * @param grid the size of the box and the border around it
 * @param morphological 1 inside, over the grid's box
 * @param flatAxis steps stay within planes across this axis
 * @returns one number for each voxel of the grid, 0 outside
 * @see IBSI 2019 section 3.9 (grey level distance zone)
 */
export function borderDistances(
  grid: Pick<LevelGrid, "boxSize" | "border" | "size">,
  morphological: Uint8Array,
  flatAxis: Neighbourhood["flatAxis"],
): Int32Array {
  const [bx, by, bz] = grid.boxSize;
  const [nx, ny] = grid.size;
  const distance = new Int32Array(nx * ny * grid.size[2]);
  const inside: number[] = [];
  for (let k = 0; k < bz; k++) {
    for (let j = 0; j < by; j++) {
      for (let i = 0; i < bx; i++) {
        if (!morphological[i + bx * (j + by * k)]) continue;
        const at = i + grid.border + nx * (j + grid.border + ny * (k + grid.border));
        distance[at] = -1;
        inside.push(at);
      }
    }
  }
  const steps = [1, nx, nx * ny].filter((_, axis) => 2 - axis !== flatAxis).flatMap((step) => [step, -step]);
  let front = inside.filter((at) => steps.some((step) => distance[at + step] === 0));
  for (const at of front) distance[at] = 1;
  for (let d = 2; front.length > 0; d++) {
    const next: number[] = [];
    for (const at of front) {
      for (const step of steps) {
        if (distance[at + step] !== -1) continue;
        distance[at + step] = d;
        next.push(at + step);
      }
    }
    front = next;
  }
  return distance;
}
