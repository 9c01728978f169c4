/** Convex hulls in space. */
import { cross, dot, length, scale, subtract, type Vec3 } from "./vec3.ts";

/** A convex hull: its triangles as point numbers, outward by the right-hand rule. */
export interface Hull3d {
  readonly triangles: readonly (readonly [number, number, number])[];
  readonly volume: number;
  readonly area: number;
}

/**
 * The convex hull of points, added one by one: each new point takes the place of the faces that it sees.
 *
 * @param points at least 4, not all in one plane; meant for up to a few thousand
 * @returns null where the points lie in a plane
 * @see Edelsbrunner 1987, Algorithms in Combinatorial Geometry, section 8.4
 */
export function convexHull3d(points: readonly Vec3[]): Hull3d | null {
  const seed = firstTetrahedron(points);
  if (!seed) return null;
  const tolerance = 1e-10 * seed.extent;
  let faces: Face[] = seed.faces.map((corners) => faceOf(points, corners));
  points.forEach((point, p) => {
    if (seed.corners.includes(p)) return;
    const visible = faces.filter((face) => dot(face.normal, point) - face.offset > tolerance);
    if (visible.length === 0) return;
    const edges = new Set(visible.flatMap(({ corners: [a, b, c] }) => [`${a} ${b}`, `${b} ${c}`, `${c} ${a}`]));
    const gone = new Set(visible);
    faces = faces.filter((face) => !gone.has(face));
    for (const edge of edges) {
      const [a, b] = edge.split(" ").map(Number) as [number, number];
      if (!edges.has(`${b} ${a}`)) faces.push(faceOf(points, [a, b, p]));
    }
  });
  let [volume, area] = [0, 0];
  for (const { corners } of faces) {
    const [a, b, c] = corners.map((n) => points[n] as Vec3) as [Vec3, Vec3, Vec3];
    volume += dot(a, cross(b, c)) / 6;
    area += length(cross(subtract(b, a), subtract(c, a))) / 2;
  }
  return { triangles: faces.map(({ corners }) => corners), volume, area };
}

interface Face {
  readonly corners: readonly [number, number, number];
  readonly normal: Vec3;
  readonly offset: number;
}

function faceOf(points: readonly Vec3[], corners: readonly [number, number, number]): Face {
  const [a, b, c] = corners.map((n) => points[n] as Vec3) as [Vec3, Vec3, Vec3];
  const across = cross(subtract(b, a), subtract(c, a));
  const long = length(across);
  const normal: Vec3 = long > 0 ? scale(across, 1 / long) : [0, 0, 0];
  return { corners, normal, offset: dot(normal, a) };
}

/** Four points far from one plane. */
function firstTetrahedron(
  points: readonly Vec3[],
): { corners: number[]; faces: (readonly [number, number, number])[]; extent: number } | null {
  if (points.length < 4) return null;
  const farthest = (measure: (p: Vec3) => number): number =>
    points.reduce((best, p, n) => (measure(p) > measure(points[best] as Vec3) ? n : best), 0);
  const a = farthest((p) => p[0]);
  const origin = points[a] as Vec3;
  const b = farthest((p) => length(subtract(p, origin)));
  const along = subtract(points[b] as Vec3, origin);
  const c = farthest((p) => length(cross(along, subtract(p, origin))));
  const normal = cross(along, subtract(points[c] as Vec3, origin));
  const d = farthest((p) => Math.abs(dot(normal, subtract(p, origin))));
  const height = dot(normal, subtract(points[d] as Vec3, origin));
  const extent = length(along);
  if (!(Math.abs(height) > 1e-9 * length(normal) * extent)) return null;
  const [q, r] = height > 0 ? [c, b] : [b, c];
  return {
    corners: [a, b, c, d],
    faces: [
      [a, q, r],
      [a, r, d],
      [r, q, d],
      [q, a, d],
    ],
    extent,
  };
}
