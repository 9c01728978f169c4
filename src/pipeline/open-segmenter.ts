/** The segmenters by name: the threshold baseline, shipped networks, and folders with a user's own. */

import type { Segmenter } from "../segmentation/segmenter.ts";
import { thresholdSegmenter } from "../segmentation/threshold.ts";
import { openSegmenterBundle } from "./segmenter-bundle.ts";

/** A segmenter that may own memory: release it when done. */
export interface NamedSegmenter {
  readonly segment: Segmenter;
  release(): Promise<void>;
}

/**
 * Opens a segmenter.
 *
 * @param nameOrFolder "threshold", the name of a shipped segmentation network, or the folder of another
 * @throws HemacastError what `openSegmenterBundle` throws
 */
export async function openSegmenter(nameOrFolder: string): Promise<NamedSegmenter> {
  if (nameOrFolder === "threshold") return { segment: thresholdSegmenter, release: async () => {} };
  return openSegmenterBundle(nameOrFolder);
}
