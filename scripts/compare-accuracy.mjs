/**
 * How well growth is measured on simulated pairs with known truth: baseline without tilt in slices of 5 mm and pixels of 1 mm, follow-up with 14 degrees
 * of gantry tilt and gaps of 4 and 7 mm, the head turned by 10 degrees about any axis and shifted by 15 mm in any direction. Results already in OUT.json are kept.
 *
 *   node scripts/build.mjs && node scripts/compare-accuracy.mjs OUT.json [--from 1001] [--to 1040] [--segmenter hematoma-unet]
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createRandom } from "../dist/core/random.js";
import { blandAltman } from "../dist/evaluation/agreement.js";
import { volumeSdMl } from "../dist/markers/volume-error.js";
import { openSegmenter } from "../dist/pipeline/open-segmenter.js";
import { drawParticipant } from "../dist/simulation/growth/participant.js";
import { scenarios } from "../dist/simulation/growth/scenario.js";
import { drawHeadAnatomy } from "../dist/simulation/head/head-anatomy.js";
import { createHeadPhantom } from "../dist/simulation/head/head-phantom.js";
import { createHematoma } from "../dist/simulation/hematoma/hematoma.js";
import { scannerProfiles } from "../dist/simulation/scanner/scanner-profile.js";
import { simulateScan } from "../dist/simulation/simulate-scan.js";
import { maskMl } from "../dist/volume/volume.js";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: "string", default: "1001" },
    to: { type: "string", default: "1040" },
    segmenter: { type: "string", default: "hematoma-unet" },
  },
});
const [out] = positionals;
if (!out) {
  console.error("usage: node scripts/compare-accuracy.mjs OUT.json [--from 1001] [--to 1040] [--segmenter NAME]");
  process.exit(2);
}
const motion = { degrees: 10, mm: 15 };
const pairs = existsSync(out) ? JSON.parse(readFileSync(out, "utf8")).pairs : [];
const segmenter = await openSegmenter(flags.segmenter);
for (let seed = Number(flags.from); seed <= Number(flags.to); seed++) {
  if (pairs.some((pair) => pair.seed === seed)) continue;
  const scans = simulatedPair(seed);
  if (!scans) continue;
  const [baseline, followUp] = [await measured(scans[0]), await measured(scans[1])];
  pairs.push({ seed, baseline, followUp });
  pairs.sort((a, b) => a.seed - b.seed);
  writeFileSync(out, `${JSON.stringify({ motion, segmenter: flags.segmenter, summary: summary(), pairs }, null, 1)}\n`);
  console.error(seed, JSON.stringify({ baseline, followUp }));
}
await segmenter.release();
console.log(JSON.stringify(summary(), null, 2));

/** Both scans of a participant; null for those without a second scan. */
function simulatedPair(seed) {
  const random = createRandom(seed);
  const participant = drawParticipant(random.fork("participant"), scenarios.literature);
  if (participant.followUpStatus !== "scanned") return null;
  const { plan } = participant;
  const anatomy = drawHeadAnatomy(random.fork("head"), participant.ageYears);
  const head = createHeadPhantom(anatomy);
  const hematomaAt = (volumeMl, ivhMl, hoursFromOnset, earlier = null) =>
    createHematoma(head, anatomy, plan, random.fork("blood"), { volumeMl, ivhMl, hoursFromOnset }, earlier);
  const { followUpVolumeMl, followUpIvhMl, followUpHours, hoursFromOnset } = participant;
  const first = hematomaAt(plan.volumeMl, plan.ivhMl, hoursFromOnset);
  const second = hematomaAt(followUpVolumeMl, followUpIvhMl, followUpHours, first);
  const move = createRandom(seed).fork("motion");
  const [yawDegrees, rollDegrees, pitchDegrees] = direction(move).map((x) => x * motion.degrees);
  const shiftMm = direction(move).map((x) => x * motion.mm);
  const straight = { yawDegrees: 0, rollDegrees: 0, pitchDegrees: 0, shiftMm: [0, 0, 0] };
  const scan = (profile, pose, hematoma, volumeMl, hours, name) =>
    simulateScan({
      head,
      anatomy,
      profile,
      pose,
      hematoma,
      volumeMl,
      hoursFromOnset: hours,
      random: random.fork(name),
    });
  const moved = { yawDegrees, rollDegrees, pitchDegrees, shiftMm };
  return [
    scan(scannerProfiles.fast, straight, first, plan.volumeMl, hoursFromOnset, "baseline scan"),
    scan(scannerProfiles.tilted, moved, second, followUpVolumeMl, followUpHours, "follow-up scan"),
  ];
}

function direction(random) {
  const normals = [random.normal(), random.normal(), random.normal()];
  return normals.map((x) => x / Math.hypot(...normals));
}

/** All blood counts: the segmenter draws that in the ventricles too. */
async function measured({ volume, truth }) {
  const { mask } = await segmenter.segment(volume);
  return { trueMl: maskMl(truth.mask) + truth.ivhMl, ml: maskMl(mask), sdMl: volumeSdMl(mask), signs: truth.signs };
}

/** Whether a part of the clot that reaches its edge is simulated as dark as brain, so that nobody could see where it ends. */
function hasPartLikeBrain({ signs }) {
  return signs.includes("blend") || signs.includes("fluid-level");
}

function summary() {
  const of = (chosen) => {
    const errors = chosen.map(({ baseline: a, followUp: b }) => b.ml - a.ml - (b.trueMl - a.trueMl));
    const { bias, lowerLimit, upperLimit } = blandAltman(
      errors.map(() => 0),
      errors,
    );
    const trueMl = chosen.reduce((sum, { baseline }) => sum + baseline.trueMl, 0);
    const z = chosen.map(({ baseline, followUp }, n) => errors[n] / Math.hypot(baseline.sdMl, followUp.sdMl));
    const within = z.filter((value) => Math.abs(value) <= 1.96).length;
    return {
      n: chosen.length,
      biasMl: bias,
      biasPercentOfBaseline: (100 * bias.value * chosen.length) / trueMl,
      limitsMl: [lowerLimit.value, upperLimit.value],
      within196Sd: within,
    };
  };
  const told = (chosen) => (chosen.length > 2 ? of(chosen) : null);
  const isSmall = ({ baseline }) => baseline.trueMl < 30;
  const visible = pairs.filter(({ baseline, followUp }) => ![baseline, followUp].some(hasPartLikeBrain));
  return {
    all: told(pairs),
    below30Ml: told(pairs.filter(isSmall)),
    withoutPartsLikeBrain: { all: told(visible), below30Ml: told(visible.filter(isSmall)) },
  };
}
