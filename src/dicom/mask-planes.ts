/** Regions as DICOM stores them, plane by plane, and how they are put on the grid of an image. */
import { HemacastError } from "../core/errors.ts";
import { cross, dot, length, scale, subtract, type Vec3 } from "../math/vec3.ts";
import { type Geometry, indexToLps, lpsToIndex, voxelCount } from "../volume/geometry.ts";
import { MAX_VOXELS } from "../volume/slice-stack.ts";
import { createMask, type Mask } from "../volume/volume.ts";

/** One plane of a segment. Pixel (c, r) lies at `origin + c * column + r * row`. */
export interface MaskPlane {
  readonly columns: number;
  readonly rows: number;
  /** LPS position in mm of the centre of the first pixel. */
  readonly origin: Vec3;
  /** The step in mm from one column to the next, and from one row to the next. */
  readonly column: Vec3;
  readonly row: Vec3;
  /** 1 inside, 0 outside; `columns * rows`. */
  readonly inside: Uint8Array;
}

/** How far pixels may lie from voxels: rounding of decimal strings, as for grids. */
const SAME_PLACE_MM = 0.01;

/**
 * Puts planes on the grid of an image. Every pixel must lie on a voxel; slices without a plane stay empty, as segments leave out what they do not
 * touch.
 *
 * @throws HemacastError GEOMETRY_MISMATCH saying how far from a voxel the first pixel is that lies on none, or that there is none inside the image
 */
export function placePlanes(planes: readonly MaskPlane[], image: Geometry): Mask {
  const inside = new Uint8Array(voxelCount(image));
  let placed = 0;
  for (const plane of planes) {
    requireOnVoxels(plane, image);
    placed += placePlane(plane, image, inside);
  }
  if (placed === 0 && planes.some((plane) => plane.inside.includes(1))) {
    throw new HemacastError("GEOMETRY_MISMATCH", "the segment lies outside of the image; they do not belong together");
  }
  return createMask(image, inside);
}

function placePlane(plane: MaskPlane, image: Geometry, inside: Uint8Array): number {
  const corner = lpsToIndex(image, plane.origin);
  const [alongColumn, alongRow] = [plane.column, plane.row].map((step) => indexStep(image, step)) as [Vec3, Vec3];
  const [nx, ny, nz] = image.size;
  let placed = 0;
  for (let r = 0, p = 0; r < plane.rows; r++) {
    for (let c = 0; c < plane.columns; c++, p++) {
      if (plane.inside[p] === 0) continue;
      const at = [0, 1, 2].map((d) => Math.round(corner[d] + c * alongColumn[d] + r * alongRow[d]));
      const [i, j, k] = at as [number, number, number];
      if (i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz) continue;
      inside[i + nx * (j + ny * k)] = 1;
      placed++;
    }
  }
  return placed;
}

/**
 * Planes as a mask on a grid of their own, for resampling: sorted along their normal, with empty planes where the smallest gap says that some were
 * left out.
 *
 * @throws HemacastError GEOMETRY_MISMATCH for planes of different sizes or directions, or a single one, whose thickness is not known; INPUT_TOO_LARGE
 * where the smallest gap would need more planes than can be held
 */
