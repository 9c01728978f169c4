import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tinyMask } from "../../test/support/phantoms.ts";
import { smallMask } from "../../test/support/volume-arbitraries.ts";
import { connectedComponents, largestComponent, maskOfComponents, type Neighbourhood } from "./components.ts";
import { type Mask, maskMl } from "./volume.ts";

const neighbourhoods: readonly Neighbourhood[] = [4, 8, 6, 18, 26];

/** The slow twin: flood fill from each voxel in memory order, with neighbours straight from the definition. */
function floodFill({ geometry, inside }: Mask, neighbourhood: Neighbourhood): Int32Array {
  const [nx, ny, nz] = geometry.size;
  const reach = { 4: 1, 8: 2, 6: 1, 18: 2, 26: 3 }[neighbourhood];
  const labels = new Int32Array(inside.length);
  let next = 0;
  for (let start = 0; start < inside.length; start++) {
    if (!inside[start] || labels[start]) continue;
    labels[start] = ++next;
    const queue = [start];
    for (let v = queue.pop(); v !== undefined; v = queue.pop()) {
      const [i, j, k] = [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];
      for (let w = 0; w < inside.length; w++) {
        const steps = [
          Math.abs((w % nx) - i),
          Math.abs((Math.floor(w / nx) % ny) - j),
          Math.abs(Math.floor(w / (nx * ny)) - k),
        ];
        const touches = Math.max(...steps) <= 1 && steps[0] + steps[1] + steps[2] <= reach;
        const sameSlice = neighbourhood > 4 && neighbourhood !== 8 ? true : steps[2] === 0;
        if (inside[w] && !labels[w] && touches && sameSlice && k < nz) {
          labels[w] = next;
          queue.push(w);
        }
      }
    }
  }
  return labels;
}

describe.each(neighbourhoods)("connectedComponents, neighbourhood %i", (neighbourhood) => {
  it("equals a flood fill", () => {
    fc.assert(
      fc.property(smallMask, (mask) => {
        expect(connectedComponents(mask, neighbourhood).labels).toEqual(floodFill(mask, neighbourhood));
      }),
    );
  });

  it("counts every voxel and every mL once", () => {
    fc.assert(
      fc.property(smallMask, (mask) => {
        const { components, labels } = connectedComponents(mask, neighbourhood);
        expect(components.reduce((sum, c) => sum + c.ml, 0)).toBeAllClose(maskMl(mask), { absolute: 1e-9 });
        for (const c of components) expect(labels.filter((label) => label === c.label).length).toBe(c.voxels);
      }),
    );
  });
});

it("tells the neighbourhoods apart", () => {
  const diagonal = tinyMask([2, 2, 2], [1, 0, 0, 0, 0, 0, 0, 1]);
  expect(neighbourhoods.map((n) => connectedComponents(diagonal, n).components.length)).toEqual([2, 2, 2, 2, 1]);
  const edge = tinyMask([2, 1, 2], [1, 0, 0, 1]);
  expect(neighbourhoods.map((n) => connectedComponents(edge, n).components.length)).toEqual([2, 2, 2, 1, 1]);
});

it("keeps what is asked for", () => {
  const mask = tinyMask([7, 1, 1], [1, 0, 1, 1, 0, 1, 1]);
  expect([...largestComponent(mask, 6).inside]).toEqual([0, 0, 1, 1, 0, 0, 0]);
  const found = connectedComponents(mask, 6);
  expect([...maskOfComponents(mask, found, (c) => c.voxels === 1).inside]).toEqual([1, 0, 0, 0, 0, 0, 0]);
  expect([...largestComponent(tinyMask([2, 1, 1], [0, 0]), 6).inside]).toEqual([0, 0]);
});
