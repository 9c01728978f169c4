/** The configurations for which the standard publishes consensus values. */
import type { IbsiConfiguration } from "./configuration.ts";

/** The digital phantom, whose intensities are grey levels already, within slices and in the volume, and the CT phantom in five ways. */
export const referenceConfigurations = {
  "digital phantom, 2D": plain(2),
  "digital phantom, 3D": plain(3),
  "CT phantom, A": {
    dimensions: 2,
    interpolation: null,
    range: [-500, 400],
    outlierSigmas: null,
    texture: { binWidth: 25 },
    volumeHistogram: null,
  },
  "CT phantom, B": {
    dimensions: 2,
    interpolation: { spacingMm: [2, 2, 3], interpolator: "linear" },
    range: [-500, 400],
    outlierSigmas: null,
    texture: { bins: 32 },
    volumeHistogram: null,
  },
  "CT phantom, C": {
    dimensions: 3,
    interpolation: { spacingMm: [2, 2, 2], interpolator: "linear" },
    range: [-1000, 400],
    outlierSigmas: null,
    texture: { binWidth: 25 },
    volumeHistogram: { binWidth: 2.5 },
  },
  "CT phantom, D": {
    dimensions: 3,
    interpolation: { spacingMm: [2, 2, 2], interpolator: "linear" },
    range: null,
    outlierSigmas: 3,
    texture: { bins: 32 },
    volumeHistogram: null,
  },
  "CT phantom, E": {
    dimensions: 3,
    interpolation: { spacingMm: [2, 2, 2], interpolator: "bspline" },
    range: [-1000, 400],
    outlierSigmas: 3,
    texture: { bins: 32 },
    volumeHistogram: { bins: 1000 },
  },
} as const satisfies Readonly<Record<string, IbsiConfiguration>>;

/** The name of a configuration. */
export type ReferenceConfigurationName = keyof typeof referenceConfigurations;

function plain(dimensions: 2 | 3): IbsiConfiguration {
  return { dimensions, interpolation: null, range: null, outlierSigmas: null, texture: null, volumeHistogram: null };
}
