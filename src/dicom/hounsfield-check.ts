/** Whether values can be HU of a head: the check that catches a wrong or missing rescale. */
import { HemacastError } from "../core/errors.ts";

/** Values at or below this are air; every field of view of a head has some. */
const AIR_BELOW_HU = -300;
/** Brain, blood, cerebrospinal fluid and muscle lie here. */
const TISSUE_HU = [0, 100] as const;
/** Part of all voxels that must be air: the corners of the field of view alone are more. */
const LEAST_AIR = 0.001;
/**
 * Part of what is not air that must be soft tissue. Measured on two real scans: 0.59 and 0.60, and 0.08 to 0.13 with an intercept that is 500, 1000 or
 * 1024 too low, when the values in the range are bone.
 */
const LEAST_TISSUE = 0.2;

/**
 * Throws unless the values hold both air and soft tissue.
 *
 * @throws HemacastError HU_IMPLAUSIBLE saying which is missing
 * @example requireHounsfield(Int16Array.of(-1000, 30)) // => undefined
 */
export function requireHounsfield(hu: Int16Array | Float32Array): void {
  let air = 0;
  let tissue = 0;
  for (let v = 0; v < hu.length; v++) {
    const value = hu[v] as number;
    if (value <= AIR_BELOW_HU) air++;
    else if (value >= TISSUE_HU[0] && value <= TISSUE_HU[1]) tissue++;
  }
  const other = hu.length - air;
  if (air >= LEAST_AIR * hu.length && tissue > 0 && tissue >= LEAST_TISSUE * other) return;
  throw new HemacastError(
    "HU_IMPLAUSIBLE",
    `${((100 * air) / hu.length).toFixed(2)} % of the voxels are air (below ${AIR_BELOW_HU} HU) and ${((100 * tissue) / Math.max(other, 1)).toFixed(1)} % of the rest soft tissue (${TISSUE_HU.join(" to ")} HU); a head CT has air around it, and at least ${100 * LEAST_TISSUE} % of the rest is soft tissue, so RescaleSlope or RescaleIntercept is wrong. Export the original images`,
  );
}
