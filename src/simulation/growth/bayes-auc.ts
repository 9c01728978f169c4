/** The best AUC that any model can reach in a scenario: that of the true risk itself. */

import { requireWhole } from "../../core/guards.ts";
import type { Random } from "../../core/random.ts";
import { drawParticipant } from "./participant.ts";
import type { Scenario } from "./scenario.ts";

/** What a scenario holds for a large cohort. */
export interface ScenarioCeiling {
  readonly bayesAuc: number;
  readonly prevalence: number;
}

/**
 * Draws participants and computes the expected AUC of their true risks: the chance that one who expands has a higher risk than one who does not,
 * weighing each by its probability of being either. No outcome is drawn, so the error is that of the risks' distribution alone.
 *
 * @param n participants; the standard error is about .3 / sqrt(n)
 * @throws HemacastError ARGUMENT_INVALID when n is below 2
 */
export function scenarioCeiling(scenario: Scenario, n: number, random: Random): ScenarioCeiling {
  requireWhole("n", n, 2);
  const risks = Float64Array.from({ length: n }, (_, i) => drawParticipant(random.fork(`${i}`), scenario).risk);
  const total = risks.reduce((sum, risk) => sum + risk, 0);
  return { bayesAuc: expectedAuc(risks, risks), prevalence: total / n };
}

/**
 * The expected AUC of scores among participants who expand with the given probabilities.
 *
 * @param scores higher means more likely to expand
 * @param risks true probabilities
 * @example expectedAuc([1, 2], [0, 1]) // => 1
 */
export function expectedAuc(scores: ArrayLike<number>, risks: ArrayLike<number>): number {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => (scores[a] as number) - (scores[b] as number),
  );
  let [below, concordant, total, i] = [0, 0, 0, 0];
  while (i < order.length) {
    const score = scores[order[i] as number];
    let [expanding, not] = [0, 0];
    for (; i < order.length && scores[order[i] as number] === score; i++) {
      const risk = risks[order[i] as number] as number;
      expanding += risk;
      not += 1 - risk;
    }
    concordant += expanding * (below + not / 2);
    below += not;
    total += expanding;
  }
  return concordant / (total * below);
}
