/** IBSI texture features by every aggregation of the standard, keyed by the tags of its reference tables, e.g. `cm_contrast_3D_avg`. */
import type { Vec3 } from "../../math/vec3.ts";
import { directions } from "../direction.ts";
import type { LevelGrid } from "../discretise.ts";
import { addPairs, countPairs, emphases, type PairCounts } from "../emphasis.ts";
import { cooccurrences, featuresOfCooccurrences, symmetrised } from "../glcm.ts";
import { dependences } from "../gldm.ts";
import { runs } from "../glrlm.ts";
import { sizeZones, type Zone, zones } from "../glszm.ts";
import { meanFeatures } from "../mean-features.ts";
import { featuresOfToneDifferences, type ToneDifferences, toneDifferences } from "../ngtdm.ts";
import { borderDistances } from "./border-distance.ts";
import { cooccurrenceTags, emphasisTags, toneTags } from "./tags.ts";

type Values = Readonly<Record<string, number>>;
type Range = readonly [number, number];

/**
 * Every texture feature.
 *
 * @param grid levels of the intensity mask, cut out at the box of the morphological mask
 * @param morphological 1 inside the morphological mask, over the box
 * @param dimensions 2: within slices (2D and 2.5D aggregations); 3: in the volume
 * @see IBSI 2019 sections 3.6 to 3.11
 */
export function textureFeatures(grid: LevelGrid, morphological: Uint8Array, dimensions: 2 | 3): Values {
  const flat = dimensions === 2;
  const all: Range = [0, grid.voxels.length];
  const parts = flat ? sliceRanges(grid) : [all];
  const steps = directions(grid.boxSize, { distances: [1], ...(flat && { flatAxis: 0 as const }) });
  const nearby = { distances: [1], ...(flat && { flatAxis: 0 as const }) };
  const distance = borderDistances(grid, morphological, flat ? 0 : undefined);
  return {
    ...perDirection(
      "cm",
      parts,
      steps,
      (range, step) => symmetrised(cooccurrences(grid, step, range), grid.levels.length),
      {
        merge: addCounts,
        features: (counts) => tagged(featuresOfCooccurrences(counts, grid.levels, grid.levelCount), cooccurrenceTags),
      },
    ),
    ...perDirection("rlm", parts, steps, (range, step) => runs(grid, step, range), {
      merge: (matrices) => addPairs(matrices),
      features: (pairs) => emphasisTags(emphases(pairs), "rlm"),
    }),
    ...perPart("szm", parts, (range) => zones(grid, flat ? 0 : undefined, range), {
      merge: (found) => found.flat(),
      features: (found) => emphasisTags(emphases(sizeZones(found)), "szm"),
    }),
    ...perPart("dzm", parts, (range) => zones(grid, flat ? 0 : undefined, range, distance), {
      merge: (found) => found.flat(),
      features: (found) => emphasisTags(emphases(distanceZones(found)), "dzm", voxelsOf(found)),
    }),
    ...perPart("ngl", parts, (range) => dependences(grid, nearby, 0, range), {
      merge: (matrices) => addPairs(matrices),
      features: (pairs) => emphasisTags(emphases(pairs), "ngl"),
    }),
    ...perPart("ngt", parts, (range) => toneDifferences(grid, nearby, false, range), {
      merge: addTones,
      features: (tones) => tagged(featuresOfToneDifferences(tones, 0), toneTags),
    }),
  };
}

/** How matrices of one kind are added up and turned into features. */
interface Matrix<M> {
  readonly merge: (matrices: readonly M[]) => M;
  readonly features: (matrix: M) => Values | null;
}

/** Families whose matrices depend on a direction: average or merge over directions, and over slices. */
function perDirection<M>(
  family: string,
  parts: readonly Range[],
  steps: readonly Vec3[],
  count: (range: Range, step: Vec3) => M,
  { merge, features }: Matrix<M>,
): Values {
  const matrices = parts.map((range) => steps.map((step) => count(range, step)));
  const average = (found: readonly M[]): Values => mean(found.map(features));
  if (parts.length === 1 && isVolume(steps)) {
    const [only] = matrices as [M[]];
    return { ...named(family, average(only), "3D_avg"), ...named(family, features(merge(only)) ?? {}, "3D_comb") };
  }
  const byDirection = steps.map((_, s) => merge(matrices.map((slice) => slice[s] as M)));
  return {
    ...named(family, average(matrices.flat()), "2D_avg"),
    ...named(family, average(matrices.map((slice) => merge(slice))), "2D_comb"),
    ...named(family, average(byDirection), "2_5D_avg"),
    ...named(family, features(merge(matrices.flat())) ?? {}, "2_5D_comb"),
  };
}

/** Families without direction: average or merge over slices. */
function perPart<M>(
  family: string,
  parts: readonly Range[],
  count: (range: Range) => M,
  { merge, features }: Matrix<M>,
): Values {
  const matrices = parts.map(count);
  if (parts.length === 1) return named(family, features(matrices[0] as M) ?? {}, "3D");
  return {
    ...named(family, mean(matrices.map(features)), "2D"),
    ...named(family, features(merge(matrices)) ?? {}, "2_5D"),
  };
}

function isVolume(steps: readonly Vec3[]): boolean {
  return steps.some((step) => step[2] !== 0);
}

function mean(found: readonly (Values | null)[]): Values {
  const present = found.filter((values) => values !== null);
  return present.length > 0 ? meanFeatures(present) : {};
}

function named(family: string, values: Values, aggregation: string): Values {
  return Object.fromEntries(Object.entries(values).map(([tag, value]) => [`${family}_${tag}_${aggregation}`, value]));
}

function tagged(values: Values | null, tags: Readonly<Record<string, readonly string[]>>): Values | null {
  if (!values) return null;
  return Object.fromEntries(
    Object.entries(tags).flatMap(([name, all]) => all.map((tag) => [tag, values[name] as number])),
  );
}

/** The slices that hold voxels. */
function sliceRanges(grid: LevelGrid): Range[] {
  const starts = [...grid.sliceStarts];
  return starts.slice(0, -1).flatMap((from, k) => {
    const to = starts[k + 1] as number;
    return to > from ? [[from, to] as const] : [];
  });
}

function addCounts(matrices: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array((matrices[0] as Float64Array).length);
  for (const matrix of matrices) for (let p = 0; p < sum.length; p++) (sum[p] as number) += matrix[p] as number;
  return sum;
}

function addTones(all: readonly ToneDifferences[]): ToneDifferences {
  const [first] = all as readonly [ToneDifferences];
  return {
    level: first.level,
    voxels: addCounts(all.map(({ voxels }) => voxels)),
    difference: addCounts(all.map(({ difference }) => difference)),
  };
}

function distanceZones(found: readonly Zone[]): PairCounts {
  return countPairs(found.flatMap((zone) => [zone.level, zone.leastValue]));
}

function voxelsOf(found: readonly Zone[]): number {
  return found.reduce((sum, zone) => sum + zone.size, 0);
}
