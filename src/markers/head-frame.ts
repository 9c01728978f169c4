/**
 * A frame of reference for one head, from the head itself: the plane in which the skull mirrors itself, and a scale from the intracranial cavity, so
 * that places can be named in millimetres of an average head. No template is needed; how exact that is stands in docs/reference/markers.md.
 */
import { HemacastError } from "../core/errors.ts";
import { add, cross, dot, length, scale, subtract, unit, type Vec3 } from "../math/vec3.ts";
import { findCranium } from "../volume/brain-mask.ts";
import { type Geometry, indexToLps, lpsToIndex } from "../volume/geometry.ts";
import { type Registration, transformPoint } from "../volume/registration.ts";
import { registerMirrored } from "../volume/registration-skull.ts";
import type { CtVolume, Mask } from "../volume/volume.ts";

/** One head's frame. */
export interface HeadFrame {
  /** A point of the midplane, and the plane's unit normal, which points to the patient's left. */
  readonly pointMm: Vec3;
  readonly left: Vec3;
  /** Correlation of the skull with its mirror image, in [-1, 1]. */
  readonly symmetry: number;
  /** Where an LPS point lies in an average head: left, posterior, superior of the anterior commissure, about, mm. */
  readonly toStandard: (point: Vec3) => Vec3;
  /** The mirror image of an LPS point. */
  readonly mirror: (point: Vec3) => Vec3;
  /** The head on a grid of about 1 mm in the plane, and its intracranial cavity on the same grid. */
  readonly coarse: CtVolume;
  readonly cavity: Mask;
}

/** An average intracranial cavity about the anterior commissure, mm: half its length and width, how far behind its middle lies, and its top. */
const STANDARD = { halfLength: 86, halfWidth: 68, middle: 17, top: 76 };

/** A skull that correlates less than this with its mirror image shows no midplane to rely on. */
const LEAST_SYMMETRY = 0.6;

/**
 * Finds the frame of a head; null when no cranium is seen or the skull is too asymmetric to have a midplane.
 *
 * @param volume with axes towards L, P, S (`reorderVolume`)
 */
export function findHeadFrame(volume: CtVolume): HeadFrame | null {
  const cranium = findCranium(volume);
  if (!cranium) return null;
  const { coarse, cavity } = cranium;
  const plane = findMidplane(coarse);
  if (!plane || plane.symmetry < LEAST_SYMMETRY) return null;
  const { left } = plane;
  const axis = coarse.geometry.direction[2];
  const up = unit(subtract(axis, scale(left, dot(axis, left))));
  const back = cross(up, left);
  const span = spans(cavity, plane.pointMm, [left, back, up]);
  const factor: Vec3 = [
    STANDARD.halfWidth / span.halfWidth,
    STANDARD.halfLength / span.halfLength,
    STANDARD.halfLength / span.halfLength,
  ];
  return {
    ...plane,
    coarse,
    cavity,
    mirror: (point) => subtract(point, scale(left, 2 * dot(subtract(point, plane.pointMm), left))),
    toStandard: (point) => {
      const relative = subtract(point, plane.pointMm);
      return [
        dot(relative, left) * factor[0],
        STANDARD.middle + (dot(relative, back) - span.middle) * factor[1],
        STANDARD.top - (span.top - dot(relative, up)) * factor[2],
      ];
    },
  };
}

/** Calls back for each voxel of the cavity with its place in an average head, mm. */
export function forEachCavityVoxel(
  { cavity, toStandard }: HeadFrame,
  visit: (voxel: number, x: number, y: number, z: number) => void,
): void {
  const [nx, ny, nz] = cavity.geometry.size;
  for (let k = 0; k < nz; k++) {
    // The map is affine within a slice, so three points tell it.
    const at = (i: number, j: number): Vec3 => toStandard(indexToLps(cavity.geometry, [i, j, k]));
    const [base, alongI, alongJ] = [at(0, 0), at(1, 0), at(0, 1)];
    const [di, dj] = [subtract(alongI, base), subtract(alongJ, base)];
    for (let j = 0; j < ny; j++) {
      for (let i = 0, voxel = nx * (j + ny * k); i < nx; i++, voxel++) {
        if (!cavity.inside[voxel]) continue;
        visit(voxel, base[0] + i * di[0] + j * dj[0], base[1] + i * di[1] + j * dj[1], base[2] + i * di[2] + j * dj[2]);
      }
    }
  }
}

/**
 * For a voxel of a grid the voxel that holds its mirror image, or -1 where that lies outside the grid.
 *
 * @param mirror of the head's frame
 */
export function partnerSampler(geometry: Geometry, mirror: HeadFrame["mirror"]): (voxel: number) => number {
  const [nx, ny, nz] = geometry.size;
  return (voxel) => {
    const index: Vec3 = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny))];
    const [i, j, k] = lpsToIndex(geometry, mirror(indexToLps(geometry, index))).map(Math.round);
    return i >= 0 && j >= 0 && k >= 0 && i < nx && j < ny && k < nz ? i + nx * (j + ny * k) : -1;
  };
}

/** The plane in which a head mirrors itself: the head is registered with its mirror image, and every point lies as far from the plane as its partner. */
function findMidplane(volume: CtVolume): { pointMm: Vec3; left: Vec3; symmetry: number } | null {
  const flip = (point: Vec3): Vec3 => [-point[0], point[1], point[2]];
  const { geometry } = volume;
  const registration = registerOrNull(volume);
  if (!registration) return null;
  const { transform, similarity } = registration;
  const partner = (point: Vec3): Vec3 => flip(transformPoint(transform, point));
  const [nx, ny, nz] = geometry.size;
  const centre = indexToLps(geometry, [(nx - 1) / 2, (ny - 1) / 2, (nz - 1) / 2]);
  // A point 100 mm to the left and its partner 100 mm to the right: what is between them is the normal.
  const aside = add(centre, [100, 0, 0]);
  const across = subtract(aside, partner(aside));
  if (!(length(across) > 50)) return null;
  const left = unit(across);
  return {
    pointMm: scale(add(centre, partner(centre)), 0.5),
    left: left[0] < 0 ? scale(left, -1) : left,
    symmetry: similarity,
  };
}

/** A head that cannot be laid over its mirror image has no midplane: that is an answer, not a fault. */
function registerOrNull(volume: CtVolume): Registration | null {
  try {
    return registerMirrored(volume);
  } catch (thrown) {
    if (thrown instanceof HemacastError && thrown.code === "NOT_CONVERGED") return null;
    throw thrown;
  }
}

/** Extents of the cavity along left, back and up, seen from a point; the low end is open and says nothing. */
function spans(cavity: Mask, from: Vec3, [left, back, up]: readonly [Vec3, Vec3, Vec3]) {
  const [nx, ny] = cavity.geometry.size;
  let [width, front, rear, top] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  cavity.inside.forEach((value, voxel) => {
    if (!value) return;
    const index: Vec3 = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny))];
    const relative = subtract(indexToLps(cavity.geometry, index), from);
    width = Math.max(width, Math.abs(dot(relative, left)));
    const b = dot(relative, back);
    front = Math.min(front, b);
    rear = Math.max(rear, b);
    top = Math.max(top, dot(relative, up));
  });
  return { halfWidth: width, halfLength: (rear - front) / 2, middle: (rear + front) / 2, top };
}
