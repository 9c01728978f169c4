/** A cohort of which nothing is known but its scans: volumes, labels and how sure they are come from the segmenter. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findLeaks } from "../src/cohort/leakage.ts";
import { warningCodes } from "../src/core/finding.ts";
import { blocksConfigSchema } from "../src/expansion/blocks.ts";
import type { Vec3 } from "../src/math/vec3.ts";
import { keptFindings, scanPlace } from "../src/pipeline/kept-measurements.ts";
import { measureScan } from "../src/pipeline/measure-scan.ts";
import { writeNifti } from "../src/pipeline/nifti-files.ts";
import { segmenterIdentity } from "../src/pipeline/segmenter-identity.ts";
import { studyConfigSchema } from "../src/pipeline/study-config.ts";
import { readStudyData, type StudyData } from "../src/pipeline/study-data.ts";
import { identityTransform } from "../src/volume/registration.ts";
import { bonyHead, bonyHeadGeometry } from "./support/bony-head.ts";
import { forEachVoxel } from "./support/phantoms.ts";

const root = mkdtempSync(join(tmpdir(), "study-scans-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Radius of the clot in mm at baseline and follow-up; 15 mm are 14 mL, and 16.5 mm are a third more. */
const people: readonly (readonly [string, number, number, Vec3])[] = [
  ["grows", 15, 19, [1, 1, 1]],
  ["stays", 15, 15, [1, 0.94, 1.03]],
  ["who-knows", 15, 16.55, [1.03, 1.01, 0.94]],
  ["nothing-seen", 0, 15, [0.95, 0.97, 1]],
];
/** Making and segmenting eight heads takes minutes where the machine is busy with other work. */
const patience = 600_000;
const config = studyConfigSchema.parse({
  name: "scans",
  segmenter: "threshold",
  split: { kind: "leave-one-site-out" },
  models: [{ name: "volume", predictors: ["baselineVolumeMl"], innerFolds: 2 }],
});
const cache = join(root, "run", "measured");
let data: StudyData;

beforeAll(async () => {
  for (const [name, before, after, shape] of people) {
    for (const [scan, radius] of [
      ["baseline", before],
      ["follow-up", after],
    ] as const) {
      const head = bonyHead(identityTransform, bonyHeadGeometry, shape, radius);
      await writeNifti(join(root, `${name}-${scan}.nii.gz`), head.geometry, Int16Array.from(head.hu));
    }
  }
  data = await readStudyData(manifest("manifest.csv"), config, { cache });
}, patience);

function manifest(file: string, names: readonly string[] = people.map(([name]) => name)): string {
  const rows = names.map((name, i) => `${name},${i % 2},${name}-baseline.nii.gz,${name}-follow-up.nii.gz,24,2`);
  writeFileSync(
    join(root, file),
    `participantId,site,baselineScan,followUpScan,followUpHoursFromBaseline,hoursFromOnset\n${rows.join("\n")}\n`,
  );
  return join(root, file);
}

it("measures the volumes, and leaves unknown what the segmenter did not see", () => {
  const [ml] = data.table.values;
  expect(ml).toBeAllClose((4 / 3) * Math.PI * 1.5 ** 3, { relative: 0.2 });
  expect(data.table.participantIds).toEqual(people.slice(0, 3).map(([name]) => name));
  expect(data.flow.exclusions).toEqual([{ reason: "no-baseline-volume", count: 1 }]);
  expect(data.unmeasured).toEqual([{ participantId: "nothing-seen", reasons: ["NO_HEMATOMA_FOUND"] }]);
});

it("says which labels another measurement might turn round", () => {
  const certainty = Object.fromEntries(data.labels.map((label) => [label.participantId, label.certainty]));
  expect(certainty).toEqual({
    grows: "expansion",
    stays: "no-expansion",
    "who-knows": "uncertain",
  });
  for (const { outcome, certainty: sure } of data.labels) {
    if (sure !== "uncertain") expect(outcome).toBe(Number(sure === "expansion"));
  }
});

it("keeps what it measured: a second reading segments nothing", async () => {
  const volumes = readdirSync(cache)
    .filter((name) => name.endsWith(".json"))
    .map((name) => ({ path: join(cache, name), kept: JSON.parse(readFileSync(join(cache, name), "utf8")) }))
    .filter(({ kept }) => "ml" in kept);
  // The two scans of the one who stays the same are the same bytes.
  expect(volumes).toHaveLength(7);
  for (const { path, kept } of volumes) {
    if (kept.ml !== null) writeFileSync(path, JSON.stringify({ ...kept, ml: kept.ml + 100 }));
  }
  const again = await readStudyData(join(root, "manifest.csv"), config, { cache });
  expect(again.table.values[0]).toBeAllClose(data.table.values[0]! + 100, { absolute: 1e-9 });
});

