import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HemacastError } from "../../src/core/errors.ts";
import { writeMask, writeNifti } from "../../src/pipeline/nifti-files.ts";
import { extractFromFiles, readSettingsFile } from "../../src/pipeline/radiomics-extract.ts";
import { resolveSettings } from "../../src/radiomics/settings-file.ts";
import type { Geometry } from "../../src/volume/geometry.ts";
import { createMask } from "../../src/volume/volume.ts";
import { labelMask, nrrd, oracleValues } from "../support/pyradiomics-data.ts";
import { dataPath, sharedData } from "../support/shared-data.ts";

const geometry: Geometry = {
  size: [12, 10, 8],
  spacing: [0.5, 0.5, 2],
  origin: [10, -20, 30],
  direction: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
};

let folder = "";
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "radiomics-"));
  const values = Int16Array.from({ length: 960 }, (_, v) => (v * 37) % 90);
  const block = Uint8Array.from({ length: 960 }, (_, v) =>
    v % 12 > 2 && v % 12 < 9 && Math.floor(v / 120) > 1 && Math.floor(v / 120) < 6 ? 1 : 0,
  );
  await writeNifti(at("image.nii.gz"), geometry, values);
  await writeMask(at("mask.nii.gz"), createMask(geometry, block));
  await writeMask(at("moved.nii.gz"), createMask({ ...geometry, origin: [10.3, -20, 30] }, block));
  await writeMask(at("far.nii.gz"), createMask({ ...geometry, origin: [500, -20, 30] }, block));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const options = { settings: resolveSettings({}) };

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "no error",
    (thrown) => (thrown instanceof HemacastError ? `${thrown.code}: ${thrown.message}` : `${thrown}`),
  );
}

it("gives features and what it takes to compute them again", async () => {
  const result = await extractFromFiles(at("image.nii.gz"), at("mask.nii.gz"), options);
  expect(Object.keys(result.features)).toHaveLength(107);
  expect(Object.values(result.features).every(Number.isFinite)).toBe(true);
  expect(result.provenance.imageSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(result.provenance.ibsi).toBe("NORM:no, INT:none, RS:none, FBW:25, DIST:1, AGG:3D:avg");
  const again = await extractFromFiles(at("image.nii.gz"), at("mask.nii.gz"), options);
  expect(again.features).toEqual(result.features);
  expect(again.provenance).toEqual(result.provenance);
});

it("refuses a mask on another grid with the numbers, and resamples it only on request", async () => {
  const refused = await codeOf(extractFromFiles(at("image.nii.gz"), at("moved.nii.gz"), options));
  expect(refused).toMatch(/^GEOMETRY_MISMATCH: .*0\.300 mm apart.*--resample-mask/);
  const moved = await extractFromFiles(at("image.nii.gz"), at("moved.nii.gz"), { ...options, resampleMask: true });
  expect(Object.keys(moved.features)).toHaveLength(107);
  const corrected = { settings: resolveSettings({ setting: { correctMask: true } }) };
  expect((await extractFromFiles(at("image.nii.gz"), at("moved.nii.gz"), corrected)).features).toEqual(moved.features);
  expect(
    await codeOf(extractFromFiles(at("image.nii.gz"), at("far.nii.gz"), { ...options, resampleMask: true })),
  ).toMatch(/^GEOMETRY_MISMATCH: the mask lies outside/);
});

it("refuses a label that the mask does not hold, naming those that it does", async () => {
  const refused = await codeOf(extractFromFiles(at("image.nii.gz"), at("mask.nii.gz"), { ...options, label: 7 }));
  expect(refused).toBe("MASK_EMPTY: mask.nii.gz has no voxel of value 7; it has 1");
});

it("refuses a mask that is no image and settings that are not there", async () => {
  await writeFile(at("mask.txt"), "not an image");
  expect(await codeOf(extractFromFiles(at("image.nii.gz"), at("mask.txt"), options))).toMatch(/^INPUT_UNREADABLE/);
  expect(await codeOf(readSettingsFile(at("none.yaml")))).toMatch(/^INPUT_NOT_FOUND/);
});

describe.skipIf(!sharedData)("on PyRadiomics' brain1", () => {
  it("the same image gives PyRadiomics' features from NRRD and from NIfTI", async () => {
    const image = nrrd("brain1_image");
    await writeNifti(at("brain1.nii.gz"), image.geometry, image.values as Int16Array);
    await writeMask(at("brain1-mask.nii.gz"), labelMask("brain1"));
    const files = (name: string): string => dataPath(`pyradiomics/data/brain1_${name}.nrrd`);
    const expected = oracleValues("brain1");
    for (const [imagePath, maskPath] of [
      [files("image"), files("label")],
      [at("brain1.nii.gz"), at("brain1-mask.nii.gz")],
      [at("brain1.nii.gz"), files("label")],
    ] as const) {
      const { features } = await extractFromFiles(imagePath, maskPath, options);
      for (const [name, value] of Object.entries(expected)) {
        // NIfTI keeps the affine in single precision.
        expect(features[name], name).toBeAllClose(value, { relative: 1e-6 });
      }
    }
  });

  it("reads the parameter files of two published studies", async () => {
    for (const name of ["yufei", "qazwirjt"]) {
      const settings = await readSettingsFile(dataPath(`he_feature_tables/${name}_pyradiomics_settings.yaml`));
      expect(settings.values.resampledPixelSpacing).toEqual([1, 1, 1]);
      expect(settings.imageTypes.map(({ name: type }) => type)).toContain("Wavelet");
    }
  });
});
