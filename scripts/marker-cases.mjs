/**
 * Simulated hematomas with known signs of known strength, seen closely in slices of 5 mm and of 1 mm, what each shows by its definition, and what the
 * markers read on its true mask.
 */
import { createRandom } from "../dist/core/random.js";
import { blackHoleSign, blendSign, hypodensity, swirlSign } from "../dist/markers/density-signs.js";
import { fluidLevel } from "../dist/markers/fluid-level.js";
import { heterogeneousDensity } from "../dist/markers/heterogeneous-density.js";
import { createClot } from "../dist/markers/hypodense-zone.js";
import { islandSign, satelliteSign } from "../dist/markers/scattered-foci.js";
import { sectionsOf } from "../dist/markers/section.js";
import { drawHeadAnatomy } from "../dist/simulation/head/head-anatomy.js";
import { createHeadPhantom } from "../dist/simulation/head/head-phantom.js";
import { createHematoma } from "../dist/simulation/hematoma/hematoma.js";
import { planHematoma } from "../dist/simulation/hematoma/hematoma-plan.js";
import { scanGrid } from "../dist/simulation/scanner/scan-grid.js";
import { scannerProfiles } from "../dist/simulation/scanner/scanner-profile.js";
import { simulateScan } from "../dist/simulation/simulate-scan.js";
import { connectedComponents } from "../dist/volume/components.js";
import { voxelsPerSlice } from "../dist/volume/volume.js";

/** The signs that are inserted and read. */
export const signs = ["blend", "black-hole", "swirl", "hypodensity", "fluid-level", "island", "satellite"];

/** The least difference in HU of each sign's definition; where it names none, what the markers call visible. */
export const thresholdHu = { blend: 18, "black-hole": 28, swirl: 14, hypodensity: 14, "fluid-level": 14 };

/** A signal of so many times its threshold must be found. */
export const strong = 1.5;
/** A difference as far below a threshold is absent; one between is neither, because edges and partial volume make part of a sign deeper than its mean. */
export const margin = 1.5;

/** Smaller parts of a section are a few pixels. */
const SEEN_MM2 = 5;

/** Close up: the hematoma and a margin. Thin slices are noisier, as the dose is the same. */
const close = { ...scannerProfiles.sequential, pixelMm: 0.5, motionChance: 0 };
export const sliceNames = ["5 mm", "1 mm"];
const slicesMm = { "5 mm": { gapMm: 5 }, "1 mm": { gapMm: 1, noiseHu: 8 } };
/** How much is seen around the clots: edema, and what the markers compare with. */
const AROUND_MM = 14;

/** The simulator takes loose pieces away, more of them on thin slices: a ragged clot then has a little less than its volume. */
const ROOM_SHARES = [1, 0.97, 0.94];

const readers = {
  blend: (clot) => blendSign(clot),
  "black-hole": (clot) => blackHoleSign(clot),
  swirl: (clot) => swirlSign(clot),
  hypodensity: (clot) => hypodensity(clot),
  "fluid-level": (clot) => fluidLevel(clot),
  island: ({ sections }) => islandSign(sections),
  satellite: ({ sections }) => satelliteSign(sections),
  "heterogeneous-density": (clot) => heterogeneousDensity(clot),
};

/** What is asked of the hematomas of one head, the first of them homogeneous and smooth; places, volumes and strengths are drawn. */
export const requests = [
  [],
  [],
  ["blend"],
  ["black-hole"],
  ["swirl"],
  ["hypodensity"],
  ["fluid-level"],
  ["island"],
  ["satellite"],
  ["blend", "satellite"],
  ["black-hole", "island"],
  ["fluid-level", "satellite"],
  ["swirl", "island"],
  ["hypodensity", "satellite"],
];
const places = [
  ["putamen", 12, 45],
  ["lobar", 12, 45],
  ["thalamus", 9, 25],
  ["cerebellum", 10, 22],
];

/** A procedural head. */
export function createHead(seed) {
  const anatomy = drawHeadAnatomy(createRandom(seed).fork("head"), 40 + ((seed * 7) % 45));
  return { anatomy, head: createHeadPhantom(anatomy) };
}

/** A hematoma with signs that are `strength` times their thresholds; null where the site has no room for the one that was drawn. */
export function bleed({ anatomy, head }, random, asked, strength, smooth = false) {
  const draw = random.fork("request");
  const [location, least, most] = places[draw.integer(places.length)];
  const volumeMl = least * (most / least) ** draw.uniform();
  const plan = planHematoma(random.fork("plan"), false, {
    ...{ location, volumeMl, signs: asked, ivhMl: 0 },
    signGapHu: Object.fromEntries(Object.entries(thresholdHu).map(([sign, hu]) => [sign, strength * hu])),
    ...(smooth ? { irregularity: 0.02, heterogeneityHu: 0 } : {}),
  });
  const hours = { volumeMl, ivhMl: 0, hoursFromOnset: 3 };
  return roomPermitting(() => ({
    asked,
    strength,
    volumeMl,
    hematoma: createHematoma(head, anatomy, plan, random.fork("blood"), hours),
  }));
}

