import fc from "fast-check";
import { expect, it } from "vitest";
import { meshDiameters } from "./diameter.ts";
import type { Geometry } from "./geometry.ts";
import { boundingBox, type CroppedMask, croppedMask, surfaceMesh } from "./mesh.ts";
import { createMask, type Mask, maskMl } from "./volume.ts";

const axes = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
] as const;

function grid(size: readonly [number, number, number], spacing: readonly [number, number, number]): Geometry {
  return { size, spacing, origin: [0, 0, 0], direction: axes };
}

const anyMask = fc
  .record({
    size: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 6 })),
    spacing: fc.tuple(
      fc.double({ min: 0.3, max: 2, noNaN: true }),
      fc.double({ min: 0.3, max: 2, noNaN: true }),
      fc.double({ min: 0.5, max: 6, noNaN: true }),
    ),
    fill: fc.infiniteStream(fc.boolean()),
  })
  .map(({ size, spacing, fill }) => {
    const inside = Uint8Array.from({ length: size[0] * size[1] * size[2] }, () => Number(fill.next().value));
    inside[0] = 1;
    return createMask(grid(size as [number, number, number], spacing as [number, number, number]), inside);
  });

/** Every vertex, one for each pair of neighbours of which one is inside, as [x, y, z, ...] in mm and half-voxel indices. */
function allVertices(crop: CroppedMask): { mm: number[]; index: number[] }[] {
  const [nx, ny, nz] = crop.size;
  const at = (i: number, j: number, k: number): number => crop.inside[i + nx * (j + ny * k)] ?? 0;
  const result: { mm: number[]; index: number[] }[] = [];
  const z = (k2: number): number => ((crop.sliceMm[k2 >> 1] as number) + (crop.sliceMm[(k2 + 1) >> 1] as number)) / 2;
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++)
        for (const [a, b, c] of axes) {
          if (i + a >= nx || j + b >= ny || k + c >= nz || at(i, j, k) === at(i + a, j + b, k + c)) continue;
          const index = [2 * i + a, 2 * j + b, 2 * k + c] as [number, number, number];
          result.push({ index, mm: [(index[0] * crop.spacing[0]) / 2, (index[1] * crop.spacing[1]) / 2, z(index[2])] });
        }
  return result;
}

function slowDiameters(crop: CroppedMask): number[] {
  const vertices = allVertices(crop);
  const largest = [0, 0, 0, 0];
  for (const a of vertices) {
    for (const b of vertices) {
      const distance = Math.hypot(...a.mm.map((x, d) => x - (b.mm[d] as number)));
      largest[0] = Math.max(largest[0] as number, distance);
      for (let d = 0; d < 3; d++) {
        if (a.index[d] === b.index[d]) largest[d + 1] = Math.max(largest[d + 1] as number, distance);
      }
    }
  }
  return largest;
}

it("diameters from hulls equal those over all pairs of vertices", () => {
  fc.assert(
    fc.property(anyMask, (mask) => {
      const crop = croppedMask(mask);
      const { anywhereMm, inSliceMm, inColumnMm, inRowMm } = meshDiameters(surfaceMesh(crop));
      expect([anywhereMm, inRowMm, inColumnMm, inSliceMm]).toBeAllClose(slowDiameters(crop), { absolute: 1e-9 });
    }),
    { numRuns: 60 },
  );
});

it("the bounding box is the smallest that holds every inside voxel", () => {
  fc.assert(
    fc.property(anyMask, (mask) => {
      const [nx, ny] = mask.geometry.size;
      const found = [...mask.inside].flatMap((v, at) =>
        v ? [[at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))]] : [],
      );
      const low = [0, 1, 2].map((d) => Math.min(...found.map((p) => p[d] as number)));
      const high = [0, 1, 2].map((d) => Math.max(...found.map((p) => p[d] as number)));
      expect(boundingBox(mask)).toEqual({ start: low, size: high.map((h, d) => h - (low[d] as number) + 1) });
    }),
  );
});

it("a mirrored mask has the same area and volume, the mirror image of a twisted row excepted", () => {
  // Three corners in a row and blocks have one triangulation each, so that a block with a notch must not depend on the side it is seen from.
  const block = (flip: boolean): Mask => {
    const inside = new Uint8Array(6 * 5 * 4).fill(1);
    inside[flip ? 5 : 0] = 0;
    return createMask(grid([6, 5, 4], [1, 1.5, 3]), inside);
  };
  const [left, right] = [false, true].map((flip) => surfaceMesh(croppedMask(block(flip)))) as [
    ReturnType<typeof surfaceMesh>,
    ReturnType<typeof surfaceMesh>,
  ];
  expect(left.areaMm2).toBeCloseTo(right.areaMm2, 10);
  expect(left.volumeMm3).toBeCloseTo(right.volumeMm3, 10);
});

it.each([
  ["even", undefined],
  ["uneven", [0, 2, 4, 6, 8, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 26, 30, 34, 38]],
])("the mesh of a large ellipsoid on %s slices has its volume", (_, sliceOffsetsMm) => {
  const size = [101, 91, 21] as const;
  const geometry: Geometry = { ...grid(size, [0.5, 0.5, 2]), ...(sliceOffsetsMm && { sliceOffsetsMm }) };
  const inside = new Uint8Array(size[0] * size[1] * size[2]);
  for (let k = 0; k < size[2]; k++) {
    const z = (sliceOffsetsMm ? (sliceOffsetsMm[k] as number) : 2 * k) - 20;
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++) {
        const r = ((i * 0.5 - 25) / 22) ** 2 + ((j * 0.5 - 22.5) / 20) ** 2 + (z / 16) ** 2;
        inside[i + size[0] * (j + size[1] * k)] = r <= 1 ? 1 : 0;
      }
    }
  }
  const mask = createMask(geometry, inside);
  const expected = (4 / 3) * Math.PI * 22 * 20 * 16;
  // Half-way vertices on 2 to 4 mm slices cut the two caps; 2 % is the size of a cap's step, the voxel count is off by no more.
  expect(surfaceMesh(croppedMask(mask)).volumeMm3).toBeAllClose(expected, { relative: 0.02 });
  expect(1000 * maskMl(mask)).toBeAllClose(expected, { relative: 0.02 });
});

it("refuses an empty mask", () => {
  expect(() => boundingBox(createMask(grid([2, 2, 2], [1, 1, 1])))).toThrowCode("MASK_EMPTY");
});
