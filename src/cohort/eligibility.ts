/** Who of a cohort is analysed, and why the others are not: the counts of the flow diagram. */
import { HemacastError } from "../core/errors.ts";
import type { ManifestParticipant } from "./manifest.ts";
import { classifyOutcome, type OutcomeDefinition } from "./outcome.ts";

/** Rules of inclusion; a limit that is null does not apply. */
export interface EligibilityRules {
  /** Baseline scan at most this many hours after onset. */
  readonly latestHoursFromOnset: number | null;
  readonly smallestBaselineMl: number | null;
}

/** Participants left out for one reason, in the order in which the reasons are checked. */
export interface Exclusion {
  readonly reason: string;
  readonly count: number;
}

/** The flow from everybody to those analysed. */
export interface EligibilityFlow {
  readonly assessed: number;
  readonly exclusions: readonly Exclusion[];
  readonly analysed: number;
  readonly events: number;
}

/** Those analysed, with their outcome. */
export interface EligibleParticipant {
  readonly participant: ManifestParticipant;
  /** 1 = expansion, 0 = none. */
  readonly outcome: 0 | 1;
}

/**
 * Applies the rules and the outcome definition. A participant is counted under the first reason that applies.
 *
 * @throws HemacastError METRIC_UNDEFINED when nobody is left, with the counts
 */
export function selectEligible(
  participants: readonly ManifestParticipant[],
  rules: EligibilityRules,
  definition: OutcomeDefinition,
): { eligible: readonly EligibleParticipant[]; flow: EligibilityFlow } {
  const counts = new Map<string, number>(exclusionReasons.map((reason) => [reason, 0]));
  const eligible: EligibleParticipant[] = [];
  for (const participant of participants) {
    const found = assess(participant, rules, definition);
    if (typeof found === "string") counts.set(found, (counts.get(found) ?? 0) + 1);
    else eligible.push({ participant, outcome: found });
  }
  const exclusions = [...counts].flatMap(([reason, count]) => (count > 0 ? [{ reason, count }] : []));
  if (eligible.length === 0) {
    const why = exclusions.map((e) => `${e.reason} ${e.count}`).join(", ");
    throw new HemacastError("METRIC_UNDEFINED", `none of ${participants.length} participants is eligible: ${why}`);
  }
  const events = eligible.filter((e) => e.outcome === 1).length;
  return { eligible, flow: { assessed: participants.length, exclusions, analysed: eligible.length, events } };
}

const exclusionReasons = [
  "onset-time-unknown",
  "baseline-too-late",
  "no-baseline-volume",
  "baseline-too-small",
  "no-scan-in-window",
  "no-ivh-volume",
] as const;

function assess(
  participant: ManifestParticipant,
  rules: EligibilityRules,
  definition: OutcomeDefinition,
): (typeof exclusionReasons)[number] | 0 | 1 {
  const { baseline, followUps } = participant;
  if (rules.latestHoursFromOnset !== null) {
    if (baseline.hoursFromOnset === undefined) return "onset-time-unknown";
    if (baseline.hoursFromOnset > rules.latestHoursFromOnset) return "baseline-too-late";
  }
  if (baseline.volumeMl === undefined) return "no-baseline-volume";
  if (rules.smallestBaselineMl !== null && baseline.volumeMl < rules.smallestBaselineMl) return "baseline-too-small";
  const outcome = classifyOutcome(definition, baseline, followUps);
  return outcome.kind === "unknown" ? outcome.reason : outcome.kind === "expansion" ? 1 : 0;
}
