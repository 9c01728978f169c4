/** The output folder of a prediction: report, JSON and mask, all or none. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toJson } from "../core/json.ts";
import type { Prediction } from "../report/prediction.ts";
import { predictionPage } from "../report/prediction-page.ts";
import type { CtVolume } from "../volume/volume.ts";
import { requireReplaceable, writeFolderAtomically } from "./atomic-output.ts";
import { writeMask } from "./nifti-files.ts";
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
 * @returns the prediction as written: with what there is to say about the mask file added to its findings
 * @throws HemacastError OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE
 */
export async function writePrediction(folder: string, result: CaseResult, volume: CtVolume): Promise<Prediction> {
  const { mask } = result.segmentation;
  return writeFolderAtomically(folder, isOurs, async (temporary) => {
    const aboutTheFile = await writeMask(join(temporary, "mask.nii.gz"), mask);
    const prediction = { ...result.prediction, findings: [...result.prediction.findings, ...aboutTheFile] };
    await writeFile(join(temporary, "report.html"), predictionPage(prediction, volume, mask));
    await writeFile(join(temporary, "prediction.json"), toJson(prediction));
    return prediction;
  });
}
