/** Where the inside of the head is in the axial plane: what the network's patches are centred on. */
import { dot, subtract } from "../math/vec3.ts";
import { boundingBox } from "../volume/box.ts";
import { type Cranium, findCranium } from "../volume/brain-mask.ts";
import type { Geometry } from "../volume/geometry.ts";
import type { CtVolume } from "../volume/volume.ts";

/** The inside of the skull, in mm from the centre of the first column and row. */
export interface HeadBox {
  readonly lowMm: readonly [number, number];
  readonly highMm: readonly [number, number];
}

/** A head that was found in a CT. */
export interface LocatedHead {
  readonly box: HeadBox;
  readonly cranium: Cranium;
}

/**
 * Finds the head, or null when no slice shows a cavity that bone surrounds.
 *
 * @param volume with axes towards L, P, S (`reorderVolume`)
 */
export function locateHead(volume: CtVolume): LocatedHead | null {
  const cranium = findCranium(volume);
  return cranium && { box: headBoxOf(cranium, volume.geometry), cranium };
}

function headBoxOf({ cavity }: Cranium, scan: Geometry): HeadBox {
  const { geometry } = cavity;
  const box = boundingBox(cavity) ?? { low: [0, 0, 0], high: geometry.size };
  const offset = subtract(geometry.origin, scan.origin);
  const edge = (voxel: number, axis: 0 | 1): number =>
    dot(offset, scan.direction[axis]) + (voxel - 0.5) * geometry.spacing[axis];
  return {
    lowMm: [edge(box.low[0], 0), edge(box.low[1], 1)],
    highMm: [edge(box.high[0], 0), edge(box.high[1], 1)],
  };
}

/**
 * Centres of the patches that cover a box: one where the patch is large enough, else as many as needed, evenly spread.
 *
 * @param patchMm width and height of a patch
 * @example patchCentersMm({ lowMm: [0, 0], highMm: [140, 220] }, [160, 200]) // => [[70, 100], [70, 120]]
 */
export function patchCentersMm(box: HeadBox, patchMm: readonly [number, number]): [number, number][] {
  const along = (axis: 0 | 1): number[] => {
    const low = box.lowMm[axis];
    const high = box.highMm[axis];
    const count = Math.max(1, Math.ceil((high - low) / patchMm[axis]));
    if (count === 1) return [(low + high) / 2];
    const first = low + patchMm[axis] / 2;
    return Array.from({ length: count }, (_, n) => first + (n * (high - low - patchMm[axis])) / (count - 1));
  };
  return along(1).flatMap((y) => along(0).map((x): [number, number] => [x, y]));
}
