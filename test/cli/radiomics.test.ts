import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeMask, writeNifti } from "../../src/pipeline/nifti-files.ts";
import type { Geometry } from "../../src/volume/geometry.ts";
import { createMask } from "../../src/volume/volume.ts";
import { runHemacast } from "../support/run-hemacast.ts";

const direction: Geometry["direction"] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const geometry: Geometry = { size: [12, 10, 8], spacing: [0.5, 0.5, 2], origin: [0, 0, 0], direction };
let folder = "";
const at = (name: string): string => join(folder, name);
const radiomics = (...args: readonly string[]) => runHemacast("radiomics", ...args);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "radiomics-cli-"));
  const values = Int16Array.from({ length: 960 }, (_, v) => (v * 37) % 90);
  const block = Uint8Array.from({ length: 960 }, (_, v) =>
    v % 12 > 2 && v % 12 < 9 && Math.floor(v / 120) > 1 ? 1 : 0,
  );
  await writeNifti(at("ct.nii.gz"), geometry, values);
  await writeMask(at("mask.nii.gz"), createMask(geometry, block));
  await writeFile(at("cases.csv"), "image,mask\nct.nii.gz,mask.nii.gz\nct.nii.gz,mask.nii.gz\n");
  await writeFile(at("broken.csv"), "image,mask\nct.nii.gz,mask.nii.gz\nct.nii.gz,nowhere.nii.gz\n");
  await writeFile(at("typo.yaml"), "setting:\n  binWdth: 5\n");
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it("extract prints one JSON document with features and provenance, and nothing else on stdout", async () => {
  const { exitCode, stdout } = await radiomics("extract", at("ct.nii.gz"), at("mask.nii.gz"), "--json");
  expect(exitCode).toBe(0);
  const result = JSON.parse(stdout);
  expect(Object.keys(result.features)).toHaveLength(107);
  expect(result.provenance.tool).toBe("hemacast");
});

it("says what is wrong by code: a setting that is not known, a label that is none, a ring that is no length, a missing file", async () => {
  const files = [at("ct.nii.gz"), at("mask.nii.gz")] as const;
  const runs = await Promise.all([
    radiomics("extract", ...files, "--settings", at("typo.yaml")),
    radiomics("extract", ...files, "--label", "0"),
    radiomics("extract", ...files, "--rings", "2,x"),
    radiomics("extract", at("ct.nii.gz"), at("nowhere.nii.gz")),
  ]);
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([2, 2, 2, 2]);
  expect(runs.map(({ stderr }) => /error (\w+):/.exec(stderr)?.[1])).toEqual([
    "CONFIG_INVALID",
    "ARGUMENT_INVALID",
    "ARGUMENT_INVALID",
    "INPUT_NOT_FOUND",
  ]);
  expect(runs[0]?.stderr).toContain("binWdth");
});

it("batch makes the table in threads; where a case fails the table is there and the exit code says so", async () => {
  const whole = await radiomics("batch", at("cases.csv"), "--out", at("table.csv"), "--threads", "2");
  expect(whole.exitCode).toBe(0);
  const lines = (await readFile(at("table.csv"), "utf8")).trimEnd().split("\n");
  expect(lines).toHaveLength(3);
  expect(lines[0]?.split(",").filter((name) => name.startsWith("original_"))).toHaveLength(107);
  const broken = await radiomics("batch", at("broken.csv"), "--out", at("broken.csv.out.json"), "--json");
  expect(broken.exitCode).toBe(2);
  expect(broken.stderr).toContain("error CASES_FAILED: 1 of 2 cases have no features");
  expect(JSON.parse(broken.stdout).failed).toHaveLength(1);
});

it("help shows each subcommand with an example; features lists the catalogue", async () => {
  const [help, batch, features] = await Promise.all([
    radiomics("--help"),
    radiomics("batch", "--help"),
    radiomics("features", "--json"),
  ]);
  for (const name of ["extract", "batch", "features", "selftest"]) expect(help.stdout).toContain(name);
  expect(batch.stdout).toContain("hemacast radiomics batch cases.csv --out features.csv");
  expect(JSON.parse(features.stdout).features.length).toBeGreaterThan(200);
});
