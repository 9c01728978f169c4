/**
 * Which of several series is the non-contrast axial head CT. The rules are in `docs/explanation/choosing-a-series.md`: first what rules a series
 * out, then what ranks those that are left; what is not decided by a rule is not decided.
 */
import { HemacastError } from "../core/errors.ts";
import type { CtImage } from "./ct-image.ts";
import { headwardNormal, type ImageSeries, isLocalizer, requireOnePatient, spacingOf } from "./series.ts";
import type { OtherSeries } from "./series-description.ts";

/** The series taken, and what was said about the others. */
export interface SeriesChoice {
  readonly series: ImageSeries;
  readonly chosenBecause: string;
  readonly otherSeries: readonly OtherSeries[];
}

/** Slice distance of a routine head CT in mm: what readers and models are used to. */
const ROUTINE_GAP_MM = 5;
/** Extent in mm that covers a brain; beyond it more is not better. */
const BRAIN_EXTENT_MM = 110;
/** Steps in which extent counts: less is not a difference worth a choice. */
const EXTENT_STEP_MM = 20;

const headRegions = /HEAD|BRAIN|SKULL|CRAN|NEURO|CEREB/;
const sharpKernels = /BONE|EDGE|LUNG|SHARP|DETAIL|^FC(3|5|8)\d|^[BH][FR]?(6|7|8)\d|^U[A-D]?\d?$|^YC|^YD|^L$|^E$/;

/**
 * Chooses the series to read.
 *
 * @param wantedUID SeriesInstanceUID that the user asks for; it overrides the ranking, not the checks that assembly makes
 * @throws HemacastError NO_IMAGES_FOUND, PATIENTS_MIXED, SERIES_NOT_FOUND, SERIES_NOT_HEAD_CT, SERIES_AMBIGUOUS; each lists what was found
 */
export function chooseSeries(all: readonly ImageSeries[], wantedUID?: string): SeriesChoice {
  if (all.length === 0) throw new HemacastError("NO_IMAGES_FOUND", "there is no DICOM image in the input");
  if (wantedUID !== undefined) return wantedSeries(all, wantedUID);
  const verdicts = all.map((series) => ({ series, unfit: reasonAgainst(series) }));
  const fit = verdicts.filter((verdict) => verdict.unfit === null).map((verdict) => verdict.series);
  requireOnePatient(all.filter((series) => series.modality === "CT").flatMap((series) => series.images));
  if (fit.length === 0) {
    const reasons = verdicts.map(({ series, unfit }) => `${labelOf(series)}: ${unfit}`);
    throw new HemacastError(
      "SERIES_NOT_HEAD_CT",
      `no series is a non-contrast axial head CT (${reasons.slice(0, 8).join("; ")}); choose one with --series if that is wrong`,
    );
  }
  const { best, because, reasons } = rank(fit);
  const otherSeries = verdicts.flatMap(({ series, unfit }) =>
    series === best ? [] : [describeOther(series, unfit ?? (reasons.get(series) as string))],
  );
  return { series: best, chosenBecause: because, otherSeries };
}

function wantedSeries(all: readonly ImageSeries[], wantedUID: string): SeriesChoice {
  const series = all.find((candidate) => candidate.seriesInstanceUID === wantedUID);
  if (!series) {
    throw new HemacastError(
      "SERIES_NOT_FOUND",
      `the input does not hold the series ${wantedUID}; it holds ${all.slice(0, 20).map(labelOf).join(", ")}`,
    );
  }
  if (series.modality !== "CT") {
    throw new HemacastError(
      "SERIES_NOT_HEAD_CT",
      `the series asked for is of modality ${series.modality || "(none)"}, not CT`,
    );
  }
  requireOnePatient(series.images);
  const others = all.filter((candidate) => candidate !== series);
  return {
    series,
    chosenBecause: "asked for by its SeriesInstanceUID",
    otherSeries: others.map((other) => describeOther(other, "another series was asked for")),
  };
}

