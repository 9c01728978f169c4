/**
 * Statistics at scale: DeLong's interval of a million predictions, and nested 5 x 5 cross-validation of an elastic net on 10,000 x 100 with
 * 2,000 bootstrap samples.
 *
 *   node scripts/build.mjs && node bench/statistics.mjs [--json]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { repeatedFolds } from "../dist/cohort/splits.js";
import { createRandom } from "../dist/core/random.js";
import { aucInterval } from "../dist/evaluation/delong.js";
import { runStudy } from "../dist/pipeline/study.js";
import { checkStudyConfig, studyConfigSchema } from "../dist/pipeline/study-config.js";

const loadBefore = loadavg()[0];
const clock = async (action) => {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const value = await action();
  const used = process.cpuUsage(cpu);
  return { value, seconds: (performance.now() - wall) / 1000, cpuSeconds: (used.user + used.system) / 1e6 };
};

async function million() {
  const random = createRandom(1);
  const outcome = Uint8Array.from({ length: 1e6 }, () => Number(random.uniform() < 0.25));
  const risk = Float64Array.from(outcome, (y) => 1 / (1 + Math.exp(1.5 - y - random.normal())));
  return clock(() => aucInterval(outcome, risk));
}

async function nested() {
  const [n, p] = [10_000, 100];
  const random = createRandom(2);
  const outcome = Uint8Array.from({ length: n }, () => Number(random.uniform() < 0.25));
  const values = Float64Array.from(
    { length: n * p },
    (_, i) => random.normal() + (i % p < 10 ? 0.15 * outcome[Math.floor(i / p)] : 0),
  );
  const participantIds = Array.from(outcome, (_, i) => `p${i}`);
  const names = Array.from({ length: p }, (_, j) => `x${j}`);
  const table = { participantIds, names, values, outcome, sites: null };
  const config = checkStudyConfig(
    studyConfigSchema.parse({
      name: "bench",
      models: [{ name: "elastic net", predictors: ["*"], logistic: { alphas: [0.5], lambdas: 50 } }],
      evaluation: { replicates: 2000 },
    }),
  );
  const flow = { assessed: n, exclusions: [], analysed: n, events: outcome.reduce((a, b) => a + b, 0) };
  const folds = repeatedFolds(table, { folds: 5, repeats: 1, seed: 1 });
  const out = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const none = { outcomes: [], scans: [], labels: [], unmeasured: [], scoreInputs: [] };
    const data = { table, flow, folds, subgroups: new Map(), ...none, inputSha256: "0" };
    return await clock(() => runStudy(data, config, join(out, "run"), { threads: 2 }));
  } finally {
    rmSync(out, { recursive: true });
  }
}

const auc = await million();
const study = await nested();
const results = [
  {
    name: "DeLong interval of 1,000,000 predictions",
    ours: auc.seconds,
    cpuSeconds: auc.cpuSeconds,
    peer: 5,
    unit: "s",
  },
  {
    name: "nested 5x5 elastic net, 10,000 x 100, 50 penalties, 2,000 bootstraps",
    ours: study.seconds,
    cpuSeconds: study.cpuSeconds,
    peer: 60,
    unit: "s",
  },
].map((row) => ({ ...row, ratio: row.ours / row.peer }));
const machine = { cpu: cpus()[0]?.model, cores: availableParallelism(), threads: 2, loadBefore, node: process.version };
if (process.argv.includes("--json"))
  console.log(JSON.stringify({ peer: "the limit that we set ourselves", machine, results }, null, 2));
else
  for (const r of results)
    console.log(`${r.name}: ${r.ours.toFixed(1)} s (CPU ${r.cpuSeconds.toFixed(1)} s; limit ${r.peer} s)`);
