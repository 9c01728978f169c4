/** A small cohort on disk whose outcome can be seen in the scans: those who expand have a darker half of the clot. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "../../src/core/random.ts";
import { writeNifti } from "../../src/pipeline/nifti-files.ts";
import { selfTestHead } from "../../src/segmentation/self-test-head.ts";

/**
 * Writes `manifest.csv` and one scan per participant; every second one expands, and clots differ in brightness and noise.
 *
 * @returns path of the manifest
 */
export async function writeClotCohort(folder: string, participants: number): Promise<string> {
  const { volume, hematoma } = selfTestHead();
  const rows = [
    "participantId,site,baselineScan,hoursFromOnset,followUpHoursFromBaseline,baselineVolumeMl,followUpVolumeMl",
  ];
  for (let p = 0; p < participants; p++) {
    const random = createRandom(p);
    const expands = p % 2 === 1;
    const hu = volume.hu.map((value, v) => {
      if (hematoma.inside[v] === 0) return value;
      const dark = expands && v % 128 > 84 ? 18 : 0;
      return Math.round(value + 2 * (p % 3) - dark + 2 * random.normal());
    });
    await writeNifti(join(folder, `scan-${p}.nii.gz`), volume.geometry, hu as Int16Array);
    rows.push(`P${p},SIMULATED-01,scan-${p}.nii.gz,2,24,20,${expands ? 35 : 21}`);
  }
  const manifest = join(folder, "manifest.csv");
  writeFileSync(manifest, `${rows.join("\n")}\n`);
  return manifest;
}