/** Scans a hematoma in slices of one of `sliceNames` with the middle of the image on its middle; null where it has no room. */
export function scan({ anatomy, head }, { hematoma, volumeMl }, slices, random) {
  const { low, high } = extentOf(hematoma.clot);
  const { gapMm, ...noise } = slicesMm[slices];
  const [width, depth, height] = low.map((mm, axis) => high[axis] - mm + 2 * AROUND_MM);
  const count = Math.ceil(height / gapMm) | 1;
  const matrix = 2 * Math.ceil(Math.max(width, depth) / close.pixelMm / 2);
  const profile = { ...close, ...noise, matrix, slices: [{ count, gapMm }] };
  const still = { yawDegrees: 0, rollDegrees: 0, pitchDegrees: 0, shiftMm: [0, 0, 0] };
  const frame = scanGrid(anatomy, profile, random.fork("pose"), still).frame((count - 1) / 2, 0);
  const half = profile.matrix / 2;
  const at = ["x", "y", "z"].map((axis) => frame[axis] + half * (frame[`i${axis}`] + frame[`j${axis}`]));
  const centre = low.map((mm, axis) => (mm + high[axis]) / 2);
  const pose = { ...still, shiftMm: centre.map((mm, axis) => mm - at[axis]) };
  for (const share of ROOM_SHARES) {
    const seen = roomPermitting(() =>
      simulateScan({ head, anatomy, hematoma, volumeMl: share * volumeMl, hoursFromOnset: 3, profile, pose, random }),
    );
    if (seen) return seen;
  }
  return null;
}

/** The box around all clots, mm. */
function extentOf({ inside: { originMm, size, spacingMm, values }, smallClots }) {
  const low = [1, 1, 1].map(() => Number.POSITIVE_INFINITY);
  const high = low.map((mm) => -mm);
  const include = (center, radiusMm) =>
    center.forEach((mm, axis) => {
      low[axis] = Math.min(low[axis], mm - radiusMm);
      high[axis] = Math.max(high[axis], mm + radiusMm);
    });
  values.forEach((value, v) => {
    if (value <= 0) return;
    const index = [v % size[0], Math.floor(v / size[0]) % size[1], Math.floor(v / (size[0] * size[1]))];
    include(
      index.map((n, axis) => originMm[axis] + n * spacingMm[axis]),
      0,
    );
  });
  for (const { centerMm, radiusMm } of smallClots) include(centerMm, radiusMm);
  return { low, high };
}

/** Sections as a reader sees them. */
export function sectionsIn({ volume, truth }) {
  return sectionsOf(volume, truth.mask);
}

/** What the markers say of each sign. */
export function read(sections) {
  const clot = createClot(sections);
  return Object.fromEntries(Object.entries(readers).map(([sign, reader]) => [sign, reader(clot).state]));
}

/**
 * For each sign true, false, or null where the inserted signal is neither strong nor clearly below its threshold. Definitions overlap: layering is a part
 * beside a part, and every enclosed zone is a hypodensity, a swirl when it runs on over two sections, and a black hole when it is dark and sharp enough.
 *
 * A satellite is separate on at least one section; a lobule of the main clot that stands apart on a section and joins it on another is neither, nor is a
 * crumb that the simulator left apart without having been asked for a satellite.
 *
 * @param sections what a reader sees
 * @param truth of the same scan
 * @param thin the truth of the scan in 1 mm slices: how far a zone runs on is the hematoma's property and not the scan's
 */
export function truthOf({ asked, strength }, sections, truth, thin) {
  const shown = asked.filter((sign) => truth.signMasks[sign]);
  const gapOf = (sign) => (shown.includes(sign) ? strength * thresholdHu[sign] : 0);
  const judge = (gapHu, threshold) =>
    gapHu >= strong * threshold - 1e-9 ? true : gapHu <= threshold / margin ? false : null;
  const most = (among) => Math.max(0, ...among.map(gapOf));
  const enclosed = ["black-hole", "swirl", "hypodensity"];
  const runs = shown.filter((sign) => enclosed.includes(sign) && thin.signMasks[sign]).map((sign) => runMm(thin, sign));
  const longMm = Math.max(0, ...runs);
  const foci = truth.signMasks.satellite ? connectedComponents(truth.signMasks.satellite, 26).components.length : 0;
  const any = judge(most(enclosed), thresholdHu.hypodensity);
  const stray = connectedComponents(truth.mask, 26).components.length - 1 - foci;
  return {
    blend: judge(most(["blend", "fluid-level"]), thresholdHu.blend),
    "black-hole": judge(most(enclosed), thresholdHu["black-hole"]),
    hypodensity: any,
    swirl: any === true ? (longMm >= 12 ? true : longMm <= 6 ? false : null) : any,
    "fluid-level": judge(gapOf("fluid-level"), thresholdHu["fluid-level"]),
    island: foci >= 3 ? true : foci + stray >= 3 ? null : false,
    satellite: foci > 0 ? true : stray > 0 || sections.some(showsPartsApart) ? null : false,
  };
}

/** Whether a section shows more than one part that is large enough to be seen. */
function showsPartsApart(section) {
  const { spacing } = section.geometry;
  const large = ({ voxels }) => voxels * spacing[0] * spacing[1] >= SEEN_MM2;
  return connectedComponents(section, 8).components.filter(large).length > 1;
}

/** The longest run of slices that show a sign, mm. */
function runMm({ signMasks }, sign) {
  let [run, longest] = [0, 0];
  for (const voxels of voxelsPerSlice(signMasks[sign])) {
    run = voxels > 0 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest * signMasks[sign].geometry.spacing[2];
}

function roomPermitting(make) {
  try {
    return make();
  } catch (thrown) {
    if (thrown?.code === "ARGUMENT_INVALID") return null;
    throw thrown;
  }
}
