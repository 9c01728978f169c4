/** Opens labelled CTs one after the other, so that a training set never has to be in memory at full resolution. */
import { HemacastError, messageOf } from "../core/errors.ts";
import type { OnProgress } from "../core/progress.ts";
import { caseFacts, type Fingerprint, fingerprintOf, type SegmentationPlan } from "../segmentation/plan.ts";
import type { LabelledVolume, TrainingCase } from "../segmentation/training-case.ts";
import { toTrainingCase } from "../segmentation/training-case.ts";
import { readMask } from "./nifti-files.ts";
import { readCt } from "./read-input.ts";
import type { ManifestCase } from "./train-segmenter-manifest.ts";

/** A case that could not be used, by line; never by name of a person. */
export interface FailedCase {
  readonly image: string;
  readonly code: string;
  readonly message: string;
}

/**
 * Reads a labelled CT.
 *
 * @throws HemacastError what reading throws; GEOMETRY_MISMATCH when image and label are on different grids
 */
export async function readLabelled({ participantId, image, label, source }: ManifestCase): Promise<LabelledVolume> {
  const { volume } = await readCt(image);
  const onGrid = volume.geometry;
  const { mask: unjudged } = await readMask(label, { onGrid, label: 2 });
  const several = unjudged.inside.indexOf(1) >= 0;
  const { mask: hematoma } = await readMask(label, several ? { onGrid, label: 1 } : { onGrid });
  return { participantId, source, volume, hematoma, ...(several ? { unjudged } : {}) };
}

/** The facts of the cases that are trained on. */
export async function readFingerprint(cases: readonly ManifestCase[], onProgress?: OnProgress): Promise<Fingerprint> {
  const facts = [];
  for (const [n, one] of cases.entries()) {
    const { volume, hematoma } = await readLabelled(one);
    facts.push(caseFacts(hematoma, volume.hu));
    onProgress?.({ stage: "look at cases", done: n + 1, total: cases.length });
  }
  return fingerprintOf(facts);
}

/**
 * Brings cases to the plan's slabs.
 *
 * @returns the cases, and those without a head or that could not be read
 * @throws HemacastError MANIFEST_INVALID when no case is left
 */
export async function readTrainingCases(
  cases: readonly ManifestCase[],
  plan: SegmentationPlan,
  onProgress?: OnProgress,
): Promise<{ cases: TrainingCase[]; failed: FailedCase[] }> {
  const ready: TrainingCase[] = [];
  const failed: FailedCase[] = [];
  for (const [n, one] of cases.entries()) {
    try {
      const prepared = toTrainingCase(await readLabelled(one), plan);
      if (prepared) ready.push(prepared);
      else failed.push({ image: one.image, code: "NO_BRAIN_FOUND", message: "no skull that encloses brain was found" });
    } catch (thrown) {
      if (!(thrown instanceof HemacastError)) throw thrown;
      failed.push({ image: one.image, code: thrown.code, message: messageOf(thrown) });
    }
    onProgress?.({ stage: "prepare cases", done: n + 1, total: cases.length });
  }
  if (ready.length === 0) {
    throw new HemacastError(
      "MANIFEST_INVALID",
      `none of ${cases.length} cases can be used; the first one: ${failed[0]?.message}`,
    );
  }
  return { cases: ready, failed };
}
