import { expect, it } from "vitest";
import { axialGeometry, maskOf } from "../../test/support/phantoms.ts";
import { raysThatMeetBone } from "./enclosure.ts";
import type { Mask } from "./volume.ts";

/** The slow twin: walks each ray to the end. */
function byWalking({ geometry, inside }: Mask, i: number, j: number): number {
  const [nx, ny] = geometry.size;
  const bone = (x: number, y: number): boolean => x >= 0 && y >= 0 && x < nx && y < ny && inside[x + nx * y] === 1;
  let hits = 0;
  for (let n = 0; n < 4; n++) {
    for (const [nearI, nearJ, farI, farJ] of [
      [1, 0, 1, 0],
      [1, 0, 2, 1],
      [1, 1, 1, 1],
      [0, 1, 1, 2],
    ]) {
      const turn = (x: number, y: number): number[] =>
        [
          [x, y],
          [-y, x],
          [-x, -y],
          [y, -x],
        ][n];
      const [ni, nj] = turn(nearI, nearJ);
      const [fi, fj] = turn(farI, farJ);
      let [x, y] = [i, j];
      let hit = bone(x, y);
      // a step that would leave the grid ends the ray before its middle voxel counts
      while (x + fi >= 0 && x + fi < nx && y + fj >= 0 && y + fj < ny) {
        hit ||= bone(x + ni, y + nj) || bone(x + fi, y + fj);
        x += fi;
        y += fj;
      }
      hits += hit ? 1 : 0;
    }
  }
  return hits;
}

it("counts the rays that end at bone", () => {
  const geometry = axialGeometry([13, 11, 1], [1, 1, 1]);
  // a ring with a gap, and a crumb
  const bone = maskOf(
    geometry,
    ([x, y]) => (Math.abs(Math.hypot(x, y) - 4) < 0.6 && !(x > 2 && y > 0)) || (x === -6 && y === 5),
  );
  const hits = raysThatMeetBone(bone);
  for (let j = 0; j < 11; j++) for (let i = 0; i < 13; i++) expect(hits[i + 13 * j]).toBe(byWalking(bone, i, j));
});

it("a closed ring stops all rays inside and most of them nowhere else", () => {
  const geometry = axialGeometry([41, 41, 2], [1, 1, 5]);
  const hits = raysThatMeetBone(maskOf(geometry, ([x, y]) => Math.abs(Math.hypot(x, y) - 12) < 1));
  const at = (x: number, y: number, k: number): number => hits[20 + x + 41 * (20 + y + 41 * k)];
  expect([at(0, 0, 0), at(5, -7, 1), at(-10, 0, 0)]).toEqual([16, 16, 16]);
  expect(at(16, 0, 0)).toBeLessThanOrEqual(8);
});