/** Why a series cannot be a non-contrast axial head CT; null when nothing speaks against it. */
function reasonAgainst(series: ImageSeries): string | null {
  if (series.modality !== "CT") return `modality is ${series.modality || "missing"}, not CT`;
  const slices = series.images.filter((image) => !isLocalizer(image));
  const first = slices[0];
  if (!first) return "localizer";
  if (first.samplesPerPixel !== 1) return "colour images (a screenshot or a dose report)";
  if (slices.some((image) => image.contrastAgent)) return "a contrast agent was given";
  if (first.bodyPart !== "" && !headRegions.test(first.bodyPart)) return "the body part examined is not the head";
  const unplaced = slices.filter((image) => !image.position || !image.rowAxis || !image.pixelSpacing).length;
  if (unplaced === slices.length) return "the images do not say where they lie (no ImagePositionPatient)";
  const normal = headwardNormal(slices.find((image) => image.rowAxis) as CtImage);
  if (normal && normal[2] < Math.SQRT1_2) return "not axial";
  return null;
}

interface Criterion {
  readonly name: string;
  /** Larger is better. */
  readonly score: (series: ImageSeries) => number;
  readonly because: string;
  readonly against: string;
}

const criteria: readonly Criterion[] = [
  {
    name: "covers the brain",
    score: (series) =>
      Math.floor(Math.min(spacingOf(slicesOf(series))?.extentMm ?? 0, BRAIN_EXTENT_MM) / EXTENT_STEP_MM),
    because: "it covers more of the head",
    against: "covers less of the head",
  },
  {
    name: "kernel for soft tissue",
    score: (series) => (isSharp(series) ? 0 : 1),
    because: "it is reconstructed for soft tissue",
    against: "reconstructed with a sharp kernel",
  },
  {
    name: "routine slice distance",
    score: (series) => -Math.round(Math.abs((spacingOf(slicesOf(series))?.gapMm ?? 1000) - ROUTINE_GAP_MM)),
    because: `its slice distance is closest to ${ROUTINE_GAP_MM} mm`,
    against: `slice distance further from ${ROUTINE_GAP_MM} mm`,
  },
  {
    name: "original",
    score: (series) => (slicesOf(series)[0]?.imageType[0] === "DERIVED" ? 0 : 1),
    because: "it is original, not derived",
    against: "derived images",
  },
];

function rank(fit: readonly ImageSeries[]): { best: ImageSeries; because: string; reasons: Map<ImageSeries, string> } {
  const reasons = new Map<ImageSeries, string>();
  const because: string[] = [];
  let left = fit;
  for (const criterion of criteria) {
    const top = Math.max(...left.map(criterion.score));
    const kept = left.filter((series) => criterion.score(series) === top);
    if (kept.length < left.length) because.push(criterion.because);
    for (const series of left) if (!kept.includes(series)) reasons.set(series, criterion.against);
    left = kept;
  }
  const studies = new Set(fit.map((series) => series.studyInstanceUID));
  if (left.length > 1 || studies.size > 1) {
    const candidates = (studies.size > 1 ? fit : left).map(labelOf).join(", ");
    throw new HemacastError(
      "SERIES_AMBIGUOUS",
      `${studies.size > 1 ? `${studies.size} studies hold a fitting series` : `${left.length} series fit equally well`}: ${candidates}; choose one with --series`,
    );
  }
  const only = fit.length === 1 ? "it is the only non-contrast axial head CT in the input" : because.join(", ");
  return { best: left[0] as ImageSeries, because: only, reasons };
}

function slicesOf(series: ImageSeries): readonly CtImage[] {
  return series.images.filter((image) => !isLocalizer(image));
}

function isSharp(series: ImageSeries): boolean {
  return sharpKernels.test((slicesOf(series)[0]?.convolutionKernel ?? "").toUpperCase());
}

function describeOther(series: ImageSeries, reason: string): OtherSeries {
  return {
    seriesInstanceUID: series.seriesInstanceUID,
    modality: series.modality,
    imageCount: series.images.length,
    reason,
  };
}

function labelOf(series: ImageSeries): string {
  return `${series.seriesInstanceUID || "(no UID)"} (${series.images.length} images)`;
}
