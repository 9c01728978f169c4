/** A simulated case -> files: DICOM or NIfTI images, true masks, and the truth as JSON. Every file says that it is simulated. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { toJson } from "../core/json.ts";
import { type CtSeriesToWrite, writeCtSeries } from "../dicom/write-ct.ts";
import { add, scale, type Vec3 } from "../math/vec3.ts";
import type { CaseTruth, ScanTruth, SimulatedCase, SimulatedScan } from "../simulation/simulated-case.ts";
import { indexToLps, sliceOffsetMm } from "../volume/geometry.ts";
import { type CtVolume, type Mask, maskMl } from "../volume/volume.ts";
import { notWritable, writeFileAtomically } from "./atomic-output.ts";
import { writeMask, writeNifti } from "./nifti-files.ts";

/** How images are written. Masks are always NIfTI. */
export type SimulatedFormat = "dicom" | "nifti";

/** What every file and table says about simulated data. */
export const SIMULATED_NOTE = "SIMULATED by Hemacast: not a patient";

/** The same where the head is somebody's, or an average of many: only the hemorrhage is simulated. */
export function onRealHead(background: string): string {
  return `SIMULATED hemorrhage by Hemacast in the head ${background}`;
}

/** Paths of one scan, relative to the folder they were written in. */
export interface WrittenScan {
  /** A folder of DICOM files or a `.nii.gz` file. */
  readonly scan: string;
  readonly mask: string;
}

/** How the images are written and what they are called. */
export interface SeriesNames {
  readonly format: SimulatedFormat;
  readonly participantId: string;
  readonly seed: number;
  readonly scanner: string;
  /** Name of the real head, or null. */
  readonly background: string | null;
}

/** Writes a scan and its masks into a folder as `NAME/` or `NAME.nii.gz` and `NAME-hematoma.nii.gz` and so on. */
export async function writeSimulatedScan(
  folder: string,
  name: "baseline" | "follow-up",
  { volume, truth }: SimulatedScan,
  series: SeriesNames,
): Promise<WrittenScan> {
  await mkdir(folder, { recursive: true }).catch((cause) => {
    throw notWritable(folder, cause);
  });
  const masks: Record<string, Mask> = { hematoma: truth.mask, ivh: truth.ivhMask, edema: truth.edemaMask };
  for (const [sign, mask] of Object.entries(truth.signMasks)) masks[`sign-${sign}`] = mask;
  for (const [what, mask] of Object.entries(masks)) {
    if (what === "hematoma" || mask.inside.includes(1)) await writeMask(join(folder, `${name}-${what}.nii.gz`), mask);
  }
  const mask = `${name}-hematoma.nii.gz`;
  if (series.format === "nifti") {
    await writeNifti(join(folder, `${name}.nii.gz`), volume.geometry, volume.hu);
    return { scan: `${name}.nii.gz`, mask };
  }
  const hours = truth.hoursFromOnset;
  for (const file of writeCtSeries(dicomSeries(volume, hours, name, series))) {
    await writeFileAtomically(join(folder, name, file.fileName), file.bytes);
  }
  return { scan: name, mask };
}

/** Onset is at 08:00 on a day that cannot be a patient's. */
const ONSET_MS = Date.UTC(1900, 0, 1, 8);

function dicomSeries(
  volume: CtVolume,
  hoursFromOnset: number,
  name: string,
  { participantId, seed, scanner, background }: SeriesNames,
): CtSeriesToWrite {
  const at = new Date(ONSET_MS + hoursFromOnset * 3_600_000).toISOString();
  const { geometry } = volume;
  return {
    ...sourceImages(volume),
    // Two studies of one person: only the patient is the same.
    ...{ participantId, seed: name === "baseline" ? seed : (seed + 1) % 2 ** 32 },
    seriesNumber: 2,
    date: at.slice(0, 10).replaceAll("-", ""),
    time: at.slice(11, 19).replaceAll(":", ""),
    extra: [
      ["ImageType", "CS", "DERIVED\\PRIMARY\\AXIAL"],
      // A long string holds 64 characters.
      ["SeriesDescription", "LO", background === null ? SIMULATED_NOTE : onRealHead(background).slice(0, 64)],
      ["ManufacturerModelName", "LO", `simulated ${scanner}`],
      ["GantryDetectorTilt", "DS", tiltDegrees(geometry.direction[2])],
    ],
  };
}

