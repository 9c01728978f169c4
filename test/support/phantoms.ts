/** Analytic phantoms on any grid: ellipsoids of known volume, and a small head of skull, brain and an optional hematoma. */
import { createRandom } from "../../src/core/random.ts";
import type { Vec3 } from "../../src/math/vec3.ts";
import { type Geometry, indexToLps, voxelCount } from "../../src/volume/geometry.ts";
import { type CtVolume, createCtVolume, createMask, type Mask } from "../../src/volume/volume.ts";

/** A grid with axes towards L, P, S, centred on the LPS origin unless told otherwise. */
export function axialGeometry(size: Vec3, spacing: Vec3, rest: Partial<Geometry> = {}): Geometry {
  const origin = size.map((n, axis) => (-(n - 1) / 2) * (spacing[axis] as number)) as unknown as Vec3;
  const direction = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ] as const;
  return { size, spacing, origin, direction, ...rest };
}

/** Calls back for each voxel with its memory index and LPS position in mm. */
export function forEachVoxel(geometry: Geometry, visit: (voxel: number, point: Vec3) => void): void {
  const [nx, ny, nz] = geometry.size;
  const direction = geometry.direction[0];
  let voxel = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const [x, y, z] = indexToLps(geometry, [0, j, k]);
      for (let i = 0; i < nx; i++) {
        const mm = i * geometry.spacing[0];
        visit(voxel++, [x + mm * direction[0], y + mm * direction[1], z + mm * direction[2]]);
      }
    }
  }
}

/** A volume whose HU are a function of the LPS position in mm. */
export function volumeOf(geometry: Geometry, huAt: (point: Vec3) => number): CtVolume {
  const hu = new Int16Array(voxelCount(geometry));
  forEachVoxel(geometry, (voxel, point) => {
    hu[voxel] = Math.round(huAt(point));
  });
  return createCtVolume(geometry, hu);
}

/** A mask of the voxels whose centre fulfils the condition. */
export function maskOf(geometry: Geometry, inside: (point: Vec3) => boolean): Mask {
  const values = new Uint8Array(voxelCount(geometry));
  forEachVoxel(geometry, (voxel, point) => {
    if (inside(point)) values[voxel] = 1;
  });
  return createMask(geometry, values);
}

/** A volume of the given HU values on a 1 mm grid. */
export function tinyVolume(size: Vec3, hu: ArrayLike<number>): CtVolume {
  return createCtVolume(axialGeometry(size, [1, 1, 1]), Float32Array.from(hu));
}

/** A mask of the given values on a 1 mm grid. */
export function tinyMask(size: Vec3, inside: ArrayLike<number>, spacing: Vec3 = [1, 1, 1]): Mask {
  return createMask(axialGeometry(size, spacing), Uint8Array.from(inside));
}

/** An ellipsoid with axes along LPS. */
export interface Ellipsoid {
  readonly centerMm: Vec3;
  /** Semi-axes along L, P, S. */
  readonly radiiMm: Vec3;
}

/** Below 1 inside, 1 on the surface. */
export function ellipsoidLevel({ centerMm, radiiMm }: Ellipsoid, point: Vec3): number {
  return Math.hypot(
    (point[0] - centerMm[0]) / radiiMm[0],
    (point[1] - centerMm[1]) / radiiMm[1],
    (point[2] - centerMm[2]) / radiiMm[2],
  );
}

/** 4/3 pi abc. */
export function ellipsoidMl({ radiiMm }: Ellipsoid): number {
  return ((4 / 3) * Math.PI * radiiMm[0] * radiiMm[1] * radiiMm[2]) / 1000;
}

/** An ellipsoid of the given volume whose semi-axes have the given proportions. */
export function ellipsoidOfMl(ml: number, centerMm: Vec3, proportions: Vec3 = [1, 1.3, 1]): Ellipsoid {
  const factor = Math.cbrt(ml / ellipsoidMl({ centerMm, radiiMm: proportions }));
  return { centerMm, radiiMm: [proportions[0] * factor, proportions[1] * factor, proportions[2] * factor] };
}

/** The voxels whose centre is in the ellipsoid, on any grid. */
export function ellipsoidMask(geometry: Geometry, ellipsoid: Ellipsoid): Mask {
  return maskOf(geometry, (point) => ellipsoidLevel(ellipsoid, point) <= 1);
}

/** What a head phantom is made of. */
export interface HeadPhantomOptions {
  /** By default 128 x 160 x 28 voxels of 1.5 x 1.5 x 5 mm. */
  readonly geometry?: Geometry;
  /** 0 for a head without blood (the default). */
  readonly hematomaMl?: number;
  readonly hematomaHu?: number;
  readonly hematomaCenterMm?: Vec3;
  /** Standard deviation of the noise. */
  readonly noiseHu?: number;
  readonly seed?: number;
}

/** A head CT with its truth. */
export interface HeadPhantom {
  readonly volume: CtVolume;
  readonly hematoma: Mask;
}

/** The default grid of a head phantom. */
export const headGeometry = axialGeometry([128, 160, 28], [1.5, 1.5, 5]);

/**
 * A head around the LPS origin: scalp, a skull of 6 mm, cerebrospinal fluid of 2 mm, grey matter of 37 HU around white matter of 30 HU, two
 * ventricles, and a hematoma of the given volume in the basal ganglia of the patient's left.
 */
export function headPhantom(options: HeadPhantomOptions = {}): HeadPhantom {
  const { geometry = headGeometry, hematomaMl = 0, hematomaHu = 65, noiseHu = 3, seed = 1 } = options;
  const center = options.hematomaCenterMm ?? [26, 5, 0];
  const clot = ellipsoidOfMl(Math.max(hematomaMl, 1e-6), center);
  const head: Ellipsoid = { centerMm: [0, 0, -10], radiiMm: [78, 98, 75] };
  const shrunk = (mm: number): Ellipsoid => ({
    ...head,
    radiiMm: [head.radiiMm[0] - mm, head.radiiMm[1] - mm, head.radiiMm[2] - mm],
  });
  const layers = [
    { until: shrunk(5), hu: 20 },
    { until: shrunk(11), hu: 1000 },
    { until: shrunk(13), hu: 8 },
    { until: shrunk(18), hu: 37 },
  ];
  const ventricles = [-9, 9].map((x): Ellipsoid => ({ centerMm: [x, 0, 8], radiiMm: [5, 25, 10] }));
  const random = createRandom(seed);
  const volume = volumeOf(geometry, (point) => {
    if (ellipsoidLevel(head, point) > 1) return -1000;
    const noise = noiseHu * random.normal();
    if (hematomaMl > 0 && ellipsoidLevel(clot, point) <= 1) return hematomaHu + noise;
    const layer = layers.find(({ until }) => ellipsoidLevel(until, point) > 1);
    if (layer) return layer.hu + noise;
    return (ventricles.some((ventricle) => ellipsoidLevel(ventricle, point) <= 1) ? 6 : 30) + noise;
  });
  return { volume, hematoma: hematomaMl > 0 ? ellipsoidMask(geometry, clot) : createMask(geometry) };
}
