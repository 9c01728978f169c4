/** Chains of perturbations: the same region as it might have been scanned and drawn another time. */
import { HemacastError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import type { Mask } from "../../volume/volume.ts";
import type { ScalarImage, ScalarValues } from "../region.ts";
import { cropAround } from "../resample.ts";
import { moved } from "./move.ts";
import { noiseLevel, withNoise } from "./noise.ts";
import { redrawn, withVolume } from "./outline.ts";

/** The links of a chain by their letters in the paper: noise, rotation, translation, volume adaptation, contour randomisation. */
export const perturbationLetters = ["N", "R", "T", "V", "C"] as const;

/** How far perturbations go: within these, evenly drawn. */
const MOST_DEGREES = 13;
const MOST_VOLUME_CHANGE = 0.2;
/** What is kept around a region for it to be moved in, and for filters to look at. */
const CONTEXT_MM = 30;

/**
 * A chain from its letters, e.g. "RNVC" or "NTC"; links are applied in the order N, R and T, V, C, whatever the order of the letters.
 *
 * @throws HemacastError ARGUMENT_INVALID
 * @example chainOf("rnvc") // => "NRVC"
 */
export function chainOf(letters: string): string {
  const given = [...letters.toUpperCase()];
  const known: readonly string[] = perturbationLetters;
  if (given.length > 0 && given.every((x) => known.includes(x)) && new Set(given).size === given.length) {
    return perturbationLetters.filter((x) => given.includes(x)).join("");
  }
  throw new HemacastError(
    "ARGUMENT_INVALID",
    `the chain "${letters}" is not made of the letters N (noise), R (rotation), T (translation), V (volume), C (contour), each once`,
  );
}

/**
 * Perturbs an image and its region once.
 *
 * Noise of the image's own level is added; image and region are turned by at most 13 degrees about the slice axis and shifted by less than a voxel;
 * the region grows or shrinks by at most a fifth; its outline is drawn anew from supervoxels.
 *
 * @param mask on the image's grid; the result is cut out with 30 mm around it
 * @see Zwanenburg et al. 2019, doi:10.1038/s41598-018-36758-2
 */
export function perturbed(
  image: ScalarImage,
  mask: Mask,
  chain: string,
  random: Random,
): { image: ScalarImage; mask: Mask } {
  const padding = Math.ceil(CONTEXT_MM / Math.min(...image.geometry.spacing));
  let { image: current, mask: region } = cropAround(image, mask, padding);
  const draw = (name: string): Random => random.fork(name);
  if (chain.includes("N")) current = withNoise(current, noiseLevel(current), draw("noise"));
  if (chain.includes("R") || chain.includes("T")) {
    const angle = draw("rotation").uniform();
    const shift = draw("translation");
    const voxels = [0, 1, 2].map(() => (chain.includes("T") ? shift.uniform() : 0)) as [number, number, number];
    const degrees = chain.includes("R") ? (2 * angle - 1) * MOST_DEGREES : 0;
    ({ image: current, mask: region } = moved(current, region, { degrees, voxels }));
  }
  if (chain.includes("V")) {
    const random = draw("volume");
    region = withVolume(region, (2 * random.uniform() - 1) * MOST_VOLUME_CHANGE, random);
  }
  if (chain.includes("C")) region = redrawn(current, region, draw("contour"));
  return { image: { geometry: current.geometry, values: castLike(image.values, current.values) }, mask: region };
}

/** Values of the image's own kind: a scanner writes whole HU. */
function castLike(like: ScalarValues, values: ScalarValues): ScalarValues {
  if (values.constructor === like.constructor) return values;
  if (like instanceof Float64Array || like instanceof Float32Array) return Float64Array.from(values);
  const rounded = new (like.constructor as new (n: number) => ScalarValues)(values.length);
  for (let v = 0; v < values.length; v++) rounded[v] = Math.round(values[v]);
  return rounded;
}
