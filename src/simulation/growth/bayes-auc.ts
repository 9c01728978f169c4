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
  const risks = Float64Array.from({ length: n }, (_, i) => drawParticipant(random.fork(`${i}`), scenario).risk).sort();
  const total = risks.reduce((sum, risk) => sum + risk, 0);
  let [below, concordant, i] = [0, 0, 0];
  while (i < n) {
    let [end, expanding, not] = [i, 0, 0];
    while (end < n && risks[end] === risks[i]) {
      expanding += risks[end] as number;
      not += 1 - (risks[end] as number);
      end++;
    }
    concordant += expanding * (below + not / 2);
    below += not;
    i = end;
  }
  return { bayesAuc: concordant / (total * (n - total)), prevalence: total / n };
}
