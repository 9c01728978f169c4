/**
 * A real head as the background of a simulated hemorrhage: its HU, and where in it blood may go. The image is whatever the user owns; a template
 * without a skull gets the procedural one.
 */
import { createRandom } from "../../core/random.ts";
import { add, cross, scale, subtract, type Vec3 } from "../../math/vec3.ts";
import { largestComponent } from "../../volume/components.ts";
import { squaredDistanceMm } from "../../volume/distance.ts";
import { type Geometry, indexToLps, voxelCount } from "../../volume/geometry.ts";
import { resampleMask, resampleVolume } from "../../volume/resample.ts";
import { gaussianSmooth } from "../../volume/smooth.ts";
import type { CtVolume, Mask } from "../../volume/volume.ts";
import { type FieldGrid, type HeadGrid, sampleField } from "../field-grid.ts";
import { CSF_HU } from "./cerebrum.ts";
import { drawHeadAnatomy, type HeadAnatomy } from "./head-anatomy.ts";
import { createHeadPhantom, type HeadPhantom, headLandmarks, phantomGrid } from "./head-phantom.ts";
import { ventricles } from "./ventricles.ts";

/** What is needed of a real head CT. */
export interface RealHeadInput {
  /** What to call it in truth files and tables: a word without personal data. */
  readonly name: string;
  /** Axes towards L, P, S; voxels of about 1 mm in the plane. */
  readonly volume: CtVolume;
  /** The intracranial cavity, or the brain of a template without a skull. */
  readonly cavity: Mask;
  /** A point of the midplane, and the plane's unit normal, to the patient's left; LPS. */
  readonly pointMm: Vec3;
  readonly left: Vec3;
  /** Whether there is no skull in the image, so that the procedural one is put around it. */
  readonly skullStripped: boolean;
}

/** A real head, ready to be bled into and scanned. */
export interface RealHead {
  readonly name: string;
  readonly skullStripped: boolean;
  readonly phantom: HeadPhantom;
  /** Size relative to standard space along left, posterior, superior. */
  readonly scale: HeadAnatomy["scale"];
}

/** An average cavity about the anterior commissure, mm: half width and length, how far behind its middle lies, and its top. As the phantom's. */
const STANDARD = { halfWidth: 68, halfLength: 87, middle: 18, top: 79 };
/** Grid on which distances are kept, mm. */
const DISTANCE_SPACING: Vec3 = [2, 2, 2.5];
/** Fluid in a slice that has been smoothed, HU, and how far in mm from an average ventricle it may lie to be one. */
const FLUID_HU = [-8, 18] as const;
const NEAR_VENTRICLE_MM = 9;
/** Beyond this distance from the ventricles it does not matter how far they are, mm. */
const FAR_MM = 20;
/** The skull around a template is that of one procedural head. */
const SKULL_SEED = 1;
const SKULL_AGE = 65;

/** Makes a head that can be scanned from a real one. */
export function realHead(input: RealHeadInput): RealHead {
  const { name, volume, cavity, skullStripped } = input;
  const frame = headSpace(input);
  const skull = drawHeadAnatomy(createRandom(SKULL_SEED), SKULL_AGE);
  const anatomy: HeadAnatomy = { ...skull, scale: frame.scale };
  const onPhantom = geometryOf(phantomGrid, frame);
  const hu = resampleVolume(volume, onPhantom).hu as Float32Array;
  const average = headLandmarks(anatomy);
  const image = skullStripped ? withSkull(hu, resampleMask(cavity, onPhantom), createHeadPhantom(anatomy)) : hu;
  const coarse = coarseGrid();
  const inCavity = resampleMask(cavity, geometryOf(coarse, frame));
  const depthField = signedDistance(inCavity, coarse);
  const depth = (x: number, y: number, z: number): number => {
    const mm = sampleField(depthField, x, y, z, -FAR_MM);
    return skullStripped ? Math.min(mm, average.depth(x, y, z)) : mm;
  };
  const fluid = ventricularFluid(volume, frame, coarse, depthField, anatomy);
  const wall = signedDistance(fluid, coarse);
  return {
    ...{ name, skullStripped, scale: frame.scale },
    phantom: {
      ...average,
      grid: phantomGrid,
      hu: image,
      depth,
      ventricle: (x, y, z) => Math.min(-sampleField(wall, x, y, z, -FAR_MM), FAR_MM),
    },
  };
}

/** Head space in the patient: where its origin lies, its axes in LPS, and the size of this head. */
interface HeadSpace {
  readonly originLps: Vec3;
  readonly axes: readonly [Vec3, Vec3, Vec3];
  readonly scale: HeadAnatomy["scale"];
}

