/**
 * What a simulated participant consists of: head CTs with everything about them known. Data only; `simulate-case.ts` makes it.
 * Every object that holds simulated images says so in a field that the compiler knows (`simulated: true`), so no report can lose it.
 */
import type { CtVolume, Mask } from "../volume/volume.ts";

/** How expansion depends on what can be seen at baseline; each has a known best-possible AUC. */
export type ScenarioName = "literature" | "strong-density" | "null";

/** Where a spontaneous hemorrhage begins. */
export type HematomaLocation = "putamen" | "thalamus" | "lobar" | "caudate" | "cerebellum" | "brainstem";

/** The side of the patient, or the midline for the pons. */
export type HematomaSide = "left" | "right" | "midline";

/**
 * Signs on non-contrast CT, as defined in the literature.
 *
 * @see Li et al. 2015, doi:10.1161/STROKEAHA.115.009185 (blend); Li et al. 2016, doi:10.1161/STROKEAHA.116.013186 (black hole);
 * Ng et al. 2018, doi:10.3174/ajnr.A5465 (swirl); Li et al. 2017, doi:10.1161/STROKEAHA.117.017985 (island)
 */
export type SignName = "blend" | "black-hole" | "swirl" | "hypodensity" | "fluid-level" | "island" | "satellite";

/** What happened between the two scans. */
export type FollowUpStatus = "scanned" | "lost" | "surgery";

/** The truth about the blood and the brain on one scan; all masks are on the grid of its volume. */
export interface ScanTruth {
  /** The intraparenchymal hematoma with its satellites and islands, without blood in the ventricles. */
  readonly mask: Mask;
  /** The volume in mL that was asked of the hematoma; the mask holds it to 1 %. */
  readonly volumeMl: number;
  readonly ivhMask: Mask;
  readonly ivhMl: number;
  readonly edemaMask: Mask;
  readonly edemaMl: number;
  /** Every sign that is present by its definition. */
  readonly signs: readonly SignName[];
  /** The signs that were planned, and those of them that are not there because clot, tissue or slices had no room for them: neither does the risk count them. */
  readonly signsPlanned: readonly SignName[];
  readonly signsLeftOut: readonly SignName[];
  /** For each sign that is present, the region that shows it: the hypodense part, or the small separate clots. */
  readonly signMasks: Readonly<Partial<Record<SignName, Mask>>>;
  readonly midlineShiftMm: number;
  /** Mean HU and coefficient of variation inside the mask before the scanner's noise. */
  readonly meanHu: number;
  readonly coefficientOfVariation: number;
  readonly hoursFromOnset: number;
}

/** The truth about the participant. */
export interface CaseTruth extends ScanTruth {
  readonly location: HematomaLocation;
  readonly side: HematomaSide;
  /** 0 (smooth) to 1 (ragged): the amplitude of the boundary's random field. */
  readonly irregularity: number;
  readonly anticoagulation: boolean;
  readonly spotSign: boolean;
  readonly ageYears: number;
  readonly sex: "female" | "male";
  /** Glasgow Coma Scale at admission, 3 to 15. */
  readonly gcs: number;
  /** The true probability of expansion (>= 6 mL or >= 33 %) given everything above, in [0, 1]. */
  readonly risk: number;
  /** Whether the hematoma expands; known also for those who were lost or operated on. */
  readonly expands: boolean;
  /** The volume at the planned follow-up, in mL, whether or not it was scanned. */
  readonly followUpVolumeMl: number;
  /** The blood in the ventricles by then, in mL. */
  readonly followUpIvhMl: number;
  /** Hours from onset to the planned follow-up. */
  readonly followUpHours: number;
  readonly followUpStatus: FollowUpStatus;
}

/** One scan with its truth. */
export interface SimulatedScan {
  readonly simulated: true;
  readonly volume: CtVolume;
  readonly truth: ScanTruth;
}

/** A participant: the baseline scan with the truth about both, and the follow-up scan where there is one. */
export interface SimulatedCase extends SimulatedScan {
  readonly seed: number;
  readonly scenario: ScenarioName;
  /** Name of the scanner profile. */
  readonly scanner: string;
  /** Name of the real head that was bled into, and of the real hematoma whose shape was taken; null where it is the simulator's own. */
  readonly background: string | null;
  readonly shape: string | null;
  readonly truth: CaseTruth;
  readonly followUp: SimulatedScan | null;
}
