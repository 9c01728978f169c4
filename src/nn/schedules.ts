/** How the learning rate changes with the step. */
import { requireInRange, requireWhole } from "../core/guards.ts";

/** The learning rate of a step, counted from 1. */
export type Schedule = (step: number) => number;

/**
 * A linear rise over the first steps, then half a cosine down to the floor, where it stays.
 *
 * @param peak the highest learning rate
 * @param floor the last one. @default 0
 * @throws HemacastError ARGUMENT_INVALID
 * @see Loshchilov & Hutter 2017, arXiv:1608.03983
 * @example cosineSchedule({ peak: 1, warmUpSteps: 10, totalSteps: 110 })(60) // => 0.5
 */
export function cosineSchedule(options: {
  peak: number;
  warmUpSteps: number;
  totalSteps: number;
  floor?: number;
}): Schedule {
  const { peak, warmUpSteps, totalSteps, floor = 0 } = options;
  requireInRange("floor", floor, 0, peak);
  requireWhole("warmUpSteps", warmUpSteps, 0);
  requireWhole("totalSteps", totalSteps, warmUpSteps + 1);
  return (step) => {
    if (step <= warmUpSteps) return (peak * step) / warmUpSteps;
    const part = Math.min((step - warmUpSteps) / (totalSteps - warmUpSteps), 1);
    return floor + ((peak - floor) * (1 + Math.cos(Math.PI * part))) / 2;
  };
}

/**
 * The same learning rate at every step.
 *
 * @throws HemacastError ARGUMENT_INVALID
 * @example constantSchedule(0.1)(7) // => 0.1
 */
export function constantSchedule(learningRate: number): Schedule {
  requireInRange("learningRate", learningRate, 0, Number.MAX_VALUE);
  return () => learningRate;
}
