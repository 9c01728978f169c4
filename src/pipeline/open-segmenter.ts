/** The segmenters by name: the threshold baseline, shipped networks, folders with a user's own, and several networks as one. */
import { HemacastError } from "../core/errors.ts";
import type { Segmenter } from "../segmentation/segmenter.ts";
import { thresholdSegmenter } from "../segmentation/threshold.ts";
import { type OpenSegmenterOptions, openSegmenterEnsemble } from "./segmenter-bundle.ts";

/** A segmenter that may own memory: release it when done. */
export interface NamedSegmenter {
  readonly segment: Segmenter;
  release(): Promise<void>;
}

/** The name of the segmenter without a network. */
const THRESHOLD = "threshold";

/**
 * Opens a segmenter.
 *
 * @param names "threshold"; the name of a shipped segmentation network or the folder of another; or several of these with commas in between, whose
 * probabilities are averaged
 * @throws HemacastError ARGUMENT_INVALID when the threshold is to be averaged or mirrored; what `openSegmenterEnsemble` throws
 */
export async function openSegmenter(names: string, options: OpenSegmenterOptions = {}): Promise<NamedSegmenter> {
  const list = names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (!list.includes(THRESHOLD)) return openSegmenterEnsemble(list.length > 0 ? list : [names], options);
  if (list.length > 1 || options.mirrored) {
    throw new HemacastError(
      "ARGUMENT_INVALID",
      "the segmenter threshold has no probabilities: it cannot be averaged with others or over the mirrored head",
    );
  }
  return { segment: thresholdSegmenter, release: async () => {} };
}
