/** IBSI intensity-based statistics, and the same of discretised intensities with what only a histogram has. */
import { entropyOfCounts, percentile } from "../first-order.ts";

/** The standard's statistics of a set of values, by its words. */
export interface Statistics {
  readonly Mean: number;
  readonly Variance: number;
  readonly Skewness: number;
  readonly ExcessKurtosis: number;
  readonly Median: number;
  readonly Minimum: number;
  readonly Percentile10: number;
  readonly Percentile90: number;
  readonly Maximum: number;
  readonly InterquartileRange: number;
  readonly Range: number;
  readonly MeanAbsoluteDeviation: number;
  readonly RobustMeanAbsoluteDeviation: number;
  readonly MedianAbsoluteDeviation: number;
  readonly CoefficientOfVariation: number;
  readonly QuartileCoefficientOfDispersion: number;
}

/** Of intensities also their energy. */
export interface IntensityStatistics extends Statistics {
  readonly Energy: number;
  readonly RootMeanSquare: number;
}

/** Of levels also what their histogram shows. */
export interface HistogramStatistics extends Statistics {
  readonly Mode: number;
  readonly Entropy: number;
  readonly Uniformity: number;
  readonly MaximumGradient: number;
  readonly MaximumGradientLevel: number;
  readonly MinimumGradient: number;
  readonly MinimumGradientLevel: number;
}

/**
 * Statistics of intensities.
 *
 * @see IBSI 2019 section 3.3 (UHIW)
 */
export function intensityStatistics(values: Float64Array): IntensityStatistics {
  const energy = values.reduce((sum, x) => sum + x * x, 0);
  return { ...statistics(values), Energy: energy, RootMeanSquare: Math.sqrt(energy / values.length) };
}

/**
 * Statistics of grey levels.
 *
 * @param levels whole numbers from 1
 * @param levelCount the number of levels of the discretisation; levels that do not occur count in the gradient
 * @see IBSI 2019 section 3.4 (ZVCW)
 */
export function histogramStatistics(levels: Float64Array, levelCount: number): HistogramStatistics {
  const counts = new Float64Array(levelCount);
  for (const level of levels) (counts[level - 1] as number) += 1;
  const gradient = counts.map((n, i) => {
    if (levelCount === 1) return 0;
    if (i === 0) return (counts[1] as number) - n;
    if (i === levelCount - 1) return n - (counts[i - 1] as number);
    return ((counts[i + 1] as number) - (counts[i - 1] as number)) / 2;
  });
  const base = statistics(levels);
  const most = counts.reduce((largest, n) => Math.max(largest, n), 0);
  // Of several most frequent levels the one nearest to the mean.
  const modes = [...counts.keys()].filter((i) => counts[i] === most).map((i) => i + 1);
  const mode = modes.reduce((best, level) => (Math.abs(level - base.Mean) < Math.abs(best - base.Mean) ? level : best));
  const [steepest, falling] = [Math.max(...gradient), Math.min(...gradient)];
  return {
    ...base,
    Mode: mode,
    Entropy: entropyOfCounts(counts, levels.length),
    Uniformity: counts.reduce((sum, n) => sum + (n / levels.length) ** 2, 0),
    MaximumGradient: steepest,
    MaximumGradientLevel: gradient.indexOf(steepest) + 1,
    MinimumGradient: falling,
    MinimumGradientLevel: gradient.indexOf(falling) + 1,
  };
}

function statistics(values: Float64Array): Statistics {
  const sorted = values.toSorted();
  const n = sorted.length;
  const mean = meanOf(sorted);
  const moment = (power: number): number => sorted.reduce((sum, x) => sum + (x - mean) ** power, 0) / n;
  const variance = moment(2);
  const [p10, p25, median, p75, p90] = [10, 25, 50, 75, 90].map((p) => percentile(sorted, p)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const within = sorted.filter((x) => x >= p10 && x <= p90);
  const meanWithin = meanOf(within);
  const deviation = (of: Float64Array, from: number): number =>
    of.reduce((sum, x) => sum + Math.abs(x - from), 0) / of.length;
  return {
    Mean: mean,
    Variance: variance,
    Skewness: variance === 0 ? 0 : moment(3) / variance ** 1.5,
    ExcessKurtosis: variance === 0 ? 0 : moment(4) / variance ** 2 - 3,
    Median: median,
    Minimum: sorted[0] as number,
    Percentile10: p10,
    Percentile90: p90,
    Maximum: sorted[n - 1] as number,
    InterquartileRange: p75 - p25,
    Range: (sorted[n - 1] as number) - (sorted[0] as number),
    MeanAbsoluteDeviation: deviation(sorted, mean),
    RobustMeanAbsoluteDeviation: deviation(within, meanWithin),
    MedianAbsoluteDeviation: deviation(sorted, median),
    CoefficientOfVariation: Math.sqrt(variance) / mean,
    QuartileCoefficientOfDispersion: (p75 - p25) / (p75 + p25),
  };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
