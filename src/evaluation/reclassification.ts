/** Reclassification indices. Contested: they can improve by a useless marker; shown because readers ask, never as the reason to prefer a model. */
import { mean } from "../math/statistics.ts";
import { requireRisks } from "./predictions.ts";

/** How a new model moves risks of participants with and without the event. */
export interface Reclassification {
  /** Always printed beside the figures. */
  readonly caution: string;
  /** Net share of events moved up plus net share of non-events moved down, by any amount. */
  readonly continuousNri: number;
  readonly continuousNriEvents: number;
  readonly continuousNriNonEvents: number;
  /** The same, counting only moves across the threshold. */
  readonly categoricalNri: number;
  /** Integrated discrimination improvement: change of the mean risk difference between classes. */
  readonly idi: number;
}

/**
 * Reclassification of a new risk against an old one.
 *
 * @param threshold that separates low from high risk for the categorical index
 * @throws HemacastError METRIC_UNDEFINED when only one class is present
 * @see Pencina et al. 2008, doi:10.1002/sim.2929; the caution: Hilden & Gerds 2014, doi:10.1002/sim.5804
 */
export function reclassification(
  outcome: ArrayLike<number>,
  oldRisk: ArrayLike<number>,
  newRisk: ArrayLike<number>,
  threshold: number,
): Reclassification {
  requireRisks(outcome, oldRisk);
  const { n } = requireRisks(outcome, newRisk);
  const rows = Array.from({ length: n }, (_, i) => ({
    event: outcome[i] === 1,
    change: (newRisk[i] as number) - (oldRisk[i] as number),
    crossing: Number((newRisk[i] as number) >= threshold) - Number((oldRisk[i] as number) >= threshold),
  }));
  const net = (event: boolean, of: (row: (typeof rows)[number]) => number): number =>
    mean(rows.filter((row) => row.event === event).map((row) => Math.sign(of(row))));
  const shift = (event: boolean): number => mean(rows.filter((row) => row.event === event).map((row) => row.change));
  const events = net(true, (row) => row.change);
  const nonEvents = -net(false, (row) => row.change);
  return {
    caution: "contested: NRI and IDI can favour a useless model; read the difference in AUC and net benefit first",
    continuousNri: events + nonEvents,
    continuousNriEvents: events,
    continuousNriNonEvents: nonEvents,
    categoricalNri: net(true, (row) => row.crossing) - net(false, (row) => row.crossing),
    idi: shift(true) - shift(false),
  };
}