export function stackPlanes(planes: readonly MaskPlane[]): Mask {
  const [first] = planes as readonly [MaskPlane];
  const [columnMm, rowMm] = [length(first.column), length(first.row)];
  const [i, j] = [scale(first.column, 1 / columnMm), scale(first.row, 1 / rowMm)];
  const normal = cross(i, j);
  const sorted = planes
    .map((plane) => ({ plane, atMm: dot(plane.origin, normal) }))
    .sort((a, b) => a.atMm - b.atMm)
    .filter(({ atMm }, n, all) => n === 0 || atMm - all[n - 1].atMm > SAME_PLACE_MM);
  const gapMm = sorted
    .slice(1)
    .reduce((least, { atMm }, n) => Math.min(least, atMm - sorted[n].atMm), Number.POSITIVE_INFINITY);
  const alike = planes.every(
    (plane) =>
      plane.columns === first.columns &&
      plane.rows === first.rows &&
      length(subtract(plane.column, first.column)) * plane.columns <= SAME_PLACE_MM &&
      length(subtract(plane.row, first.row)) * plane.rows <= SAME_PLACE_MM,
  );
  if (!alike || !Number.isFinite(gapMm)) {
    throw new HemacastError(
      "GEOMETRY_MISMATCH",
      `the ${planes.length} planes of the segment are no stack that could be resampled: they ${alike ? "are fewer than two" : "differ in size or direction"}`,
    );
  }
  const place = ({ atMm }: { atMm: number }): number => Math.round((atMm - sorted[0].atMm) / gapMm);
  const size: Vec3 = [first.columns, first.rows, place(sorted[sorted.length - 1]) + 1];
  if (size[0] * size[1] * size[2] > MAX_VOXELS) {
    throw new HemacastError(
      "INPUT_TOO_LARGE",
      `the planes of the segment span ${size[2]} times their smallest gap of ${gapMm.toFixed(3)} mm: a stack of [${size}] voxels, more than ${MAX_VOXELS}`,
    );
  }
  const inside = new Uint8Array(size[0] * size[1] * size[2]);
  const perSlice = size[0] * size[1];
  for (const { plane, atMm } of planes.map((one) => ({ plane: one, atMm: dot(one.origin, normal) }))) {
    const base = place({ atMm }) * perSlice;
    for (let p = 0; p < perSlice; p++) inside[base + p] |= plane.inside[p];
  }
  const geometry = { size, spacing: [columnMm, rowMm, gapMm] as const, origin: sorted[0].plane.origin };
  return createMask({ ...geometry, direction: [i, j, normal] }, inside);
}

/** A step in mm as voxels along i, j, k; planes across unevenly spaced slices are refused before. */
function indexStep({ direction, spacing }: Geometry, step: Vec3): Vec3 {
  return [0, 1, 2].map(
    (d) => step.reduce((sum, mm, a) => sum + mm * direction[d][a], 0) / spacing[d],
  ) as unknown as Vec3;
}

/** The corners of a plane must lie on voxels (of the grid continued beyond the image), and neighbours on neighbours. */
function requireOnVoxels(plane: MaskPlane, image: Geometry): void {
  const { columns, rows, origin, column, row } = plane;
  for (const [c, r] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [columns - 1, 0],
    [0, rows - 1],
  ] as const) {
    const place = [0, 1, 2].map((d) => origin[d] + c * column[d] + r * row[d]) as unknown as Vec3;
    const index = lpsToIndex(image, place).map(Math.round) as unknown as Vec3;
    const apartMm = length(subtract(place, indexToLps(image, index)));
    if (apartMm <= SAME_PLACE_MM) continue;
    throw new HemacastError(
      "GEOMETRY_MISMATCH",
      `mask and image are on different grids: pixel (${c}, ${r}) of a plane at [${origin.map((x) => x.toFixed(3)).join(", ")}] mm is ${apartMm.toFixed(3)} mm from the nearest voxel; at most ${SAME_PLACE_MM} mm is rounding`,
    );
  }
  const sameStep = ([a, b]: readonly [Vec3, number]): boolean =>
    image.direction.some((axis, d) => {
      const voxel = scale(axis, image.spacing[d]);
      return Math.min(length(subtract(a, voxel)), length(subtract(a, scale(voxel, -1)))) * b <= SAME_PLACE_MM;
    });
  if (sameStep([column, columns]) && sameStep([row, rows])) return;
  throw new HemacastError(
    "GEOMETRY_MISMATCH",
    `mask and image are on different grids: pixels are ${length(column).toFixed(4)} x ${length(row).toFixed(4)} mm apart, voxels ${image.spacing.map((mm) => mm.toFixed(4)).join(" x ")} mm`,
  );
}
