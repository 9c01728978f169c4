/** Resampling onto other grids: linear for HU, nearest for masks; any orientation on either side, uneven gaps handled. */
import { requireInRange } from "../core/guards.ts";
import { dot, type Vec3 } from "../math/vec3.ts";
import { checkedGeometry, type Geometry, indexToLps, sliceExtentMm, sliceIndexAt, sliceOffsetMm } from "./geometry.ts";
import { AIR_HU, type CtVolume, createCtVolume, type Mask } from "./volume.ts";

/** Called for each target voxel with its fractional index in the source grid. */
type Visit = (voxel: number, i: number, j: number, k: number) => void;

/**
 * HU on another grid by linear interpolation between voxel centres. Up to half a voxel beyond the outer centres the edge value holds; further
 * out is AIR_HU. A coarser grid is sampled, not averaged: smooth first, or use `blockMean`.
 */
export function resampleVolume(volume: CtVolume, geometry: Geometry): CtVolume {
  const [nx, ny, nz] = volume.geometry.size;
  const { hu } = volume;
  const result = new Float32Array(geometry.size[0] * geometry.size[1] * geometry.size[2]);
  forEachSourceIndex(volume.geometry, geometry, (voxel, i, j, k) => {
    if (!(i >= -0.5 && j >= -0.5 && k >= -0.5 && i <= nx - 0.5 && j <= ny - 0.5 && k <= nz - 0.5)) {
      result[voxel] = AIR_HU;
      return;
    }
    const x = Math.min(Math.max(i, 0), nx - 1);
    const y = Math.min(Math.max(j, 0), ny - 1);
    const z = Math.min(Math.max(k, 0), nz - 1);
    const base = Math.floor(x) + nx * (Math.floor(y) + ny * Math.floor(z));
    const dx = x === nx - 1 ? 0 : 1;
    const dy = y === ny - 1 ? 0 : nx;
    const dz = z === nz - 1 ? 0 : nx * ny;
    const low = bilinear(hu, base, dx, dy, x % 1, y % 1);
    result[voxel] = z % 1 === 0 ? low : low + (z % 1) * (bilinear(hu, base + dz, dx, dy, x % 1, y % 1) - low);
  });
  return createCtVolume(geometry, result);
}

function bilinear(hu: CtVolume["hu"], base: number, dx: number, dy: number, tx: number, ty: number): number {
  const near = hu[base] + tx * (hu[base + dx] - hu[base]);
  const far = hu[base + dy] + tx * (hu[base + dx + dy] - hu[base + dy]);
  return near + ty * (far - near);
}

/** A mask on another grid: each voxel takes the nearest voxel of the source; outside of the source grid it is 0. */
export function resampleMask(mask: Mask, geometry: Geometry): Mask {
  const [nx, ny, nz] = mask.geometry.size;
  const inside = new Uint8Array(geometry.size[0] * geometry.size[1] * geometry.size[2]);
  if (axesAgree(mask.geometry, geometry)) {
    copyAlongAxes(mask, geometry, inside);
    return { geometry, inside };
  }
  forEachSourceIndex(mask.geometry, geometry, (voxel, i, j, k) => {
    const x = Math.round(i);
    const y = Math.round(j);
    const z = Math.round(k);
    if (x >= 0 && y >= 0 && z >= 0 && x < nx && y < ny && z < nz) inside[voxel] = mask.inside[x + nx * (y + ny * z)];
  });
  return { geometry, inside };
}

function axesAgree(a: Geometry, b: Geometry): boolean {
  return a.direction.every((axis, n) => axis.every((value, r) => value === b.direction[n][r]));
}

/** With the same axes the nearest voxel is found once per row, column and slice instead of once per voxel. */
function copyAlongAxes(mask: Mask, target: Geometry, inside: Uint8Array): void {
  checkedGeometry(target);
  const source = mask.geometry;
  const corner = toSourceMm(source, target.origin);
  const [nx, ny, nz] = target.size;
  const inRange = (index: number, axis: 0 | 1 | 2): number => (index >= 0 && index < source.size[axis] ? index : -1);
  const nearest = (axis: 0 | 1): Int32Array =>
    Int32Array.from({ length: target.size[axis] }, (_, n) =>
      inRange(Math.round(snapped((corner[axis] + n * target.spacing[axis]) / source.spacing[axis])), axis),
    );
  const [columns, rows] = [nearest(0), nearest(1)];
  for (let k = 0; k < nz; k++) {
    const z = inRange(Math.round(snapped(sliceIndexAt(source, corner[2] + sliceOffsetMm(target, k)))), 2);
    if (z < 0) continue;
    for (let j = 0; j < ny; j++) {
      if (rows[j] < 0) continue;
      const from = source.size[0] * (rows[j] + source.size[1] * z);
      const to = nx * (j + ny * k);
      for (let i = 0; i < nx; i++) if (columns[i] >= 0) inside[to + i] = mask.inside[from + columns[i]];
    }
  }
}

/** The map between two grids is affine but for uneven gaps, so only the slice index needs more than additions. */
function forEachSourceIndex(source: Geometry, target: Geometry, visit: Visit): void {
  checkedGeometry(target);
  const [nx, ny, nz] = target.size;
  const step = source.direction.map((axis) => dot(axis, target.direction[0]) * target.spacing[0]) as unknown as Vec3;
  let voxel = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const [a, b, c] = toSourceMm(source, indexToLps(target, [0, j, k]));
      for (let i = 0; i < nx; i++) {
        visit(
          voxel++,
          snapped((a + i * step[0]) / source.spacing[0]),
          snapped((b + i * step[1]) / source.spacing[1]),
          snapped(sliceIndexAt(source, c + i * step[2])),
        );
      }
    }
  }
}

