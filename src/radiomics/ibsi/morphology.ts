/** IBSI morphological features beyond PyRadiomics' shape: densities against enclosing bodies, and how intensities lie in the region. */
import { convexHull3d } from "../../math/convex-hull-3d.ts";
import type { Vec3 } from "../../math/vec3.ts";
import { extremeVertices } from "../../volume/diameter.ts";
import { croppedMask, surfaceMesh } from "../../volume/mesh.ts";
import { type Mask, maskMl } from "../../volume/volume.ts";
import type { Box, Region } from "../region.ts";
import { principalAxes, shapeOf } from "../shape.ts";
import { spatialAutocorrelation } from "./spatial-autocorrelation.ts";

/** IBSI's words for the morphological features that have reference values. */
export const morphologyFeatureNames = [
  "Volume",
  "ApproximateVolume",
  "SurfaceArea",
  "SurfaceToVolumeRatio",
  "Compactness1",
  "Compactness2",
  "SphericalDisproportion",
  "Sphericity",
  "Asphericity",
  "CentreOfMassShift",
  "Maximum3DDiameter",
  "MajorAxisLength",
  "MinorAxisLength",
  "LeastAxisLength",
  "Elongation",
  "Flatness",
  "VolumeDensityAabb",
  "AreaDensityAabb",
  "VolumeDensityAee",
  "AreaDensityAee",
  "VolumeDensityConvexHull",
  "AreaDensityConvexHull",
  "IntegratedIntensity",
  "MoransI",
  "GearysC",
] as const;

/** The value of each morphological feature that the region has; lengths in mm, areas in mm2, volumes in mm3. */
export type MorphologyFeatures = Readonly<Partial<Record<(typeof morphologyFeatureNames)[number], number>>>;

/**
 * The morphological features.
 *
 * @param mask the morphological mask
 * @param region the intensity mask with its intensities, cut out at `box`
 * @throws HemacastError MASK_EMPTY
 * @see IBSI 2019 section 3.1
 */
export function morphologyFeatures(mask: Mask, region: Region, box: Box): MorphologyFeatures {
  const crop = croppedMask(mask);
  const mesh = surfaceMesh(crop);
  const axes = principalAxes(crop);
  const shape = shapeOf(mesh, axes, 1000 * maskMl(mask));
  // The standard divides the covariance by n - 1, PyRadiomics by n.
  const wider = axes.voxels > 1 ? Math.sqrt(axes.voxels / (axes.voxels - 1)) : 1;
  const { areaMm2: area, volumeMm3: volume } = mesh;
  const extent: Vec3 = [
    (crop.size[0] - 2) * crop.spacing[0],
    (crop.size[1] - 2) * crop.spacing[1],
    ((crop.sliceMm.at(-1) as number) + (crop.sliceMm.at(-2) as number) - (crop.sliceMm[1] as number)) / 2,
  ];
  const points = extremeVertices(mesh);
  const hull = convexHull3d(
    Array.from(
      { length: points.length / 3 },
      (_, p): Vec3 => [points[3 * p], points[3 * p + 1], points[3 * p + 2]] as unknown as Vec3,
    ),
  );
  const semiAxes = axes.variancesMm2.map((variance) => 2 * wider * Math.sqrt(variance)) as [number, number, number];
  const mean = region.intensities.reduce((sum, x) => sum + x, 0) / region.intensities.length;
  const spatial = spatialAutocorrelation(region);
  return {
    Volume: volume,
    ApproximateVolume: shape.VoxelVolume,
    SurfaceArea: area,
    SurfaceToVolumeRatio: shape.SurfaceVolumeRatio,
    Compactness1: shape.Compactness1,
    Compactness2: shape.Compactness2,
    SphericalDisproportion: shape.SphericalDisproportion,
    Sphericity: shape.Sphericity,
    Asphericity: shape.SphericalDisproportion - 1,
    CentreOfMassShift: centreOfMassShift(axes.centreMm, crop.start, region, box),
    Maximum3DDiameter: shape.Maximum3DDiameter,
    MajorAxisLength: wider * shape.MajorAxisLength,
    MinorAxisLength: wider * shape.MinorAxisLength,
    LeastAxisLength: wider * shape.LeastAxisLength,
    Elongation: shape.Elongation,
    Flatness: shape.Flatness,
    VolumeDensityAabb: volume / (extent[0] * extent[1] * extent[2]),
    AreaDensityAabb: area / (2 * (extent[0] * extent[1] + extent[0] * extent[2] + extent[1] * extent[2])),
    ...(semiAxes[2] > 0 && {
      VolumeDensityAee: (3 * volume) / (4 * Math.PI * semiAxes[0] * semiAxes[1] * semiAxes[2]),
      AreaDensityAee: area / ellipsoidArea(semiAxes),
    }),
    ...(hull && { VolumeDensityConvexHull: volume / hull.volume, AreaDensityConvexHull: area / hull.area }),
    IntegratedIntensity: mean * volume,
    ...(spatial && { MoransI: spatial.moranI, GearysC: spatial.gearyC }),
  };
}

/** Distance between the centre of the morphological mask and the intensity-weighted centre of the intensity mask. */
function centreOfMassShift(centreMm: Vec3, cropStart: Vec3, region: Region, box: Box): number {
  const [bx, by] = region.size;
  const sums = [0, 0, 0, 0] as [number, number, number, number];
  region.voxels.forEach((at, v) => {
    const x = region.intensities[v] as number;
    const index = [at % bx, Math.floor(at / bx) % by, Math.floor(at / (bx * by))];
    for (const d of [0, 1, 2] as const) {
      sums[d] += x * ((index[d] as number) + box.start[d] - cropStart[d]) * region.spacing[d];
    }
    sums[3] += x;
  });
  return Math.hypot(...centreMm.map((mm, d) => mm - (sums[d] as number) / sums[3]));
}

/**
 * Surface area of an ellipsoid by Legendre polynomials up to degree 20, as the standard asks.
 *
 * @param semiAxes from the longest to the shortest
 * @see IBSI RDD2
 */
export function ellipsoidArea([a, b, c]: readonly [number, number, number]): number {
  const [alpha, beta] = [Math.sqrt(1 - (b * b) / (a * a)), Math.sqrt(1 - (c * c) / (a * a))];
  const product = alpha * beta;
  // A sphere or spheroid: alpha * beta = 0 leaves the limit of each term.
  if (product < 1e-12) return spheroidArea(a, b, c);
  const x = (alpha * alpha + beta * beta) / (2 * product);
  let [previous, current] = [1, x];
  let [sum, power] = [1, 1];
  for (let degree = 1; degree <= 20; degree++) {
    power *= product;
    sum += (power * current) / (1 - 4 * degree * degree);
    [previous, current] = [current, ((2 * degree + 1) * x * current - degree * previous) / (degree + 1)];
  }
  return 4 * Math.PI * a * b * sum;
}

/** The oblate spheroid a = b >= c, or the sphere. */
function spheroidArea(a: number, _b: number, c: number): number {
  const e = Math.sqrt(1 - (c * c) / (a * a));
  if (e < 1e-6) return 4 * Math.PI * a * a;
  return 2 * Math.PI * a * a * (1 + ((1 - e * e) / e) * Math.atanh(e));
}
