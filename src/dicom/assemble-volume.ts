/** A chosen series becomes a volume: pixels are read slice by slice, set upright, moved where tilt is removed, and checked to be HU of a head. */
import { HemacastError, messageOf } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import type { OnProgress } from "../core/progress.ts";
import { gapRuns, placeSlice, type StackLayout } from "../volume/slice-stack.ts";
import { AIR_HU, type CtVolume, createCtVolume, type SliceSource } from "../volume/volume.ts";
import { type CtImage, isLossy, paddingIsCredible, readHu, type SliceHu } from "./ct-image.ts";
import { requireHounsfield } from "./hounsfield-check.ts";
import { nameOf, type PlacedImage, planStack, type StackPlan } from "./plan-stack.ts";
import type { Part10 } from "./read-dataset.ts";

/** A volume with what assembling it brought to light. */
export interface AssembledSeries {
  readonly volume: CtVolume;
  readonly layout: StackLayout;
  readonly findings: readonly Finding[];
}

/**
 * Assembles the images of one series.
 *
 * @param open gives the object that an image was found in; called once for each image, in slice order
 * @throws HemacastError what `planStack` and `readHu` throw, naming the file; SERIES_INCONSISTENT for two different images at one position;
 * HU_IMPLAUSIBLE
 */
export async function assembleSeries(
  images: readonly CtImage[],
  open: (image: CtImage) => Promise<Part10>,
  onProgress?: OnProgress,
): Promise<AssembledSeries> {
  const plan = planStack(images);
  const { size } = plan.layout.geometry;
  let hu: Int16Array | Float32Array = new Int16Array(size[0] * size[1] * size[2]).fill(AIR_HU);
  const counts = { duplicates: 0, padded: 0 };
  const read = async (image: PlacedImage): Promise<SliceHu> => {
    try {
      return upright(await readHu(await open(image), image), image, plan);
    } catch (cause) {
      throw withFileName(cause, nameOf(image));
    }
  };
  for (const [k, candidates] of plan.slices.entries()) {
    const [first, ...duplicates] = candidates as [PlacedImage, ...PlacedImage[]];
    const slice = await read(first);
    for (const duplicate of duplicates) requireSamePixels(slice, await read(duplicate), first, duplicate);
    counts.duplicates += duplicates.length;
    counts.padded += slice.paddedPixels;
    if (slice.hu instanceof Float32Array && hu instanceof Int16Array) hu = Float32Array.from(hu);
    placeSlice(plan.layout, k, slice.hu, first.layout.columns, hu);
    onProgress?.({ stage: "reading slices", done: k + 1, total: plan.slices.length });
  }
  requireHounsfield(hu);
  const volume = createCtVolume(
    plan.layout.geometry,
    hu,
    plan.slices.map((at, k) => sourceOf(at[0] as PlacedImage, k, plan)),
  );
  return { volume, layout: plan.layout, findings: [...plan.findings, ...findingsOf(plan, counts)] };
}

/** Reverses rows and columns where the plan says so. */
function upright(slice: SliceHu, image: CtImage, plan: StackPlan): SliceHu {
  const { hu } = slice;
  const { columns, rows } = image.layout;
  if (plan.columnsReversed)
    for (let row = 0; row < rows; row++) hu.subarray(row * columns, (row + 1) * columns).reverse();
  if (plan.rowsReversed) {
    const upsideDown = hu.slice();
    for (let row = 0; row < rows; row++) {
      hu.set(upsideDown.subarray((rows - 1 - row) * columns, (rows - row) * columns), row * columns);
    }
  }
  return slice;
}

function requireSamePixels(a: SliceHu, b: SliceHu, first: CtImage, second: CtImage): void {
  if (a.hu.every((value, p) => value === b.hu[p])) return;
  const parameters = (["acquisitionNumber", "convolutionKernel"] as const).filter((key) => first[key] !== second[key]);
  throw new HemacastError(
    "SERIES_INCONSISTENT",
    `${nameOf(first)} and ${nameOf(second)} are two different images at one position${
      parameters.length > 0 ? ` (they differ in ${parameters.join(" and ")})` : ""
    }; give a folder with one of the two stacks`,
  );
}

