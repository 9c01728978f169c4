/** Volumes that a manifest leaves to be measured: from the masks that it names, else from the scans, which are then segmented. */
import { dirname, resolve } from "node:path";
import type { ScanRecord } from "../cohort/leakage.ts";
import type { Manifest, ManifestParticipant } from "../cohort/manifest.ts";
import { perceptualHash } from "../cohort/perceptual-hash.ts";
import { warningCodes } from "../core/finding.ts";
import type { OnProgress } from "../core/progress.ts";
import { volumeSdMl } from "../markers/volume-error.ts";
import type { Segmentation } from "../segmentation/segmenter.ts";
import { type CtVolume, maskMl } from "../volume/volume.ts";
import { keptJson, keptMask, scanPlace } from "./kept-measurements.ts";
import { readMask } from "./nifti-files.ts";
import { type NamedSegmenter, openSegmenter } from "./open-segmenter.ts";
import { packageVersion } from "./package-files.ts";
import { readCt } from "./read-input.ts";
import { segmenterIdentity } from "./segmenter-identity.ts";

/** How scans are measured. */
export interface MeasureOptions {
  /** Name or folder of the segmenter for scans without mask and volume. */
  readonly segmenter: string;
  /** Where masks and volumes are kept, so that a stopped study, or its blocks of predictors, do not segment again; null = nowhere. */
  readonly cache?: string | null;
  readonly onProgress?: OnProgress | undefined;
}

/** A manifest whose volumes are measured as far as they can be. */
export interface MeasuredManifest {
  readonly manifest: Manifest;
  /** Every scan that it names, for the leakage guard: one file, or one look, under two participants is a leak. */
  readonly scans: readonly ScanRecord[];
  /** Standard deviation in mL of the error of a volume that was measured here, by scan of the manifest returned. */
  readonly sdMl: ReadonlyMap<ManifestScan, number>;
  /** Scans in which the segmenter found nothing to measure, with its reasons: their volume stays unknown. */
  readonly unmeasured: readonly { readonly participantId: string; readonly reasons: readonly string[] }[];
  /** Scans that were measured although the segmenter warned of something, with the codes, e.g. SKULL_OPEN after surgery. */
  readonly warned: readonly { readonly participantId: string; readonly codes: readonly string[] }[];
}

/** A baseline or follow-up scan. */
export type ManifestScan = ManifestParticipant["baseline"] | ManifestParticipant["followUps"][number];

/** What one scan gave; plain data, as it is kept. */
interface Measurement {
  /** Null where nothing was found. */
  readonly ml: number | null;
  readonly sdMl: number;
  readonly hash: readonly number[] | null;
  readonly reasons: readonly string[];
  /** What the segmenter warned of where it did find something. */
  readonly warnings: readonly string[];
}

/**
 * Fills in the volume of every scan that has none: from its mask, else by segmenting it. A volume that is given stays.
 *
 * @param path of the manifest: masks and scans are relative to it
 * @throws HemacastError INPUT_NOT_FOUND, NIFTI_MALFORMED and what else reading a mask or a scan throws
 */
export async function measureManifest(
  manifest: Manifest,
  path: string,
  options: MeasureOptions,
): Promise<MeasuredManifest> {
  const at = (name: string): string => resolve(dirname(path), name);
  const waiting = manifest.participants
    .flatMap(({ baseline, followUps }) => [baseline, ...followUps])
    .filter((scan) => scan.volumeMl === undefined && (scan.mask ?? scan.scan) !== undefined).length;
  let segmenter: NamedSegmenter | null = null;
  const opened = async (): Promise<NamedSegmenter> => (segmenter ??= await openSegmenter(options.segmenter));
  const sdMl = new Map<ManifestScan, number>();
  const scans: ScanRecord[] = [];
  const unmeasured: MeasuredManifest["unmeasured"][number][] = [];
  const warned: MeasuredManifest["warned"][number][] = [];
  let done = 0;
  const measure = async <T extends ManifestScan>(participantId: string, scan: T): Promise<T> => {
    const found = await measurement(scan, at, opened, options);
    if (scan.scan !== undefined) {
      const hash = found?.hash ? { hash: Uint32Array.from(found.hash) } : {};
      scans.push({ participantId, identity: at(scan.scan), ...hash });
    }
    if (found === null) return scan;
    options.onProgress?.({ stage: "measure scans", done: ++done, total: waiting });
    if (found.ml === null) {
      unmeasured.push({ participantId, reasons: found.reasons });
      return scan;
    }
    if (found.warnings.length > 0) warned.push({ participantId, codes: found.warnings });
    const measured = { ...scan, volumeMl: found.ml };
    sdMl.set(measured, found.sdMl);
    return measured;
  };
  try {
    const participants: ManifestParticipant[] = [];
    for (const participant of manifest.participants) {
      const baseline = await measure(participant.participantId, participant.baseline);
      const followUps = [];
      for (const scan of participant.followUps) followUps.push(await measure(participant.participantId, scan));
      participants.push({ ...participant, baseline, followUps });
    }
    return { manifest: { ...manifest, participants }, scans, sdMl, unmeasured, warned };
  } finally {
    await (segmenter as NamedSegmenter | null)?.release();
  }
}

async function measurement(
  scan: ManifestScan,
  at: (name: string) => string,
  segmenter: () => Promise<NamedSegmenter>,
  options: MeasureOptions,
): Promise<Measurement | null> {
  if (scan.volumeMl !== undefined) return null;
  if (scan.mask !== undefined) {
    const { mask } = await readMask(at(scan.mask));
    return { ml: maskMl(mask), sdMl: volumeSdMl(mask), hash: null, reasons: [], warnings: [] };
  }
  if (scan.scan === undefined) return null;
  const path = at(scan.scan);
  const { cache = null } = options;
  if (cache === null) return measured(path, async (volume) => (await segmenter()).segment(volume));
  const { id } = await segmenterIdentity(options.segmenter);
  const place = await scanPlace(cache, path, id);
  return keptJson(place, `volume and warnings ${packageVersion()}`, () =>
    measured(path, async (volume) => {
      const { mask, findings } = await keptMask(place, volume, segmenter);
      // An empty mask that was drawn before says nothing about why.
      return findings || maskMl(mask) > 0 ? { mask, findings: findings ?? [] } : (await segmenter()).segment(volume);
    }),
  );
}

async function measured(
  scan: string,
  segment: (volume: CtVolume) => Promise<Pick<Segmentation, "mask" | "findings">>,
): Promise<Measurement> {
  const { volume } = await readCt(scan);
  const { mask, findings } = await segment(volume);
  const ml = maskMl(mask);
  const hash = Array.from(perceptualHash(volume));
  // A segmenter that sees no hematoma where the cohort says there was one has not measured 0 mL.
  if (ml === 0) return { ml: null, sdMl: 0, hash, reasons: findings.map(({ code }) => code), warnings: [] };
  return { ml, sdMl: volumeSdMl(mask), hash, reasons: [], warnings: warningCodes(findings) };
}
