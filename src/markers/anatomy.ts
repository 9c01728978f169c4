/** What surrounds a hematoma: where it lies, blood in the ventricles and their width, and the edema around it. */
import type { Finding } from "../core/finding.ts";
import { canonicalOrder, inverseOrder, reorderMask, reorderVolume } from "../volume/orient.ts";
import { resampleMask } from "../volume/resample.ts";
import { type CtVolume, type Mask, maskMl } from "../volume/volume.ts";
import { findEdema } from "./edema.ts";
import { findHeadFrame } from "./head-frame.ts";
import { type HematomaLocation, locateHematoma } from "./hematoma-location.ts";
import { readVentricles, type VentricleFindings } from "./ventricles.ts";

/** The surroundings of a hematoma. */
export interface Anatomy extends Omit<VentricleFindings, "ivh" | "ventricular"> {
  readonly location: HematomaLocation;
  /** Edema, mL; null when the darker area around the clot reaches farther than edema does (`anatomyFindings`). */
  readonly edemaMl: number | null;
  /** Edema volume / volume of the mask; null as the edema. */
  readonly edemaRatio: number | null;
  /** Brain darker than its mirror image, joined to the clot, but farther from it than edema reaches, mL. */
  readonly hypodenseBeyondMl: number;
  /** Where blood lies in a ventricle, or a small part of the hematoma may, on the grid of the volume; it may hold more than the mask does. */
  readonly ventricularBlood: Mask;
  /** Correlation of the skull with its mirror image: what the midplane rests on. */
  readonly symmetry: number;
}

/**
 * Reads the surroundings of a hematoma; null when the head has no frame to read them in (no cranium, or too asymmetric) or the mask is not in it.
 */
export function readAnatomy(volume: CtVolume, mask: Mask): Anatomy | null {
  const order = canonicalOrder(volume.geometry);
  const canonical = reorderVolume(volume, order);
  const frame = findHeadFrame(canonical);
  if (!frame) return null;
  const onCavityGrid = resampleMask(reorderMask(mask, order), frame.cavity.geometry);
  const location = locateHematoma(frame, onCavityGrid);
  if (!location) return null;
  const { ivh, ventricular, ...ventricles } = readVentricles(frame, onCavityGrid);
  const edema = findEdema(frame, onCavityGrid, ivh);
  return {
    location,
    ...ventricles,
    edemaMl: edema.ml,
    edemaRatio: edema.ml === null ? null : edema.ml / maskMl(mask),
    hypodenseBeyondMl: edema.beyondMl,
    ventricularBlood: reorderMask(resampleMask(ventricular, canonical.geometry), inverseOrder(order)),
    symmetry: frame.symmetry,
  };
}

/** What a reader should look at in the surroundings; nothing where they are unknown. Code: `HYPODENSITY_BEYOND_EDEMA`. */
export function anatomyFindings(anatomy: Pick<Anatomy, "edemaMl" | "hypodenseBeyondMl"> | null): Finding[] {
  if (anatomy?.edemaMl !== null) return [];
  return [
    {
      code: "HYPODENSITY_BEYOND_EDEMA",
      severity: "warning",
      message: `brain that is darker than its mirror image goes on from the clot to where edema around it does not reach (${anatomy.hypodenseBeyondMl.toFixed(0)} mL there), as with an infarct that bled, a tumour or an old lesion; no edema is told, and expansion risk assumes a spontaneous hemorrhage`,
    },
  ];
}
