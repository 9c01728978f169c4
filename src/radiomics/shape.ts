/** Shape of a region in three dimensions, with PyRadiomics' names and values. One mesh and one covariance are shared by all features. */
import { type Symmetric3, symmetricEigen } from "../math/symmetric-eigen.ts";
import { meshDiameters } from "../volume/diameter.ts";
import { type CroppedMask, croppedMask, type SurfaceMesh, surfaceMesh } from "../volume/mesh.ts";
import { type Mask, maskMl } from "../volume/volume.ts";

/** PyRadiomics' names of the 3D shape features, deprecated ones last. */
export const shapeFeatureNames = [
  "Elongation",
  "Flatness",
  "LeastAxisLength",
  "MajorAxisLength",
  "Maximum2DDiameterColumn",
  "Maximum2DDiameterRow",
  "Maximum2DDiameterSlice",
  "Maximum3DDiameter",
  "MeshVolume",
  "MinorAxisLength",
  "Sphericity",
  "SurfaceArea",
  "SurfaceVolumeRatio",
  "VoxelVolume",
  "Compactness1",
  "Compactness2",
  "SphericalDisproportion",
] as const;

/** The value of each 3D shape feature; lengths in mm, areas in mm2, volumes in mm3. */
export type ShapeFeatures = Readonly<Record<(typeof shapeFeatureNames)[number], number>>;

/**
 * The 3D shape features of a mask on its own grid; slices that are unevenly spaced count with their own extents.
 *
 * @throws HemacastError MASK_EMPTY
 * @see PyRadiomics 3.1 radiomics.shape; IBSI 2019 section 3.1
 */
export function shapeFeatures(mask: Mask): ShapeFeatures {
  const crop = croppedMask(mask);
  return shapeOf(surfaceMesh(crop), principalAxes(crop), 1000 * maskMl(mask));
}

/** The features from what they share. */
export function shapeOf(mesh: SurfaceMesh, axes: PrincipalAxes, voxelVolumeMm3: number): ShapeFeatures {
  const { areaMm2: area, volumeMm3: volume } = mesh;
  const diameters = meshDiameters(mesh);
  const sphericity = Math.cbrt(36 * Math.PI * volume ** 2) / area;
  const [major, minor, least] = axes.variancesMm2.map(Math.sqrt) as [number, number, number];
  return {
    Elongation: ratio(minor, major),
    Flatness: ratio(least, major),
    LeastAxisLength: 4 * least,
    MajorAxisLength: 4 * major,
    Maximum2DDiameterColumn: diameters.inColumnMm,
    Maximum2DDiameterRow: diameters.inRowMm,
    Maximum2DDiameterSlice: diameters.inSliceMm,
    Maximum3DDiameter: diameters.anywhereMm,
    MeshVolume: volume,
    MinorAxisLength: 4 * minor,
    Sphericity: sphericity,
    SurfaceArea: area,
    SurfaceVolumeRatio: area / volume,
    VoxelVolume: voxelVolumeMm3,
    Compactness1: volume / (area ** 1.5 * Math.sqrt(Math.PI)),
    Compactness2: (36 * Math.PI * volume ** 2) / area ** 3,
    SphericalDisproportion: 1 / sphericity,
  };
}

/** A single voxel has no axes; it counts as round. */
function ratio(shorter: number, longer: number): number {
  return longer > 0 ? shorter / longer : 1;
}

/** Where the voxel centres lie and how they spread, in mm along the crop's axes. */
export interface PrincipalAxes {
  readonly voxels: number;
  readonly centreMm: readonly [number, number, number];
  /** Variances along the principal axes, from the largest to the smallest. */
  readonly variancesMm2: readonly [number, number, number];
  readonly directions: ReturnType<typeof symmetricEigen>["vectors"];
}

/**
 * Principal axes of the centres of the inside voxels, each slice at its own position.
 *
 * @see IBSI TDIC, P9VJ, 7J51
 */
export function principalAxes(crop: CroppedMask): PrincipalAxes {
  const [nx, ny, nz] = crop.size;
  const [dx, dy] = crop.spacing;
  let n = 0;
  const sum = { x: 0, y: 0, z: 0, xx: 0, xy: 0, xz: 0, yy: 0, yz: 0, zz: 0 };
  // Sums about the middle of the crop, so that squares stay small against their differences.
  const [x0, y0, z0] = [((nx - 1) / 2) * dx, ((ny - 1) / 2) * dy, (crop.sliceMm[nz - 1] as number) / 2];
  for (let k = 1; k + 1 < nz; k++) {
    const z = (crop.sliceMm[k] as number) - z0;
    for (let j = 1; j + 1 < ny; j++) {
      const y = j * dy - y0;
      const row = nx * (j + ny * k);
      let [count, sx, sxx] = [0, 0, 0];
      for (let i = 1; i + 1 < nx; i++) {
        if (crop.inside[row + i] === 0) continue;
        const x = i * dx - x0;
        count++;
        sx += x;
        sxx += x * x;
      }
      n += count;
      sum.x += sx;
      sum.y += count * y;
      sum.z += count * z;
      sum.xx += sxx;
      sum.xy += sx * y;
      sum.xz += sx * z;
      sum.yy += count * y * y;
      sum.yz += count * y * z;
      sum.zz += count * z * z;
    }
  }
  const [mx, my, mz] = [sum.x / n, sum.y / n, sum.z / n];
  const covariance: Symmetric3 = {
    xx: sum.xx / n - mx * mx,
    xy: sum.xy / n - mx * my,
    xz: sum.xz / n - mx * mz,
    yy: sum.yy / n - my * my,
    yz: sum.yz / n - my * mz,
    zz: sum.zz / n - mz * mz,
  };
  const { values, vectors } = symmetricEigen(covariance);
  return {
    voxels: n,
    centreMm: [mx + x0, my + y0, mz + z0],
    variancesMm2: values.map((value) => Math.max(value, 0)) as [number, number, number],
    directions: vectors,
  };
}
