/**
 * Simulates the studies that the backbone learns from and is probed on: `npx jiti scripts/backbone/simulate-views.ts CONFIG OUT`.
 * One pair of files per study, so that it can be stopped and started again.
 */
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HemacastError } from "../../src/core/errors.ts";
import { createRandom } from "../../src/core/random.ts";
import { scannerProfiles, siteScanner } from "../../src/simulation/scanner/scanner-profile.ts";
import { simulateCase } from "../../src/simulation/simulate-case.ts";
import type { ScenarioName } from "../../src/simulation/simulated-case.ts";
import { type BackboneConfig, readBackboneConfig } from "./config.ts";
import { drawFrames, drawView, truthOf } from "./slice-views.ts";

const [configPath, out] = process.argv.slice(2);
if (!configPath || !out) throw new Error("usage: simulate-views.ts CONFIG OUT");
const config = readBackboneConfig(configPath);
requireNoEvaluationCase(config);
mkdirSync(out, { recursive: true });
for (let i = 0; i < config.slices.studies; i++) {
  const base = join(out, `study-${String(i).padStart(4, "0")}`);
  if (existsSync(`${base}.json`)) continue;
  const { views, truth } = makeStudy(i);
  writeFileSync(`${base}.hu`, Buffer.concat(views.map((v) => Buffer.from(v.buffer, v.byteOffset, v.byteLength))));
  writeFileSync(`${base}.part`, JSON.stringify(truth));
  renameSync(`${base}.part`, `${base}.json`);
  console.log(`${base} ${views.length} views`);
}

function makeStudy(i: number) {
  const { firstSeed, pixels, sharpScannerShare } = config.slices;
  const seed = firstSeed + i;
  const random = createRandom(config.seed).fork(`study ${i}`);
  const scenario = (["literature", "strong-density", "null"] as const)[i % 3] as ScenarioName;
  const profile = random.uniform() < sharpScannerShare ? scannerProfiles.sequential : scannerProfiles.fast;
  const simulated = simulateCase({ seed, scenario, scanner: siteScanner(profile, random) });
  const frames = drawFrames(simulated, random);
  const views = frames.map(({ frame }) => drawView(simulated, frame, pixels));
  const { location, irregularity, volumeMl, signs, midlineShiftMm, expands, risk } = simulated.truth;
  const { meanHu, coefficientOfVariation } = simulated.truth;
  return {
    views,
    truth: {
      ...{ seed, scenario, scanner: profile.name },
      ...{ location, irregularity, volumeMl, signs, midlineShiftMm, expands, risk, meanHu, coefficientOfVariation },
      views: frames.map(({ kind, frame }, k) => truthOf(simulated, kind, frame, views[k] as Int16Array)),
    },
  };
}

/** The participants of an evaluation cohort have drawn seeds; one of them among ours would be known before it is tested. */
function requireNoEvaluationCase({ slices }: BackboneConfig): void {
  const { firstSeed, studies, cohortSeedsKeptOut } = slices;
  for (const cohort of cohortSeedsKeptOut) {
    const random = createRandom(cohort);
    for (let i = 0; i < 5000; i++) {
      // As in pipeline/simulate-cohort: the first number drawn is the site, the second the seed.
      const draw = random.fork(`participant ${i}`);
      draw.uniform();
      const seed = draw.integer(2 ** 32);
      if (seed >= firstSeed && seed < firstSeed + studies) {
        throw new HemacastError("SPLIT_LEAKS", `participant ${i} of cohort ${cohort} has seed ${seed}, one of ours`);
      }
    }
  }
}
