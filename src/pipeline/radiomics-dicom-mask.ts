/** Masks from DICOM Segmentation objects and RT Structure Sets. */
import { HemacastError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import { type MaskPlane, placePlanes, stackPlanes } from "../dicom/mask-planes.ts";
import { type Part10, readPart10 } from "../dicom/read-dataset.ts";
import { isSegmentationObject, readSegmentationObject } from "../dicom/segmentation-object.ts";
import { contoursOf, filledContours, isStructureSet, structuresOf } from "../dicom/structure-set.ts";
import { text } from "../dicom/values.ts";
import type { Geometry } from "../volume/geometry.ts";
import { resampleMask } from "../volume/resample.ts";
import { createMask, type Mask } from "../volume/volume.ts";
import type { InputFile } from "./input-files.ts";
import { inNamedFile } from "./nifti-files.ts";

/** Which region of a file, and the image that it belongs to. */
export interface DicomMaskOptions {
  /** Number of the segment or region, or its name. */
  readonly label: number | string;
  readonly image: Geometry;
  /** Whether a region on another grid takes the nearest voxels; without it another grid is refused. */
  readonly resample: boolean;
}

/**
 * Reads one region of a Segmentation object or RT Structure Set on the grid of its image.
 *
 * @throws HemacastError MASK_EMPTY naming the regions that are there, GEOMETRY_MISMATCH with the numbers that differ, DICOM_MALFORMED,
 * TRANSFER_SYNTAX_UNSUPPORTED, INPUT_TOO_LARGE, INPUT_UNREADABLE for other DICOM objects
 */
export async function readDicomMask(
  file: InputFile,
  options: DicomMaskOptions,
): Promise<{ mask: Mask; findings: readonly Finding[] }> {
  const part10 = await readPart10(await file.read());
  return inNamedFile(file.name, () => {
    if (isSegmentationObject(part10)) return fromSegmentation(part10, options);
    if (isStructureSet(part10)) return fromStructureSet(part10, options);
    throw new HemacastError(
      "INPUT_UNREADABLE",
      `it is a DICOM object of modality ${text(part10, "Modality") ?? "unknown"}; a mask is a Segmentation (SEG) or an RT Structure Set (RTSTRUCT)`,
    );
  });
}

function fromSegmentation(part10: Part10, options: DicomMaskOptions): { mask: Mask; findings: Finding[] } {
  const { segments, planesOf, fractional } = readSegmentationObject(part10);
  const { number, label } = chosen(segments, options.label, "segment");
  requireSameFrame(text(part10, "FrameOfReferenceUID"), options.image);
  const planes = planesOf(number);
  const mask = options.resample ? resampledPlanes(planes, options.image) : onVoxels(planes, options.image);
  const finding: Finding = {
    code: "SEGMENTATION_CUT_AT_HALF",
    severity: "info",
    message: `the segment ${label} holds fractions; voxels of at least one half count as inside`,
  };
  return { mask: requireVoxels(mask), findings: fractional ? [finding] : [] };
}

function fromStructureSet(part10: Part10, options: DicomMaskOptions): { mask: Mask; findings: Finding[] } {
  const { number, frameOfReferenceUID } = chosen(structuresOf(part10), options.label, "region");
  requireSameFrame(frameOfReferenceUID, options.image);
  const contours = contoursOf(part10, number);
  const planes = withAdvice(() => filledContours(contours, options.image, options.resample));
  return { mask: requireVoxels(placePlanes(planes, options.image)), findings: [] };
}

/** The region of a number or a name; names are compared without regard to case. */
function chosen<T extends { readonly number: number; readonly label: string }>(
  all: readonly T[],
  wanted: number | string,
  what: string,
): T {
  const found = all.filter(({ number, label }) =>
    typeof wanted === "number" ? number === wanted : label.toLowerCase() === wanted.toLowerCase(),
  );
  if (found.length === 1) return found[0] as T;
  const shown = all.slice(0, 20).map(({ number, label }) => `${number} (${label})`);
  throw new HemacastError(
    "MASK_EMPTY",
    `it has ${found.length === 0 ? "no" : found.length} ${what} "${wanted}"; it has ${shown.join(", ") || "none"}; choose one with --label`,
  );
}

function requireSameFrame(found: string | undefined, image: Geometry): void {
  if (!found || !image.frameOfReferenceUID || found === image.frameOfReferenceUID) return;
  throw new HemacastError(
    "GEOMETRY_MISMATCH",
    "the FrameOfReferenceUIDs of mask and image differ: positions in one mean nothing in the other",
  );
}

function onVoxels(planes: readonly MaskPlane[], image: Geometry): Mask {
  return withAdvice(() => placePlanes(planes, image));
}

function withAdvice<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof HemacastError) || !thrown.message.includes("different grids")) throw thrown;
    throw new HemacastError(thrown.code, `${thrown.message}; --resample-mask puts the mask on the image's grid`, {
      cause: thrown,
    });
  }
}

/** Exactly where that is possible, else to the nearest voxels. */
function resampledPlanes(planes: readonly MaskPlane[], image: Geometry): Mask {
  try {
    return placePlanes(planes, image);
  } catch (thrown) {
    if (!(thrown instanceof HemacastError) || !thrown.message.includes("different grids")) throw thrown;
    return createMask(image, resampleMask(stackPlanes(planes), image).inside);
  }
}

function requireVoxels(mask: Mask): Mask {
  if (mask.inside.includes(1)) return mask;
  throw new HemacastError("MASK_EMPTY", "the region has no voxel inside the image");
}
