/** What a hematoma is before it has a shape: where it begins, how large, how ragged, which signs it shows. Drawn from the frequencies of spontaneous hemorrhage. */
import type { Random } from "../../core/random.ts";
import type { HematomaLocation, HematomaSide, SignName } from "../simulated-case.ts";
import type { RealShape } from "./real-shape.ts";

/** A site: how often it bleeds, how large, where, and along which axes it grows. Standard head space (LPS), left side. */
export interface HematomaSite {
  readonly frequency: number;
  readonly medianMl: number;
  readonly largestMl: number;
  readonly centerMm: readonly [number, number, number];
  /** Standard deviation of the centre, mm. */
  readonly spreadMm: readonly [number, number, number];
  /** Relative half axes along left, posterior, superior. */
  readonly shape: readonly [number, number, number];
  /** Chance that a hematoma of median size breaks into the ventricles. */
  readonly ivhChance: number;
}

/**
 * Sites of spontaneous hemorrhage. Frequencies, volumes and IVH rates are round numbers of the order that clinical series report, taken from none in
 * particular; over all sites the volume has the median and quartiles of 794 patients. Lobar sites are drawn from four lobes.
 */
export const hematomaSites: Readonly<Record<HematomaLocation, HematomaSite>> = {
  putamen: {
    ...{ frequency: 0.38, medianMl: 15, largestMl: 90, ivhChance: 0.3 },
    ...{ centerMm: [28, 0, 4], spreadMm: [1.5, 5, 3], shape: [0.78, 1.3, 0.98] },
  },
  thalamus: {
    ...{ frequency: 0.2, medianMl: 9, largestMl: 40, ivhChance: 0.55 },
    ...{ centerMm: [15, 18, 8], spreadMm: [1.5, 2.5, 2], shape: [0.9, 1.12, 1] },
  },
  lobar: {
    ...{ frequency: 0.25, medianMl: 24, largestMl: 110, ivhChance: 0.15 },
    ...{ centerMm: [38, 20, 26], spreadMm: [4, 5, 5], shape: [0.9, 1.15, 0.97] },
  },
  caudate: {
    ...{ frequency: 0.04, medianMl: 5, largestMl: 15, ivhChance: 0.8 },
    ...{ centerMm: [15, -14, 9], spreadMm: [1, 2, 2], shape: [0.85, 1.15, 1.02] },
  },
  cerebellum: {
    ...{ frequency: 0.08, medianMl: 11, largestMl: 40, ivhChance: 0.3 },
    ...{ centerMm: [21, 64, -34], spreadMm: [3, 4, 2], shape: [1.1, 1.1, 0.83] },
  },
  brainstem: {
    ...{ frequency: 0.05, medianMl: 4.5, largestMl: 12, ivhChance: 0.25 },
    ...{ centerMm: [0, 26, -26], spreadMm: [2, 1, 2], shape: [1.15, 0.9, 0.97] },
  },
};

/** Centres of lobar hemorrhage: frontal, temporal, parietal, occipital. */
const lobarCenters: readonly (readonly [number, number, number])[] = [
  [34, -34, 26],
  [46, 22, -6],
  [36, 42, 36],
  [28, 66, 14],
];

/** Everything that is decided about a hematoma before it is made. */
export interface HematomaPlan {
  readonly location: HematomaLocation;
  readonly side: HematomaSide;
  /** Standard head space, mm; the side is in the sign of the first number. */
  readonly centerMm: readonly [number, number, number];
  readonly volumeMl: number;
  readonly irregularity: number;
  /** Relative half axes of the clot (product 1), the first turned by `yawRad` from left towards posterior. */
  readonly axes: readonly [number, number, number];
  readonly yawRad: number;
  readonly signs: readonly SignName[];
  readonly clotHu: number;
  /** Standard deviation of the clot's own texture, HU. */
  readonly heterogeneityHu: number;
  readonly ivhMl: number;
  /** How much less dense than the clot a sign is to measure, HU; drawn for those that are not named. */
  readonly signGapHu: Readonly<Partial<Record<SignName, number>>>;
  /** Null: the simulator's own. */
  readonly realShape: RealShape | null;
}

/** What may be asked of a hematoma; what is left out is drawn. */
export interface HematomaRequest {
  readonly location?: HematomaLocation;
  readonly side?: HematomaSide;
  readonly volumeMl?: number;
  readonly irregularity?: number;
  readonly signs?: readonly SignName[];
  readonly ivhMl?: number;
  /** Standard deviation of the clot's own texture, HU. */
  readonly heterogeneityHu?: number;
  readonly signGapHu?: Readonly<Partial<Record<SignName, number>>>;
  /** A real hematoma's shape; without `volumeMl` it keeps its volume, as far as the site allows. */
  readonly shape?: RealShape;
}

/** What the risk takes a real shape for, because its irregularity in the simulator's terms is not known: an average one. */
const IRREGULARITY_OF_REAL_SHAPES = 0.35;

/**
 * How much longer or shorter than its site's a clot's half axes are (standard deviation of their logarithms), by how much the site's own are drawn out,
 * and how far it is turned (rad, standard deviation). Shapes are then near those of real masks, a little less flat (docs/explanation/simulation.md).
 */
const AXES = { logSd: 0.3, drawnOut: 1.4, yawRad: 0.35 };

/** How often something is there: logit at 15 mL, slope per log of the volume, and the volume below which it has no room. */
type Frequency = readonly [logit: number, slope: number, leastMl: number];

const signFrequencies: Readonly<Record<Exclude<SignName, HypodenseSign>, Frequency>> = {
  blend: [-1.28, 0.35, 4],
  island: [-1.7, 0.5, 5],
  satellite: [-0.98, 0.3, 2],
  "fluid-level": [-3.9, 0.5, 10],
};

