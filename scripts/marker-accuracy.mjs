/**
 * How well the markers read inserted signs: simulated heads, each bled into several times with known signs of known strength, seen closely around the
 * hematoma in slices of 5 mm and of 1 mm, read on the true mask. Writes figures as JSON; `scripts/marker-accuracy-report.mjs` draws them.
 *
 *   node scripts/build.mjs && node scripts/marker-accuracy.mjs OUT.json [--heads 12] [--seed 5001] [--curve 8]
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
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
import { createCtVolume, voxelsPerSlice } from "../dist/volume/volume.js";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    heads: { type: "string", default: "12" },
    seed: { type: "string", default: "5001" },
    curve: { type: "string", default: "8" },
  },
});
const [out] = positionals;
if (!out) {
  console.error("usage: node scripts/marker-accuracy.mjs OUT.json [--heads 12] [--seed 5001] [--curve 8]");
  process.exit(2);
}
const [heads, firstSeed, curveClots] = [flags.heads, flags.seed, flags.curve].map(Number);

/** The least difference in HU of each sign's definition; where it names none, what the markers call visible. */
const thresholdHu = { blend: 18, "black-hole": 28, swirl: 12, hypodensity: 12, "fluid-level": 12 };
const strong = 1.5;
/** A difference as far below a threshold is absent; one between is neither, because edges and partial volume make part of a sign deeper than its mean. */
const margin = 1.5;

/** Close up: 80 mm of the plane and of the height around the hematoma. Thin slices are noisier, as the dose is the same. */
const close = { ...scannerProfiles.sequential, matrix: 160, pixelMm: 0.5, motionChance: 0 };
const scanners = {
  "5 mm": { ...close, slices: [{ count: 15, gapMm: 5 }] },
  "1 mm": { ...close, slices: [{ count: 70, gapMm: 1 }], noiseHu: 8 },
};

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

