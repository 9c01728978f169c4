/** What a scanner wrote must lie where it was scanned, whatever the orientation, tilt, gaps and order of the slices. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writeCtSeries } from "../../src/dicom/write-ct.ts";
import { add, cross, dot, length, scale, subtract, unit, type Vec3 } from "../../src/math/vec3.ts";
import { readNiftiCt } from "../../src/nifti/read-nifti.ts";
import { niftiBytes } from "../../src/nifti/write-nifti.ts";
import { readDicom } from "../../src/pipeline/read-dicom.ts";
import { type Geometry, indexToLps, lpsToIndex } from "../../src/volume/geometry.ts";
import { createMask, maskMl, sourcePixel } from "../../src/volume/volume.ts";
import { inMemory, type SyntheticScan, syntheticFiles, syntheticSeries } from "../support/synthetic-ct.ts";

const unitVectors: readonly Vec3[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** All 48 ways to lay three axes along L, P, S. */
const orientations = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
].flatMap((order) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((signs) =>
    order.map((axis, a) => scale(unitVectors[axis] as Vec3, signs & (1 << a) ? -1 : 1)),
  ),
) as unknown as readonly (readonly [Vec3, Vec3, Vec3])[];

/** A rotation by `angle` around an axis. @see Rodrigues' formula */
function rotated(v: Vec3, axis: Vec3, angle: number): Vec3 {
  const u = unit(axis);
  const c = Math.cos(angle);
  const across = cross(u, v);
  const along = dot(u, v) * (1 - c);
  return [0, 1, 2].map(
    (a) => (v[a] as number) * c + (across[a] as number) * Math.sin(angle) + (u[a] as number) * along,
  ) as unknown as Vec3;
}

/** Positions of slices from the gaps between them, starting at 0. */
function positionsOf(gapsMm: readonly number[]): number[] {
  let at = 0;
  return [0, ...gapsMm.map((gap) => (at += gap))];
}

const anyAxis = fc.tuple(
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.double({ min: 0.1, max: 1, noNaN: true }),
);
const gaps = fc.array(fc.double({ min: 1, max: 7, noNaN: true }), { minLength: 3, maxLength: 3 });

describe("index -> LPS -> index", () => {
  it.each(orientations.map((axes, n) => [n, axes] as const))(
    "orientation %i, oblique, with varying gaps",
    (_, axes) => {
      fc.assert(
        fc.property(
          anyAxis,
          fc.double({ min: -0.7, max: 0.7, noNaN: true }),
          gaps,
          fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 3 })),
          (around, angle, gapsMm, index) => {
            const offsets = positionsOf(gapsMm);
            const geometry: Geometry = {
              size: [7, 5, 4],
              spacing: [0.4, 0.6, gapsMm[0] as number],
              origin: [-100, 20, 3],
              direction: axes.map((axis) => rotated(axis, around, angle)) as unknown as Geometry["direction"],
              sliceOffsetsMm: offsets,
            };
            expect(lpsToIndex(geometry, indexToLps(geometry, index))).toBeAllClose(index, { absolute: 1e-9 });
          },
        ),
        { numRuns: 10 },
      );
    },
  );
});

/** Axial scans as a scanner can make them: oblique, tilted, prone or supine, head or feet first, slices in any order. */
const axialScans: fc.Arbitrary<SyntheticScan> = fc
  .record({
    angle: fc.double({ min: -0.35, max: 0.35, noNaN: true }),
    around: anyAxis,
    tilt: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
    leftRight: fc.boolean(),
    frontBack: fc.boolean(),
    gapsMm: fc.oneof(
      fc.constant([5, 5, 5, 5, 5]),
      fc.constant([2.5, 2.5, 2.5, 0.7, 6, 6]),
      fc.constant([-5, -5, -5, -5]),
      fc.array(fc.double({ min: 4, max: 5.5, noNaN: true }), { minLength: 2, maxLength: 7 }),
    ),
  })
  .map(({ angle, around, tilt, leftRight, frontBack, gapsMm }) => {
    const rowAxis = rotated([leftRight ? -1 : 1, 0, 0], around, angle);
    const columnAxis = rotated([0, frontBack ? -1 : 1, 0], around, angle);
    const normal = cross(rowAxis, columnAxis);
    return {
      columns: 20,
      rows: 17,
      rowAxis,
      columnAxis,
      tableAxis: rotated(normal, rowAxis, tilt),
      origin: scale(rotated([leftRight ? -20 : 20, frontBack ? -17 : 17, 10], around, angle), -1),
      tableMm: positionsOf(gapsMm),
    };
  });

