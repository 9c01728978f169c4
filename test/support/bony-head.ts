/** A head with a skull that has features to hold on to: an ellipsoid shell with a brow, mastoids and a jaw, so that every rotation shows. */
import type { Vec3 } from "../../src/math/vec3.ts";
import type { Geometry } from "../../src/volume/geometry.ts";
import { inverseTransform, type RigidTransform, transformPoint } from "../../src/volume/registration.ts";
import type { CtVolume, Mask } from "../../src/volume/volume.ts";
import { axialGeometry, ellipsoidLevel, maskOf, volumeOf } from "./phantoms.ts";

/** The grid of the head where it lies straight. */
export const bonyHeadGeometry = axialGeometry([76, 90, 30], [2.5, 2.5, 5]);

const knobs: readonly (readonly [Vec3, number])[] = [
  [[0, -82, -40], 16],
  [[30, -84, 5], 8],
  [[62, 20, -48], 13],
  [[-58, 24, -50], 11],
  [[8, 88, -30], 9],
];

/** 0 below -1, 1 above 1, linear between. */
const ramp = (x: number): number => Math.min(1, Math.max(0, (x + 1) / 2));

/** Half of the width in mm over which one tissue passes into the next, as partial volume makes it. */
const BLUR_MM = 2.5;

/** HU of the head at a point in its own frame. `shape` makes another person: factors of the half axes. */
function huAt(point: Vec3, shape: Vec3): number {
  const outer = { centerMm: [0, 0, -10], radiiMm: [75 * shape[0], 92 * shape[1], 72 * shape[2]] } as const;
  const beyondMm = (ellipsoidLevel(outer, point) - 1) * 78;
  const knobMm = Math.max(
    ...knobs.map(
      ([at, radius]) => radius - Math.hypot(point[0] - at[0] * shape[0], point[1] - at[1] * shape[1], point[2] - at[2]),
    ),
  );
  const bone = Math.max(ramp(knobMm / BLUR_MM), ramp((beyondMm + 7) / BLUR_MM) * ramp(-beyondMm / BLUR_MM));
  const soft = 34 - 1034 * ramp(beyondMm / BLUR_MM);
  return bone * 900 + (1 - bone) * soft;
}

/** Where the clot lies, if there is one. */
const clotCenter: Vec3 = [25, 5, 0];

const inClot = (point: Vec3, radiusMm: number): boolean =>
  Math.hypot(point[0] - clotCenter[0], point[1] - clotCenter[1], point[2] - clotCenter[2]) <= radiusMm;

/** A scan of the head after it has moved by a transform, with a ball of clot of the given radius. */
export function bonyHead(
  moved: RigidTransform,
  geometry: Geometry = bonyHeadGeometry,
  shape: Vec3 = [1, 1, 1],
  clotMm = 0,
): CtVolume {
  const back = inverseTransform(moved);
  return volumeOf(geometry, (point) => {
    const at = transformPoint(back, point);
    return inClot(at, clotMm) ? 65 : huAt(at, shape);
  });
}

/** The clot of such a scan. */
export function bonyHeadClot(moved: RigidTransform, clotMm: number, geometry: Geometry = bonyHeadGeometry): Mask {
  const back = inverseTransform(moved);
  return maskOf(geometry, (point) => inClot(transformPoint(back, point), clotMm));
}