function tiltDegrees(normal: Vec3): number {
  return (Math.atan2(-normal[1], normal[2]) * 180) / Math.PI;
}

/** The images as the scanner had them: square again, and along the table's straight way where the gantry was tilted. */
function sourceImages(volume: CtVolume): Omit<CtSeriesToWrite, "participantId" | "seed"> {
  const { geometry, sources } = volume;
  const [nx, ny, nz] = geometry.size;
  const shifts = sources.map(({ rowShift }) => rowShift);
  const rows = ny - (Math.max(...shifts) - Math.min(...shifts));
  const first = indexToLps(geometry, [0, 0 - (shifts[0] ?? 0), 0]);
  const cosine = geometry.direction[2][2];
  return {
    ...{ columns: nx, rows, pixelSpacing: [geometry.spacing[1], geometry.spacing[0]] },
    ...{ rowAxis: geometry.direction[0], columnAxis: geometry.direction[1], sliceThicknessMm: geometry.spacing[2] },
    slices: Array.from({ length: nz }, (_, k) => {
      const top = nx * (ny * k - (shifts[k] as number));
      return {
        position: add(first, scale([0, 0, 1], sliceOffsetMm(geometry, k) / cosine)),
        hu: int16(volume.hu.subarray(top, top + nx * rows)),
      };
    }),
  };
}

function int16(hu: CtVolume["hu"]): Int16Array {
  return hu instanceof Int16Array ? hu : Int16Array.from(hu);
}

/** The truth of a case as plain data: everything but the voxels. */
export function truthJson(participantId: string, simulated: SimulatedCase) {
  const { truth, followUp, seed, scenario, scanner, background, shape } = simulated;
  return {
    schema: "hemacast-simulated-truth/1",
    note: background === null ? SIMULATED_NOTE : onRealHead(background),
    ...{ participantId, seed, scenario, scanner },
    ...{ background: background ?? "procedural", shape: shape ?? "procedural" },
    participant: participantTruth(truth),
    baseline: scanTruth(truth),
    followUp: followUp ? scanTruth(followUp.truth) : null,
  };
}

function participantTruth(truth: CaseTruth) {
  const { location, side, irregularity, anticoagulation, spotSign, ageYears, sex, gcs } = truth;
  const { risk, expands, followUpVolumeMl, followUpStatus } = truth;
  return {
    ...{ location, side, irregularity, anticoagulation, spotSign, ageYears, sex, gcs },
    ...{ risk, expands, followUpVolumeMl, followUpStatus },
  };
}

function scanTruth(truth: ScanTruth) {
  const { volumeMl, ivhMl, edemaMl, signs, signsLeftOut, midlineShiftMm } = truth;
  const { meanHu, coefficientOfVariation, hoursFromOnset } = truth;
  return {
    ...{ volumeMl, maskMl: maskMl(truth.mask), ivhMl, edemaMl, signs, signsLeftOut, midlineShiftMm },
    ...{ meanHu, coefficientOfVariation, hoursFromOnset },
  };
}

/**
 * Writes a whole case: both scans, their masks, and `truth.json`.
 *
 * @returns the paths of the scans, relative to the folder
 */
export async function writeSimulatedCase(
  folder: string,
  participantId: string,
  simulated: SimulatedCase,
  format: SimulatedFormat,
): Promise<{ baseline: WrittenScan; followUp: WrittenScan | null }> {
  const { seed, scanner, background } = simulated;
  const series = { format, participantId, seed, scanner, background };
  const baseline = await writeSimulatedScan(folder, "baseline", simulated, series);
  const followUp = simulated.followUp
    ? await writeSimulatedScan(folder, "follow-up", simulated.followUp, series)
    : null;
  await writeFileAtomically(join(folder, "truth.json"), toJson(truthJson(participantId, simulated)));
  return { baseline, followUp };
}
