/** What every segmenter is: a function from a head CT to the mask of its hematoma. Implementations are the other files here. */
import type { Finding } from "../core/finding.ts";
import type { OnProgress } from "../core/progress.ts";
import type { CtVolume, Mask } from "../volume/volume.ts";

/** What a segmenter found in one CT. */
export interface Segmentation {
  /** The hematoma on the grid of the volume; empty when none was found or the input was refused. */
  readonly mask: Mask;
  /** Probability of hematoma for each voxel, in [0, 1], in the order of the mask; only from segmenters that have one. */
  readonly probability?: Float32Array;
  /** What the reader should know, e.g. `NO_HEMATOMA_FOUND` or `NO_BRAIN_FOUND`; an empty mask always comes with a reason. */
  readonly findings: readonly Finding[];
  readonly model: { readonly name: string; readonly version: string };
}

/** How a segmenter is called. */
export interface SegmenterOptions {
  readonly onProgress?: OnProgress;
}

/**
 * Finds the hematoma in a non-contrast head CT. The contract, which `test/contract/segmenter.test.ts` holds every implementation to: the
 * mask has the grid of the volume; the same input gives the same output; the input is not changed; the order and sign of the axes do not
 * matter; what is not a head gives an empty mask with a finding, never a plausible one.
 */
export type Segmenter = (volume: CtVolume, options?: SegmenterOptions) => Promise<Segmentation>;
