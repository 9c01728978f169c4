/** How sure the outcome of each participant is, given the error of the volumes that were measured here. */
import type { EligibleParticipant } from "../cohort/eligibility.ts";
import { type LabelCertainty, labelCertainty } from "../cohort/growth-probability.ts";
import { type OutcomeDefinition, probabilityOfExpansion } from "../cohort/outcome.ts";
import type { MeasuredManifest } from "./manifest-volumes.ts";

/** One label, with how sure it is. */
export interface LabelRecord {
  readonly participantId: string;
  readonly outcome: 0 | 1;
  readonly baselineMl: number;
  readonly baselineSdMl: number;
  /** The scan in the window with the highest probability. */
  readonly followUpMl: number;
  readonly followUpSdMl: number;
  readonly probability: number;
  readonly certainty: LabelCertainty;
}

/**
 * The labels whose volumes have a known error: both measured here. Growth of intraventricular blood is not part of the probability.
 */
export function labelRecords(
  eligible: readonly EligibleParticipant[],
  { sdMl }: Pick<MeasuredManifest, "sdMl">,
  definition: OutcomeDefinition,
): LabelRecord[] {
  return eligible.flatMap(({ participant: { participantId, baseline, followUps }, outcome }) => {
    const baselineSdMl = sdMl.get(baseline) ?? 0;
    const baselineMl = baseline.volumeMl;
    if (baselineMl === undefined || !(baselineSdMl > 0)) return [];
    const candidates = followUps.flatMap((scan) => {
      const followUpSdMl = sdMl.get(scan) ?? 0;
      const inWindow = scan.hoursFromBaseline > 0 && scan.hoursFromBaseline <= definition.windowHours;
      if (!inWindow || scan.volumeMl === undefined || !(followUpSdMl > 0)) return [];
      const errors = [baselineSdMl, followUpSdMl] as const;
      const probability = probabilityOfExpansion(definition, baselineMl, scan.volumeMl, errors);
      return [{ followUpMl: scan.volumeMl, followUpSdMl, probability }];
    });
    if (candidates.length === 0) return [];
    const likeliest = candidates.reduce((best, c) => (c.probability > best.probability ? c : best));
    const certainty = labelCertainty(likeliest.probability);
    return [{ participantId, outcome, baselineMl, baselineSdMl, ...likeliest, certainty }];
  });
}
