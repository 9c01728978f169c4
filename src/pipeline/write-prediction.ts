/** The output folder of a prediction: report, JSON and mask, all or none. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toJson } from "../core/json.ts";
import { maskNiftiGz } from "../nifti/write.ts";
import { predictionPage } from "../report/prediction-page.ts";
import type { CtVolume } from "../volume/volume.ts";
import { requireReplaceable, writeFolderAtomically } from "./atomic-output.ts";
import type { CaseResult } from "./predict-case.ts";

const fileNames = ["prediction.json", "report.html", "mask.nii.gz"];
const isOurs = (name: string): boolean => fileNames.includes(name);

/**
 * Checks before the work begins that the results can be written at its end.
 *
 * @throws HemacastError OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE
 */
export async function requirePredictionFolder(folder: string): Promise<void> {
  await requireReplaceable(folder, isOurs);
}

/**
 * Writes `prediction.json`, `report.html` and `mask.nii.gz`, replacing an earlier prediction in the same folder.
 *
 * @throws HemacastError OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE
 */
export async function writePrediction(folder: string, result: CaseResult, volume: CtVolume): Promise<void> {
  const { prediction, segmentation } = result;
  await writeFolderAtomically(folder, isOurs, async (temporary) => {
    await writeFile(join(temporary, "mask.nii.gz"), maskNiftiGz(segmentation.mask));
    await writeFile(join(temporary, "report.html"), predictionPage(prediction, volume, segmentation.mask));
    await writeFile(join(temporary, "prediction.json"), toJson(prediction));
  });
}
