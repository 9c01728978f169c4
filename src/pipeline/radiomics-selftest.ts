/** The self-test of radiomics: the standard's phantoms against its consensus values, from the folder that a user has downloaded. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { HemacastError } from "../core/errors.ts";
import type { OnProgress } from "../core/progress.ts";
import { type Compliance, complianceOf, type ReferenceValue } from "../radiomics/ibsi/compliance.ts";
import { ibsiFeatures } from "../radiomics/ibsi/configuration.ts";
import {
  type ReferenceConfigurationName,
  referenceConfigurations,
} from "../radiomics/ibsi/reference-configurations.ts";
import { readRadiomicsImage, readRadiomicsMask } from "./radiomics-files.ts";

/** One configuration's comparison. */
export interface SelfTestRow extends Compliance {
  readonly configuration: ReferenceConfigurationName;
}

/** What `hemacast radiomics selftest --json` prints. */
export interface SelfTestResult {
  readonly schema: "hemacast/radiomics-selftest/1";
  readonly passed: boolean;
  readonly rows: readonly SelfTestRow[];
}

/**
 * Runs the self-test.
 *
 * @param folder holds `ibsi_1_digital_phantom` and `ibsi_1_ct_radiomics_phantom` as theibsi/data_sets publishes them (NIfTI), and the consensus values
 * as `reference_values_from_mirp/ibsi_1_*.csv` (`reference value;tolerance;tag`)
 * @param only these configurations
 * @throws HemacastError INPUT_NOT_FOUND naming what is missing
 */
export async function runSelfTest(
  folder: string,
  only: readonly ReferenceConfigurationName[] = Object.keys(referenceConfigurations) as ReferenceConfigurationName[],
  onProgress?: OnProgress,
): Promise<SelfTestResult> {
  const rows: SelfTestRow[] = [];
  for (const [done, configuration] of only.entries()) {
    onProgress?.({ stage: "self-test", done, total: only.length });
    rows.push({ configuration, ...(await testOne(folder, configuration)) });
  }
  const passed = rows.every(
    ({ within, outside, missing }) => within.length > 0 && outside.length + missing.length === 0,
  );
  return { schema: "hemacast/radiomics-selftest/1", passed, rows };
}

async function testOne(folder: string, name: ReferenceConfigurationName): Promise<Compliance> {
  const digital = name.startsWith("digital");
  const phantom = join(folder, digital ? "ibsi_1_digital_phantom" : "ibsi_1_ct_radiomics_phantom", "nifti");
  const table = digital ? "dig_phantom" : `chest_config_${name.at(-1)?.toLowerCase()}`;
  const files = {
    image: join(phantom, "image", "phantom.nii.gz"),
    mask: join(phantom, "mask", "mask.nii.gz"),
    values: join(folder, "reference_values_from_mirp", `ibsi_1_${table}.csv`),
  };
  for (const file of Object.values(files)) {
    if (!existsSync(file)) throw new HemacastError("INPUT_NOT_FOUND", `the self-test needs ${file}`);
  }
  const { image } = await readRadiomicsImage(files.image);
  const { mask } = await readRadiomicsMask(files.mask, { label: 1, image: image.geometry, resample: false });
  const configuration = referenceConfigurations[name];
  const references = (await referenceValues(files.values)).filter(({ tag }) =>
    digital ? belongsTo(tag, configuration.dimensions) : !isDiagnostic(tag),
  );
  return complianceOf(ibsiFeatures(image, mask, configuration), references);
}

/** The digital phantom's table holds both kinds of aggregation. */
function belongsTo(tag: string, dimensions: 2 | 3): boolean {
  if (isDiagnostic(tag)) return false;
  const flat = /_2D|_2_5D/.test(tag);
  const volume = /_3D/.test(tag);
  return dimensions === 2 ? !volume : !flat;
}

/** Sizes of images and masks between steps, which are not features. */
function isDiagnostic(tag: string): boolean {
  return /(img|roi|mask)/.test(tag) || tag.startsWith("vox_dim");
}

async function referenceValues(path: string): Promise<ReferenceValue[]> {
  const [, ...lines] = (await readFile(path, "utf8")).split(/\r?\n/);
  return lines
    .filter((line) => line.includes(";"))
    .map((line) => {
      const [value, tolerance, tag] = line.split(";") as [string, string, string];
      return { tag, value: value === "" ? null : Number(value), tolerance: Number(tolerance) };
    });
}

/** A table that can go into a paper. */
export function selfTestText(result: SelfTestResult): string {
  const header = ["configuration", "within tolerance", "outside", "not computed"];
  const cells = result.rows.map(({ configuration, within, outside, missing }) => [
    configuration,
    `${within.length}`,
    `${outside.length}`,
    `${missing.length}`,
  ]);
  const widths = header.map((title, c) => Math.max(title.length, ...cells.map((row) => (row[c] as string).length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, c) => cell.padEnd(widths[c] as number))
      .join("  ")
      .trimEnd();
  const details = result.rows.flatMap(({ configuration, outside }) =>
    outside.map(
      ({ tag, found, value, tolerance }) => `${configuration}: ${tag} is ${found}, published ${value} +- ${tolerance}`,
    ),
  );
  const open = [...new Set(result.rows.flatMap(({ withoutReference }) => withoutReference))];
  return [
    "IBSI-1 consensus values",
    line(header),
    ...cells.map(line),
    ...details,
    `not offered, because the standard has no value for them: ${open.join(", ") || "none"}`,
    result.passed ? "passed" : "FAILED",
  ].join("\n");
}
