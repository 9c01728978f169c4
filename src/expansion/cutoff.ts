/** The risk from which on a participant counts as high-risk, chosen on out-of-fold predictions of training participants. */
import { HemacastError } from "../core/errors.ts";
import { ascendingOrder } from "../math/statistics.ts";
import type { ModelConfig } from "./learner-config.ts";

/**
 * Chooses the cut-off by the rule: the highest that reaches the sensitivity, the lowest that reaches the specificity,
 * the best sensitivity + specificity, or a fixed one.
 *
 * @param risk out-of-fold, same order as the outcome; not used by the fixed rule
 * @throws HemacastError METRIC_UNDEFINED when one class is absent
 * @example chooseCutoff({ rule: "youden" }, [0, 0, 1, 1], [0.1, 0.3, 0.6, 0.8]) // => 0.6
 */
export function chooseCutoff(rule: ModelConfig["cutoff"], outcome: ArrayLike<number>, risk: ArrayLike<number>): number {
  if (rule.rule === "fixed") return rule.at;
  const n = outcome.length;
  const events = Array.from(outcome).reduce((sum, y) => sum + y, 0);
  if (events === 0 || events === n) throw new HemacastError("METRIC_UNDEFINED", "a cut-off needs both classes");
  const order = ascendingOrder(risk);
  let [truePositives, falsePositives] = [0, 0];
  let best = { cutoff: 1, gain: Number.NEGATIVE_INFINITY };
  for (let k = n - 1; k >= 0; k--) {
    const i = order[k] as number;
    if (outcome[i] === 1) truePositives++;
    else falsePositives++;
    if (k > 0 && risk[order[k - 1] as number] === risk[i]) continue;
    const sensitivity = truePositives / events;
    const specificity = 1 - falsePositives / (n - events);
    const cutoff = risk[i] as number;
    if (rule.rule === "sensitivity" && sensitivity >= rule.at) return cutoff;
    if (rule.rule === "specificity" && specificity < rule.at) break;
    const gain = rule.rule === "specificity" ? sensitivity : sensitivity + specificity - 1;
    if (gain > best.gain) best = { cutoff, gain };
  }
  return best.cutoff;
}
