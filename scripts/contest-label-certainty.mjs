/**
 * How many labels of the contest's cohort are certain when volumes are measured with error; prints a table, writes nothing.
 *
 *   node scripts/build.mjs && node scripts/contest-label-certainty.mjs <ich_contest2023>
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expansionDefinitions, growthProbability, labelCertainty } from "../dist/cohort/growth-probability.js";

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node scripts/contest-label-certainty.mjs <ich_contest2023>");
  process.exit(2);
}
const table = (name) => parse(readFileSync(join(folder, name), "utf8"), { columns: true, bom: true });
const hours = new Map(table("volumes_by_visit.csv").map((row) => [row.serial, Number(row.hours_from_onset)]));
const scans = new Map();
for (const row of table("radiomics_hematoma.csv")) {
  if (row.visit !== "") scans.set(row.id, [...(scans.get(row.id) ?? []), row]);
}
const labelled = new Set(table("he_labels.csv").map((row) => row.id));

/** Standard deviation of a volume in mL: of the edge in mm times the surface, or a share of the volume. */
const errors = {
  "edge 0.25 mm": (scan) => (Number(scan.original_shape_SurfaceArea) * 0.25) / 1000,
  "edge 0.5 mm": (scan) => (Number(scan.original_shape_SurfaceArea) * 0.5) / 1000,
  "5 % of the volume": (scan) => (Number(scan.original_shape_VoxelVolume) * 0.05) / 1000,
  "10 % of the volume": (scan) => (Number(scan.original_shape_VoxelVolume) * 0.1) / 1000,
};
const measured = (scan, sd) => ({ ml: Number(scan.original_shape_VoxelVolume) / 1000, sdMl: sd(scan) });

const [definition] = expansionDefinitions;
for (const [name, sd] of Object.entries(errors)) {
  const counts = { expansion: 0, "no-expansion": 0, uncertain: 0, unknown: 0 };
  for (const id of labelled) {
    const all = scans.get(id) ?? [];
    const baseline = all.find((scan) => scan.visit === "0");
    const later = all.filter((scan) => scan.visit !== "0" && hours.get(scan.serial) <= 48);
    if (!baseline || later.length === 0) {
      counts.unknown++;
      continue;
    }
    const probabilities = later.map((scan) =>
      growthProbability(measured(baseline, sd), measured(scan, sd), definition),
    );
    counts[labelCertainty(Math.max(...probabilities))]++;
  }
  console.log(name.padEnd(20), definition.id, JSON.stringify(counts));
}
