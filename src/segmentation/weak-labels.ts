/**
 * Weak labels: where the clot is in a CT whose edema, but not the clot itself, was drawn by a reader. The edema is a seed, not a hull: it is
 * often a half-moon or a distant patch. Good enough to train on with a forgiving boundary; not a ground truth for volumes.
 */
import { connectedComponents, maskOfComponents } from "../volume/components.ts";
import { squaredDistanceMm } from "../volume/distance.ts";
import { close, complement, dilate, erode, fillHoles, intersection, open } from "../volume/morphology.ts";
import { gaussianSmooth } from "../volume/smooth.ts";
import { type CtVolume, createMask, type Mask, maskMl } from "../volume/volume.ts";
import { brainInsideSkull, maskWhere } from "./brain-inside-skull.ts";

/** A weak label, or why there is none. */
export interface WeakLabel {
  readonly mask: Mask;
  /** Voxels at the boundary on which the label says nothing, so that training forgives what the rule under-draws. */
  readonly unjudged: Mask;
  /** The threshold that separated clot from brain. */
  readonly thresholdHu: number;
  readonly rejection: null | "no-brain-found" | "no-edema-in-brain" | "no-clot-found" | "clot-too-small";
}

/** The clot lies beside the edema: no further away than this. */
const ZONE_MM = 14;
/** Share of the way from brain to the brightest blood at which the boundary is drawn: .35-.40 agreed best with hand-drawn clots. */
const BOUNDARY_SHARE = 0.38;
/** Contrast below this is noise. */
const LEAST_CONTRAST_HU = 6.6;
/** Clots smaller than this are noise as often as blood. */
const LEAST_CLOT_ML = 0.5;
/** No blood is denser than this. */
const CALCIFIED_HU = 98;
/** How far outside and inside of the boundary nothing is said. */
const UNJUDGED_MM = { outside: 1.6, inside: 0.7 };

/**
 * The clot beside a drawn edema.
 *
 * @param volume whole stack in HU, at about .9 mm in plane (half of the usual matrix is enough)
 * @param edema the drawn edema on the same grid
 */
export function weakHematomaLabel(volume: CtVolume, edema: Mask): WeakLabel {
  const empty = createMask(volume.geometry);
  const reject = (rejection: NonNullable<WeakLabel["rejection"]>): WeakLabel => ({
    mask: empty,
    unjudged: empty,
    thresholdHu: Number.POSITIVE_INFINITY,
    rejection,
  });
  const brain = brainInsideSkull(volume);
  if (brain.inside.indexOf(1) < 0) return reject("no-brain-found");
  if (intersection(brain, edema).inside.indexOf(1) < 0) return reject("no-edema-in-brain");
  const { hu } = gaussianSmooth(volume, { inPlane: 0.55, throughPlane: 0 });
  const distance = squaredDistanceMm(edema, "slice");
  const zone = maskWhere(
    volume.geometry,
    (v) => brain.inside[v] === 1 && edema.inside[v] === 0 && distance[v] <= ZONE_MM ** 2,
  );
  const thresholdHu = thresholdBeside(hu, brain, edema, zone);
  const bright = maskWhere(volume.geometry, (v) => brain.inside[v] === 1 && hu[v] >= thresholdHu);
  const clots = besideEdema(open(bright, 0.95, "slice"), zone, hu);
  if (clots.inside.indexOf(1) < 0) return reject("no-clot-found");
  const filled = fillHoles(close(clots, 1.9, "slice"), "slice");
  const mask = intersection(intersection(filled, brain), complement(edema));
  if (maskMl(mask) < LEAST_CLOT_ML) return reject("clot-too-small");
  return { mask, unjudged: boundaryBand(mask), thresholdHu, rejection: null };
}

/** The band at the boundary of a weak label in which training says nothing. */
export function boundaryBand(mask: Mask): Mask {
  const outer = dilate(mask, UNJUDGED_MM.outside, "slice");
  return intersection(outer, complement(erode(mask, UNJUDGED_MM.inside, "slice")));
}

function thresholdBeside(hu: Float32Array | Int16Array, brain: Mask, edema: Mask, zone: Mask): number {
  const reference = quantileHu(hu, (v) => brain.inside[v] === 1 && edema.inside[v] === 0 && zone.inside[v] === 0, 0.5);
  const peak = quantileHu(hu, (v) => zone.inside[v] === 1, 0.98);
  return reference + Math.max(BOUNDARY_SHARE * (peak - reference), LEAST_CONTRAST_HU);
}

/** Regions that lie in the zone to a good part, are not dwarfed by another one, and are not calcified (choroid plexus, pineal gland). */
function besideEdema(bright: Mask, zone: Mask, hu: ArrayLike<number>): Mask {
  const found = connectedComponents(bright, 26);
  const inZone = new Float64Array(found.components.length + 1);
  const calcified = new Float64Array(found.components.length + 1);
  for (let v = 0; v < found.labels.length; v++) {
    if (zone.inside[v]) inZone[found.labels[v]]++;
    if (hu[v] > CALCIFIED_HU) calcified[found.labels[v]]++;
  }
  inZone[0] = 0;
  const most = inZone.reduce((a, b) => Math.max(a, b), 0);
  return maskOfComponents(
    bright,
    found,
    ({ label, voxels }) =>
      voxels >= 20 && inZone[label] >= 10 && inZone[label] >= 0.1 * most && calcified[label] < 0.2 * voxels,
  );
}

function quantileHu(hu: ArrayLike<number>, chosen: (voxel: number) => boolean, share: number): number {
  const values: number[] = [];
  for (let v = 0; v < hu.length; v++) if (chosen(v)) values.push(hu[v]);
  const sorted = Float32Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