type HypodenseSign = "hypodensity" | "swirl" | "black-hole";
/** Whether a clot has a hypodense inside at all; the signs of it are largely the same hematomas. */
const hypodense: Frequency = [-0.12, 0.6, 4];
/** Which signs such a clot shows, and the volume below which each has no room. One that would show none has a plain hypodensity. */
const hypodenseSigns: Readonly<Record<HypodenseSign, readonly [chance: number, leastMl: number]>> = {
  "black-hole": [0.74, 6],
  swirl: [0.68, 9],
  hypodensity: [0.15, 4],
};

/**
 * Draws a hematoma. Signs become more frequent with volume, as in the literature; what the request names is taken as it is.
 *
 * @example planHematoma(createRandom(1), false, { volumeMl: 20 }).volumeMl // => 20
 */
export function planHematoma(random: Random, anticoagulation: boolean, request: HematomaRequest = {}): HematomaPlan {
  const location = request.location ?? drawLocation(random.fork("location"));
  const site = hematomaSites[location];
  const place = random.fork("place");
  const drawnSide: HematomaSide = place.uniform() < 0.5 ? "left" : "right";
  const side = location === "brainstem" ? "midline" : (request.side ?? drawnSide);
  const base =
    location === "lobar" ? (lobarCenters[place.integer(lobarCenters.length)] ?? site.centerMm) : site.centerMm;
  const at = base.map((mm, axis) => mm + (site.spreadMm[axis] ?? 0) * clamp(place.normal(), -1.5, 1.5));
  const size = random.fork("size");
  const drawnMl = clamp(
    site.medianMl * (anticoagulation ? 1.35 : 1) * Math.exp(0.95 * size.normal()),
    location === "brainstem" ? 0.8 : 1,
    site.largestMl,
  );
  const { shape: realShape = null } = request;
  const volumeMl = request.volumeMl ?? (realShape ? clamp(realShape.volumeMl, 1, site.largestMl) : drawnMl);
  const shape = random.fork("irregularity");
  const irregularity =
    request.irregularity ??
    (realShape
      ? IRREGULARITY_OF_REAL_SHAPES
      : clamp(0.36 + 0.09 * Math.log(volumeMl / 15) + 0.2 * shape.normal(), 0.02, 1));
  const density = random.fork("density");
  const signs = request.signs ?? drawSigns(random.fork("signs"), volumeMl, irregularity);
  const form = random.fork("axes");
  return {
    location,
    side,
    centerMm: [(side === "right" ? -1 : 1) * (at[0] ?? 0), at[1] ?? 0, at[2] ?? 0],
    volumeMl,
    irregularity,
    axes: drawAxes(form, site.shape),
    yawRad: AXES.yawRad * clamp(form.normal(), -2, 2),
    signs,
    clotHu: drawClotHu(density, anticoagulation, signs),
    heterogeneityHu: request.heterogeneityHu ?? clamp(2.6 * Math.exp(0.35 * density.normal()), 1.2, 5.2),
    signGapHu: request.signGapHu ?? {},
    ivhMl: request.ivhMl ?? drawIvhMl(random.fork("ivh"), site, volumeMl),
    realShape,
  };
}

function drawLocation(random: Random): HematomaLocation {
  let u = random.uniform();
  for (const [name, site] of Object.entries(hematomaSites)) {
    u -= site.frequency;
    if (u < 0) return name as HematomaLocation;
  }
  return "putamen";
}

/** Two densities in one clot are seen where one is retracted and dense: the other is then still denser than brain. */
function drawClotHu(random: Random, anticoagulation: boolean, signs: readonly SignName[]): number {
  const hu = 62 + 3.2 * random.normal() - (anticoagulation ? 2.5 : 0);
  return clamp(hu + (signs.includes("blend") ? 7 : 0), 54, 74);
}

/** Half axes around those of the site. */
function drawAxes(random: Random, shape: HematomaSite["shape"]): [number, number, number] {
  const logs = shape.map((axis) => AXES.drawnOut * Math.log(axis) + AXES.logSd * clamp(random.normal(), -1.5, 1.5));
  const mean = logs.reduce((sum, log) => sum + log, 0) / 3;
  return logs.map((log) => Math.exp(log - mean)) as [number, number, number];
}

function drawSigns(random: Random, volumeMl: number, irregularity: number): SignName[] {
  const chance = ([logit, slope, leastMl]: Frequency, more = 0): number =>
    volumeMl < leastMl ? 0 : 1 / (1 + Math.exp(-(logit + slope * Math.log(volumeMl / 15) + more)));
  const signs: SignName[] = [];
  for (const [sign, frequency] of Object.entries(signFrequencies)) {
    const ragged = sign === "island" || sign === "satellite" ? 1.2 * (irregularity - 0.4) : 0;
    if (random.uniform() < chance(frequency, ragged)) signs.push(sign as SignName);
  }
  const dark = random.uniform() < chance(hypodense);
  const shown: SignName[] = [];
  for (const [sign, [part, leastMl]] of Object.entries(hypodenseSigns)) {
    if (random.uniform() < part && volumeMl >= leastMl) shown.push(sign as SignName);
  }
  return dark ? [...signs, ...(shown.length > 0 ? shown : (["hypodensity"] as const))] : signs;
}

function drawIvhMl(random: Random, site: HematomaSite, volumeMl: number): number {
  const odds = (site.ivhChance / (1 - site.ivhChance)) * (volumeMl / site.medianMl) ** 0.6;
  return random.uniform() < odds / (1 + odds) ? clamp(4 * Math.exp(0.9 * random.normal()), 0.6, 25) : 0;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