describe("written as DICOM and read back", () => {
  it("every voxel has the value of its source pixel, and lies where that was scanned to half a pixel", async () => {
    await fc.assert(
      fc.asyncProperty(axialScans, async (scan) => {
        const series = syntheticSeries(scan);
        const written = writeCtSeries(series);
        const { volume } = await readDicom(inMemory(written), {});
        const [nx, ny, nz] = volume.geometry.size;
        expect(nz).toBe(series.slices.length);
        // Canonical axes: i to the left, j to the back, k to the head.
        volume.geometry.direction.forEach((axis, a) => {
          expect(axis[a]).toBeGreaterThan(0.5);
        });
        const used = new Set<string>();
        for (let k = 0; k < nz; k++) {
          const source = volume.sources[k];
          if (!source) throw new Error(`no source for slice ${k}`);
          const n = written.findIndex((_, at) => uidOf(written[at]?.bytes as Uint8Array) === source.sopInstanceUID);
          const slice = series.slices[n];
          if (!slice) throw new Error(`slice ${k} names no written instance`);
          used.add(source.sopInstanceUID as string);
          let covered = 0;
          let wrongValues = 0;
          const largestOffMm = [0, 0, 0];
          for (let v = 0; v < nx * ny; v++) {
            const [i, j] = [v % nx, Math.floor(v / nx)] as const;
            const [column, row] = sourcePixel(source, i, j);
            const inside = column >= 0 && row >= 0 && column < series.columns && row < series.rows;
            const expected = inside ? slice.hu[column + series.columns * row] : -1024;
            if (volume.hu[v + nx * ny * k] !== expected) wrongValues++;
            if (!inside) continue;
            covered++;
            const scanned = add(
              slice.position,
              add(scale(series.rowAxis, 2 * column), scale(series.columnAxis, 2 * row)),
            );
            const off = subtract(indexToLps(volume.geometry, [i, j, k]), scanned);
            volume.geometry.direction.forEach((axis, a) => {
              largestOffMm[a] = Math.max(largestOffMm[a] as number, Math.abs(dot(off, axis)));
            });
          }
          expect(wrongValues).toBe(0);
          // Half a pixel of 2 mm in each direction; along the normal the 1 % of "even" gaps, and rounding to 16 characters.
          expect(largestOffMm[0]).toBeLessThanOrEqual(1.0001);
          expect(largestOffMm[1]).toBeLessThanOrEqual(1.0001);
          expect(largestOffMm[2]).toBeLessThanOrEqual(0.0556);
          expect(covered).toBe(series.columns * series.rows);
        }
        expect(used.size).toBe(nz);
      }),
      { numRuns: 60 },
    );
  });

  it.each(orientations.map((axes, n) => [n, axes] as const))(
    "orientation %i: an axial one is read, any other is refused by name",
    async (_, [rowAxis, columnAxis, slow]) => {
      const scan = { rowAxis, columnAxis, tableAxis: slow, origin: [0, 0, 0] as const };
      const files = syntheticFiles({ ...scan, huAt: (point) => (length(point) > 20 ? -1000 : 40) });
      const axial = rowAxis[0] !== 0 && columnAxis[1] !== 0;
      if (axial) expect((await readDicom(files, {})).volume.geometry.size).toEqual([24, 20, 12]);
      else await expect(readDicom(files, {})).rejects.toMatchObject({ code: "SERIES_NOT_HEAD_CT" });
    },
  );
});

