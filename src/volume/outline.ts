/** The outline of a mask on one slice, as closed loops along pixel edges: exact, for drawing over an image. */
import type { Mask } from "./volume.ts";

/** A closed loop of corner points (x, y) in pixel units: pixel (i, j) covers [i, i + 1] x [j, j + 1]. */
export type Loop = readonly (readonly [number, number])[];

/**
 * The closed loops around the inside pixels of slice k, inside always on the right of the direction of travel
 * (clockwise on screen around a region, anticlockwise around a hole). Straight runs are merged. Regions that touch at a corner stay apart.
 */
export function sliceOutline(mask: Mask, k: number): Loop[] {
  const [nx, ny] = mask.geometry.size;
  const base = k * nx * ny;
  const inside = (i: number, j: number): boolean =>
    i >= 0 && j >= 0 && i < nx && j < ny && mask.inside[base + i + nx * j] === 1;
  const edges = directedEdges(inside, nx, ny);
  const loops: Loop[] = [];
  for (const start of edges.keys()) {
    while ((edges.get(start)?.length ?? 0) > 0) loops.push(followLoop(edges, start, nx + 1));
  }
  return loops;
}

/** For each corner (index x + (nx + 1) * y), where the edges that leave it lead to. */
function directedEdges(inside: (i: number, j: number) => boolean, nx: number, ny: number): Map<number, number[]> {
  const width = nx + 1;
  const edges = new Map<number, number[]>();
  const addEdge = (x0: number, y0: number, x1: number, y1: number): void => {
    const from = x0 + width * y0;
    const leaving = edges.get(from);
    if (leaving) leaving.push(x1 + width * y1);
    else edges.set(from, [x1 + width * y1]);
  };
  for (let j = 0; j < ny; j++) {
    for (let i = 0; i < nx; i++) {
      if (!inside(i, j)) continue;
      if (!inside(i, j - 1)) addEdge(i, j, i + 1, j);
      if (!inside(i + 1, j)) addEdge(i + 1, j, i + 1, j + 1);
      if (!inside(i, j + 1)) addEdge(i + 1, j + 1, i, j + 1);
      if (!inside(i - 1, j)) addEdge(i, j + 1, i, j);
    }
  }
  return edges;
}

function followLoop(edges: Map<number, number[]>, start: number, width: number): Loop {
  const path: number[] = [];
  let at = start;
  let step = 0;
  do {
    const next = takeNext(edges, at, step, width);
    path.push(at);
    step = next - at;
    at = next;
  } while (at !== start);
  return path
    .filter((corner, i) => {
      const before = path[(i + path.length - 1) % path.length] as number;
      const after = path[(i + 1) % path.length] as number;
      return corner - before !== after - corner;
    })
    .map((corner) => [corner % width, Math.floor(corner / width)]);
}

/** Where two regions touch at a corner, turning right keeps them apart. */
function takeNext(edges: Map<number, number[]>, at: number, step: number, width: number): number {
  const leaving = edges.get(at) as number[];
  const right = step === 1 ? width : step === width ? -1 : step === -1 ? -width : 1;
  const chosen = leaving.length > 1 ? Math.max(leaving.indexOf(at + right), 0) : 0;
  return leaving.splice(chosen, 1)[0] as number;
}
