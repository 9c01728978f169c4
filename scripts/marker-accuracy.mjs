/**
 * How well the markers read inserted signs: simulated heads, each bled into several times with known signs of known strength, seen closely around the
 * hematoma in slices of 5 mm and of 1 mm, read on the true mask. Writes figures as JSON; `scripts/marker-accuracy-report.mjs` draws them.
 *
 *   node scripts/build.mjs && node scripts/marker-accuracy.mjs OUT.json [--heads 12] [--seed 5001] [--curve 8]
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createRandom } from "../dist/core/random.js";
import { createCtVolume } from "../dist/volume/volume.js";
import {
  bleed,
  createHead,
  margin,
  read,
  requests,
  scan,
  sectionsIn,
  signs,
  sliceNames,
  strong,
  thresholdHu,
  truthOf,
} from "./marker-cases.mjs";

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

const emptyCounts = () => Object.fromEntries(signs.map((sign) => [sign, { hit: 0, missed: 0, clear: 0, false: 0 }]));
const forEachSlices = (make) => Object.fromEntries(sliceNames.map((name) => [name, make()]));
const counts = forEachSlices(emptyCounts);
const smooth = forEachSlices(() => ({ clots: 0, fired: [] }));
const unread = forEachSlices(() => 0);
const neither = forEachSlices(() => Object.fromEntries(signs.map((sign) => [sign, 0])));
const wrong = [];
const strengths = [0, 0.5, 0.7, 0.85, 1, 1.15, 1.5, 2];
const curve = [];

for (let n = 0; n < heads; n++) {
  const head = createHead(firstSeed + n);
  for (const [c, asked] of requests.entries()) measure(head, firstSeed + n, c, asked);
  console.error(`head ${n + 1} of ${heads}`);
  write();
}
for (const sign of curveClots > 0 ? Object.keys(thresholdHu) : []) {
  for (const [name, { clots, found }] of Object.entries(curvesOf(sign))) {
    curve.push({ sign, slices: name, clots, share: found.map((count) => count / clots) });
  }
  console.error(`curve: ${sign}`);
  write();
}

/** One hematoma, in both slice thicknesses. */
function measure(head, seed, c, asked) {
  const random = createRandom(seed).fork(`case ${c}`);
  const isSmooth = c === 0;
  const made = bleed(head, random, asked, strong + 0.5 * random.fork("strength").uniform(), isSmooth);
  const thin = made && scan(head, made, "1 mm", random.fork("1 mm"));
  if (!thin) return;
  for (const name of sliceNames) {
    const seen = name === "1 mm" ? thin : scan(head, made, name, random.fork(name));
    if (!seen) continue;
    const sections = sectionsIn(seen);
    const found = read(sections);
    if (isSmooth) {
      smooth[name].clots++;
      smooth[name].fired.push(...Object.keys(found).filter((sign) => found[sign] === "present"));
    }
    const truth = truthOf(made, sections, seen.truth, thin.truth);
    for (const sign of signs) {
      if (found[sign] === "not-assessable") unread[name]++;
      else if (truth[sign] === null) neither[name][sign]++;
      if (truth[sign] === null || found[sign] === "not-assessable") continue;
      const present = found[sign] === "present";
      counts[name][sign][truth[sign] ? (present ? "hit" : "missed") : present ? "false" : "clear"]++;
      if (present !== truth[sign]) wrong.push({ seed, case: c, asked, slices: name, sign, present });
    }
  }
}

/** On how many clots a sign is found at each strength. One scan without and one with the sign give all strengths between: images are linear in it. */
function curvesOf(sign) {
  const result = forEachSlices(() => ({ clots: 0, found: strengths.map(() => 0) }));
  const isEnough = () => Object.values(result).every(({ clots }) => clots >= curveClots);
  for (let n = 0; !isEnough() && n < 3 * curveClots; n++) {
    const head = curveHead(firstSeed + 500 + (n % 4));
    const random = createRandom(firstSeed + 1000 + n).fork(sign);
    const made = [0, 2].map((strength) => bleed(head, random, [sign], strength));
    if (!made.every(Boolean)) continue;
    for (const name of sliceNames) {
      const [plain, full] = made.map((clot) => scan(head, clot, name, random.fork(name)));
      if (!plain?.truth.signMasks[sign] || !full) continue;
      result[name].clots++;
      const [without, most] = [plain.volume.hu, full.volume.hu];
      strengths.forEach((strength, s) => {
        const hu = Float32Array.from(without, (value, v) => value + (strength / 2) * (most[v] - value));
        const volume = createCtVolume(full.volume.geometry, hu);
        if (read(sectionsIn({ volume, truth: full.truth }))[sign] === "present") result[name].found[s]++;
      });
    }
  }
  return result;
}

function curveHead(seed) {
  curveHead.known ??= new Map();
  if (!curveHead.known.has(seed)) curveHead.known.set(seed, createHead(seed));
  return curveHead.known.get(seed);
}

function write() {
  const run = { heads, firstSeed, curveClots, strong, margin, thresholdHu };
  writeFileSync(out, `${JSON.stringify({ run, counts, smooth, unread, neither, strengths, curve, wrong }, null, 2)}\n`);
}
