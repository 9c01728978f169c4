/** Whether values can be HU of a head: the check that catches a wrong or missing rescale. */
import { HemacastError } from "../core/errors.ts";

/** Values at or below this are air; every field of view of a head has some. */
const AIR_BELOW_HU = -300;
/** Brain, blood, cerebrospinal fluid and muscle lie here. */
const TISSUE_HU = [0, 100] as const;
/** Part of the voxels that must be air, and part that must be soft tissue. A head fills a third of the image; its vertex still some per mille. */
const LEAST_PART = 0.001;

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
  const least = LEAST_PART * hu.length;
  if (air >= least && tissue >= least) return;
  throw new HemacastError(
    "HU_IMPLAUSIBLE",
    `${((100 * air) / hu.length).toFixed(2)} % of the voxels are air (below ${AIR_BELOW_HU} HU) and ${((100 * tissue) / hu.length).toFixed(2)} % soft tissue (${TISSUE_HU.join(" to ")} HU); a head CT has both, so RescaleSlope or RescaleIntercept is wrong. Export the original images`,
  );
}
