/**
 * Simulated beside real hematomas in numbers, as Markdown: node scripts/realism-tables.mjs <simulated cohort> <folder of real masks> <shape table.csv> [most]
 * The cohort is what `simulate cohort` makes; the table has PyRadiomics' shape columns, one row per scan with `visit` 0 for the first. Of cohort and
 * masks at most `most` are taken, those of 1 to 110 mL. Run `npm run build` first. Nothing real is kept in the repository: only what is printed.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readMask } from "../dist/pipeline/nifti-files.js";
import { shapeFeatures } from "../dist/radiomics/shape.js";
import { boundingBox, cropMask, grownBox } from "../dist/volume/box.js";
import { maskMl } from "../dist/volume/volume.js";

const [cohort, masks, table, most = "300"] = process.argv.slice(2);
if (!cohort || !masks || !table) {
  console.error(
    "usage: node scripts/realism-tables.mjs <simulated cohort> <folder of real masks> <shape table.csv> [most]",
  );
  process.exit(2);
}

const participants = readdirSync(cohort).filter((name) => name.startsWith("SIM-"));
const truths = participants.map((name) => JSON.parse(readFileSync(join(cohort, name, "truth.json"), "utf8")));
const simulated = await measured(participants.map((name) => join(cohort, name, "baseline-hematoma.nii.gz")));
const ofMasks = await measured(
  readdirSync(masks)
    .filter((name) => name.endsWith(".nii.gz"))
    .sort()
    .map((name) => join(masks, name)),
);
const ofTable = fromTable(readFileSync(table, "utf8"));

const names = [
  "volume mL",
  "sphericity",
  "elongation",
  "flatness",
  "surface / volume * cbrt(volume)",
  "diameter / cbrt(volume)",
];
console.log(
  `| shape | simulated (${simulated.length}) | masks (${ofMasks.length}) | KS | table (${ofTable.length}) | KS |`,
);
console.log("|---|---|---|---|---|---|");
for (const name of names) {
  const [a, b, c] = [simulated, ofMasks, ofTable].map((rows) => rows.map((row) => row[name]));
  console.log(
    `| ${name} | ${quartiles(a)} | ${quartiles(b)} | ${ks(a, b).toFixed(2)} | ${quartiles(c)} | ${ks(a, c).toFixed(2)} |`,
  );
}
console.log(`\n| scans simulated: ${truths.length} | |\n|---|---|`);
for (const name of ["meanHu", "coefficientOfVariation"]) {
  console.log(`| ${name} | ${quartiles(truths.map(({ baseline }) => baseline[name]))} |`);
}
for (const sign of ["blend", "black-hole", "swirl", "hypodensity", "fluid-level", "island", "satellite"]) {
  const shown = truths.filter(({ baseline }) => baseline.signs.includes(sign)).length;
  console.log(`| ${sign} | ${shown} (${((100 * shown) / truths.length).toFixed(1)} %) |`);
}

/** The shape of each mask of 1 to 110 mL, measured as PyRadiomics does. */
async function measured(paths) {
  const rows = [];
  for (const path of paths) {
    if (rows.length >= Number(most)) break;
    const { mask } = await readMask(path);
    const ml = maskMl(mask);
    if (ml < 1 || ml > 110) continue;
    const crop = cropMask(mask, grownBox(boundingBox(mask), mask.geometry, 2, true));
    rows.push(row(shapeFeatures(crop), ml));
  }
  return rows;
}

function row(shape, ml) {
  const edge = Math.cbrt(1000 * ml);
  return {
    "volume mL": ml,
    ...{ sphericity: shape.Sphericity, elongation: shape.Elongation, flatness: shape.Flatness },
    "surface / volume * cbrt(volume)": shape.SurfaceVolumeRatio * edge,
    "diameter / cbrt(volume)": shape.Maximum3DDiameter / edge,
  };
}

function fromTable(text) {
  const [head, ...lines] = text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(","));
  const at = (cells, name) => cells[head.indexOf(name)];
  return lines
    .filter((cells) => at(cells, "visit") === "0")
    .map((cells) => {
      const value = (name) => Number(at(cells, `original_shape_${name}`));
      const shape = Object.fromEntries(
        ["Sphericity", "Elongation", "Flatness", "SurfaceVolumeRatio", "Maximum3DDiameter"].map((name) => [
          name,
          value(name),
        ]),
      );
      return row(shape, value("MeshVolume") / 1000);
    })
    .filter((one) => one["volume mL"] >= 1 && one["volume mL"] <= 110);
}

function quartiles(values) {
  const sorted = [...values].sort((x, y) => x - y);
  const at = (q) => sorted[Math.round(q * (sorted.length - 1))].toPrecision(3);
  return `${at(0.5)} (${at(0.25)}, ${at(0.75)})`;
}

/** Largest distance between two empirical distribution functions. */
function ks(a, b) {
  const below = (values, x) => values.filter((value) => value <= x).length / values.length;
  return Math.max(...[...a, ...b].map((x) => Math.abs(below(a, x) - below(b, x))));
}
