/** DICOM files -> CtVolume: a first pass finds out what is there, a second reads the pixels of the series that was chosen. */
import { createHash } from "node:crypto";
import { HemacastError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import type { OnProgress } from "../core/progress.ts";
import { type AssembledSeries, assembleSeries, withFileName } from "../dicom/assemble-volume.ts";
import { chooseSeries, type SeriesChoice } from "../dicom/choose-series.ts";
import { type CtImage, ctImages } from "../dicom/ct-image.ts";
import { looksLikeDicom, type Part10, readPart10 } from "../dicom/read-dataset.ts";
import { groupSeries } from "../dicom/series.ts";
import type { SeriesDescription } from "../dicom/series-description.ts";
import type { InputFile } from "./input-files.ts";

/** Whose scan it is and when it was made, for comparing two scans: hashed, never printed, never written. */
export interface ScanIdentity {
  /** Equal for equal patients; null where the files name nobody. */
  readonly patientHash: string | null;
  /** Earliest acquisition of the series in ms of a clock without time zone; null where the files have no date. */
  readonly acquiredAtMs: number | null;
}

/** A series read from files. */
export interface DicomInput extends AssembledSeries {
  readonly series: SeriesDescription;
  readonly identity: ScanIdentity;
}

/** Bytes of files that are kept from the first pass to the second; what is beyond is read twice. */
const KEPT_BYTES = 256 * 1024 ** 2;

/**
 * Reads the one series that fits from a set of files. Files that are not DICOM are left out and counted.
 *
 * @throws HemacastError what `readPart10`, `chooseSeries` and `assembleSeries` throw, naming the file; NO_IMAGES_FOUND
 */
export async function readDicom(
  files: readonly InputFile[],
  options: { seriesInstanceUID?: string; onProgress?: OnProgress },
): Promise<DicomInput> {
  const { images, fileOf, kept, strangers } = await survey(files, options.onProgress);
  if (images.length === 0) {
    throw new HemacastError(
      "NO_IMAGES_FOUND",
      `none of the ${files.length} files is a DICOM image; give the folder, zip or file of a CT series`,
    );
  }
  const choice = chooseSeries(groupSeries(images), options.seriesInstanceUID);
  const open = async (image: CtImage): Promise<Part10> => {
    const file = fileOf.get(image) as InputFile;
    return kept.get(file) ?? readPart10(await file.read());
  };
  const assembled = await assembleSeries(choice.series.images, open, options.onProgress);
  const findings: Finding[] = [...assembled.findings];
  if (strangers > 0) {
    findings.push({
      code: "FILES_SKIPPED",
      severity: "info",
      message: `${strangers} file(s) are not DICOM and were left out`,
    });
  }
  return { ...assembled, findings, series: describe(choice, assembled), identity: identify(choice) };
}

function identify({ series: { images } }: SeriesChoice): ScanIdentity {
  const patient = images[0]?.patient ?? "";
  const times = images.flatMap((image) => (image.acquiredAtMs === undefined ? [] : [image.acquiredAtMs]));
  return {
    patientHash: /[^|\s]/.test(patient) ? createHash("sha256").update(patient).digest("hex") : null,
    acquiredAtMs: times.length > 0 ? Math.min(...times) : null,
  };
}

/** A file larger than this is looked at before it is read. A slice is half a megabyte. */
const LOOKED_AT_FIRST_BYTES = 4 * 1024 ** 2;

async function wholeIfDicom(file: InputFile): Promise<Uint8Array> {
  const start = await file.start();
  return looksLikeDicom(start) ? file.read() : start;
}

/** Opens every file once and notes which images it holds. */
async function survey(files: readonly InputFile[], onProgress?: OnProgress) {
  const images: CtImage[] = [];
  const fileOf = new Map<CtImage, InputFile>();
  const kept = new Map<InputFile, Part10>();
  let keptBytes = 0;
  let strangers = 0;
  for (const [n, file] of files.entries()) {
    const bytes = file.sizeBytes > LOOKED_AT_FIRST_BYTES ? await wholeIfDicom(file) : await file.read();
    if (looksLikeDicom(bytes)) {
      const { part10, found } = await imagesOf(bytes, file.name);
      for (const image of found) fileOf.set(image, file);
      images.push(...found);
      if (found.length > 0 && keptBytes + bytes.length <= KEPT_BYTES) {
        keptBytes += bytes.length;
        kept.set(file, part10);
      }
    } else strangers++;
    onProgress?.({ stage: "looking for images", done: n + 1, total: files.length });
  }
  return { images, fileOf, kept, strangers };
}

async function imagesOf(bytes: Uint8Array, name: string): Promise<{ part10: Part10; found: readonly CtImage[] }> {
  try {
    const part10 = await readPart10(bytes);
    return { part10, found: ctImages(part10, name) };
  } catch (cause) {
    throw withFileName(cause, name);
  }
}

function describe(choice: SeriesChoice, assembled: AssembledSeries): SeriesDescription {
  const { images } = choice.series;
  const sources = new Set(assembled.volume.sources.map((source) => source.sopInstanceUID));
  const first = images.find((image) => sources.has(image.sopInstanceUID || undefined)) ?? (images[0] as CtImage);
  return {
    studyInstanceUID: choice.series.studyInstanceUID,
    seriesInstanceUID: choice.series.seriesInstanceUID,
    modality: choice.series.modality,
    imageCount: assembled.volume.geometry.size[2],
    transferSyntaxUIDs: [...new Set(images.map((image) => image.transferSyntaxUID))],
    chosenBecause: choice.chosenBecause,
    otherSeries: choice.otherSeries,
    contrastAgent: images.some((image) => image.contrastAgent),
    ...(first.manufacturer ? { manufacturer: first.manufacturer } : {}),
    ...(first.convolutionKernel ? { convolutionKernel: first.convolutionKernel } : {}),
    ...(first.kvp === undefined ? {} : { kvp: first.kvp }),
    ...(first.sliceThicknessMm === undefined ? {} : { declaredSliceThicknessMm: first.sliceThicknessMm }),
  };
}
