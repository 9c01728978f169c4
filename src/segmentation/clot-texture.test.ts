import { expect, it } from "vitest";
import { axialGeometry, ellipsoidMask, ellipsoidOfMl } from "../../test/support/phantoms.ts";
import { createRandom } from "../core/random.ts";
import { dilate } from "../volume/morphology.ts";
import { darkParts } from "./clot-texture.ts";

const geometry = axialGeometry([48, 48, 8], [1, 1, 5]);

function darkened(ml: number, contrast: number, seed: number) {
  const share = ellipsoidMask(geometry, ellipsoidOfMl(ml, [0, 0, 0]));
  const soft = dilate(share, 1, "slice").inside;
  const added = darkParts({ geometry, share: share.inside, soft, contrast }, createRandom(seed));
  return { share: share.inside, soft, added };
}

it("leaves a clot denser than brain in most of its voxels, whatever is drawn and however small it is", () => {
  let changed = 0;
  for (const ml of [0.5, 3, 20]) {
    for (const contrast of [12, 30]) {
      for (let seed = 0; seed < 40; seed++) {
        const { share, added } = darkened(ml, contrast, seed);
        const values = [...added].filter((_, v) => share[v] === 1);
        if (values.some((value) => value < -1)) changed++;
        const visible = values.filter((value) => contrast + value >= 4).length;
        expect(visible / values.length).toBeGreaterThan(0.55);
        expect(Math.min(...values)).toBeGreaterThanOrEqual(-Math.max(contrast * 3, 24));
      }
    }
  }
  // about half of all clots have a dark part
  expect(changed).toBeGreaterThan(60);
});

it("is one field over the clot and its blurred edge, so that no bright rim is left", () => {
  let darkEdges = 0;
  for (let seed = 0; seed < 60; seed++) {
    const { share, soft, added } = darkened(20, 30, seed);
    const everywhere = new Uint8Array(soft.length).fill(1);
    const field = darkParts({ geometry, share, soft: everywhere, contrast: 30 }, createRandom(seed));
    expect(added.findIndex((value, v) => value !== (soft[v] === 1 ? field[v] : 0))).toBe(-1);
    darkEdges += added.filter((value, v) => share[v] === 0 && value < -5).length;
  }
  expect(darkEdges).toBeGreaterThan(100);
});
