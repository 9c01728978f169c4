/**
 * Where in the images a frozen network's part of the log odds comes from: a class activation map. The head is linear and the statistics of a map are
 * sums over its places, so nothing is approximated: the parts of all places add up to the block's contribution.
 */
import type { Tensor } from "../nn/tensor.ts";
import { type CnnConfig, mapSummary, pooledMaps, regionWeights } from "./cnn-features.ts";
import type { SliceFrame, SliceImage } from "./slices.ts";

/** An image and the maps that the network made of it, one [1, c, h, w] per tap. */
export interface SeenImage {
  readonly image: SliceImage;
  readonly maps: readonly Tensor[];
}

/** How much each place of one slice moved the log odds. */
export interface SliceContribution {
  readonly slice: number;
  readonly frame: SliceFrame;
  /** Side of the image that the places divide. */
  readonly pixels: number;
  readonly columns: number;
  readonly rows: number;
  /** Row by row; relative to the mean participant of the training cohort. */
  readonly logOdds: Float64Array;
}

/** The linear head over the predictors of a block, in their order. */
export interface LinearHead {
  readonly coefficients: ArrayLike<number>;
  /** What a predictor is on average: contributions are relative to it. */
  readonly means: ArrayLike<number>;
}

/**
 * The parts of all places. A mean is the sum of its weighted places; of a standard deviation each place has the part that it has of the variance; a peak
 * belongs to the place where it is, and the largest of several slices to that slice.
 *
 * @returns one per image, on the grid of the tap with the most places; a place of a coarser tap is shared out evenly over those that it covers
 */
export function placeContributions(
  seen: readonly SeenImage[],
  config: CnnConfig,
  head: LinearHead,
): SliceContribution[] {
  const [rows, columns] = (seen[0] as SeenImage).maps
    .map(({ shape }) => [shape[2], shape[3]] as [number, number])
    .reduce((most, grid) => (grid[0] * grid[1] > most[0] * most[1] ? grid : most));
  const summaries = seen.map(({ image, maps }) => maps.map((map) => pooledMaps(map, image, config)));
  const parts = seen.map(() => new Float64Array(rows * columns));
  let first = 0;
  for (let t = 0; t < config.taps.length; t++) {
    const perTap = summaries.map((taps) => taps[t] as Float32Array);
    const shares = sharesOf(perTap, seen, config, head, { first, width: widthOf(summaries) });
    for (const [s, { image, maps }] of seen.entries()) {
      const places = tapParts(maps[t] as Tensor, image, config, shares[s] as SliceShares);
      addSpread(parts[s] as Float64Array, [rows, columns], places, (maps[t] as Tensor).shape);
    }
    first += (perTap[0] as Float32Array).length;
  }
  return seen.map(({ image }, s) => ({
    ...{ slice: image.slice, frame: image.frame, pixels: Math.sqrt(image.clot.length), columns, rows },
    logOdds: parts[s] as Float64Array,
  }));
}

/** What a slice has of the head's coefficients: by predictor of one tap, the coefficient and coefficient times mean, both times the slice's share. */
interface SliceShares {
  readonly coefficients: Float64Array;
  readonly references: Float64Array;
}

function widthOf(summaries: readonly (readonly Float32Array[])[]): number {
  return (summaries[0] as readonly Float32Array[]).reduce((sum, row) => sum + row.length, 0);
}

function sharesOf(
  rows: readonly Float32Array[],
  seen: readonly SeenImage[],
  { acrossSlices }: CnnConfig,
  { coefficients, means }: LinearHead,
  { first, width }: { readonly first: number; readonly width: number },
): SliceShares[] {
  const total = seen.reduce((sum, { image }) => sum + image.areaMm2, 0);
  const length = (rows[0] as Float32Array).length;
  const shares = seen.map(() => ({ coefficients: new Float64Array(length), references: new Float64Array(length) }));
  for (const [k, way] of acrossSlices.entries()) {
    for (let j = 0; j < length; j++) {
      const at = k * width + first + j;
      const values = rows.map((row) => row[j] as number);
      const largest = values.indexOf(Math.max(...values));
      for (const [s, { image }] of seen.entries()) {
        const share = way === "mean" ? image.areaMm2 / total : Number(s === largest);
        const own = shares[s] as SliceShares;
        own.coefficients[j]! += share * coefficients[at]!;
        own.references[j]! += share * coefficients[at]! * means[at]!;
      }
    }
  }
  return shares;
}

/** The parts of the places of one map of one slice. */
function tapParts(
  maps: Tensor,
  image: SliceImage,
  { regions, statistics }: CnnConfig,
  { coefficients, references }: SliceShares,
): Float64Array {
  const [, channels, h, w] = maps.shape as [number, number, number, number];
  const parts = new Float64Array(h * w);
  let at = 0;
  for (const region of regions) {
    const weights = regionWeights(region, image, h, w);
    for (const statistic of statistics) {
      for (let c = 0; c < channels; c++, at++) {
        const map = maps.data.subarray(c * h * w, (c + 1) * h * w);
        addPlaces[statistic](parts, map, weights, coefficients[at]!, references[at]!);
      }
    }
  }
  return parts;
}

type AddPlaces = (
  parts: Float64Array,
  map: Float32Array,
  weights: Float32Array,
  coefficient: number,
  reference: number,
) => void;

const addPlaces: Record<CnnConfig["statistics"][number], AddPlaces> = {
  mean(parts, map, weights, coefficient, reference) {
    for (let i = 0; i < map.length; i++) parts[i]! += weights[i]! * (coefficient * map[i]! - reference);
  },
  spread(parts, map, weights, coefficient, reference) {
    const { mean, spread } = mapSummary(map, weights);
    for (let i = 0; i < map.length; i++) {
      const part = spread > 0 ? (map[i]! - mean) ** 2 / spread : 0;
      parts[i]! += weights[i]! * (coefficient * part - reference);
    }
  },
  peak(parts, map, weights, coefficient, reference) {
    const { peakAt } = mapSummary(map, weights);
    parts[peakAt]! += coefficient * map[peakAt]! - reference;
  },
};

/** Places of a coarser map lie under several of the grid, and share their part out. */
function addSpread(
  onto: Float64Array,
  [rows, columns]: readonly [number, number],
  places: Float64Array,
  shape: readonly number[],
): void {
  const [h, w] = [shape[2] as number, shape[3] as number];
  const under = Array.from(onto, (_, i) => {
    const y = Math.floor(((Math.floor(i / columns) + 0.5) * h) / rows);
    return y * w + Math.floor((((i % columns) + 0.5) * w) / columns);
  });
  const counts = new Uint32Array(places.length);
  for (const place of under) counts[place]!++;
  for (const [i, place] of under.entries()) onto[i]! += places[place]! / counts[place]!;
}
