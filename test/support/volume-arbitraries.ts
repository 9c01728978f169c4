/** Random masks and grids for property tests. */
import fc from "fast-check";
import type { Vec3 } from "../../src/math/vec3.ts";
import type { Geometry } from "../../src/volume/geometry.ts";
import { createMask, type Mask } from "../../src/volume/volume.ts";
import { axialGeometry } from "./phantoms.ts";

/** A small axial grid with anisotropic spacing, with uneven gaps every other time. */
export const smallGeometry: fc.Arbitrary<Geometry> = fc
  .record({
    size: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5 })),
    spacing: fc.tuple(
      fc.constantFrom(0.5, 0.75, 1),
      fc.constantFrom(0.5, 0.625, 1.25),
      fc.constantFrom(0.5, 1, 2.5, 5),
    ),
    gaps: fc.option(fc.array(fc.constantFrom(0.5, 1, 4, 7), { minLength: 4, maxLength: 4 })),
  })
  .map(({ size, spacing, gaps }) => {
    const offsets = [0];
    for (const gap of gaps ?? []) offsets.push((offsets.at(-1) as number) + gap);
    return axialGeometry(size as Vec3, spacing as Vec3, gaps ? { sliceOffsetsMm: offsets.slice(0, size[2]) } : {});
  });

/** A random mask on a small grid, from sparse to dense. */
export const smallMask: fc.Arbitrary<Mask> = fc
  .tuple(
    smallGeometry,
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 210, maxLength: 210 }),
    fc.integer({ min: 1, max: 9 }),
  )
  .map(([geometry, draws, density]) => {
    const [nx, ny, nz] = geometry.size;
    return createMask(
      geometry,
      Uint8Array.from(draws.slice(0, nx * ny * nz), (draw) => (draw < density ? 1 : 0)),
    );
  });
