import { expect, it } from "vitest";
import { cross, dot, subtract, type Vec3 } from "../math/vec3.ts";
import { cellCorners, cellTriangles, edgeMiddles } from "./marching-cubes.ts";

const inside = (configuration: number, corner: number): boolean => ((configuration >> corner) & 1) === 1;

it("every edge whose ends differ is a vertex and no other is", () => {
  cellTriangles.forEach((triangles, configuration) => {
    const used = new Set(triangles.flat());
    edgeMiddles.forEach((middle, edge) => {
      const ends = cellCorners.flatMap((corner, c) => (distance(corner, middle) < 0.6 ? [c] : [])) as [number, number];
      expect(used.has(edge), `${configuration} edge ${edge}`).toBe(
        inside(configuration, ends[0]) !== inside(configuration, ends[1]),
      );
    });
  });
});

it("inside a cell the triangles meet edge to edge, in opposite directions", () => {
  for (const triangles of cellTriangles) {
    const directed = new Map<string, number>();
    for (const [a, b, c] of triangles)
      for (const [p, q] of [
        [a, b],
        [b, c],
        [c, a],
      ])
        directed.set(`${p}-${q}`, (directed.get(`${p}-${q}`) ?? 0) + 1);
    expect([...directed.values()].every((n) => n === 1)).toBe(true);
    // What has no partner inside the cell lies on a face of it.
    for (const key of directed.keys()) {
      const [p, q] = key.split("-").map(Number) as [number, number];
      if (directed.has(`${q}-${p}`)) continue;
      const [a, b] = [edgeMiddles[p] as Vec3, edgeMiddles[q] as Vec3];
      expect([0, 1, 2].some((d) => a[d] === b[d] && (a[d] === 0 || a[d] === 1))).toBe(true);
    }
  }
});

it("one corner's triangle points away from it, and turns with the complement", () => {
  cellCorners.forEach((corner, c) => {
    for (const [configuration, sign] of [
      [1 << c, 1],
      [255 - (1 << c), -1],
    ] as const) {
      const [p, q, r] = (cellTriangles[configuration]?.[0] ?? []).map((edge) => edgeMiddles[edge]) as [
        Vec3,
        Vec3,
        Vec3,
      ];
      expect(sign * dot(cross(subtract(q, p), subtract(r, p)), subtract(p, corner))).toBeGreaterThan(0);
    }
  });
});

function distance(a: Vec3, b: Vec3): number {
  return Math.hypot(...subtract(a, b));
}
