/** The images of a case: a user's head CT, or a simulated one where nothing is given. */
import { simulateCase } from "../simulation/simulate-case.ts";
import type { CaseImages } from "./predict-case.ts";
import { type ReadOptions, readCt } from "./read-input.ts";

/** Seed of the study that is simulated when no input is given: always the same one. */
const demonstrationSeed = 7;

/**
 * Opens a head CT, or simulates one.
 *
 * @param input path of a DICOM folder, zip or file, or a NIfTI; undefined simulates
 * @throws HemacastError of the input family, see `readCt`
 */
export async function openCase(input: string | undefined, options: ReadOptions = {}): Promise<CaseImages> {
  const start = performance.now();
  const readMs = (): number => Math.round(performance.now() - start);
  if (input === undefined) {
    options.onProgress?.({ stage: "simulate", done: 0, total: 1 });
    const { volume } = simulateCase({ seed: demonstrationSeed });
    return {
      ...{ volume, findings: [], simulated: true, format: "simulated", images: volume.geometry.size[2] },
      ...{ seriesInstanceUID: null, readMs: readMs() },
    };
  }
  const { volume, findings, description } = await readCt(input, options);
  return {
    ...{ volume, findings, simulated: false, format: description.format, images: volume.geometry.size[2] },
    ...{ seriesInstanceUID: description.series?.seriesInstanceUID ?? null, readMs: readMs() },
  };
}
