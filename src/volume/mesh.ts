/**
 * The surface of a mask: one marching-cubes mesh whose vertices lie half-way between inside and outside voxel centres, on the mask's own grid,
 * uneven slice gaps included. Area, volume and the extreme vertices come out of one pass; no list of triangles is kept.
 */
import { HemacastError } from "../core/errors.ts";
import { cross, dot, length, scale, subtract, type Vec3 } from "../math/vec3.ts";
import { sliceOffsetMm } from "./geometry.ts";
import { cellTriangles, edgeMiddles } from "./marching-cubes.ts";
import type { Mask } from "./volume.ts";

/** The surface of a mask, measured. Positions are in mm along the grid's i, j, k axes, from one voxel before the first inside voxel. */
export interface SurfaceMesh {
  readonly areaMm2: number;
  /** Signed volume under the triangles. */
  readonly volumeMm3: number;
  /** For each row along i (fixed j and k), the first and the last vertex: every extreme vertex of the mesh is among them. */
  readonly rowEnds: VertexRows;
  /** For each row along j (fixed i and k), the first and the last vertex. */
  readonly columnEnds: VertexRows;
}

/** Vertices on a lattice of half voxels, grouped in rows along one axis. */
export interface VertexRows {
  /** Number of rows in a plane and number of planes (k), in half voxels. */
  readonly rows: number;
  readonly planes: number;
  /** Half-voxel index of the first and last vertex of row `row + rows * plane`; the first is larger than the last in an empty row. */
  readonly first: Int32Array;
  readonly last: Int32Array;
  /** Position in mm of a half-voxel index along the rows' axis, across the rows, and of a plane. */
  readonly alongMm: Float64Array;
  readonly acrossMm: Float64Array;
  readonly planeMm: Float64Array;
}

/** The inside voxels with one empty voxel around them. */
export interface CroppedMask {
  /** Size with the border. */
  readonly size: Vec3;
  /** Index in the mask's grid of voxel (0, 0, 0) of the crop; -1 at the edge of the grid. */
  readonly start: Vec3;
  readonly inside: Uint8Array;
  readonly spacing: Vec3;
  /** Position in mm of each slice of the crop, from the first. */
  readonly sliceMm: Float64Array;
}

/**
 * The smallest box of voxels that holds the whole mask.
 *
 * @returns first index and number of voxels along i, j, k
 * @throws HemacastError MASK_EMPTY
 */
export function boundingBox(mask: Mask): { readonly start: Vec3; readonly size: Vec3 } {
  const [nx, ny, nz] = mask.geometry.size;
  const { inside } = mask;
  let [i0, j0, k0, i1, j1, k1] = [nx, ny, nz, -1, -1, -1];
  for (let first = inside.indexOf(1); first >= 0; ) {
    const row = Math.floor(first / nx);
    const [j, k] = [row % ny, Math.floor(row / ny)];
    const last = inside.lastIndexOf(1, nx * row + nx - 1);
    i0 = Math.min(i0, first - nx * row);
    i1 = Math.max(i1, last - nx * row);
    j0 = Math.min(j0, j);
    j1 = Math.max(j1, j);
    k0 = Math.min(k0, k);
    k1 = Math.max(k1, k);
    first = inside.indexOf(1, nx * row + nx);
  }
  if (i1 < 0) throw new HemacastError("MASK_EMPTY", "the mask has no inside voxel; there is no shape to measure");
  return { start: [i0, j0, k0], size: [i1 - i0 + 1, j1 - j0 + 1, k1 - k0 + 1] };
}

/**
 * Cuts out the inside voxels with a border of one empty voxel; slices beyond the grid's end keep the last gap.
 *
 * @throws HemacastError MASK_EMPTY
 */
export function croppedMask(mask: Mask): CroppedMask {
  const box = boundingBox(mask);
  const size: Vec3 = [box.size[0] + 2, box.size[1] + 2, box.size[2] + 2];
  const start: Vec3 = [box.start[0] - 1, box.start[1] - 1, box.start[2] - 1];
  const inside = new Uint8Array(size[0] * size[1] * size[2]);
  const [nx, ny] = mask.geometry.size;
  for (let k = 0; k < box.size[2]; k++) {
    for (let j = 0; j < box.size[1]; j++) {
      const from = box.start[0] + nx * (box.start[1] + j + ny * (box.start[2] + k));
      inside.set(mask.inside.subarray(from, from + box.size[0]), 1 + size[0] * (j + 1 + size[1] * (k + 1)));
    }
  }
  const firstMm = sliceOffsetMm(mask.geometry, start[2]);
  const sliceMm = Float64Array.from(
    { length: size[2] },
    (_, k) => sliceOffsetMm(mask.geometry, start[2] + k) - firstMm,
  );
  return { size, start, inside, spacing: mask.geometry.spacing, sliceMm };
}

/**
 * The marching-cubes surface of a mask.
 *
 * @throws HemacastError MASK_EMPTY
 * @see Lorensen & Cline 1987, doi:10.1145/37401.37422; IBSI 2019 section 3.1 (morphological features on the mesh)
 */