/** SOPInstanceUID of a written file: the bytes after the tag (0008,0018), explicit UI. */
function uidOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("latin1");
  const at = text.indexOf("\x08\x00\x18\x00UI");
  return text.slice(at + 8, at + 8 + (bytes[at + 6] as number)).replace(/\0$/, "");
}

describe("written as NIfTI and read back", () => {
  it("any of 48 orientations, oblique, gives the same value at the same place in canonical axes", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...orientations),
        anyAxis,
        fc.double({ min: -0.4, max: 0.4, noNaN: true }),
        (axes, around, angle) => {
          const geometry: Geometry = {
            size: [5, 6, 4],
            spacing: [0.5, 0.7, 3],
            origin: [-10, 20, 30],
            direction: axes.map((axis) => rotated(axis, around, angle)) as unknown as Geometry["direction"],
          };
          const values = Int16Array.from({ length: 120 }, (_, v) => v - 50);
          const { volume } = readNiftiCt(niftiBytes(geometry, values));
          const [nx, ny, nz] = volume.geometry.size;
          expect(nx * ny * nz).toBe(120);
          volume.hu.forEach((value, v) => {
            const index: Vec3 = [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];
            const stored = lpsToIndex(geometry, indexToLps(volume.geometry, index)).map(Math.round);
            expect(value).toBe(values[(stored[0] as number) + 5 * ((stored[1] as number) + 6 * (stored[2] as number))]);
            // The header holds 32-bit numbers: 1e-5 mm at 30 mm.
            const back = indexToLps(geometry, stored as unknown as Vec3);
            expect(indexToLps(volume.geometry, index)).toBeAllClose(back, { absolute: 1e-4 });
          });
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("the volume of an ellipsoid", () => {
  // Semi-axes 18, 16 and 15 mm: 18.1 mL, of which 1 % is 0.18 mL.
  const trueMl = ((4 / 3) * Math.PI * 18 * 16 * 15) / 1000;
  const inside = ([x, y, z]: Vec3): boolean => Math.hypot(x / 18, y / 16, z / 15) <= 1;

  it.each([
    ["upright, even", 0, 0, Array(39).fill(1)],
    ["oblique", 0.3, 0, Array(39).fill(1)],
    ["tilted by 18.5 degrees", 0, 18.5, Array(39).fill(1)],
    ["tilted, varying gaps", 0, 18.5, [...Array(14).fill(1.2), 0.4, ...Array(14).fill(1.6)]],
    ["oblique, tilted, varying gaps", -0.25, -12, [...Array(20).fill(0.8), 0.3, ...Array(16).fill(1.5)]],
  ] as const)("%s", async (_, oblique, tilt, gapsMm) => {
    const rowAxis = rotated([1, 0, 0], [1, 2, 3], oblique);
    const columnAxis = rotated([0, 1, 0], [1, 2, 3], oblique);
    const normal = cross(rowAxis, columnAxis);
    const tableAxis = rotated(normal, rowAxis, (tilt * Math.PI) / 180);
    const tableMm = positionsOf(gapsMm);
    const middle = (tableMm.at(-1) as number) / 2;
    // The middle of the middle slice is the centre of the ellipsoid.
    const origin = [0, 1, 2].map(
      (a) => -middle * (tableAxis[a] as number) - 30 * (rowAxis[a] as number) - 30 * (columnAxis[a] as number),
    ) as unknown as Vec3;
    const scan = { columns: 76, rows: 76, pixelMm: 0.8, rowAxis, columnAxis, tableAxis, tableMm, origin };
    const huAt = (point: Vec3) => (inside(point) ? 60 : -1000);
    const { volume } = await readDicom(syntheticFiles({ ...scan, huAt }), {});
    const mask = createMask(
      volume.geometry,
      Uint8Array.from(volume.hu, (value) => (value === 60 ? 1 : 0)),
    );
    expect(maskMl(mask)).toBeAllClose(trueMl, { relative: 0.01 });
  });
});
