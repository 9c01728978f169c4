/** Images grouped to series, before anything is chosen or assembled. */
import { HemacastError } from "../core/errors.ts";
import { cross, dot, type Vec3 } from "../math/vec3.ts";
import type { CtImage } from "./ct-image.ts";

/** The images that share a SeriesInstanceUID. */
export interface ImageSeries {
  readonly seriesInstanceUID: string;
  readonly studyInstanceUID: string;
  readonly modality: string;
  readonly images: readonly CtImage[];
}

/** Images by series, in the order in which the series were met. */
export function groupSeries(images: readonly CtImage[]): readonly ImageSeries[] {
  const groups = new Map<string, CtImage[]>();
  for (const image of images) {
    const group = groups.get(image.seriesInstanceUID);
    if (group) group.push(image);
    else groups.set(image.seriesInstanceUID, [image]);
  }
  return [...groups].map(([seriesInstanceUID, group]) => ({
    seriesInstanceUID,
    studyInstanceUID: (group[0] as CtImage).studyInstanceUID,
    modality: (group[0] as CtImage).modality,
    images: group,
  }));
}

/**
 * Throws unless all images are of one patient. The message counts; it names nobody.
 *
 * @throws HemacastError PATIENTS_MIXED
 */
export function requireOnePatient(images: readonly CtImage[]): void {
  const patients = new Map<string, CtImage>();
  for (const image of images) if (!patients.has(image.patient)) patients.set(image.patient, image);
  if (patients.size <= 1) return;
  const examples = [...patients.values()].slice(0, 2).map((image) => image.fileName);
  throw new HemacastError(
    "PATIENTS_MIXED",
    `the images belong to ${patients.size} patients (for example ${examples.join(" and ")}); give one patient at a time`,
  );
}

/** Whether an image is a localizer (scout, topogram): a projection, not a slice. */
export function isLocalizer(image: CtImage): boolean {
  return image.imageType.some((value) => ["LOCALIZER", "SCOUT", "TOPOGRAM"].includes(value));
}

/** Unit normal of an image, towards the head of the patient for an axial one; null when the image does not state its orientation. */
export function headwardNormal(image: CtImage): Vec3 | null {
  if (!image.rowAxis || !image.columnAxis) return null;
  const normal = cross(image.rowAxis, image.columnAxis);
  return normal[2] < 0 ? [-normal[0], -normal[1], -normal[2]] : normal;
}

/** The usual distance of neighbouring slices and the whole extent along the normal of the first image, in mm; null without two positions. */
export function spacingOf(images: readonly CtImage[]): { gapMm: number; extentMm: number } | null {
  const normal = images[0] && headwardNormal(images[0]);
  if (!normal) return null;
  const offsets = images
    .flatMap((image) => (image.position ? [dot(image.position, normal)] : []))
    .sort((a, b) => a - b);
  const gaps = offsets
    .slice(1)
    .map((offset, k) => offset - (offsets[k] as number))
    .filter((gap) => gap > 0.01)
    .sort((a, b) => a - b);
  const gapMm = gaps[gaps.length >> 1];
  return gapMm === undefined
    ? null
    : { gapMm, extentMm: (offsets[offsets.length - 1] as number) - (offsets[0] as number) };
}
