/** What surrounds a hematoma: where it lies, blood in the ventricles and their width, and the edema around it. */
import { canonicalOrder, reorderMask, reorderVolume } from "../volume/orient.ts";
import { resampleMask } from "../volume/resample.ts";
import { type CtVolume, type Mask, maskMl } from "../volume/volume.ts";
import { findEdema } from "./edema.ts";
import { findHeadFrame } from "./head-frame.ts";
import { type HematomaLocation, locateHematoma } from "./hematoma-location.ts";
import { readVentricles, type VentricleFindings } from "./ventricles.ts";

/** The surroundings of a hematoma. */
export interface Anatomy extends Omit<VentricleFindings, "ivh"> {
  readonly location: HematomaLocation;
  readonly edemaMl: number;
  /** Edema volume / volume of the mask. */
  readonly edemaRatio: number;
  /** Correlation of the skull with its mirror image: what the midplane rests on. */
  readonly symmetry: number;
}

/**
 * Reads the surroundings of a hematoma; null when the head has no frame to read them in (no cranium, or too asymmetric) or the mask is not in it.
 */
export function readAnatomy(volume: CtVolume, mask: Mask): Anatomy | null {
  const order = canonicalOrder(volume.geometry);
  const frame = findHeadFrame(reorderVolume(volume, order));
  if (!frame) return null;
  const onCavityGrid = resampleMask(reorderMask(mask, order), frame.cavity.geometry);
  const location = locateHematoma(frame, onCavityGrid);
  if (!location) return null;
  const { ivh, ...ventricles } = readVentricles(frame, onCavityGrid);
  const edema = findEdema(frame, onCavityGrid, ivh);
  return { location, ...ventricles, edemaMl: edema.ml, edemaRatio: edema.ml / maskMl(mask), symmetry: frame.symmetry };
}
