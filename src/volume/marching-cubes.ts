/**
 * The triangles that marching cubes puts into one cell of a binary grid, derived here rather than listed. Every vertex lies half-way on a cell edge.
 * Corners are numbered 0 (0,0,0), 1 (1,0,0), 2 (1,1,0), 3 (0,1,0), then 4 to 7 the same at z = 1, as in Lorensen & Cline.
 */
import { invariant } from "../core/guards.ts";
import { cross, dot, subtract, type Vec3 } from "../math/vec3.ts";

/** A triangle as three edge numbers; its normal by the right-hand rule points out of the region. */
export type CellTriangle = readonly [number, number, number];

/** The positions of the 8 corners of a cell. */
export const cellCorners: readonly Vec3[] = [
  [0, 0, 0],
  [1, 0, 0],
  [1, 1, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 0, 1],
  [1, 1, 1],
  [0, 1, 1],
];

/** The two corners of each of the 12 edges. */
const edgeEnds: readonly (readonly [number, number])[] = [
  [0, 1],
  [1, 2],
  [2, 3],
  [3, 0],
  [4, 5],
  [5, 6],
  [6, 7],
  [7, 4],
  [0, 4],
  [1, 5],
  [2, 6],
  [3, 7],
];

/** The middles of the 12 edges, where the surface may pass. */
export const edgeMiddles: readonly Vec3[] = edgeEnds.map(([a, b]) => {
  const [p, q] = [cellCorners[a] as Vec3, cellCorners[b] as Vec3];
  return [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2, (p[2] + q[2]) / 2];
});

/** The faces of a cell, corners counter-clockwise when seen from outside the cell. */
const faces: readonly (readonly [number, number, number, number])[] = [
  [0, 3, 2, 1],
  [4, 5, 6, 7],
  [0, 1, 5, 4],
  [1, 2, 6, 5],
  [2, 3, 7, 6],
  [3, 0, 4, 7],
];

/**
 * Four corners in a twisted row give six vertices that lie in no plane and two triangulations that are mirror images. Both are right; this is the
 * one that PyRadiomics uses, by the number of the configuration: an edge that belongs to the middle triangle.
 */
const twistedMiddle: Readonly<Record<number, number>> = {
  23: 2,
  29: 1,
  43: 2,
  46: 0,
  54: 2,
  57: 2,
  71: 2,
  77: 0,
  99: 1,
  108: 3,
  113: 0,
  116: 1,
};

/**
 * The triangles of each of the 256 configurations; bit c is set where corner c lies inside. Where a face has two opposite corners inside, the
 * surface cuts off the corners on the side that corner 7 is not on, as in PyRadiomics; a configuration and its complement share their triangles.
 *
 * @see Lorensen & Cline 1987, doi:10.1145/37401.37422
 */
export const cellTriangles: readonly (readonly CellTriangle[])[] = Array.from({ length: 256 }, (_, inside) =>
  inside < 128
    ? boundaryLoops(inside).flatMap((loop) => triangulate(loop, inside))
    : boundaryLoops(255 - inside)
        .flatMap((loop) => triangulate(loop, 255 - inside))
        .map(([a, b, c]): CellTriangle => [a, c, b]),
);

/** The closed loops of edges in which the surface meets the faces of the cell, each counter-clockwise around the outward normal. */
function boundaryLoops(inside: number): number[][] {
  const next = new Map<number, number>();
  for (const face of faces) {
    for (let c = 0; c < 4; c++) {
      if (!isInside(inside, face[c] as number) || isInside(inside, face[(c + 1) % 4] as number)) continue;
      // The face's rim leaves the region here; the cut runs to here from where this stretch of inside corners began, and so cuts off only them.
      let first = c;
      while (isInside(inside, face[(first + 3) % 4] as number)) first = (first + 3) % 4;
      next.set(
        edgeBetween(face[(first + 3) % 4] as number, face[first] as number),
        edgeBetween(face[c] as number, face[(c + 1) % 4] as number),
      );
    }
  }
  const loops: number[][] = [];
  while (next.size > 0) {
    const loop: number[] = [];
    let edge = next.keys().next().value as number;
    while (next.has(edge)) {
      loop.push(edge);
      const following = next.get(edge) as number;
      next.delete(edge);
      edge = following;
    }
    loops.push(loop);
  }
  return loops;
}

function isInside(inside: number, corner: number): boolean {
  return ((inside >> corner) & 1) === 1;
}

function edgeBetween(a: number, b: number): number {
  return edgeEnds.findIndex(([p, q]) => (p === a && q === b) || (p === b && q === a));
}

/** Splits a loop into triangles so that its flat parts stay flat. */
function triangulate(loop: readonly number[], inside: number): CellTriangle[] {
  const n = loop.length;
  if (isFlat(loop)) return fan(loop);
  for (let start = 0; start < n; start++) {
    const turned = [...loop.slice(start), ...loop.slice(0, start)];
    const flat = turned.slice(0, 4);
    const rest = [turned[0] as number, ...turned.slice(3)];
    if (n <= 6 && isFlat(flat) && isFlat(rest)) return [...fan(flat), ...fan(rest)];
  }
  if (n === 6) return twisted(loop, twistedMiddle[inside] as number);
  // Seven vertices: a fan from the middle one of the three that cut off a single corner.
  for (let start = 0; start < n; start++) {
    const turned = [...loop.slice(start), ...loop.slice(0, start)];
    if (sharesCorner(turned[n - 1] as number, turned[0] as number, turned[1] as number)) return fan(turned);
  }
  invariant(false, `no triangulation for configuration ${inside}`);
}

function fan(loop: readonly number[]): CellTriangle[] {
  return loop.slice(2).map((edge, i) => [loop[0] as number, loop[i + 1] as number, edge]);
}

/** Three outer triangles around a middle one that has the given edge as a vertex. */
function twisted(loop: readonly number[], middle: number): CellTriangle[] {
  const start = loop.indexOf(middle);
  const [a, b, c, d, e, f] = [...loop.slice(start), ...loop.slice(0, start)] as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return [
    [a, b, c],
    [c, d, e],
    [e, f, a],
    [a, c, e],
  ];
}

function isFlat(loop: readonly number[]): boolean {
  const points = loop.map((edge) => edgeMiddles[edge] as Vec3);
  const [origin, second, third] = points as [Vec3, Vec3, Vec3];
  const normal = cross(subtract(second, origin), subtract(third, origin));
  return points.every((point) => Math.abs(dot(normal, subtract(point, origin))) < 1e-9);
}

function sharesCorner(...edges: readonly number[]): boolean {
  return cellCorners.some((_, corner) => edges.every((edge) => edgeEnds[edge]?.includes(corner)));
}
