/** Intensity-volume histogram: how much of a region has at least an intensity. */

/** The intensities that count: from `low` to `high` in equal steps. */
export interface IntensityScale {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/** The standard's features of the intensity-volume histogram. */
export interface VolumeHistogramFeatures {
  readonly VolumeAtIntensityFraction10: number;
  readonly VolumeAtIntensityFraction90: number;
  readonly IntensityAtVolumeFraction10: number;
  readonly IntensityAtVolumeFraction90: number;
  readonly VolumeFractionDifference: number;
  readonly IntensityDifference: number;
}

/**
 * The features.
 *
 * @param values intensities on the scale
 * @see IBSI 2019 section 3.5 (P88C)
 */
export function volumeHistogramFeatures(values: Float64Array, scale: IntensityScale): VolumeHistogramFeatures {
  const sorted = values.toSorted();
  const steps = Math.round((scale.high - scale.low) / scale.step);
  // The volume fraction at or above each step of the scale.
  const fractions = new Float64Array(steps + 1);
  let below = 0;
  for (let s = 0; s <= steps; s++) {
    const intensity = scale.low + s * scale.step - 1e-9 * scale.step;
    while (below < sorted.length && (sorted[below] as number) < intensity) below++;
    fractions[s] = 1 - below / sorted.length;
  }
  const volumeAt = (fraction: number): number => {
    const first = [...fractions.keys()].find((s) => steps === 0 || s / steps >= fraction - 1e-12) ?? steps;
    return fractions[first] as number;
  };
  const intensityAt = (fraction: number): number => {
    const first = [...fractions.keys()].find((s) => (fractions[s] as number) <= fraction) ?? steps + 1;
    return scale.low + first * scale.step;
  };
  const [v10, v90, i10, i90] = [volumeAt(0.1), volumeAt(0.9), intensityAt(0.1), intensityAt(0.9)];
  return {
    VolumeAtIntensityFraction10: v10,
    VolumeAtIntensityFraction90: v90,
    IntensityAtVolumeFraction10: i10,
    IntensityAtVolumeFraction90: i90,
    VolumeFractionDifference: v10 - v90,
    IntensityDifference: i10 - i90,
  };
}
