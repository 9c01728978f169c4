/** How well a hematoma's volume is known: its edge is drawn a little too far in or out, and that times its surface is the error. */
import { croppedMask, surfaceMesh } from "../volume/mesh.ts";
import type { Mask } from "../volume/volume.ts";

/** Standard deviation in mm of how far a whole outline lies too far in or out; see docs/reference/compare.md for how it was measured. */
export const EDGE_SD_MM = 0.25;

/**
 * Standard deviation in mL of the error of a mask's volume; 0 for an empty mask.
 *
 * @param edgeSdMm standard deviation in mm of the edge's position
 */
export function volumeSdMl(mask: Mask, edgeSdMm: number = EDGE_SD_MM): number {
  if (!mask.inside.includes(1)) return 0;
  return (surfaceMesh(croppedMask(mask)).areaMm2 * edgeSdMm) / 1000;
}
