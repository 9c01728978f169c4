/**
 * Makes models/lu2024-simulated from a finished study of simulated participants, with its licence and where it comes from:
 *
 *   hemacast simulate cohort --n 690 --sites 3 --scenario strong-density --seed 7001 --baseline-only --format nifti --out cohort
 *   hemacast study cohort/manifest-truth.csv --config experiments/lu2024-simulated.json --out run
 *   node scripts/ship-image-model.mjs run
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [run] = process.argv.slice(2);
if (!run) throw new Error("usage: ship-image-model.mjs RUN");
const folder = fileURLToPath(new URL("../models/lu2024-simulated", import.meta.url));
rmSync(folder, { recursive: true, force: true });
cpSync(`${run}/bundle`, folder, { recursive: true });
const path = `${folder}/bundle.json`;
const manifest = JSON.parse(readFileSync(path, "utf8"));
const shipped = {
  ...manifest,
  // 1.0.0: seed 4001, hematomas drawn by hematoma-unet 2.0.0; 2.0.0: seed 5001, signs read with one smoothing for all scanners; 3.0.0: seed 6001, hematoma-unet 3.0.0
  version: "4.0.0",
  licence: "Apache-2.0",
  source:
    "experiments/lu2024-simulated.json on 690 participants of `hemacast simulate cohort --sites 3 --scenario strong-density --seed 7001`; figures in docs/results/hybrid-simulated.md",
};
writeFileSync(path, `${JSON.stringify(shipped, null, 2)}\n`);