/** What is asked of the hematomas of one head; volumes and strengths are drawn. */
const requests = [
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

function createHead(seed) {
  const anatomy = drawHeadAnatomy(createRandom(seed).fork("head"), 40 + ((seed * 7) % 45));
  return { anatomy, head: createHeadPhantom(anatomy) };
}

/** A hematoma with signs that are `strength` times their thresholds. */
function bleed({ anatomy, head }, random, signs, strength, smooth = false) {
  const draw = random.fork("request");
  const [location, least, most] = places[draw.integer(places.length)];
  const volumeMl = least * (most / least) ** draw.uniform();
  const plan = planHematoma(random.fork("plan"), false, {
    ...{ location, volumeMl, signs, ivhMl: 0 },
    signGapHu: Object.fromEntries(Object.entries(thresholdHu).map(([sign, hu]) => [sign, strength * hu])),
    ...(smooth ? { irregularity: 0.02, heterogeneityHu: 0 } : {}),
  });
  const hours = { volumeMl, ivhMl: 0, hoursFromOnset: 3 };
  return { volumeMl, hematoma: createHematoma(head, anatomy, plan, random.fork("blood"), hours) };
}

/** Scans a hematoma with the middle of the image on its middle. */
function scan({ anatomy, head }, { hematoma, volumeMl }, profile, random) {
  const still = { yawDegrees: 0, rollDegrees: 0, pitchDegrees: 0, shiftMm: [0, 0, 0] };
  const middle = (profile.slices[0].count - 1) / 2;
  const frame = scanGrid(anatomy, profile, random.fork("pose"), still).frame(Math.round(middle), 0);
  const half = profile.matrix / 2;
  const at = ["x", "y", "z"].map((axis) => frame[axis] + half * (frame[`i${axis}`] + frame[`j${axis}`]));
  const centre = hematoma.clot.inside.originMm.map(
    (mm, axis) => mm + ((hematoma.clot.inside.size[axis] - 1) * hematoma.clot.inside.spacingMm[axis]) / 2,
  );
  const pose = { ...still, shiftMm: centre.map((mm, axis) => mm - at[axis]) };
  return simulateScan({ head, anatomy, hematoma, volumeMl, hoursFromOnset: 3, profile, pose, random });
}

function read(volume, mask) {
  const clot = createClot(sectionsOf(volume, mask));
  return Object.fromEntries(Object.entries(readers).map(([sign, reader]) => [sign, reader(clot).state]));
}

/**
 * For each sign true, false, or null where the inserted signal is neither strong nor clearly below its threshold. Definitions overlap: layering is a part
 * beside a part, and every enclosed zone is a hypodensity, a swirl when it runs on over two sections, and a black hole when it is dark and sharp enough.
 */
function truthOf({ truth }, asked, strength) {
  const shown = asked.filter((sign) => truth.signMasks[sign]);
  const gapOf = (sign) => (shown.includes(sign) ? strength * thresholdHu[sign] : 0);
  const judge = (gapHu, threshold) =>
    gapHu >= strong * threshold - 1e-9 ? true : gapHu <= threshold / margin ? false : null;
  const most = (signs) => Math.max(0, ...signs.map(gapOf));
  const enclosed = ["black-hole", "swirl", "hypodensity"];
  const spacing = truth.mask.geometry.spacing[2];
  const longMm = Math.max(
    0,
    ...shown.filter((sign) => enclosed.includes(sign)).map((sign) => runMm(truth.signMasks[sign], spacing)),
  );
  const foci = truth.signMasks.satellite ? connectedComponents(truth.signMasks.satellite, 26).components.length : 0;
  const any = judge(most(enclosed), thresholdHu.hypodensity);
  return {
    blend: judge(most(["blend", "fluid-level"]), thresholdHu.blend),
    "black-hole": judge(most(enclosed), thresholdHu["black-hole"]),
    hypodensity: any,
    swirl: any === true ? (longMm >= 12 ? true : longMm <= 6 ? false : null) : any,
    "fluid-level": judge(gapOf("fluid-level"), thresholdHu["fluid-level"]),
    island: foci >= 3,
    satellite: foci > 0,
  };
}

/** The longest run of slices that show a region, mm. */
function runMm(region, spacing) {
  let [run, longest] = [0, 0];
  for (const voxels of voxelsPerSlice(region)) {
    run = voxels > 0 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest * spacing;
}

const signs = ["blend", "black-hole", "swirl", "hypodensity", "fluid-level", "island", "satellite"];
const emptyCounts = () => Object.fromEntries(signs.map((sign) => [sign, { hit: 0, missed: 0, clear: 0, false: 0 }]));
const counts = Object.fromEntries(Object.keys(scanners).map((name) => [name, emptyCounts()]));
const smooth = Object.fromEntries(Object.keys(scanners).map((name) => [name, { clots: 0, fired: [] }]));
const wrong = [];
const strengths = [0, 0.5, 0.7, 0.85, 1, 1.15, 1.5, 2];
const curve = [];

for (let n = 0; n < heads; n++) {
  const head = createHead(firstSeed + n);
  requests.forEach((asked, c) => {
    const random = createRandom(firstSeed + n).fork(`case ${c}`);
    const isSmooth = c === 0;
    const strength = strong + 0.5 * random.fork("strength").uniform();
    const made = tryTo(() => bleed(head, random, asked, strength, isSmooth));
    if (!made) return;
    for (const [name, profile] of Object.entries(scanners)) {
      const seen = tryTo(() => scan(head, made, profile, random.fork(name)));
      if (!seen) continue;
      const found = read(seen.volume, seen.truth.mask);
      if (isSmooth) {
        smooth[name].clots++;
        smooth[name].fired.push(...Object.keys(found).filter((sign) => found[sign] === "present"));
      }
      const truth = truthOf(seen, asked, strength);
      for (const sign of signs) {
        if (truth[sign] === null || found[sign] === "not-assessable") continue;
        const present = found[sign] === "present";
        counts[name][sign][truth[sign] ? (present ? "hit" : "missed") : present ? "false" : "clear"]++;
        if (present !== truth[sign]) wrong.push({ seed: firstSeed + n, case: c, asked, slices: name, sign, present });
      }
    }
  });
  console.error(`head ${n + 1} of ${heads}`);
  write();
}

/** Share of clots on which a sign is found at each strength. One scan without and one with the sign give all strengths between: the images are linear in it. */

for (const sign of Object.keys(thresholdHu)) {
  for (const [name, profile] of Object.entries(scanners)) {
    const found = strengths.map(() => 0);
    let clots = 0;
    for (let n = 0; clots < curveClots && n < 3 * curveClots; n++) {
      const seed = firstSeed + 500 + (n % 4);
      const head = curveHead(seed);
      const random = createRandom(firstSeed + 1000 + n).fork(sign);
      const pair = [0, 2].map((strength) =>
        tryTo(() => scan(head, bleed(head, random, [sign], strength), profile, random.fork(name))),
      );
      if (!pair[0]?.truth.signMasks[sign] || !pair[1]) continue;
      clots++;
      const [without, full] = pair.map(({ volume }) => volume.hu);
      strengths.forEach((strength, s) => {
        const hu = Float32Array.from(without, (value, v) => value + (strength / 2) * (full[v] - value));
        const volume = createCtVolume(pair[1].volume.geometry, hu);
        if (read(volume, pair[1].truth.mask)[sign] === "present") found[s]++;
      });
    }
    curve.push({ sign, slices: name, clots, share: found.map((count) => count / clots) });
    console.error(`curve: ${sign}, ${name}`);
    write();
  }
}

function curveHead(seed) {
  curveHead.known ??= new Map();
  if (!curveHead.known.has(seed)) curveHead.known.set(seed, createHead(seed));
  return curveHead.known.get(seed);
}

/** The result, or null where a site has no room for the hematoma that was drawn. */
function tryTo(make) {
  try {
    return make();
  } catch (thrown) {
    if (thrown?.code === "ARGUMENT_INVALID") return null;
    throw thrown;
  }
}

function write() {
  const run = { heads, firstSeed, curveClots, strong, margin, thresholdHu };
  writeFileSync(out, `${JSON.stringify({ run, counts, smooth, strengths, curve, wrong }, null, 2)}\n`);
}
