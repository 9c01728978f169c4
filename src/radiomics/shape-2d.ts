/** Shape of a region that is one voxel thick, with PyRadiomics' names and values: marching squares in its plane. */
import { HemacastError } from "../core/errors.ts";
import { convexHull2d } from "../math/convex-hull-2d.ts";
import { symmetricEigen } from "../math/symmetric-eigen.ts";
import { type CroppedMask, croppedMask } from "../volume/mesh.ts";
import type { Mask } from "../volume/volume.ts";

/** PyRadiomics' names of the 2D shape features, the deprecated one last. */
export const shape2dFeatureNames = [
  "Elongation",
  "MajorAxisLength",
  "MaximumDiameter",
  "MeshSurface",
  "MinorAxisLength",
  "Perimeter",
  "PerimeterSurfaceRatio",
  "PixelSurface",
  "Sphericity",
  "SphericalDisproportion",
] as const;

/** The value of each 2D shape feature; lengths in mm, areas in mm2. */
export type Shape2dFeatures = Readonly<Record<(typeof shape2dFeatureNames)[number], number>>;

/** A region in a plane with an empty border, and the positions in mm of its columns and rows. */
interface Plane {
  readonly inside: Uint8Array;
  readonly xMm: Float64Array;
  readonly yMm: Float64Array;
}

/**
 * The 2D shape features of a mask.
 *
 * @param flatAxis the axis in which the mask is one voxel thick: 0 = k (slices), 1 = j, 2 = i
 * @throws HemacastError MASK_EMPTY, RADIOMICS_UNDEFINED when the mask is thicker
 * @see PyRadiomics 3.1 radiomics.shape2D
 */
export function shape2dFeatures(mask: Mask, flatAxis: 0 | 1 | 2): Shape2dFeatures {
  const plane = planeOf(croppedMask(mask), flatAxis);
  const { area, perimeter, vertices } = outline(plane);
  const { pixelArea, major, minor } = pixels(plane);
  const round = 2 * Math.sqrt(Math.PI * area);
  return {
    Elongation: major > 0 ? minor / major : 1,
    MajorAxisLength: 4 * major,
    MaximumDiameter: diameter(vertices),
    MeshSurface: area,
    MinorAxisLength: 4 * minor,
    Perimeter: perimeter,
    PerimeterSurfaceRatio: perimeter / area,
    PixelSurface: pixelArea,
    Sphericity: round / perimeter,
    SphericalDisproportion: perimeter / round,
  };
}

function planeOf(crop: CroppedMask, flatAxis: 0 | 1 | 2): Plane {
  const flat = 2 - flatAxis;
  const thickness = (crop.size[flat] as number) - 2;
  if (thickness !== 1) {
    throw new HemacastError(
      "RADIOMICS_UNDEFINED",
      `the mask is ${thickness} voxels thick; 2D shape needs 1 voxel in the axis of force2Ddimension`,
    );
  }
  const [nx, ny] = crop.size;
  const positions = [
    Float64Array.from({ length: nx }, (_, i) => i * crop.spacing[0]),
    Float64Array.from({ length: ny }, (_, j) => j * crop.spacing[1]),
    crop.sliceMm,
  ];
  const strides = [1, nx, nx * ny];
  const [a, b] = [0, 1, 2].filter((axis) => axis !== flat) as [number, number];
  const [columns, rows] = [crop.size[a] as number, crop.size[b] as number];
  const inside = new Uint8Array(columns * rows);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const at = (strides[flat] as number) + c * (strides[a] as number) + r * (strides[b] as number);
      inside[c + columns * r] = crop.inside[at] as number;
    }
  }
  return { inside, xMm: positions[a] as Float64Array, yMm: positions[b] as Float64Array };
}

/** Area and length of the outline through the middles of pixel edges; pixels that touch by a corner stay apart. */
function outline({ inside, xMm, yMm }: Plane): { area: number; perimeter: number; vertices: number[] } {
  const [columns, rows] = [xMm.length, yMm.length];
  let [area, perimeter] = [0, 0];
  const vertices: number[] = [];
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c + 1 < columns; c++) {
      const at = c + columns * r;
      const [p, q, s, t] = [inside[at], inside[at + 1], inside[at + columns], inside[at + columns + 1]] as [
        number,
        number,
        number,
        number,
      ];
      const [dx, dy] = [(xMm[c + 1] as number) - (xMm[c] as number), (yMm[r + 1] as number) - (yMm[r] as number)];
      const [x, y] = [xMm[c] as number, yMm[r] as number];
      const corners = p + q + s + t;
      const diagonal = corners === 2 && p === t;
      area += dx * dy * (diagonal ? 0.25 : ([0, 0.125, 0.5, 0.875, 1][corners] as number));
      if (corners === 1 || corners === 3) perimeter += Math.hypot(dx, dy) / 2;
      else if (diagonal) perimeter += Math.hypot(dx, dy);
      else if (corners === 2) perimeter += p === q ? dx : dy;
      if (p !== q) vertices.push(x + dx / 2, y);
      if (p !== s) vertices.push(x, y + dy / 2);
    }
  }
  return { area, perimeter, vertices };
}

function pixels({ inside, xMm, yMm }: Plane): { pixelArea: number; major: number; minor: number } {
  const columns = xMm.length;
  let [pixelArea, n, sx, sy] = [0, 0, 0, 0];
  const each = (visit: (x: number, y: number) => void): void =>
    inside.forEach((one, at) => {
      if (one) visit(xMm[at % columns] as number, yMm[Math.floor(at / columns)] as number);
    });
  inside.forEach((one, at) => {
    if (!one) return;
    const [c, r] = [at % columns, Math.floor(at / columns)];
    pixelArea +=
      (((xMm[c + 1] as number) - (xMm[c - 1] as number)) / 2) * (((yMm[r + 1] as number) - (yMm[r - 1] as number)) / 2);
  });
  each((x, y) => {
    n++;
    sx += x;
    sy += y;
  });
  let [xx, xy, yy] = [0, 0, 0];
  each((x, y) => {
    xx += ((x - sx / n) * (x - sx / n)) / n;
    xy += ((x - sx / n) * (y - sy / n)) / n;
    yy += ((y - sy / n) * (y - sy / n)) / n;
  });
  const { values } = symmetricEigen({ xx, xy, xz: 0, yy, yz: 0, zz: 0 });
  return { pixelArea, major: Math.sqrt(values[0]), minor: Math.sqrt(Math.max(values[1], 0)) };
}

function diameter(vertices: readonly number[]): number {
  const hull = convexHull2d(vertices);
  let largest = 0;
  for (let a = 0; a < hull.length; a += 2) {
    for (let b = a + 2; b < hull.length; b += 2) {
      const [dx, dy] = [(hull[a] as number) - (hull[b] as number), (hull[a + 1] as number) - (hull[b + 1] as number)];
      largest = Math.max(largest, Math.hypot(dx, dy));
    }
  }
  return largest;
}
