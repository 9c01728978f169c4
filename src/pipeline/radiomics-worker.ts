/** One case of a radiomics batch, from files to features or to the reason why there are none: what a worker thread does. */
import { type Faulted, HemacastError, messageOf } from "../core/errors.ts";
import type { RadiomicsSettings } from "../radiomics/settings.ts";
import { extractOpened, openCase } from "./radiomics-extract.ts";
import { type Perturbations, perturbedFeatures } from "./radiomics-robustness.ts";

/** What to extract. Plain data, so that it can be sent to a thread. */
export interface RadiomicsTask {
  readonly image: string;
  readonly mask: string;
  /** Value, or number or name of a DICOM segment; null for that of the settings. */
  readonly label: number | string | null;
  readonly settings: RadiomicsSettings;
  readonly resampleMask: boolean;
  readonly ringsMm: readonly number[];
  /** Perturbations to make as well; null for none. */
  readonly perturb: (Perturbations & { readonly name: string }) | null;
}

/** What became of a case; an error would lose its code on the way from a thread. */
export type RadiomicsReply =
  | {
      readonly features: Readonly<Record<string, number>>;
      readonly voxels: number;
      readonly imageSha256: string;
      readonly maskSha256: string;
      /** Codes of what a reader must look at. */
      readonly warnings: readonly string[];
      /** Features of each perturbation, where they were asked for. */
      readonly perturbed?: readonly Readonly<Record<string, number>>[];
    }
  | Faulted;

/** Extracts one case; whatever goes wrong belongs to this case alone. */
export async function extractCase(task: RadiomicsTask): Promise<RadiomicsReply> {
  try {
    const { settings, resampleMask, ringsMm, perturb } = task;
    const options = { settings, resampleMask, ringsMm, ...(task.label !== null && { label: task.label }) };
    const opened = await openCase(task.image, task.mask, options);
    const { features, provenance, region, findings } = await extractOpened(opened, options);
    const warnings = findings.filter(({ severity }) => severity === "warning").map(({ code }) => code);
    return {
      ...{ features, voxels: region.voxels, imageSha256: provenance.imageSha256, maskSha256: provenance.maskSha256 },
      warnings: [...new Set(warnings)],
      ...(perturb && { perturbed: perturbedFeatures(opened.image, opened.mask, settings, perturb, perturb.name) }),
    };
  } catch (thrown) {
    return { fault: faultOf(thrown) };
  }
}

/** What was thrown as code and message; what is not coded is a fault of ours. */
export function faultOf(thrown: unknown): Faulted["fault"] {
  const code = thrown instanceof HemacastError ? thrown.code : "INVARIANT_BROKEN";
  return { code, message: messageOf(thrown) };
}
