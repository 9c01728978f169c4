/** From a head CT on disk to the mask of its hematoma on disk, with what is worth telling about both. */
import { HemacastError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import type { Segmentation, Segmenter } from "../segmentation/segmenter.ts";
import { connectedComponents } from "../volume/components.ts";
import { type Mask, maskMl, voxelsPerSlice } from "../volume/volume.ts";
import { writeMask, writeNifti } from "./nifti-files.ts";
import { type InputDescription, type ReadOptions, readCt } from "./read-input.ts";

/** Where results go, and how the input is read. */
export interface SegmentCaseOptions extends ReadOptions {
  /** Path of the mask, `.nii` or `.nii.gz`. */
  readonly maskFile: string;
  /** Path of the probabilities, `.nii` or `.nii.gz`; only for segmenters that have them. */
  readonly probabilityFile?: string;
}

/** What `hemacast segment --json` prints. */
export interface SegmentCaseResult {
  readonly schema: "hemacast/segment/1";
  readonly hematoma: {
    /** Each voxel counted with the extent of its own slice. */
    readonly volumeMl: number;
    /** Slices that show hematoma. */
    readonly slices: number;
    /** Separate parts (26-connected) in mL, the largest first. */
    readonly componentsMl: readonly number[];
  };
  readonly findings: readonly Finding[];
  readonly segmenter: Segmentation["model"];
  readonly input: InputDescription;
  /** Milliseconds by stage. */
  readonly timings: { readonly read: number; readonly segment: number; readonly write: number };
}

/**
 * Segments one head CT and writes the mask, also when it is empty: the findings say why.
 *
 * @param input DICOM folder, zip or file, or NIfTI
 * @throws HemacastError ARGUMENT_INVALID before anything is read when an output is not named `.nii` or `.nii.gz`, and before anything is written
 * when the segmenter has no probabilities to write; what reading and writing throw
 */
export async function segmentCase(
  input: string,
  segmenter: Segmenter,
  { maskFile, probabilityFile, ...reading }: SegmentCaseOptions,
): Promise<SegmentCaseResult> {
  requireNiftiName(maskFile);
  if (probabilityFile !== undefined) requireNiftiName(probabilityFile);
  const start = performance.now();
  const { volume, findings, description } = await readCt(input, reading);
  const readAt = performance.now();
  const segmentation = await segmenter(volume, { onProgress: reading.onProgress });
  const segmentedAt = performance.now();
  const written = await writeSegmentation(segmentation, maskFile, probabilityFile);
  return {
    schema: "hemacast/segment/1",
    hematoma: describeHematoma(segmentation.mask),
    findings: [...findings, ...segmentation.findings, ...written],
    segmenter: segmentation.model,
    input: description,
    timings: {
      read: Math.round(readAt - start),
      segment: Math.round(segmentedAt - readAt),
      write: Math.round(performance.now() - segmentedAt),
    },
  };
}

function requireNiftiName(path: string): void {
  if (/\.nii(\.gz)?$/.test(path)) return;
  throw new HemacastError("ARGUMENT_INVALID", `output is named ${path}; a mask is written as .nii or .nii.gz`);
}

async function writeSegmentation(
  { mask, probability, model }: Segmentation,
  maskFile: string,
  probabilityFile: string | undefined,
): Promise<readonly Finding[]> {
  if (probabilityFile === undefined) return writeMask(maskFile, mask);
  if (!probability) {
    throw new HemacastError(
      "ARGUMENT_INVALID",
      `the segmenter ${model.name} decides without probabilities; leave out the file for them`,
    );
  }
  return [...(await writeMask(maskFile, mask)), ...(await writeNifti(probabilityFile, mask.geometry, probability))];
}

function describeHematoma(mask: Mask): SegmentCaseResult["hematoma"] {
  const { components } = connectedComponents(mask, 26);
  return {
    volumeMl: maskMl(mask),
    slices: voxelsPerSlice(mask).filter((count) => count > 0).length,
    componentsMl: components.map(({ ml }) => ml).sort((a, b) => b - a),
  };
}