export function surfaceMesh(crop: CroppedMask): SurfaceMesh {
  const [nx, ny, nz] = crop.size;
  const [dx, dy] = crop.spacing;
  const rowEnds = emptyRows(2 * nx, 2 * ny, dx, dy, crop.sliceMm);
  const columnEnds = emptyRows(2 * ny, 2 * nx, dy, dx, crop.sliceMm);
  let area = 0;
  let sixVolumes = 0;
  const note = (i2: number, j2: number, k2: number): void => {
    const row = j2 + 2 * ny * k2;
    if (i2 < (rowEnds.first[row] as number)) rowEnds.first[row] = i2;
    if (i2 > (rowEnds.last[row] as number)) rowEnds.last[row] = i2;
    const column = i2 + 2 * nx * k2;
    if (j2 < (columnEnds.first[column] as number)) columnEnds.first[column] = j2;
    if (j2 > (columnEnds.last[column] as number)) columnEnds.last[column] = j2;
  };
  const measuresByGap = new Map<number, CellMeasures>();
  const { inside } = crop;
  for (let k = 0; k + 1 < nz; k++) {
    const gapMm = (crop.sliceMm[k + 1] as number) - (crop.sliceMm[k] as number);
    const cell = measuresByGap.get(gapMm) ?? measureCells([dx, dy, gapMm]);
    measuresByGap.set(gapMm, cell);
    const z = crop.sliceMm[k] as number;
    for (let j = 0; j + 1 < ny; j++) {
      const low = nx * (j + ny * k);
      const high = low + nx * ny;
      let left =
        (inside[low] as number) |
        ((inside[low + nx] as number) << 3) |
        ((inside[high] as number) << 4) |
        ((inside[high + nx] as number) << 7);
      for (let i = 0; i + 1 < nx; i++) {
        // Right-hand corners are 1, 2, 5, 6; as the next cell's left-hand ones they become 0, 3, 4, 7.
        const next =
          (inside[low + i + 1] as number) |
          ((inside[low + nx + i + 1] as number) << 3) |
          ((inside[high + i + 1] as number) << 4) |
          ((inside[high + nx + i + 1] as number) << 7);
        const c = left | ((next & 1) << 1) | ((next & 8) >> 1) | ((next & 16) << 1) | ((next & 128) >> 1);
        left = next;
        if (c === 0 || c === 255) continue;
        area += cell.area[c] as number;
        sixVolumes +=
          (cell.volume[c] as number) +
          i * dx * (cell.normalX[c] as number) +
          j * dy * (cell.normalY[c] as number) +
          z * (cell.normalZ[c] as number);
        // The three edges at corner 7; every other edge is one of these in another cell.
        const seventh = c >> 7;
        if (((c >> 6) & 1) !== seventh) note(2 * i + 1, 2 * j + 2, 2 * k + 2);
        if (((c >> 4) & 1) !== seventh) note(2 * i, 2 * j + 1, 2 * k + 2);
        if (((c >> 3) & 1) !== seventh) note(2 * i, 2 * j + 2, 2 * k + 1);
      }
    }
  }
  return { areaMm2: area, volumeMm3: sixVolumes / 6, rowEnds, columnEnds };
}

/** What each of the 256 configurations adds, for cells of one size; the volume depends on where the cell is, through the normals. */
interface CellMeasures {
  readonly area: Float64Array;
  readonly volume: Float64Array;
  readonly normalX: Float64Array;
  readonly normalY: Float64Array;
  readonly normalZ: Float64Array;
}

function measureCells(cellMm: Vec3): CellMeasures {
  const table = (): Float64Array => new Float64Array(256);
  const measures = { area: table(), volume: table(), normalX: table(), normalY: table(), normalZ: table() };
  const points = edgeMiddles.map((p): Vec3 => [p[0] * cellMm[0], p[1] * cellMm[1], p[2] * cellMm[2]]);
  cellTriangles.forEach((triangles, c) => {
    for (const triangle of triangles) {
      const [p, q, r] = triangle.map((edge) => points[edge] as Vec3) as [Vec3, Vec3, Vec3];
      const normal = cross(subtract(q, p), subtract(r, p));
      (measures.area[c] as number) += length(scale(normal, 0.5));
      (measures.volume[c] as number) += dot(cross(p, q), r);
      (measures.normalX[c] as number) += normal[0];
      (measures.normalY[c] as number) += normal[1];
      (measures.normalZ[c] as number) += normal[2];
    }
  });
  return measures;
}

function emptyRows(along: number, rows: number, alongMm: number, acrossMm: number, sliceMm: Float64Array): VertexRows {
  const planes = 2 * sliceMm.length;
  return {
    rows,
    planes,
    first: new Int32Array(rows * planes).fill(along),
    last: new Int32Array(rows * planes).fill(-1),
    alongMm: Float64Array.from({ length: along }, (_, i) => (i * alongMm) / 2),
    acrossMm: Float64Array.from({ length: rows }, (_, j) => (j * acrossMm) / 2),
    planeMm: Float64Array.from({ length: planes - 1 }, (_, k) => {
      const [below, above] = [sliceMm[k >> 1] as number, sliceMm[(k + 1) >> 1] as number];
      return (below + above) / 2;
    }),
  };
}
