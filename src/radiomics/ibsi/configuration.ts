/** Processing as the standard prescribes it, and all its features of one region: what its reference values are compared with. */
import type { Vec3 } from "../../math/vec3.ts";
import type { Geometry } from "../../volume/geometry.ts";
import { boundingBox } from "../../volume/mesh.ts";
import { createMask, type Mask } from "../../volume/volume.ts";
import { type Discretisation, discretise, levelGrid } from "../discretise.ts";
import { type GridIndices, type Interpolator, interpolate } from "../interpolate.ts";
import { regionOf, type ScalarImage } from "../region.ts";
import { localIntensityFeatures } from "./local-intensity.ts";
import { morphologyFeatures } from "./morphology.ts";
import { histogramStatistics, intensityStatistics } from "./statistics.ts";
import { histogramTags, localTags, morphologyTags, statisticsTags, volumeHistogramTags } from "./table-tags.ts";
import { textureFeatures } from "./textures.ts";
import { volumeHistogramFeatures } from "./volume-histogram.ts";

/** One configuration of processing. */
export interface IbsiConfiguration {
  /** Texture within slices or in the volume. */
  readonly dimensions: 2 | 3;
  /** New spacing in mm and how values are found; masks are interpolated linearly and cut at one half. */
  readonly interpolation: { readonly spacingMm: Vec3; readonly interpolator: Interpolator } | null;
  readonly range: readonly [number, number] | null;
  /** Intensities further from the mean than this many standard deviations leave the region. */
  readonly outlierSigmas: number | null;
  /** Fixed bin number, fixed bin size from the range's lower end, or none. */
  readonly texture: { readonly bins: number } | { readonly binWidth: number } | null;
  readonly volumeHistogram: { readonly bins: number } | { readonly binWidth: number } | null;
}

/**
 * All features of a region by the tags of the reference tables.
 *
 * @throws HemacastError MASK_EMPTY, GEOMETRY_MISMATCH
 * @see IBSI 2019 chapter 5 (reference data sets)
 */
export function ibsiFeatures(
  original: ScalarImage,
  mask: Mask,
  configuration: IbsiConfiguration,
): Readonly<Record<string, number>> {
  const { image, morphological } = interpolated(original, mask, configuration.interpolation);
  const intensity = intensityMask(image, morphological, configuration);
  const box = boundingBox(morphological);
  const region = regionOf(image, intensity, box);
  const shape = regionOf(image, morphological, box).inside;
  const how = discretisationOf(configuration.texture, configuration.range);
  const levels = discretise(region.intensities, how);
  const grid = levelGrid(region, levels, 1, how.kind === "count" ? how.binCount : undefined);
  return {
    ...renamed(morphologyFeatures(morphological, region, box), morphologyTags),
    ...renamed(localIntensityFeatures(image, region, box), localTags),
    ...renamed(intensityStatistics(region.intensities), statisticsTags),
    ...renamed(histogramStatistics(Float64Array.from(levels), grid.levelCount), histogramTags),
    ...renamed(volumeHistogram(region.intensities, configuration), volumeHistogramTags),
    ...textureFeatures(grid, shape, configuration.dimensions),
  };
}

function renamed(values: object, tags: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (name in tags ? [[tags[name] as string, value as number]] : [])),
  );
}

/** The grid's centre stays where it is; its size is rounded up; beyond the image its edge goes on. */
function interpolated(
  image: ScalarImage,
  mask: Mask,
  to: IbsiConfiguration["interpolation"],
): { image: ScalarImage; morphological: Mask } {
  if (!to) return { image, morphological: mask };
  const source = image.geometry;
  const at = ([0, 1, 2] as const).map((axis) => {
    const ratio = to.spacingMm[axis] / source.spacing[axis];
    const size = Math.ceil(source.size[axis] / ratio - 1e-9);
    const first = (source.size[axis] - 1 - (size - 1) * ratio) / 2;
    return Float64Array.from({ length: size }, (_, n) =>
      Math.min(Math.max(first + n * ratio, 0), source.size[axis] - 1),
    );
  }) as unknown as GridIndices;
  const geometry: Geometry = { ...source, size: [at[0].length, at[1].length, at[2].length], spacing: to.spacingMm };
  const values = interpolate(image.values, source.size, at, to.interpolator, 0).map(Math.round);
  // One half exactly may come out as 0.49999; the standard warns of it.
  const inside = Uint8Array.from(interpolate(mask.inside, source.size, at, "linear", 0), (x) =>
    x >= 0.5 - 1e-6 ? 1 : 0,
  );
  return { image: { geometry, values }, morphological: createMask(geometry, inside) };
}

function intensityMask(image: ScalarImage, mask: Mask, { range, outlierSigmas }: IbsiConfiguration): Mask {
  const [low, high] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const within = (from: Mask, least: number, most: number): Mask =>
    createMask(
      from.geometry,
      from.inside.map((one, v) => {
        const x = image.values[v] as number;
        return one === 1 && x >= least && x <= most ? 1 : 0;
      }),
    );
  const inRange = within(mask, low, high);
  if (outlierSigmas === null) return inRange;
  const { intensities } = regionOf(image, inRange);
  const mean = intensities.reduce((sum, x) => sum + x, 0) / intensities.length;
  const sigma = Math.sqrt(intensities.reduce((sum, x) => sum + (x - mean) ** 2, 0) / intensities.length);
  return within(inRange, mean - outlierSigmas * sigma, mean + outlierSigmas * sigma);
}

function discretisationOf(bins: IbsiConfiguration["texture"], range: IbsiConfiguration["range"]): Discretisation {
  if (!bins) return { kind: "none" };
  if ("bins" in bins) return { kind: "count", binCount: bins.bins };
  return { kind: "ibsi-size", binWidth: bins.binWidth, from: range?.[0] ?? 0 };
}

function volumeHistogram(intensities: Float64Array, { volumeHistogram: bins, range }: IbsiConfiguration): object {
  if (!bins) {
    const [low, high] = range ?? [Math.min(...intensities), Math.max(...intensities)];
    return volumeHistogramFeatures(intensities, { low, high, step: 1 });
  }
  const levels = Float64Array.from(discretise(intensities, discretisationOf(bins, range)));
  if ("bins" in bins) return volumeHistogramFeatures(levels, { low: 1, high: bins.bins, step: 1 });
  // Levels stand for the intensities in the middle of their bins.
  const [low, high] = range ?? [0, 0];
  const middle = levels.map((level) => low + (level - 0.5) * bins.binWidth);
  const { binWidth } = bins;
  return volumeHistogramFeatures(middle, { low: low + binWidth / 2, high: high - binWidth / 2, step: binWidth });
}
