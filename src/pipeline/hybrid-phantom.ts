/**
 * A head that is drawn and not scanned, measured when a hybrid is trained and whenever it is opened: settings of the blocks that were changed, or a
 * version that measures otherwise, are found out before a case is.
 */
import { HemacastError } from "../core/errors.ts";
import { type HybridModel, predictHybrid } from "../expansion/hybrid-model.ts";
import { computeMarkers } from "../markers/compute-markers.ts";
import { selfTestHead } from "../segmentation/self-test-head.ts";
import { maskMl } from "../volume/volume.ts";
import type { HybridBundle } from "./hybrid-bundle.ts";
import type { BlockTools } from "./measure-scan.ts";

/** Largest difference of a block's log odds, of itself or of 1: 32-bit arithmetic in another order stays far below, and a setting that was changed far above. */
const TOLERANCE = 1e-3;

/**
 * What each block says about the phantom.
 *
 * @returns log odds relative to the mean of the training cohort, by block; clinical values are unknown
 */
export async function phantomContributions(model: HybridModel, tools: BlockTools): Promise<Record<string, number>> {
  const { volume, hematoma } = selfTestHead();
  // Its head has nothing around the clot that would be worth the time to read.
  const markers = computeMarkers(volume, hematoma);
  const known = new Map([["baselineVolumeMl", maskMl(hematoma)]]);
  for (const { block } of tools.blocks) {
    const row = await block.measure(volume, hematoma, markers);
    for (const [j, name] of block.names.entries()) known.set(name, row[j] as number);
  }
  const row = Float64Array.from(model.predictors, (name) => known.get(name) ?? Number.NaN);
  const { contributions } = predictHybrid(model, row);
  return Object.fromEntries(contributions.map(({ block, logOdds }) => [block, logOdds]));
}

/**
 * Measures the phantom again.
 *
 * @throws HemacastError SELF_TEST_FAILED naming the block that measures otherwise than when the hybrid was trained
 */
export async function requireSamePhantom({ manifest, model, phantom }: HybridBundle, tools: BlockTools): Promise<void> {
  const found = await phantomContributions(model, tools);
  for (const [block, logOdds] of Object.entries(found)) {
    const expected = phantom[block];
    if (expected !== undefined && Math.abs(logOdds - expected) <= TOLERANCE * Math.max(1, Math.abs(expected))) continue;
    throw new HemacastError(
      "SELF_TEST_FAILED",
      `bundle ${manifest.name}: block ${block} says ${logOdds.toFixed(4)} about the phantom, the record says ${expected ?? "nothing"}; its settings were changed, or this version measures otherwise: train it again`,
    );
  }
}