/** A centre that is missed by rounding alone is the centre: keeps copies exact. */
function snapped(index: number): number {
  const whole = Math.round(index);
  return Math.abs(index - whole) < 1e-6 ? whole : index;
}

function toSourceMm({ origin, direction }: Geometry, point: Vec3): Vec3 {
  const relative: Vec3 = [point[0] - origin[0], point[1] - origin[1], point[2] - origin[2]];
  return [dot(relative, direction[0]), dot(relative, direction[1]), dot(relative, direction[2])];
}

/**
 * The grid with even spacing that covers the same box with the same centre and axes; at least one voxel along each axis.
 *
 * @throws HemacastError ARGUMENT_INVALID when a spacing is not in [0.01, 1000] mm
 * @example evenGeometry({ size: [2, 2, 3], spacing: [1, 1, 4], origin: [0, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], sliceOffsetsMm: [0, 4, 10] }, [1, 1, 5]).size // => [2, 2, 3]
 */
export function evenGeometry(geometry: Geometry, spacing: Vec3): Geometry {
  for (const mm of spacing) requireInRange("spacing", mm, 0.01, 1000);
  const { sliceOffsetsMm: _, ...rest } = geometry;
  const last = geometry.size[2] - 1;
  const low = -sliceExtentMm(geometry, 0) / 2;
  const high = sliceOffsetMm(geometry, last) + sliceExtentMm(geometry, last) / 2;
  const boxes: readonly (readonly [number, number])[] = [
    [-geometry.spacing[0] / 2, (geometry.size[0] - 0.5) * geometry.spacing[0]],
    [-geometry.spacing[1] / 2, (geometry.size[1] - 0.5) * geometry.spacing[1]],
    [low, high],
  ];
  const size = boxes.map(([from, to], axis) => Math.max(1, Math.round((to - from) / spacing[axis])));
  const shift = boxes.map(([from, to], axis) => (from + to - (size[axis] - 1) * spacing[axis]) / 2);
  const origin = [0, 1, 2].map(
    (r) =>
      geometry.origin[r] +
      shift[0] * geometry.direction[0][r] +
      shift[1] * geometry.direction[1][r] +
      shift[2] * geometry.direction[2][r],
  );
  return { ...rest, size: size as unknown as Vec3, spacing, origin: origin as unknown as Vec3 };
}

/**
 * A volume on a coarser grid whose voxels are the means of whole blocks of `factors` voxels; a remainder at the high edges is left out. The
 * cheap way to work where exactness is not needed; masks come back by `resampleMask`.
 *
 * @param factors whole numbers along i, j, k, no larger than the size
 * @throws HemacastError ARGUMENT_INVALID when a factor is not a whole number that fits
 */
export function blockMean(volume: CtVolume, factors: Vec3): CtVolume {
  const { geometry, hu } = volume;
  factors.forEach((factor, axis) => {
    requireInRange("factor", factor, 1, geometry.size[axis]);
  });
  const coarse = blockGeometry(geometry, factors);
  const [nx, ny] = geometry.size;
  const [mx, my, mz] = coarse.size;
  const [fx, fy, fz] = factors;
  const result = new Float32Array(mx * my * mz);
  for (let k = 0; k < mz * fz; k++) {
    for (let j = 0; j < my * fy; j++) {
      const from = nx * (j + ny * k);
      const to = mx * (Math.floor(j / fy) + my * Math.floor(k / fz));
      for (let i = 0; i < mx; i++) {
        let sum = 0;
        for (let d = 0; d < fx; d++) sum += hu[from + i * fx + d];
        result[to + i] += sum;
      }
    }
  }
  const share = 1 / (fx * fy * fz);
  for (let v = 0; v < result.length; v++) result[v] *= share;
  return createCtVolume(coarse, result);
}

function blockGeometry(geometry: Geometry, factors: Vec3): Geometry {
  const { sliceOffsetsMm, ...rest } = geometry;
  const size = geometry.size.map((n, axis) => Math.floor(n / factors[axis])) as unknown as Vec3;
  const spacing = geometry.spacing.map((mm, axis) => mm * factors[axis]) as unknown as Vec3;
  const centers = Array.from({ length: size[2] }, (_, block) => {
    let sum = 0;
    for (let k = block * factors[2]; k < (block + 1) * factors[2]; k++) sum += sliceOffsetMm(geometry, k);
    return sum / factors[2];
  });
  const [x, y, z] = geometry.direction;
  const a = ((factors[0] - 1) / 2) * geometry.spacing[0];
  const b = ((factors[1] - 1) / 2) * geometry.spacing[1];
  const origin: Vec3 = [
    geometry.origin[0] + a * x[0] + b * y[0] + centers[0] * z[0],
    geometry.origin[1] + a * x[1] + b * y[1] + centers[0] * z[1],
    geometry.origin[2] + a * x[2] + b * y[2] + centers[0] * z[2],
  ];
  const coarse = { ...rest, size, spacing, origin };
  return sliceOffsetsMm ? { ...coarse, sliceOffsetsMm: centers.map((mm) => mm - centers[0]) } : coarse;
}
