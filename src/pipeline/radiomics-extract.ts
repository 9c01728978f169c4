/** From an image and a mask on disk to features with everything needed to compute them again. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { HemacastError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import { requireWhole } from "../core/guards.ts";
import { canonicalJson } from "../core/json.ts";
import type { OnProgress } from "../core/progress.ts";
import { type Extraction, extractRadiomics, type RegionSummary } from "../radiomics/extract.ts";
import { ibsiNotation } from "../radiomics/ibsi-notation.ts";
import type { ScalarImage } from "../radiomics/region.ts";
import { defaultSettings, type RadiomicsSettings } from "../radiomics/settings.ts";
import type { Mask } from "../volume/volume.ts";
import { readRadiomicsImage, readRadiomicsMask } from "./radiomics-files.ts";
import type { ringFeatures } from "./radiomics-rings.ts";

/** What it takes to compute the same features again. */
export interface RadiomicsProvenance {
  readonly tool: string;
  readonly version: string;
  /** Version of PyRadiomics whose names and values these are. */
  readonly compatibleWith: string;
  readonly node: string;
  readonly settings: RadiomicsSettings["values"];
  readonly imageTypes: readonly string[];
  /** SHA-256 over the resolved settings, all image types and features included. */
  readonly settingsSha256: string;
  /** SHA-256 over grid and values, so that the same image in another file format has the same hash. */
  readonly imageSha256: string;
  readonly maskSha256: string;
  readonly ibsi: string;
}

/** What `hemacast radiomics extract --json` prints. */
export interface RadiomicsResult {
  readonly schema: "hemacast/radiomics/1";
  readonly features: Extraction["features"];
  readonly provenance: RadiomicsProvenance;
  readonly region: RegionSummary;
  readonly findings: readonly Finding[];
  /** Milliseconds by stage. */
  readonly timings: { readonly read: number; readonly extract: number };
}

/** What may be asked when extracting. */
export interface RadiomicsOptions {
  readonly settings: RadiomicsSettings;
  /** Value of the mask that counts as inside, or number or name of a DICOM segment; by default the label of the settings. */
  readonly label?: number | string;
  readonly resampleMask?: boolean;
  /** Outer radii in mm of rings around the region to measure as well, within the brain. */
  readonly ringsMm?: readonly number[];
  readonly onProgress?: OnProgress;
}

/**
 * Reads settings from a PyRadiomics parameter file; PyRadiomics' defaults without one.
 *
 * @throws HemacastError INPUT_NOT_FOUND, CONFIG_INVALID
 */
export async function readSettingsFile(path: string | undefined): Promise<RadiomicsSettings> {
  if (path === undefined) return defaultSettings();
  const text = await readFile(path, "utf8").catch((cause) => {
    throw new HemacastError("INPUT_NOT_FOUND", `cannot read the settings file ${path}`, { cause });
  });
  // The libraries that read and check a file are large; the defaults should not wait for them.
  const { readSettings } = await import("../radiomics/settings-file.ts");
  return readSettings(text);
}

/** An image and a region in it, and what is worth knowing about how they were read. */
export interface OpenedCase {
  readonly image: ScalarImage;
  readonly mask: Mask;
  readonly findings: readonly Finding[];
  readonly readMs: number;
}

/**
 * Opens an image and its mask.
 *
 * @throws HemacastError what reading throws
 */
export async function openCase(imagePath: string, maskPath: string, options: RadiomicsOptions): Promise<OpenedCase> {
  const start = performance.now();
  const { values } = options.settings;
  const opened = await readRadiomicsImage(imagePath);
  const { mask, findings } = await readRadiomicsMask(maskPath, {
    label: options.label ?? values.label,
    image: opened.image.geometry,
    resample: (options.resampleMask ?? false) || values.correctMask,
  });
  const readMs = performance.now() - start;
  return { image: opened.image, mask, findings: [...opened.findings, ...findings], readMs };
}

/**
 * Extracts the features of a mask in an image.
 *
 * @param imagePath NIfTI, NRRD, or a CT series in DICOM
 * @param maskPath NIfTI, NRRD, DICOM Segmentation or RT Structure Set
 * @throws HemacastError what reading and `extractRadiomics` throw
 */
export async function extractFromFiles(
  imagePath: string,
  maskPath: string,
  options: RadiomicsOptions,
): Promise<RadiomicsResult> {
  return extractOpened(await openCase(imagePath, maskPath, options), options);
}

/**
 * Extracts the features of an opened case.
 *
 * @throws HemacastError what `extractRadiomics` and `ringFeatures` throw
 */
export async function extractOpened(
  { image, mask, findings, readMs }: OpenedCase,
  options: RadiomicsOptions,
): Promise<RadiomicsResult> {
  const start = performance.now();
  const { settings, ringsMm = [] } = options;
  const extraction = extractRadiomics(image, mask, settings, options.onProgress);
  const rings = ringsMm.length > 0 ? await ringsOf(image, mask, ringsMm, settings) : undefined;
  return {
    schema: "hemacast/radiomics/1",
    features: { ...extraction.features, ...rings?.features },
    provenance: {
      ...batchProvenance(settings),
      imageSha256: gridHash(image.geometry, image.values),
      maskSha256: gridHash(mask.geometry, mask.inside),
    },
    region: extraction.region,
    findings: [...findings, ...extraction.findings, ...(rings?.findings ?? [])],
    timings: { read: readMs, extract: performance.now() - start },
  };
}

/** Finding the brain needs much that features of the region alone should not wait for. */
async function ringsOf(...about: Parameters<typeof ringFeatures>): Promise<ReturnType<typeof ringFeatures>> {
  return (await import("./radiomics-rings.ts")).ringFeatures(...about);
}

/**
 * A label as given: the value of a mask, or the number or name of a DICOM segment.
 *
 * @throws HemacastError ARGUMENT_INVALID for a number that is no label
 * @example labelOf("2") // => 2
 */
export function labelOf(given: string): number | string {
  const number = Number(given);
  return Number.isNaN(number) ? given : requireWhole("label", number, 1);
}

/** The provenance that is the same for every case of one run. */
export function batchProvenance(settings: RadiomicsSettings): Omit<RadiomicsProvenance, "imageSha256" | "maskSha256"> {
  return {
    tool: "hemacast",
    version: packageVersion(),
    compatibleWith: "PyRadiomics 3.1",
    node: process.version,
    settings: settings.values,
    imageTypes: settings.imageTypes.map(({ name }) => name),
    settingsSha256: createHash("sha256").update(canonicalJson(settings)).digest("hex"),
    ibsi: ibsiNotation(settings.values),
  };
}

function gridHash(geometry: ScalarImage["geometry"], values: ScalarImage["values"]): string {
  const { size, spacing, origin, direction, sliceOffsetsMm } = geometry;
  return createHash("sha256")
    .update(canonicalJson({ size, spacing, origin, direction, sliceOffsetsMm: sliceOffsetsMm ?? null }))
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");
}

function packageVersion(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}
