/** A small cohort on disk whose outcome can be seen in the scans: those who expand have a darker half of the clot. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "../../src/core/random.ts";
import { writeNifti } from "../../src/pipeline/nifti-files.ts";
import { selfTestHead } from "../../src/segmentation/self-test-head.ts";
import type { CtVolume } from "../../src/volume/volume.ts";

/** The dark half of a clot begins at this column of the grid. */
export const darkFromColumn = 85;

/** The scan of participant p; every second one expands, and clots differ in brightness and noise. */
export function clotScan(p: number): CtVolume & { readonly hu: Int16Array } {
  const { volume, hematoma } = selfTestHead();
  const random = createRandom(p);
  const columns = volume.geometry.size[0];
  const hu = Int16Array.from(volume.hu, (value, v) => {
    if (hematoma.inside[v] === 0) return value;
    const dark = p % 2 === 1 && v % columns >= darkFromColumn ? 18 : 0;
    return Math.round(value + 2 * (p % 3) - dark + 2 * random.normal());
  });
  return { ...volume, hu };
}

/**
 * Writes `manifest.csv` and one scan per participant.
 *
 * @returns path of the manifest
 */
export async function writeClotCohort(folder: string, participants: number): Promise<string> {
  const rows = [
    "participantId,site,baselineScan,hoursFromOnset,followUpHoursFromBaseline,baselineVolumeMl,followUpVolumeMl",
  ];
  for (let p = 0; p < participants; p++) {
    const { geometry, hu } = clotScan(p);
    await writeNifti(join(folder, `scan-${p}.nii.gz`), geometry, hu);
    rows.push(`P${p},SIMULATED-01,scan-${p}.nii.gz,2,24,20,${p % 2 === 1 ? 35 : 21}`);
  }
  const manifest = join(folder, "manifest.csv");
  writeFileSync(manifest, `${rows.join("\n")}\n`);
  return manifest;
}
