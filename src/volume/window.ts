/** Intensity windows of CT. */
import { HemacastError } from "../core/errors.ts";

/** A window as a reader sets it: DICOM Window Center and Window Width, in HU. */
export interface WindowHu {
  readonly centerHu: number;
  readonly widthHu: number;
}

/** The usual brain window. */
export const brainWindow: WindowHu = { centerHu: 40, widthHu: 80 };

/**
 * Maps HU linearly to [0, 1] across a window; what is outside is clamped.
 *
 * @throws HemacastError ARGUMENT_INVALID when the width is not positive or a limit is not finite
 * @see DICOM PS3.3 C.11.2.1.3.2, function LINEAR_EXACT
 * @example Array.from(applyWindow(Int16Array.of(-1024, 0, 40, 90), { centerHu: 40, widthHu: 80 })) // => [0, 0, 0.5, 1]
 */
export function applyWindow(hu: Int16Array | Float32Array, { centerHu, widthHu }: WindowHu): Float32Array {
  if (!(widthHu > 0 && Number.isFinite(widthHu) && Number.isFinite(centerHu))) {
    throw new HemacastError(
      "ARGUMENT_INVALID",
      `window is ${centerHu} +- ${widthHu} HU; the center must be finite and the width positive`,
    );
  }
  const low = centerHu - widthHu / 2;
  const result = new Float32Array(hu.length);
  for (let v = 0; v < hu.length; v++) result[v] = Math.min(1, Math.max(0, (hu[v] - low) / widthHu));
  return result;
}
