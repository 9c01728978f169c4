/** The shape of a real hematoma, from its mask: a signed distance around its centre that can be scaled, placed and grown. */
import { HemacastError } from "../../core/errors.ts";
import { boundingBox, cropMask } from "../../volume/box.ts";
import { largestComponent } from "../../volume/components.ts";
import { squaredDistanceMm } from "../../volume/distance.ts";
import { type Geometry, indexToLps } from "../../volume/geometry.ts";
import { evenGeometry, resampleMask } from "../../volume/resample.ts";
import { type Mask, maskMl } from "../../volume/volume.ts";
import type { FieldGrid } from "../field-grid.ts";

/** A shape to give to clots. */
export interface RealShape {
  /** What to call it in truth files and tables. */
  readonly name: string;
  /** mm to the surface, about, positive inside; the centre of mass at the origin, axes towards L, P, S. */
  readonly inside: FieldGrid;
  readonly volumeMl: number;
  /** Distance in mm from the centre within which all of it lies. */
  readonly reachMm: number;
}

/** In-plane spacing on which the shape is kept, mm. */
const IN_PLANE_MM = 1;
const AROUND_MM = 12;
/** Smaller than this there is no shape to speak of, mL. */
const LEAST_ML = 0.1;

/**
 * Takes the shape of the largest piece of a mask.
 *
 * @param mask axes towards L, P, S (`reorderMask`); any spacing
 * @throws HemacastError MASK_EMPTY when there is less than 0.1 mL of it
 */
export function shapeOfMask(mask: Mask, name: string): RealShape {
  const whole = largestComponent(mask, 26);
  const volumeMl = maskMl(whole);
  const box = boundingBox(whole);
  if (!box || volumeMl < LEAST_ML) {
    throw new HemacastError(
      "MASK_EMPTY",
      `${name} holds ${volumeMl.toFixed(2)} mL; a shape needs at least ${LEAST_ML}`,
    );
  }
  const cropped = cropMask(whole, box);
  const { spacing } = cropped.geometry;
  const wanted = [Math.max(IN_PLANE_MM, spacing[0]), Math.max(IN_PLANE_MM, spacing[1]), spacing[2]] as const;
  const part = resampleMask(cropped, padded(evenGeometry(cropped.geometry, wanted)));
  const { geometry } = part;
  const [nx, ny, nz] = geometry.size;
  const outer = squaredDistanceMm(part, "volume");
  const inner = squaredDistanceMm({ geometry, inside: part.inside.map((value) => 1 - value) }, "volume");
  const values = inner.map((squared, v) => (squared > 0 ? Math.sqrt(squared) : -Math.sqrt(outer[v] as number)));
  const center = centerOfMass(part);
  const [dx, dy, dz] = geometry.spacing;
  let reachMm = 0;
  part.inside.forEach((inside, v) => {
    if (!inside) return;
    const at = [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))] as const;
    reachMm = Math.max(
      reachMm,
      Math.hypot((at[0] - center[0]) * dx, (at[1] - center[1]) * dy, (at[2] - center[2]) * dz),
    );
  });
  return {
    ...{ name, volumeMl, reachMm },
    inside: {
      size: [nx, ny, nz],
      spacingMm: geometry.spacing,
      originMm: [-center[0] * dx, -center[1] * dy, -center[2] * dz],
      values,
    },
  };
}

/** The grid with `AROUND_MM` more on every side, so that the distance is known around the shape. */
function padded(grid: Geometry): Geometry {
  const more = grid.spacing.map((mm) => Math.ceil(AROUND_MM / mm));
  const size = grid.size.map((n, a) => n + 2 * (more[a] as number)) as unknown as Geometry["size"];
  const origin = indexToLps(grid, [-(more[0] as number), -(more[1] as number), -(more[2] as number)]);
  return { ...grid, size, origin };
}

/** In voxels. */
function centerOfMass({ geometry, inside }: Mask): readonly [number, number, number] {
  const [nx, ny] = geometry.size;
  let [count, i, j, k] = [0, 0, 0, 0];
  inside.forEach((value, v) => {
    if (!value) return;
    count++;
    i += v % nx;
    j += Math.floor(v / nx) % ny;
    k += Math.floor(v / (nx * ny));
  });
  return [i / count, j / count, k / count];
}
