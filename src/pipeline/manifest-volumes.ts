/** Volumes that a manifest leaves to be measured: the masks that it names. */
import { dirname, resolve } from "node:path";
import type { ScanRecord } from "../cohort/leakage.ts";
import type { Manifest, ManifestParticipant } from "../cohort/manifest.ts";
import { maskMl } from "../volume/volume.ts";
import { readMask } from "./nifti-files.ts";

/**
 * The manifest with a volume for every scan that has a mask and no volume; a volume that is given stays.
 *
 * @param path of the manifest: masks are relative to it
 * @throws HemacastError INPUT_NOT_FOUND, NIFTI_MALFORMED and what else reading a mask throws
 */
export async function measureMasks(manifest: Manifest, path: string): Promise<Manifest> {
  const measured = async <T extends { mask?: string | undefined; volumeMl?: number | undefined }>(
    scan: T,
  ): Promise<T> => {
    if (scan.volumeMl !== undefined || scan.mask === undefined) return scan;
    return { ...scan, volumeMl: maskMl((await readMask(resolve(dirname(path), scan.mask))).mask) };
  };
  const participants: ManifestParticipant[] = [];
  for (const participant of manifest.participants) {
    const followUps = [];
    for (const scan of participant.followUps) followUps.push(await measured(scan));
    participants.push({ ...participant, baseline: await measured(participant.baseline), followUps });
  }
  return { ...manifest, participants };
}

/** Every scan that the manifest names, for the leakage guard: one file under two participants is a leak. */
export function scanRecords({ participants }: Manifest, path: string): ScanRecord[] {
  return participants.flatMap(({ participantId, baseline, followUps }) =>
    [baseline, ...followUps].flatMap(({ scan }) =>
      scan === undefined ? [] : [{ participantId, identity: resolve(dirname(path), scan) }],
    ),
  );
}
