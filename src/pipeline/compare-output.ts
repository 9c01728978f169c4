/** The output folder of a comparison: report, JSON, and the masks on both grids, all or none. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toJson } from "../core/json.ts";
import type { Comparison } from "../report/compare-document.ts";
import { comparisonPage } from "../report/compare-page.ts";
import type { CtVolume } from "../volume/volume.ts";
import { requireReplaceable, writeFolderAtomically } from "./atomic-output.ts";
import type { ComparisonResult } from "./compare-scans.ts";
import { writeMask, writeNifti } from "./nifti-files.ts";

const fileNames = [
  "comparison.json",
  "report.html",
  "baseline-mask.nii.gz",
  "followup-mask.nii.gz",
  "followup-mask-on-baseline.nii.gz",
  "baseline-mask-on-followup.nii.gz",
  "growth-map-on-baseline.nii.gz",
];
const isOurs = (name: string): boolean => fileNames.includes(name);

/**
 * Checks before the work begins that the results can be written at its end.
 *
 * @throws HemacastError OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE
 */
export async function requireComparisonFolder(folder: string): Promise<void> {
  await requireReplaceable(folder, isOurs);
}

/**
 * Writes `comparison.json`, `report.html`, each mask on its own and on the other grid, and the growth map (1 in both, 2 grown, 3 resolved).
 *
 * @param baseline the images of the baseline
 * @returns the comparison as written: with what there is to say about the files added to its findings
 * @throws HemacastError OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE
 */
export async function writeComparison(
  folder: string,
  result: ComparisonResult,
  baseline: CtVolume,
): Promise<Comparison> {
  const { baselineMask, followUpMask, followUpOnBaseline, baselineOnFollowUp, growthMap } = result;
  return writeFolderAtomically(folder, isOurs, async (temporary) => {
    const at = (name: string): string => join(temporary, name);
    const aboutFiles = [
      ...(await writeMask(at("baseline-mask.nii.gz"), baselineMask)),
      ...(await writeMask(at("followup-mask.nii.gz"), followUpMask)),
    ];
    await writeMask(at("followup-mask-on-baseline.nii.gz"), followUpOnBaseline);
    await writeMask(at("baseline-mask-on-followup.nii.gz"), baselineOnFollowUp);
    await writeNifti(at("growth-map-on-baseline.nii.gz"), baselineMask.geometry, growthMap);
    const comparison = { ...result.comparison, findings: [...result.comparison.findings, ...aboutFiles] };
    const images = { baseline, followUp: result.followUpImages, baselineMask, followUpMask: followUpOnBaseline };
    await writeFile(at("report.html"), comparisonPage(comparison, images));
    await writeFile(at("comparison.json"), toJson(comparison));
    return comparison;
  });
}