it("draws each scan once, for its volume and for its predictors", async () => {
  const masks = (): string[] => readdirSync(cache).filter((name) => name.endsWith(".nii.gz"));
  const drawn = masks();
  expect(drawn).toHaveLength(7);
  const { measured } = await readStudyData(
    join(root, "manifest.csv"),
    { ...config, blocks: { shape: true, radiomics: null, markers: false, cnn: [] } },
    { cache },
  );
  expect(masks()).toEqual(drawn);
  expect(measured?.volumesMl).toEqual([0, 1, 2].map((i) => data.table.values[i * data.table.names.length]));
});

it("names those whose hematoma was drawn with a warning, also when the mask was drawn before", async () => {
  const { geometry, hu } = bonyHead(identityTransform, bonyHeadGeometry, [1, 1, 1], 15);
  const without = Int16Array.from(hu);
  forEachVoxel(geometry, (voxel, [x, y]) => {
    if (without[voxel]! > 200 && Math.abs(Math.atan2(y, -x)) < Math.PI / 3) without[voxel] = 40;
  });
  await writeNifti(join(root, "opened-baseline.nii.gz"), geometry, without);
  copyFileSync(join(root, "grows-follow-up.nii.gz"), join(root, "opened-follow-up.nii.gz"));
  const path = manifest("opened.csv", ["stays", "opened"]);
  const blocks = { shape: true, radiomics: null, markers: false, cnn: [] };
  const expected = [{ participantId: "opened", codes: ["SKULL_OPEN"] }];
  const first = await readStudyData(path, { ...config, blocks }, { cache });
  expect(first.warned).toEqual(expected);
  expect(first.table.participantIds).toEqual(["stays", "opened"]);
  const again = await readStudyData(path, { ...config, blocks }, { cache });
  expect(again.warned).toEqual(expected);
  expect(again.measured?.warnings).toEqual([[], ["SKULL_OPEN"]]);
  expect(data.warned).toEqual([]);
});

it("finds one patient under two names by how the scans look", async () => {
  for (const scan of ["baseline", "follow-up"]) {
    copyFileSync(join(root, `grows-${scan}.nii.gz`), join(root, `again-${scan}.nii.gz`));
  }
  const names = ["grows", "again"];
  const { table, scans } = await readStudyData(manifest("twice.csv", names), config, { cache });
  // These heads have no anatomy to tell them apart; that two real heads are told apart stands in src/cohort/leakage.test.ts.
  const fold = { name: "given", training: [0], test: [1] };
  expect(findLeaks(table, fold, { scans }).map(({ code }) => code)).toContain("near-duplicate-images");
});

it("a scan in which nothing is drawn is not one that is drawn with a warning", async () => {
  const scan = join(root, "air.nii.gz");
  const { geometry } = bonyHead(identityTransform, bonyHeadGeometry, [1, 1, 1], 0);
  await writeNifti(scan, geometry, new Int16Array(geometry.size[0] * geometry.size[1] * geometry.size[2]).fill(-1000));
  const blocks = blocksConfigSchema.parse({ segmenter: "threshold" });
  expect(await measureScan({ scan, cache, blocks })).toMatchObject({ volumeMl: 0, warnings: [] });
  const place = await scanPlace(cache, scan, (await segmenterIdentity("threshold")).id);
  expect(warningCodes((await keptFindings(place)) ?? [])).toEqual(["NO_BRAIN_FOUND"]);
});

it("refuses a cohort without anybody to analyse before it opens a scan", async () => {
  const late = join(root, "late.csv");
  writeFileSync(late, readFileSync(manifest("absent.csv", ["nobody"]), "utf8").replace(",24,2", ",500,2"));
  const message = await readStudyData(late, config, { cache }).catch((e) => `${e.code} ${e.message}`);
  expect(message).toMatch(/^METRIC_UNDEFINED .*no-scan-in-window 1/);
});

it("names a scan that is not there", async () => {
  const code = await readStudyData(manifest("absent.csv", ["nobody"]), config, { cache }).catch((e) => e.code);
  expect(code).toBe("INPUT_NOT_FOUND");
});
