/**
 * Joins the two public tables with real expansion outcomes into feature tables for `hemacast study`. The tables may not be redistributed:
 * the results go to the folder given, which must lie outside this repository.
 *
 *   node scripts/study-tables.mjs <data folder> <output folder>
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";

const [data, out] = process.argv.slice(2);
if (!data || !out) {
  console.error("usage: node scripts/study-tables.mjs <data folder> <output folder>");
  process.exit(2);
}
const read = (path) => parse(readFileSync(join(data, path), "utf8"), { columns: true, bom: true });
const write = (name, rows) => {
  const names = Object.keys(rows[0]);
  const lines = [names, ...rows.map((row) => names.map((column) => row[column] ?? ""))].map((cells) => cells.join(","));
  writeFileSync(join(out, name), `${lines.join("\n")}\n`);
  console.error(`${name}: ${rows.length} rows, ${names.length} columns`);
};
mkdirSync(out, { recursive: true });

// The source gives no identifier: a row is a patient. Scores on the Glasgow Coma Scale below 3, its least, count as 3.
const markers = read("he_feature_tables/yufei_794.csv");
write(
  "markers-794.csv",
  markers.map((row, i) => ({ id: `row-${i + 1}`, ...row, GCS: Math.max(3, Number(row.GCS)) })),
);

// First scan of each patient with a known outcome: those without any scan within 48 h of onset are not negative but unknown.
const clinical = new Map(read("ich_contest2023/clinical.csv").map((row) => [row.id, row]));
const radiomics = new Map(
  read("ich_contest2023/radiomics_hematoma.csv")
    .filter((row) => Number(row.visit) === 0 && row.visit !== "")
    .map((row) => [row.id, row]),
);
const labels = read("ich_contest2023/he_labels.csv");
const volumes = read("ich_contest2023/volumes_by_visit.csv");
write(
  "contest-2023.csv",
  labels.map(({ id, he48 }) => {
    const { visit: _, serial: __, id: ___, ...features } = radiomics.get(id);
    const {
      mrs90: ____,
      split: _____,
      first_serial: ______,
      id: _______,
      alcohol: ________,
      ...baseline
    } = clinical.get(id);
    return { id, he48, ...baseline, ...features };
  }),
);

/** The same cohort as a manifest: several definitions of the outcome side by side. Volumes are in the units of the source (1e-3 mL). */
const follow = (id) => volumes.filter((row) => row.id === id && Number(row.visit) > 0);
const most = Math.max(...labels.map(({ id }) => follow(id).length));
write(
  "contest-2023-manifest.csv",
  labels.map(({ id }) => {
    const first = volumes.find((row) => row.id === id && Number(row.visit) === 0);
    const person = clinical.get(id);
    const cells = {
      participantId: id,
      baselineVolumeMl: Number(first.HM_volume) / 1000,
      hoursFromOnset: Number(first.hours_from_onset),
      "clinical.age": person.age,
      "clinical.male": Number(person.sex === "M"),
      "clinical.sbp": person.sbp,
      "clinical.dbp": person.dbp,
      "clinical.hypertension": person.hypertension,
    };
    for (let k = 1; k <= most; k++) {
      const scan = follow(id)[k - 1];
      cells[`followUp${k}VolumeMl`] = scan ? Number(scan.HM_volume) / 1000 : "";
      cells[`followUp${k}HoursFromBaseline`] = scan ? Number(scan.hours_from_first) : "";
    }
    return cells;
  }),
);