function headSpace({ cavity, pointMm, left }: RealHeadInput): HeadSpace {
  const { geometry } = cavity;
  const axis = geometry.direction[2];
  const aside = left[0] * axis[0] + left[1] * axis[1] + left[2] * axis[2];
  const tilted = subtract(axis, scale(left, aside));
  const up = scale(tilted, 1 / Math.hypot(...tilted));
  const back = cross(up, left);
  const along = (p: Vec3, a: Vec3): number =>
    (p[0] - pointMm[0]) * a[0] + (p[1] - pointMm[1]) * a[1] + (p[2] - pointMm[2]) * a[2];
  const [nx, ny] = geometry.size;
  let [width, front, rear, top] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  cavity.inside.forEach((inside, v) => {
    if (!inside) return;
    const p = indexToLps(geometry, [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))]);
    width = Math.max(width, Math.abs(along(p, left)));
    front = Math.min(front, along(p, back));
    rear = Math.max(rear, along(p, back));
    top = Math.max(top, along(p, up));
  });
  const long = (rear - front) / 2 / STANDARD.halfLength;
  const y = (rear + front) / 2 - STANDARD.middle * long;
  const z = top - STANDARD.top * long;
  return {
    originLps: add(add(pointMm, scale(back, y)), scale(up, z)),
    axes: [left, back, up],
    scale: [width / STANDARD.halfWidth, long, long],
  };
}

function geometryOf({ size, spacingMm, originMm }: HeadGrid, { originLps, axes }: HeadSpace): Geometry {
  const origin = [0, 1, 2].reduce<Vec3>((at, a) => add(at, scale(axes[a] as Vec3, originMm[a] as number)), originLps);
  return { size, spacing: spacingMm, origin, direction: axes };
}

function coarseGrid(): HeadGrid {
  const { size, spacingMm, originMm } = phantomGrid;
  const count = (a: 0 | 1 | 2): number => Math.floor(((size[a] - 1) * spacingMm[a]) / DISTANCE_SPACING[a]) + 1;
  return { size: [count(0), count(1), count(2)], spacingMm: DISTANCE_SPACING, originMm };
}

/** mm to the surface of a mask, positive inside. */
function signedDistance(mask: Mask, grid: HeadGrid): FieldGrid {
  const inside = squaredDistanceMm({ ...mask, inside: mask.inside.map((value) => 1 - value) }, "volume");
  const outside = squaredDistanceMm(mask, "volume");
  // From voxel centres to the surface between them is half a voxel less.
  const half = DISTANCE_SPACING[0] / 2;
  const far = 1e3;
  const values = inside.map((squared, v) =>
    squared > 0 ? Math.min(Math.sqrt(squared), far) - half : half - Math.min(Math.sqrt(outside[v] as number), far),
  );
  return { ...grid, values };
}

/** Fluid that lies where ventricles are in an average head. */
function ventricularFluid(
  volume: CtVolume,
  frame: HeadSpace,
  grid: HeadGrid,
  depth: FieldGrid,
  anatomy: HeadAnatomy,
): Mask {
  const geometry = geometryOf(grid, frame);
  const { hu } = resampleVolume(gaussianSmooth(volume, { inPlane: 1.2, throughPlane: 0 }), geometry);
  const average = ventricles({ ...anatomy, ventricleScale: 1, ventricleAsymmetry: 0 });
  const inside = new Uint8Array(voxelCount(geometry));
  const [nx, ny] = grid.size;
  const [sx, sy, sz] = frame.scale;
  for (let v = 0; v < inside.length; v++) {
    const value = hu[v] as number;
    if (value < FLUID_HU[0] || value > FLUID_HU[1] || (depth.values[v] as number) < 8) continue;
    const x = grid.originMm[0] + (v % nx) * grid.spacingMm[0];
    const y = grid.originMm[1] + (Math.floor(v / nx) % ny) * grid.spacingMm[1];
    const z = grid.originMm[2] + Math.floor(v / (nx * ny)) * grid.spacingMm[2];
    if (average(x / sx, y / sy, z / sz) < NEAR_VENTRICLE_MM) inside[v] = 1;
  }
  return largestComponent({ geometry, inside }, 26);
}

/** The template's brain as far as the skull has room for it, fluid between it and the inner table, and everything else procedural. */
function withSkull(hu: Float32Array, brain: Mask, procedural: HeadPhantom): Float32Array {
  const { size, spacingMm, originMm } = procedural.grid;
  const result = Float32Array.from(procedural.hu);
  let v = 0;
  for (let k = 0; k < size[2]; k++) {
    const z = originMm[2] + k * spacingMm[2];
    for (let j = 0; j < size[1]; j++) {
      const y = originMm[1] + j * spacingMm[1];
      for (let i = 0; i < size[0]; i++, v++) {
        const belowTable = procedural.depth(originMm[0] + i * spacingMm[0], y, z);
        if (belowTable > 0.5) result[v] = brain.inside[v] ? (hu[v] as number) : CSF_HU;
      }
    }
  }
  return result;
}
