/** Heterogeneous density on Barras' scale, and the distribution of HU in the clot, whose spread predicts growth better than any of the signs. */
import type { CtVolume, Mask } from "../volume/volume.ts";
import { type Clot, VISIBLE_GAP_HU } from "./hypodense-zone.ts";
import { type MarkerReading, notAssessable } from "./marker.ts";
import { outlineInVolume } from "./section.ts";

/**
 * Heterogeneous density: at least three darker foci on the section with the largest area. Quantities: `barrasGrade` (1 without foci, 2 with one or
 * two, then one more for each), `hypodenseFoci`.
 *
 * @see Barras et al. 2009, doi:10.1161/STROKEAHA.108.536888; Morotti et al. 2019, doi:10.1001/jamaneurol.2018.4930
 */
export function heterogeneousDensity(clot: Clot): MarkerReading {
  const section = clot.sections.reduce((best, next) => (next.areaMm2 > best.areaMm2 ? next : best));
  if (!clot.hasCore) {
    return notAssessable(
      "heterogeneous-density",
      "no part of the hematoma lies far enough from its surface to judge its density",
    );
  }
  const foci = clot.zonesAt(VISIBLE_GAP_HU).filter((zone) => zone.section === section);
  const present = foci.length >= 3;
  return {
    id: "heterogeneous-density",
    state: present ? "present" : "absent",
    quantities: {
      barrasGrade: foci.length === 0 ? 1 : Math.min(5, Math.max(2, foci.length)),
      hypodenseFoci: foci.length,
    },
    slice: section.slice,
    outline: present ? outlineInVolume(section, foci[0].pixels) : [],
  };
}

/** The distribution of HU over the voxels of a hematoma, each weighing its volume's slice equally as voxels of one slice do. */
export interface DensityStatistics {
  readonly meanHu: number;
  readonly sdHu: number;
  /** SD / mean; null when the mean is not positive and the ratio means nothing. */
  readonly coefficientOfVariation: number | null;
  /** Third standardised moment; null when all HU are equal. */
  readonly skewness: number | null;
  /** Fourth standardised moment, 3 for a normal distribution; null when all HU are equal. */
  readonly kurtosis: number | null;
}

/**
 * Mean, SD, coefficient of variation, skewness and kurtosis of HU in a mask that is not empty.
 *
 * @see Barras et al. 2013, doi:10.3174/ajnr.A3375
 */
export function densityStatistics(volume: CtVolume, mask: Mask): DensityStatistics {
  const hu = Float64Array.from(volume.hu.filter((_, voxel) => mask.inside[voxel] === 1));
  const meanHu = hu.reduce((sum, value) => sum + value, 0) / hu.length;
  const moment = (order: number): number => hu.reduce((sum, value) => sum + (value - meanHu) ** order, 0) / hu.length;
  const sdHu = Math.sqrt(moment(2));
  return {
    meanHu,
    sdHu,
    coefficientOfVariation: meanHu > 0 ? sdHu / meanHu : null,
    skewness: sdHu > 0 ? moment(3) / sdHu ** 3 : null,
    kurtosis: sdHu > 0 ? moment(4) / sdHu ** 4 : null,
  };
}