function sourceOf(image: PlacedImage, k: number, plan: StackPlan): SliceSource {
  const { columnShift, rowShift } = plan.layout.placements[k] as { columnShift: number; rowShift: number };
  return {
    ...(image.sopInstanceUID ? { sopInstanceUID: image.sopInstanceUID } : {}),
    ...(image.frame === null ? {} : { frameNumber: image.frame + 1 }),
    ...(plan.columnsReversed
      ? { columnShift: image.layout.columns - 1 - columnShift, columnsReversed: true }
      : { columnShift }),
    ...(plan.rowsReversed ? { rowShift: image.layout.rows - 1 - rowShift, rowsReversed: true } : { rowShift }),
  };
}

/** The same error, saying which file it is about. */
export function withFileName(thrown: unknown, fileName: string): HemacastError {
  if (!(thrown instanceof HemacastError)) {
    return new HemacastError("DICOM_MALFORMED", `${fileName} cannot be read: ${messageOf(thrown)}`, { cause: thrown });
  }
  if (thrown.message.startsWith(fileName)) return thrown;
  return new HemacastError(thrown.code, `${fileName}: ${thrown.message}`, { details: thrown.details, cause: thrown });
}

function findingsOf(plan: StackPlan, counts: { duplicates: number; padded: number }): Finding[] {
  const findings: Finding[] = [];
  const note = (code: string, severity: Finding["severity"], message: string) =>
    findings.push({ code, severity, message });
  const { layout, slices } = plan;
  const images = slices.map((at) => at[0] as PlacedImage);
  const first = images[0] as PlacedImage;
  if (
    layout.placements.some(
      (p) => p.columnShift !== layout.placements[0]?.columnShift || p.rowShift !== layout.placements[0]?.rowShift,
    )
  ) {
    const [i, j] = layout.shiftPx[layout.shiftPx.length - 1] as readonly [number, number];
    note(
      "GANTRY_TILT_CORRECTED",
      "info",
      `slices are tilted by ${layout.tiltDegrees.toFixed(1)} degrees; they were moved by whole pixels, the last by ${Math.hypot(i, j).toFixed(1)} (at most ${layout.largestRoundingMm.toFixed(2)} mm off)`,
    );
  }
  if (layout.geometry.sliceOffsetsMm) {
    note(
      "SLICE_GAPS_VARY",
      "warning",
      `gaps between slices vary: ${gapRuns(layout.gapsMm)} mm; each slice counts with its own extent`,
    );
  }
  const gap = layout.geometry.spacing[2];
  const thickness = first.sliceThicknessMm;
  if (images.length > 1 && !layout.geometry.sliceOffsetsMm && thickness !== undefined && thickness > gap * 1.05) {
    note(
      "SLICES_OVERLAP",
      "info",
      `slices of ${thickness} mm lie ${gap.toFixed(2)} mm apart; volumes count each millimetre once`,
    );
  }
  if (counts.duplicates > 0)
    note("DUPLICATES_DROPPED", "info", `${counts.duplicates} image(s) were there twice with the same pixels`);
  if (counts.padded > 0) note("PADDING_REPLACED", "info", `${counts.padded} padding pixels became ${AIR_HU} HU`);
  if (!images.every(paddingIsCredible)) {
    note(
      "PADDING_IGNORED",
      "warning",
      "PixelPaddingValue is a value that tissue can have; it was taken as a measurement",
    );
  }
  if (plan.columnsReversed || plan.rowsReversed) {
    note(
      "ORIENTATION_SET_UPRIGHT",
      "info",
      "rows or columns were reversed so that the patient's left is on the right and the face on top",
    );
  }
  if (images.some((image) => image.contrastAgent))
    note("CONTRAST_AGENT", "warning", "a contrast agent was given; bright voxels need not be blood");
  if (images.some(isLossy))
    note("LOSSY_COMPRESSION", "warning", "the images went through lossy compression; HU are not exact");
  if (first.photometricInterpretation === "MONOCHROME1") {
    note("MONOCHROME1", "info", "the images are meant to be shown inverted; HU are not affected");
  }
  return findings;
}
