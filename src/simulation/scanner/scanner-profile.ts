/** What a scanner and its protocol do to an image: the numbers by which sites differ. */
import type { Random } from "../../core/random.ts";

/** A scanner with its head protocol. The names are generic: no maker's machine is imitated to the letter. */
export interface ScannerProfile {
  readonly name: string;
  /** Rows and columns. */
  readonly matrix: number;
  readonly pixelMm: number;
  /** Runs of slices from the feet up: how many, how far apart (mm, along the table). */
  readonly slices: readonly { readonly count: number; readonly gapMm: number }[];
  /** Thickness of the section that a slice averages, relative to its gap. */
  readonly sectionPerGap: number;
  readonly gantryTiltDegrees: number;
  /** Standard deviation of the reconstruction kernel's blur in the plane, mm. */
  readonly kernelSigmaMm: number;
  /** Edge enhancement: how much of the detail finer than 1.5 mm is added. */
  readonly sharpening: number;
  /** Standard deviation of the noise in the middle of the brain, HU. */
  readonly noiseHu: number;
  /** Size of the noise's grain, mm. */
  readonly noiseGrainMm: number;
  /** Residual beam hardening: 0 corrected, 1 strong dark bands between the petrous bones. */
  readonly beamHardening: number;
  /** Chance that the head moves during the scan. */
  readonly motionChance: number;
  /** Constant error of the HU scale, HU at water-like density. */
  readonly huBias: number;
}

/** Profiles to choose from by name. `fast` is for large cohorts: 256x256, 36 slices. */
export const scannerProfiles = {
  sequential: {
    ...{ name: "sequential", matrix: 512, pixelMm: 0.4883, slices: [{ count: 36, gapMm: 5 }], sectionPerGap: 1 },
    ...{ gantryTiltDegrees: 0, kernelSigmaMm: 0.62, sharpening: 0.25, noiseHu: 3.6, noiseGrainMm: 0.55 },
    ...{ beamHardening: 0.5, motionChance: 0.03, huBias: 0 },
  },
  helical: {
    ...{ name: "helical", matrix: 512, pixelMm: 0.4492, slices: [{ count: 36, gapMm: 5 }], sectionPerGap: 1.15 },
    ...{ gantryTiltDegrees: 0, kernelSigmaMm: 0.7, sharpening: 0, noiseHu: 3, noiseGrainMm: 0.7 },
    ...{ beamHardening: 0.25, motionChance: 0.05, huBias: 0.8 },
  },
  tilted: {
    ...{ name: "tilted", matrix: 512, pixelMm: 0.4883, sectionPerGap: 1, gantryTiltDegrees: 14 },
    slices: [
      { count: 14, gapMm: 4 },
      { count: 18, gapMm: 7 },
    ],
    ...{ kernelSigmaMm: 0.6, sharpening: 0.35, noiseHu: 4.4, noiseGrainMm: 0.5 },
    ...{ beamHardening: 0.9, motionChance: 0.05, huBias: -1.2 },
  },
  thin: {
    ...{ name: "thin", matrix: 512, pixelMm: 0.4297, slices: [{ count: 72, gapMm: 2.5 }], sectionPerGap: 1 },
    ...{ gantryTiltDegrees: 0, kernelSigmaMm: 0.6, sharpening: 0.1, noiseHu: 4.6, noiseGrainMm: 0.6 },
    ...{ beamHardening: 0.2, motionChance: 0.03, huBias: 0.3 },
  },
  fast: {
    ...{ name: "fast", matrix: 256, pixelMm: 0.9766, slices: [{ count: 36, gapMm: 5 }], sectionPerGap: 1 },
    ...{ gantryTiltDegrees: 0, kernelSigmaMm: 0.7, sharpening: 0, noiseHu: 3.2, noiseGrainMm: 0.9 },
    ...{ beamHardening: 0.4, motionChance: 0.03, huBias: 0 },
  },
} as const satisfies Record<string, ScannerProfile>;

/** The name of a profile. */
export type ScannerProfileName = keyof typeof scannerProfiles;

/**
 * The scanner of one site: a profile with the deviations that site's machine has, the same for all of its participants.
 *
 * @example siteScanner(scannerProfiles.fast, createRandom(1)).matrix // => 256
 */
export function siteScanner(profile: ScannerProfile, random: Random): ScannerProfile {
  const around = (value: number, relative: number): number => value * Math.exp(relative * random.normal());
  return {
    ...profile,
    pixelMm: around(profile.pixelMm, 0.02),
    kernelSigmaMm: around(profile.kernelSigmaMm, 0.12),
    noiseHu: around(profile.noiseHu, 0.2),
    noiseGrainMm: around(profile.noiseGrainMm, 0.1),
    beamHardening: around(profile.beamHardening, 0.3),
    huBias: profile.huBias + 0.9 * random.normal(),
  };
}
